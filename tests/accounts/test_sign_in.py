"""Signing in and out."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from urllib.parse import urljoin, urlsplit

import pytest
from flask import Flask
from flask.testing import FlaskClient

from soar_lms.accounts.models import Person
from soar_lms.config import Mode
from soar_lms.database import db, transaction
from soar_lms.messages.bounces import find_bounce, note_bounce
from tests.accounts.conftest import is_signed_in, log_in
from tests.factories import NOW, PASSWORD
from tests.support.pack import PACK
from tests.support.quick import parsed, post, summary, value_of, words
from tests.support.sites import make_site

WRONG = "This e-mail address and password do not match. Check both, or choose a new password."


@pytest.fixture
def ana(person: Callable[..., Person]) -> Person:
    return person(email="ana@example.org", password=PASSWORD)


def test_the_right_password_leads_home(client: FlaskClient, ana: Person) -> None:
    response = log_in(client, ana.email)

    assert response.location == "/en/home"
    assert is_signed_in(client)


def test_whoever_signs_in_is_written_to_again_where_mail_bounced(
    app: Flask, client: FlaskClient, ana: Person
) -> None:
    with app.app_context(), transaction():
        note_bounce(ana.email, "5.1.1", NOW)

    log_in(client, ana.email)

    with app.app_context():
        assert find_bounce(ana.email) is None


@pytest.mark.parametrize("email", ["ANA@EXAMPLE.ORG", "Ana@Example.org", " ana@example.org "])
def test_capitals_in_an_address_do_not_matter(client: FlaskClient, ana: Person, email: str) -> None:
    log_in(client, email)

    assert is_signed_in(client)


@pytest.mark.parametrize(
    ("email", "password"),
    [
        pytest.param("ana@example.org", "wrong password", id="wrong-password"),
        pytest.param("ana@example.org", PASSWORD.upper(), id="another-case"),
        pytest.param("nobody@example.org", PASSWORD, id="nobody"),
        pytest.param("nonsense", PASSWORD, id="no-address"),
        pytest.param("ana@example.org", PASSWORD + "\x00", id="nul"),
        pytest.param("ana@example.org", "x" * 5000, id="endless"),
    ],
)
def test_whatever_is_wrong_the_answer_is_the_same(
    client: FlaskClient, ana: Person, email: str, password: str
) -> None:
    response = log_in(client, email, password)

    assert response.status_code == 422
    assert summary(response) == [WRONG]
    assert value_of(response, "email") == email
    assert password not in response.text
    assert not is_signed_in(client)


def test_an_account_without_a_password_cannot_be_entered(
    client: FlaskClient, person: Callable[..., Person]
) -> None:
    person(email="made@example.org", password=None)

    for password in ("", "x", "None"):
        assert log_in(client, "made@example.org", password).status_code == 422
    assert not is_signed_in(client)


@pytest.mark.parametrize(
    ("language", "said"),
    [
        ("en", "Please confirm your e-mail address first. We sent you a link when you signed up."),
        ("es", "Primero confirme su correo electrónico."),
    ],
)
def test_whoever_did_not_confirm_is_told_so_only_with_the_right_password(
    app: Flask, client: FlaskClient, ana: Person, language: str, said: str
) -> None:
    with app.app_context(), transaction():
        db.session.get_one(Person, ana.id).confirmed_at = None

    wrong = log_in(client, ana.email, "wrong password", page=language)
    right = log_in(client, ana.email, page=language)

    assert said not in words(wrong)
    page = right if right.status_code == 422 else client.get(str(right.location))
    assert said in words(page)
    assert not is_signed_in(client)


def test_a_closed_account_cannot_be_entered(app: Flask, client: FlaskClient, ana: Person) -> None:
    with app.app_context(), transaction():
        db.session.get_one(Person, ana.id).active = False

    assert log_in(client, ana.email).status_code == 422
    assert not is_signed_in(client)


def test_an_account_that_is_closed_meanwhile_is_signed_out(
    app: Flask, as_learner: FlaskClient, learner: Person
) -> None:
    assert is_signed_in(as_learner)
    with app.app_context(), transaction():
        db.session.get_one(Person, learner.id).active = False

    assert not is_signed_in(as_learner)


def test_a_session_ends_when_its_key_is_changed(
    app: Flask, as_learner: FlaskClient, learner: Person
) -> None:
    with app.app_context(), transaction():
        db.session.get_one(Person, learner.id).fs_uniquifier = "another"

    assert not is_signed_in(as_learner)


@pytest.mark.parametrize("cookie", ["nonsense", "eyJfdXNlcl9pZCI6IjEifQ.x.y", ""])
def test_an_invented_cookie_is_no_session(client: FlaskClient, ana: Person, cookie: str) -> None:
    client.set_cookie("soar", cookie)
    client.set_cookie("soar-remember", f"{ana.fs_uniquifier}|{'0' * 128}")

    assert not is_signed_in(client)


def test_a_session_is_for_this_browser_session_unless_asked_to_be_remembered(
    app: Flask, ana: Person
) -> None:
    for remember, kept in (("", False), ("y", True)):
        client = app.test_client()
        log_in(client, ana.email, remember=remember)
        assert (client.get_cookie("soar-remember") is not None) is kept
        client.delete_cookie("soar")
        assert is_signed_in(client) is kept


def test_cookies_are_out_of_reach_of_scripts_and_other_sites(
    app: Flask, client: FlaskClient, ana: Person
) -> None:
    response = log_in(client, ana.email, remember="y")

    cookies = response.headers.getlist("Set-Cookie")
    assert len(cookies) == 2
    assert all("HttpOnly" in cookie and "SameSite=Lax" in cookie for cookie in cookies)


def test_on_https_cookies_go_over_https_only(tmp_path: Path) -> None:
    client = make_site(tmp_path, modules=PACK, base_url="https://a.example").test_client()

    response = client.get("/en/sign-in", base_url="https://a.example")

    assert "Secure" in response.headers["Set-Cookie"]


# --- where it leads -----------------------------------------------------------------------------


@pytest.mark.parametrize(
    "place", ["/en/profile", "/es/home", "/en/join/abc?x=1", "/en/learn/m/tests/post/1/3"]
)
def test_signing_in_leads_back_to_where_somebody_wanted_to_go(
    client: FlaskClient, ana: Person, place: str
) -> None:
    assert log_in(client, ana.email, next=place).location == place


@pytest.mark.parametrize(
    "place",
    [
        "https://evil.example/",
        "http://evil.example",
        "//evil.example/",
        "///evil.example/",
        "////evil.example/",
        "\\\\evil.example/",
        "/\\evil.example/",
        "/\\/evil.example/",
        "\\/evil.example",
        "https:evil.example",
        "https:/evil.example",
        "javascript:alert(1)",
        "data:text/html,x",
        " //evil.example",
        "\t//evil.example",
        "/\t/evil.example",
        "/\n/evil.example",
        "\x01//evil.example",
        "http://127.0.0.1:8000@evil.example/",
        "//127.0.0.1:8000@evil.example/",
        "%2F%2Fevil.example",
        "http://[evil.example",
    ],
)
def test_signing_in_never_leads_to_another_site(
    client: FlaskClient, ana: Person, place: str
) -> None:
    for response in (
        log_in(client, ana.email, next=place),
        client.get("/en/sign-in", query_string={"next": place}),
    ):
        assert response.status_code in {200, 302, 400, 422}
        assert host_that_a_browser_goes_to(response.location or "/") == "localhost"


def host_that_a_browser_goes_to(location: str) -> str:
    """Read an address as browsers do (https://url.spec.whatwg.org/): leniently."""
    cleaned = "".join(letter for letter in location if letter not in "\t\r\n").strip(" \x00\x01")
    return urlsplit(urljoin("http://localhost/en/sign-in", cleaned.replace("\\", "/"))).netloc


def test_a_page_for_members_leads_to_signing_in_and_back(client: FlaskClient, ana: Person) -> None:
    response = client.get("/en/profile?a=1&b=2")

    assert response.status_code == 302
    (field,) = parsed(client.get(str(response.location))).select("[name=next]")
    assert log_in(client, ana.email, next=str(field["value"])).location == "/en/profile?a=1&b=2"


def test_a_form_of_a_visitor_leads_to_signing_in_and_back_to_its_page(
    client: FlaskClient,
) -> None:
    """What was typed does not travel in an address; the page of the form is asked for again."""
    location = str(post(client, "/en/profile", {"name": "x"}).location)

    assert location == "/en/sign-in?next=/en/profile"


def test_a_post_without_a_page_leads_to_signing_in_and_not_back(client: FlaskClient) -> None:
    assert post(client, "/en/cohorts/1/close").location == "/en/sign-in"


def test_whoever_is_signed_in_is_not_asked_again(as_learner: FlaskClient) -> None:
    for place in ("/en/sign-in", "/en/sign-up"):
        assert as_learner.get(place).location == "/en/home"


# --- signing out --------------------------------------------------------------------------------


def test_signing_out_ends_the_session(app: Flask, client: FlaskClient, ana: Person) -> None:
    log_in(client, ana.email, remember="y")

    response = post(client, "/en/sign-out")

    assert response.status_code == 302
    assert not is_signed_in(client)
    assert client.get_cookie("soar-remember") is None


@pytest.mark.parametrize(
    ("language", "data", "said"),
    [
        ("en", {}, "What you wrote in reflections is still on this device."),
        ("en", {"forget": "y"}, "We told the browser to delete what you wrote in reflections."),
        ("es", {}, "Lo que escribió en las reflexiones sigue en este dispositivo."),
        ("es", {"forget": "y"}, "Le pedimos al navegador que borre lo que escribió"),
    ],
)
def test_signing_out_says_so_and_what_stays_on_a_device_that_others_use(
    client: FlaskClient, ana: Person, language: str, data: dict[str, str], said: str
) -> None:
    log_in(client, ana.email)

    response = post(client, f"/{language}/sign-out", data)

    farewell = words(client.get(str(response.location)), ".flash[role=status]")
    assert said in farewell
    assert ("history" if language == "en" else "historial") in farewell
    assert not parsed(client.get(str(response.location))).select(".flash")


@pytest.mark.parametrize("data", [{}, {"csrf_token": ""}, {"csrf_token": "old"}])
def test_signing_out_needs_the_token(as_learner: FlaskClient, data: dict[str, str]) -> None:
    response = as_learner.post("/en/sign-out", data=data)

    assert response.status_code in {400, 422}
    assert is_signed_in(as_learner)


def test_opening_the_address_of_signing_out_does_not_sign_out(as_learner: FlaskClient) -> None:
    as_learner.get("/en/sign-out")
    as_learner.get("/en/sign-out-page")

    assert is_signed_in(as_learner)


@pytest.mark.parametrize("place", ["sign-in", "sign-up", "new-password", "confirm"])
def test_these_pages_are_for_people_not_for_programs(client: FlaskClient, place: str) -> None:
    assert client.post(f"/en/{place}", json={"email": "a@example.org"}).status_code == 400


# --- limits -------------------------------------------------------------------------------------


@pytest.fixture
def limited(tmp_path: Path) -> Flask:
    """Return a site that counts: tests' own sites do not."""
    return make_site(tmp_path, mode=Mode.DEMO, modules=PACK)


def test_guessing_passwords_is_slowed_down_and_says_so(limited: Flask) -> None:
    client = limited.test_client()

    statuses = [client.post("/es/sign-in", data={"email": "a"}).status_code for _ in range(32)]

    assert statuses == [422] * 30 + [429] * 2
    refused = client.post("/es/sign-in", data={"email": "a"})
    assert parsed(refused).select("html")[0]["lang"] == "es"
    assert words(client.post("/en/sign-in", data={}), "h1") == "Too many tries"
    assert client.get("/en/sign-in").status_code == 200


def test_a_program_that_is_slowed_down_is_told_so(limited: Flask) -> None:
    client = limited.test_client()
    for _ in range(30):
        client.post("/en/sign-in", data={})

    response = client.post("/en/sign-in", data={}, headers={"Accept": "application/json"})

    assert response.status_code == 429
    assert (response.json or {})["error"]["title"] == "Too many tries"


@pytest.mark.parametrize(
    ("method", "place", "limit"),
    [
        ("POST", "/en/sign-up", 30),
        ("POST", "/en/new-password", 20),
        ("POST", "/en/confirm", 20),
        ("GET", "/en/verify/nonsense", 120),
        ("GET", "/verify/nonsense", 120),
        ("HEAD", "/verify/nonsense", 120),
        ("POST", "/en/verify", 20),
        ("GET", "/badges/nonsense", 120),
        ("GET", "/badges/status/0", 120),
        ("GET", "/en/join/nonsense", 120),
    ],
)
def test_what_could_be_tried_a_million_times_has_a_limit(
    limited: Flask, method: str, place: str, limit: int
) -> None:
    client = limited.test_client()

    statuses = [client.open(place, method=method).status_code for _ in range(limit + 1)]

    assert 429 not in statuses[:limit]
    assert statuses[limit] == 429


def test_one_address_does_not_use_up_the_tries_of_another(limited: Flask) -> None:
    client = limited.test_client()
    for _ in range(31):
        client.post("/en/sign-in", data={})

    elsewhere = client.post("/en/sign-in", data={}, environ_base={"REMOTE_ADDR": "192.0.2.7"})

    assert elsewhere.status_code == 422


def test_a_header_does_not_make_another_address_without_a_proxy(limited: Flask) -> None:
    client = limited.test_client()

    statuses = [
        client.post(
            "/en/sign-in", data={}, headers={"X-Forwarded-For": f"192.0.2.{number}"}
        ).status_code
        for number in range(31)
    ]

    assert statuses[-1] == 429


def test_behind_a_proxy_its_last_word_is_the_address(tmp_path: Path) -> None:
    client = make_site(tmp_path, mode=Mode.DEMO, modules=PACK, proxies=1).test_client()

    def statuses(invented: str) -> list[int]:
        return [
            client.post(
                "/en/sign-in",
                data={},
                headers={"X-Forwarded-For": f"{invented}{number}, 198.51.100.1"},
            ).status_code
            for number in range(31)
        ]

    assert statuses("192.0.2.")[-1] == 429
