"""Correcting the name on a certificate: a new one replaces the old one, and both codes answer.

The holder may do it once, soon after the issue; later, or once more, staff does, with a reason.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime, timedelta
from enum import StrEnum
from typing import Any

from sqlalchemy import select

from soar_lms.accounts.models import Person, Reader
from soar_lms.accounts.services import list_people
from soar_lms.audit.services import Action, Actor, record
from soar_lms.certificates.access import can_manage, is_holder
from soar_lms.certificates.codes import make_code
from soar_lms.certificates.models import Certificate
from soar_lms.clock import local_date
from soar_lms.database import db
from soar_lms.errors import DomainError, NotFoundError
from soar_lms.i18n import lazy_gettext
from soar_lms.messages.services import post_message, public_url

HOLDER_DAYS = 30
"""Days after the issue on which the holder may still correct the name."""

NOT_COPIED = (
    "id",
    "code",
    "enrolment_id",
    "name",
    "issued_at",
    "status_index",
    "replaced_by_id",
    "replaced_quietly",
    "corrected_by_holder",
    "revoked_at",
    "revoked_reason",
    "revocation",
    "erased_at",
)
"""What a replacement has of its own; everything else is the snapshot that it repeats."""


class Closed(StrEnum):
    """Why a name cannot be corrected; `wording.py` has the words."""

    REPLACED = "replaced"
    REVOKED = "revoked"
    ERASED = "erased"
    USED = "used"
    OVER = "over"


class CorrectionClosedError(DomainError):
    """The name on this certificate cannot be corrected, or not by this person any more."""

    title = lazy_gettext("The name cannot be corrected here")
    message = lazy_gettext("Please go back to the certificate. Its page says what can be done.")


class NameUnchangedError(DomainError):
    """The name typed is the one that is printed."""

    status = 422
    title = lazy_gettext("This name is on the certificate already")
    message = lazy_gettext("Please go back and type the name as it should be printed.")


@dataclass(frozen=True)
class Correction:
    """Whether somebody can correct the name on a certificate."""

    by_holder: bool
    last_day: date
    """Until when the holder can, where they are."""
    closed: Closed | None


def plan_correction(person: Person | Reader, certificate: Certificate, now: datetime) -> Correction:
    """Say whether somebody who sees a certificate can correct its name.

    :raises NotFoundError: when it is not theirs, and not theirs to look after.
    """
    by_holder = is_holder(person, certificate)
    if not by_holder and not can_manage(person, certificate):
        raise NotFoundError
    last_day = local_date(certificate.issued_at, certificate.time_zone) + timedelta(HOLDER_DAYS)
    closed = _find_closed(certificate)
    if closed is None and by_holder:
        closed = _find_closed_for_holder(certificate, last_day, now)
    return Correction(by_holder, last_day, closed)


def _find_closed(certificate: Certificate) -> Closed | None:
    if certificate.erased_at is not None:
        return Closed.ERASED
    if certificate.revoked_at is not None:
        return Closed.REVOKED
    return Closed.REPLACED if certificate.replaced_by_id is not None else None


def _find_closed_for_holder(
    certificate: Certificate, last_day: date, now: datetime
) -> Closed | None:
    if certificate.corrected_by_holder:
        return Closed.USED
    return Closed.OVER if local_date(now, certificate.time_zone) > last_day else None


def correct_name(
    certificate_id: int,
    *,
    name: str,
    quietly: bool,
    reason: str | None,
    person: Person | Reader,
    now: datetime,
) -> Certificate:
    """Issue a certificate with another name in place of one, and tell its holder.

    A second time, with the same name, it returns the same certificate.

    :param quietly: whether others are not led from one to the other.
    :param reason: what staff writes into the audit trail.
    :raises CorrectionClosedError: when it cannot be corrected, or not by this person any more.
    :raises NameUnchangedError: when it is the name that is printed.
    """
    old = _lock(certificate_id)
    plan = plan_correction(person, old, now)
    if old.replaced_by_id is not None:
        successor = db.session.get_one(Certificate, old.replaced_by_id)
        if successor.name == name:
            return successor
    if plan.closed is not None:
        raise CorrectionClosedError
    if name == old.name:
        raise NameUnchangedError
    successor = _replace(
        old, name=name, quietly=quietly, now=now, used=old.corrected_by_holder or plan.by_holder
    )
    record(
        Action.CERTIFICATE_CORRECTED,
        actor=Actor(person.id),
        now=now,
        person_id=old.person_id,
        reason=reason,
        module=old.module_id,
        certificate=old.code,
        successor=successor.code,
    )
    _tell(successor, now)
    return successor


def _lock(certificate_id: int) -> Certificate:
    return db.session.scalars(
        select(Certificate)
        .where(Certificate.id == certificate_id)
        .with_for_update()
        .execution_options(populate_existing=True)
    ).one()


def _replace(
    old: Certificate, *, name: str, quietly: bool, used: bool, now: datetime
) -> Certificate:
    """Put a new certificate in the place of an old one: one of an enrolment counts at any time."""
    successor = Certificate(
        **_snapshot(old), code=make_code(), name=name, issued_at=now, corrected_by_holder=used
    )
    db.session.add(successor)
    db.session.flush()
    old.replaced_by_id, old.replaced_quietly = successor.id, quietly
    db.session.flush()
    successor.enrolment_id = old.enrolment_id
    db.session.flush()
    return successor


def _snapshot(certificate: Certificate) -> dict[str, Any]:
    """Return what a replacement repeats: every column but those that are its own."""
    keys = [attribute.key for attribute in Certificate.__mapper__.column_attrs]
    return {key: getattr(certificate, key) for key in keys if key not in NOT_COPIED}


def _tell(certificate: Certificate, now: datetime) -> None:
    if certificate.person_id is None:
        return
    holder = list_people([certificate.person_id])[certificate.person_id]
    post_message(
        "certificate-corrected",
        recipient=holder.email,
        language=holder.language,
        now=now,
        name=certificate.name,
        address=public_url(
            "certificates.show_certificate", code=certificate.code, language=holder.language
        ),
    )
