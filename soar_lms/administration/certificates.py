"""Certificates as administrators look after them: found, with everything that was done to them."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime

from soar_lms.accounts.models import Person
from soar_lms.accounts.services import find_person, list_people
from soar_lms.accounts.trail import list_trail
from soar_lms.audit.models import AuditEntry
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
class Event:
    """Something that happened to a certificate: it was issued, or what its entry says."""

    moment: datetime
    certificate: Certificate
    status: Status
    entry: AuditEntry | None = None


@dataclass(frozen=True)
class CertificateRecord:
    """A certificate, and what happened to it and to those before and after it."""

    certificate: Certificate
    status: Status
    holder: Person | None
    events: list[Event]
    """The oldest first."""
    people: Mapping[int, Person]
    """Everybody whom the events name and who still has an account."""


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
    chain = {item.code: (item, item.status_at(now)) for item in list_chain(certificate)}
    trail = list_trail(find_changes_of_certificates(list(chain)))
    issued = [Event(item.issued_at, item, status) for item, status in chain.values()]
    changed = [
        Event(entry.happened_at, *chain[entry.facts["certificate"]], entry)
        for entry in reversed(trail.entries)
    ]
    owner = certificate.person_id
    return CertificateRecord(
        certificate=certificate,
        status=certificate.status_at(now),
        holder=None if owner is None else list_people([owner]).get(owner),
        events=sorted(issued + changed, key=lambda event: event.moment),
        people=trail.people,
    )
