"""Signing up: an account, a mail, a button; and nobody learns who has an account."""

from __future__ import annotations

from collections.abc import Callable
from datetime import timedelta

import pytest
from flask import Flask
from flask.testing import FlaskClient
from werkzeug.test import TestResponse

from soar_lms.accounts.models import Person
from soar_lms.database import db, transaction
from soar_lms.messages.models import OutboxMessage
from tests.accounts.conftest import NEWCOMER, SHORT, is_signed_in, link_in, log_in, sign_up
from tests.factories import PASSWORD
from tests.support.page import get_page
from tests.support.quick import parsed, post, summary, value_of, words
from tests.support.together import clients_at_once

Outbox = Callable[[], list[OutboxMessage]]
People = Callable[[], list[Person]]


# --- the form -----------------------------------------------------------------------------------


def test_signing_up_makes_an_account_that_waits_to_be_confirmed(
    client: FlaskClient, people: People
) -> None:
    response = sign_up(client)

    assert response.location == "/en/check-mail"
    (person,) = people()
    assert (person.email, person.name, person.role, person.language, person.time_zone) == (
        "maria@example.org",
        "María",
        "learner",
        "en",
        "America/Chicago",
    )
    assert person.confirmed_at is None
    assert person.password is not None
    assert person.password.startswith("$argon2id$v=19$m=19456,t=2,p=1$")
    assert not is_signed_in(client)


def test_signing_up_twice_at_once_is_one_account(app: Flask, people: People) -> None:
    """A double click, and nobody learns from it that the address has an account by now."""

    def as_browsers_do() -> TestResponse:
        client = app.test_client()
        response = sign_up(client)
        return sign_up(client) if response.status_code == 307 else response

    responses = clients_at_once(as_browsers_do)

    assert {response.location for response in responses} == {"/en/check-mail"}
    assert len(people()) == 1


@pytest.mark.parametrize(
    ("language", "subject"),
    [
        ("en", "Please confirm your e-mail address"),
        ("es", "Confirme su correo electrónico"),
    ],
)
def test_the_mail_comes_in_the_language_that_was_chosen(
    client: FlaskClient, outbox: Outbox, language: str, subject: str
) -> None:
    sign_up(client, page="en", language=language)

    (mail,) = outbox()
    assert (mail.recipient, mail.language, mail.subject) == (
        "maria@example.org",
        language,
        subject,
    )
    assert link_in(mail.body, "confirm").startswith(f"/{language}/confirm/")


@pytest.mark.parametrize("language", ["en", "es"])
def test_the_form_offers_the_language_of_the_page(client: FlaskClient, language: str) -> None:
    page = get_page(client, f"/{language}/sign-up")

    (chosen,) = page.select("select[name=language] option[selected]")
    assert chosen["value"] == language


@pytest.mark.parametrize(
    ("changes", "message"),
    [
        pytest.param({"name": ""}, "Enter your name.", id="no-name"),
        pytest.param({"name": " \t "}, "Enter your name.", id="a-name-of-spaces"),
        pytest.param({"name": "x" * 121}, "Enter at most 120 characters.", id="a-long-name"),
        pytest.param(
            {"password": "short"},
            SHORT,
            id="a-short-password",
        ),
        pytest.param({"password": ""}, "Enter a password.", id="no-password"),
        pytest.param({"email": ""}, "Enter your e-mail address.", id="no-address"),
        pytest.param(
            {"email": "maria"}, "Enter an e-mail address like name@example.org.", id="no-host"
        ),
        pytest.param(
            {"email": "a@b@example.org"},
            "Enter an e-mail address like name@example.org.",
            id="two-signs",
        ),
        pytest.param(
            {"email": "maria@exam ple.org"},
            "Enter an e-mail address like name@example.org.",
            id="a-space-inside",
        ),
        pytest.param(
            {"email": "a" * 250 + "@example.org"},
            "Enter an e-mail address like name@example.org.",
            id="longer-than-mail-allows",
        ),
    ],
)
def test_a_fault_is_explained_and_the_rest_is_kept(
    client: FlaskClient,
    people: People,
    outbox: Outbox,
    changes: dict[str, str],
    message: str,
) -> None:
    given = NEWCOMER | changes

    response = sign_up(client, **changes)

    assert response.status_code == 422
    assert summary(response) == [message]
    assert value_of(response, "name") == given["name"].strip()
    assert value_of(response, "email") == given["email"]
    assert given["password"] == "" or given["password"] not in response.text
    assert (people(), outbox()) == ([], [])


