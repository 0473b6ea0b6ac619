"""Pages in a real browser: what scripts do, what nobody may lose, and no axe violation anywhere."""

from __future__ import annotations

import re
from pathlib import Path
from zipfile import ZipFile

import pytest
from playwright.sync_api import Browser, Route, expect

from tests.journeys.walk import MODULE
from tests.support.browser import PASSWORD as DEMO_PASSWORD
from tests.support.browser import PHONE, Visitor
from tests.support.hands import choose
from tests.support.site import Site

pytestmark = [pytest.mark.browser, pytest.mark.xdist_group("browser")]

MEMBER = 1
"""The number of the demonstration's learner who is half-way."""

PAGES = (
    (None, "", f"learn/{MODULE}", f"learn/{MODULE}/sources", "resources", "safety", "privacy"),
    (None, "sign-in/link", "sign-in/link-sent", "sign-in/link/over"),
    (None, "sign-in", "sign-up", "new-password", "confirm", "verify", "verify/nonsense", "nope"),
    (None, f"learn/{MODULE}/health-care", f"learn/{MODULE}/health-care/ask-in-practice"),
    (None, f"learn/{MODULE}/health-care/observe?version=brief", "demo-mail", "check-mail"),
    ("halfway@example.org", "home", "profile", "profile/password", f"learn/{MODULE}"),
    ("halfway@example.org", "profile/sessions", "profile/passkeys"),
    ("halfway@example.org", f"learn/{MODULE}/setting", f"learn/{MODULE}/tests/post"),
    ("halfway@example.org", "sign-out-page", f"learn/{MODULE}/health-care/observe"),
    (
        "trainer@example.org",
        "cohorts",
        "cohorts/new",
        "cohorts/1",
        "cohorts/1/certificates",
        "cohorts/1/progress",
        "cohorts/1/learning",
        "my-certificates/file",
        f"cohorts/1/members/{MEMBER}",
        f"cohorts/1/members/{MEMBER}/{MODULE}/grant",
        "profile/views",
    ),
    ("done@example.org", "certificates", "profile/delete"),
    ("admin@example.org", "administration/", "administration/audit", "administration/certificates"),
    (
        "admin@example.org",
        "administration/programme-readers",
        "programme/reports",
        "programme/reports?rows=setting&columns=profession&spoken=en",
        "programme/reports?period=own&first=2026-10-02&last=2026-10-01",
    ),
)


@pytest.mark.parametrize("scheme", ["light", "dark"])
@pytest.mark.parametrize("language", ["en", "es"])
def test_no_page_has_an_axe_violation_or_scrolls_sideways(
    embedded: Site, browser: Browser, language: str, scheme: str
) -> None:
    found: list[str] = []
    for who, *paths in PAGES:
        visitor = Visitor(
            browser, embedded.address, viewport={"width": 320, "height": 640}, color_scheme=scheme
        )
        if who:
            visitor.sign_in(who, language)
        for path in paths:
            visitor.open(f"/{language}/{path}")
            found += visitor.violations()
            if visitor.overflow():
                found.append(f"{path}: wider than the window")
        found += visitor.complaints
        visitor.close()

    assert found == []


@pytest.mark.parametrize("language", ["en", "es"])
def test_the_pages_on_which_a_certificate_is_changed_are_for_everybody(
    site: Site, browser: Browser, language: str
) -> None:
    holder, staff = (
        Visitor(browser, site.address, viewport={"width": 320, "height": 640}) for _ in range(2)
    )
    holder.sign_in("done@example.org", language)
    place = holder.open(f"/{language}/certificates").locator(".boxes a").get_attribute("href")
    staff.sign_in("admin@example.org", language)
    found: list[str] = []

    for visitor, path in (
        (holder, place),
        (holder, f"{place}/name"),
        (staff, f"{place}/name"),
        (staff, str(place).replace("/certificates", "/administration/certificates")),
    ):
        visitor.open(str(path))
        found += visitor.violations()
        if visitor.overflow():
            found.append(f"{path}: wider than the window")
    found += holder.complaints + staff.complaints

    assert found == []
    holder.close()
    staff.close()


@pytest.mark.parametrize("scripts", [True, False], ids=["scripts", "no-scripts"])
def test_a_trainer_waits_for_the_certificates_of_a_group_and_has_them(
    site: Site, browser: Browser, scripts: bool, tmp_path: Path
) -> None:
    visitor = Visitor(browser, site.address, java_script_enabled=scripts, viewport=PHONE)
    visitor.sign_in("trainer@example.org", "es")
    page = visitor.open("/es/cohorts/1/certificates")

    page.click("main form .button-primary")
    page.wait_for_url("**/es/tasks/*")
    page.locator("main a.button-primary").wait_for(timeout=90_000)  # nobody reloads the page
    with page.expect_download() as download:
        page.click("main a.button-primary")
    download.value.save_as(tmp_path / "file.zip")

    with ZipFile(tmp_path / "file.zip") as archive:
        assert archive.namelist()[-1] == "certificados.csv"
        assert len(archive.namelist()) > 3
    assert re.fullmatch(r"certificados-.*\.zip", download.value.suggested_filename)
    if scripts:
        assert page.title().startswith("Listo: ")
        assert visitor.violations() == []
    assert visitor.complaints == []
    visitor.close()


