"""Changing the language in a browser: where one is, and what was typed and chosen, stays."""

from __future__ import annotations

from collections.abc import Iterator

import pytest
from playwright.sync_api import Browser, Page, expect

from tests.support.browser import Visitor
from tests.support.site import running_site

pytestmark = [pytest.mark.browser, pytest.mark.xdist_group("browser")]

MODULE = "soar-to-health-and-wellness"


@pytest.fixture(scope="module")
def address(tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    with running_site(tmp_path_factory.mktemp("site")) as found:
        yield found


@pytest.fixture
def visitor(browser: Browser, address: str) -> Iterator[Visitor]:
    made = Visitor(browser, address)
    yield made
    assert made.complaints == []
    made.close()


def switch(visitor: Visitor) -> Page:
    visitor.press(visitor.page.locator(".languages a"))
    return visitor.page


def test_the_place_stays(visitor: Visitor) -> None:
    visitor.open(f"/en/learn/{MODULE}/public-health/observe?version=brief")

    page = switch(visitor)

    assert page.url.endswith(f"/es/learn/{MODULE}/public-health/observe?version=brief")


def test_what_was_typed_stays_but_no_password_and_not_the_language_asked_for(
    visitor: Visitor,
) -> None:
    page = visitor.open("/en/sign-up")
    page.fill("[name=name]", "Ana María")
    page.fill("[name=password]", "a long secret of mine")

    switch(visitor)

    expect(page.locator("[name=name]")).to_have_value("Ana María")
    expect(page.locator("[name=password]")).to_have_value("")
    expect(page.locator("[name=language]")).to_have_value("es")
    assert page.evaluate("sessionStorage.length") == 0


def test_what_was_typed_stays_on_a_page_with_faults(visitor: Visitor) -> None:
    page = visitor.open("/es/sign-up")
    page.fill("[name=name]", "Ana María")
    visitor.press(page.locator("main form .button-primary"))

    switch(visitor)

    expect(page.locator("[name=name]")).to_have_value("Ana María")
    assert page.url.endswith("/en/sign-up")


def test_what_was_typed_goes_to_no_other_page(visitor: Visitor) -> None:
    page = visitor.open("/en/sign-up")
    page.fill("[name=email]", "ana@example.org")
    page.evaluate("document.querySelector('.languages a').href = '/es/sign-in'")

    switch(visitor)

    expect(page.locator("[name=email]")).to_have_value("")


def test_an_answer_stays_and_is_saved(visitor: Visitor) -> None:
    visitor.sign_in("admin@example.org")
    page = visitor.open(f"/en/learn/{MODULE}")
    page.locator("input[name=setting]").first.check(force=True)
    visitor.press(page.locator("main form .button-primary").first)
    page = visitor.open(f"/en/learn/{MODULE}/tests/pre")
    visitor.press(page.locator("main form .button-primary"))
    page.locator("input[name=choice]").nth(1).evaluate("box => { box.checked = true }")  # unsaved

    switch(visitor)
    expect(page.locator(".save-state")).to_have_text("Guardado")
    page.reload()

    expect(page.locator("html")).to_have_attribute("lang", "es")
    expect(page.locator("input[name=choice]").nth(1)).to_be_checked()
