"""What a member did in a module, one thing after the other, in words.

What was answered is not in it. When somebody handed in the evaluation is written down nowhere, so
that no day leads from a person to what they said.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime

from soar_lms.assessments.models import Attempt
from soar_lms.assessments.services import PRE
from soar_lms.catalogue.model import Module
from soar_lms.cohorts.members import ModuleRecord
from soar_lms.i18n import current_language, gettext
from soar_lms.learning.support import CycleRecord


@dataclass(frozen=True)
class Event:
    """Something that somebody did, or that was done for them."""

    at: datetime
    words: str


def tell(record: ModuleRecord) -> list[Event]:
    """Return what happened in all cycles of a module, the first thing first."""
    present = [record.present] if record.present else []
    events = [
        event
        for cycle in (*reversed(record.earlier), *present)
        for event in _tell_cycle(cycle, record.module)
    ]
    events += [
        Event(moment, gettext("Was given one more try: try %(number)d.", number=number))
        for number, moment in record.grants.items()
    ]
    return sorted(events, key=lambda event: event.at)


def _tell_cycle(cycle: CycleRecord, module: Module) -> Iterator[Event]:
    is_first = cycle.enrolment.cycle == 1
    begun = gettext("Began the module.") if is_first else gettext("Began the renewal.")
    yield Event(cycle.enrolment.enrolled_at, str(begun))
    for lesson in cycle.lessons:
        title = _title(module, lesson.lesson_id)
        yield Event(lesson.at, str(gettext("Finished the lesson “%(title)s”.", title=title)))
    for attempt in cycle.attempts:
        yield from _tell_attempt(attempt)
    if cycle.enrolment.completed_at:
        yield Event(cycle.enrolment.completed_at, str(gettext("Completed the module.")))
    if cycle.certificate and cycle.certificate.revoked_at:
        yield Event(cycle.certificate.revoked_at, str(gettext("The certificate was revoked.")))


def _title(module: Module, lesson_id: str) -> str:
    """Return what a lesson is called; its id where the module has it no longer."""
    texts = module.texts.get(current_language().tag) or module.texts[module.spec.source_language]
    text = texts.lessons.get(lesson_id)
    return text.title if text else lesson_id


def _tell_attempt(attempt: Attempt) -> Iterator[Event]:
    if attempt.submitted_at is None:
        yield Event(attempt.started_at, _say_begun(attempt))
        return
    percent = attempt.percent
    if attempt.instrument == PRE:
        words = gettext("Handed in the questions to begin: %(percent)s%% right.", percent=percent)
    elif attempt.passed:
        words = gettext(
            "Passed the final test, try %(number)d: %(percent)s%% right.",
            number=attempt.number,
            percent=percent,
        )
    else:
        words = gettext(
            "Handed in the final test, try %(number)d: %(percent)s%% right, not passed.",
            number=attempt.number,
            percent=percent,
        )
    yield Event(attempt.submitted_at, str(words))


def _say_begun(attempt: Attempt) -> str:
    if attempt.instrument == PRE:
        return str(gettext("Began the questions to begin; not handed in yet."))
    return str(
        gettext("Began the final test, try %(number)d; not handed in yet.", number=attempt.number)
    )
