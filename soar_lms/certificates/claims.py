"""Claiming credit: what is offered on a day, why not, and what the row keeps of a claim."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from typing import Any

from soar_lms.catalogue.credit import (
    RULES,
    CreditOffer,
)
from soar_lms.catalogue.model import Catalogue, Module
from soar_lms.errors import DomainError
from soar_lms.i18n import format_day, get_language, gettext, lazy_gettext


class CreditNotOfferedError(DomainError):
    """The credit claimed is not offered for this language today, or not so; says why."""

    status = 422
    title = lazy_gettext("This credit is not offered")
    message = lazy_gettext("Please go back and choose from the credit shown on the page.")

    def __init__(self, message: str | None = None) -> None:
        super().__init__(message)
        if message is not None:
            self.message = message


MOST_DIGITS = 20
_A_LEAP_YEAR = 2024
_DAY = re.compile(r"(\d{2})(\d{2})|(\d{1,2})[/. -](\d{1,2})")


@dataclass(frozen=True)
class License:
    """A license as it is printed; the state may be left out."""

    number: str
    territory: str | None = None


@dataclass(frozen=True)
class Claim:
    """The credit a learner claims."""

    offer_id: str
    amount: Decimal
    profession: str | None = None
    """As on the page where it is claimed; kept only with a claim."""
    license: License | None = None
    locked_facts: str | None = None
    """What the body wants to know of who claims, encrypted (`vault.py`)."""


def list_offers(module: Module, language: str, day: date) -> list[CreditOffer]:
    """Return the credit offered for a language on a day."""
    return [
        offer
        for offer, (first, last) in _dated(module, language)
        if first <= day <= last and first <= last
    ]


def find_offer(module: Module, language: str, day: date, claim: Claim) -> CreditOffer:
    """Return the offer that a claim fits.

    :raises CreditNotOfferedError: when there is none; it says why.
    """
    for offer in list_offers(module, language, day):
        if offer.id != claim.offer_id:
            continue
        fits = 0 < claim.amount <= offer.amount and claim.amount % offer.step == 0
        is_for = not offer.audience or claim.profession in offer.audience
        is_told = not asks_for_profile(offer) or claim.locked_facts is not None
        if fits and is_for and is_told:
            return offer
        raise CreditNotOfferedError
    raise CreditNotOfferedError(say_why_not(module, language, day, claim.offer_id))


def say_why_not(module: Module, language: str, day: date, offer_id: str | None = None) -> str:
    """Say why a language gives no credit on a day, or not that of an offer that is known there."""
    dated = _dated(module, language)
    found = [days for offer, days in dated if offer.id == offer_id] or [days for _, days in dated]
    possible = [(first, last) for first, last in found if first <= last]
    name = get_language(language).name_in_text
    coming = [first for first, _ in possible if first > day]
    words: str
    if not possible:
        words = gettext("This module gives no credit in %(language)s.", language=name)
    elif coming:
        words = gettext(
            "Credit for this module in %(language)s begins on %(day)s.",
            language=name,
            day=format_day(min(coming)),
        )
    elif any(last >= day for _, last in possible):
        words = gettext("Choose from the credit that is shown on the page.")
    else:
        words = gettext(
            "Credit for this module in %(language)s ended on %(day)s.",
            language=name,
            day=format_day(max(last for _, last in possible)),
        )
    return words


def _dated(module: Module, language: str) -> list[tuple[CreditOffer, tuple[date, date]]]:
    return [(offer, module.credit_days(offer)) for offer in module.offers(language)]


def freeze_claim(offer: CreditOffer, claim: Claim) -> Mapping[str, Any]:
    """Return the columns of a certificate that keep a claim: the words and numbers of its day."""
    return {
        "credit_amount": claim.amount,
        "credit_unit": offer.unit,
        "credit_statement": offer.statement,
        "credit_provider_number": offer.provider_number,
        "credit_type": offer.type.value,
        "credit_offer": offer.id,
        "credit_maximum": offer.amount,
        "credit_accreditor": offer.accreditor,
        "credit_provider": offer.provider,
        "credit_provider_address": offer.provider_address,
        "credit_joint_provider": offer.joint_provider,
        "credit_event_number": offer.event_number,
        "credit_uan": offer.uan,
        "credit_format": offer.format.value if offer.format else None,
        "credit_released_on": offer.valid.from_,
        "credit_reviewed_on": offer.reviewed,
        "credit_expires_on": offer.valid.until,
        "credit_profession": claim.profession,
        "credit_license_number": claim.license.number if claim.license else None,
        "credit_license_territory": claim.license.territory if claim.license else None,
    }


def asks_for_profile(offer: CreditOffer) -> bool:
    """Return whether who claims an offer gives an NABP e-Profile ID and a birthday."""
    return RULES[offer.type].asks_for_profile


def list_withheld(catalogue: Catalogue) -> list[str]:
    """Name the offers that nobody can claim on a site without `SOAR_CREDIT_KEY`."""
    return [
        f"{module.id}/{offer.id}"
        for module in catalogue.modules.values()
        for offer in module.spec.credit
        if asks_for_profile(offer)
    ]


def is_profile_id(text: str) -> bool:
    """Return whether a text can be an NABP e-Profile ID: digits, however many there are."""
    return text.isascii() and text.isdecimal() and len(text) <= MOST_DIGITS


def read_birthday(text: str) -> str | None:
    """Return a month and a day of birth as MMDD (`0704`, `7/4`, `07-04`); None for what is none."""
    found = _DAY.fullmatch(text)
    if found is None or not text.isascii():
        return None
    month, day = (int(part) for part in found.groups() if part)
    try:
        date(_A_LEAP_YEAR, month, day)
    except ValueError:
        return None
    return f"{month:02}{day:02}"
