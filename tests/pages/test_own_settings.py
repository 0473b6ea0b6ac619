"""The pages that matter most, as people set up their devices: colours, motion, spacing, zoom.

One window goes through all of them; the page of all components is among them.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import pytest
from playwright.sync_api import ViewportSize

from tests.pages import walk
from tests.pages.stage import DESK, PHONE, Stage
from tests.pages.walk import Page
from tests.rules.world import World
from tests.support.browser import open_browser

pytestmark = [pytest.mark.browser, pytest.mark.xdist_group("pages")]

PAGES = {
    "learning.show_catalogue": "anonymous",
    "learning.show_module": "owner",
    "learning.show_lesson": "owner",
    "learning.show_question": "owner",
    "learning.show_home": "owner",
    "learning.give_evaluation": "owner",
    "security.login": "anonymous",
    "cohorts.show_cohort": "trainer",
    "cohorts.edit_terms": "trainer",
    "styleguide.show_styleguide": "anonymous",
}
"""Endpoint, and who looks at it."""
LEARNER = {name for name in PAGES if name.startswith("learning.")}
LEAST_TARGET = 24
"""CSS pixels (WCAG 2.2, 2.5.8); the learner's buttons have more:"""
LEARNER_TARGET = 44
ZOOMED: ViewportSize = {"width": 320, "height": 256}
"""A window of 1280 by 1024 at 400 % (WCAG 2.2, 1.4.10)."""
FEW, MANY = 20, 60
"""Presses of a key: enough for each kind of control; enough to come by the bars from below."""

_SHEET = """css => {
    const sheet = new CSSStyleSheet()
    sheet.replaceSync(css)
    document.adoptedStyleSheets = [sheet]
}"""
_SPACING = """* {
    line-height: 1.5 !important; letter-spacing: 0.12em !important; word-spacing: 0.16em !important
}
p { margin-block-end: 2em !important }"""
"""What people may set (WCAG 2.2, 1.4.12)."""
_SEEN = """const clipped = element => element !== null
    && (getComputedStyle(element).clipPath !== 'none' || clipped(element.parentElement))
const seen = element => element.checkVisibility({ visibilityProperty: true })
    && !element.closest('.skip-link') && !clipped(element)
const say = (element, what) => what + ': ' + element.outerHTML.slice(0, 120)
"""
_MOVING = """() => [...document.querySelectorAll('*')].flatMap(element =>
    [null, '::before', '::after'].map(part => getComputedStyle(element, part))
    .filter(style => style.animationName !== 'none' || style.scrollBehavior === 'smooth'
        || style.transitionDuration.split(', ').some(time => parseFloat(time) > 0))
    .map(() => element.outerHTML.slice(0, 80)))"""
