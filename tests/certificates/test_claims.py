"""Claims of credit: what is offered on a day, why not, and what a certificate keeps of a claim."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta
from decimal import Decimal
from typing import Any

import pytest
from flask import Flask
from hypothesis import given
from hypothesis import strategies as st

from soar_lms.catalogue.credit import CreditOffer
from soar_lms.catalogue.model import Module
from soar_lms.certificates.claims import (
    Claim,
    CreditNotOfferedError,
    License,
    freeze_claim,
    is_profile_id,
    list_offers,
    read_birthday,
    say_why_not,
)
from soar_lms.certificates.models import Certificate, CreditDetails
from soar_lms.database import db, transaction
from soar_lms.i18n import speaking
from tests.assessments.variants import with_spec
from tests.certificates.test_services import issue
from tests.factories import NOW, make_enrolment, make_person


@pytest.fixture
def enrolment_id(context: Flask, module: Module) -> int:
    with transaction():
        return make_enrolment(make_person(), module).id


def offer(**changes: Any) -> CreditOffer:
    values = {
        "id": "hours",
        "language": "en",
        "accreditor": "Board",
        "statement": "The Board grants two hours.",
        "provider_number": "G-7",
        "unit": "contact hours",
        "amount": "2.0",
        "step": "0.25",
        "valid": {"from": "2026-11-01", "until": "2027-10-31"},
    }
    return CreditOffer.model_validate(values | changes)


@pytest.fixture
def credited(module: Module) -> Module:
    return with_spec(
        module,
        credit=(
            offer(),
            offer(id="old", valid={"from": "2020-01-01", "until": "2026-10-31"}),
            offer(id="horas", language="es", unit="horas de contacto"),
        ),
    )


@pytest.mark.parametrize(
    ("language", "day", "offers"),
    [
        ("en", "2026-11-22", ["hours"]),
        ("es", "2026-11-22", ["horas"]),
        ("fr", "2026-11-22", []),
        ("en", "2027-10-31", ["hours"]),
        ("en", "2027-11-01", []),
        ("en", "2026-11-21", []),
        ("en", "2029-11-23", []),
    ],
    ids=[
        "english",
        "spanish",
        "another-language",
        "the-last-day",
        "a-day-late",
        "before-the-module-was-released",
        "after-the-module-expired",
    ],
)
def test_credit_is_offered_by_language_and_day(
    credited: Module, language: str, day: str, offers: list[str]
) -> None:
    found = list_offers(credited, language, date.fromisoformat(day))

    assert [item.id for item in found] == offers


@pytest.mark.parametrize("amount", ["2.0", "2.00", "0.25", "1.75"])
def test_a_claim_within_the_offer_is_kept_with_its_statement(
    enrolment_id: int, credited: Module, amount: str
) -> None:
    certificate = issue(credited, enrolment_id, claim=Claim("hours", Decimal(amount)))

    assert certificate.credit_amount == Decimal(amount)
    assert (
        certificate.credit_unit,
        certificate.credit_statement,
        certificate.credit_provider_number,
    ) == ("contact hours", "The Board grants two hours.", "G-7")


@pytest.mark.parametrize(
    ("changes", "claim"),
    [
        pytest.param({}, ("hours", "2.25"), id="too-much"),
        pytest.param({}, ("hours", "0.3"), id="not-in-steps"),
        pytest.param({}, ("hours", "0"), id="nothing"),
        pytest.param({}, ("hours", "-1"), id="less-than-nothing"),
        pytest.param({}, ("days", "1"), id="unknown"),
        pytest.param({}, ("horas", "1"), id="of-another-language"),
        pytest.param({}, ("old", "1"), id="over"),
        pytest.param({"language": "es"}, ("hours", "1"), id="in-another-language"),
        pytest.param({"now": NOW + timedelta(days=400)}, ("hours", "1"), id="too-late"),
        pytest.param({"now": NOW - timedelta(days=2)}, ("hours", "1"), id="too-early"),
    ],
)
def test_credit_outside_the_offer_is_refused_and_nothing_is_issued(
    enrolment_id: int, credited: Module, changes: dict[str, Any], claim: tuple[str, str]
) -> None:
    name, amount = claim

    with pytest.raises(CreditNotOfferedError):
        issue(credited, enrolment_id, claim=Claim(name, Decimal(amount)), **changes)

    assert db.session.query(Certificate).count() == 0


def test_the_day_of_the_offer_is_the_learners_day(enrolment_id: int, credited: Module) -> None:
    late = datetime(2027, 11, 1, 3, 59, tzinfo=UTC)  # 23:59 on October 31 in New York
    claim = Claim("hours", Decimal(1))

    assert issue(credited, enrolment_id, claim=claim, now=late).credit_amount == 1


# --- why not ------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("language", "day", "offer_id", "words"),
    [
        (
            "en",
            "2028-01-01",
            None,
            "Credit for this module in English ended on October 31, 2027.",
        ),
        ("en", "2027-01-01", "old", "This module gives no credit in English."),
        (
            "en",
            "2026-11-21",
            None,
            "Credit for this module in English begins on November 22, 2026.",
        ),
        (
            "es",
            "2028-01-01",
            "horas",
            "Los créditos de este módulo en español se pudieron solicitar hasta el 31 de octubre "
            "de 2027.",
        ),
    ],
    ids=["over", "over-before-the-module-was-released", "coming", "in-spanish"],
)
def test_why_there_is_no_credit_is_said_with_the_day(
    context: Flask, credited: Module, language: str, day: str, offer_id: str | None, words: str
) -> None:
    with speaking(language):
        said = say_why_not(credited, language, date.fromisoformat(day), offer_id)

    assert said == words


def test_an_offer_that_was_never_there_leads_back_to_those_that_are(
    context: Flask, credited: Module
) -> None:
    with speaking("en"):
        said = say_why_not(credited, "en", date(2026, 12, 1), "days")

    assert said == "Choose from the credit that is shown on the page."


def test_a_language_without_any_offer_is_named(context: Flask, module: Module) -> None:
    with speaking("es"):
        said = say_why_not(module, "es", date(2026, 12, 1))

    assert said == "Este módulo no otorga créditos en español."


def test_a_claim_that_comes_too_late_is_told_the_day(enrolment_id: int, credited: Module) -> None:
    late = NOW + timedelta(days=400)

    with pytest.raises(CreditNotOfferedError) as caught, speaking("en"):
        issue(credited, enrolment_id, claim=Claim("hours", Decimal(1)), now=late)

    assert caught.value.message == "Credit for this module in English ended on October 31, 2027."


# --- who may claim, and what is kept ------------------------------------------------------------


UAN = "1234-0000-26-001-H01-T"
PHARMACY = {"type": "acpe", "provider": "School", "format": "enduring", "uan": UAN}


@pytest.mark.parametrize(
    ("changes", "claim"),
    [
        pytest.param(
            {"professions": ["nurse"]}, {"profession": "physician"}, id="another-profession"
        ),
        pytest.param({"professions": ["nurse"]}, {}, id="no-profession"),
        pytest.param(
            PHARMACY, {"profession": "pharmacist", "locked_facts": "x"}, id="not-whom-the-uan-names"
        ),
        pytest.param(PHARMACY, {"profession": "pharmacy-technician"}, id="without-the-profile"),
    ],
)
def test_who_does_not_fit_the_offer_cannot_claim_it(
    enrolment_id: int, module: Module, changes: dict[str, Any], claim: dict[str, Any]
) -> None:
    changed = with_spec(module, credit=(offer(**changes),))

    with pytest.raises(CreditNotOfferedError):
        issue(changed, enrolment_id, claim=Claim("hours", Decimal(1), **claim))

    assert db.session.query(Certificate).count() == 0


def test_what_the_body_wants_to_know_is_kept_apart_from_the_certificate(
    enrolment_id: int, module: Module
) -> None:
    changed = with_spec(module, credit=(offer(**PHARMACY),))
    claim = Claim("hours", Decimal(1), "pharmacy-technician", locked_facts="locked away")

    certificate = issue(changed, enrolment_id, claim=claim)

    details = db.session.get_one(CreditDetails, certificate.id)
    columns = {column.key: getattr(certificate, column.key) for column in Certificate.__table__.c}
    assert details.locked == "locked away"
    assert "locked away" not in repr(columns)


def test_a_second_click_keeps_one_claim(enrolment_id: int, module: Module) -> None:
    changed = with_spec(module, credit=(offer(**PHARMACY),))
    for facts in ("first", "second"):
        claim = Claim("hours", Decimal(1), "pharmacy-technician", locked_facts=facts)
        issue(changed, enrolment_id, claim=claim)

    assert [item.locked for item in db.session.query(CreditDetails)] == ["first"]


def test_a_certificate_keeps_every_word_of_the_offer_and_of_the_claim(
    enrolment_id: int, module: Module
) -> None:
    granted = offer(
        **PHARMACY,
        provider_address="https://school.example",
        joint_provider="Office",
        event_number="E-9",
        reviewed="2027-01-02",
    )
    claim = Claim(
        "hours", Decimal("1.5"), "pharmacy-technician", License("T-12 345", "PR"), "locked"
    )

    certificate = issue(with_spec(module, credit=(granted,)), enrolment_id, claim=claim)

    db.session.expire_all()
    kept = {
        column.key.removeprefix("credit_"): getattr(certificate, column.key)
        for column in Certificate.__table__.c
        if column.key.startswith("credit_")
    }
    assert kept == {
        "amount": Decimal("1.50"),
        "unit": "contact hours",
        "statement": "The Board grants two hours.",
        "provider_number": "G-7",
        "type": "acpe",
        "offer": "hours",
        "maximum": Decimal("2.00"),
        "accreditor": "Board",
        "provider": "School",
        "provider_address": "https://school.example",
        "joint_provider": "Office",
        "event_number": "E-9",
        "uan": UAN,
        "format": "enduring",
        "released_on": date(2026, 11, 1),
        "reviewed_on": date(2027, 1, 2),
        "expires_on": date(2027, 10, 31),
        "profession": "pharmacy-technician",
        "license_number": "T-12 345",
        "license_territory": "PR",
    }


def test_every_column_of_credit_is_kept_with_a_claim() -> None:
    columns = {key for key in Certificate.__table__.c.keys() if key.startswith("credit_")}  # noqa: SIM118  # a collection, not a dict

    assert freeze_claim(offer(), Claim("hours", Decimal(1))).keys() == columns


def test_without_a_claim_nothing_of_an_offer_is_kept(enrolment_id: int, credited: Module) -> None:
    certificate = issue(credited, enrolment_id)

    kept = [getattr(certificate, key) for key in Certificate.__table__.c.keys() if "credit" in key]  # noqa: SIM118  # a collection, not a dict
    assert set(kept) == {None}


# --- what pharmacists are asked -----------------------------------------------------------------


@given(st.dates(), st.sampled_from(["{:02}{:02}", "{}/{}", "{:02}-{:02}", "{}.{}", "{} {}"]))
def test_every_day_of_a_year_is_read_however_it_is_written(day: date, shape: str) -> None:
    assert read_birthday(shape.format(day.month, day.day)) == f"{day:%m%d}"


@pytest.mark.parametrize(
    "text", ["", "0230", "1301", "0100", "00/12", "704", "07/04/1980", "7", "July 4", "٠٧٠٤"]
)
def test_what_is_no_day_is_not_read(text: str) -> None:
    assert read_birthday(text) is None


@pytest.mark.parametrize(
    ("text", "is_one"),
    [("7654321", True), ("", False), ("12-34", False), ("٧", False), ("9" * 21, False)],
)
def test_a_profile_is_digits(text: str, is_one: bool) -> None:
    assert is_profile_id(text) is is_one
