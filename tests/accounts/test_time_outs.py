"""A session that nobody uses ends, says so before, and costs no work."""

from __future__ import annotations

from collections.abc import Callable
from time import time
from typing import Any

import pytest
from flask import Flask
from flask.testing import FlaskClient

from soar_lms.accounts import sign_ins
from soar_lms.accounts.models import Person
from soar_lms.clock import utc_now
from tests.accounts.conftest import is_signed_in, log_in
from tests.conftest import SignIn
from tests.factories import PASSWORD
from tests.support.quick import parsed, post, token, words

IDLE = 12 * 3600


@pytest.fixture
def later(monkeypatch: pytest.MonkeyPatch) -> Callable[[float], None]:
    """Return a function that lets seconds pass, for cookies."""
    passed = 0.0

    def pass_by(seconds: float) -> None:
        nonlocal passed
        passed += seconds
        moment = time() + passed
        monkeypatch.setattr("soar_lms.sessions.time", lambda: moment)
        monkeypatch.setattr("itsdangerous.timed.time.time", lambda: moment)

    return pass_by


@pytest.fixture
def ana(client: FlaskClient, person: Callable[..., Person]) -> Person:
    made = person(email="ana@example.org", password=PASSWORD)
    log_in(client, made.email)
    return made


def time_left(client: FlaskClient, more: str = "") -> Any:
    return (client.get(f"/en/signed-in{more}").json or {})["left"]


def test_a_session_that_nobody_uses_ends(
    client: FlaskClient, ana: Person, later: Callable[[float], None]
) -> None:
    later(IDLE - 60)
    assert time_left(client) == pytest.approx(60, abs=5)
    later(120)

    assert time_left(client) == 0
    assert not is_signed_in(client)


@pytest.mark.parametrize(
    ("place", "said"),
    [
        pytest.param("/en/profile", "You were signed out, because nobody", id="for-members"),
        pytest.param("/en/", "You were signed out, because nobody", id="for-everybody"),
        pytest.param("/es/profile", "Cerramos su sesión, porque nadie", id="in-spanish"),
    ],
)
def test_the_next_page_says_once_that_it_ended(
    client: FlaskClient, ana: Person, later: Callable[[float], None], place: str, said: str
) -> None:
    later(IDLE + 60)

    page = client.get(place, follow_redirects=True)

    assert words(page, ".flash[role=status]").startswith(said)
    assert not parsed(client.get(place, follow_redirects=True)).select(".flash")


def test_a_script_that_asks_does_not_take_these_words_from_the_page(
    client: FlaskClient, ana: Person, later: Callable[[float], None]
) -> None:
    later(IDLE + 60)
    time_left(client)
    time_left(client)

    assert len(parsed(client.get("/en/")).select(".flash")) == 1


def test_whoever_signs_out_after_it_ended_is_told_that_it_is_done(
    client: FlaskClient, ana: Person, later: Callable[[float], None]
) -> None:
    later(IDLE + 60)

    response = post(client, "/en/sign-out")

    assert "You are signed out." in words(client.get(str(response.location)))


def test_asking_is_no_use_but_reading_and_staying_are(
    client: FlaskClient, ana: Person, later: Callable[[float], None]
) -> None:
    later(IDLE - 60)
    assert time_left(client, "?stay=yes") == IDLE
    later(IDLE - 60)
    assert is_signed_in(client)
    later(IDLE - 60)

    assert is_signed_in(client)


def test_the_cookie_is_signed_again_only_now_and_then(
    client: FlaskClient, ana: Person, later: Callable[[float], None]
) -> None:
    client.get("/en/home")
    later(60)
    assert "Set-Cookie" not in client.get("/en/home").headers
    later(IDLE / 5)

    assert "soar=" in client.get("/en/home").headers["Set-Cookie"]


def test_a_page_left_open_can_be_sent_after_signing_in_again(
    client: FlaskClient, ana: Person, later: Callable[[float], None]
) -> None:
    form = {
        "csrf_token": token(client),
        "name": "Ana Torres",
        "language": "es",
        "time_zone": "America/Chicago",
    }
    later(IDLE + 60)
    assert client.post("/en/profile", data=form).location == "/en/sign-in?next=/en/profile"

    log_in(client, ana.email)

    assert client.post("/en/profile", data=form).location == "/en/profile"


def test_the_same_browser_is_listed_once_after_signing_in_again(
    app: Flask, client: FlaskClient, ana: Person, later: Callable[[float], None]
) -> None:
    later(IDLE + 60)
    log_in(client, ana.email)

    with app.app_context():
        assert len(sign_ins.list_sign_ins(ana.id, utc_now())) == 1


def test_whoever_asked_to_stay_signed_in_and_cookies_of_before_have_no_such_end(
    app: Flask, ana: Person, sign_in: SignIn, later: Callable[[float], None]
) -> None:
    remembered, of_before = app.test_client(), sign_in(ana)
    log_in(remembered, ana.email, remember="y")
    later(IDLE + 60)

    for client in (remembered, of_before):
        assert time_left(client) is None
        assert is_signed_in(client)


def test_a_stranger_has_no_time_left(client: FlaskClient) -> None:
    assert time_left(client) == 0
