"""Where the keyboard is after each change of a page: never lost, never thrown back to the top."""

from __future__ import annotations

from collections.abc import Iterator

import pytest
from playwright.sync_api import Browser, Locator, Page, expect

from tests.journeys.walk import MODULE
from tests.support.browser import Visitor
from tests.support.hands import Keyboard
from tests.support.site import Site

pytestmark = [pytest.mark.browser, pytest.mark.xdist_group("browser")]

LESSON = f"/en/learn/{MODULE}/health-care"
CHECKED = f"{LESSON}/ask-safely"
"""A lesson with knowledge checks that all settings share."""
with_and_without_scripts = pytest.mark.parametrize(
    "scripts", [True, False], ids=["scripts", "no-scripts"]
)


@pytest.fixture(scope="module")
def learner(embedded: Site, browser: Browser) -> Iterator[Visitor]:
    """Return somebody half-way, signed in."""
    visitor = Visitor(browser, embedded.address)
    visitor.sign_in("halfway@example.org")
    yield visitor
    visitor.close()


def check_of(page: Page) -> Locator:
    return page.locator("form.box-check", has=page.locator("input[type=radio]")).first


def is_inside(page: Page, place: Locator) -> bool:
    """Whether the focus is on something inside `place`."""
    return bool(place.evaluate("place => place.contains(document.activeElement)"))


@with_and_without_scripts
def test_what_is_wrong_with_a_form_is_read_first(
    embedded: Site, browser: Browser, scripts: bool
) -> None:
    visitor = Visitor(browser, embedded.address, java_script_enabled=scripts)
    page = visitor.open("/es/sign-up")

    visitor.press(page.locator("main .button-primary"))

    expect(page.locator(".error-summary")).to_be_focused()
    page.keyboard.press("Tab")
    page.keyboard.press("Enter")
    expect(page.locator("[name=name]")).to_be_focused()
    visitor.close()


def test_a_check_is_answered_in_place_and_said_aloud(learner: Visitor) -> None:
    page = learner.open(CHECKED)
    check = check_of(page)
    by = Keyboard(page)

    by.choose(check.locator("input").nth(1))
    by.press(check.locator("button"))

    expect(check.locator("[role=status] .feedback")).to_be_visible()
    expect(check.locator("button")).to_be_focused()
    assert page.url == learner.address + CHECKED


def test_a_check_without_scripts_comes_back_at_its_place(embedded: Site, browser: Browser) -> None:
    visitor = Visitor(browser, embedded.address, java_script_enabled=False)
    visitor.sign_in("halfway@example.org")
    page = visitor.open(CHECKED)

    check = check_of(page)
    check.locator("[name=choice]").first.check(force=True)
    visitor.press(check.locator("button"))

    assert "#check-" in page.url
    expect(check.locator(".feedback")).to_be_in_viewport()
    page.keyboard.press("Tab")
    assert is_inside(page, check)
    visitor.close()


def test_an_answer_that_is_saved_leaves_the_focus_on_it(embedded: Site, browser: Browser) -> None:
    visitor = Visitor(browser, embedded.address)
    visitor.sign_in("trainer@example.org")
    page = visitor.open(f"/en/learn/{MODULE}")
    page.locator("input[name=setting]").first.check(force=True)
    visitor.press(page.locator("main form .button-primary"))
    visitor.press(page.locator("main form .button-primary"))
    options = page.locator("[name=choice]")

    options.first.focus()
    page.keyboard.press("Space")

    expect(page.locator(".save-state")).to_have_text("Saved")
    expect(options.first).to_be_focused()
    visitor.press(page.get_by_role("button", name="Save and go on"))
    page.keyboard.press("Tab")
    expect(page.locator(".skip-link")).to_be_focused()
    visitor.close()


def test_every_new_page_begins_with_the_way_past_its_menu(learner: Visitor) -> None:
    page = learner.open(f"{LESSON}/welcome")

    for follow in (".languages a", ".lesson-end a"):
        learner.press(page.locator(follow).first)
        page.keyboard.press("Tab")
        expect(page.locator(".skip-link")).to_be_focused()
        page.keyboard.press("Enter")
        expect(page.locator("main")).to_be_focused()


def test_a_choice_in_a_story_leads_to_what_happens_then(learner: Visitor) -> None:
    page = learner.open(f"{LESSON}/ask-in-practice")
    by = Keyboard(page)
    choice = page.locator(".choice", has=page.locator(".consequence-helps")).first

    by.press(choice.locator("summary"))
    expect(choice.locator("summary")).to_be_focused()
    by.press(choice.locator("a.go-on"))

    expect(page.locator(".scene:target")).to_be_focused()


def test_what_was_written_can_be_deleted_and_the_box_has_the_focus(learner: Visitor) -> None:
    page = learner.open(f"{LESSON}/stop-who-is-at-risk")
    box = page.locator("textarea[data-reflection]")
    by = Keyboard(page)
    by.write(box, "A quiet corner by the stairs.")
    page.reload()

    by.press(page.get_by_role("button", name="Delete what I wrote"))

    expect(box).to_be_focused()
    expect(page.get_by_role("button", name="Delete what I wrote")).to_be_hidden()
    page.reload()
    expect(box).to_have_value("")


def test_the_end_of_a_session_is_said_without_taking_the_focus(learner: Visitor) -> None:
    page = learner.context.new_page()
    page.clock.install()
    page.route("**/signed-in*", lambda route: route.fulfill(json={"left": 90}))
    page.goto(f"{learner.address}{LESSON}/stop-who-is-at-risk")
    page.locator("textarea[data-reflection]").focus()

    page.clock.fast_forward("12:00:00")

    expect(page.locator(".time-out [role=status]")).not_to_be_empty()
    expect(page.locator("textarea[data-reflection]")).to_be_focused()
    page.locator(".time-out button").press("Enter")
    expect(page.locator("main")).to_be_focused()
    page.close()