_DARK_ON_PAPER = f"""() => {{ {_SEEN}
    return [...document.querySelectorAll('body, .box, .panel, .card, .flash, .feedback, .input')]
        .filter(seen).filter(element => {{
            const parts = getComputedStyle(element).backgroundColor.match(/[\\d.]+/g).map(Number)
            return parts[3] !== 0 && Math.min(...parts.slice(0, 3)) < 200
        }}).map(element => say(element, 'dark on paper'))
}}"""
_BARE_CONTROLS = f"""() => {{ {_SEEN}
    const controls = 'button, .button, .exit-button, .input, .option, progress'
    const bare = style => style.borderTopStyle === 'none' || parseFloat(style.borderTopWidth) < 1
        || style.borderTopColor === style.backgroundColor
        || /^rgba.*, 0\\)$/.test(style.borderTopColor)
    return [...document.querySelectorAll(controls)]
        .filter(seen).filter(element => bare(getComputedStyle(element)))
        .map(element => say(element, 'no edge'))
}}"""
_ALIKE = f"""() => {{ {_SEEN}
    const look = element => {{
        const style = getComputedStyle(element)
        return [style.outlineStyle, style.outlineWidth, style.textDecorationLine, style.fontWeight,
            style.textDecorationThickness, style.borderTopStyle].join()
    }}
    const found = []
    for (const input of document.querySelectorAll(':is(.option, .scale-item) input')) {{
        const box = input.closest('.option, .scale-item')
        input.checked = false
        const before = look(box)
        input.checked = true
        if (look(box) === before) found.push(say(box, 'looks the same when it is chosen'))
    }}
    for (const button of document.querySelectorAll('[aria-pressed]')) {{
        const before = look(button)
        button.setAttribute('aria-pressed', 'true')
        if (look(button) === before) found.push(say(button, 'looks the same when it is pressed'))
    }}
    return found
}}"""
_FOCUSED = """() => {
    const element = document.activeElement
    if (element === document.body) return null
    const box = element.closest('.option, .scale-item') || element
    const style = getComputedStyle(box)
    return {
        name: element.outerHTML.slice(0, 120),
        ring: style.outlineStyle !== 'none' && parseFloat(style.outlineWidth) >= 2,
    }
}"""
_COVERED = """() => {
    const element = document.activeElement
    if (element === document.body) return null
    const inside = (x, y) => {
        const top = document.elementFromPoint(x, y)
        return top && (element.contains(top) || top.matches('label') && top.control === element)
    }
    const within = (start, end, most, share) =>
        Math.max(start, 0) + (Math.min(end, most) - Math.max(start, 0)) * share
    const free = [...element.getClientRects()].some(
        box => [0.1, 0.5, 0.9].some(along => [0.15, 0.5, 0.85].some(down => inside(
            within(box.left, box.right, innerWidth, along),
            within(box.top, box.bottom, innerHeight, down)
        )))
    )
    return { name: element.outerHTML.slice(0, 120), free }
}"""
_SMALL = f"""least => {{ {_SEEN}
    const inText = element => getComputedStyle(element).display === 'inline'
        && [...element.parentElement.childNodes].some(
            node => node.nodeType === 3 && node.textContent.trim())
    const area = element => (element.closest('.option, .scale-item') || element)
        .getBoundingClientRect()
    const targets = [...document.querySelectorAll(
        'a[href], button, input:not([type=hidden]), select, textarea, summary')].filter(seen)
        .map(element => ({{ element, box: area(element) }}))
    const middle = box => [box.x + box.width / 2, box.y + box.height / 2]
    const near = (one, other) => {{
        const [x, y] = middle(one)
        const across = Math.max(other.left - x, 0, x - other.right)
        const down = Math.max(other.top - y, 0, y - other.bottom)
        return Math.hypot(across, down) < least / 2
    }}
    return targets.filter(({{ element, box }}) => (box.width < least || box.height < least)
        && !inText(element)
        && targets.some(other => other.element !== element && near(box, other.box)))
        .map(({{ element, box }}) => say(element, `${{box.width}} x ${{box.height}}`))
}}"""
_LOW_BUTTONS = f"""least => {{ {_SEEN}
    return [...document.querySelectorAll('.button, .exit-button, .option, .input')].filter(seen)
        .filter(element => element.getBoundingClientRect().height < least - 0.5)
        .map(element => say(element, `${{element.getBoundingClientRect().height}} high`))
}}"""
_CLIPPED = f"""() => {{ {_SEEN}
    const found = []
    const walker = document.createTreeWalker(document.body, NodeFilter.SHOW_TEXT)
    const lines = []
    while (walker.nextNode()) {{
        const node = walker.currentNode
        const element = node.parentElement
        const isRead = node.textContent.trim() && !element.closest('script, select, svg')
        if (!isRead || !seen(element)) continue
        const range = document.createRange()
        range.selectNodeContents(node)
        for (const box of range.getClientRects()) {{
            lines.push({{ element, box }})
            for (let around = element; around !== document.body; around = around.parentElement) {{
                const style = getComputedStyle(around)
                if (style.display === 'inline') continue
                if (style.overflowX !== 'visible') break
                const edge = around.getBoundingClientRect()
                if (box.bottom > edge.bottom + 6 || box.right > edge.right + 3
                    || box.left < edge.left - 3) {{
                    found.push(say(around, 'does not hold its text'))
                    break
                }}
            }}
        }}
    }}
    lines.sort((one, other) => one.box.top - other.box.top)
    lines.forEach((line, place) => {{
        for (const other of lines.slice(place + 1)) {{
            if (other.box.top >= line.box.bottom - 4) break
            if ([line, other].some(item => item.element.closest('.safety-bar'))) continue
            const apart = other.box.left >= line.box.right - 2
                || line.box.left >= other.box.right - 2
            if (!apart && other.box.height > 8 && other.box.top > line.box.top + 4)
                found.push(say(other.element, 'lies on other text'))
        }}
    }})
    return [...new Set(found)]
}}"""


