"""Who is done, and who is not: the rows that the page and the file both show."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import date, datetime
from enum import StrEnum

from flask_babel.speaklater import LazyString
from sqlalchemy import select

from soar_lms.accounts.models import Person
from soar_lms.catalogue.model import Catalogue, Module
from soar_lms.certificates.models import Certificate
from soar_lms.certificates.services import list_newest_certificates
from soar_lms.cohorts.invitations import list_waited_for
from soar_lms.cohorts.models import Cohort, CohortMember, RosterLine
from soar_lms.cohorts.services import list_module_ids
from soar_lms.database import db
from soar_lms.i18n import lazy_gettext as _
from soar_lms.learning.path import State, StepStatus
from soar_lms.learning.renewal import Renewal, Status, overall_status
from soar_lms.learning.standing import Standing, find_renewal, list_standings
from soar_lms.learning.wording import STATUSES


class Waiting(StrEnum):
    """Somebody who is on the roster, and in the group not yet: learning knows nothing of them."""

    INVITED = "invited"


RowState = Status | Waiting
STATES: Mapping[RowState, LazyString] = dict[RowState, LazyString](
    [(Waiting.INVITED, _("Invited")), *STATUSES.items()]
)
"""In the order of the list: those who have something to do first."""
_ORDER = {state: place for place, state in enumerate(STATES)}
_ALWAYS_COUNTED = [Status(state) for state in State]
"""The others are counted where there are any: many modules are never renewed."""


@dataclass(frozen=True)
class ReportRow:
    """Somebody on the roster and one module of the cohort."""

    person_id: int | None
    """None for somebody who was invited and has not accepted."""
    name: str
    """For the invited as the trainer wrote it; may be empty."""
    email: str
    module_id: str
    state: RowState
    setting: str | None = None
    language: str | None = None
    left: tuple[StepStatus, ...] = ()
    """What the present cycle still asks; nothing before the first one."""
    completed_on: date | None = None
    """Of the newest certificate, whatever the cycle it belongs to."""
    certificate_code: str | None = None
    valid_until: date | None = None
    """The last day of that certificate; None for one that does not expire."""
    is_expired: bool = False


def list_rows(cohort: Cohort, catalogue: Catalogue, now: datetime) -> list[ReportRow]:
    """Return everybody on the roster times every module, those who have not finished first."""
    people = list(
        db.session.scalars(
            select(Person)
            .join(CohortMember, CohortMember.person_id == Person.id)
            .where(CohortMember.cohort_id == cohort.id)
        )
    )
    module_ids = [name for name in list_module_ids(cohort) if name in catalogue.modules]
    person_ids = [person.id for person in people]
    standings = list_standings(catalogue, person_ids, module_ids)
    certificates = list_newest_certificates(person_ids, module_ids)
    rows = [
        _row(
            person,
            catalogue.modules[module_id],
            standings.get((person.id, module_id)),
            certificates.get((person.id, module_id)),
            now,
        )
        for person in people
        for module_id in module_ids
    ]
    waited_for = list_waited_for(cohort, person_ids)
    rows += [_invited_row(line, module_id) for line in waited_for for module_id in module_ids]
    return sorted(rows, key=_place)


def _place(row: ReportRow) -> tuple[int, str, int, str, str]:
    person_id = row.person_id or 0
    return _ORDER[row.state], row.name.casefold(), person_id, row.email, row.module_id


def _invited_row(line: RosterLine, module_id: str) -> ReportRow:
    return ReportRow(None, line.name, line.email, module_id, Waiting.INVITED)


def _row(
    person: Person,
    module: Module,
    standing: Standing | None,
    certificate: Certificate | None,
    now: datetime,
) -> ReportRow:
    renewal = find_renewal(module, certificate, now)
    return ReportRow(
        person_id=person.id,
        name=person.name,
        email=person.email,
        module_id=module.id,
        state=_status(standing, renewal),
        setting=standing.enrolment.setting if standing else None,
        language=standing.enrolment.language if standing else None,
        left=standing.path.left if standing else (),
        completed_on=certificate.completed_on if certificate else None,
        certificate_code=certificate.code if certificate else None,
        valid_until=certificate.expires_on if certificate else None,
        is_expired=renewal is not None and renewal.is_expired,
    )


def _status(standing: Standing | None, renewal: Renewal | None) -> Status:
    if standing is None:
        return Status.NOT_STARTED
    return overall_status(standing.path.state, standing.enrolment.cycle, renewal)


def count_states(rows: Iterable[ReportRow]) -> dict[RowState, int]:
    """Count the rows by state; the counts add up to the rows."""
    counts = Counter(row.state for row in rows)
    return {state: counts[state] for state in STATES if counts[state] or state in _ALWAYS_COUNTED}
