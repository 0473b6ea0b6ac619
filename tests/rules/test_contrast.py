"""Contrast, computed from the tokens by day and by night, of all that the style sheets use.

Text has 7:1 (WCAG 2.2, 1.4.6, level AAA) on every ground it may stand on, not in lessons alone;
edges of controls, signs and the ring of the focus have 3:1 (1.4.11, level AA).
"""

from __future__ import annotations

import re
from collections.abc import Iterable
from itertools import product

import pytest

from tests.rules.styles import (
    Declaration,
    StyleSheet,
    colours_of,
    contrast,
    read_style_sheets,
    tokens_of,
)

SHEETS = read_style_sheets()
SITE = SHEETS["site.css"]
COLOURS = colours_of(SITE)

TEXT, EDGE = 7, 3
INKS = ("ink", "ink-soft", "teal", "teal-deep", "amber", "good", "harm")
GROUNDS = ("paper", "sand", "teal-wash", "amber-wash", "good-wash", "harm-wash")
EDGES = ("line", "focus")
"""What must be told from its ground: the edge of a control, the ring of the focus."""
TEXT_PAIRS = {
    *product(INKS, GROUNDS),
    ("on-teal", "teal"),
    ("on-teal", "teal-deep"),
    ("on-bar", "bar"),
    ("exit", "on-bar"),
}
EDGE_PAIRS = {
    *product(EDGES, GROUNDS),
    ("bar-focus", "bar"),
    ("on-bar", "bar"),  # the quick exit in its bar
    ("teal", "sand-deep"),  # how far one is
}
ORNAMENTS = {"line-soft", "sheet", "shadow", "sand-deep"}
"""They tell nothing: around what is a box without them, behind a picture, where nothing is yet."""
CONTROLS = (".button", ".input", ".option", ".scale-item", ".choice", ".go-on")
SCHEMES = ("day", "night")

_VARIABLE = re.compile(r"var\(--([\w-]+)\)")
_FORE = {"color", "fill", "text-decoration-color", "accent-color"}
_LINES = re.compile(r"(border|outline|stroke)")


def find_faint(pairs: Iterable[tuple[str, str]], least: int) -> list[str]:
    """Return the pairs that are told apart less well than is asked, in either scheme."""
    return sorted(
        f"{fore} on {ground} by {scheme}: {ratio:.2f}, at least {least}"
        for fore, ground in pairs
        for scheme in SCHEMES
        for ratio in [contrast(getattr(COLOURS[fore], scheme), getattr(COLOURS[ground], scheme))]
        if ratio < least
    )


def find_uses(sheets: Iterable[StyleSheet]) -> dict[str, set[str]]:
    """Return how the style sheets use colours: as text or sign, as ground, as line, and in pairs.

    A name that a component gives to a colour, such as --standing, stands for all it may be.
    """
    sheets = list(sheets)
    found: dict[str, set[str]] = {"fore": set(), "ground": set(), "line": set(), "pair": set()}
    for sheet in sheets:
        for rule in sheet.rules:
            if rule.layer == "tokens":
                continue
            for item in rule.declarations:
                if kind := _kind(item):
                    found[kind] |= _colours(sheets, item.value)
            fore, ground = rule.get("color"), rule.get("background")
            if fore and ground:
                pairs = product(_colours(sheets, fore), _colours(sheets, ground))
                found["pair"] |= {f"{one} on {other}" for one, other in pairs}
    return found


def _kind(item: Declaration) -> str | None:
    if item.name in _FORE:
        return "fore"
    if item.name.startswith("background"):
        return "ground"
    return "line" if _LINES.match(item.name) else None


def _colours(sheets: list[StyleSheet], value: str) -> set[str]:
    names = set(_VARIABLE.findall(value))
    known = names & set(COLOURS)
    given = {
        item.value
        for sheet in sheets
        for rule in sheet.rules
        for item in rule.declarations
        if item.name.removeprefix("--") in names - known
    }
    return known.union(*(_VARIABLE.findall(value) for value in given)) & set(COLOURS)


USES = find_uses(SHEETS.values())


# --- the rules ----------------------------------------------------------------------------------


def test_every_text_can_be_read_on_every_ground() -> None:
    faults = find_faint(TEXT_PAIRS, TEXT)

    assert not faults, "\n".join(faults)


def test_every_edge_and_sign_can_be_seen() -> None:
    faults = find_faint(EDGE_PAIRS, EDGE)

    assert not faults, "\n".join(faults)


def test_text_and_signs_have_the_colours_of_text() -> None:
    allowed = {fore for fore, _ in TEXT_PAIRS}
    fills = {"sand-deep", "amber-wash"}  # of bars, whose stroke tells them

    assert not USES["fore"] - allowed - fills


def test_grounds_are_those_that_text_is_tried_on() -> None:
    allowed = {ground for _, ground in TEXT_PAIRS}

    assert not USES["ground"] - allowed - ORNAMENTS


def test_lines_can_be_seen_or_tell_nothing() -> None:
    allowed = {fore for fore, _ in TEXT_PAIRS | EDGE_PAIRS} | {"paper"}  # in signs of one colour

    assert not USES["line"] - allowed - ORNAMENTS


def test_what_stands_together_in_a_rule_was_tried_together() -> None:
    assert not USES["pair"] - {f"{fore} on {ground}" for fore, ground in TEXT_PAIRS | EDGE_PAIRS}


def test_every_colour_has_a_place_in_the_table() -> None:
    placed = {name for pair in TEXT_PAIRS | EDGE_PAIRS for name in pair}

    assert set(COLOURS) == placed | ORNAMENTS


@pytest.mark.parametrize("control", CONTROLS)
def test_a_control_has_an_edge_that_can_be_seen(control: str) -> None:
    borders = {
        name
        for rule in SITE.rules
        if control in rule.selectors.split(", ")
        for item in rule.declarations
        if item.name == "border"
        for name in _VARIABLE.findall(item.value)
    }

    assert borders
    assert borders <= {*EDGES, *INKS}


def test_a_browser_that_knows_no_schemes_shows_the_colours_of_the_day() -> None:
    plain = tokens_of(SITE)

    assert {name: plain[name] for name in COLOURS} == {
        name: colour.day for name, colour in COLOURS.items()
    }


# --- what the rules must see --------------------------------------------------------------------


@pytest.mark.parametrize(
    ("one", "other", "ratio"),
    [
        pytest.param("#000000", "#ffffff", 21, id="black-on-white"),
        pytest.param("#ffffff", "#ffffff", 1, id="itself"),
        pytest.param("#767676", "#ffffff", 4.54, id="the-lightest-grey-of-level-aa"),
    ],
)
def test_contrast_is_that_of_the_guidelines(one: str, other: str, ratio: float) -> None:
    assert contrast(one, other) == pytest.approx(ratio, abs=0.005)
    assert contrast(other, one) == contrast(one, other)


def test_a_faint_pair_is_reported() -> None:
    assert find_faint([("line", "paper")], TEXT) == [
        "line on paper by day: 3.87, at least 7",
        "line on paper by night: 4.88, at least 7",
    ]


def test_uses_are_found_behind_the_names_of_components() -> None:
    sheet = StyleSheet(
        "a.css",
        "@layer components { .a { --own: var(--teal); } .b { --own: var(--harm); }\n"
        ".c { color: var(--own); background: var(--sand); border: 1px solid var(--line); } }",
    )

    assert find_uses([sheet]) == {
        "fore": {"teal", "harm"},
        "ground": {"sand"},
        "line": {"line"},
        "pair": {"teal on sand", "harm on sand"},
    }
