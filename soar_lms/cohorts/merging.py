"""Places of two accounts of one person in groups: one place in each, since the earlier day."""

from __future__ import annotations

from soar_lms.cohorts.models import CohortMember, CohortTrainer
from soar_lms.moving import drop_rest, keep_earliest, move_missing


def move_places(keep_id: int, other_id: int) -> None:
    """Make one person a member and trainer wherever the other one was."""
    keep_earliest(CohortMember, "person_id", "joined_at", other_id, keep_id)
    for model in (CohortMember, CohortTrainer):
        move_missing(model, "person_id", other_id, keep_id)
        drop_rest(model, "person_id", other_id)
