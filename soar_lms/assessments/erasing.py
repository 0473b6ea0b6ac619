"""Taking away what somebody answered; evaluations lead to nobody, so they stay."""

from __future__ import annotations

from collections.abc import Collection

from sqlalchemy import bindparam, delete, select

from soar_lms.assessments.models import (
    Answer,
    Attempt,
    AttemptGrant,
    CheckAnswer,
    EvaluationReceipt,
)
from soar_lms.database import Among, Numbers, db


def delete_answers(enrolment_ids: Collection[int]) -> None:
    """Delete tests, answers and receipts of some enrolments; nothing is answered meanwhile."""
    attempts = select(Attempt.id).where(
        Among(Attempt.enrolment_id, bindparam("enrolments", list(enrolment_ids), Numbers))
    )
    numbers = list(db.session.scalars(attempts.with_for_update()))
    db.session.execute(
        delete(Answer)
        .where(Among(Answer.attempt_id, bindparam("attempts", numbers, Numbers)))
        .execution_options(synchronize_session=False)
    )
    for model in (Attempt, AttemptGrant, CheckAnswer, EvaluationReceipt):
        theirs = bindparam("enrolments", list(enrolment_ids), Numbers)
        db.session.execute(
            delete(model)
            .where(Among(model.enrolment_id, theirs))
            .execution_options(synchronize_session=False)
        )
