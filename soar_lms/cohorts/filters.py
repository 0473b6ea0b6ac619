"""What a report shows, in which order, and where a page begins: read from an address. Pure."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from dataclasses import dataclass, replace
from enum import StrEnum

from soar_lms.learning.renewal import Status

LONGEST_TEXT = 100
LARGEST_NUMBER = 2**53


class Waiting(StrEnum):
    """Somebody who is on the roster, and in the group not yet: learning knows nothing of them."""

    INVITED = "invited"


RowState = Status | Waiting


class Sort(StrEnum):
    """The orders of a report."""

    STATE = "state"
    """Those who have something to do first, by name."""
    NAME = "name"
    COMPLETED = "completed"
    """The newest first, then those without a certificate, whoever came last first."""
    ACTIVE = "active"
    """Whoever did something last first, then those who never did."""
    DUE = "due"
    """The module that is due first, then the next, each by name."""


class Due(StrEnum):
    """How near the day is on which something must be done, that is not done yet."""

    LATE = "late"
    """It has passed."""
    WEEK = "week"
    LATER = "later"
    NONE = "none"
    """There is no such day, whether it is done or not."""


@dataclass(frozen=True)
class Filters:
    """Which lines of a report are shown; None: all of them."""

    module: str | None = None
    state: RowState | None = None
    setting: str | None = None
    language: str | None = None
    text: str = ""
    """Part of a name or an address, as it was typed."""
    sort: Sort = Sort.STATE
    due: Due | None = None

    @property
    def is_narrow(self) -> bool:
        return replace(self, sort=Sort.STATE) != Filters()

    def address(self, **changes: object) -> dict[str, str]:
        """Return what an address must say for these filters, with some of them changed."""
        filters = replace(self, **changes)  # type: ignore[arg-type]  # names of fields
        said = {
            "module": filters.module,
            "state": filters.state,
            "setting": filters.setting,
            "spoken": filters.language,
            "due": filters.due,
            "q": filters.text,
            "sort": filters.sort if filters.sort is not Sort.STATE else None,
        }
        return {name: str(value) for name, value in said.items() if value}


def read_filters(
    asked: Mapping[str, str],
    *,
    modules: Collection[str],
    settings: Collection[str],
    languages: Collection[str],
) -> Filters:
    """Read filters from an address; what there is not is left out."""
    return Filters(
        module=_one_of(asked.get("module"), modules),
        state=_read_state(asked.get("state")),
        setting=_one_of(asked.get("setting"), settings),
        language=_one_of(asked.get("spoken"), languages),
        text=" ".join(asked.get("q", "").split())[:LONGEST_TEXT].replace("\0", ""),
        sort=Sort(asked["sort"]) if asked.get("sort") in list(Sort) else Sort.STATE,
        due=Due(asked["due"]) if asked.get("due") in list(Due) else None,
    )


def _one_of(asked: str | None, known: Collection[str]) -> str | None:
    return asked if asked in known else None


def _read_state(asked: str | None) -> RowState | None:
    if asked in list(Waiting):
        return Waiting(asked)
    return Status(asked) if asked in list(Status) else None


@dataclass(frozen=True)
class Turn:
    """The line after or before which a page begins; without a name: addresses are written down."""

    part: str
    """The part of the order it stands in."""
    value: int
    """What its part is sorted by; 0 where that is the name."""
    place_id: int
    module_id: str
    backwards: bool = False

    def __str__(self) -> str:
        return f"{self.part}.{self.value}.{self.place_id}.{self.module_id}"


def read_turn(asked: Mapping[str, str]) -> Turn | None:
    """Read where a page begins; None: at the beginning, as for anything that is no such place."""
    for name, backwards in (("after", False), ("before", True)):
        part, _, rest = asked.get(name, "").partition(".")
        value, _, rest = rest.partition(".")
        place_id, _, module_id = rest.partition(".")
        if _is_number(value) and _is_number(place_id) and module_id and len(module_id) <= 60:
            return Turn(part, int(value), int(place_id), module_id, backwards)
    return None


def _is_number(word: str) -> bool:
    return word.isascii() and word.isdigit() and len(word) < 16 and int(word) < LARGEST_NUMBER
