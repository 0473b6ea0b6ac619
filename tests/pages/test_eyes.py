"""Every page in a browser: two engines find no barrier, nothing is cut off, nothing is blocked."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest
from playwright.sync_api import Browser

from tests.pages import walk
from tests.pages.stage import DESK, PHONE, Stage
from tests.pages.walk import ENDPOINTS, FORMS, LANGUAGES, Page
from tests.rules.world import World
from tests.support.browser import open_browser

pytestmark = [pytest.mark.browser, pytest.mark.xdist_group("pages")]

CODE_SNIFFER = Path(__file__).parents[1] / "support/page_checkers/node_modules/html_codesniffer"
_FORGET_NAMES = """() => document.querySelectorAll('[type=email][autocomplete^=username]').forEach(
    field => field.removeAttribute('autocomplete')
)"""
"""The second engine breaks off where an address is the user name: HTML allowed it later."""
_SNIFF = """() => new Promise(resolve => HTMLCS.process('WCAG2AA', document, () => resolve(
    HTMLCS.getMessages().filter(found => found.type === HTMLCS.ERROR)
        .map(found => found.code + ': ' + found.element.outerHTML.slice(0, 160))
)))"""
in_languages = pytest.mark.parametrize("language", LANGUAGES)


@pytest.fixture(scope="module")
def browser() -> Iterator[Browser]:
    with open_browser() as found:
        yield found


@pytest.fixture(scope="module")
def stage(browser: Browser, world: World) -> Iterator[Stage]:
    made = Stage(browser, world)
    yield made
    made.close()


@pytest.fixture(scope="module")
def sniffer() -> str:
    return (CODE_SNIFFER / "build" / "HTMLCS.js").read_text(encoding="utf-8")


@in_languages
@pytest.mark.parametrize("endpoint", ENDPOINTS)
def test_a_page_is_for_everybody(
    world: World, stage: Stage, sniffer: str, endpoint: str, language: str
) -> None:
    pages = list(walk.show(world, endpoint, language))
    faults = [fault for page in _that_differ(pages) for fault in look(stage, page, sniffer)]

    assert not faults, "\n".join(faults)


@in_languages
@pytest.mark.parametrize("endpoint", FORMS)
def test_a_form_with_faults_is_for_everybody(
    world: World, stage: Stage, sniffer: str, endpoint: str, language: str
) -> None:
    pages = list(walk.show_faults(world, endpoint, language))
    faults = [
        fault
        for page in pages[:1]
        for fault in (*reads_first(stage, page), *look(stage, page, sniffer))
    ]

    assert not faults, "\n".join(faults)


@in_languages
def test_what_is_not_there_is_said_to_everybody(
    world: World, stage: Stage, sniffer: str, language: str
) -> None:
    pages = walk.show_missing(world, language)  # the menus of every role are among them
    faults = [fault for page in pages for fault in look(stage, page, sniffer)]

    assert not faults, "\n".join(faults)


def _that_differ(pages: list[Page]) -> list[Page]:
    """Return the pages whose main part is not the same: the menus of roles are seen elsewhere."""
    return list({page.html.partition("<main")[2]: page for page in pages}.values())


def reads_first(stage: Stage, page: Page) -> Iterator[str]:
    """Return whether the focus is elsewhere than on what is wrong."""
    stage.put(page)
    if not stage.window.locator(".error-summary:focus, .flash-error:focus").count():
        yield f"{page.name}: what is wrong is not read first"


def look(stage: Stage, page: Page, sniffer: str) -> Iterator[str]:
    """Return what is wrong with a page, by day on a desk and by night on a small phone."""
    stage.complaints.clear()
    stage.put(page)
    for dark, size in ((False, DESK), (True, PHONE)):
        stage.look(dark=dark, size=size)
        place = f"{page.name}, {size['width']} px"
        yield from (f"{place}: {found}" for found in stage.violations())
        if stage.overflow():
            yield f"{place}: wider than the window"
        if size is DESK and stage.overflow(text_size=200):
            yield f"{place}: wider than the window with large text"
    stage.window.evaluate(_FORGET_NAMES)
    stage.window.evaluate(sniffer)
    yield from (f"{page.name}: {found}" for found in stage.window.evaluate(_SNIFF))
    yield from stage.complaints


# --- what the eyes must see ---------------------------------------------------------------------


@pytest.mark.parametrize(
    ("part", "wanted"),
    [
        pytest.param("<img src='/static/icon.svg'>", "image-alt", id="axe"),
        pytest.param("<img src='/static/icon.svg'>", "1_1_1.H37", id="code-sniffer"),
        pytest.param("<svg width='1500'></svg>", "wider than the window", id="too-wide"),
        pytest.param("<svg width='400'></svg>", "320 px: wider than the window", id="for-a-phone"),
        pytest.param("<p style='color: red'>Red</p>", "Content Security Policy", id="policy"),
        pytest.param("<img alt='' src='https://example.org/a.png'>", "img-src", id="another-host"),
    ],
)
def test_a_fault_is_seen(world: World, stage: Stage, sniffer: str, part: str, wanted: str) -> None:
    page = next(walk.show(world, "pages.show_safety", "en"))
    page.response.set_data(page.html.replace("</main>", f"{part}</main>"))

    assert wanted in "\n".join(look(stage, page, sniffer))
