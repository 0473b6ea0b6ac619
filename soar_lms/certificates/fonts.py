"""The fonts of certificates: unmodified files from wheels, found once, asked for every glyph.

A glyph without a font breaks PDF/UA and prints a box, so a name is checked before it is issued.
fontTools is imported when it is needed: it is a tenth of the time to start.
"""

from __future__ import annotations

from functools import cache
from io import BytesIO
from pathlib import Path

import fontpkg

FAMILIES = (
    "Public Sans",
    "Noto Sans",
    "IBM Plex Sans Arabic",
    "Noto Sans Devanagari",
    "Noto Sans Thai",
)
"""In the order a glyph is looked for."""

WEIGHTS = (300, 400, 700)
"""Weights of the first family that documents use."""

# Format characters: they shape the text around them and need no glyph of their own.
_INVISIBLE = frozenset("\u200c\u200d\u200e\u200f\ufe0e\ufe0f")


@cache
def font_files() -> dict[str, Path]:
    """Return the file of each family that is installed."""
    found = {}
    for family in FAMILIES:
        try:
            found[family] = fontpkg.path(family)
        except fontpkg.FontpkgError:
            continue
    return found


@cache
def face_sources() -> dict[str, tuple[str, int | None, bytes]]:
    """Return the font faces of documents by key: family, weight (None: variable), file.

    The first family is cut into its weights once: WeasyPrint would do it anew for each document,
    which takes three quarters of its time. The fallbacks stay variable: few names need them.
    """
    faces: dict[str, tuple[str, int | None, bytes]] = {}
    for family, path in font_files().items():
        if family == FAMILIES[0]:
            for weight in WEIGHTS:
                faces[f"{_key(family)}-{weight}"] = (family, weight, _cut(path, weight))
        else:
            faces[_key(family)] = (family, None, path.read_bytes())
    return faces


def _key(family: str) -> str:
    return family.replace(" ", "-")


def _cut(path: Path, weight: int) -> bytes:
    """Return one weight of a variable font; the same bytes every time."""
    from fontTools.ttLib import TTFont
    from fontTools.varLib.instancer import instantiateVariableFont

    with TTFont(path, recalcTimestamp=False) as font:
        instance = instantiateVariableFont(font, {"wght": weight})
        target = BytesIO()
        instance.save(target)
    return target.getvalue()


@cache
def covered_characters() -> frozenset[int]:
    """Return every code point that one of the fonts has a glyph for."""
    from fontTools.ttLib import TTFont

    covered: set[int] = set()
    for path in font_files().values():
        with TTFont(path, lazy=True) as font:
            covered.update(font.getBestCmap())
    return frozenset(covered)


def missing_characters(text: str) -> list[str]:
    """Return the characters of `text` that no font can print, each once, in order."""
    return [
        character
        for character in dict.fromkeys(text)
        if ord(character) not in covered_characters()
        and character not in _INVISIBLE
        and not character.isspace()
    ]
