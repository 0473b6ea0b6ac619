"""The page on which people delete their own account."""

from __future__ import annotations

from collections.abc import Callable

import pytest
from flask import Flask
from flask.testing import FlaskClient

from soar_lms.accounts.models import Person
from soar_lms.audit.models import AuditEntry
from soar_lms.catalogue.model import Module
from soar_lms.database import db, transaction
from tests.conftest import SignIn
from tests.factories import PASSWORD, make_certificate
from tests.support.page import errors_of, get_page, post_form, text_of
from tests.support.quick import words

PLACE = "/en/profile/delete"


@pytest.fixture
def ana(person: Callable[..., Person]) -> Person:
    return person(password=PASSWORD)


def count(app: Flask) -> int:
    with app.app_context():
        return db.session.query(Person).count()


def test_an_account_is_deleted_by_its_owner(
    app: Flask, client: FlaskClient, sign_in: SignIn, ana: Person, module: Module
) -> None:
    with app.app_context(), transaction():
        code = make_certificate(ana, module).code
    browser = sign_in(ana)

    response = post_form(browser, PLACE, {"confirmed": "y", "password": PASSWORD})

    assert (response.location, count(app)) == ("/en/", 0)
    assert "Your account is deleted." in words(browser.get("/en/"), "body")
    assert browser.get("/en/home").status_code == 302
    assert "erased at its holder’s request" in words(client.get(f"/en/verify/{code}"))
    with app.app_context():
        (entry,) = db.session.query(AuditEntry).filter_by(action="person-erased")
    assert (entry.actor_id, entry.person_id) == (ana.id, ana.id)


@pytest.mark.parametrize(
    ("typed", "message"),
    [
        ({"password": PASSWORD}, "Check the box if you want to delete your account."),
        ({"confirmed": "y"}, "Enter your password."),
        ({"confirmed": "y", "password": "wrong"}, "That password is not right. Type it again."),
    ],
    ids=["not-confirmed", "no-password", "wrong-password"],
)
def test_nothing_goes_without_consent_and_password(
    app: Flask, sign_in: SignIn, ana: Person, typed: dict[str, str], message: str
) -> None:
    response = post_form(sign_in(ana), PLACE, typed, status=422)

    assert errors_of(response) == [message]
    assert count(app) == 1


def test_who_has_certificates_is_told_to_save_them(
    app: Flask, sign_in: SignIn, ana: Person, module: Module
) -> None:
    browser = sign_in(ana)
    assert not get_page(browser, PLACE).select(".box-caution")
    with app.app_context(), transaction():
        make_certificate(ana, module)

    assert "Save your certificates first" in text_of(get_page(browser, PLACE), ".box-caution")
