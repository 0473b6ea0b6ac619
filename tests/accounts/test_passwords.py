"""A new password by mail, and a changed one while signed in."""

from __future__ import annotations

from collections.abc import Callable
from datetime import timedelta

import pytest
from flask import Flask
from flask.testing import FlaskClient

from soar_lms.accounts.models import Person
from soar_lms.database import db
from soar_lms.messages.models import OutboxMessage
from tests.accounts.conftest import SHORT, is_signed_in, link_in, log_in
from tests.conftest import SignIn
from tests.factories import PASSWORD
from tests.support.page import get_page
from tests.support.quick import post, summary, words

NEW = "four quite different words"
Outbox = Callable[[], list[OutboxMessage]]


@pytest.fixture
def ana(person: Callable[..., Person]) -> Person:
    return person(email="ana@example.org", password=PASSWORD, language="es")


# --- by mail ------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("email", "mails"),
    [("ana@example.org", 1), ("ANA@example.org", 1), ("nobody@example.org", 0)],
)
def test_the_answer_is_the_same_for_every_address(
    client: FlaskClient, ana: Person, outbox: Outbox, email: str, mails: int
) -> None:
    response = post(client, "/en/new-password", {"email": email})

    page = response if response.status_code == 200 else client.get(str(response.location))
    assert "If this address has an account, a link is on its way." in words(page)
    assert len(outbox()) == mails


@pytest.mark.parametrize("email", ["", "nonsense", "a@b@c.example", "ana@example.org\x00"])
def test_no_address_is_said_to_be_none(client: FlaskClient, outbox: Outbox, email: str) -> None:
    response = post(client, "/en/new-password", {"email": email})

    assert response.status_code == 422
    assert len(summary(response)) >= 1
    assert outbox() == []


@pytest.fixture
def link(client: FlaskClient, ana: Person, outbox: Outbox) -> str:
    post(client, "/en/new-password", {"email": ana.email})
    (mail,) = outbox()
    assert (mail.kind, mail.language) == ("reset-instructions", "es")
    return link_in(mail.body, "new-password")


def test_the_link_lets_a_new_password_be_chosen(
    client: FlaskClient, ana: Person, outbox: Outbox, link: str
) -> None:
    assert link.startswith("/es/new-password/")
    get_page(client, link)

    response = post(client, link, {"password": NEW})

    assert response.status_code == 302
    assert log_in(client, ana.email, PASSWORD).status_code == 422
    assert log_in(client, ana.email, NEW).status_code == 302
    assert is_signed_in(client)
    assert [mail.kind for mail in outbox()] == ["reset-instructions", "reset-notice"]


def test_a_link_works_once(app: Flask, client: FlaskClient, ana: Person, link: str) -> None:
    post(client, link, {"password": NEW})

    again = post(app.test_client(), link, {"password": "something else entirely"})

    assert again.status_code in {302, 422}
    assert log_in(app.test_client(), ana.email, NEW).status_code == 302


def test_a_new_password_ends_the_sessions_elsewhere(
    client: FlaskClient, sign_in: SignIn, ana: Person, link: str
) -> None:
    elsewhere = sign_in(ana)
    assert is_signed_in(elsewhere)

    post(client, link, {"password": NEW})

    assert not is_signed_in(elsewhere)


