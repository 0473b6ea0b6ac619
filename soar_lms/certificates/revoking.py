"""Revoking certificates and restoring them, one or many, each step safe to repeat.

What is revoked together has one number, by which it can be restored together. Only certificates
that count are revoked: one that was replaced leads to its successor, and says what that is worth.
"""

from __future__ import annotations

import secrets
from collections.abc import Collection, Iterator
from dataclasses import dataclass, field, fields
from datetime import date, datetime
from typing import Any

from sqlalchemy import ColumnElement, Select, bindparam, select
from sqlalchemy.exc import IntegrityError

from soar_lms.accounts.models import Person
from soar_lms.accounts.services import list_people
from soar_lms.audit.services import Action, Actor, record
from soar_lms.certificates.codes import ALPHABET, format_code
from soar_lms.certificates.models import Certificate
from soar_lms.certificates.services import list_current_certificates
from soar_lms.database import Among, Numbers, db
from soar_lms.errors import DomainError
from soar_lms.i18n import gettext, lazy_gettext
from soar_lms.messages.services import post_message, public_url


class NewerCertificateError(DomainError):
    """There is another certificate for the same completion, and one counts at a time."""

    title = lazy_gettext("A newer certificate counts")

    def __init__(self, newer: Certificate) -> None:
        self.message = gettext(
            "For the same completion there is a newer certificate: %(code)s. Only one can count. "
            "If this one is the right one, revoke the newer one first.",
            code=format_code(newer.code),
        )


@dataclass(frozen=True)
class Selection:
    """Which certificates are meant: those for which every condition holds that is given."""

    codes: frozenset[str] | None = None
    module_id: str | None = None
    module_ids: frozenset[str] | None = None
    module_version: str | None = None
    language: str | None = None
    issued_from: datetime | None = None
    issued_before: datetime | None = None
    person_ids: frozenset[int] | None = None
    revocation: str | None = None

    @property
    def is_everything(self) -> bool:
        """Whether no condition is given at all."""
        return all(getattr(self, item.name) is None for item in fields(self))


def make_revocation_number(today: date) -> str:
    """Return a number for what is revoked together, which nobody else gets: day and 30 bits."""
    return f"{today:%Y%m%d}-{''.join(secrets.choice(ALPHABET) for _ in range(6))}"


def list_revocable(selection: Selection) -> list[Certificate]:
    """Return the certificates of a selection that count, in the order of their issue."""
    return list(db.session.scalars(_narrow(_REVOCABLE, selection)))


def list_restorable(selection: Selection) -> list[Certificate]:
    """Return the certificates of a selection that are revoked, in the order of their issue."""
    return list(db.session.scalars(_narrow(_REVOKED, selection)))


_IN_ORDER = select(Certificate).order_by(Certificate.id)
_REVOCABLE = _IN_ORDER.where(Certificate.revoked_at.is_(None), Certificate.replaced_by_id.is_(None))
_REVOKED = _IN_ORDER.where(Certificate.revoked_at.is_not(None))


def _narrow(certificates: Select[Certificate], selection: Selection) -> Select[Certificate]:
    return certificates.where(*_conditions(selection))


def _conditions(selection: Selection) -> Iterator[ColumnElement[bool]]:
    for column, value in (
        (Certificate.module_id, selection.module_id),
        (Certificate.module_version, selection.module_version),
        (Certificate.language, selection.language),
        (Certificate.revocation, selection.revocation),
    ):
        if value is not None:
            yield column == value
    if selection.codes is not None:
        yield Certificate.code.in_(selection.codes)
    if selection.module_ids is not None:
        yield Certificate.module_id.in_(selection.module_ids)
    if selection.issued_from is not None:
        yield Certificate.issued_at >= selection.issued_from
    if selection.issued_before is not None:
        yield Certificate.issued_at < selection.issued_before
    if selection.person_ids is not None:
        yield Among(
            Certificate.person_id, bindparam("holders", list(selection.person_ids), Numbers)
        )


# --- revoking -----------------------------------------------------------------------------------