@pytest.fixture(scope="module")
def stage(world: World) -> Iterator[Stage]:
    with open_browser() as browser:
        made = Stage(browser, world)
        yield made
        made.close()


@pytest.fixture(scope="module")
def pages(world: World) -> list[Page]:
    """Return the pages in Spanish: its words are longer."""
    shown = [page for name in PAGES for page in walk.show(world, name, "es")]
    found = [page for page in shown if page.who == PAGES[page.endpoint]]
    assert len(found) == len(PAGES)
    return found


@pytest.fixture
def calm(stage: Stage) -> Iterator[Stage]:
    """Return the stage; afterwards nothing is set any more."""
    yield stage
    stage.window.emulate_media(
        media="screen",
        color_scheme="light",
        forced_colors="none",
        reduced_motion="no-preference",
    )
    stage.window.set_viewport_size(DESK)


def ask(stage: Stage, page: Page, script: str, *arguments: Any) -> list[str]:
    """Put a page on the stage and return what a script says about it."""
    stage.put(page)
    said: list[str] = stage.window.evaluate(script, *arguments)
    return [f"{page.name}: {words}" for words in said]


def tab(stage: Stage, key: str, times: int, script: str) -> Iterator[dict[str, Any]]:
    """Go through a page by keyboard, and yield what a script says wherever the focus is."""
    for _ in range(times):
        stage.window.keyboard.press(key)
        if said := stage.window.evaluate(script):
            yield said


def test_forced_colours_leave_edges_and_states(calm: Stage, pages: list[Page]) -> None:
    calm.window.emulate_media(forced_colors="active")

    faults = [fault for page in pages for fault in ask(calm, page, _BARE_CONTROLS)]
    faults += [fault for page in pages for fault in ask(calm, page, _ALIKE)]

    assert not faults, "\n".join(faults)


@pytest.mark.parametrize("forced", ["active", "none"])
def test_the_focus_has_a_ring_in_all_colours(calm: Stage, pages: list[Page], forced: Any) -> None:
    calm.window.emulate_media(forced_colors=forced)
    faults = []
    for page in pages:
        calm.put(page)
        places = list(tab(calm, "Tab", FEW, _FOCUSED))
        assert len(places) > 5
        faults += [f"{page.name}: no ring: {at['name']}" for at in places if not at["ring"]]

    assert not faults, "\n".join(faults)


def test_nothing_moves_for_those_who_want_no_motion(calm: Stage, pages: list[Page]) -> None:
    calm.window.emulate_media(reduced_motion="reduce")

    faults = [fault for page in pages for fault in ask(calm, page, _MOVING)]

    assert not faults, "\n".join(faults)


def test_paper_is_white_by_night_too(calm: Stage, pages: list[Page]) -> None:
    calm.window.emulate_media(media="print", color_scheme="dark")

    faults = [fault for page in pages for fault in ask(calm, page, _DARK_ON_PAPER)]

    assert not faults, "\n".join(faults)


