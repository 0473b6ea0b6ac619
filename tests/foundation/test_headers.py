"""Headers: what a browser may load, keep and tell; the same on every answer."""

from __future__ import annotations

from pathlib import Path

import pytest
from flask import Flask
from flask.testing import FlaskClient

from soar_lms.headers import ONE_YEAR
from tests.support.pack import PACK
from tests.support.quick import parsed
from tests.support.sites import make_site

ADDRESSES = ["/", "/en/", "/en/nowhere", "/en/sign-in", "/en/home", "/healthz", "/exit", "/metrics"]


def policy(response: object) -> dict[str, str]:
    text: str = response.headers["Content-Security-Policy"]  # type: ignore[attr-defined]  # a response
    return dict(part.strip().split(" ", 1) for part in text.split(";"))


@pytest.mark.parametrize("address", ADDRESSES)
def test_every_answer_tells_the_browser_to_be_careful(client: FlaskClient, address: str) -> None:
    response = client.get(address)

    headers = response.headers
    assert policy(response)["default-src"] == "'none'"
    assert headers["Referrer-Policy"] == "no-referrer"
    assert headers["X-Content-Type-Options"] == "nosniff"
    assert headers["X-Frame-Options"] == "DENY"
    assert headers["Cross-Origin-Opener-Policy"] == "same-origin"
    assert "Strict-Transport-Security" not in headers


def test_the_policy_lets_nothing_in_from_elsewhere_and_nothing_inline(client: FlaskClient) -> None:
    found = policy(client.get("/en/"))

    assert found["frame-ancestors"] == found["base-uri"] == "'none'"
    assert found["form-action"] == found["script-src"] == found["style-src"] == "'self'"
    allowed = {word for words in found.values() for word in words.split()}
    assert allowed == {"'none'", "'self'", "data:"}


@pytest.mark.parametrize("address", ["/en/", "/es/sign-in", "/en/resources", "/en/nowhere"])
def test_a_page_asks_no_other_site_for_anything(client: FlaskClient, address: str) -> None:
    page = parsed(client.get(address))

    loaded = [
        str(tag.get("src") or tag.get("href"))
        for tag in page.select("[src], link[rel=stylesheet], link[rel=icon], link[rel=preload]")
    ]
    assert loaded
    assert all(item.startswith("/") and not item.startswith("//") for item in loaded)
    assert page.select("[onclick], [onload], [style], style, script:not([src]), iframe") == []


def test_on_https_browsers_are_told_to_stay_there(tmp_path: Path) -> None:
    client = make_site(tmp_path, modules=PACK, base_url="https://a.example").test_client()

    header = client.get("/en/").headers["Strict-Transport-Security"]

    assert header == f"max-age={ONE_YEAR}; includeSubDomains"


def test_files_of_the_site_are_kept_for_a_year_under_an_address_that_changes_with_them(
    app: Flask, client: FlaskClient
) -> None:
    page = parsed(client.get("/en/"))
    addresses = [str(tag["href"]) for tag in page.select("link[rel=stylesheet]")]
    addresses += [str(tag["src"]) for tag in page.select("script[src]")]

    for address in addresses:
        assert "?v=" in address
        with client.get(address) as response:
            assert response.status_code == 200
            assert response.headers["Cache-Control"] == f"public, max-age={ONE_YEAR}, immutable"
            assert "Set-Cookie" not in response.headers


@pytest.mark.parametrize(
    "name", ["../app.py", "..%2fapp.py", "%2e%2e/config.py", "/etc/passwd", "", "."]
)
def test_no_file_outside_the_folder_is_served(client: FlaskClient, name: str) -> None:
    assert client.get(f"/static/{name}").status_code in {404, 308}


def test_what_nobody_allowed_to_be_kept_is_not_kept(
    client: FlaskClient, as_learner: FlaskClient
) -> None:
    for visitor, address in (
        (client, "/en/sign-in"),
        (client, "/healthz"),
        (as_learner, "/en/home"),
        (as_learner, "/en/profile"),
        (as_learner, "/en/"),
    ):
        assert visitor.get(address).headers["Cache-Control"] == "no-store"


def test_the_quick_exit_leads_away_and_leaves_no_address_behind(client: FlaskClient) -> None:
    response = client.get("/exit")

    assert (response.status_code, response.location) == (303, "https://www.weather.gov/")
    assert response.headers["Cache-Control"] == "no-store"
    assert response.headers["Referrer-Policy"] == "no-referrer"


def test_the_name_of_the_server_is_no_bodys_business(client: FlaskClient) -> None:
    assert not {"X-Powered-By", "Via"} & set(client.get("/en/").headers.keys())
