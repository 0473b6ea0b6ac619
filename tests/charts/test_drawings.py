"""Charts: whole SVG, words escaped, nothing outside its frame, read from either side. Pure."""

from __future__ import annotations

from xml.etree import ElementTree as ET

import pytest
from hypothesis import given
from hypothesis import strategies as st
from markupsafe import Markup

from soar_lms.charts.bars import AREA, Bar, Kind, Row, draw_bars
from soar_lms.charts.spreads import Spread, draw_spreads
from soar_lms.charts.steps import Mark, Step, StepLine, draw_steps
from soar_lms.charts.svg import Frame

FRAME = Frame("steps", "Where people are", "Four of eight have completed.")
BACKWARDS = Frame("steps", "Where people are", "Four of eight have completed.", is_rtl=True)
HOSTILE = '</text><script>alert("1")</script>\'&'
LINE = StepLine(
    steps=[Step(0, 0.25), Step(0.5, 0.5)],
    until=0.75,
    due=Mark(0.6, "Due: May 6"),
    top="8 people",
    first="May 1",
    last="May 9",
    now="4",
)


def read(drawing: Markup) -> ET.Element:
    """Parse a drawing as the XML that it must be."""
    return ET.fromstring(str(drawing))  # our own


def words(drawing: Markup) -> list[str]:
    return [item.text or "" for item in read(drawing).iter("text")]


def share(written: str) -> float:
    assert written.endswith("%")
    return float(written.removesuffix("%")) / 100


def all_drawings(frame: Frame, words: str) -> list[Markup]:
    rows = [Row(words, (Bar(3, words), Bar(None, words, Kind.OUTLINE)))]
    spread = Spread(words, 20, 40, 60, words)
    line = StepLine([Step(0, 1)], 1, Mark(0.5, words), words, words, words, words)
    return [
        draw_bars(frame, rows, legend=[(Kind.OUTLINE, words)]),
        draw_spreads(frame, [spread], (0, 100), [words, words]),
        draw_steps(frame, line),
    ]


@pytest.mark.parametrize("number", range(3))
def test_a_drawing_says_what_it_shows(number: int) -> None:
    drawing = read(all_drawings(FRAME, "Begun")[number])

    assert drawing.get("role") == "img"
    assert drawing.find(f"title[@id='{drawing.get('aria-labelledby')}']") is not None
    description = drawing.find(f"desc[@id='{drawing.get('aria-describedby')}']")
    assert description is not None
    assert description.text == FRAME.finding


@pytest.mark.parametrize("number", range(3))
def test_words_are_never_markup(number: int) -> None:
    frame = Frame("steps", HOSTILE, HOSTILE)

    drawing = all_drawings(frame, HOSTILE)[number]

    assert {item.tag for item in read(drawing).iter()} <= {
        *("svg", "title", "desc", "text", "rect", "line", "path", "circle")
    }
    assert HOSTILE in "".join(item.text or "" for item in read(drawing).iter())
    assert "style=" not in drawing
    assert "<script" not in drawing


def test_a_bar_is_as_long_as_its_value() -> None:
    rows = [Row(f"Stage {value}", (Bar(value, str(value)),)) for value in (8, 2, 0)]

    bars = read(draw_bars(FRAME, rows)).findall("rect")

    assert [share(bar.get("width", "")) for bar in bars] == [AREA, AREA / 4]
    assert words(draw_bars(FRAME, rows)) == [
        *("Stage 8", "8"),
        *("Stage 2", "2"),
        *("Stage 0", "0"),
    ]


def test_a_value_below_nothing_is_on_the_other_side() -> None:
    rows = [Row("Up", (Bar(30, "+30"),)), Row("Down", (Bar(-10, "-10"),))]

    up, down = read(draw_bars(FRAME, rows)).findall("rect")

    nothing = share(up.get("x", ""))
    assert nothing == pytest.approx(AREA / 4)
    assert share(down.get("x", "")) + share(down.get("width", "")) == pytest.approx(nothing)


def test_a_long_label_stands_in_lines_that_a_phone_has_room_for() -> None:
    rows = [Row("A label that is longer than the narrowest of all phones", (Bar(1, "1"),))]

    assert words(draw_bars(FRAME, rows)) == [
        "A label that is longer than",
        "the narrowest of all phones",
        "1",
    ]


def test_kinds_are_told_apart_by_a_legend() -> None:
    rows = [Row("0 to 19", (Bar(1, "1", Kind.OUTLINE), Bar(2, "2")))]
    legend = [(Kind.OUTLINE, "Before"), (Kind.SOLID, "After")]

    drawing = draw_bars(FRAME, rows, legend=legend)

    assert words(drawing)[:2] == ["Before", "After"]
    kinds = [rect.get("class") for rect in read(drawing).findall("rect")]
    assert kinds == ["bar bar-outline", "bar bar-solid"] * 2


def test_what_comes_after_the_due_day_is_a_line_of_its_own() -> None:
    inside = read(draw_steps(FRAME, LINE)).find("svg")

    assert inside is not None
    before, after = inside.findall("path")
    assert (before.get("class"), after.get("class")) == ("line", "line line-late")
    assert before.get("d") == "M0 75H500V50H600"
    assert after.get("d") == "M600 50H750"


@pytest.mark.parametrize("due", [None, Mark(0.9, "Due: May 8")])
def test_a_line_ends_today(due: Mark | None) -> None:
    line = StepLine(LINE.steps, 0.75, due, "8", "May 1", "May 9", "4")

    inside = read(draw_steps(FRAME, line)).find("svg")

    assert inside is not None
    assert [path.get("d") for path in inside.findall("path")] == ["M0 75H500V50H750"]


def test_from_right_to_left_everything_is_mirrored() -> None:
    rows = [Row("Joined", (Bar(8, "8"),))]
    (there,), (back,) = (
        read(draw_bars(frame, rows)).findall("rect") for frame in (FRAME, BACKWARDS)
    )
    lines = read(draw_steps(BACKWARDS, LINE)).find("svg")

    assert share(there.get("x", "")) == 0
    assert share(back.get("x", "")) == pytest.approx(1 - AREA)
    assert lines is not None
    assert lines.findall("path")[0].get("d") == "M1000 75H500V50H400"


def test_a_box_is_where_the_middle_half_is() -> None:
    drawing = draw_spreads(
        FRAME, [Spread("Before", 25, 50, 75, "25, 50, 75")], (0, 100), ["0", "9"]
    )

    (box,) = read(drawing).findall("rect")
    (middle,) = [line for line in read(drawing).findall("line") if line.get("class") == "middle"]

    assert share(box.get("x", "")) == pytest.approx(0.25, abs=0.02)
    assert share(box.get("width", "")) == pytest.approx(0.5, abs=0.02)
    assert share(middle.get("x1", "")) == 0.5


values = st.floats(-1e6, 1e6) | st.integers(-5, 20_000) | st.none()


@given(st.lists(st.lists(values, min_size=1, max_size=3), max_size=6), st.booleans())
def test_no_bar_leaves_its_frame(rows: list[list[float | None]], is_rtl: bool) -> None:
    frame = Frame("any", "Any", "Any.", is_rtl)
    made = [Row("Row", tuple(Bar(value, "1") for value in row)) for row in rows]

    for rect in read(draw_bars(frame, made)).findall("rect"):
        start, width = share(rect.get("x", "")), share(rect.get("width", ""))
        assert width >= 0
        assert -1e-4 <= start <= start + width <= 1 + 1e-4
