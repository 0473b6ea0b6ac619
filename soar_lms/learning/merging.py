"""What two accounts of one person did in the modules, brought together.

Enrolments in the same module and cycle are a pair. One of them is gone on with and takes over what
the other one has and it has not; the other one stays as history, an earlier cycle, with everything
that could not be taken over. Nothing is deleted. A completed enrolment keeps its steps, which are
what its certificate rests on.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from itertools import chain

from sqlalchemy import select

from soar_lms.assessments.merging import combine_assessments
from soar_lms.database import db
from soar_lms.learning.models import Enrolment, LessonCompletion
from soar_lms.moving import keep_earliest, move_missing

_APART = 1_000_000
"""Cycles are moved out of each other's way before they get their new numbers."""
_NEVER = datetime.max.replace(tzinfo=UTC)


@dataclass(frozen=True)
class Joint:
    """One module and cycle: what is gone on with, and what becomes history, if there were two."""

    present: Enrolment
    history: Enrolment | None = None

    @property
    def combines(self) -> bool:
        """Whether the present one takes over what the other one has: not from a completed one."""
        return self.history is not None and self.history.completed_at is None


def plan_enrolments(keep_id: int, other_id: int, valid: Collection[int]) -> dict[str, list[Joint]]:
    """Return how the enrolments of two people come together, by module, in the order of cycles.

    Of two that are completed the earlier completion is the present one, unless only the later one
    has a certificate that is still valid. A completed one comes before one that is not.

    :param valid: the enrolments with a certificate that is valid now.
    """
    rows = db.session.scalars(
        select(Enrolment)
        .where(Enrolment.person_id.in_((keep_id, other_id)))
        .order_by(Enrolment.module_id, Enrolment.cycle, Enrolment.id)
        .with_for_update()
        .execution_options(populate_existing=True)
    )
    found: dict[str, dict[int, list[Enrolment]]] = defaultdict(lambda: defaultdict(list))
    for row in rows:
        found[row.module_id][row.cycle].append(row)

    def rank(item: Enrolment) -> tuple[bool, bool, datetime, bool]:
        completed = item.completed_at is not None
        return (
            not completed,
            completed and item.id not in valid,
            item.completed_at or _NEVER,
            item.person_id != keep_id,
        )

    return {
        module_id: [Joint(*sorted(pair, key=rank)) for pair in cycles.values()]
        for module_id, cycles in found.items()
    }


def apply_enrolments(plan: Mapping[str, list[Joint]], keep_id: int) -> None:
    """Bring the enrolments together under one person, as planned."""
    for joint in chain(*plan.values()):
        if joint.history is not None and joint.combines:
            _take_over(joint.present.id, joint.history.id)
    for joints in plan.values():
        in_order = [item for joint in joints for item in (joint.history, joint.present) if item]
        _renumber(in_order, keep_id)


def _take_over(present_id: int, history_id: int) -> None:
    keep_earliest(LessonCompletion, "enrolment_id", "completed_at", history_id, present_id)
    move_missing(LessonCompletion, "enrolment_id", history_id, present_id)
    combine_assessments(present_id, history_id)


def _renumber(enrolments: list[Enrolment], keep_id: int) -> None:
    """Give all of a module to one person, with cycles in order, from 1 on."""
    for place, enrolment in enumerate(enrolments, start=1):
        enrolment.cycle = _APART + place
    db.session.flush()
    for place, enrolment in enumerate(enrolments, start=1):
        enrolment.person_id, enrolment.cycle = keep_id, place
    db.session.flush()
