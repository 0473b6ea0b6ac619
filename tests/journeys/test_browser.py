"""The learner's whole way in a real browser: no axe violation, no console error, no other host."""

from __future__ import annotations

import re
from collections.abc import Iterator
from pathlib import Path
from zipfile import ZipFile

import pytest
from playwright.sync_api import Browser, Locator, Page, Route, expect

from soar_lms.assessments.items import key_of
from soar_lms.catalogue.loader import load_catalogue
from soar_lms.catalogue.model import Module
from soar_lms.paths import bundled
from tests.factories import PASSWORD
from tests.support.browser import PASSWORD as DEMO_PASSWORD
from tests.support.browser import PHONE, Visitor, open_browser
from tests.support.databases import start_postgresql
from tests.support.site import find_link, running_site

pytestmark = [pytest.mark.browser, pytest.mark.xdist_group("browser")]

NAME = "María José Núñez de la Cruz"
MODULE = "soar-to-health-and-wellness"
MEMBER = 1
"""The number of the demonstration's learner who is half-way."""


class Site:
    """A running site, and the folder it keeps its things in."""

    def __init__(self, address: str, folder: Path) -> None:
        self.address, self.folder = address, folder


@pytest.fixture(scope="module", params=["sqlite", "postgresql"])
def site(
    request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[Site]:
    folder = tmp_path_factory.mktemp("site")
    environment = {}
    if request.param == "postgresql":
        environment["SOAR_DATABASE_URL"] = start_postgresql()
    with running_site(folder, **environment) as address:
        yield Site(address, folder)


@pytest.fixture(scope="module")
def embedded(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Site]:
    """Return a site on SQLite alone."""
    folder = tmp_path_factory.mktemp("embedded")
    with running_site(folder) as address:
        yield Site(address, folder)


@pytest.fixture(scope="module")
def browser() -> Iterator[Browser]:
    with open_browser() as found:
        yield found


@pytest.fixture(scope="module")
def flagship() -> Module:
    return load_catalogue(bundled("modules")).modules[MODULE]


@pytest.mark.parametrize(
    ("language", "setting", "scripts", "hands"),
    [
        pytest.param("en", "social-services", False, "mouse", id="english-without-scripts"),
        pytest.param("es", "public-health", False, "mouse", id="spanish-without-scripts"),
        pytest.param("en", "behavioral-health", True, "keyboard", id="english-by-keyboard"),
        pytest.param("es", "health-care", True, "keyboard", id="spanish-by-keyboard"),
    ],
)
def test_the_whole_way_is_open_without_scripts_and_by_keyboard(
    embedded: Site,
    browser: Browser,
    flagship: Module,
    language: str,
    setting: str,
    scripts: bool,
    hands: str,
) -> None:
    """Walk it on one database: hands and scripts meet none."""
    go(embedded, browser, flagship, language, setting, scripts=scripts, hands=hands)


@pytest.mark.parametrize(
    ("language", "setting"),
    [
        pytest.param("en", "health-care", id="english"),
        pytest.param("es", "social-services", id="spanish-phone"),
    ],
)
def test_a_newcomer_walks_the_whole_way(
    site: Site, browser: Browser, flagship: Module, language: str, setting: str
) -> None:
    go(site, browser, flagship, language, setting, scripts=True, hands="mouse")


def go(
    site: Site,
    browser: Browser,
    flagship: Module,
    language: str,
    setting: str,
    *,
    scripts: bool,
    hands: str,
) -> None:
    """Walk from signing up to the verification of the certificate."""
    options = {"viewport": PHONE} if "es" in language else {}
    visitor = Visitor(browser, site.address, java_script_enabled=scripts, **options)
    by = Keyboard(visitor.page) if hands == "keyboard" else Mouse()
    is_audited = scripts and hands == "mouse"
    walk = Walk(visitor, site, flagship, language, setting, by, scripts=scripts, audited=is_audited)

    walk.sign_up()
    walk.choose_setting()
    walk.answer_test("pre")
    walk.read_lessons()
    walk.answer_test("post")
    walk.give_evaluation()
    code = walk.confirm_name()
    walk.verify(code)
    walk.verify_file(code)

    assert walk.violations == []
    assert visitor.complaints == []
    visitor.close()


def choose(field: Locator) -> None:
    """Choose an option as people do: by a click on its words."""
    field.locator("xpath=following-sibling::label").click()


class Mouse:
    """Hands on a mouse, or fingers on glass."""

    def choose(self, field: Locator) -> None:
        choose(field)

    def pick(self, menu: Locator, value: str) -> None:
        menu.select_option(value)

    def write(self, field: Locator, words: str) -> None:
        field.fill(words)

    def press(self, button: Locator) -> None:
        button.click()


class Keyboard:
    """Hands that use nothing but keys: Tab until it is reached, then what the control wants."""

    MOST_TABS = 150

    def __init__(self, page: Page) -> None:
        self.page = page

    def choose(self, field: Locator) -> None:
        """Choose an option: Tab reaches the group (in it, the chosen one), arrows go through it."""
        kind, name = field.get_attribute("type"), field.get_attribute("name")
        wanted = str(field.get_attribute("value"))
        if kind != "radio":
            self._reach(field)
            self.page.keyboard.press("Space")
            return
        group = self.page.locator(f"[name='{name}']")
        self._reach(group)
        self.page.keyboard.press("Space")
        for _ in range(group.count()):
            if self.page.evaluate("document.activeElement.value") == wanted:
                return
            self.page.keyboard.press("ArrowDown")
        raise AssertionError(f"the arrow keys do not reach {name}={wanted}")

    def pick(self, menu: Locator, value: str) -> None:
        self._reach(menu)
        for _ in range(menu.locator("option").count()):
            if menu.input_value() == value:
                return
            self.page.keyboard.press("ArrowDown")
        raise AssertionError(f"the arrow keys do not reach {value}")

    def write(self, field: Locator, words: str) -> None:
        self._reach(field)
        self.page.keyboard.press("Control+a")
        self.page.keyboard.insert_text(words)

    def press(self, button: Locator) -> None:
        self._reach(button)
        self.page.keyboard.press("Enter")

    def _reach(self, target: Locator) -> None:
        """Press Tab until the focus is on one of these; it is always seen where it is."""
        handles = target.element_handles()
        for _ in range(self.MOST_TABS):
            if self.page.evaluate("all => all.includes(document.activeElement)", handles):
                return
            self.page.keyboard.press("Tab")
        raise AssertionError(f"Tab never reaches {target}")


class Walk:
    """One learner's way; every page on it is audited once."""

    def __init__(
        self,
        visitor: Visitor,
        site: Site,
        module: Module,
        language: str,
        setting: str,
        by: Mouse | Keyboard,
        *,
        scripts: bool,
        audited: bool,
    ) -> None:
        self.visitor, self.site, self.module, self.by = visitor, site, module, by
        self.scripts = scripts
        self.language, self.setting, self.audited = language, setting, audited
        self.page: Page = visitor.page
        self.violations: list[str] = []
        self.seen: set[str] = set()

    def open(self, path: str) -> None:
        self.visitor.open(f"/{self.language}/{path}")
        self.audit()

    def audit(self) -> None:
        kind = re.sub(r"\d+", "N", self.page.url)
        if not self.audited or kind in self.seen:
            return
        self.seen.add(kind)
        self.violations += self.visitor.violations()
        if self.visitor.overflow():
            self.violations.append(f"{self.page.url}: wider than the window")

    def go_on(self) -> None:
        """Press the page's main button."""
        self._press(self.page.locator("main .button-primary").first)
        self.audit()

    def _press(self, button: Locator) -> None:
        with self.page.expect_navigation():
            self.by.press(button)

    def _write(self, field: str, words: str) -> None:
        self.by.write(self.page.locator(f"main [name={field}]"), words)

    def sign_up(self) -> None:
        self.open("sign-up")
        self.go_on()  # nothing filled in: the error state is audited too
        assert self.page.locator(".error-summary").is_visible()
        email = f"{self.language}-{self.setting}-{self.audited}@example.org".lower()
        self._write("name", "María José")
        self._write("email", email)
        self._write("password", PASSWORD)
        self.go_on()
        self.visitor.open(
            find_link(self.site.folder, email, rf"{self.site.address}/{self.language}/confirm/\S+")
        )
        self.audit()
        self.go_on()
        self._write("email", email)
        self._write("password", PASSWORD)
        self.go_on()

    def choose_setting(self) -> None:
        self.open(f"learn/{MODULE}")
        self.by.choose(self.page.locator(f"[value={self.setting}]"))
        self.go_on()

    def answer_test(self, instrument: str) -> None:
        self.open(f"learn/{MODULE}/tests/{instrument}")
        self.go_on()
        total = int(self.page.locator("progress.wide-progress").get_attribute("max") or 0)
        for _ in range(total):
            stem = " ".join(self.page.locator(".question legend").inner_text().split())
            for word in self._right(stem):
                self._give(word)
            if self.scripts:
                self.page.locator(
                    ".save-state", has_text=re.compile(r"^(Saved|Guardad)")
                ).wait_for()
            self.go_on()
        self.go_on()
        assert "/result" in self.page.url

    def _right(self, stem: str) -> tuple[str, ...]:
        for name, text in self.module.texts[self.language].questions.items():
            if " ".join(text.stem.split()) == stem:
                return key_of(self.module.spec.questions[name]).correct
        raise AssertionError(stem)

    def _give(self, word: str) -> None:
        """Give a word of an answer: by a click on an option, or in the menu of its row."""
        menu = self.page.locator("select[name=choice]", has=self.page.locator(f'[value="{word}"]'))
        if menu.count():
            self.by.pick(menu, word)
        else:
            self.by.choose(self.page.locator(f"[name=choice][value={word}]"))

    def read_lessons(self) -> None:
        for lesson in self.module.spec.lessons:
            self.open(f"learn/{MODULE}/{self.setting}/{lesson.id}")
            self._answer_checks()
            self._press(self.page.locator(".lesson-end .button-primary"))

    def _answer_checks(self) -> None:
        for number in range(self.page.locator("form.box-check").count()):
            check = self.page.locator("form.box-check").nth(number)
            menus = check.locator("select[name=choice]")
            for place in range(menus.count()):
                options = menus.nth(place).locator("option")
                value = options.nth(place + 1).get_attribute("value")
                self.by.pick(menus.nth(place), str(value))
            if not menus.count():
                self.by.choose(check.locator("input[name=choice]").first)
            self.by.press(check.locator("button"))
            check.locator(".feedback").wait_for()
        self.audit()

    def give_evaluation(self) -> None:
        self.open(f"learn/{MODULE}/evaluation")
        for group in self.page.locator("fieldset.scale").all():
            self.by.choose(group.locator("input").nth(3))
        self.go_on()

    def confirm_name(self) -> str:
        self._write("name", NAME)
        self.go_on()
        self.page.locator(".document-page img").wait_for()
        self.go_on()  # what will be printed was seen
        return self.page.locator("dd.code").inner_text()

    def verify(self, code: str) -> None:
        self.open("verify")
        self._write("code", code.lower().replace("-", " "))
        self.go_on()
        assert NAME in self.page.locator("main").inner_text()

    def verify_file(self, code: str) -> None:
        file = self.page.request.get(f"{self.site.address}/certificates/{code}.pdf")
        assert file.ok
        document = file.body()
        for data, standing in ((document, "valid"), (document + b"%%EOF", "changed")):
            self.open("verify")
            self.page.set_input_files(
                "#file", {"name": "a.pdf", "mimeType": "application/pdf", "buffer": data}
            )
            self.visitor.press(self.page.locator("main form[method=post] button"))
            if self.audited:  # the address is that of the form, which was audited
                self.violations += self.visitor.violations()
            assert self.page.locator(f"main .standing-{standing}").count() == 1


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
