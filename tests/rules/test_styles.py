"""One hand for every page: style sheets in layers, of tokens, without a rule that nothing uses."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Iterator

import pytest

from soar_lms.paths import PACKAGE
from tests.rules.source import read_sources
from tests.rules.styles import Rule as StyleRule
from tests.rules.styles import StyleSheet, read_style_sheets, tokens_of
from tests.rules.templates import TemplateSource, read_templates

SHEETS = read_style_sheets()
SITE = SHEETS["site.css"]
TOKENS = tokens_of(SITE)
TEMPLATES = [
    template
    for template in read_templates().values()
    # What becomes a PDF has a style sheet of its own.
    if template.is_html
    and template.name not in {"cohorts/poster.html", "cohorts/report_paper.html"}
]
Rule = Callable[[StyleSheet], list[str]]

ORDER = "reset, tokens, base, layout, components, utilities"
HOOKS = {
    # Scripts put something there.
    "check-result",
    "work-said",
    "work-words",
    # Tests find it by this name.
    "burden",
    "column-main",
    "graded-options",
    "join-code",
    "method",
    "test-facts",
    "timeline",
}
"""Classes of templates that no style sheet names."""

_COLOURED = re.compile(r"(color$|background|border|outline|fill|stroke|shadow)")
_SPACED = re.compile(r"(margin|padding|scroll-margin|scroll-padding)\b|(row-|column-)?gap$")
_SIDES = re.compile(r"(^|-)(left|right|top|bottom|width|height)(-|$)")
_KEYWORDS = {
    *("none", "transparent", "inherit", "currentcolor", "auto"),
    *("solid", "dashed", "double", "inset", "var", "collapse"),
    *("Highlight", "ButtonText", "Canvas", "CanvasText"),
}
_LENGTHS = {"stroke-width", "stroke-dasharray", "stroke-linecap", "stroke-linejoin"}


# --- the checkers: how a style sheet is made ----------------------------------------------------


def find_unlayered(sheet: StyleSheet) -> list[str]:
    """Return rules outside the layers, and an order that is not that of all."""
    faults = [] if sheet.order == ORDER else [sheet.at(1, f"does not begin with @layer {ORDER};")]
    layers = set(ORDER.split(", "))
    return faults + [
        sheet.at(rule.line, f"in no layer: {rule.selectors}")
        for rule in sheet.rules
        if rule.layer not in layers
    ]


def find_literal_colours(sheet: StyleSheet) -> list[str]:
    """Return colours that do not come from a token."""
    return [
        sheet.at(item.line, f"a colour of its own: {item.name}: {item.value}")
        for rule in _styling(sheet)
        for item in rule.declarations
        if _COLOURED.search(item.name)
        and item.name not in _LENGTHS
        and not item.name.startswith("--")
        and ("#" in item.value or _words(item.value) - _KEYWORDS)
    ]


def _words(value: str) -> set[str]:
    without = re.sub(r"var\(--[\w-]+\)", "", value)
    return set(re.findall(r"[A-Za-z][A-Za-z-]*", re.sub(r"[\d.]+(px|r?em|%)?", "", without)))


def find_literal_sizes(sheet: StyleSheet) -> list[str]:
    """Return spaces and sizes of text that are not of the scale; `em` goes with the text."""
    return [
        sheet.at(item.line, f"a size of its own: {item.name}: {item.value}")
        for rule in _styling(sheet)
        for item in rule.declarations
        if (_SPACED.match(item.name) and re.search(r"\d(px|rem)", item.value))
        or (item.name == "font-size" and not re.fullmatch(r"var\(.*\)|inherit|1em", item.value))
    ]


def find_sides(sheet: StyleSheet) -> list[str]:
    """Return what would stand on the wrong side where one writes from right to left."""
    return [
        sheet.at(item.line, f"not logical: {item.name}")
        for rule in sheet.rules
        for item in rule.declarations
        if _SIDES.search(item.name.removesuffix("-width").removesuffix("-thickness"))
        and not item.name.startswith(("--", "line-"))
    ]


def find_force(sheet: StyleSheet) -> list[str]:
    """Return selectors by id: layers decide what wins, and nobody has to shout."""
    return [
        sheet.at(rule.line, f"an id: {rule.selectors}")
        for rule in sheet.rules
        if "#" in rule.selectors
    ]


def _styling(sheet: StyleSheet) -> Iterator[StyleRule]:
    return (rule for rule in sheet.rules if rule.layer != "tokens")


MAKING = [
    pytest.param(find_unlayered, id="in-layers"),
    pytest.param(find_literal_colours, id="colours-are-tokens"),
    pytest.param(find_literal_sizes, id="sizes-are-tokens"),
    pytest.param(find_sides, id="sides-are-logical"),
    pytest.param(find_force, id="no-id"),
]


# --- the checkers: what is named, and what is there ---------------------------------------------


def find_strange_tokens(sheets: Iterable[StyleSheet], tokens: Iterable[str]) -> list[str]:
    """Return tokens that are not there, and those that nothing uses."""
    used = {name for sheet in sheets for name in sheet.variables()}
    own = {
        item.name.removeprefix("--")
        for sheet in sheets
        for rule in _styling(sheet)
        for item in rule.declarations
        if item.name.startswith("--")
    }
    return sorted(
        [f"--{name} is used, and is not there" for name in used - set(tokens) - own]
        + [f"--{name} is there, and nothing uses it" for name in set(tokens) - used]
    )


def find_idle_classes(sheet: StyleSheet, named: set[str], prefixes: set[str]) -> list[str]:
    """Return classes that no template, script or renderer gives to anything.

    A class may be made of a prefix and a word: `state-{{ state }}`.
    """
    return sorted(
        f"{sheet.name}: nothing has the class {name}"
        for name in sheet.classes() - named
        if not any(
            name.startswith(prefix) and name.removeprefix(prefix) in named for prefix in prefixes
        )
    )


def find_unstyled_classes(template: TemplateSource, styled: set[str]) -> list[str]:
    """Return classes that no style sheet has."""
    return [
        template.at(template.line_of(found.start()), f"no style sheet has the class {name}")
        for found in _CLASSES.finditer(template.text)
        for name in _literal_classes(found.group(1))
        if name not in styled
    ]


_JINJA = r"\{\{.*?\}\}|\{%.*?%\}"
_CLASSES = re.compile(rf'class="((?:{_JINJA}|[^"])*)"')
_WIDTH = re.compile(r"\{% block width %\}([\w-]+)\{%")
_STRING = re.compile(r"""(["'`])([\w. -]{1,80}?)\1""")
_PREFIX = re.compile(r"(?<![\w-])([a-z][\w-]*-)\{")


def _literal_classes(value: str) -> list[str]:
    """Return the classes of an attribute that stand there as they are."""
    without = re.sub(r"[\w-]*\{\{.*?\}\}[\w-]*", " ", value)
    return re.sub(r"\{%.*?%\}", " ", without).split()


def named_classes(texts: Iterable[str]) -> tuple[set[str], set[str]]:
    """Return the words that may be classes, and the prefixes of those that are made."""
    named, prefixes = set(), set()
    for text in texts:
        strings = (word for _, word in _STRING.findall(text))
        for words in (*_CLASSES.findall(text), *_WIDTH.findall(text), *strings):
            named |= set(re.findall(r"[\w-]+", words))
        prefixes |= set(_PREFIX.findall(text))
    return named, prefixes


def _texts() -> list[str]:
    scripts = sorted((PACKAGE / "static").glob("*.js"))
    return [
        *(template.text for template in TEMPLATES),
        *(source.text for source in read_sources()),
        *(path.read_text(encoding="utf-8") for path in scripts),
    ]


# --- the rules ----------------------------------------------------------------------------------


@pytest.mark.parametrize("rule", MAKING)
def test_every_style_sheet_is_well_made(rule: Rule) -> None:
    faults = [fault for sheet in SHEETS.values() for fault in rule(sheet)]

    assert not faults, "\n".join(faults)


def test_every_token_is_used_and_every_used_one_is_there() -> None:
    faults = find_strange_tokens(SHEETS.values(), TOKENS)

    assert not faults, "\n".join(faults)


def test_every_class_of_a_style_sheet_is_given_to_something() -> None:
    named, prefixes = named_classes(_texts())

    faults = [
        fault for sheet in SHEETS.values() for fault in find_idle_classes(sheet, named, prefixes)
    ]

    assert not faults, "\n".join(faults)


def test_every_class_of_a_template_has_a_style() -> None:
    styled = {name for sheet in SHEETS.values() for name in sheet.classes()}

    faults = [
        fault for template in TEMPLATES for fault in find_unstyled_classes(template, styled | HOOKS)
    ]

    assert not faults, "\n".join(faults)


@pytest.mark.parametrize("name", sorted(HOOKS))
def test_every_hook_is_on_something_and_has_no_style(name: str) -> None:
    is_given = any(
        name in _literal_classes(value)
        for template in TEMPLATES
        for value in _CLASSES.findall(template.text)
    )

    assert is_given
    assert not any(name in sheet.classes() for sheet in SHEETS.values())


# --- what the rules must see --------------------------------------------------------------------


def made_up(rule: str, layer: str = "components") -> StyleSheet:
    return StyleSheet("a.css", f"@layer {ORDER};\n@layer {layer} {{\n{rule}\n}}")


@pytest.mark.parametrize(
    ("check", "rule", "faults"),
    [
        pytest.param(find_literal_colours, ".a { color: #fff; }", 1, id="hexadecimal"),
        pytest.param(find_literal_colours, ".a { border: 1px solid red; }", 1, id="named"),
        pytest.param(find_literal_colours, ".a { fill: rgb(0 0 0); }", 1, id="function"),
        pytest.param(
            find_literal_colours,
            ".a { border: 1px solid var(--line); color: inherit; }",
            0,
            id="token",
        ),
        pytest.param(find_literal_sizes, ".a { padding: 0 3px; }", 1, id="pixels"),
        pytest.param(find_literal_sizes, ".a { font-size: 0.9em; }", 1, id="size-of-text"),
        pytest.param(find_literal_sizes, ".a { gap: var(--s1) 0.3em; }", 0, id="scale"),
        pytest.param(find_sides, ".a { margin-left: 0; }", 1, id="left"),
        pytest.param(find_sides, ".a { width: 0; max-height: 0; }", 2, id="width"),
        pytest.param(find_sides, ".a { border-width: 0; stroke-width: 1; }", 0, id="of-a-line"),
        pytest.param(find_force, "#a { gap: 0; }", 1, id="by-id"),
        pytest.param(find_unlayered, ".a { gap: 0; }", 0, id="in-a-layer"),
    ],
)
def test_what_is_made_badly_is_reported(check: Rule, rule: str, faults: int) -> None:
    assert len(check(made_up(rule))) == faults


def test_a_rule_outside_the_layers_is_reported() -> None:
    assert find_unlayered(StyleSheet("a.css", ".a { gap: 0; }")) == [
        f"a.css:1: does not begin with @layer {ORDER};",
        "a.css:1: in no layer: .a",
    ]


def test_strange_tokens_and_idle_classes_are_reported() -> None:
    sheet = made_up(".a { --b: 1px; gap: var(--b) var(--c); } .on-x, .on-y, .z { gap: 0; }")
    named, prefixes = named_classes(['<p class="a on-{{ x }}">', 'x = "x"'])

    assert find_strange_tokens([sheet], ["d"]) == [
        "--c is used, and is not there",
        "--d is there, and nothing uses it",
    ]
    assert find_idle_classes(sheet, named, prefixes) == [
        "a.css: nothing has the class on-y",
        "a.css: nothing has the class z",
    ]


def test_a_class_without_a_style_is_reported() -> None:
    template = TemplateSource("a.html", '\n<p class="a{% if x %} b{% endif %} c-{{ x }}">')

    assert find_unstyled_classes(template, {"a"}) == ["a.html:2: no style sheet has the class b"]
