"""Places of two accounts of one person in groups: one place in each, since the earlier day."""

from __future__ import annotations

from sqlalchemy import delete, select, update

from soar_lms.cohorts.models import CohortMember, CohortTrainer, JoinRequest, RosterLine
from soar_lms.cohorts.trainers import list_led
from soar_lms.database import db
from soar_lms.moving import drop_rest, keep_earliest, move_missing


def move_places(keep_id: int, other_id: int) -> None:
    """Make one person a member, trainer or invited wherever the other one was.

    What one of them led is led by the one who stays; who is in a group waits for it no more.
    """
    led = list_led([other_id])
    keep_earliest(CohortMember, "person_id", "joined_at", other_id, keep_id)
    keep_earliest(JoinRequest, "person_id", "asked_at", other_id, keep_id)
    for model in (CohortMember, CohortTrainer, JoinRequest):
        move_missing(model, "person_id", other_id, keep_id)
        drop_rest(model, "person_id", other_id)
    db.session.execute(
        update(CohortTrainer)
        .where(CohortTrainer.person_id == keep_id, CohortTrainer.cohort_id.in_(led))
        .values(is_lead=True)
    )
    member_of = select(CohortMember.cohort_id).where(CohortMember.person_id == keep_id)
    db.session.execute(
        delete(JoinRequest).where(
            JoinRequest.person_id == keep_id, JoinRequest.cohort_id.in_(member_of)
        )
    )
    db.session.execute(
        update(RosterLine).where(RosterLine.person_id == other_id).values(person_id=keep_id)
    )
