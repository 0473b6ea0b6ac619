"""Changing the language in forms around an account: what was typed stays, passwords do not."""

from __future__ import annotations

from collections.abc import Callable

import pytest
from bs4 import Tag
from flask import Flask
from flask.testing import FlaskClient
from werkzeug.test import TestResponse

from soar_lms.accounts.models import Person
from soar_lms.database import db
from soar_lms.messages.models import OutboxMessage
from tests.conftest import SignIn
from tests.factories import PASSWORD
from tests.support.quick import parsed, post, summary, value_of


@pytest.fixture
def ana(person: Callable[..., Person]) -> Person:
    return person(email="ana@example.org", password=PASSWORD)


def switch_in(response: TestResponse) -> Tag:
    """Return the button in a form that shows it in Spanish without scripts."""
    (button,) = parsed(response).select("main form noscript button[lang=es]")
    return button


def turn(client: FlaskClient, page: str, typed: dict[str, str]) -> TestResponse:
    """Press the button with the other language after something was typed."""
    button = switch_in(client.get(page))
    return post(client, str(button["formaction"]), {**typed, str(button["name"]): "yes"})


def shown(response: TestResponse, name: str) -> str:
    """Return what stands in a field, or is chosen in a menu."""
    chosen = parsed(response).select(f"select[name={name}] [selected]")
    return str(chosen[0]["value"]) if chosen else value_of(response, name)


@pytest.mark.parametrize(
    ("page", "typed"),
    [
        ("/en/sign-in", {"email": "ana@exam"}),
        ("/en/sign-in?next=/en/profile", {"email": "ana@exam", "next": "/en/profile"}),
        ("/en/sign-up", {"name": "Ana María", "email": "ana@example.org"}),
        ("/en/new-password", {"email": "ana@example.org"}),
        ("/en/confirm", {"email": "ana@example.org"}),
        ("/en/sign-in/link", {"email": "ana@example.org"}),
    ],
)
def test_a_visitor_finds_what_was_typed_in_the_other_language_and_nothing_is_sent(
    app: Flask, client: FlaskClient, ana: Person, page: str, typed: dict[str, str]
) -> None:
    response = turn(client, page, {**typed, "password": PASSWORD})

    assert (response.status_code, summary(response)) == (200, [])
    assert {name: shown(response, name) for name in typed} == typed
    assert parsed(response).select("html[lang=es]")
    assert not parsed(response).select(".flash")
    with app.app_context():
        assert db.session.query(OutboxMessage).count() == 0


@pytest.mark.parametrize(
    ("page", "typed"),
    [
        ("/en/profile", {"name": "Ana María", "territory": "TX", "language": "en"}),
        ("/en/profile/emails", {"email": "ana@exam"}),
        ("/en/profile/licenses", {"number": "RN 12", "territory": "TX", "renews_on": "soon"}),
    ],
)
def test_a_learner_finds_what_was_typed_in_the_other_language_and_nothing_is_kept(
    app: Flask, sign_in: SignIn, ana: Person, page: str, typed: dict[str, str]
) -> None:
    response = turn(sign_in(ana), page, typed)

    assert (response.status_code, summary(response)) == (200, [])
    assert {name: shown(response, name) for name in typed} == typed
    assert parsed(response).select("html[lang=es]")
    with app.app_context():
        assert db.session.get_one(Person, ana.id).name == ana.name


@pytest.mark.parametrize("page", ["/en/sign-in", "/en/sign-up", "/en/profile/emails"])
def test_a_password_does_not_come_back(
    client: FlaskClient, sign_in: SignIn, ana: Person, page: str
) -> None:
    reader = sign_in(ana) if "profile" in page else client

    response = turn(reader, page, {"password": "a long secret of mine"})

    assert value_of(response, "password") == ""
    assert "a long secret of mine" not in response.text


def test_the_language_for_mail_follows_the_page_of_a_newcomer(client: FlaskClient) -> None:
    response = turn(client, "/en/sign-up", {"language": "en"})

    assert shown(response, "language") == "es"


def test_a_form_that_comes_back_with_a_fault_after_another_can_be_turned_too(
    sign_in: SignIn, ana: Person
) -> None:
    """Its address is that of a button, which no browser can open."""
    client = sign_in(ana)

    page = client.post("/en/profile/emails/1/remove", data={"csrf_token": "old"})

    assert switch_in(page)["formaction"] == "/es/profile/emails"
