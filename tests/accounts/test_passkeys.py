"""Passkeys: made after a proof of who it is, used to sign in, removed; nothing else gets in."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator
from dataclasses import replace
from datetime import timedelta
from typing import Any

import pytest
from flask import Flask
from flask.testing import FlaskClient
from werkzeug.test import TestResponse

from soar_lms.accounts import passkeys
from soar_lms.accounts.models import Passkey, Person
from soar_lms.administration.erasing import erase_person
from soar_lms.administration.merging import merge_people
from soar_lms.administration.undoing import undo_merge
from soar_lms.audit.models import AuditEntry
from soar_lms.audit.services import Actor
from soar_lms.clock import utc_now
from soar_lms.database import db, transaction
from soar_lms.messages.models import OutboxMessage
from tests.accounts.conftest import is_signed_in, log_in
from tests.conftest import SignIn
from tests.factories import PASSWORD
from tests.support.authenticator import Authenticator
from tests.support.page import get_page
from tests.support.quick import parsed, post, summary, words
from tests.support.together import at_once

PAGE = "/en/profile/passkeys"
HOST, ORIGIN = "training.example.org", "https://training.example.org"
Outbox = Callable[[], list[OutboxMessage]]


@pytest.fixture(autouse=True)
def _named_site(app: Flask) -> Iterator[None]:
    """Give the site a name: passkeys are not for bare numbers."""
    before = app.config["SOAR"]
    app.config["SOAR"] = replace(before, base_url=ORIGIN)
    yield
    app.config["SOAR"] = before


@pytest.fixture
def ana(person: Callable[..., Person]) -> Person:
    return person(email="ana@example.org", password=PASSWORD, language="es")


@pytest.fixture
def device() -> Authenticator:
    return Authenticator(HOST, ORIGIN)


@pytest.fixture
def owner(client: FlaskClient, ana: Person, device: Authenticator) -> FlaskClient:
    """Return a browser of somebody who has a passkey."""
    log_in(client, ana.email)
    add(client, device)
    return client


def add(client: FlaskClient, device: Authenticator, name: str = "My phone") -> TestResponse:
    """Add a passkey as the pages do it."""
    post(client, PAGE, {"name": name, "password": PASSWORD})
    return post(client, f"{PAGE}/new", {"credential": device.make(asked_to_make(client))})


def asked_to_make(client: FlaskClient) -> dict[str, Any]:
    (form,) = parsed(client.get(f"{PAGE}/new")).select("[data-passkey-options]")
    asked: dict[str, Any] = json.loads(str(form["data-passkey-options"]))
    return asked


def asked_to_sign_in(client: FlaskClient) -> dict[str, Any]:
    asked: dict[str, Any] = post(client, "/en/sign-in/passkey/offer").json or {}
    return asked


def enter(client: FlaskClient, device: Authenticator, **more: str) -> TestResponse:
    answer = device.sign(asked_to_sign_in(client))
    return post(client, "/en/sign-in/passkey", {"credential": answer, **more})


def stored(app: Flask, person: Person) -> list[Passkey]:
    with app.app_context():
        return passkeys.list_passkeys(person.id)


# --- adding -------------------------------------------------------------------------------------


def test_a_passkey_is_added_listed_and_told_of(
    app: Flask, owner: FlaskClient, ana: Person, outbox: Outbox
) -> None:
    (row,) = stored(app, ana)

    assert row.name == "My phone"
    assert words(owner.get(PAGE), ".boxes").startswith("My phone Added on")
    assert [(mail.kind, mail.language) for mail in outbox()] == [("passkeys-changed", "es")]
    with app.app_context():
        assert [entry.action for entry in db.session.query(AuditEntry)] == ["passkey-added"]


@pytest.mark.parametrize("language", ["en", "es"])
def test_the_pages_are_whole(client: FlaskClient, ana: Person, language: str) -> None:
    log_in(client, ana.email)

    get_page(client, f"/{language}/profile/passkeys")
    post(client, PAGE, {"name": "My phone"})
    get_page(client, f"/{language}/profile/passkeys/new")


def test_the_password_is_asked_for_unless_it_was_given_just_now(
    sign_in: SignIn, ana: Person
) -> None:
    client = sign_in(ana)

    without = post(client, PAGE, {"name": "My phone"})
    wrong = post(client, PAGE, {"name": "My phone", "password": "wrong"})
    right = post(client, PAGE, {"name": "My phone", "password": PASSWORD})

    assert summary(without) == ["Enter your password."]
    assert summary(wrong) == ["That password is not right. Type it again."]
    assert right.location == f"{PAGE}/new"


def test_nothing_is_made_without_a_proof(app: Flask, sign_in: SignIn, ana: Person) -> None:
    client = sign_in(ana)

    assert client.get(f"{PAGE}/new").location == PAGE
    assert post(client, f"{PAGE}/new", {"credential": "{}"}).location == PAGE


def test_whoever_has_no_password_is_told_the_way(
    sign_in: SignIn, person: Callable[..., Person]
) -> None:
    client = sign_in(person(password=None))

    assert "sign in with a link from an e-mail" in words(client.get(PAGE))


@pytest.mark.parametrize(
    "wrong",
    [
        {"host": "evil.example"},
        {"origin": "https://evil.example"},
        {"origin": "http://training.example.org"},
        {"verifies": False},
    ],
)
def test_what_was_made_for_another_site_or_without_its_owner_is_refused(
    app: Flask, client: FlaskClient, ana: Person, device: Authenticator, wrong: dict[str, Any]
) -> None:
    log_in(client, ana.email)

    response = add(client, replace(device, **wrong))

    assert response.status_code == 422
    assert stored(app, ana) == []


@pytest.mark.parametrize("answer", ["{}", "nonsense", "[]", '{"id": "a"}', "null", "1"])
def test_nonsense_is_refused(app: Flask, client: FlaskClient, ana: Person, answer: str) -> None:
    log_in(client, ana.email)
    post(client, PAGE, {"name": "My phone"})
    client.get(f"{PAGE}/new")

    response = post(client, f"{PAGE}/new", {"credential": answer})

    assert response.status_code == 422
    assert stored(app, ana) == []


def test_an_answer_is_good_once(
    app: Flask, client: FlaskClient, ana: Person, device: Authenticator
) -> None:
    log_in(client, ana.email)
    post(client, PAGE, {"name": "My phone"})
    answer = device.make(asked_to_make(client))
    post(client, f"{PAGE}/new", {"credential": answer})
    post(client, PAGE, {"name": "My phone"})

    again = post(client, f"{PAGE}/new", {"credential": answer})

    assert again.status_code == 422
    assert len(stored(app, ana)) == 1


def test_a_passkey_added_twice_at_once_stands_once(
    app: Flask, ana: Person, device: Authenticator
) -> None:
    challenge = passkeys.make_challenge()
    with app.app_context():
        answer = device.make(passkeys.ask_to_make(ana.id, ana.name, ana.email, challenge))

    def work(_: object) -> str:
        person = db.session.get_one(Person, ana.id)
        try:
            passkeys.add_passkey(
                person, name="Mine", answer=answer, challenge=challenge, now=utc_now()
            )
        except passkeys.PasskeyRefusedError:
            return "refused"
        return "added"

    assert sorted(at_once(app, lambda: None, work)) == ["added", "refused", "refused"]
    assert len(stored(app, ana)) == 1


def test_a_second_device_is_known_by_the_same_handle_and_the_first_is_left_out(
    owner: FlaskClient, device: Authenticator
) -> None:
    post(owner, PAGE, {"name": "Another"})

    asked = asked_to_make(owner)

    assert asked["user"]["id"] == device.user_handle
    assert len(asked["excludeCredentials"]) == 1


def test_there_is_an_end_to_how_many(
    app: Flask, client: FlaskClient, ana: Person, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(passkeys, "MOST_PASSKEYS", 1)
    log_in(client, ana.email)
    add(client, Authenticator(HOST, ORIGIN))

    assert add(client, Authenticator(HOST, ORIGIN)).status_code == 409
    assert len(stored(app, ana)) == 1


# --- signing in ---------------------------------------------------------------------------------


@pytest.fixture
def stranger(app: Flask, owner: FlaskClient) -> FlaskClient:
    return app.test_client()


def test_a_passkey_signs_in_without_address_and_password(
    app: Flask, stranger: FlaskClient, ana: Person, device: Authenticator
) -> None:
    response = enter(stranger, device, next="/en/profile?a=1")

    assert response.location == "/en/profile?a=1"
    assert is_signed_in(stranger)
    (row,) = stored(app, ana)
    assert (row.sign_count, row.used_at is not None) == (1, True)


def test_a_device_can_be_remembered(stranger: FlaskClient, device: Authenticator) -> None:
    enter(stranger, device, remember="y")

    stranger.delete_cookie("soar")

    assert is_signed_in(stranger)


@pytest.mark.parametrize(
    "wrong",
    [
        {"host": "evil.example"},
        {"origin": "https://evil.example"},
        {"verifies": False},
        {"user_handle": "AAAA"},
        {"user_handle": ""},
        {"credential_id": b"unknown"},
    ],
)
def test_a_wrong_answer_signs_nobody_in(
    stranger: FlaskClient, device: Authenticator, wrong: dict[str, Any]
) -> None:
    response = enter(stranger, replace(device, **wrong), next="/en/profile")

    assert response.location == "/en/sign-in?next=/en/profile"
    assert "That passkey did not work" in words(stranger.get(response.location))
    assert not is_signed_in(stranger)


def test_the_key_of_another_device_signs_nobody_in(
    stranger: FlaskClient, device: Authenticator
) -> None:
    other = replace(device, key=Authenticator(HOST, ORIGIN).key)

    enter(stranger, other)

    assert not is_signed_in(stranger)


def test_a_copy_that_counts_wrongly_signs_nobody_in(
    app: Flask, stranger: FlaskClient, device: Authenticator
) -> None:
    copy = replace(device)
    enter(stranger, device)
    another = app.test_client()

    enter(another, copy)

    assert not is_signed_in(another)


def test_an_answer_signs_in_once_and_only_where_it_was_asked_for(
    app: Flask, stranger: FlaskClient, device: Authenticator
) -> None:
    answer = device.sign(asked_to_sign_in(stranger))
    thief = app.test_client()

    post(thief, "/en/sign-in/passkey", {"credential": answer})

    assert not is_signed_in(thief)


def test_an_answer_that_took_too_long_is_refused(
    stranger: FlaskClient, device: Authenticator, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("soar_lms.accounts.proofs.ANSWER_WITHIN", timedelta(seconds=-1))

    enter(stranger, device)

    assert not is_signed_in(stranger)


def test_a_closed_account_cannot_be_entered(
    app: Flask, stranger: FlaskClient, ana: Person, device: Authenticator
) -> None:
    with app.app_context(), transaction():
        db.session.get_one(Person, ana.id).active = False

    enter(stranger, device)

    assert not is_signed_in(stranger)


@pytest.mark.parametrize("answer", ["", "{}", "nonsense", "[]", '{"id": "a"}', "null"])
def test_nonsense_leads_back_to_signing_in(stranger: FlaskClient, answer: str) -> None:
    asked_to_sign_in(stranger)

    response = post(stranger, "/en/sign-in/passkey", {"credential": answer})

    assert response.location == "/en/sign-in"
    assert not is_signed_in(stranger)


def test_a_passkey_never_leads_to_another_site(
    stranger: FlaskClient, device: Authenticator
) -> None:
    response = enter(stranger, device, next="https://evil.example/")

    assert response.location in {"/en/sign-in", "/en/home"}


def test_a_site_without_a_name_offers_none(app: Flask, client: FlaskClient) -> None:
    assert "passkeys.js" in client.get("/en/sign-in").text
    app.config["SOAR"] = replace(app.config["SOAR"], base_url="http://127.0.0.1:8000")

    assert "passkeys.js" not in client.get("/en/sign-in").text


# --- removing, merging, erasing -----------------------------------------------------------------


def test_a_passkey_that_is_removed_signs_nobody_in(
    app: Flask, owner: FlaskClient, ana: Person, device: Authenticator, outbox: Outbox
) -> None:
    (row,) = stored(app, ana)

    post(owner, f"{PAGE}/{row.id}/remove")

    stranger = app.test_client()
    enter(stranger, device)
    assert not is_signed_in(stranger)
    assert [mail.kind for mail in outbox()] == ["passkeys-changed"] * 2


def test_nobody_removes_the_passkeys_of_others(
    app: Flask, owner: FlaskClient, ana: Person, as_trainer: FlaskClient
) -> None:
    (row,) = stored(app, ana)

    post(as_trainer, f"{PAGE}/{row.id}/remove")

    assert len(stored(app, ana)) == 1


def test_a_merge_moves_passkeys_and_its_undoing_brings_them_back(
    app: Flask,
    stranger: FlaskClient,
    ana: Person,
    device: Authenticator,
    person: Callable[..., Person],
) -> None:
    keep = person()
    staff = Actor(operator="root")
    with app.app_context(), transaction():
        merge = merge_people(keep.id, ana.id, actor=staff, now=utc_now()).id

    enter(stranger, device)
    assert is_signed_in(stranger)
    assert (len(stored(app, keep)), stored(app, ana)) == (1, [])

    with app.app_context(), transaction():
        undo_merge(merge, actor=staff, now=utc_now())
    assert (stored(app, keep), len(stored(app, ana))) == ([], 1)


def test_an_erasure_takes_passkeys_along(app: Flask, owner: FlaskClient, ana: Person) -> None:
    with app.app_context(), transaction():
        erase_person(ana.id, actor=Actor(operator="root"), now=utc_now())

    assert stored(app, ana) == []
