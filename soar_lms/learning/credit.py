"""The credit of each language on a day, to be said before anybody starts. Pure."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date

from soar_lms.catalogue.credit import CreditOffer
from soar_lms.catalogue.model import Module


@dataclass(frozen=True)
class DatedOffer:
    """An offer with the days on which it can be claimed, the module's own days included."""

    offer: CreditOffer
    first: date
    last: date


@dataclass(frozen=True)
class Eligibility:
    """The credit that belongs to one language of a module, seen from one day."""

    language: str
    offered: tuple[DatedOffer, ...]
    coming: tuple[DatedOffer, ...]
    over: tuple[DatedOffer, ...]


def list_eligibility(module: Module, today: date) -> tuple[Eligibility, ...]:
    """Return what each language of a module gives on a day, in the module's order of languages."""
    return tuple(_eligibility(module, language, today) for language in module.languages)


def _eligibility(module: Module, language: str, today: date) -> Eligibility:
    dated = [DatedOffer(offer, *module.credit_days(offer)) for offer in module.offers(language)]
    possible = [item for item in dated if item.first <= item.last]
    return Eligibility(
        language,
        offered=tuple(item for item in possible if item.first <= today <= item.last),
        coming=tuple(item for item in possible if today < item.first),
        over=tuple(item for item in possible if item.last < today),
    )


def depends_on_language(found: tuple[Eligibility, ...]) -> bool:
    """Whether it matters today in which language a module is completed.

    The same credit may be worded in each language; accreditor and amount tell it from another.
    """
    given = {
        frozenset((item.offer.accreditor, item.offer.amount) for item in entry.offered)
        for entry in found
    }
    return len(given) > 1
