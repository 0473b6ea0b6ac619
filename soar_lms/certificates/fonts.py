"""The fonts of certificates: unmodified files from wheels, found once, asked for every glyph.

A glyph without a font breaks PDF/UA and prints a box, so a name is checked before it is issued,
with the files that will print it. HarfBuzz shapes here what it shapes in the document, so widths
are those of the print. It is imported when it is needed.
"""

from __future__ import annotations

import math
import unicodedata
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from functools import cache, lru_cache
from importlib.util import find_spec
from pathlib import Path
from typing import Any, NamedTuple

import fontpkg


class _Source(NamedTuple):
    """Where a family comes from: a wheel of fontpkg, or a file in another wheel."""

    package: str
    file: str | None = None

    def find(self, family: str) -> Path | None:
        if self.file is None:
            try:
                return Path(fontpkg.path(family))
            except fontpkg.FontpkgError:
                return None
        spec = find_spec(self.package.replace("-", "_"))
        folder = Path(spec.origin).parent if spec and spec.origin else None
        path = folder / self.file if folder else None
        return path if path and path.is_file() else None


def _noto(script: str) -> dict[str, _Source]:
    file = f"NotoSans{script}[wght].ttf"
    return {f"Noto Sans {script}": _Source("manimgx-fonts", file)}


CJK = "Noto Sans CJK JP"
"""One file with the letters of Chinese, Japanese and Korean; the language chooses their shape."""

_SOURCES: dict[str, _Source] = {
    "Public Sans": _Source("fontpkg-public-sans"),
    "Noto Sans": _Source("fontpkg-noto-sans"),
    "IBM Plex Sans Arabic": _Source("fontpkg-ibm-plex-sans-arabic"),
    "Noto Sans Devanagari": _Source("fontpkg-noto-sans-devanagari"),
    "Noto Sans Thai": _Source("fontpkg-noto-sans-thai"),
    **_noto("Hebrew"),
    **_noto("Armenian"),
    **_noto("Georgian"),
    **_noto("Bengali"),
    **_noto("Gujarati"),
    **_noto("Gurmukhi"),
    **_noto("Kannada"),
    **_noto("Malayalam"),
    **_noto("Oriya"),
    **_noto("Sinhala"),
    **_noto("Tamil"),
    **_noto("Telugu"),
    **_noto("Khmer"),
    **_noto("Lao"),
    **_noto("Myanmar"),
    **_noto("Ethiopic"),
    CJK: _Source("noto-cjk-sans-jp-regular", "NotoSansCJKjp-Regular.otf"),
    "Noto Emoji": _Source("manimgx-fonts", "NotoEmoji[wght].ttf"),
}

FAMILIES = tuple(_SOURCES)
"""In the order a glyph is looked for."""

WEIGHTS = (300, 400, 700)
"""Weights that documents use."""

# Format characters: they shape the text around them and need no glyph of their own.
_INVISIBLE = frozenset("\u200c\u200d\u200e\u200f\ufe0e\ufe0f")
_JOINER = "\u200d"


@dataclass(frozen=True)
class Run:
    """A piece of text that one font prints."""

    text: str
    family: str | None
    """None: no font has all of it."""
    language: str | None = None
    """A tag, where the shape of the letters depends on it."""

    @property
    def key(self) -> str:
        """What style sheets call the font."""
        return font_key(self.family or FAMILIES[0])


# --- files ------------------------------------------------------------------------------------


@cache
def font_files() -> dict[str, Path]:
    """Return the file of each family that is installed, in the order of `FAMILIES`."""
    found = {family: source.find(family) for family, source in _SOURCES.items()}
    return {family: path for family, path in found.items() if path is not None}


def packages_of(families: Iterable[str]) -> list[str]:
    """Return the names of the packages that bring these families, each once."""
    return list(dict.fromkeys(_SOURCES[family].package for family in families))


def font_key(family: str) -> str:
    """Return a family's name without spaces: for addresses and classes."""
    return family.replace(" ", "-")


def faces(families: Iterable[str]) -> dict[str, tuple[str, int | None]]:
    """Return the font faces of families by key: family, weight (None: it has only one).

    Variable fonts are cut into the weights: WeasyPrint would do it anew for each document, which
    takes three quarters of its time.
    """
    found: dict[str, tuple[str, int | None]] = {}
    for family in families:
        for weight in WEIGHTS if _open(family).axis_infos else (None,):
            key = f"{font_key(family)}-{weight}" if weight else font_key(family)
            found[key] = (family, weight)
    return found


@cache
def _open(family: str) -> Any:
    import uharfbuzz

    return uharfbuzz.Face(uharfbuzz.Blob.from_file_path(str(font_files()[family])))


@cache
def face_bytes(key: str) -> bytes:
    """Return the file of a face.

    :raises KeyError: when there is no such face.
    """
    family, weight = faces(font_files())[key]
    return _cut(family, weight) if weight else font_files()[family].read_bytes()


def _cut(family: str, weight: int) -> bytes:
    """Return one weight of a variable font; the same bytes every time."""
    import uharfbuzz

    face, wanted = _open(family), uharfbuzz.SubsetInput()
    wanted.keep_everything()
    wanted.pin_all_axes_to_default(face)
    wanted.pin_axis_location(face, "wght", weight)
    cut: bytes = uharfbuzz.subset(face, wanted).blob.data
    return cut


# --- which font prints what -------------------------------------------------------------------


@cache
def _covered(family: str) -> frozenset[str]:
    return frozenset(map(chr, _open(family).unicodes))


