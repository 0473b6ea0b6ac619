"""Which credit somebody can claim at the last step, and why they cannot claim other credit."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date

from soar_lms.accounts.professions import PROFESSIONS
from soar_lms.catalogue.credit import CreditOffer
from soar_lms.catalogue.model import Module
from soar_lms.certificates.claims import asks_for_profile, list_offers, say_why_not
from soar_lms.i18n import gettext


@dataclass(frozen=True)
class CreditChoice:
    """What can be claimed in a language on a day."""

    module: Module
    language: str
    day: date
    offers: Mapping[str, CreditOffer]
    withheld: tuple[CreditOffer, ...]
    """Offered, but this site has no key to keep what its body wants to know."""
    is_refresher: bool

    def why_not(self, offer_id: str | None = None) -> str:
        """Say why an offer, or any, cannot be claimed."""
        words: str
        if self.is_refresher:
            words = gettext("A refresher gives no credit.")
        elif any(offer_id in {None, offer.id} for offer in self.withheld):
            words = gettext(
                "Credit for pharmacists cannot be claimed on this site at the moment. If you need "
                "it, ask the people who run the site before you finish."
            )
        else:
            words = say_why_not(self.module, self.language, self.day, offer_id)
        return words


def list_choices(
    module: Module, language: str, day: date, *, has_key: bool, is_refresher: bool
) -> CreditChoice:
    """Return what can be claimed; a refresher is shorter than what credit was granted for."""
    found = [] if is_refresher else list_offers(module, language, day)
    return CreditChoice(
        module,
        language,
        day,
        offers={offer.id: offer for offer in found if has_key or not asks_for_profile(offer)},
        withheld=tuple(offer for offer in found if not has_key and asks_for_profile(offer)),
        is_refresher=is_refresher,
    )


def say_audience(offer: CreditOffer) -> str:
    """Name the professions that may claim an offer; nothing where anybody may."""
    return ", ".join(str(PROFESSIONS[profession]) for profession in offer.audience)
