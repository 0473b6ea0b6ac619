"""Fonts as they are embedded: cut to glyphs once for all documents that use the same ones.

A font that is not variable comes with the letters that most documents need (`LETTERS`), whatever
the words are. So the same few subsets serve nearly all documents: a process makes and compresses
them once, and a file of many certificates holds each once. A document that needs more gets a subset
of its own: the letters and what it needs. Either way the bytes follow from the document alone.
"""

from __future__ import annotations

import string
import unicodedata
from collections import OrderedDict
from io import BytesIO
from typing import Any

from fontTools.ttLib import TTFont
from weasyprint.pdf.fonts import Font
from weasyprint.text.ffi import harfbuzz

LETTERS = string.ascii_letters + string.digits + " %&'(),-./:;’áéíñóúü"
"""What nearly every document needs, in English or Spanish; more would only make files larger."""

SUBSETS = 256
"""How many subsets a process keeps; a name in another script needs one, of a few kB."""


class Fonts(dict[Any, Any]):
    """The fonts of one document, as WeasyPrint asks for them while it draws."""

    def __init__(self, store: FontStore) -> None:
        super().__init__()
        self._store = store

    def __contains__(self, key: object) -> bool:
        if super().__contains__(key):
            return True
        font = self._store.copy_of(key)
        if font is not None:
            super().__setitem__(key, font)
        return font is not None

    def __setitem__(self, key: object, font: Any) -> None:
        super().__setitem__(key, self._store.adopt(key, font))


class FontStore:
    """What a process knows of the fonts of one font configuration."""

    def __init__(self) -> None:
        self._samples: dict[object, dict[str, Any]] = {}
        self._subsets: OrderedDict[object, bytes] = OrderedDict()

    def copy_of(self, key: object) -> _StoredFont | None:
        """Return a font that is known, as if no document had used it yet."""
        sample = self._samples.get(key)
        return None if sample is None else self._make(sample)

    def adopt(self, key: object, font: Any) -> _StoredFont:
        """Take over a font that WeasyPrint made; keep what no document can change."""
        sample = dict(font.__dict__)
        if not (font.bitmap or font.png or font.svg or font.colr or "fvar" in font.tables):
            harfbuzz.hb_face_reference(font.hb_face)  # ours too, whatever Pango forgets
            sample.update(_measure(font))
            self._samples[key] = sample
        return self._make(sample)

    def _make(self, sample: dict[str, Any]) -> _StoredFont:
        font = _StoredFont.__new__(_StoredFont)
        font.__dict__.update(sample)
        for name in ("widths", "to_unicode", "missing", "variations"):
            setattr(font, name, dict(sample[name]))
        font.store = self
        return font

    def find_subset(self, key: object) -> bytes | None:
        content = self._subsets.get(key)
        if content is not None:
            self._subsets.move_to_end(key)
        return content

    def keep_subset(self, key: object, content: bytes) -> None:
        self._subsets[key] = content
        while len(self._subsets) > SUBSETS:
            self._subsets.popitem(last=False)


class _StoredFont(Font):
    """WeasyPrint's font, which cuts nothing twice."""

    store: FontStore
    file_content: bytes

    def clean(self, to_unicode: dict[int, str], hinting: bool) -> None:
        key = (
            self.hash,
            self.weight,
            self.style,
            tuple(sorted(self.variations.items())),
            self.font_size if "fvar" in self.tables else None,
            frozenset(to_unicode),
            bool(self.missing),
            hinting,
        )
        content = self.store.find_subset(key)
        if content is None:
            super().clean(to_unicode, hinting)
            if "fvar" in self.tables:
                self.file_content = _without_hour(self.file_content)
            self.store.keep_subset(key, self.file_content)
        else:
            self.file_content = content


def _without_hour(content: bytes) -> bytes:
    """Return a font that says it is as old as its design: fontTools writes the hour into it."""
    target = BytesIO()
    with TTFont(BytesIO(content), recalcTimestamp=False, recalcBBoxes=False) as font:
        font["head"].modified = font["head"].created
        font.save(target)
    return target.getvalue()


def _measure(font: Any) -> dict[str, Any]:
    """Return what a font's own tables say of it and of `LETTERS`, in thousandths of an em.

    Pango would measure at the size that is drawn first; then the order of documents would show.
    """
    with TTFont(BytesIO(font.file_content), fontNumber=font.index, lazy=True) as tables:
        scale = 1000 / tables["head"].unitsPerEm
        glyphs, advances = tables.getBestCmap(), tables["hmtx"]
        to_unicode: dict[int, str] = {}
        widths: dict[int, int] = {}
        for letter in LETTERS:
            name = glyphs.get(ord(letter))
            if name is None or _is_shared(glyphs, name, letter):
                continue
            number = tables.getGlyphID(name)
            to_unicode.setdefault(number, letter)
            widths[number] = round(advances[name][0] * scale)
        return {
            "ascent": round(tables["hhea"].ascent * scale),
            "descent": round(tables["hhea"].descent * scale),
            "to_unicode": to_unicode,
            "widths": widths,
        }


def _is_shared(glyphs: dict[int, str], name: str, letter: str) -> bool:
    """Return whether one glyph draws two letters: then the document says which it means."""
    return any(
        other == name and code != ord(letter) and unicodedata.category(chr(code)).startswith("L")
        for code, other in glyphs.items()
    )
