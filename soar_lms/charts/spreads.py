"""Boxes: where the middle half of some values lies, and the one in the middle."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from markupsafe import Markup

from soar_lms.charts.svg import LINE, Frame, draw_frame, draw_text, element, em, wrap

_BOX, _GAP, _INSET = 1.3, 0.9, 0.01


@dataclass(frozen=True)
class Spread:
    """The quartiles of some values, and how they are written."""

    label: str
    low: float
    middle: float
    high: float
    shown: str


def draw_spreads(
    frame: Frame, spreads: Sequence[Spread], ends: tuple[float, float], marks: Sequence[str]
) -> Markup:
    """Draw a box for each spread, on one axis.

    :param ends: the least and the most that a value can be.
    :param marks: what is written below the axis, in equal distances from its start to its end.
    """
    parts: list[Markup] = []
    line = 0.0
    for spread in spreads:
        for words in [*wrap(spread.label), *wrap(spread.shown)]:
            line += LINE
            parts.append(draw_text(frame, words, 0, line - 0.3))
        parts += _draw_box(frame, spread, ends, line + 0.1)
        line += _BOX + _GAP
    parts += _draw_marks(frame, marks, line)
    return draw_frame(frame, line + LINE, parts)


def _draw_box(
    frame: Frame, spread: Spread, ends: tuple[float, float], line: float
) -> Iterator[Markup]:
    least, most = ends
    low, middle, high = (
        _INSET + (1 - 2 * _INSET) * (value - least) / (most - least)
        for value in (spread.low, spread.middle, spread.high)
    )
    centre = em(line + _BOX / 2)
    yield element(
        "line", {"x1": "0%", "x2": "100%", "y1": centre, "y2": centre, "class": "axis axis-soft"}
    )
    sides = frame.bar(max(0, low - _INSET / 2), min(1, high + _INSET / 2))
    box = {"y": em(line), "height": em(_BOX), "class": "bar bar-outline"}
    yield element("rect", {**sides, **box})
    ends_of_mark = {"y1": em(line - 0.15), "y2": em(line + _BOX + 0.15)}
    place = frame.x(middle)
    yield element("line", {"x1": place, "x2": place, **ends_of_mark, "class": "middle"})


def _draw_marks(frame: Frame, marks: Sequence[str], line: float) -> Iterator[Markup]:
    for number, words in enumerate(marks):
        place = number / (len(marks) - 1)
        anchor = {0.0: "start", 1.0: "end"}.get(place, "middle")
        yield draw_text(frame, words, place, line + 0.5, anchor=anchor)
