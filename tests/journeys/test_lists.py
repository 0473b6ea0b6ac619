"""A long list in a real browser: narrowed in place, or page by page where scripts fail."""

from __future__ import annotations

import re
from collections.abc import Iterator
from datetime import timedelta

import pytest
from playwright.sync_api import Browser, Page, expect

from soar_lms.clock import utc_now
from tests.support.browser import DESKTOP, PHONE, Visitor
from tests.support.site import running_site

pytestmark = [pytest.mark.browser, pytest.mark.xdist_group("browser")]

GROUP = "/en/cohorts/1"
LOADED = "() => performance.getEntriesByType('navigation')[0].name"
"""The address that the browser itself has opened last: a change in place leaves it as it was."""


@pytest.fixture(scope="module")
def site(tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    with running_site(tmp_path_factory.mktemp("site")) as address:
        yield address


@pytest.fixture
def trainer(browser: Browser, site: str) -> Iterator[Visitor]:
    visitor = Visitor(browser, site, viewport=PHONE)
    visitor.sign_in("trainer@example.org")
    yield visitor
    visitor.close()


def search(page: Page, words: str) -> None:
    page.fill("[name=q]", words)
    page.press("[name=q]", "Enter")
    page.wait_for_url(f"**{GROUP}?q={words}*")


def test_a_search_narrows_the_list_in_place_and_says_how_many_are_left(trainer: Visitor) -> None:
    page = trainer.open(GROUP)

    search(page, "carmen")

    expect(page.locator("[data-said]")).to_contain_text("1 person.")
    expect(page.locator("[name=q]")).to_be_focused()
    assert page.evaluate(LOADED).endswith(GROUP)
    assert trainer.complaints == []


def test_a_filter_is_set_and_taken_away_in_place(trainer: Visitor) -> None:
    page = trainer.open(GROUP)
    page.click("form summary")
    page.select_option("[name=state]", "completed")
    page.click("form details button")
    expect(page.locator("[data-said]")).to_contain_text("5 people.")

    page.click("[aria-label='Filters that are set'] a >> nth=0")

    expect(page.locator("[data-found]")).to_be_focused()
    expect(page.locator("[data-found]")).to_contain_text("26 people.")
    expect(page.locator("[name=state]")).to_have_value("")
    assert page.evaluate(LOADED).endswith(GROUP)


def test_the_way_back_leads_through_the_lists_that_were_seen(trainer: Visitor) -> None:
    page = trainer.open(GROUP)
    search(page, "carmen")
    page.click("text=Show everybody")
    expect(page.locator("[data-found]")).to_contain_text("26 people.")

    page.go_back()

    expect(page.locator("[data-said]")).to_contain_text("1 person.")
    expect(page.locator("[name=q]")).to_have_value("carmen")
    expect(page.locator(".languages a")).to_have_attribute("href", re.compile("/es/.*q=carmen"))


def test_the_next_page_begins_at_the_top_of_the_list(trainer: Visitor) -> None:
    page = trainer.open(GROUP)

    page.click("a[rel=next] >> nth=1")

    expect(page.locator("[data-found]")).to_be_focused()
    expect(page.locator("table.report tbody tr")).to_have_count(1)
    assert page.evaluate(LOADED).endswith(GROUP)


def test_the_rows_of_a_list_are_looked_at_in_place_before_it_is_imported(trainer: Visitor) -> None:
    page = trainer.open(f"{GROUP}/roster")
    page.fill("[name=people]", "email\nana@example.org\nben@example.org\nnot an address")
    trainer.press(page.locator("main form .button-primary"))
    opened = page.url
    expect(page.locator("[data-found]")).to_have_text("3 rows.")

    page.click(".tally a >> nth=0")

    expect(page.locator("[data-found]")).to_be_focused()
    expect(page.locator("table.report tbody tr")).to_have_count(2)
    expect(page.locator(".tally [aria-current]")).to_have_count(1)
    assert page.evaluate(LOADED) == opened


def test_the_next_invitations_come_in_place_and_keep_what_is_being_typed(trainer: Visitor) -> None:
    place = f"{GROUP}/invitations"
    page = trainer.open(place)
    page.fill("[name=people]", "\n".join(f"p{number:03}@example.org" for number in range(101)))
    trainer.press(page.locator("main form .button-primary"))
    expect(page.locator("[data-found]")).to_have_text(re.compile("^10[0-9] people were invited."))
    page.fill("[name=people]", "dora@example.org")

    page.click("a[rel=next]")

    expect(page.locator("[data-found]")).to_be_focused()
    expect(page.locator("a[rel=prev]")).to_have_count(1)
    expect(page.locator("[name=people]")).to_have_value("dora@example.org")
    assert "after=" in page.url
    assert page.evaluate(LOADED).endswith(place)
    assert trainer.complaints == []


def test_the_log_of_reminders_is_narrowed_in_place(trainer: Visitor) -> None:
    page = trainer.open(f"{GROUP}/reminders/send")
    trainer.press(page.locator("main form .button-primary"))
    opened = page.url
    expect(page.locator("[data-found]")).to_have_text("21 lines on this page.")

    page.select_option("[name=state]", "bounced")
    page.click("form.filters button")

    expect(page.locator("[data-said]")).to_contain_text("No reminders match.")
    expect(page.locator("[name=state]")).to_have_value("bounced")
    assert page.evaluate(LOADED) == opened


def test_where_the_list_cannot_be_fetched_its_page_is_opened(trainer: Visitor) -> None:
    page = trainer.open(GROUP)
    page.evaluate("() => { window.fetch = () => Promise.reject(new Error('no connection')) }")

    search(page, "carmen")

    expect(page.locator("[data-found]")).to_contain_text("1 person.")
    assert "q=carmen" in page.evaluate(LOADED)


@pytest.mark.parametrize("width", [DESKTOP["width"], 1024])
@pytest.mark.parametrize("language", ["en", "es"])
def test_with_days_on_which_it_is_due_the_list_is_as_wide_as_the_window(
    trainer: Visitor, language: str, width: int
) -> None:
    page = trainer.open(f"{GROUP}/settings")
    due_on = (utc_now() + timedelta(days=30)).date()
    page.fill("main form [type=date]", due_on.isoformat())
    trainer.press(page.locator("main form .button-primary"))

    page.set_viewport_size({"width": width, "height": DESKTOP["height"]})
    trainer.open(GROUP.replace("/en/", f"/{language}/"))

    assert page.locator("table.report thead th").count() == 7
    assert (
        page.evaluate(
            "(({ scrollWidth, clientWidth }) => scrollWidth - clientWidth)"
            "(document.querySelector('.table-tall'))"
        )
        == 0
    )


def test_whoever_was_signed_out_is_asked_to_sign_in(trainer: Visitor) -> None:
    page = trainer.open(GROUP)
    trainer.context.clear_cookies()

    page.fill("[name=q]", "carmen")
    page.press("[name=q]", "Enter")

    page.wait_for_url("**/en/sign-in**")
