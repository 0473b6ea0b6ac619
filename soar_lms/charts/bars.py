"""Bars: of one kind or several, to either side of nothing, and one below the other as a funnel."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from enum import StrEnum

from markupsafe import Markup

from soar_lms.charts.svg import LINE, Frame, draw_frame, draw_text, element, em, wrap

AREA = 0.62
"""The share of the width that the longest bar takes: its number stands behind it."""
_BAR, _GAP = 1.15, 0.85


class Kind(StrEnum):
    """How a bar looks: by more than its colour."""

    SOLID = "solid"
    OUTLINE = "outline"
    STRIPED = "striped"


@dataclass(frozen=True)
class Bar:
    """One bar and the words behind it; None: nothing can be said but the words."""

    value: float | None
    shown: str
    kind: Kind = Kind.SOLID


@dataclass(frozen=True)
class Row:
    """What bars are about, and the bars."""

    label: str
    bars: tuple[Bar, ...]
    spoken: str | None = None
    """The language of the label, where it is another one than the page's."""


@dataclass(frozen=True)
class Scale:
    """Turns values into places; nothing stands where bars begin."""

    least: float
    most: float

    def place(self, value: float) -> float:
        """Return where a value is, from 0 to `AREA`."""
        span = self.most - self.least
        return AREA * (value - self.least) / span if span else 0


def make_scale(rows: Sequence[Row], most: float = 0) -> Scale:
    """Return a scale for all values and nothing.

    :param most: the largest value there can be, where that is known.
    """
    values = [bar.value for row in rows for bar in row.bars if bar.value is not None]
    return Scale(min(0, *values, 0), max(most, *values, 0))


def draw_bars(
    frame: Frame, rows: Sequence[Row], *, most: float = 0, legend: Sequence[tuple[Kind, str]] = ()
) -> Markup:
    """Draw rows of bars, each below its label; values below nothing go to the other side.

    :param most: what the longest bar can be; 0: the largest value.
    :param legend: what the kinds stand for, where there are several.
    """
    scale, line = make_scale(rows, most), 0.0
    parts: list[Markup] = []
    for kind, words in legend:
        parts += _draw_legend(frame, kind, words, line)
        line += LINE + 0.25
    line += 0.4 if legend else 0
    for row in rows:
        for words in wrap(row.label):
            line += LINE
            parts.append(draw_text(frame, words, 0, line - 0.4, spoken=row.spoken))
        start = line
        for bar in row.bars:
            parts += _draw_bar(frame, scale, bar, line)
            line += _BAR + 0.2
        parts.append(_draw_axis(frame, scale, start - 0.1, line - 0.1))
        line += _GAP
    return draw_frame(frame, line, parts)


def _draw_legend(frame: Frame, kind: Kind, words: str, line: float) -> Iterator[Markup]:
    yield element("rect", _box(frame.bar(0, 0.07), line + 0.2, 0.9, kind))
    yield draw_text(frame, words, 0.07, line + 1, shift=0.5)


def _draw_bar(frame: Frame, scale: Scale, bar: Bar, line: float) -> Iterator[Markup]:
    nothing = scale.place(0)
    end = nothing if bar.value is None else scale.place(bar.value)
    if bar.value:
        first, last = sorted((nothing, end))
        yield element("rect", _box(frame.bar(first, last), line, _BAR, bar.kind))
    yield draw_text(frame, bar.shown, max(nothing, end), line + 0.95, shift=0.45)


def _box(sides: dict[str, str], line: float, height: float, kind: Kind) -> dict[str, object]:
    return {**sides, "y": em(line), "height": em(height), "class": f"bar bar-{kind}"}


def _draw_axis(frame: Frame, scale: Scale, start: float, end: float) -> Markup:
    """Draw where nothing is, beside the bars of a row."""
    place = frame.x(scale.place(0))
    ends = {"x1": place, "x2": place, "y1": em(start), "y2": em(end)}
    return element("line", {**ends, "class": "axis"})
