"""A report: what is shown, hidden, and rounded, so that nothing can be subtracted."""

from __future__ import annotations

from datetime import UTC, date, datetime

import pytest
from flask import Flask

from soar_lms.database import transaction
from soar_lms.programme.periods import Period, own_period, read_period
from soar_lms.programme.questions import Dimension, Measure, Question
from soar_lms.programme.services import ProgrammeReport, make_report
from soar_lms.programme.sheets import Sheets
from soar_lms.programme.wording import list_values
from tests.programme.people import DAY, begin, complete, make_people

NOW = datetime(2027, 2, 1, 15, tzinfo=UTC)
MAY = date(2027, 5, 10)
LATER = datetime(2028, 2, 1, 15, tzinfo=UTC)


def period_of(code: str) -> Period:
    period = read_period(code)
    assert period is not None
    return period


def report_of(
    code: str = "fy2027-q1",
    rows: Dimension = Dimension.TERRITORY,
    columns: Dimension | None = None,
    now: datetime = NOW,
    **filters: str,
) -> ProgrammeReport:
    question = Question(
        period=period_of(code) if code != "own" else own_period(DAY, DAY),
        rows=rows,
        columns=columns,
        filters={Dimension(name): value for name, value in filters.items()},
    )
    zone = "America/New_York"
    return make_report(question, list_values(), floor=10, zone=zone, now=now)


def lines_of(report: ProgrammeReport) -> dict[str, list[int | None]]:
    return {line.label: list(line.numbers) for line in Sheets(report, list_values()).main().lines}


