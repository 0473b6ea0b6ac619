"""What is on record of enrolments' tests, for those who help a learner: results, never answers."""

from __future__ import annotations

from collections.abc import Collection
from datetime import datetime

from sqlalchemy import bindparam, func, select, union_all

from soar_lms.assessments.models import Answer, Attempt, CheckAnswer
from soar_lms.database import Among, Numbers, db


def list_attempts_of(enrolment_ids: Collection[int]) -> dict[int, list[Attempt]]:
    """Return every attempt of enrolments, by enrolment: pre-test first, in one query."""
    wanted = bindparam("enrolment_ids", enrolment_ids, Numbers)
    found: dict[int, list[Attempt]] = {enrolment_id: [] for enrolment_id in enrolment_ids}
    for attempt in db.session.scalars(
        select(Attempt)
        .where(Among(Attempt.enrolment_id, wanted))
        .order_by(Attempt.instrument.desc(), Attempt.number)
    ):
        found[attempt.enrolment_id].append(attempt)
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
