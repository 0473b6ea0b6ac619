"""What is on record of enrolments' tests, for those who help a learner: results, never answers."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import bindparam, func, select, union_all

from soar_lms.assessments.models import Answer, Attempt, CheckAnswer
from soar_lms.database import Among, Numbers, db


@dataclass(frozen=True)
class AttemptRecord:
    """One try at a test: when, and how it went."""

    instrument: str
    number: int
    started_at: datetime
    submitted_at: datetime | None
    """None while it is open."""
    points: int | None
    max_points: int
    percent: int | None
    passed: bool | None


def list_attempt_records(enrolment_ids: Collection[int]) -> dict[int, list[AttemptRecord]]:
    """Return the tries of enrolments in their order, in one query."""
    found: dict[int, list[AttemptRecord]] = {number: [] for number in enrolment_ids}
    attempts = db.session.scalars(
        select(Attempt)
        .where(Among(Attempt.enrolment_id, bindparam("enrolment_ids", enrolment_ids, Numbers)))
        .order_by(Attempt.started_at, Attempt.id)
    )
    for item in attempts:
        found[item.enrolment_id].append(
            AttemptRecord(
                instrument=item.instrument,
                number=item.number,
                started_at=item.started_at,
                submitted_at=item.submitted_at,
                points=item.points,
                max_points=item.max_points,
                percent=item.percent,
                passed=item.passed,
            )
        )
    return found


def list_last_answers(enrolment_ids: Collection[int]) -> dict[int, datetime]:
    """Return when something was last done in a test or a check, by enrolment, in one query."""
    wanted = bindparam("enrolment_ids", enrolment_ids, Numbers)
    moments = union_all(
        select(Attempt.enrolment_id, Attempt.started_at.label("moment")),
        select(Attempt.enrolment_id, Attempt.submitted_at).where(Attempt.submitted_at.is_not(None)),
        select(Attempt.enrolment_id, Answer.saved_at).join(Answer, Answer.attempt_id == Attempt.id),
        select(CheckAnswer.enrolment_id, CheckAnswer.answered_at),
    ).subquery()
    rows = db.session.execute(
        select(moments.c.enrolment_id, func.max(moments.c.moment))
        .where(Among(moments.c.enrolment_id, wanted))
        .group_by(moments.c.enrolment_id)
    )
    return {enrolment_id: moment for enrolment_id, moment in rows}  # noqa: C416  # rows to a dict
