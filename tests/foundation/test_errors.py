"""Errors: a page that helps, in the right language; or JSON, where that was asked for."""

from __future__ import annotations

import json
from collections.abc import Callable

import pytest
from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy.exc import OperationalError

from soar_lms.access import Access, access
from soar_lms.errors import DomainError, NotFoundError
from tests.support.page import check_page
from tests.support.quick import token, words

JSON = {"Accept": "application/json"}


class TooEarlyError(DomainError):
    status = 425
    title = "Too early"
    message = "Please <b>wait</b>."


def fail_with(error: BaseException) -> Callable[[], str]:
    @access(Access.PUBLIC)
    def view() -> str:
        raise error

    return view


@pytest.fixture
def broken(app: Flask, monkeypatch: pytest.MonkeyPatch) -> Callable[[BaseException], FlaskClient]:
    """Return a function that lets one page fail, and gives a client."""

    def make(error: BaseException) -> FlaskClient:
        for endpoint in ("pages.show_safety", "pages.start"):
            monkeypatch.setitem(app.view_functions, endpoint, fail_with(error))
        return app.test_client()

    return make


@pytest.mark.parametrize(
    ("language", "title"),
    [("en", "We could not find that page"), ("es", "No encontramos esa página")],
)
def test_a_page_that_is_not_there_helps_in_the_language_of_the_address(
    client: FlaskClient, language: str, title: str
) -> None:
    response = client.get(f"/{language}/nowhere")

    page = check_page(response)
    assert response.status_code == 404
    assert page.select_one("h1").get_text() == title  # type: ignore[union-attr]  # every page has one
    assert [link["href"] for link in page.select("main li a")][:1] == [f"/{language}/"]


def test_a_page_that_cannot_be_posted_to_says_which_ways_there_are(client: FlaskClient) -> None:
    """RFC 9110, 15.5.6: the server MUST say in Allow which methods there are."""
    response = client.post("/en/safety")

    assert response.status_code == 405
    check_page(response)
    assert "GET" in response.headers["Allow"]


def test_a_form_that_is_too_large_is_refused_with_a_page(client: FlaskClient) -> None:
    form = {"csrf_token": token(client), "email": "x" * 1_100_000}

    response = client.post("/es/sign-in", data=form)

    assert response.status_code == 413
    check_page(response)


def test_a_form_with_too_many_fields_is_refused_with_a_page(client: FlaskClient) -> None:
    response = client.post(
        "/en/sign-in",
        data={f"f{number}": "x" for number in range(1000)},
        content_type="multipart/form-data",
    )

    assert response.status_code == 413


@pytest.mark.parametrize(
    ("language", "title"),
    [("en", "Something went wrong on our side"), ("es", "Algo falló en nuestro sitio")],
)
def test_a_fault_of_ours_says_so_and_nothing_else(
    broken: Callable[[BaseException], FlaskClient], language: str, title: str
) -> None:
    client = broken(ZeroDivisionError("a secret"))

    response = client.get(f"/{language}/safety")

    assert response.status_code == 500
    check_page(response)
    assert words(response, "h1") == title
    for leak in ("a secret", "ZeroDivisionError", "Traceback", "soar_lms"):
        assert leak not in response.text


def test_a_database_that_is_away_is_a_site_that_cannot_answer_now(
    broken: Callable[[BaseException], FlaskClient],
) -> None:
    client = broken(OperationalError("SELECT secret", {}, OSError("no route to db.internal")))

    response = client.get("/en/safety")

    assert response.status_code == 503
    check_page(response)
    assert "secret" not in response.text
    assert "db.internal" not in response.text


def test_what_is_not_there_and_what_may_not_be_seen_look_the_same(
    broken: Callable[[BaseException], FlaskClient],
) -> None:
    client = broken(NotFoundError())

    hidden, missing = client.get("/en/safety"), client.get("/en/nowhere")

    assert hidden.status_code == missing.status_code == 404
    assert words(hidden) == words(missing)


def test_a_rule_that_forbids_something_says_what_to_do_without_markup(
    broken: Callable[[BaseException], FlaskClient],
) -> None:
    client = broken(TooEarlyError())

    response = client.get("/en/safety")

    assert response.status_code == 425
    check_page(response)
    assert words(response, ".lead") == "Please <b>wait</b>."


@pytest.mark.parametrize(
    ("method", "address", "status", "language"),
    [
        ("GET", "/en/nowhere", 404, "en"),
        ("GET", "/es/nowhere", 404, "es"),
        ("POST", "/en/safety", 405, "en"),
        ("GET", "/nowhere", 404, "en"),
    ],
)
def test_programs_get_json(
    client: FlaskClient, method: str, address: str, status: int, language: str
) -> None:
    response = client.open(address, method=method, headers=JSON)

    assert (response.status_code, response.is_json) == (status, True)
    error = json.loads(response.data)["error"]
    assert error["status"] == status
    assert set(error) == {"status", "title", "message"}
    page = client.open(address, method=method)
    assert words(page, "h1") == error["title"]
    assert words(page, ".lead") == error["message"]


@pytest.mark.parametrize(
    ("accept", "is_json"),
    [
        ("text/html", False),
        ("*/*", False),
        ("", False),
        ("application/json, text/html;q=.5", True),
        ("text/html, application/json;q=.9", False),
        ("image/png", False),
        ("nonsense", False),
    ],
)
def test_a_page_is_the_answer_unless_json_is_wanted_more(
    client: FlaskClient, accept: str, is_json: bool
) -> None:
    assert client.get("/en/nowhere", headers={"Accept": accept}).is_json is is_json


def test_errors_are_kept_by_nobody(client: FlaskClient) -> None:
    for address in ("/en/nowhere", "/static/nowhere.css", "/en/learn/nowhere"):
        assert client.get(address).headers["Cache-Control"] == "no-store"


def test_a_view_without_a_level_is_closed(app: Flask, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(app.view_functions, "pages.show_safety", lambda: "open")

    response = app.test_client().get("/en/safety")

    assert response.status_code == 403
    assert words(response, "h1") == "This page is closed"
