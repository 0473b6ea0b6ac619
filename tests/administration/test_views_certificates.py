"""How administrators find a certificate, revoke it and restore it."""

from __future__ import annotations

from collections.abc import Callable

import pytest
from flask import Flask
from flask.testing import FlaskClient

from soar_lms.access import Role
from soar_lms.accounts.models import Person
from soar_lms.audit.models import AuditEntry
from soar_lms.catalogue.model import Module
from soar_lms.certificates.codes import format_code, make_code
from soar_lms.certificates.correcting import correct_name
from soar_lms.certificates.models import Certificate
from soar_lms.database import db, transaction
from soar_lms.folding import fold_name
from tests.certificates.test_context import row
from tests.conftest import SignIn
from tests.factories import NOW, make_certificate
from tests.support.page import errors_of, get_page, post_form, text_of
from tests.support.quick import post, value_of, words

PLACE = "/en/administration/certificates"


@pytest.fixture
def admin(sign_in: SignIn, person: Callable[..., Person]) -> FlaskClient:
    return sign_in(person(role=Role.ADMINISTRATOR, name="Sam Lee"))


@pytest.fixture
def code(app: Flask, learner: Person, module: Module) -> str:
    with app.app_context(), transaction():
        return make_certificate(learner, module).code


def show(client: FlaskClient, code: str) -> str:
    return text_of(get_page(client, f"{PLACE}/{code}"), "main")


# --- finding ------------------------------------------------------------------------------------


def test_a_certificate_is_found_by_code_address_and_part_of_the_name(
    admin: FlaskClient, learner: Person, code: str
) -> None:
    typed = [format_code(code).lower(), learner.email, "torres V"]

    places = [post_form(admin, PLACE, {"wanted": each}).location for each in typed]

    assert places == [f"{PLACE}/{code}"] * 3


@pytest.mark.parametrize(
    "typed", ["jose nunez", "JOSÉ NÚÑEZ", "Ñúñez", "nun\u0303ez", "niño", "josé_nunez", "%"]
)
def test_a_name_is_found_with_its_accents_and_without_them(
    app: Flask, admin: FlaskClient, code: str, typed: str
) -> None:
    other = make_code()
    with app.app_context(), transaction():
        db.session.add(row(code=other, name="María José Núñez"))

    response = post(admin, PLACE, {"wanted": typed})

    is_found = fold_name(typed) in fold_name("María José Núñez")
    assert response.location == (f"{PLACE}/{other}" if is_found else None)


def test_several_are_listed_with_their_state(app: Flask, admin: FlaskClient, code: str) -> None:
    with app.app_context(), transaction():
        values = {"revoked_at": NOW, "revoked_reason": "issued too early"}
        db.session.add(row(code=make_code(), name="Ana Torres Vega", **values))

    response = post_form(admin, PLACE, {"wanted": "Ana Torres"}, status=200)

    assert words(response, "h2:not(#error-title)") == "Found: 2"
    assert "Revoked on November 22, 2026" in words(response)


@pytest.mark.parametrize(
    ("typed", "message"),
    [
        ("", "Enter a code, a name, or an e-mail address."),
        ("x", "Enter 2 to 254 characters."),
        (
            "Nobody %",
            "There is no certificate with this code, name, or address. Check it, or type one word "
            "of the name only.",
        ),
    ],
)
def test_what_is_not_found_is_said_and_kept(
    admin: FlaskClient, code: str, typed: str, message: str
) -> None:
    response = post_form(admin, PLACE, {"wanted": typed}, status=422)

    assert errors_of(response) == [message]
    assert value_of(response, "wanted") == typed


def test_looking_at_one_is_noted(app: Flask, admin: FlaskClient, code: str) -> None:
    get_page(admin, f"{PLACE}/{code}")

    with app.app_context():
        (entry,) = db.session.query(AuditEntry)
    assert (entry.action, entry.facts["certificate"]) == ("certificate-viewed", code)


# --- acting -------------------------------------------------------------------------------------


def test_a_certificate_is_revoked_and_restored_with_reasons_in_its_history(
    admin: FlaskClient, client: FlaskClient, code: str
) -> None:
    place = f"{PLACE}/{code}"

    post_form(admin, f"{place}/revoke", {"reason": "Issued too early."}, page=place)
    between = words(client.get(f"/en/verify/{code}"), ".result")
    post_form(admin, f"{place}/restore", {"reason": "It was not."}, page=place)

    page = show(admin, code)
    assert between.startswith("This certificate was revoked on")
    assert "(now: Valid)" in page
    assert words(client.get(f"/en/verify/{code}"), ".result") == "This certificate is valid."
    assert "Sam Lee : revoked a certificate" in page
    assert "The reason: Issued too early." in page
    assert page.index("Issued too early.") < page.index("The reason: It was not.")


@pytest.mark.parametrize("action", ["revoke", "restore"])
def test_a_reason_is_needed(admin: FlaskClient, code: str, action: str) -> None:
    place = f"{PLACE}/{code}"

    response = post_form(admin, f"{place}/{action}", {"reason": " - "}, page=place, status=422)

    assert errors_of(response) == ["Write it with letters, please."]


def test_a_second_click_revokes_nothing_more(app: Flask, admin: FlaskClient, code: str) -> None:
    place = f"{PLACE}/{code}"
    for reason in ("First.", "Second."):
        post_form(admin, f"{place}/revoke", {"reason": reason}, page=place)

    with app.app_context():
        certificate = db.session.query(Certificate).filter_by(code=code).one()
    assert certificate.revoked_reason == "First."


def test_restoring_beside_a_newer_one_is_refused_with_its_code(
    app: Flask, admin: FlaskClient, code: str
) -> None:
    place = f"{PLACE}/{code}"
    post_form(admin, f"{place}/revoke", {"reason": "Issued too early."}, page=place)
    with app.app_context(), transaction():
        old = db.session.query(Certificate).filter_by(code=code).one()
        newer = row(code=make_code(), enrolment_id=old.enrolment_id)
        db.session.add(newer)
        db.session.flush()
        newer_code = newer.code

    response = post_form(
        admin, f"{place}/restore", {"reason": "A mistake."}, page=place, status=409
    )

    assert format_code(newer_code) in words(response)


def test_a_replaced_one_leads_to_its_successor_and_cannot_be_revoked(
    app: Flask, admin: FlaskClient, learner: Person, code: str
) -> None:
    with app.app_context(), transaction():
        old = db.session.query(Certificate).filter_by(code=code).one()
        newer = correct_name(
            old.id, name="Ana N.", quietly=True, reason=None, person=learner, now=NOW
        ).code

    page = get_page(admin, f"{PLACE}/{code}")

    assert page.select(f"a[href='{PLACE}/{newer}']")
    assert not page.select("textarea")
    assert "corrected the name on a certificate" in text_of(page, "main")


def test_the_audit_trail_names_the_successor_and_the_revocation(
    app: Flask, admin: FlaskClient, learner: Person, code: str
) -> None:
    with app.app_context(), transaction():
        old = db.session.query(Certificate).filter_by(code=code).one()
        newer = correct_name(
            old.id, name="Ana N.", quietly=False, reason=None, person=learner, now=NOW
        ).code
    place = f"{PLACE}/{newer}"
    post_form(admin, f"{place}/revoke", {"reason": "Issued too early."}, page=place)

    trail = text_of(get_page(admin, "/en/administration/audit"), "main")

    assert f"certificate {code} , replaced by {newer}" in trail
    assert f"certificate {newer} · revocation " in trail
    assert f" · certificate {newer}" in trail
