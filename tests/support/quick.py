"""Quick requests, for tests that are not about how a page is built (`tests.support.page` is)."""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import Any

from bs4 import BeautifulSoup
from flask.testing import FlaskClient
from werkzeug.test import TestResponse

_TOKEN = re.compile(r'name="csrf_token"[^>]*value="([^"]+)"')


def token(client: FlaskClient) -> str:
    """Return the token of the client's session: all of its forms take the same one."""
    page = client.get("/en/sign-in")
    if page.status_code == 302:  # signed in already
        page = client.get("/en/sign-out-page")
    found = _TOKEN.search(page.text)
    assert found is not None
    return found.group(1)


def post(
    client: FlaskClient,
    address: str,
    data: Mapping[str, Any] | None = None,
    *,
    headers: Mapping[str, str] | None = None,
) -> TestResponse:
    """Send a form, with a token that is right."""
    form = {"csrf_token": token(client), **(data or {})}
    return client.post(address, data=form, headers=dict(headers or {}))


def parsed(response: TestResponse) -> BeautifulSoup:
    return BeautifulSoup(response.text.replace("<wbr>", ""), "html.parser")  # inside a word


def words(response: TestResponse, selector: str = "main") -> str:
    """Return what a person reads in one part of a page."""
    found = parsed(response).select_one(selector)
    assert found is not None, f"no {selector}"
    return " ".join(found.get_text(" ", strip=True).split())


def summary(response: TestResponse) -> list[str]:
    """Return the messages of the error summary."""
    return [item.get_text(strip=True) for item in parsed(response).select(".error-summary li")]


def value_of(response: TestResponse, name: str) -> str:
    """Return what stands in a field of a page."""
    (field,) = parsed(response).select(f"[name='{name}']")
    return str(field.get("value") or field.get_text())