def test_a_reflection_stays_on_the_device(embedded: Site, browser: Browser) -> None:
    visitor = Visitor(browser, embedded.address)
    page = visitor.open(f"/en/learn/{MODULE}/health-care/stop-who-is-at-risk")
    sent: list[str] = []
    page.on("request", lambda request: sent.append(request.url))

    page.locator("textarea[data-reflection]").fill("A quiet corner by the stairs.")
    page.reload()

    assert page.locator("textarea[data-reflection]").input_value().startswith("A quiet corner")
    assert not [url for url in sent if "quiet" in url]
    visitor.close()


def test_no_answer_is_lost_in_two_windows_and_when_the_session_ends(
    site: Site, browser: Browser
) -> None:
    visitor = Visitor(browser, site.address)
    visitor.sign_in("admin@example.org")
    page = visitor.open(f"/en/learn/{MODULE}")
    page.locator("input[name=setting]").first.check(force=True)
    page.locator("main form .button-primary").click()
    visitor.open(f"/en/learn/{MODULE}/tests/pre").locator("main form .button-primary").click()
    page.wait_for_url("**/tests/pre/1/*")
    other = visitor.context.new_page()
    other.goto(page.url)
    state = page.locator(".save-state")

    choose(page.locator("[name=choice]").nth(0))
    expect(state).to_have_text("Saved")
    expect(other.locator(".save-state")).to_contain_text("changed in another window")

    tried: list[str] = []

    def ask_again_once(route: Route) -> None:
        """Answer as the server does whose connection to the database was lost."""
        tried.append(route.request.method)  # what a redirect leads to is not routed again
        route.fulfill(status=307, headers={"Location": route.request.url})

    page.route("**/tests/pre/1/1", ask_again_once)
    with page.expect_response(lambda response: response.ok):
        choose(page.locator("[name=choice]").nth(2))
    expect(state).to_have_text("Saved")
    page.unroute("**/tests/pre/1/1")
    assert tried == ["POST"]
    other.reload()
    expect(other.locator("[name=choice]").nth(2)).to_be_checked()

    phone = Visitor(browser, site.address, viewport=PHONE)
    phone.sign_in("admin@example.org")
    phone.open(page.url)
    choose(phone.page.locator("[name=choice]").nth(0))
    expect(phone.page.locator(".save-state")).to_have_text("Saved")
    page.evaluate("document.dispatchEvent(new Event('visibilitychange'))")  # somebody comes back
    expect(state).to_contain_text("on another device")
    phone.close()

    visitor.context.clear_cookies()
    choose(page.locator("[name=choice]").nth(1))
    state.locator("a").click()
    page.fill("[name=email]", "admin@example.org")
    page.fill("[name=password]", DEMO_PASSWORD)
    page.click("main form .button-primary")

    expect(page.locator(".save-state")).to_have_text("Saved")
    page.goto(page.url.split("?")[0])
    expect(page.locator("[name=choice]").nth(1)).to_be_checked()
    assert visitor.violations() == []
    visitor.close()


def test_a_scenario_shows_one_scene_at_a_time(embedded: Site, browser: Browser) -> None:
    visitor = Visitor(browser, embedded.address)
    page = visitor.open(f"/en/learn/{MODULE}/health-care/ask-in-practice")
    scenes = page.locator(".scene")
    first = scenes.first

    first.locator("summary").first.click()
    first.locator("a.go-on").first.click()

    expect(scenes.locator("visible=true")).to_have_count(1)
    assert page.locator(".scene:focus").count() <= 1
    visitor.close()


def test_the_keyboard_alone_reaches_everything(embedded: Site, browser: Browser) -> None:
    visitor = Visitor(browser, embedded.address)
    page = visitor.open("/en/sign-in")

    page.keyboard.press("Tab")
    assert page.locator(":focus").inner_text() == "Skip to main content"
    page.keyboard.press("Enter")
    page.keyboard.press("Tab")
    page.keyboard.type("halfway@example.org")
    page.keyboard.press("Tab")
    page.keyboard.type("demo-password")
    page.keyboard.press("Enter")
    page.wait_for_url("**/en/home")

    visitor.close()
