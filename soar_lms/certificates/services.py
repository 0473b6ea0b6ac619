"""Issuing, finding and correcting certificates. Documents are made elsewhere, after the commit."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass
from datetime import date, datetime
from decimal import Decimal
from typing import NamedTuple

from sqlalchemy import bindparam, select
from sqlalchemy.exc import IntegrityError

from soar_lms.catalogue.model import Module
from soar_lms.catalogue.schema import CreditOffer, RefresherSpec
from soar_lms.certificates.codes import format_code, make_code, read_code
from soar_lms.certificates.models import Certificate
from soar_lms.clock import add_months, local_date
from soar_lms.database import Among, Numbers, db, read
from soar_lms.errors import DomainError, NotFoundError
from soar_lms.i18n import lazy_gettext

TEMPLATE_VERSION = 1


class CreditNotOfferedError(DomainError):
    """The credit claimed is not offered for this language today, or not as much of it."""

    status = 422
    title = lazy_gettext("This credit is not offered")
    message = lazy_gettext("Please go back and choose from the credit shown on the page.")


@dataclass(frozen=True)
class Provider:
    """Who answers for the training, as printed."""

    name: str | None
    url: str | None


@dataclass(frozen=True)
class Claim:
    """The credit a learner claims."""

    offer_id: str
    amount: Decimal


def issue_certificate(
    module: Module,
    *,
    setting_name: str,
    enrolment_id: int,
    person_id: int,
    name: str,
    setting: str,
    language: str,
    time_zone: str,
    score: int | None,
    claim: Claim | None,
    provider: Provider,
    now: datetime,
    refresher: RefresherSpec | None = None,
) -> Certificate:
    """Write the certificate of an enrolment, or return the one it has.

    `score` is in percent. The caller has made sure that the enrolment is complete. A refresher is
    shorter than what an accreditor granted credit for: it takes its own minutes and gives none.

    :raises CreditNotOfferedError: when the claim does not fit what is offered.
    """
    completed_on = local_date(now, time_zone)
    if claim and refresher:
        raise CreditNotOfferedError
    offer = _find_offer(module, language, completed_on, claim) if claim else None
    certificate = Certificate(
        code=make_code(),
        enrolment_id=enrolment_id,
        person_id=person_id,
        name=name,
        module_id=module.id,
        module_title=module.texts[language].title,
        module_version=module.spec.version,
        setting=setting,
        setting_name=setting_name,
        language=language,
        minutes=refresher.minutes if refresher else module.spec.minutes,
        score=score if module.spec.certificate.show_score else None,
        completed_at=now,
        completed_on=completed_on,
        time_zone=time_zone,
        issued_at=now,
        expires_on=_expiry(completed_on, module.spec.certificate.valid_months),
        provider=provider.name,
        provider_url=provider.url,
        credit_amount=claim.amount if claim and offer else None,
        credit_unit=offer.unit if offer else None,
        credit_statement=offer.statement if offer else None,
        credit_provider_number=offer.provider_number if offer else None,
        template_version=TEMPLATE_VERSION,
    )
    try:
        with db.session.begin_nested():
            db.session.add(certificate)
    except IntegrityError:  # a second click or another worker was faster: there is one
        return get_current_certificate(enrolment_id)
    return certificate


def list_offers(module: Module, language: str, day: date) -> list[CreditOffer]:
    """Return the credit offered for a language on a day."""
    found = []
    for offer in module.offers(language):
        first, last = module.credit_days(offer)
        if first <= day <= last:
            found.append(offer)
    return found


def _find_offer(module: Module, language: str, day: date, claim: Claim) -> CreditOffer:
    for offer in list_offers(module, language, day):
        fits = 0 < claim.amount <= offer.amount and claim.amount % offer.step == 0
        if offer.id == claim.offer_id and fits:
            return offer
    raise CreditNotOfferedError


def _expiry(completed_on: date, valid_months: int | None) -> date | None:
    return None if valid_months is None else add_months(completed_on, valid_months)


def find_certificate(typed: str) -> Certificate | None:
    """Return the certificate of a code, however it was typed; None when there is none."""
    code = read_code(typed)
    if code is None:
        return None
    return db.session.scalar(select(Certificate).where(Certificate.code == code))


def get_certificate(typed: str) -> Certificate:
    """Return the certificate of a code.

    :raises NotFoundError: when there is none.
    """
    certificate = find_certificate(typed)
    if certificate is None:
        raise NotFoundError
    return certificate


def get_current_certificate(enrolment_id: int) -> Certificate:
    """Return the one certificate of an enrolment that counts now.

    :raises NotFoundError: when there is none.
    """
    certificate = list_current_certificates([enrolment_id]).get(enrolment_id)
    if certificate is None:
        raise NotFoundError
    return certificate


def list_current_certificates(enrolment_ids: Collection[int]) -> dict[int, Certificate]:
    """Return the certificates that count now, by enrolment: not replaced and not revoked."""
    found = db.session.scalars(
        select(Certificate).where(
            Among(Certificate.enrolment_id, bindparam("enrolment_ids", enrolment_ids, Numbers)),
            Certificate.replaced_by_id.is_(None),
            Certificate.revoked_at.is_(None),
        )
    )
    return {item.enrolment_id: item for item in found if item.enrolment_id is not None}


def list_certificates(person_id: int) -> list[Certificate]:
    """Return a person's certificates that were not replaced, the newest first."""
    return list(
        db.session.scalars(
            select(Certificate)
            .where(Certificate.person_id == person_id, Certificate.replaced_by_id.is_(None))
            .order_by(Certificate.issued_at.desc(), Certificate.id.desc())
        )
    )


