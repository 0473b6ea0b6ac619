"""A line that rises in steps: how many have done something, day by day, and the day it is due."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from markupsafe import Markup

from soar_lms.charts.svg import LINE, Frame, draw_frame, draw_text, element, em

_TOP, _HEIGHT, _WIDTH = 2.9, 9.0, 1000


@dataclass(frozen=True)
class Step:
    """A place along the time (from 0 to 1) from which on the line stands at a height (0 to 1)."""

    place: float
    height: float


@dataclass(frozen=True)
class Mark:
    """A place along the time that has a name."""

    place: float
    words: str


@dataclass(frozen=True)
class StepLine:
    """What is drawn: the first step is at the place where the line begins."""

    steps: Sequence[Step]
    until: float
    """Where the line ends: today."""
    due: Mark | None
    """From here on the line is broken: what comes after it is late."""
    top: str
    """What the whole height stands for."""
    first: str
    last: str
    """The days at the ends."""
    now: str
    """What the line has reached."""


def draw_steps(frame: Frame, line: StepLine) -> Markup:
    """Draw a line that rises in steps, and where it was due."""
    parts: list[Markup] = [*_draw_edges(frame, line), *_draw_lines(frame, line)]
    if line.due is not None:
        parts += _draw_due(frame, line.due)
    parts += _draw_end(frame, line)
    return draw_frame(frame, _TOP + _HEIGHT + LINE + 0.4, parts)


def _draw_edges(frame: Frame, line: StepLine) -> Iterator[Markup]:
    for height, name in ((1, "axis axis-soft"), (0, "axis")):
        level = em(_level(height))
        yield element("line", {"x1": "0%", "x2": "100%", "y1": level, "y2": level, "class": name})
    yield draw_text(frame, line.top, 0, _TOP - 0.4)
    bottom = _TOP + _HEIGHT + LINE
    yield draw_text(frame, line.first, 0, bottom)
    yield draw_text(frame, line.last, 1, bottom, anchor="end")


def _draw_lines(frame: Frame, line: StepLine) -> Iterator[Markup]:
    """Draw the line before and after the due day in a picture that is stretched to its place."""
    split = line.until if line.due is None else min(line.due.place, line.until)
    pieces = [("line", 0.0, split), ("line line-late", split, line.until)]
    paths = [
        element(
            "path",
            {
                "d": _trace(frame, line.steps, start, end),
                "class": name,
                "vector-effect": "non-scaling-stroke",
            },
        )
        for name, start, end in pieces
        if end > start
    ]
    place = {"x": "0", "y": em(_TOP), "width": "100%", "height": em(_HEIGHT)}
    box = {"viewBox": f"0 0 {_WIDTH} 100", "preserveAspectRatio": "none", "overflow": "visible"}
    yield element("svg", {**place, **box}, *paths)


def _trace(frame: Frame, steps: Sequence[Step], start: float, end: float) -> str:
    """Return the path from one place to another."""
    before = [step.height for step in steps if step.place <= start]
    path = f"M{_x(frame, start)} {_y(before[-1] if before else 0)}"
    for step in steps:
        if start < step.place <= end:
            path += f"H{_x(frame, step.place)}V{_y(step.height)}"
    return f"{path}H{_x(frame, end)}"


def _x(frame: Frame, place: float) -> str:
    return f"{round(_WIDTH * (1 - place if frame.is_rtl else place), 1):g}"


def _y(height: float) -> str:
    return f"{round(100 * (1 - height), 2):g}"


def _level(height: float) -> float:
    return _TOP + _HEIGHT * (1 - height)


def _draw_due(frame: Frame, due: Mark) -> Iterator[Markup]:
    place = frame.x(due.place)
    ends = {"y1": em(LINE), "y2": em(_level(0))}
    yield element("line", {"x1": place, "x2": place, **ends, "class": "due"})
    anchor = "start" if due.place < 0.4 else "end" if due.place > 0.6 else "middle"
    yield draw_text(frame, due.words, due.place, LINE - 0.35, anchor=anchor)


def _draw_end(frame: Frame, line: StepLine) -> Iterator[Markup]:
    height = line.steps[-1].height if line.steps else 0
    yield element(
        "circle",
        {"cx": frame.x(line.until), "cy": em(_level(height)), "r": "0.32em", "class": "end"},
    )
    beside = 1.5 if height > 0.5 else -0.7
    anchor = "end" if line.until > 0.5 else "start"
    yield draw_text(frame, line.now, line.until, _level(height) + beside, anchor=anchor)