def test_a_link_that_is_too_old_leads_to_a_new_one(
    app: Flask, client: FlaskClient, ana: Person, link: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setitem(app.config, "SECURITY_RESET_PASSWORD_WITHIN", timedelta(seconds=-1))

    for response in (client.get(link), post(client, link, {"password": NEW})):
        assert response.location == "/es/new-password"
    assert log_in(client, ana.email).status_code == 302


@pytest.mark.parametrize("token", ["nonsense", "a.b.c", "%00", "x" * 3000])
def test_a_link_that_is_wrong_leads_to_a_new_one(client: FlaskClient, token: str) -> None:
    response = client.get(f"/en/new-password/{token}")

    assert response.location == "/en/new-password"
    assert "Ask for a new one here." in words(client.get("/en/new-password"))


@pytest.mark.parametrize("password", ["", "short", "x" * 14, "x" * 15])
def test_a_password_that_is_too_short_is_refused(
    client: FlaskClient, ana: Person, link: str, password: str
) -> None:
    response = post(client, link, {"password": password})

    assert response.status_code == 422
    assert len(summary(response)) == 1
    assert log_in(client, ana.email).status_code == 302


def test_an_account_made_by_staff_gets_its_first_password_by_mail(
    client: FlaskClient, person: Callable[..., Person], outbox: Outbox
) -> None:
    person(email="made@example.org", password=None)

    post(client, "/en/new-password", {"email": "made@example.org"})
    post(client, link_in(outbox()[0].body, "new-password"), {"password": NEW})

    assert log_in(client, "made@example.org", NEW).status_code == 302
    assert is_signed_in(client)


# --- while signed in ----------------------------------------------------------------------------


def test_a_password_is_changed_with_the_old_one(
    app: Flask, client: FlaskClient, sign_in: SignIn, ana: Person, outbox: Outbox
) -> None:
    log_in(client, ana.email)
    elsewhere = sign_in(ana)

    response = post(client, "/en/profile/password", {"password": PASSWORD, "new_password": NEW})

    assert response.location == "/en/profile"
    assert is_signed_in(client)
    assert not is_signed_in(elsewhere)
    assert log_in(app.test_client(), ana.email, NEW).status_code == 302
    (mail,) = outbox()
    assert (mail.kind, mail.language) == ("change-notice", "es")


@pytest.mark.parametrize(
    ("old", "new", "message"),
    [
        ("wrong password", NEW, "That password is not right. Type it again."),
        (PASSWORD, "short", SHORT),
        (PASSWORD, PASSWORD, "Choose a password that is not the same as before."),
        (PASSWORD, "", "Enter a password."),
    ],
)
def test_a_change_with_a_fault_is_explained_and_changes_nothing(
    app: Flask, client: FlaskClient, ana: Person, outbox: Outbox, old: str, new: str, message: str
) -> None:
    log_in(client, ana.email)

    response = post(client, "/en/profile/password", {"password": old, "new_password": new})

    assert response.status_code == 422
    assert summary(response) == [message]
    assert outbox() == []
    assert log_in(app.test_client(), ana.email).status_code == 302


def test_whoever_has_a_short_password_can_still_sign_in(
    client: FlaskClient, person: Callable[..., Person]
) -> None:
    person(email="before@example.org", password="short")

    log_in(client, "before@example.org", "short")

    assert is_signed_in(client)


@pytest.mark.parametrize(
    ("language", "message"),
    [("en", "Leave your name, your e-mail address"), ("es", "No use su nombre, su correo")],
)
def test_a_new_password_with_the_own_name_is_refused_in_words(
    client: FlaskClient, ana: Person, language: str, message: str
) -> None:
    log_in(client, ana.email)
    data = {"password": PASSWORD, "new_password": "torres rain lamp door"}

    response = post(client, f"/{language}/profile/password", data)

    assert response.status_code == 422
    assert message in summary(response)[0]


def test_a_change_without_a_token_changes_nothing(
    app: Flask, client: FlaskClient, ana: Person
) -> None:
    log_in(client, ana.email)

    response = client.post("/en/profile/password", data={"password": PASSWORD, "new_password": NEW})

    assert response.status_code == 422
    assert log_in(app.test_client(), ana.email).status_code == 302


def test_passwords_that_look_the_same_are_the_same(
    app: Flask, client: FlaskClient, ana: Person, link: str
) -> None:
    """A phone and a ward computer compose accents differently."""
    post(client, link, {"password": "monta\u00f1a puerta violin"})

    assert log_in(app.test_client(), ana.email, "montan\u0303a puerta violin").status_code == 302


def test_a_password_is_stored_as_a_hash_only(app: Flask, ana: Person) -> None:
    with app.app_context():
        row = db.session.get_one(Person, ana.id)

    assert PASSWORD not in repr(vars(row))
    assert (row.password or "").startswith("$argon2id$")
