"""What the home page of a learner says besides their modules: lines that other features add.

Learning knows nothing of groups; so the feature that has something to say adds itself here.
"""

from __future__ import annotations

from collections.abc import Callable

Notice = Callable[[int], list[str]]
_notices: list[Notice] = []


def notices(notice: Notice) -> Notice:
    """Add what says something to a person, by their number, in the language of the page."""
    _notices.append(notice)
    return notice


def list_notices(person_id: int) -> list[str]:
    """Return what is said to somebody."""
    return [words for notice in _notices for words in notice(person_id)]
