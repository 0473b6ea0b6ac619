"""The last step with credit: what is asked, what is refused and why, and what is kept."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import pytest
from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy import select
from werkzeug.test import TestResponse

from soar_lms.accounts.licenses import add_license
from soar_lms.accounts.models import Person
from soar_lms.catalogue.credit import CreditOffer
from soar_lms.catalogue.model import Module
from soar_lms.certificates.models import Certificate, CreditDetails
from soar_lms.certificates.vault import PharmacyFacts, make_key, unlock
from soar_lms.database import db, transaction
from tests.assessments.variants import with_spec
from tests.factories import NOW
from tests.learning.places import EVALUATED, address, bring, serve
from tests.learning.renewals import noon, set_clock
from tests.learning.test_credit import offer
from tests.support.page import check_page, errors_of, get_page
from tests.support.quick import parsed, post, value_of, words

KEY = make_key()
DAYS = {"from": "2026-11-22", "until": "2026-12-31"}
NURSES = offer(valid=DAYS, professions=["nurse"])
PHARMACISTS = offer(
    id="pharmacy",
    type="acpe",
    accreditor="Council",
    provider="School",
    format="enduring",
    uan="1234-0000-26-001-H01-P",
    valid=DAYS,
)
PHARMACIST = {
    "offer": "pharmacy",
    "amount": "1",
    "profession": "pharmacist",
    "profile_id": "7654321",
    "birthday": "07/04",
}
WITHHELD = (
    "Credit for pharmacists cannot be claimed on this site at the moment. If you need it, ask the "
    "people who run the site before you finish."
)


@pytest.fixture
def credited(
    app: Flask, learner: Person, module: Module, monkeypatch: pytest.MonkeyPatch
) -> Module:
    """Return the module with credit for nurses and for pharmacists, its learner before the end."""
    monkeypatch.setitem(app.config, "SOAR", replace(app.config["SOAR"], credit_key=(KEY,)))
    set_clock(monkeypatch, NOW)
    return offering(app, learner, module, monkeypatch, NURSES, PHARMACISTS)


def offering(
    app: Flask,
    learner: Person,
    module: Module,
    monkeypatch: pytest.MonkeyPatch,
    *offers: CreditOffer,
) -> Module:
    changed = with_spec(module, credit=offers)
    serve(app, monkeypatch, changed)
    bring(app, learner, changed, EVALUATED)
    return changed


def confirm(client: FlaskClient, module: Module, language: str = "en", **data: str) -> TestResponse:
    form = {"name": "Ana", "step": "issue", **data}
    return post(client, address(module, "certificate", language=language), form)


def certificates(app: Flask) -> list[Certificate]:
    with app.app_context():
        return list(db.session.scalars(select(Certificate)))


def details(app: Flask) -> list[str]:
    with app.app_context():
        return list(db.session.scalars(select(CreditDetails.locked)))


# --- what is asked ------------------------------------------------------------------------------


def test_the_last_step_says_what_can_be_claimed_and_that_it_is_now_or_never(
    as_learner: FlaskClient, credited: Module
) -> None:
    page = get_page(as_learner, address(credited, "certificate"))

    said = " ".join(page.get_text().split())
    assert "You can claim credit now, and only now" in said
    assert "Board: at most 1.0 contact hours, in steps of 0.25. For: Registered nurse" in said
    assert [field["name"] for field in page.select("main input:not([type=hidden])")] == [
        "name",
        "amount",
        "profile_id",
        "birthday",
        "license_number",
    ]


def test_nobody_is_asked_for_what_no_offer_needs(
    app: Flask,
    as_learner: FlaskClient,
    learner: Person,
    module: Module,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    set_clock(monkeypatch, NOW)
    changed = offering(app, learner, module, monkeypatch, NURSES)

    page = get_page(as_learner, address(changed, "certificate"))

    assert page.select("[name=profile_id], [name=birthday], [name=license]") == []


def test_without_offers_nothing_of_credit_is_asked(
    app: Flask, as_learner: FlaskClient, learner: Person, module: Module
) -> None:
    bring(app, learner, module, EVALUATED)

    page = get_page(as_learner, address(module, "certificate"))

    assert page.select("[name=offer], [name=amount], [name=license_number]") == []


# --- what is kept -------------------------------------------------------------------------------


def test_a_claim_is_kept_with_the_profession_and_without_what_was_not_given(
    app: Flask, as_learner: FlaskClient, credited: Module
) -> None:
    confirm(as_learner, credited, offer="hours", amount="0.75", profession="nurse")

    (certificate,) = certificates(app)
    assert (str(certificate.credit_amount), certificate.credit_profession) == ("0.75", "nurse")
    assert certificate.credit_license_number is None
    assert details(app) == []


@pytest.mark.parametrize("birthday", ["07/04", "0704", "7-4", "07.04", "7 4"])
def test_what_pharmacists_are_asked_is_kept_encrypted(
    app: Flask, as_learner: FlaskClient, credited: Module, birthday: str
) -> None:
    confirm(as_learner, credited, **PHARMACIST | {"birthday": birthday})

    (locked,) = details(app)
    assert "7654321" not in locked
    assert unlock(locked, [KEY]) == PharmacyFacts("7654321", "0704")
    assert [item.credit_uan for item in certificates(app)] == ["1234-0000-26-001-H01-P"]


@pytest.mark.parametrize(
    "claimed",
    [{"offer": ""}, {"offer": "hours", "amount": "1", "profession": "nurse"}],
    ids=["no-credit", "other-credit"],
)
def test_what_the_body_does_not_ask_is_not_kept(
    app: Flask, as_learner: FlaskClient, credited: Module, claimed: dict[str, str]
) -> None:
    confirm(as_learner, credited, **{"profile_id": "7654321", "birthday": "0704", **claimed})

    assert len(certificates(app)) == 1
    assert details(app) == []


@pytest.mark.parametrize(
    ("given", "kept"),
    [
        pytest.param({}, (None, None), id="none"),
        pytest.param({"license": "{saved}"}, ("RN-1", "PR"), id="written-down"),
        pytest.param(
            {"license": "another", "license_number": "TX 77", "license_territory": "TX"},
            ("TX 77", "TX"),
            id="another",
        ),
        pytest.param(
            {"license": "another", "license_number": "77"}, ("77", None), id="without-its-state"
        ),
    ],
)
def test_a_license_is_printed_if_somebody_wants_it(
    app: Flask,
    as_learner: FlaskClient,
    learner: Person,
    credited: Module,
    given: dict[str, str],
    kept: tuple[str | None, str | None],
) -> None:
    saved = write_down(app, learner)
    data = {name: value.format(saved=saved) for name, value in given.items()}

    confirm(as_learner, credited, offer="hours", amount="1", profession="nurse", **data)

    (certificate,) = certificates(app)
    assert (certificate.credit_license_number, certificate.credit_license_territory) == kept


def write_down(app: Flask, person: Person) -> int:
    with app.app_context(), transaction():
        return add_license(
            db.session.get_one(Person, person.id),
            number="RN-1",
            territory="PR",
            profession=None,
            renews_on=None,
            now=NOW,
        ).id


def test_without_credit_no_license_is_kept(
    app: Flask, as_learner: FlaskClient, credited: Module
) -> None:
    confirm(as_learner, credited, license_number="RN-1", license_territory="PR")

    assert [item.credit_license_number for item in certificates(app)] == [None]


# --- what is refused, and why -------------------------------------------------------------------


@pytest.mark.parametrize(
    ("changes", "message"),
    [
        pytest.param(
            {"profession": "nurse"},
            "This credit is for: Pharmacist. If that is you, choose it as your profession below. "
            "If not, claim no credit.",
            id="another-profession",
        ),
        pytest.param(
            {"profession": ""},
            "This credit is for: Pharmacist. If that is you, choose it as your profession below. "
            "If not, claim no credit.",
            id="no-profession",
        ),
        pytest.param({"amount": "0.3"}, "Enter at most 1.0, in steps of 0.25.", id="amount"),
        pytest.param(
            {"profile_id": ""}, "Enter your NABP e-Profile ID, with digits only.", id="no-profile"
        ),
        pytest.param(
            {"profile_id": "12-34"},
            "Enter your NABP e-Profile ID, with digits only.",
            id="profile",
        ),
        pytest.param(
            {"birthday": "02/30"},
            "Enter the month and the day of your birth, such as 07/04 for July 4.",
            id="no-such-day",
        ),
        pytest.param(
            {"birthday": "July 4"},
            "Enter the month and the day of your birth, such as 07/04 for July 4.",
            id="a-day-in-words",
        ),
        pytest.param(
            {"license_number": "RN,1"},
            "Write the license number with letters, digits, and . / # -",
            id="license",
        ),
        pytest.param(
            {"license_number": "9" * 41}, "Enter at most 40 characters.", id="a-long-license"
        ),
        pytest.param(
            {"offer": "physicians"},
            "Choose from the credit that is shown on the page.",
            id="unknown-offer",
        ),
    ],
)
def test_a_claim_with_a_fault_is_explained_and_everything_stays_on_the_page(
    app: Flask, as_learner: FlaskClient, credited: Module, changes: dict[str, str], message: str
) -> None:
    given = PHARMACIST | {"license_number": "RN-1", "license_territory": "PR"} | changes
    if "offer" in changes:
        given.pop("amount")

    response = confirm(as_learner, credited, **given)

    assert response.status_code == 422
    assert message in errors_of(response)
    typed = ("name", "profile_id", "birthday", "license_number")
    assert [value_of(response, name) for name in typed] == [
        "Ana",
        *(given[name] for name in typed[1:]),
    ]
    assert certificates(app) == []


@pytest.mark.parametrize(
    ("data", "message"),
    [
        ({"license": "another"}, "Enter the number of the license."),
        (
            {"license": "", "license_number": "7"},
            "Choose “Another license” above to print this number, or clear it.",
        ),
    ],
)
def test_a_license_is_one_or_the_other(
    app: Flask,
    as_learner: FlaskClient,
    learner: Person,
    credited: Module,
    data: dict[str, str],
    message: str,
) -> None:
    write_down(app, learner)

    response = confirm(as_learner, credited, offer="hours", amount="1", profession="nurse", **data)

    assert errors_of(response) == [message]


@pytest.mark.parametrize(
    ("language", "message"),
    [
        ("en", "Credit for this module in English ended on December 31, 2026."),
        ("es", "Este módulo no otorga créditos en español."),
    ],
)
def test_credit_that_is_over_is_refused_with_its_day_and_the_certificate_is_issued_without_it(
    app: Flask,
    as_learner: FlaskClient,
    credited: Module,
    monkeypatch: pytest.MonkeyPatch,
    language: str,
    message: str,
) -> None:
    """The page may have been open since the last day of the credit."""
    set_clock(monkeypatch, noon("2027-01-01"))
    refused = confirm(as_learner, credited, language, offer="hours", amount="1", profession="nurse")
    assert (refused.status_code, errors_of(refused)) == (422, [message])
    assert certificates(app) == []

    page = as_learner.get(address(credited, "certificate", language=language))
    assert message in words(page)
    confirm(as_learner, credited, language)

    assert [item.credit_amount for item in certificates(app)] == [None]


def test_without_a_key_pharmacists_are_told_before_they_finish(
    app: Flask, as_learner: FlaskClient, credited: Module, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setitem(app.config, "SOAR", replace(app.config["SOAR"], credit_key=()))

    page = as_learner.get(address(credited, "certificate"))
    refused = confirm(as_learner, credited, **PHARMACIST)

    assert WITHHELD in words(page)
    assert parsed(page).select("[name=profile_id], option[value=pharmacy]") == []
    assert WITHHELD in errors_of(refused)
    assert (certificates(app), details(app)) == ([], [])


def test_the_page_with_everything_on_it_is_in_one_language(
    app: Flask,
    as_learner: FlaskClient,
    learner: Person,
    module: Module,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    set_clock(monkeypatch, NOW)
    monkeypatch.setitem(app.config, "SOAR", replace(app.config["SOAR"], credit_key=(KEY,)))
    spanish: dict[str, Any] = {"language": "es", "unit": "horas de contacto"}
    both = [item.model_copy(update=spanish) for item in (NURSES, PHARMACISTS)]
    changed = offering(app, learner, module, monkeypatch, *both)

    refused = confirm(as_learner, changed, "es", offer="pharmacy", amount="9")

    page = check_page(refused)
    assert "Solo puede solicitar créditos ahora" in page.get_text()
    assert errors_of(refused)[0].startswith("Estos créditos son para: ")


# --- before the start ---------------------------------------------------------------------------


def test_a_visitor_reads_what_is_offered_and_what_will_be_asked(
    client: FlaskClient, credited: Module
) -> None:
    page = get_page(client, address(credited))

    found = [" ".join(item.get_text(" ").split()) for item in page.select(".column-main dl.facts")]
    assert found[-1] == (
        "Credit up to 1.0 contact hours (ACPE) "
        "Days from November 22, 2026 until December 31, 2026 "
        "Provider School "
        "Format online enduring activity: whenever you like "
        "For Pharmacist "
        "What you will be asked How much you claim, in steps of 0.25. Your profession. "
        "Your NABP e-Profile ID, and the month and day of your birth. "
        "If you like, a license to be printed. "
        "Statement The Board grants one hour."
    )