@pytest.mark.parametrize("size", [DESK, PHONE], ids=["desk", "phone"])
def test_targets_are_large_or_apart(calm: Stage, pages: list[Page], size: ViewportSize) -> None:
    calm.window.set_viewport_size(size)

    faults = [fault for page in pages for fault in ask(calm, page, _SMALL, LEAST_TARGET)]
    faults += [
        fault
        for page in pages
        if page.endpoint in LEARNER
        for fault in ask(calm, page, _LOW_BUTTONS, LEARNER_TARGET)
    ]

    assert not faults, "\n".join(faults)


@pytest.mark.parametrize("size", [DESK, PHONE], ids=["desk", "phone"])
def test_text_may_be_set_wider(calm: Stage, pages: list[Page], size: ViewportSize) -> None:
    calm.window.set_viewport_size(size)
    faults = []
    for page in pages:
        calm.put(page)
        calm.window.evaluate(_SHEET, _SPACING)
        faults += [f"{page.name}: {words}" for words in calm.window.evaluate(_CLIPPED)]
        if calm.overflow():
            faults.append(f"{page.name}: wider than the window")

    assert not faults, "\n".join(faults)


@pytest.mark.parametrize("key", ["Tab", "Shift+Tab"])
def test_no_bar_covers_the_focus_at_400_percent(calm: Stage, pages: list[Page], key: str) -> None:
    calm.window.set_viewport_size(ZOOMED)
    calm.window.emulate_media(reduced_motion="reduce")  # else the page is on its way
    faults = []
    for page in pages:
        calm.put(page)
        faults += [
            f"{page.name}: covered: {at['name']}"
            for at in tab(calm, key, MANY, _COVERED)
            if not at["free"]
        ]

    assert not faults, "\n".join(faults)


# --- what the eyes must see ---------------------------------------------------------------------


@pytest.mark.parametrize(
    ("styles", "script", "argument", "wanted"),
    [
        pytest.param("p { transition: color 1s }", _MOVING, None, "<p", id="transition"),
        pytest.param("body { background: #123456 }", _DARK_ON_PAPER, None, "dark", id="dark"),
        pytest.param(".button { border: 0 }", _BARE_CONTROLS, None, "no edge", id="no-edge"),
        pytest.param(
            ".option, .option * { outline: 0 !important }",
            _ALIKE,
            None,
            "the same when it is chosen",
            id="by-colour-alone",
        ),
        pytest.param(
            "nav { display: block } nav a { display: block; font: 9px/1 serif; min-block-size: 0 }",
            _SMALL,
            LEAST_TARGET,
            "<a",
            id="too-small",
        ),
        pytest.param(
            ".button { block-size: 30px; min-block-size: 0; padding: 0 }",
            _LOW_BUTTONS,
            LEARNER_TARGET,
            "30 high",
            id="low-button",
        ),
        pytest.param(
            ".button { block-size: 8px; min-block-size: 0; padding: 0 }",
            _CLIPPED,
            None,
            "does not hold its text",
            id="cut-off",
        ),
        pytest.param("p { margin-block: -2em !important }", _CLIPPED, None, "lies on", id="on-top"),
    ],
)
def test_a_fault_is_seen(
    calm: Stage, pages: list[Page], styles: str, script: str, argument: Any, wanted: str
) -> None:
    (page,) = [page for page in pages if page.endpoint == "learning.show_question"]
    calm.put(page)
    calm.window.evaluate(_SHEET, styles)

    said = "\n".join(calm.window.evaluate(script, argument))

    assert wanted in said


def test_a_bar_on_the_focus_is_seen(calm: Stage, pages: list[Page]) -> None:
    calm.window.set_viewport_size(ZOOMED)
    calm.put(pages[0])
    calm.window.evaluate(_SHEET, ".safety-bar { position: fixed; inset: 0; block-size: 100% }")
    calm.window.focus("main a")

    assert not calm.window.evaluate(_COVERED)["free"]
