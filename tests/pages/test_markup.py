"""Every page in every language, for everybody: how it is built and how it is sent."""

from __future__ import annotations

from collections.abc import Iterator
from urllib.parse import urlsplit

import pytest
from bs4 import BeautifulSoup

from tests.pages import walk
from tests.pages.walk import ENDPOINTS, FORMS, LANGUAGES, Page
from tests.rules.world import World
from tests.support.page import check_page

TYPED = {"text", "email", "password", "search", "tel"}
in_languages = pytest.mark.parametrize("language", LANGUAGES)


@in_languages
@pytest.mark.parametrize("endpoint", ENDPOINTS)
def test_a_page_is_built_and_sent_as_every_page_is(
    world: World, endpoint: str, language: str
) -> None:
    faults = [fault for page in walk.show(world, endpoint, language) for fault in check(page)]

    assert not faults, "\n".join(faults)


@in_languages
@pytest.mark.parametrize("endpoint", FORMS)
def test_a_form_with_faults_says_what_to_do(world: World, endpoint: str, language: str) -> None:
    faults: list[str] = []
    for page in walk.show_faults(world, endpoint, language):
        faults += check(page)
        soup = BeautifulSoup(page.html, "html.parser")
        if not soup.select(".error-summary li, .flash-error"):
            faults.append(f"{page.name}: does not say what is wrong")
        targets = [str(link["href"])[1:] for link in soup.select(".error-summary a")]
        ids = [str(tag["id"]) for tag in soup.select("[id]")]
        if targets != sorted(targets, key=ids.index):
            faults.append(f"{page.name}: the faults are in another order than the fields")
        if not title_of(soup).startswith("Error:"):  # in both languages
            faults.append(f"{page.name}: the title does not say that something is wrong")

    assert not faults, "\n".join(faults)


@in_languages
def test_what_is_not_there_is_said_in_the_language_of_the_address(
    world: World, language: str
) -> None:
    faults = [fault for page in walk.show_missing(world, language) for fault in check(page)]

    assert not faults, "\n".join(faults)


def check(page: Page) -> Iterator[str]:
    """Return what is wrong with a page."""
    try:
        soup = check_page(page.response)
    except AssertionError as fault:
        yield f"{page.name}: {fault}"
        return
    language = page.address.split("/")[1]
    root = soup.select_one("html")
    if language in LANGUAGES and root is not None and root["lang"] != language:
        yield f"{page.name}: speaks {root['lang']}"
    for tag in soup.select("[src], [href]"):
        address = str(tag.get("src") or tag.get("href"))
        if tag.name in {"script", "link", "img"} and not _is_ours(tag.name, address):
            yield f"{page.name}: loads {address}"
    yield from (f"{page.name}: {fault}" for fault in find_kept_words(soup))
    way = soup.select_one("body a[href]")
    if way is None or way["href"] != "#main" or not soup.select("main#main[tabindex='-1']"):
        yield f"{page.name}: does not begin with a way past its menu"
    headers = page.response.headers
    if headers["Referrer-Policy"] != "no-referrer":
        yield f"{page.name}: tells other sites where it was"
    if page.who != "anonymous" and headers["Cache-Control"] != "no-store":
        yield f"{page.name}: is kept by the browser: {headers['Cache-Control']}"


def find_kept_words(soup: BeautifulSoup) -> Iterator[str]:
    """Return the fields that do not say whether a browser may keep and offer what is typed."""
    for field in soup.select("main input[name]"):
        if field.get("type", "text") in TYPED and not field.get("autocomplete"):
            yield f"a browser may keep what is typed in {field['name']}"


def title_of(soup: BeautifulSoup) -> str:
    return soup.title.get_text().strip() if soup.title else ""


def _is_ours(tag: str, address: str) -> bool:
    parts = urlsplit(address)
    is_here = not parts.netloc and parts.scheme in {"", "data"}
    return is_here or tag == "link"  # other languages: whole addresses
