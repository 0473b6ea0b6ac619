"""The pages on which a name is corrected, and the list of all certificates."""

from __future__ import annotations

from collections.abc import Callable
from datetime import timedelta
from typing import Any

import pytest
from flask import Flask
from flask.testing import FlaskClient

from soar_lms.access import Role
from soar_lms.accounts.models import Person
from soar_lms.catalogue.model import Module
from soar_lms.certificates.codes import format_code, make_code
from soar_lms.certificates.models import Certificate
from soar_lms.clock import utc_now
from soar_lms.cohorts import services as cohorts
from soar_lms.database import db, transaction
from tests.certificates.test_context import row
from tests.conftest import SignIn
from tests.factories import NOW, make_certificate
from tests.support.page import errors_of, get_page, post_form, text_of
from tests.support.quick import value_of, words


@pytest.fixture
def code(app: Flask, learner: Person, module: Module) -> str:
    """Return the code of a certificate of the learner that was issued today."""
    with app.app_context(), transaction():
        return make_certificate(learner, module, name="Ana Torres", now=utc_now()).code


def place(code: str) -> str:
    return f"/en/certificates/{code}/name"


def count(app: Flask) -> int:
    with app.app_context():
        return db.session.query(Certificate).count()


def test_the_holder_corrects_the_name_on_the_page(
    app: Flask, as_learner: FlaskClient, code: str
) -> None:
    page = get_page(as_learner, f"/en/certificates/{code}")
    assert page.select(f"a[href='{place(code)}']")

    response = post_form(as_learner, place(code), {"name": "Ana  Torres Núñez "})

    newer = get_page(as_learner, str(response.location))
    assert newer.select_one("dd bdi").get_text() == "Ana Torres Núñez"  # type: ignore[union-attr]  # there
    assert not newer.select("a[href$='/name']")
    older = get_page(as_learner, f"/en/certificates/{code}")
    assert older.select(f"a[href='{response.location}']")


def test_a_second_click_leads_to_the_same_certificate(
    app: Flask, as_learner: FlaskClient, code: str
) -> None:
    get_page(as_learner, place(code))
    elsewhere = "/en/sign-out-page"

    locations = {
        post_form(as_learner, place(code), {"name": "Ana Núñez"}, page=elsewhere).location
        for _ in range(2)
    }

    assert len(locations) == 1
    assert count(app) == 2


@pytest.mark.parametrize(
    ("typed", "message"),
    [
        ("Ana Torres", "This name is on the certificate already. Change it, or go back."),
        ("", "Enter the name as it should be printed."),
        ("\u200b \u00ad", "Write it with letters, please."),
        (
            "Ana\u202eTorres",
            "This has hidden characters in it. Please type it again instead of pasting it.",
        ),
        ("A" * 121, "Enter at most 120 characters."),
        (
            "Ana \U00013000",
            "Our fonts cannot print this yet: \U00013000. Please write the name in other letters, "
            "or ask the people who run this site.",
        ),
    ],
    ids=["the-same", "empty", "invisible", "hidden", "too-long", "no-glyph"],
)
def test_a_name_that_cannot_be_is_explained_and_kept(
    app: Flask, as_learner: FlaskClient, code: str, typed: str, message: str
) -> None:
    response = post_form(as_learner, place(code), {"name": typed, "quietly": "y"}, status=422)

    assert errors_of(response) == [message]
    assert value_of(response, "name") == typed.strip()
    assert 'name="quietly" id="quietly" value="y" checked' in response.text
    assert count(app) == 1


def test_when_the_days_are_over_the_page_says_whom_to_ask(
    app: Flask, as_learner: FlaskClient, learner: Person, module: Module
) -> None:
    with app.app_context(), transaction():
        old = make_certificate(learner, module, now=utc_now() - timedelta(days=40)).code

    page = get_page(as_learner, place(old))

    said = "The days on which you can correct the name yourself are over."
    assert said in text_of(page, ".box")
    assert not page.select("input[name=name]")
    assert said in text_of(get_page(as_learner, f"/en/certificates/{old}"), "main")


def test_a_trainer_corrects_with_a_reason(
    app: Flask, as_trainer: FlaskClient, trainer: Person, learner: Person, module: Module, code: str
) -> None:
    with app.app_context(), transaction():
        cohort = cohorts.create_cohort(
            trainer, name="Night shift", organisation=None, module_ids=[module.id], now=NOW
        )
        cohorts.join_cohort(cohort, learner, NOW)

    refused = post_form(as_trainer, place(code), {"name": "Ana Núñez", "reason": " "}, status=422)
    response = post_form(as_trainer, place(code), {"name": "Ana Núñez", "reason": "A typing error"})

    assert errors_of(refused) == ["Write the reason in one sentence."]
    assert value_of(refused, "name") == "Ana Núñez"
    assert words(as_trainer.get(str(response.location)), "dd bdi") == "Ana Núñez"


# --- my certificates ----------------------------------------------------------------------------


def test_the_list_has_every_certificate_with_its_state_in_words(
    app: Flask, as_learner: FlaskClient, learner: Person
) -> None:
    day = utc_now().date()
    rows: list[dict[str, Any]] = [
        {},
        {"expires_on": day - timedelta(days=400)},
        {"revoked_at": NOW, "revoked_reason": "issued too early"},
        {"module_title": "A module that is gone", "module_id": "gone"},
    ]
    codes = [make_code() for _ in rows]
    with app.app_context(), transaction():
        for place_in_list, (changes, own) in enumerate(zip(rows, codes, strict=True)):
            moment = NOW + timedelta(days=place_in_list)
            values = {"code": own, "person_id": learner.id, "issued_at": moment, **changes}
            db.session.add(row(**values))
        db.session.flush()
        last = db.session.query(Certificate).filter_by(code=codes[3]).one()
        db.session.query(Certificate).filter_by(code=codes[0]).one().replaced_by_id = last.id

    english, spanish = (
        [item.get_text(strip=True) for item in get_page(as_learner, place).select(".box-label")]
        for place in ("/en/certificates", "/es/certificates")
    )

    shown = get_page(as_learner, "/en/certificates").select(".code")
    assert [item.get_text() for item in shown] == [format_code(each) for each in reversed(codes)]
    assert [item.split(" ")[0] for item in english] == ["Valid", "Revoked", "Expired", "Replaced"]
    assert [item.split(" ")[0] for item in spanish] == [
        "Válido",
        "Anulado",
        "Venció",
        "Reemplazado",
    ]


def test_the_list_has_nobody_elses(
    sign_in: SignIn, person: Callable[..., Person], code: str
) -> None:
    page = get_page(sign_in(person(role=Role.ADMINISTRATOR)), "/en/certificates")

    assert page.select(".code") == []


def test_why_it_was_revoked_is_told_to_its_holder(
    app: Flask, as_learner: FlaskClient, learner: Person
) -> None:
    own = make_code()
    with app.app_context(), transaction():
        db.session.add(
            row(
                code=own,
                person_id=learner.id,
                revoked_at=NOW,
                revoked_reason="It was issued before the final test.",
            )
        )

    page = get_page(as_learner, f"/en/certificates/{own}")

    assert text_of(page, ".box-caution") == (
        "This certificate was revoked on November 22, 2026. "
        "The reason: It was issued before the final test."
    )