@pytest.mark.parametrize("name", ["Ana\x00", "Ana\x07", "Ana \u202etxt", "Ana\ue000"])
def test_hidden_characters_in_a_name_are_refused(
    client: FlaskClient, people: People, name: str
) -> None:
    assert sign_up(client, name=name).status_code == 422
    assert people() == []


def test_a_name_cannot_write_paragraphs_into_the_mail_to_a_stranger(
    client: FlaskClient, people: People, outbox: Outbox
) -> None:
    response = sign_up(client, name="You have won!\r\n\r\nCollect it at http://evil.example/\r\n")

    if response.status_code != 422:
        assert "won!\n" not in outbox()[0].body
        assert "\n" not in people()[0].name


@pytest.mark.parametrize("name", ["{{ 7*7 }}", "%(address)s", "{% raw %}", "<b>Ana</b>"])
def test_a_name_is_never_a_template(client: FlaskClient, outbox: Outbox, name: str) -> None:
    sign_up(client, name=name)

    assert f"Hello {name}," in outbox()[0].body


@pytest.mark.parametrize("language", ["", "fr", "en-US", "../es"])
def test_a_language_that_is_not_spoken_is_refused(
    client: FlaskClient, people: People, language: str
) -> None:
    response = sign_up(client, language=language)

    assert [person.language for person in people()] == (
        [] if response.status_code == 422 else ["en"]
    )


@pytest.mark.parametrize("zone", ["", "Mars/Olympus", "../../etc/passwd", "x" * 500])
def test_a_time_zone_that_there_is_not_becomes_the_sites(
    client: FlaskClient, people: People, zone: str
) -> None:
    sign_up(client, time_zone=zone)

    assert [person.time_zone for person in people()] == ["America/New_York"]


def test_a_token_that_is_too_old_keeps_what_was_typed(client: FlaskClient, people: People) -> None:
    client.get("/en/sign-up")

    response = client.post("/en/sign-up", data={**NEWCOMER, "csrf_token": "old"})

    assert response.status_code == 422
    assert summary(response) == [
        "This page was open for a long time. Please check it and send it again."
    ]
    assert value_of(response, "name") == "María"
    assert people() == []


@pytest.mark.parametrize("field", ["role", "active", "confirmed_at", "fs_uniquifier", "id"])
def test_nobody_gives_themselves_more_than_the_form_asks(
    client: FlaskClient, people: People, field: str
) -> None:
    sign_up(client, **{field: "administrator"})

    (person,) = people()
    assert (person.role, person.active, person.confirmed_at) == ("learner", True, None)
    assert person.fs_uniquifier != "administrator"


# --- an address that has an account -------------------------------------------------------------


@pytest.mark.parametrize("email", ["maria@example.org", "MARIA@Example.ORG", " maria@example.org "])
@pytest.mark.parametrize("confirmed", [True, False])
def test_an_address_with_an_account_gets_the_same_answer_and_a_mail(
    app: Flask,
    client: FlaskClient,
    people: People,
    outbox: Outbox,
    person: Callable[..., Person],
    email: str,
    confirmed: bool,
) -> None:
    known = person(email="maria@example.org", language="es", password=PASSWORD)
    if not confirmed:
        with app.app_context(), transaction():
            db.session.get_one(Person, known.id).confirmed_at = None
    stranger = app.test_client()
    fresh = sign_up(stranger, email="new@example.org")

    response = sign_up(client, email=email, password="another quiet river stone")

    assert (response.status_code, response.location) == (fresh.status_code, fresh.location)
    assert words(client.get(str(response.location))) == words(stranger.get(str(fresh.location)))
    assert [item.email for item in people()] == ["maria@example.org", "new@example.org"]
    mail = outbox()[-1]
    assert (mail.kind, mail.recipient, mail.language) == (
        "welcome-existing",
        "maria@example.org",
        "es",
    )
    assert not is_signed_in(client)
    assert ("/confirm/" in mail.body) is not confirmed


