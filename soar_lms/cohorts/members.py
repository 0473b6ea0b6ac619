"""One member of a cohort: where they stand in each of its modules, and how they came there."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import select

from soar_lms.accounts.models import Person
from soar_lms.assessments.granting import list_granted
from soar_lms.catalogue.model import Catalogue, Module
from soar_lms.cohorts.models import Cohort, CohortMember
from soar_lms.cohorts.services import list_module_ids
from soar_lms.database import db
from soar_lms.errors import NotFoundError
from soar_lms.learning.granting import HeldBack, held_back
from soar_lms.learning.renewal import Status
from soar_lms.learning.support import CycleRecord, list_cycles


@dataclass(frozen=True)
class ModuleRecord:
    """A member and one module of the cohort."""

    module: Module
    present: CycleRecord | None
    """None: not begun."""
    earlier: list[CycleRecord]
    """The cycles before the present one, the newest first."""
    held_back: HeldBack | None
    """The try that the rules hold back and that a trainer may grant."""

    @property
    def status(self) -> Status:
        return (self.present.status if self.present else None) or Status.NOT_STARTED


def get_member(cohort: Cohort, person_id: int) -> Person:
    """Return a member of a cohort.

    :raises NotFoundError: when there is none of this number in it.
    """
    person = db.session.scalar(
        select(Person)
        .join(CohortMember, CohortMember.person_id == Person.id)
        .where(CohortMember.cohort_id == cohort.id, Person.id == person_id)
    )
    if person is None:
        raise NotFoundError
    return person


def list_members_with(cohort: Cohort, emails: Collection[str]) -> dict[str, int]:
    """Return which members have one of these primary addresses, by address."""
    rows = db.session.execute(
        select(Person.email, Person.id)
        .join(CohortMember, CohortMember.person_id == Person.id)
        .where(CohortMember.cohort_id == cohort.id, Person.email.in_(emails))
    )
    return {email: person_id for email, person_id in rows}  # noqa: C416  # rows to a dict


def list_records(
    cohort: Cohort, person: Person, catalogue: Catalogue, now: datetime
) -> list[ModuleRecord]:
    """Return what a member did in each module of the cohort."""
    cycles = list_cycles(person, catalogue, now)
    granted = list_granted([record.enrolment.id for record in cycles])
    return [
        _record(
            catalogue.modules[name],
            [record for record in reversed(cycles) if record.enrolment.module_id == name],
            granted,
            now,
        )
        for name in list_module_ids(cohort)
        if name in catalogue.modules
    ]


def _record(
    module: Module, cycles: list[CycleRecord], granted: dict[int, set[int]], now: datetime
) -> ModuleRecord:
    if not cycles:
        return ModuleRecord(module, None, [], None)
    present, *earlier = cycles
    numbers, held = granted[present.enrolment.id], None
    if present.standing:
        held = held_back(module, present.standing.path, present.attempts, numbers, now)
    return ModuleRecord(module, present, earlier, held)
