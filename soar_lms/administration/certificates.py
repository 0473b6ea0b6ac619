"""Certificates as administrators look after them: found, with everything that was done to them."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from soar_lms.accounts.models import Person
from soar_lms.accounts.services import find_person, list_people
from soar_lms.accounts.trail import Trail, list_trail
from soar_lms.audit.services import find_changes_of_certificates
from soar_lms.certificates.models import Certificate, Status
from soar_lms.certificates.services import (
    find_certificate,
    list_all_certificates,
    list_chain,
    search_certificates,
)
from soar_lms.paging import ROWS_ON_A_PAGE


@dataclass(frozen=True)
class CertificateRecord:
    """A certificate, those it replaced and that replaced it, and what was done to them."""

    certificate: Certificate
    status: Status
    holder: Person | None
    chain: list[tuple[Certificate, Status]]
    """The oldest first."""
    trail: Trail


def find_certificates(typed: str) -> list[Certificate]:
    """Return what a code, an e-mail address or a part of a name leads to, the newest first.

    Of many with one name only the newest are returned: one page.
    """
    certificate = find_certificate(typed)
    if certificate is not None:
        return [certificate]
    person = find_person(typed)
    if person is not None:
        return list_all_certificates(person.id)
    return search_certificates(typed, ROWS_ON_A_PAGE)


def describe_certificate(certificate: Certificate, now: datetime) -> CertificateRecord:
    """Return everything on record of a certificate."""
    chain = list_chain(certificate)
    owner = certificate.person_id
    return CertificateRecord(
        certificate=certificate,
        status=certificate.status_at(now),
        holder=None if owner is None else list_people([owner]).get(owner),
        chain=[(item, item.status_at(now)) for item in chain],
        trail=list_trail(find_changes_of_certificates([item.code for item in chain])),
    )
