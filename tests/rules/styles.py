"""The style sheets as the rules read them: layers, selectors, declarations, colours."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from functools import cached_property
from typing import Any

import tinycss2

from soar_lms.paths import PACKAGE

FOLDER = PACKAGE / "static"
_VARIABLE = re.compile(r"var\(--([\w-]+)")
_SCHEMES = re.compile(r"light-dark\(([^,]+), ([^)]+)\)")


@dataclass(frozen=True)
class Declaration:
    """A property and its value, as they stand in the file."""

    name: str
    value: str
    line: int


@dataclass(frozen=True)
class Rule:
    """What applies to some selectors: in a layer, perhaps under conditions (`@media …`)."""

    layer: str | None
    conditions: tuple[str, ...]
    selectors: str
    line: int
    declarations: tuple[Declaration, ...]

    def get(self, name: str) -> str | None:
        """Return the value of a property; None where the rule does not set it."""
        return next((item.value for item in self.declarations if item.name == name), None)


@dataclass(frozen=True)
class StyleSheet:
    """One file of `static/`."""

    name: str
    text: str

    def at(self, line: int, words: str) -> str:
        """Say what is wrong, and where."""
        return f"{self.name}:{line}: {words}"

    @cached_property
    def nodes(self) -> list[Any]:
        found: list[Any] = tinycss2.parse_stylesheet(
            self.text, skip_comments=True, skip_whitespace=True
        )
        return found

    @cached_property
    def rules(self) -> list[Rule]:
        return list(_rules(self.nodes, None, ()))

    @property
    def order(self) -> str:
        """The statement that puts the layers in order."""
        first = self.nodes[0]
        is_order = first.type == "at-rule" and first.lower_at_keyword == "layer"
        return tinycss2.serialize(first.prelude).strip() if is_order else ""

    def classes(self) -> set[str]:
        return {name for rule in self.rules for name in re.findall(r"\.([\w-]+)", rule.selectors)}

    def variables(self) -> set[str]:
        return set(_VARIABLE.findall(self.text))


def _rules(nodes: list[Any], layer: str | None, conditions: tuple[str, ...]) -> Iterator[Rule]:
    for node in nodes:
        if node.type == "qualified-rule":
            yield Rule(
                layer,
                conditions,
                tinycss2.serialize(node.prelude).strip(),
                node.source_line,
                tuple(_declarations(node.content)),
            )
        elif node.type == "at-rule" and node.content is not None:
            words = tinycss2.serialize(node.prelude).strip()
            inside = tinycss2.parse_rule_list(
                node.content, skip_comments=True, skip_whitespace=True
            )
            if node.lower_at_keyword == "layer":
                yield from _rules(inside, words, conditions)
            elif node.lower_at_keyword in {"media", "supports"}:
                condition = f"@{node.lower_at_keyword} {words}"
                yield from _rules(inside, layer, (*conditions, condition))


def _declarations(content: list[Any]) -> Iterator[Declaration]:
    for item in tinycss2.parse_blocks_contents(content, skip_comments=True, skip_whitespace=True):
        assert item.type == "declaration", f"line {item.source_line}: no declaration"
        yield Declaration(item.name, tinycss2.serialize(item.value).strip(), item.source_line)


def read_style_sheets() -> dict[str, StyleSheet]:
    """Return every style sheet of the site by its name; those of documents are not among them."""
    return {
        path.name: StyleSheet(path.name, path.read_text(encoding="utf-8"))
        for path in sorted(FOLDER.glob("*.css"))
    }


# --- tokens -------------------------------------------------------------------------------------


@dataclass(frozen=True)
class Colour:
    """A colour by day and by night, each as six hexadecimal digits behind #."""

    day: str
    night: str


def tokens_of(sheet: StyleSheet) -> dict[str, str]:
    """Return the tokens as every browser knows them, by name without dashes."""
    return dict(_tokens(sheet, is_plain=True))


def colours_of(sheet: StyleSheet) -> dict[str, Colour]:
    """Return the colours: one that does not change with the scheme is the same by night."""
    found = {
        name: Colour(value, value)
        for name, value in tokens_of(sheet).items()
        if value.startswith("#")
    }
    for name, value in _tokens(sheet, is_plain=False):
        if schemes := _SCHEMES.fullmatch(value):
            found[name] = Colour(*schemes.groups())
    return found


def _tokens(sheet: StyleSheet, *, is_plain: bool) -> Iterator[tuple[str, str]]:
    for rule in sheet.rules:
        if rule.layer == "tokens" and is_plain is not bool(rule.conditions):
            for item in rule.declarations:
                if item.name.startswith("--"):
                    yield item.name.removeprefix("--"), item.value


def contrast(one: str, other: str) -> float:
    """Return the contrast of two colours, 1 to 21 (WCAG 2.2, "contrast ratio")."""
    darker, lighter = sorted((_luminance(one), _luminance(other)))
    return (lighter + 0.05) / (darker + 0.05)


def _luminance(colour: str) -> float:
    """Return the relative luminance (WCAG 2.2, "relative luminance")."""
    parts = [int(colour[at : at + 2], 16) / 255 for at in (1, 3, 5)]
    red, green, blue = (
        part / 12.92 if part <= 0.04045 else ((part + 0.055) / 1.055) ** 2.4 for part in parts
    )
    return 0.2126 * red + 0.7152 * green + 0.0722 * blue
