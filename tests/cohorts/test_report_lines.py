"""The lines of a report as text: they say what its cells say, whoever stands in them."""

from __future__ import annotations

import csv
from collections.abc import Callable, Sequence
from datetime import date, datetime, timedelta
from io import StringIO
from itertools import product
from typing import Any
from zoneinfo import ZoneInfo

import pytest
from flask import Flask
from hypothesis import example, given
from hypothesis.strategies import integers, sampled_from

from soar_lms.certificates.codes import make_code
from soar_lms.cohorts.models import Cohort
from soar_lms.cohorts.report_cells import Cells, LocalDays, header
from soar_lms.cohorts.report_lines import Lines
from soar_lms.cohorts.report_query import Line
from soar_lms.i18n import speaking
from soar_lms.learning.renewal import Status
from tests.cohorts.conftest import MODULE, report_of
from tests.factories import NOW

NOW_SECONDS = int(NOW.timestamp())
YEAR = 365 * 86_400
TODAY = NOW.date().toordinal()
NAMES = ("Ana", "Paz, Ana", 'Ana "A" Paz', "=1+1", "Ana\nPaz", "", "Ngọc Đỗ")
STAGES = (
    ("invited", 0, 0, 0, None, None, None),
    ("in-progress", 0, 0, 0, "lessons:3", None, None),
    ("completed", TODAY - 30, 0, 0, "", 0, 1),
    ("completed", TODAY - 900, NOW_SECONDS - YEAR, NOW_SECONDS - 5, "", TODAY - 1, 2),
    ("completed", TODAY - 9, NOW_SECONDS + 9, NOW_SECONDS + YEAR, "", TODAY + 365, 1),
    ("renewing", TODAY - 900, NOW_SECONDS - YEAR, NOW_SECONDS + 9, "lessons:1", TODAY, 2),
)


@given(
    moment=integers(min_value=1, max_value=4_000_000_000),
    zone=sampled_from(
        ("UTC", "America/New_York", "Australia/Lord_Howe", "Asia/Kolkata", "Pacific/Apia")
    ),
)
@example(moment=1_793_512_799, zone="America/New_York")  # the clock goes back a second later
@example(moment=1_793_512_800, zone="America/New_York")
@example(moment=1_325_239_200, zone="Pacific/Apia")  # 2011-12-30 was left out there
def test_the_day_of_a_moment_is_that_of_its_zone(moment: int, zone: str) -> None:
    day = datetime.fromtimestamp(moment, ZoneInfo(zone)).date().isoformat()

    assert LocalDays(ZoneInfo(zone)).find_days([moment]) == [day]


def test_no_moment_has_no_day() -> None:
    assert LocalDays(ZoneInfo("UTC")).find_days([0]) == [""]


def make_lines(names: Sequence[str]) -> list[tuple[Any, ...]]:
    """Return lines of every stage, as the driver gives them."""
    lines = []
    for name, (state, completed, opens, expires, left, until, cycle) in product(names, STAGES):
        line = Line(
            rank=0,
            place_id=1,
            person_id=None,
            name=name,
            email="ana@example.org",
            sort_name=name,
            module_id=MODULE,
            state=state,
            setting="public-health" if cycle else "",
            language="es" if cycle else "",
            completed_day=completed,
            active_at=NOW_SECONDS if left else 0,
            opens_at=opens,
            expires_at=expires,
            steps_left=left,
            certificate_code=make_code() if completed else None,
            valid_until_day=until,
            cycle=cycle,
            content=None,
        )
        lines.append(tuple(line))
    return lines


@pytest.mark.parametrize("language", ["en", "es"])
@pytest.mark.parametrize("days", [None, -15, 15])
@pytest.mark.parametrize("names", [NAMES, NAMES[:1]], ids=["hostile", "plain"])
def test_a_line_is_its_cells(
    context: Flask,
    make_cohort: Callable[..., Cohort],
    names: Sequence[str],
    days: int | None,
    language: str,
) -> None:
    due: dict[str, date] = {} if days is None else {MODULE: NOW.date() + timedelta(days=days)}
    report, lines = report_of(make_cohort(due_days=due)), make_lines(names)

    with speaking(language):
        cells = Cells(report, "America/Chicago")
        written = list(csv.reader(StringIO(Lines(cells).write(lines), newline="")))
        wanted = [list(cells.texts(line)) for line in lines]

        assert written == wanted
        assert {len(row) for row in written} == {len(header())}


def test_stages_of_these_lines_are_those_that_a_day_changes(context: Flask, cohort: Cohort) -> None:
    cells = Cells(report_of(cohort), "UTC")

    states = [cells.find_state(state, opens, ends) for state, _, opens, ends, *_ in STAGES]

    assert {Status.EXPIRED, Status.RENEWING, Status.COMPLETED} <= set(states)
