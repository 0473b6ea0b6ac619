"""The words of a reminder: what is due, until when, and what is left to do."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from enum import StrEnum

from soar_lms.catalogue.model import Module
from soar_lms.i18n import speaking
from soar_lms.learning.minutes import minutes_left
from soar_lms.learning.path import PathKind
from soar_lms.learning.standing import Standing
from soar_lms.learning.wording import say_left
from soar_lms.messages.services import compose, public_url

REMINDER = "reminder"


class When(StrEnum):
    """How the due day lies, seen from today."""

    BEFORE = "before"
    TODAY = "today"
    AFTER = "after"
    NO_DAY = "no-day"


@dataclass(frozen=True)
class Letter:
    """To whom, and about what."""

    name: str
    language: str
    group: str
    module: Module
    due_on: date | None
    when: When
    stop_url: str


def when_is(due_on: date | None, today: date) -> When:
    """Say how the due day lies; `today` is that of the group, whose day it is."""
    if due_on is None:
        return When.NO_DAY
    if due_on == today:
        return When.TODAY
    return When.BEFORE if today < due_on else When.AFTER


def write_letter(
    letter: Letter, standing: Standing | None, *, is_expired: bool = False
) -> tuple[str, str]:
    """Return subject and body, in the language of the reader.

    :param standing: None for somebody who has not begun.
    """
    module = letter.module
    # The page is in a language of the module, the e-mail around it in that of the person.
    offered = [letter.language] if letter.language in module.languages else module.languages
    begun = standing is not None and not is_expired and bool(standing.path.left)
    with speaking(letter.language):
        return compose(
            "reminder",
            name=letter.name,
            group=letter.group,
            module=module.title_in(letter.language),
            due_on=letter.due_on,
            when=letter.when,
            is_expired=is_expired,
            left=say_left(standing.path.left) if begun and standing else "",
            minutes=_minutes(module, standing if begun else None),
            address=public_url("learning.show_module", module_id=module.id, language=offered[0]),
            stop_address=letter.stop_url,
        )


def _minutes(module: Module, standing: Standing | None) -> int:
    if standing is None:
        return module.spec.minutes
    return minutes_left(module, PathKind(standing.enrolment.path), standing.path)
