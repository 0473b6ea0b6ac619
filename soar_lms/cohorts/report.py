"""Who is done, and who is not: the rows that the page and the file both show."""

from __future__ import annotations

import csv
from collections import Counter
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from datetime import date
from io import StringIO
from itertools import chain

from sqlalchemy import select

from soar_lms.accounts.models import Person
from soar_lms.catalogue.model import Catalogue
from soar_lms.certificates.models import Certificate
from soar_lms.certificates.services import list_current_certificates
from soar_lms.cohorts.models import Cohort, CohortMember
from soar_lms.cohorts.services import list_module_ids
from soar_lms.database import db
from soar_lms.learning.path import State, StepStatus
from soar_lms.learning.standing import Standing, list_standings

BYTE_ORDER_MARK = "\ufeff"
"""Tells spreadsheet programs that the file is UTF-8."""

_ORDER = {
    State.NOT_STARTED: 0,
    State.IN_PROGRESS: 1,
    State.PASSED: 2,
    State.COMPLETED: 3,
}
Cell = str | float
_FORMULA_STARTS = ("=", "+", "-", "@", "\t", "\r", "\n")


@dataclass(frozen=True)
class ReportRow:
    """A member and one module of the cohort."""

    person_id: int
    name: str
    email: str
    module_id: str
    state: State
    setting: str | None
    language: str | None
    left: tuple[StepStatus, ...]
    completed_on: date | None
    certificate_code: str | None


def list_rows(cohort: Cohort, catalogue: Catalogue) -> list[ReportRow]:
    """Return every member times every module, those who have not finished first."""
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
    certificates = list_current_certificates([item.enrolment.id for item in standings.values()])
    rows = [
        _row(person, module_id, standings.get((person.id, module_id)), certificates)
        for person in people
        for module_id in module_ids
    ]
    return sorted(
        rows, key=lambda row: (_ORDER[row.state], row.name.casefold(), row.person_id, row.module_id)
    )


def _row(
    person: Person,
    module_id: str,
    standing: Standing | None,
    certificates: dict[int, Certificate],
) -> ReportRow:
    certificate = certificates.get(standing.enrolment.id) if standing else None
    return ReportRow(
        person_id=person.id,
        name=person.name,
        email=person.email,
        module_id=module_id,
        state=standing.path.state if standing else State.NOT_STARTED,
        setting=standing.enrolment.setting if standing else None,
        language=standing.enrolment.language if standing else None,
        left=standing.path.left if standing else (),
        completed_on=certificate.completed_on if certificate else None,
        certificate_code=certificate.code if certificate else None,
    )


def count_states(rows: Iterable[ReportRow]) -> dict[State, int]:
    """Count the rows by state; the counts add up to the rows."""
    counts = Counter(row.state for row in rows)
    return {state: counts[state] for state in State}


def write_csv(header: Sequence[str], rows: Iterable[Sequence[Cell]]) -> Iterator[str]:
    """Write a table as CSV, piece by piece: UTF-8 with a byte order mark, formulas made text.

    Numbers of ours stay numbers, also below nothing.
    """
    yield BYTE_ORDER_MARK
    for row in chain([header], rows):
        line = StringIO()
        csv.writer(line).writerow([defuse(cell) if isinstance(cell, str) else cell for cell in row])
        yield line.getvalue()


def defuse(cell: str) -> str:
    """Keep a spreadsheet program from running what a learner typed as a formula.

    OWASP, CSV Injection: https://owasp.org/www-community/attacks/CSV_Injection.
    """
    return f"'{cell}" if cell.startswith(_FORMULA_STARTS) else cell
