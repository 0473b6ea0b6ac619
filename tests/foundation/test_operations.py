"""Health, readiness, metrics and logs: for those who keep the site running."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy import text

from soar_lms.access import Access, access
from soar_lms.app import create_app
from soar_lms.database import db
from tests.conftest import SECRET
from tests.support.pack import PACK
from tests.support.page import check_page, text_of
from tests.support.sites import make_config, make_site

TOKEN = "a token for metrics, 9876543210 zyxwv"


def test_a_process_that_answers_is_alive(client: FlaskClient) -> None:
    response = client.get("/healthz")

    assert (response.status_code, response.json) == (200, {"status": "ok"})


def test_a_site_with_its_database_is_ready(client: FlaskClient) -> None:
    response = client.get("/readyz")

    assert (response.status_code, response.json) == (200, {"status": "ok"})


@pytest.fixture
def empty(tmp_path: Path) -> Flask:
    """Return a site whose database nobody has migrated."""
    app = create_app(make_config(tmp_path, modules=PACK))
    app.testing = True
    return app


def test_a_site_without_its_tables_is_alive_but_not_ready(empty: Flask) -> None:
    client = empty.test_client()

    assert client.get("/healthz").status_code == 200
    response = client.get("/readyz")
    assert response.status_code == 503
    assert response.json == {"status": "the database does not answer or is not migrated"}


def test_a_site_with_the_tables_of_another_release_is_not_ready(tmp_path: Path) -> None:
    """`show_readiness` promises the schema of this release, not just any."""
    app = make_site(tmp_path, modules=PACK)
    with app.app_context(), db.engine.begin() as connection:
        connection.execute(text("UPDATE alembic_version SET version_num = 'older'"))

    assert app.test_client().get("/readyz").status_code == 503


@pytest.fixture
def away(tmp_path: Path) -> Flask:
    """Return a site whose database does not answer."""
    url = "postgresql+psycopg://u:hidden@127.0.0.1:1/x"
    return create_app(make_config(tmp_path, modules=PACK, database_url=url))


def test_a_site_whose_database_is_away_is_not_ready_and_says_no_more(away: Flask) -> None:
    client = away.test_client()

    assert client.get("/healthz").status_code == 200
    response = client.get("/readyz")
    assert response.status_code == 503
    assert "hidden" not in response.text


@pytest.mark.parametrize("address", ["/en/home", "/en/safety", "/en/nowhere", "/nowhere"])
def test_who_is_signed_in_is_told_too_that_the_database_is_away(away: Flask, address: str) -> None:
    """The page of the error must not ask the database who reads it."""
    client = away.test_client()
    with client.session_transaction() as session:
        session["_user_id"] = "somebody"

    response = client.get(address)

    assert response.status_code == 503
    page = check_page(response)
    assert text_of(page, "h1") == "The site cannot answer right now"


# --- metrics ------------------------------------------------------------------------------------


@pytest.fixture
def measured(tmp_path: Path) -> FlaskClient:
    return make_site(tmp_path, modules=PACK, metrics_token=TOKEN).test_client()


def test_metrics_count_requests_by_endpoint_and_nothing_about_people(
    measured: FlaskClient,
) -> None:
    measured.get("/en/verify/SECRET-CODE?email=ana@example.org")

    response = measured.get("/metrics", headers={"Authorization": f"Bearer {TOKEN}"})

    assert response.status_code == 200
    assert 'endpoint="certificates.verify_code_in_language",status="404"' in response.text
    assert "SECRET-CODE" not in response.text
    assert "ana@" not in response.text


@pytest.mark.parametrize(
    "given",
    [
        None,
        "",
        "Bearer",
        "Bearer wrong",
        f"Basic {TOKEN}",
        f"Bearer {TOKEN}x",
        "Bearer \xe9",
        "\xff",
    ],
    ids=repr,
)
def test_without_the_token_there_are_no_metrics(measured: FlaskClient, given: str | None) -> None:
    headers = {} if given is None else {"Authorization": given}

    assert measured.get("/metrics", headers=headers).status_code == 404


def test_a_site_without_a_token_has_no_metrics(client: FlaskClient) -> None:
    for given in ("", "Bearer ", "Bearer None", f"Bearer {SECRET}"):
        assert client.get("/metrics", headers={"Authorization": given}).status_code == 404


# --- logs ---------------------------------------------------------------------------------------


def test_a_request_is_logged_as_one_line_without_anything_about_people(
    tmp_path: Path, capfd: pytest.CaptureFixture[str]
) -> None:
    client = make_site(tmp_path, modules=PACK, log_level="info").test_client()
    capfd.readouterr()

    client.get("/en/verify/SECRET-CODE?email=ana@example.org", headers={"Cookie": "soar=hidden"})

    (line,) = [line for line in capfd.readouterr().err.splitlines() if '"request"' in line]
    entry = json.loads(line)
    assert (entry["endpoint"], entry["method"], entry["status"]) == (
        "certificates.verify_code_in_language",
        "GET",
        404,
    )
    for private in ("SECRET-CODE", "ana@", "hidden", "127.0.0.1"):
        assert private not in line


def test_a_fault_is_logged_with_its_place(
    tmp_path: Path, capfd: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    app = make_site(tmp_path, modules=PACK)

    @access(Access.PUBLIC)
    def fail() -> str:
        raise ZeroDivisionError

    monkeypatch.setitem(app.view_functions, "pages.show_safety", fail)

    assert app.test_client().get("/en/safety").status_code == 500

    entry = json.loads(capfd.readouterr().err.splitlines()[-1])
    assert (entry["event"], entry["endpoint"]) == ("unexpected_error", "pages.show_safety")
    assert "ZeroDivisionError" in entry["exception"]