def list_newest_certificates(
    person_ids: Collection[int], module_ids: Collection[str]
) -> dict[tuple[int, str], Certificate]:
    """Return the newest certificate that counts, of whatever cycle, by (person, module)."""
    found = db.session.scalars(
        select(Certificate)
        .where(
            Among(Certificate.person_id, bindparam("person_ids", person_ids, Numbers)),
            Certificate.module_id.in_(module_ids),
            Certificate.replaced_by_id.is_(None),
            Certificate.revoked_at.is_(None),
        )
        .order_by(Certificate.issued_at, Certificate.id)
    )
    return {(item.person_id, item.module_id): item for item in found if item.person_id is not None}


class CertificateDays(NamedTuple):
    """What a list says of a certificate, and where its days begin."""

    code: str
    completed_on: date
    expires_on: date | None
    time_zone: str


_NEWEST_DAYS = (
    select(
        Certificate.person_id,
        Certificate.module_id,
        Certificate.code,
        Certificate.completed_on,
        Certificate.expires_on,
        Certificate.time_zone,
    )
    .where(
        Among(Certificate.person_id, bindparam("person_ids", type_=Numbers)),
        Certificate.replaced_by_id.is_(None),
        Certificate.revoked_at.is_(None),
    )
    .order_by(Certificate.issued_at, Certificate.id)
)


def list_newest_days(person_ids: Collection[int]) -> dict[tuple[int, str], CertificateDays]:
    """Return of `list_newest_certificates` what lists need, for every module."""
    rows = read(_NEWEST_DAYS, {"person_ids": person_ids})
    return {
        (row.person_id, row.module_id): CertificateDays(
            row.code, row.completed_on, row.expires_on, row.time_zone
        )
        for row in rows
    }


def code_of_successor(certificate: Certificate) -> str | None:
    """Return the code of the certificate that replaced this one, as people read it."""
    if certificate.replaced_by_id is None:
        return None
    code = db.session.scalar(
        select(Certificate.code).where(Certificate.id == certificate.replaced_by_id)
    )
    return format_code(code) if code else None
