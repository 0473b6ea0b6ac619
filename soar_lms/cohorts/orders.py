"""Work that a trainer asked for: whose group it is about, as long as it is theirs."""

from __future__ import annotations

from soar_lms.access import Role
from soar_lms.accounts.services import list_people
from soar_lms.cohorts.models import Cohort
from soar_lms.cohorts.services import get_cohort
from soar_lms.errors import NotFoundError
from soar_lms.tasks.kinds import Order


def find_cohort_of(order: Order) -> Cohort | None:
    """Return the group that work is about (`cohort`), if who asked for it may see it still."""
    owner = list_people([order.owner_id]).get(order.owner_id)
    if owner is None or not owner.active or owner.role == Role.LEARNER:
        return None
    try:
        return get_cohort(owner, order.parameters["cohort"])
    except NotFoundError:
        return None


def may_have(order: Order) -> bool:
    """Whether who asked for work may have what comes of it still."""
    return find_cohort_of(order) is not None