def _prints(family: str, text: str) -> bool:
    covered = _covered(family)
    return all(
        character in covered or character in _INVISIBLE or character.isspace() for character in text
    )


def _find_family(text: str) -> str | None:
    return next((family for family in font_files() if _prints(family, text)), None)


@lru_cache(maxsize=1_000)
def split_runs(text: str) -> tuple[Run, ...]:
    """Return the text in pieces that one font prints each; joined, they are the text.

    One font for all of it looks best; else one for each word; else one for each letter with its
    marks, which are never parted.
    """
    language = guess_language(text)
    pieces: list[tuple[str, str | None]] = []
    for piece, family in _find_pieces(text):
        if pieces and pieces[-1][1] == family:
            piece = pieces.pop()[0] + piece
        pieces.append((piece, family))
    return tuple(
        Run(piece, family, language if family == CJK else None) for piece, family in pieces
    )


def _find_pieces(text: str) -> Iterator[tuple[str, str | None]]:
    whole = _find_family(text)
    if whole:
        yield text, whole
        return
    before: str | None = FAMILIES[0]
    for number, word in enumerate(text.split(" ")):
        family = _find_family(word)
        pieces = (
            [(word, family)] if family else [(one, _find_family(one)) for one in clusters(word)]
        )
        if number:  # a space between two fonts is as wide as it is in most text
            yield " ", before if before == pieces[0][1] else FAMILIES[0]
        yield from pieces
        before = pieces[-1][1]


def clusters(text: str) -> list[str]:
    """Return the text cut where people see one letter end: marks stay with what they mark.

    It is the part of Unicode's grapheme clusters (UAX 29) that the choice of a font needs.
    """
    found: list[str] = []
    for character in text:
        if found and _belongs_to(found[-1], character):
            found[-1] += character
        else:
            found.append(character)
    return found


def _belongs_to(before: str, character: str) -> bool:
    is_flag = _is_flag_letter(before) and _is_flag_letter(character)
    return is_flag or before.endswith(_JOINER) or _continues(character)


def _continues(character: str) -> bool:
    is_skin_tone = "\U0001f3fb" <= character <= "\U0001f3ff"
    is_tag = "\U000e0020" <= character <= "\U000e007f"
    is_mark = unicodedata.category(character)[0] == "M"
    return is_mark or is_skin_tone or is_tag or character in _INVISIBLE


def _is_flag_letter(text: str) -> bool:
    return len(text) == 1 and "\U0001f1e6" <= text <= "\U0001f1ff"


def missing_characters(text: str) -> list[str]:
    """Return what of `text` no font can print, each once, in order.

    It is single characters, or a letter with its marks where only the whole is in no font.
    """
    found: dict[str, None] = {}
    for run in split_runs(text):
        if run.family is None:
            for cluster in clusters(run.text):
                found.update(dict.fromkeys(_missing_in(cluster)))
        else:
            found.update(dict.fromkeys(_without_glyph(run)))
    return list(found)


def _missing_in(cluster: str) -> list[str]:
    if _find_family(cluster):
        return []
    alone = [character for character in cluster if not _find_family(character)]
    return alone or [cluster]


def _without_glyph(run: Run) -> list[str]:
    """Return the letters that shaping left without a glyph, such as a sign without its base."""
    glyphs = _shape(run.text, run.family or FAMILIES[0], WEIGHTS[0])
    bare = [run.text[glyph.cluster] for glyph in glyphs if glyph.codepoint == 0]
    return [letter for letter in bare if not letter.isspace()]


def guess_language(text: str) -> str | None:
    """Return the language that Han letters are likely written in; None: they look alike in all.

    Kana are Japanese, hangul are Korean. Else the old character sets of Taiwan and of mainland
    China tell: what only one of them has, such as 龍 and 龙, is written there.
    """
    names = {unicodedata.name(letter, "").partition(" ")[0] for letter in text}
    if names & {"HIRAGANA", "KATAKANA"}:
        return "ja"
    if "HANGUL" in names:
        return "ko"
    han = "".join(letter for letter in text if unicodedata.name(letter, "").startswith("CJK UNI"))
    if han and _is_in(han, "big5") and not _is_in(han, "gb2312"):
        return "zh-Hant"
    if han and _is_in(han, "gb2312") and not _is_in(han, "big5"):
        return "zh-Hans"
    return None


def _is_in(text: str, character_set: str) -> bool:
    try:
        text.encode(character_set)
    except UnicodeEncodeError:
        return False
    return True


# --- widths -----------------------------------------------------------------------------------


@cache
def _shaper(family: str, weight: int) -> Any:
    import uharfbuzz

    font = uharfbuzz.Font(_open(family))
    font.set_variations({"wght": weight})
    return font


def _shape(text: str, family: str, weight: int) -> list[Any]:
    import uharfbuzz

    buffer = uharfbuzz.Buffer()
    buffer.add_str(text)
    buffer.guess_segment_properties()
    font = _shaper(family, weight)
    uharfbuzz.shape(font, buffer)
    positions = buffer.glyph_positions or []
    return [
        _Glyph(glyph.codepoint, glyph.cluster, position.x_advance / font.face.upem)
        for glyph, position in zip(buffer.glyph_infos, positions, strict=True)
    ]


class _Glyph(NamedTuple):
    codepoint: int
    cluster: int
    advance: float
    """In units of the font's size."""


@lru_cache(maxsize=10_000)
def measure(text: str, weight: int) -> float:
    """Return how wide a text is when its font is one point large, in points."""
    return math.fsum(
        glyph.advance
        for run in split_runs(text)
        for glyph in _shape(run.text, run.family or FAMILIES[0], weight)
    )