@pytest.fixture
def trained(context: Flask) -> Flask:
    """Three states with enough people and two without."""
    with transaction():
        for territory, number in {"TX": 33, "CA": 24, "NM": 13, "GU": 4, "PR": 3}.items():
            people = make_people(number, territory=territory)
            complete(people[: number // 3], setting="public-health")
            complete(people[number // 3 :])
    return context


def test_small_lines_are_hidden_and_the_next_one_with_them(trained: Flask) -> None:
    lines = lines_of(report_of())

    assert lines == {
        "California": [24, 24, 24],
        "Texas": [33, 33, 33],
        "Hidden lines together": [20, 20, 20],
        "Total": [77, 77, 77],
    }


def test_the_names_of_hidden_lines_are_told(trained: Flask) -> None:
    notes = Sheets(report_of(), list_values()).main().notes

    assert notes == [
        "Too small to show alone: Guam; New Mexico; Puerto Rico.",
        "Where a place or a profession is not named, nobody is counted.",
    ]


def test_a_crossed_table_adds_up_and_hides_the_same_lines(trained: Flask) -> None:
    lines = lines_of(report_of(columns=Dimension.SETTING))

    assert [numbers[-1] for numbers in lines.values()] == [24, 33, 20, 77]
    assert sum(numbers.count(None) for numbers in lines.values()) == 4


def test_nothing_is_shown_of_too_few(context: Flask) -> None:
    with transaction():
        complete(make_people(9, territory="TX"))

    report = report_of()

    assert lines_of(report) == {"Total": [None, None, None]}
    assert [number for _, number in Sheets(report, list_values()).totals()] == [None, None, None]
    assert report.trained.quarters[-1] is None


def test_nobody_is_told_as_zero(context: Flask) -> None:
    assert lines_of(report_of()) == {"Total": [0, 0, 0]}


# --- comparing reports ------------------------------------------------------------------------


@pytest.mark.parametrize("code", ["2026-11", "own"])
def test_what_is_no_quarter_is_rounded(trained: Flask, code: str) -> None:
    """A month or a day less or more would give away what lies between."""
    assert lines_of(report_of(code))["Total"] == [80, 80, 80]


def test_what_is_filtered_is_rounded(trained: Flask) -> None:
    assert lines_of(report_of(territory="TX")) == {"Texas": [30, 30, 30], "Total": [30, 30, 30]}


@pytest.mark.parametrize(
    "territory", [pytest.param("GU", id="too-few"), pytest.param("NM", id="hidden-with-them")]
)
def test_a_filter_for_a_hidden_line_shows_nothing(trained: Flask, territory: str) -> None:
    report = report_of(territory=territory)

    assert lines_of(report) == {"Total": [None, None, None]}
    assert set(report.trained.quarters) == {None}


def test_a_filter_for_a_line_that_nobody_is_in_is_zero(trained: Flask) -> None:
    assert lines_of(report_of(territory="VT")) == {"Total": [0, 0, 0]}


def test_a_filter_that_leaves_out_too_few_shows_nothing(context: Flask) -> None:
    """All in English, less those on the whole: three would be left."""
    with transaction():
        complete(make_people(40), language="en")
        complete(make_people(3), language="es")

    assert lines_of(report_of(language="en"))["Total"][:2] == [None, None]


def test_the_note_on_hidden_numbers_is_true_where_others_are_shown(context: Flask) -> None:
    with transaction():
        complete(make_people(3))
        for person in make_people(15):
            begin(person)

    report = report_of()
    sheet = Sheets(report, list_values()).main()

    assert lines_of(report)["Total"] == [None, None, 18]
    assert sheet.notes == [
        "Numbers are hidden where too few people are counted, or too few are left out."
    ]


def test_the_lines_of_a_year_are_rounded_and_its_total_is_exact(trained: Flask) -> None:
    lines = lines_of(report_of("fy2027"))

    assert lines["Texas"] == [30, 30, 30]
    assert lines["Total"] == [77, 77, 77]


def test_the_total_of_a_year_is_rounded_where_a_quarter_is_hidden(trained: Flask) -> None:
    """The year less its other quarters would be the hidden one."""
    with transaction():
        complete(make_people(4, territory="TX"), day=MAY)

    report = report_of("fy2027", now=LATER)

    assert lines_of(report)["Total"][:2] == [80, 80]
    assert report.trained.total_base == 10


def test_quarters_are_those_of_their_own_reports(trained: Flask) -> None:
    with transaction():
        complete(make_people(12), day=MAY)

    quarters = Sheets(report_of("fy2027", now=LATER), list_values()).quarters()

    shown = {line.label: list(line.numbers)[:2] for line in quarters.lines}
    assert shown["Fiscal year 2027, quarter 1"] == [77, 77]
    assert shown["Fiscal year 2027, quarter 2"] == [0, 0]
    assert shown["Fiscal year 2027, quarter 3"] == [12, 12]


# --- what is counted --------------------------------------------------------------------------


def test_people_who_only_began_are_counted_apart(context: Flask) -> None:
    with transaction():
        for person in make_people(15, territory="TX"):
            begin(person)

    assert lines_of(report_of())["Texas"] == [0, 0, 15]


def test_beginners_do_not_hide_who_was_trained(context: Flask) -> None:
    with transaction():
        complete(make_people(30, territory="TX"))
        complete(make_people(30, territory="CA"))
        for person in make_people(2, territory="NM"):
            begin(person)

    lines = lines_of(report_of())

    assert lines["Texas"][:2] == [30, 30]
    assert lines["New Mexico"] == [0, 0, None]


@pytest.mark.parametrize(
    ("measure", "total"), [(Measure.PEOPLE, 20), (Measure.COMPLETIONS, 40), (Measure.BEGAN, 20)]
)
def test_a_crossed_table_has_the_measure_that_was_chosen(
    context: Flask, measure: Measure, total: int
) -> None:
    with transaction():
        people = make_people(20, territory="TX")
        complete(people)
        complete(people, module="another")
    question = Question(period_of("fy2027-q1"), Dimension.MODULE, Dimension.LANGUAGE, measure)

    report = make_report(question, list_values(), floor=10, zone="UTC", now=NOW)

    assert lines_of(report)["Total"][-1] == total
    assert Sheets(report, list_values()).main().title.endswith("by module and language")
