"""Every page that a test opens is checked: language, title, headings, ids, labels, forms."""

from __future__ import annotations

import re
from typing import Any

import html5lib
from bs4 import BeautifulSoup, Tag
from flask.testing import FlaskClient
from werkzeug.test import TestResponse

SITE_NAME = "SOAR Learning"
WRITES_NOTHING = re.compile(r"/[a-z]{2}/verify")
"""Where a form is sent that changes nothing, and whose sender gets no cookie."""


def get_page(client: FlaskClient, address: str, *, status: int = 200) -> BeautifulSoup:
    """Open a page and check it as every page is checked."""
    response = client.get(address)
    assert response.status_code == status, f"{address}: {response.status} {response.location}"
    return check_page(response)


def post_form(
    client: FlaskClient,
    address: str,
    data: dict[str, Any] | None = None,
    *,
    page: str | None = None,
    status: int = 302,
) -> TestResponse:
    """Open the page of a form, fill it in, send it; `page` is where the form stands."""
    token = csrf_token(client, page or address)
    response = client.post(address, data={"csrf_token": token, **(data or {})})
    assert response.status_code == status, f"{address}: {response.status} {response.location}"
    if response.mimetype == "text/html" and status != 302:
        check_page(response)
    return response


def csrf_token(client: FlaskClient, address: str) -> str:
    """Return the token of the first form on a page."""
    found = get_page(client, address).select_one("input[name=csrf_token]")
    assert found is not None, f"{address} has no form"
    return str(found["value"])


def check_page(response: TestResponse) -> BeautifulSoup:
    """Check what is true of every page, and return it parsed."""
    text = response.get_data(as_text=True)
    html5lib.HTMLParser(strict=True).parse(text)
    page = BeautifulSoup(text.replace("<wbr>", ""), "html5lib")  # inside a word: one string
    _check_head(page)
    _check_ids(page)
    _check_forms(page)
    _check_safety(page)
    assert not page.select("[style], style, script:not([src])"), "inline style or script"
    assert "Content-Security-Policy" in response.headers
    return page


def _check_head(page: BeautifulSoup) -> None:
    root = page.select_one("html")
    assert root is not None
    assert root.get("lang"), "no language"
    assert root.get("dir") in {"ltr", "rtl"}
    title = page.title.get_text().strip() if page.title else ""
    assert title.endswith(f" – {SITE_NAME}"), f"title: {title!r}"
    assert not title.startswith("–"), "the title is empty"
    assert len(page.select("h1")) == 1, f"{len(page.select('h1'))} headings of level 1"


def _check_ids(page: BeautifulSoup) -> None:
    ids = [tag["id"] for tag in page.select("[id]")]
    twice = {name for name in ids if ids.count(name) > 1}
    assert not twice, f"ids that stand twice: {twice}"
    for tag in page.select("[aria-describedby], [aria-labelledby]"):
        for attribute in ("aria-describedby", "aria-labelledby"):
            for name in str(tag.get(attribute) or "").split():
                assert name in ids, f"{attribute} names {name}, which is not there"
    for link in page.select("a[href^='#']"):
        assert link["href"] == "#" or str(link["href"])[1:] in ids, f"{link['href']} leads nowhere"


def _check_forms(page: BeautifulSoup) -> None:
    for form in page.select("form[method=post]"):
        action = str(form.get("action"))
        is_checked = form.select_one("input[name=csrf_token]") or WRITES_NOTHING.fullmatch(action)
        assert is_checked, f"no token: {action}"
    for field in page.select("input:not([type=hidden]), select, textarea"):
        assert _label(page, field), f"no label: {field.get('name') or field.get('id')}"


def _label(page: BeautifulSoup, field: Tag) -> bool:
    return bool(field.get("aria-label") or page.select_one(f"label[for='{field.get('id')}']"))


def _check_safety(page: BeautifulSoup) -> None:
    assert page.select_one(".safety-bar .exit-button"), "no quick exit"
    assert page.select(".safety-bar a[href^='tel:']"), "no hotline"


def errors_of(response: TestResponse) -> list[str]:
    """Return the messages of the error summary of a page."""
    page = check_page(response)
    return [item.get_text(strip=True) for item in page.select(".error-summary li")]


def text_of(page: BeautifulSoup, selector: str) -> str:
    """Return the words of the one element that a selector names."""
    (found,) = page.select(selector)
    return " ".join(found.get_text(" ", strip=True).split())
