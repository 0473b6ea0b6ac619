"""What is wrong with an offer of credit, by what its body demands."""

from __future__ import annotations

from collections.abc import Iterator

from soar_lms.catalogue.credit import (
    MOST_MONTHS_UNREVIEWED,
    RULES,
    ActivityFormat,
    CreditOffer,
    CreditType,
    format_of,
)
from soar_lms.catalogue.question_checks import Fault
from soar_lms.clock import add_months


def credit_faults(offer: CreditOffer, *, has_test: bool) -> Iterator[Fault]:
    """Yield what keeps an offer from being made."""
    yield from _missing_keys(offer)
    yield from _wrong_amounts(offer)
    yield from _wrong_uan(offer)
    rule = RULES[offer.type]
    if rule.enduring_needs_test and offer.format is ActivityFormat.ENDURING and not has_test:
        yield ("type",), f"enduring {rule.name} credit needs a final test with a pass mark"
    if offer.valid.from_ > offer.valid.until:
        yield ("valid",), "from must not be after until"
    elif offer.reviewed and offer.reviewed > offer.valid.until:
        yield ("reviewed",), "must not be after valid.until"


def _missing_keys(offer: CreditOffer) -> Iterator[Fault]:
    rule = RULES[offer.type]
    for key in rule.needs:
        if getattr(offer, key) is None:
            yield (), f'{rule.name} credit needs the key "{key}"'


def _wrong_amounts(offer: CreditOffer) -> Iterator[Fault]:
    rule = RULES[offer.type]
    if offer.amount % offer.step:
        yield ("amount",), f"must be a multiple of step ({offer.step})"
    if rule.step and offer.step % rule.step:
        yield ("step",), f"{rule.name} credit is claimed in steps of {rule.step}"
    if rule.least and offer.amount < rule.least:
        yield ("amount",), f"the least {rule.name} credit is {rule.least}"


def _wrong_uan(offer: CreditOffer) -> Iterator[Fault]:
    if offer.uan is None:
        return
    if offer.type is not CreditType.ACPE:
        yield ("uan",), "only ACPE credit has a UAN"
    elif offer.format and offer.format is not format_of(offer.uan):
        yield ("format",), f"the UAN says {format_of(offer.uan)}"


def credit_warnings(offer: CreditOffer) -> Iterator[Fault]:
    """Yield what somebody should look at before the offer is made."""
    reviewed = max(offer.valid.from_, offer.reviewed or offer.valid.from_)
    is_enduring = offer.format is ActivityFormat.ENDURING
    if is_enduring and offer.valid.until > add_months(reviewed, MOST_MONTHS_UNREVIEWED):
        message = "is more than three years after the last review: review the activity before"
        yield ("valid", "until"), message
    for words in RULES[offer.type].statement_has:
        if offer.language == "en" and words not in offer.statement:
            yield ("statement",), f'a statement of {RULES[offer.type].name} says "{words}"'
