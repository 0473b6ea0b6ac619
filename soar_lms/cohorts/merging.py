"""Places of two accounts of one person in groups: one place in each, since the earlier day."""

from __future__ import annotations

from sqlalchemy import update

from soar_lms.cohorts.models import CohortMember, CohortTrainer, RosterLine
from soar_lms.database import db
from soar_lms.moving import drop_rest, keep_earliest, move_missing


def move_places(keep_id: int, other_id: int) -> None:
    """Make one person a member, trainer or invited wherever the other one was."""
    keep_earliest(CohortMember, "person_id", "joined_at", other_id, keep_id)
    for model in (CohortMember, CohortTrainer):
        move_missing(model, "person_id", other_id, keep_id)
        drop_rest(model, "person_id", other_id)
    db.session.execute(
        update(RosterLine).where(RosterLine.person_id == other_id).values(person_id=keep_id)
    )
