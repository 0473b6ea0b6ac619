"""What enrolments did so far, as rows of facts in the database tell it. Nothing here writes."""

from __future__ import annotations

import json
from collections.abc import Callable, Collection
from dataclasses import dataclass, field
from datetime import date, datetime
from typing import Any

from sqlalchemy import (
    ColumnElement,
    CompoundSelect,
    String,
    bindparam,
    cast,
    literal,
    null,
    or_,
    select,
    union_all,
)

from soar_lms.assessments import services as assessments
from soar_lms.assessments.grading import Grade
from soar_lms.assessments.services import FactSelect
from soar_lms.database import Among, Numbers, db, read
from soar_lms.learning.models import Enrolment, FollowUp, FollowUpState, LessonCompletion
from soar_lms.learning.path import Facts

LESSON_FACT = "lesson"
_FOLLOW_UP_FACT = "follow-up"
_Facts = CompoundSelect[int, str, str, str, datetime | None]


@dataclass(frozen=True)
class PlannedFollowUp:
    """That e-mail about a follow-up is still to come, or that the learner wants none."""

    due_on: date
    is_declined: bool


@dataclass
class Progress:
    """What an enrolment did so far, as it stands in the database."""

    lessons_done: set[tuple[str, str]] = field(default_factory=set)
    submitted: set[str] = field(default_factory=set)
    passed: bool = False
    evaluation_given: bool = False
    follow_up: PlannedFollowUp | None = None
    """Only where one enrolment is asked for; no list shows it."""

    def facts(self, *, completed: bool) -> Facts:
        return Facts(
            lessons_done=frozenset(self.lessons_done),
            pre_test_submitted=assessments.PRE in self.submitted,
            post_test_passed=self.passed,
            evaluation_given=self.evaluation_given,
            completed=completed,
        )

    def note(self, kind: str, key: str, detail: str) -> None:
        """Take a row of facts in."""
        if kind == LESSON_FACT:
            self.lessons_done.add((key, detail))
        elif kind == assessments.ATTEMPT_FACT:
            self.submitted.add(key)
            self.passed = self.passed or detail == assessments.PASSED
        elif kind == _FOLLOW_UP_FACT:
            is_declined = key == FollowUpState.DECLINED
            self.follow_up = PlannedFollowUp(date.fromisoformat(detail), is_declined)
        else:
            self.evaluation_given = True


def load_progress(enrolment_ids: Collection[int]) -> dict[int, Progress]:
    """Return what each enrolment did, in one query."""
    found = {enrolment_id: Progress() for enrolment_id in enrolment_ids}
    if found:
        rows = db.session.execute(_FACTS, {_MANY: list(found)})
        for enrolment_id, kind, key, detail, _ in rows:
            found[enrolment_id].note(kind, key, detail)
    return found


def load_progress_of(enrolment_id: int) -> Progress:
    """Return what one enrolment did, with the follow-up that is planned for it, in one query."""
    progress = Progress()
    for _, kind, key, detail, _ in db.session.execute(_FACTS_OF_ONE, {_ONE: enrolment_id}):
        progress.note(kind, key, detail)
    return progress


_MANY, _ONE = "enrolment_ids", "enrolment_id"


def _is_one(column: Any) -> ColumnElement[bool]:
    """Say that it is the enrolment `_ONE`: PostgreSQL reads whole tables for a list of one."""
    is_one: ColumnElement[bool] = column == bindparam(_ONE)
    return is_one


def _is_of_many(column: Any) -> ColumnElement[bool]:
    return Among(column, bindparam(_MANY, type_=Numbers))


def _select_facts(is_meant: Callable[[Any], ColumnElement[bool]]) -> list[FactSelect]:
    lessons = select(
        LessonCompletion.enrolment_id,
        literal(LESSON_FACT),
        LessonCompletion.lesson_id,
        LessonCompletion.setting,
        LessonCompletion.completed_at,
    ).where(is_meant(LessonCompletion.enrolment_id))
    return [lessons, *assessments.select_results(is_meant)]


# Built once: putting a statement together costs more than running it.
_FACTS: _Facts = union_all(*_select_facts(_is_of_many))
_DATED_FACTS_OF_ONE: _Facts = union_all(*_select_facts(_is_one))
_HANDING_IN: _Facts = union_all(*_select_facts(_is_one), assessments.ANSWERS)
_FACTS_OF_ONE: _Facts = union_all(
    *_select_facts(_is_one),
    select(
        FollowUp.enrolment_id,
        literal(_FOLLOW_UP_FACT),
        FollowUp.state,
        cast(FollowUp.due_on, String),
        null(),
    ).where(
        _is_one(FollowUp.enrolment_id),
        or_(FollowUp.next_at.is_not(None), FollowUp.state == FollowUpState.DECLINED),
    ),
)


class Dated:
    """What an enrolment did so far, and when a step was last done in it."""

    def __init__(self, enrolment: Enrolment) -> None:
        self.progress = Progress()
        begun = enrolment.enrolled_at
        self.active_at: datetime = max(begun, enrolment.completed_at or begun)

    def note(self, kind: str, key: str, detail: str, moment: datetime | None) -> None:
        """Take a row of facts in."""
        self.progress.note(kind, key, detail)
        if moment is not None and moment > self.active_at:
            self.active_at = moment

    def note_test(self, instrument: str, result: Grade, now: datetime) -> None:
        """Take a test in that is handed in now."""
        detail = assessments.PASSED if result.passed else ""
        self.note(assessments.ATTEMPT_FACT, instrument, detail, now)


def load_dated(enrolments: Collection[Enrolment]) -> dict[int, Dated]:
    """Return what each enrolment did and when a step was last done in it, in one query."""
    dated = {item.id: Dated(item) for item in enrolments}
    rows = read(_FACTS, {_MANY: list(dated)})
    for enrolment_id, kind, key, detail, moment in rows:  # type: ignore[misc]  # five columns
        dated[enrolment_id].note(kind, key, detail, moment)
    return dated


def load_dated_of(enrolment: Enrolment) -> Dated:
    """Return what `load_dated` does, of one."""
    dated = Dated(enrolment)
    rows = read(_DATED_FACTS_OF_ONE, {_ONE: enrolment.id})
    for _, kind, key, detail, moment in rows:  # type: ignore[misc]  # as above
        dated.note(kind, key, detail, moment)
    return dated


def load_handing_in(enrolment: Enrolment, attempt_id: int) -> tuple[Dated, dict[str, list[str]]]:
    """Return what `load_dated_of` does, and the answers to a test of it, in one query."""
    dated, answers = Dated(enrolment), {}
    values = {_ONE: enrolment.id, "attempt_id": attempt_id}
    for _, kind, key, detail, moment in read(_HANDING_IN, values):  # type: ignore[misc]  # as above
        if kind == assessments.ANSWER_FACT:
            answers[key] = json.loads(detail)
        else:
            dated.note(kind, key, detail, moment)
    return dated, answers