def revoke_certificates(
    certificate_ids: Collection[int],
    *,
    reason: str,
    revocation: str,
    actor: Actor,
    now: datetime,
) -> list[Certificate]:
    """Revoke what counts of some certificates, and tell their holders; return what was revoked.

    What is revoked or replaced already stays as it is: a second time changes nothing.

    :param reason: for staff and the holder; a verifier never reads it.
    """
    revoked = _lock(_REVOCABLE, certificate_ids)
    holders = _list_holders(revoked)
    for certificate in revoked:
        certificate.revoked_at, certificate.revoked_reason = now, reason
        certificate.revocation = revocation
        _record(Action.CERTIFICATE_REVOKED, certificate, revocation, reason, actor, now)
        if holder := holders.get(certificate.person_id or 0):
            letter = _letter(certificate, holder, now)
            post_message("certificate-revoked", reason=reason, **letter)
    db.session.flush()
    return revoked


def _lock(certificates: Select[Certificate], certificate_ids: Collection[int]) -> list[Certificate]:
    """Return those of some certificates that are still so, and keep others from changing them."""
    wanted = bindparam("wanted", list(certificate_ids), Numbers)
    return list(
        db.session.scalars(
            certificates.where(Among(Certificate.id, wanted))
            .with_for_update()
            .execution_options(populate_existing=True)
        )
    )


def _list_holders(certificates: Collection[Certificate]) -> dict[int, Person]:
    return list_people(item.person_id for item in certificates if item.person_id is not None)


def _record(
    action: Action,
    certificate: Certificate,
    revocation: str | None,
    reason: str,
    actor: Actor,
    now: datetime,
) -> None:
    record(
        action,
        actor=actor,
        now=now,
        person_id=certificate.person_id,
        reason=reason,
        module=certificate.module_id,
        certificate=certificate.code,
        revocation=revocation,
    )


def _letter(certificate: Certificate, holder: Person, now: datetime) -> dict[str, Any]:
    """Return what both e-mails are made of."""
    return {
        "recipient": holder.email,
        "language": holder.language,
        "now": now,
        "name": holder.name,
        "completed_on": certificate.completed_on,
        "address": public_url(
            "certificates.show_certificate", code=certificate.code, language=holder.language
        ),
    }


# --- restoring ----------------------------------------------------------------------------------


@dataclass
class Restored:
    """What came of restoring some certificates."""

    done: list[Certificate] = field(default_factory=list)
    hindered: list[tuple[Certificate, Certificate]] = field(default_factory=list)
    """Each with the newer one that counts for the same completion."""


def restore_certificate(certificate_id: int, *, reason: str, actor: Actor, now: datetime) -> None:
    """Make a revoked certificate count again, and tell its holder; a second time, nothing.

    :raises NewerCertificateError: when another one counts for the same completion.
    """
    restored = restore_certificates([certificate_id], reason=reason, actor=actor, now=now)
    for _, newer in restored.hindered:
        raise NewerCertificateError(newer)


def restore_certificates(
    certificate_ids: Collection[int], *, reason: str, actor: Actor, now: datetime
) -> Restored:
    """Make revoked certificates count again where none took their place, and tell their holders.

    Of several for one completion the newest comes back. What is not revoked stays as it is.
    """
    result, revoked = Restored(), _lock(_REVOKED, certificate_ids)
    holders = _list_holders(revoked)
    for certificate in reversed(revoked):
        revocation = certificate.revocation
        newer = _try_to_restore(certificate)
        if newer is not None:
            result.hindered.append((certificate, newer))
            continue
        result.done.append(certificate)
        _record(Action.CERTIFICATE_RESTORED, certificate, revocation, reason, actor, now)
        if holder := holders.get(certificate.person_id or 0):
            post_message("certificate-restored", **_letter(certificate, holder, now))
    return result


def _try_to_restore(certificate: Certificate) -> Certificate | None:
    """Take the revocation back; return the certificate that is in the way, if there is one."""
    try:
        with db.session.begin_nested():
            certificate.revoked_at = certificate.revoked_reason = certificate.revocation = None
    except IntegrityError:  # one of an enrolment counts: the savepoint brought the values back
        number = certificate.enrolment_id or 0
        return list_current_certificates([number])[number]
    return None
