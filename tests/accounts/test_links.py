"""A link from an e-mail signs in: once, soon, by a button."""

from __future__ import annotations

from collections.abc import Callable
from datetime import timedelta
from urllib.parse import urlencode

import pytest
from flask import Flask
from flask.testing import FlaskClient
from werkzeug.test import TestResponse

from soar_lms.accounts import links
from soar_lms.accounts.emails import add_email
from soar_lms.accounts.jobs import forget_old_sign_ins
from soar_lms.accounts.models import Person, SignInLink
from soar_lms.clock import utc_now
from soar_lms.database import db, transaction
from soar_lms.messages.models import OutboxMessage
from tests.accounts.conftest import is_signed_in, link_in
from tests.factories import PASSWORD
from tests.support.page import get_page
from tests.support.quick import parsed, post, summary, words
from tests.support.together import at_once

Outbox = Callable[[], list[OutboxMessage]]


@pytest.fixture
def ana(person: Callable[..., Person]) -> Person:
    return person(email="ana@example.org", language="es")


def ask(client: FlaskClient, email: str = "ana@example.org", place: str = "") -> TestResponse:
    return post(client, "/en/sign-in/link", {"email": email, "next": place})


@pytest.fixture
def link(client: FlaskClient, ana: Person, outbox: Outbox) -> str:
    ask(client)
    (mail,) = outbox()
    return link_in(mail.body, "sign-in/link")


@pytest.mark.parametrize(
    ("email", "mails"),
    [("ana@example.org", 1), (" ANA@example.org", 1), ("nobody@example.org", 0)],
)
def test_the_answer_is_the_same_for_every_address(
    client: FlaskClient, ana: Person, outbox: Outbox, email: str, mails: int
) -> None:
    response = ask(client, email)

    assert response.location == "/en/sign-in/link-sent"
    assert "If this address has an account" in words(client.get(response.location))
    assert len(outbox()) == mails


def test_the_e_mail_is_in_the_language_of_its_reader_with_a_neutral_subject(
    ana: Person, link: str, outbox: Outbox
) -> None:
    (mail,) = outbox()

    assert (mail.language, mail.recipient) == ("es", "ana@example.org")
    assert mail.subject == "El enlace que pidió"
    assert link.startswith("/es/sign-in/link/")


@pytest.mark.parametrize("email", ["", "nonsense"])
def test_no_address_is_said_to_be_none(client: FlaskClient, email: str) -> None:
    response = ask(client, email, "/en/profile")

    assert response.status_code == 422
    assert len(summary(response)) == 1
    assert parsed(response).select_one("[name=next]")["value"] == "/en/profile"  # type: ignore[index]  # there is one


def test_opening_the_link_changes_nothing_and_the_button_signs_in(
    client: FlaskClient, link: str
) -> None:
    for _ in range(3):
        get_page(client, link)
    assert not is_signed_in(client)

    assert post(client, link).location == "/es/home"
    assert is_signed_in(client)


def test_a_link_works_once(app: Flask, client: FlaskClient, link: str) -> None:
    post(client, link)
    stranger = app.test_client()

    assert post(stranger, link).status_code == 410
    assert stranger.get(link).status_code == 410
    assert not is_signed_in(stranger)


def test_a_link_used_at_once_signs_in_once(app: Flask, ana: Person) -> None:
    with app.app_context(), transaction():
        token = links.make_link(ana.id, None, utc_now())

    def use(_: object) -> str:
        try:
            return links.use_link(token, utc_now()).person.email
        except links.SignInLinkOverError:
            return "over"

    assert sorted(at_once(app, lambda: None, use)) == ["ana@example.org", "over", "over"]


def test_a_link_is_over_after_fifteen_minutes(app: Flask, client: FlaskClient, link: str) -> None:
    with app.app_context(), transaction():
        for row in db.session.query(SignInLink):
            row.expires_at -= links.LASTS

    assert client.get(link).status_code == 410
    assert post(client, link).status_code == 410
    assert not is_signed_in(client)


def test_using_a_link_makes_the_others_void_and_the_owner_is_told(
    app: Flask, client: FlaskClient, link: str, outbox: Outbox
) -> None:
    ask(client)
    other = link_in(outbox()[-1].body, "sign-in/link")

    post(client, link)

    assert app.test_client().get(other).status_code == 410
    assert [mail.kind for mail in outbox()] == ["sign-in-link"] * 2 + ["signed-in-by-link"]


def test_nobody_floods_the_mailbox_of_somebody_else(
    client: FlaskClient, ana: Person, outbox: Outbox
) -> None:
    for _ in range(links.MOST_LINKS + 2):
        ask(client)

    assert len(outbox()) == links.MOST_LINKS


def test_an_unfinished_answer_comes_along(client: FlaskClient, ana: Person, outbox: Outbox) -> None:
    place = "/en/learn/m/tests/post/1/3?" + urlencode({"choice": "ask-again"})
    page = client.get("/en/sign-in", query_string={"next": place})
    asked = parsed(page).select_one('a[href*="/sign-in/link"]')
    assert asked is not None
    (field,) = parsed(client.get(str(asked["href"]))).select("[name=next]")

    ask(client, place=str(field["value"]))

    assert post(client, link_in(outbox()[0].body, "sign-in/link")).location == place


@pytest.mark.parametrize("place", ["https://evil.example/", "//evil.example", "http://[x"])
def test_a_link_never_leads_to_another_site(
    client: FlaskClient, ana: Person, outbox: Outbox, place: str
) -> None:
    ask(client, place=place)

    assert post(client, link_in(outbox()[0].body, "sign-in/link")).location == "/es/home"


@pytest.mark.parametrize("change", [{"active": False}, {"confirmed_at": None}])
def test_a_closed_or_unconfirmed_account_gets_no_link(
    app: Flask, client: FlaskClient, ana: Person, outbox: Outbox, change: dict[str, object]
) -> None:
    with app.app_context(), transaction():
        for name, value in change.items():
            setattr(db.session.get_one(Person, ana.id), name, value)

    ask(client)

    assert outbox() == []


def test_an_address_that_is_only_claimed_gets_no_link(
    app: Flask, client: FlaskClient, ana: Person, outbox: Outbox
) -> None:
    with app.app_context(), transaction():
        add_email(db.session.get_one(Person, ana.id), "claimed@example.org", utc_now())

    ask(client, "claimed@example.org")

    assert "sign-in-link" not in {mail.kind for mail in outbox()}


def test_a_new_password_makes_links_void(
    app: Flask, client: FlaskClient, ana: Person, link: str, outbox: Outbox
) -> None:
    post(client, "/en/new-password", {"email": ana.email})
    post(client, link_in(outbox()[-1].body, "new-password"), {"password": PASSWORD})

    assert app.test_client().get(link).status_code == 410


@pytest.mark.parametrize("token", ["nonsense", "a.b.c", "%00", "x" * 3000])
def test_an_invented_link_is_over(client: FlaskClient, token: str) -> None:
    assert client.get(f"/en/sign-in/link/{token}").status_code == 410


def test_the_token_itself_is_not_kept_and_old_links_are_forgotten(app: Flask, link: str) -> None:
    with app.app_context():
        (row,) = db.session.query(SignInLink)
        assert row.token_hash not in link

        assert forget_old_sign_ins(utc_now() + timedelta(hours=1)) == 1
