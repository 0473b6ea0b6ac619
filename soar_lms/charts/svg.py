"""Elements of SVG, and the frame that every chart stands in."""

from __future__ import annotations

import textwrap
from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from markupsafe import Markup

LINE = 1.35
"""Height of a line of text, in em."""
LONGEST_LINE = 30
"""Letters that stand beside each other on the narrowest phone (320 px)."""


@dataclass(frozen=True)
class Frame:
    """What a chart is called, and what it says to those who do not see it."""

    key: str
    """A word that no other chart of the page has."""
    title: str
    finding: str
    """What it shows, in whole sentences."""
    is_rtl: bool = False
    """Whether it is read from right to left: then it is drawn so, too."""

    def x(self, share: float) -> str:
        """Return a place along the direction of reading, from 0 to 1, as SVG has it."""
        return _percent(1 - share if self.is_rtl else share)

    def bar(self, start: float, end: float) -> dict[str, str]:
        """Return the attributes of a rectangle from one place to another."""
        first = 1 - end if self.is_rtl else start
        return {"x": _percent(first), "width": _percent(end - start)}


def element(name: str, attributes: dict[str, object], *inside: str) -> Markup:
    """Return an element; values and words are escaped, Markup stands as it is.

    An attribute that is None is left out.
    """
    written = Markup("").join(
        Markup(' {}="{}"').format(name, value)
        for name, value in attributes.items()
        if value is not None
    )
    return Markup("<{}{}>{}</{}>").format(name, written, join(inside), name)


def join(parts: Iterable[str]) -> Markup:
    """Return parts one after the other, escaped where they are words."""
    return Markup("").join(parts)


def draw_text(
    frame: Frame,
    words: str,
    place: float,
    line: float,
    *,
    anchor: str = "start",
    shift: float = 0,
    spoken: str | None = None,
) -> Markup:
    """Return words at a place.

    :param line: where their first line stands, in em from the top.
    :param shift: em by which they are moved along the direction of reading.
    :param spoken: their language, where it is another one than the page's.
    """
    return element(
        "text",
        {
            "x": frame.x(place),
            "y": em(line),
            "dx": em(-shift if frame.is_rtl else shift) if shift else None,
            "text-anchor": None if anchor == "start" else anchor,
            "lang": spoken,
        },
        words,
    )


def draw_frame(frame: Frame, height: float, parts: Sequence[str]) -> Markup:
    """Return a whole chart, so many em high."""
    title, finding = f"{frame.key}-title", f"{frame.key}-finding"
    return element(
        "svg",
        {
            "class": "chart-drawing",
            "role": "img",
            "width": "100%",
            "height": em(height),
            "aria-labelledby": title,
            "aria-describedby": finding,
        },
        element("title", {"id": title}, frame.title),
        element("desc", {"id": finding}, frame.finding),
        *parts,
    )


def wrap(words: str) -> list[str]:
    """Return a label in lines that a phone has room for."""
    return textwrap.wrap(words, LONGEST_LINE) or [""]


def em(value: float) -> str:
    """Return a length in lines of text."""
    return f"{round(value, 3):g}em"


def _percent(share: float) -> str:
    return f"{round(100 * share, 3):g}%"
