"""One member of a cohort: where they stand in each of its modules, and how they came there."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import select

from soar_lms.accounts.models import Person
from soar_lms.assessments import services as assessments
from soar_lms.assessments.attempt_limits import NextAttempt
from soar_lms.assessments.granting import list_granted
from soar_lms.assessments.models import Attempt
from soar_lms.catalogue.model import Catalogue, Module
from soar_lms.certificates.models import Certificate
from soar_lms.certificates.services import list_certificates
from soar_lms.cohorts.models import Cohort, CohortMember
from soar_lms.cohorts.services import list_module_ids
from soar_lms.database import db
from soar_lms.errors import NotFoundError
from soar_lms.learning.granting import blocked_attempt
from soar_lms.learning.path import State
from soar_lms.learning.standing import Standing, list_standings


@dataclass(frozen=True)
class ModuleRecord:
    """A member and one module of the cohort."""

    module: Module
    standing: Standing | None
    """None: not begun."""
    attempts: list[Attempt]
    """Of the present enrolment, pre-test first, then by number; answers are not shown to staff."""
    certificates: list[Certificate]
    blocked: NextAttempt | None
    """The try that the rules hold back and that a trainer may grant."""

    @property
    def state(self) -> State:
        return self.standing.path.state if self.standing else State.NOT_STARTED


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


def list_records(
    cohort: Cohort, person: Person, catalogue: Catalogue, now: datetime
) -> list[ModuleRecord]:
    """Return what a member did in each module of the cohort."""
    module_ids = [name for name in list_module_ids(cohort) if name in catalogue.modules]
    standings = list_standings(catalogue, [person.id], module_ids)
    deeds = _deeds_of([standing.enrolment.id for standing in standings.values()])
    certificates = list_certificates(person.id)
    return [
        _record(
            catalogue.modules[name],
            standings.get((person.id, name)),
            [item for item in certificates if item.module_id == name],
            deeds,
            now,
        )
        for name in module_ids
    ]


@dataclass(frozen=True)
class _Deeds:
    """What a member did, by enrolment."""

    attempts: dict[int, list[Attempt]]
    granted: dict[int, set[int]]


def _deeds_of(enrolment_ids: list[int]) -> _Deeds:
    return _Deeds(assessments.list_attempts_of(enrolment_ids), list_granted(enrolment_ids))


def _record(
    module: Module,
    standing: Standing | None,
    certificates: list[Certificate],
    deeds: _Deeds,
    now: datetime,
) -> ModuleRecord:
    if standing is None:
        return ModuleRecord(module, None, [], certificates, None)
    attempts = deeds.attempts[standing.enrolment.id]
    granted = deeds.granted[standing.enrolment.id]
    blocked = blocked_attempt(module, standing.path, attempts, granted, now)
    return ModuleRecord(module, standing, attempts, certificates, blocked)
