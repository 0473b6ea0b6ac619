"""Issuing, finding and correcting certificates. Documents are made elsewhere, after the commit."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass
from datetime import date, datetime
from typing import NamedTuple

from sqlalchemy import bindparam, select
from sqlalchemy.exc import IntegrityError

from soar_lms.catalogue.model import Module
from soar_lms.catalogue.schema import RefresherSpec
from soar_lms.certificates.claims import (
    Claim,
    CreditNotOfferedError,
    find_offer,
    freeze_claim,
)
from soar_lms.certificates.codes import make_code, read_code
from soar_lms.certificates.designs import BUILT_IN_LOOK, Look
from soar_lms.certificates.models import Certificate, CreditDetails
from soar_lms.clock import add_months, local_date
from soar_lms.database import Among, Numbers, db, read
from soar_lms.errors import NotFoundError
from soar_lms.folding import FoldedName, fold_name

_TRIES = 3
NO_CODE = "0" * 27
"""What a certificate that is only shown has in place of its code."""


@dataclass(frozen=True)
class Provider:
    """Who answers for the training, as printed."""

    name: str | None
    url: str | None


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
    look: Look = BUILT_IN_LOOK,
) -> Certificate:
    """Write the certificate of an enrolment, or return the one it has.

    `score` is in percent. The caller has made sure that the enrolment is complete.

    :raises CreditNotOfferedError: when the claim does not fit what is offered.
    """
    certificate = draft_certificate(
        module,
        setting_name=setting_name,
        name=name,
        setting=setting,
        language=language,
        time_zone=time_zone,
        score=score,
        claim=claim,
        provider=provider,
        now=now,
        refresher=refresher,
        look=look,
    )
    certificate.code = make_code()
    certificate.enrolment_id = enrolment_id
    certificate.person_id = person_id
    tries = _TRIES
    while True:
        try:
            with db.session.begin_nested():
                db.session.add(certificate)
            break
        except IntegrityError:  # a second click or another worker was faster: there is one
            found = list_current_certificates([enrolment_id]).get(enrolment_id)
            if found is not None:
                return found
            tries -= 1  # or somebody else drew the same place in the lists of badges meanwhile
            if not tries:
                raise
    if claim and claim.locked_facts:
        db.session.add(CreditDetails(certificate_id=certificate.id, locked=claim.locked_facts))
    return certificate


def draft_certificate(
    module: Module,
    *,
    setting_name: str,
    name: str,
    setting: str,
    language: str,
    time_zone: str,
    score: int | None,
    claim: Claim | None,
    provider: Provider,
    now: datetime,
    refresher: RefresherSpec | None = None,
    look: Look = BUILT_IN_LOOK,
) -> Certificate:
    """Return a certificate as it would be issued, without a code and in no database.

    A refresher is shorter than what an accreditor granted credit for: it takes its own minutes and
    gives none.

    :raises CreditNotOfferedError: when the claim does not fit what is offered.
    """
    completed_on = local_date(now, time_zone)
    if claim and refresher:
        raise CreditNotOfferedError
    offer = find_offer(module, language, completed_on, claim) if claim else None
    return Certificate(
        code=NO_CODE,
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
        design=look.design,
        template_version=look.version,
        paper=look.paper,
        **(freeze_claim(offer, claim) if claim and offer else {}),
    )


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


def get_latest_certificate(enrolment_id: int) -> Certificate:
    """Return the certificate of an enrolment that counts; where it was revoked, that one.

    :raises NotFoundError: when none was issued.
    """
    certificate = db.session.scalar(
        select(Certificate)
        .where(Certificate.enrolment_id == enrolment_id, Certificate.replaced_by_id.is_(None))
        .order_by(Certificate.revoked_at.is_not(None), Certificate.id.desc())
        .limit(1)
    )
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


def list_all_certificates(person_id: int) -> list[Certificate]:
    """Return every certificate of a person, whatever became of it, the newest first."""
    return list(
        db.session.scalars(
            select(Certificate)
            .where(Certificate.person_id == person_id)
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


def list_looks() -> list[tuple[str, int]]:
    """Return the designs that certificates have, with their versions."""
    found = db.session.execute(select(Certificate.design, Certificate.template_version).distinct())
    return [(design, version) for design, version in found]


def search_certificates(words: str, limit: int) -> list[Certificate]:
    """Return the newest certificates with these words in the name, whatever became of them.

    Neither accents nor case matter.
    """
    return list(
        db.session.scalars(
            select(Certificate)
            .where(FoldedName(Certificate.name).contains(fold_name(words), autoescape=True))
            .order_by(Certificate.issued_at.desc(), Certificate.id.desc())
            .limit(limit)
        )
    )


def find_successor(certificate: Certificate) -> Certificate | None:
    """Return the certificate that replaced this one, or None."""
    if certificate.replaced_by_id is None:
        return None
    return db.session.get(Certificate, certificate.replaced_by_id)


def find_predecessor(certificate: Certificate) -> Certificate | None:
    """Return the certificate that this one replaced, or None."""
    return db.session.scalar(
        select(Certificate).where(Certificate.replaced_by_id == certificate.id)
    )


def list_chain(certificate: Certificate) -> list[Certificate]:
    """Return a certificate with all that it replaced and that replaced it, the oldest first."""
    chain = [certificate]
    while (older := find_predecessor(chain[0])) is not None:
        chain.insert(0, older)
    while (newer := find_successor(chain[-1])) is not None:
        chain.append(newer)
    return chain