def test_signing_up_again_does_not_change_the_account(
    client: FlaskClient, people: People, person: Callable[..., Person]
) -> None:
    person(email="maria@example.org", name="Ana", password=PASSWORD)

    sign_up(client, name="Somebody Else", password="another quiet river stone")

    assert [item.name for item in people()] == ["Ana"]
    assert log_in(client, "maria@example.org").status_code == 302
    assert is_signed_in(client)


# --- confirming ---------------------------------------------------------------------------------


@pytest.fixture
def link(client: FlaskClient, outbox: Outbox) -> str:
    """Return the link of the mail to somebody who signed up."""
    sign_up(client)
    return link_in(outbox()[0].body, "confirm")


def test_opening_the_link_changes_nothing(client: FlaskClient, people: People, link: str) -> None:
    """Mail scanners open links too."""
    page = get_page(client, link)

    assert len(page.select("main form[method=post]")) == 1
    assert people()[0].confirmed_at is None


def test_the_button_confirms_and_leads_to_signing_in(
    client: FlaskClient, people: People, link: str
) -> None:
    response = post(client, link)

    assert response.location == "/en/sign-in"
    assert "Your e-mail address is confirmed." in words(client.get("/en/sign-in"))
    assert people()[0].confirmed_at is not None
    assert not is_signed_in(client)
    assert log_in(client, "maria@example.org").status_code == 302
    assert is_signed_in(client)


def test_the_button_without_a_token_confirms_nothing(
    client: FlaskClient, people: People, link: str
) -> None:
    assert client.post(link).status_code == 422
    assert people()[0].confirmed_at is None


def test_confirming_twice_is_no_mistake(client: FlaskClient, people: People, link: str) -> None:
    post(client, link)
    first = people()[0].confirmed_at

    assert post(client, link).status_code == 302
    assert people()[0].confirmed_at == first


@pytest.mark.parametrize("token", ["nonsense", "a.b.c", "%00", "x" * 3000])
def test_a_link_that_is_wrong_leads_to_a_new_one(
    client: FlaskClient, people: People, link: str, token: str
) -> None:
    response = post(client, f"/en/confirm/{token}")

    assert response.location == "/en/confirm"
    assert "Ask for a new one here." in words(client.get("/en/confirm"))
    assert people()[0].confirmed_at is None


def test_a_link_that_is_too_old_leads_to_a_new_one(
    app: Flask,
    client: FlaskClient,
    people: People,
    link: str,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setitem(app.config, "SECURITY_CONFIRM_EMAIL_WITHIN", timedelta(seconds=-1))

    assert post(client, link).location == "/en/confirm"
    assert people()[0].confirmed_at is None


@pytest.mark.parametrize(
    ("email", "mails"),
    [("maria@example.org", 1), ("MARIA@example.org", 1), ("nobody@example.org", 0)],
)
def test_asking_again_gets_the_same_answer_for_everybody(
    client: FlaskClient, outbox: Outbox, link: str, email: str, mails: int
) -> None:
    response = post(client, "/en/confirm", {"email": email})

    page = response if response.status_code == 200 else client.get(str(response.location))
    assert "a new link is on its way" in words(page)
    assert len(outbox()) == 1 + mails


def test_asking_again_with_no_address_says_so(client: FlaskClient) -> None:
    response = post(client, "/en/confirm", {"email": "nonsense"})

    assert response.status_code == 422
    assert summary(response) == ["Enter an e-mail address like name@example.org."]


def test_where_somebody_wanted_to_go_is_kept_between_the_forms(client: FlaskClient) -> None:
    page = parsed(client.get("/en/sign-up?next=/en/join/abc"))

    links = [str(item["href"]).replace("%2F", "/") for item in page.select("main a[href*=sign-in]")]
    assert links == ["/en/sign-in?next=/en/join/abc"]
    (field,) = page.select("input[name=next]")
    assert field["value"] == "/en/join/abc"
