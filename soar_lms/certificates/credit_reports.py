"""What providers report of claims: what each body asks for, as far as it was verified.

ACPE: what CPE Monitor finds a person by, the activity, and the day, within 60 days
(https://www.acpe-accredit.org/universal-activity-numbers/,
https://www.powerpak.com/aboutCPEMonitor.aspx). AMA: what its record must show
(https://policymed.com/2010/09/american-medical-association-updated-criteria-for-physician-recognition-award-for-continuing-medical.html);
ACCME asks for counts of learners by activity once a year, and takes learners too
(https://www.accme.org/faq/how-do-i-complete-annual-reporting-requirement). NCHEC: the numbers of
provider and event, quarterly (https://www.nchec.org/continuing-education). The formats in which the
bodies take files were not seen: what is written is a table.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, timedelta

from sqlalchemy import ColumnElement, func, select

from soar_lms.catalogue.credit import CreditType
from soar_lms.certificates.codes import format_code
from soar_lms.certificates.credit_details import open_facts
from soar_lms.certificates.models import Certificate
from soar_lms.database import db
from soar_lms.tables import Cell

ACPE_TAKES_FOR = timedelta(days=60)
"""Within so many days of completion a provider reports a claim."""

_COLUMNS = {
    "provider": "credit_provider",
    "provider_number": "credit_provider_number",
    "event_number": "credit_event_number",
    "name": "name",
    "activity": "module_title",
    "version": "module_version",
    "language": "language",
    "format": "credit_format",
    "completed_on": "completed_on",
    "credits_claimed": "credit_amount",
    "unit": "credit_unit",
    "profession": "credit_profession",
    "license_number": "credit_license_number",
    "license_state": "credit_license_territory",
}
"""What a column is called, and where in the row of a certificate it stands."""

_ASKED: Mapping[CreditType, tuple[str, ...]] = {
    CreditType.AMA: (
        *("name", "provider", "activity", "format", "completed_on", "credits_claimed", "unit"),
        *("profession", "license_number", "license_state"),
    ),
    CreditType.NCHEC: (
        *("provider", "provider_number", "event_number", "name", "activity", "completed_on"),
        *("credits_claimed", "unit"),
    ),
}
"""What a body asks for; of the others nothing was verified, so they get every column."""


@dataclass(frozen=True)
class Report:
    """A table, and what whoever made it should know."""

    header: tuple[str, ...]
    rows: Sequence[Sequence[Cell]]
    late: int = 0
    """Claims that ACPE takes no more, or may not take."""
    without_facts: int = 0
    """Claims whose facts were deleted: they are not in the table."""


def list_claims(kind: CreditType, first: date, last: date) -> list[Certificate]:
    """Return the certificates with a claim that count now, by their day of completion.

    One that was revoked gives no credit; one that was replaced is counted as its successor.
    """
    return list(
        db.session.scalars(
            select(Certificate)
            .where(*_counting(kind, first, last))
            .order_by(Certificate.completed_on, Certificate.id)
        )
    )


def _counting(kind: CreditType, first: date, last: date) -> tuple[ColumnElement[bool], ...]:
    return (
        Certificate.credit_type == kind.value,
        Certificate.completed_on.between(first, last),
        Certificate.replaced_by_id.is_(None),
        Certificate.revoked_at.is_(None),
    )


def report_claims(kind: CreditType, first: date, last: date) -> Report:
    """Return the claims of a body, one row for each."""
    names = _ASKED.get(kind, tuple(_COLUMNS))
    rows = [
        (format_code(item.code), *(_cell(item, _COLUMNS[name]) for name in names))
        for item in list_claims(kind, first, last)
    ]
    return Report(("certificate", *names), rows)


def report_pharmacy(first: date, last: date, keys: Sequence[str], today: date) -> Report:
    """Return what ACPE's CPE Monitor takes: who, which activity, and when.

    :raises WrongKeyError: when none of the keys opens what is kept.
    """
    claims = list_claims(CreditType.ACPE, first, last)
    facts = open_facts(claims, keys)
    rows = [
        (
            claim.credit_uan or "",
            facts[claim.id].profile_id,
            facts[claim.id].birthday,
            str(claim.completed_on),
        )
        for claim in claims
        if claim.id in facts
    ]
    return Report(
        ("uan", "nabp_eprofile_id", "birth_mmdd", "completed_on"),
        rows,
        late=sum(claim.completed_on < today - ACPE_TAKES_FOR for claim in claims),
        without_facts=len(claims) - len(rows),
    )


def report_counts(kind: CreditType, first: date, last: date) -> Report:
    """Return how many learners claimed, and how much, for each activity."""
    activity = (
        Certificate.module_id,
        Certificate.credit_offer,
        Certificate.language,
        Certificate.credit_released_on,
        Certificate.credit_expires_on,
        Certificate.credit_maximum,
    )
    found = db.session.execute(
        select(*activity, func.count(), func.sum(Certificate.credit_amount))
        .where(*_counting(kind, first, last))
        .group_by(*activity)
        .order_by(*activity)
    )
    header = (
        *("module", "offer", "language", "released_on", "expires_on", "maximum"),
        *("learners", "credits_claimed"),
    )
    return Report(header, [tuple(map(_text, row)) for row in found])


def _cell(certificate: Certificate, name: str) -> str:
    return _text(getattr(certificate, name))


def _text(value: object) -> str:
    return "" if value is None else str(value)
