"""One member of a cohort: where they stand in each of its modules, and how they came there."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime

from sqlalchemy import Select, bindparam, or_, select

from soar_lms.accounts.emails import list_verified_emails
from soar_lms.accounts.models import Person
from soar_lms.assessments.granting import list_grants
from soar_lms.assessments.services import POST, PRE
from soar_lms.catalogue.model import Catalogue, Module
from soar_lms.cohorts.models import Cohort, CohortMember, RosterLine, RosterPlace
from soar_lms.cohorts.services import list_module_ids
from soar_lms.database import Among, Numbers, db
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
    grants: Mapping[int, datetime] = field(default_factory=dict)
    """When tries of the present cycle were granted, by number."""

    @property
    def pair(self) -> tuple[int, int] | None:
        """Percent right before and after; None where one of the two is missing."""
        attempts = self.present.attempts if self.present else ()
        before = [item.percent for item in attempts if item.instrument == PRE]
        after = [item.percent for item in attempts if item.instrument == POST]
        first, best = next(iter(before), None), max(filter(None, after), default=None)
        return None if first is None or best is None else (first, best)

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


def select_places_of(cohort_id: int, person_ids: Collection[int]) -> Select[int]:
    """Return the select of the places that people have on the roster, by their numbers."""
    wanted = bindparam("person_ids", list(person_ids), Numbers)
    return select(RosterPlace.id).where(
        RosterPlace.cohort_id == cohort_id, Among(RosterPlace.person_id, wanted)
    )


def list_records(
    cohort: Cohort, person: Person, catalogue: Catalogue, now: datetime
) -> list[ModuleRecord]:
    """Return what a member did in each module of the cohort."""
    cycles = list_cycles(person, catalogue, now)
    granted = list_grants([record.enrolment.id for record in cycles])
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
    module: Module,
    cycles: list[CycleRecord],
    granted: Mapping[int, Mapping[int, datetime]],
    now: datetime,
) -> ModuleRecord:
    if not cycles:
        return ModuleRecord(module, None, [], None)
    present, *earlier = cycles
    grants, held = granted[present.enrolment.id], None
    if present.standing:
        held = held_back(module, present.standing.path, present.attempts, set(grants), now)
    return ModuleRecord(module, present, earlier, held, grants)


@dataclass(frozen=True)
class Coming:
    """How a member came into the group."""

    joined_at: datetime
    invitations: Sequence[RosterLine]
    """Those to any address of theirs, the first one first."""


def find_coming(cohort: Cohort, person: Person) -> Coming:
    """Return when a member joined, and the invitations before."""
    addresses = list(list_verified_emails([person.id]))
    is_theirs = or_(RosterLine.person_id == person.id, RosterLine.email.in_(addresses))
    lines = db.session.scalars(
        select(RosterLine)
        .where(RosterLine.cohort_id == cohort.id, is_theirs)
        .order_by(RosterLine.id)
    )
    member = db.session.get_one(CohortMember, (cohort.id, person.id))
    return Coming(member.joined_at, list(lines))
