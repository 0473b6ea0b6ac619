"""Taking away what somebody did in the modules."""

from __future__ import annotations

from collections.abc import Collection

from sqlalchemy import bindparam, delete, select

from soar_lms.assessments.erasing import delete_answers
from soar_lms.database import Among, Numbers, db
from soar_lms.learning.models import Enrolment, FollowUp, FollowUpLink, LessonCompletion


def delete_learning(person_ids: Collection[int]) -> None:
    """Delete the enrolments of people, with everything in them; nothing is added meanwhile."""
    learners = bindparam("learners", list(person_ids), Numbers)
    numbers = list(
        db.session.scalars(
            select(Enrolment.id).where(Among(Enrolment.person_id, learners)).with_for_update()
        )
    )
    delete_answers(numbers)
    for column in (
        FollowUpLink.enrolment_id,
        FollowUp.enrolment_id,
        LessonCompletion.enrolment_id,
        Enrolment.id,
    ):
        db.session.execute(
            delete(column.class_)
            .where(Among(column, bindparam("enrolments", numbers, Numbers)))
            .execution_options(synchronize_session=False)
        )
