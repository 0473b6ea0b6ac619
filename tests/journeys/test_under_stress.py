"""Somebody comes into the room: the quick exit, what it leaves behind, help within reach."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest
from playwright.sync_api import Browser, Locator, Page, Route, expect

from tests.support.browser import PASSWORD, Visitor
from tests.support.site import running_site

pytestmark = [pytest.mark.browser, pytest.mark.xdist_group("browser")]

MODULE = "soar-to-health-and-wellness"
ELSEWHERE = "https://weather.example/"
SIZES = [
    pytest.param((320, 256), id="zoomed-to-400-percent"),
    pytest.param((360, 740), id="phone"),
    pytest.param((1280, 900), id="desk"),
]
_LEAVE = """() => {
    document.querySelector('[data-exit]').click();
    return [document.title, document.documentElement.getClientRects().length];
}"""
_ON_TOP = """exit => {
    const box = exit.getBoundingClientRect();
    return [box.left + 8, box.right - 8].every(x => [box.top + 8, box.bottom - 8].every(
        y => document.elementFromPoint(x, y) === exit
    ));
}"""
"""Whether nothing lies over a button, near each of its corners (they are round)."""


@pytest.fixture(scope="module")
def address(tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    folder: Path = tmp_path_factory.mktemp("site")
    with running_site(folder, SOAR_EXIT_URL=ELSEWHERE) as found:
        yield found


@pytest.fixture
def visitor(browser: Browser, address: str) -> Iterator[Visitor]:
    made = Visitor(browser, address)
    _serve_elsewhere(made)
    yield made
    made.close()


def _serve_elsewhere(visitor: Visitor) -> None:
    def answer(route: Route) -> None:
        route.fulfill(content_type="text/html", body="<title>Weather</title>Sunny")

    visitor.context.route(f"{ELSEWHERE}**", answer)


def exit_of(page: Page) -> Locator:
    return page.locator("[data-exit]")


# --- leaving ------------------------------------------------------------------------------------


def test_the_page_is_blank_before_the_other_site_is_asked_for(visitor: Visitor) -> None:
    page = visitor.open("/en/safety")

    title, boxes = page.evaluate(_LEAVE)

    assert (title, boxes) == ("…", 0)
    page.wait_for_url(ELSEWHERE)


def test_the_back_button_leads_to_no_page_of_this_site(visitor: Visitor) -> None:
    for path in ("/en/help", "/en/privacy", "/en/safety"):
        page = visitor.open(path)

    exit_of(page).click()
    page.wait_for_url(ELSEWHERE)

    for _ in range(2):
        page.go_back(wait_until="commit")
        expect(page).to_have_title("Weather")
        assert page.url == ELSEWHERE


def test_who_comes_back_on_purpose_stays(visitor: Visitor) -> None:
    page = visitor.open("/en/safety")
    exit_of(page).click()
    page.wait_for_url(ELSEWHERE)

    visitor.open("/en/help")
    visitor.open("/en/privacy")
    page.go_back()

    expect(page.locator("h1")).to_have_text("Help")


def test_three_presses_of_shift_leave_the_page_and_the_second_says_so(visitor: Visitor) -> None:
    page = visitor.open("/es/safety")
    said = page.locator(".safety-bar [role=status]")

    page.keyboard.press("Shift")
    expect(said).to_be_empty()
    page.keyboard.press("Shift")
    expect(said).to_contain_text("una vez más")
    page.keyboard.press("Shift")

    page.wait_for_url(ELSEWHERE)


def test_a_screen_reader_is_told_of_the_keys_at_the_button(visitor: Visitor) -> None:
    page = visitor.open("/en/safety")

    expect(exit_of(page)).to_have_accessible_description("Keyboard: Shift three times")
    expect(page.locator(".exit-key")).to_be_visible()


def test_who_writes_in_capitals_or_marks_text_stays(visitor: Visitor) -> None:
    page = visitor.open("/en/sign-in")
    field = page.locator("[name=email]")

    field.press_sequentially("ABC")
    for _ in range(3):
        page.keyboard.down("Shift")
        page.keyboard.press("D")
        page.keyboard.up("Shift")
        field.click(modifiers=["Shift"])
        page.keyboard.press("Shift+Tab")
        field.focus()

    assert page.url.endswith("/en/sign-in")
    expect(field).to_have_value("ABCDDD")


def test_without_scripts_the_button_is_a_link_and_no_keys_are_promised(
    browser: Browser, address: str
) -> None:
    visitor = Visitor(browser, address, java_script_enabled=False)
    _serve_elsewhere(visitor)
    page = visitor.open("/en/safety")

    expect(page.locator(".exit-key")).to_be_hidden()
    exit_of(page).click()

    page.wait_for_url(ELSEWHERE)
    visitor.close()


def test_a_page_of_somebody_who_signed_out_does_not_come_back(visitor: Visitor) -> None:
    visitor.sign_in("halfway@example.org")
    page = visitor.open("/en/profile")
    visitor.open("/en/sign-out-page")
    visitor.press(page.locator("main form .button-primary"))

    page.go_back()
    page.go_back()

    expect(page.locator("main")).not_to_contain_text("halfway@example.org")
    assert "/sign-in" in page.url


@pytest.mark.parametrize(("is_asked", "left"), [(True, ""), (False, "A quiet corner.")])
def test_a_shared_device_forgets_reflections_where_that_is_asked_for(
    visitor: Visitor, is_asked: bool, left: str
) -> None:
    lesson = f"/en/learn/{MODULE}/health-care/stop-who-is-at-risk"
    visitor.sign_in("halfway@example.org")
    page = visitor.open(lesson)
    page.locator("[data-reflection]").fill("A quiet corner.")

    visitor.open("/en/sign-out-page")
    page.locator("#forget").set_checked(is_asked, force=True)
    visitor.press(page.locator("main form .button-primary"))
    visitor.open(lesson)

    expect(page.locator("[data-reflection]")).to_have_value(left)
    assert visitor.complaints == []


# --- within reach -------------------------------------------------------------------------------


@pytest.mark.parametrize("size", SIZES)
@pytest.mark.parametrize("language", ["en", "es"])
def test_nothing_covers_the_exit(
    browser: Browser, address: str, size: tuple[int, int], language: str
) -> None:
    visitor = Visitor(browser, address, viewport={"width": size[0], "height": size[1]})
    page = visitor.open(f"/{language}/sign-in")

    covered = [f"at rest: {place}" for place in _covered_places(page)]
    page.locator("main form .button-primary").click()
    expect(page.locator(".error-summary")).to_be_focused()
    covered += [f"with faults: {place}" for place in _covered_places(page)]
    page.locator(".skip-link").focus()
    covered += [f"under the skip link: {place}" for place in _covered_places(page)]
    page.fill("[name=email]", "halfway@example.org")
    page.fill("[name=password]", PASSWORD)
    page.locator("main form .button-primary").click()
    page.wait_for_url(f"**/{language}/home")
    _show_time_out(page)
    covered += [f"under the time-out: {place}" for place in _covered_places(page)]

    assert covered == []
    visitor.close()


def _covered_places(page: Page) -> Iterator[str]:
    """Return how far somebody has scrolled where the exit lies under something, or is not seen."""
    for place in ("0", "300", "document.body.scrollHeight"):
        page.evaluate(f"scrollTo({{top: {place}, behavior: 'instant'}})")
        if not exit_of(page).evaluate(_ON_TOP):
            yield place


def _show_time_out(page: Page) -> None:
    page.evaluate(
        """() => {
            const bar = document.querySelector('[data-idle]')
            bar.querySelector('p').textContent = bar.dataset.over
            for (const part of bar.querySelectorAll('[hidden]')) part.hidden = false
        }"""
    )


@pytest.mark.parametrize("path", ["/es/safety", "/es/nowhere", "/nowhere"])
def test_help_is_one_tap_away_for_who_can_and_who_cannot_speak(
    browser: Browser, address: str, path: str
) -> None:
    phone = Visitor(browser, address, viewport={"width": 360, "height": 740}, locale="es-US")
    page = phone.open(path)

    seen = page.locator(".safety-bar a:visible").evaluate_all(
        "links => links.map(link => link.getAttribute('href'))"
    )

    lines = ["tel:+18883737888", "tel:988", "sms:233733?body=HELP", "tel:711"]
    assert seen == [*lines, "/exit"]
    assert page.locator("footer a[href='tel:711']").is_visible()
    phone.close()
