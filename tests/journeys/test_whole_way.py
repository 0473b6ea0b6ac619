"""The learner's whole way in a real browser: no axe violation, no console error, no other host."""

from __future__ import annotations

import pytest
from playwright.sync_api import Browser

from soar_lms.catalogue.loader import load_catalogue
from soar_lms.catalogue.model import Module
from soar_lms.paths import bundled
from tests.journeys.walk import MODULE, Walk
from tests.support.browser import PHONE, Visitor
from tests.support.hands import Keyboard, Mouse
from tests.support.site import Site

pytestmark = [pytest.mark.browser, pytest.mark.xdist_group("browser")]


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
