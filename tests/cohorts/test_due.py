"""What is due when, who is late: the rules, and the filter that asks the database the same."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta
from typing import Any

import pytest
from flask import Flask
from flask.testing import FlaskClient

from soar_lms.accounts.models import Person
from soar_lms.cohorts.due import Timing, due_days
from soar_lms.cohorts.filters import Due, RowState, Sort, Waiting
from soar_lms.cohorts.models import Cohort, CohortModule
from soar_lms.database import db, transaction
from soar_lms.learning.renewal import Status
from tests.cohorts.conftest import MODULE, report_of
from tests.factories import NOW
from tests.support.page import get_page

Stages = dict[str, Person]
TODAY = NOW.date()


@pytest.mark.parametrize(
    ("day", "due"),
    [(-1, Due.LATE), (0, Due.WEEK), (7, Due.WEEK), (8, Due.LATER)],
)
def test_a_day_passes_at_its_midnight_and_is_near_for_a_week(day: int, due: Due) -> None:
    days = due_days({"m": TODAY + timedelta(days=day)}, "UTC", NOW)

    assert {item: days.modules_that_are(item) for item in (Due.LATE, Due.WEEK, Due.LATER)} == {
        item: ["m"] if item is due else [] for item in (Due.LATE, Due.WEEK, Due.LATER)
    }


def test_a_day_ends_where_the_group_is() -> None:
    moment = datetime(2026, 11, 22, 3, tzinfo=UTC)

    here, there = (
        due_days({"m": date(2026, 11, 21)}, zone, moment) for zone in ("UTC", "America/New_York")
    )

    assert (here.modules_that_are(Due.LATE), there.modules_that_are(Due.LATE)) == (["m"], [])


@pytest.mark.parametrize(
    ("state", "expires", "completed", "cycle", "timing"),
    [
        (Waiting.INVITED, 0, 0, 1, Timing.LATE),
        (Status.PASSED, 0, 0, 1, Timing.LATE),
        (Status.COMPLETED, 0, 9, 1, None),
        (Status.COMPLETED, 0, 11, 1, Timing.COMPLETED_LATE),
        (Status.COMPLETED, 0, 11, 2, None),
        (Status.EXPIRED, 5, 1, 1, Timing.LATE),
        (Status.EXPIRED, 12, 1, 1, None),
        (Status.RENEWING, 12, 1, 2, None),
        (Status.RENEWING, 5, 1, 2, Timing.LATE),
    ],
)
def test_in_time_is_whoever_was_certified_when_the_day_ended(
    state: RowState, expires: int, completed: int, cycle: int, timing: Timing | None
) -> None:
    day = date(2026, 6, 10)
    days = due_days({"m": day}, "UTC", datetime(2026, 6, 30, tzinfo=UTC))
    start = int(datetime(2026, 6, 1, tzinfo=UTC).timestamp())

    said = days.timing(
        "m",
        state,
        start + 86_400 * expires if expires else 0,
        date(2026, 6, completed).toordinal() if completed else 0,
        cycle,
    )

    assert said is timing
    assert days.timing("other", state, 0, 0, 1) is None


def set_due(cohort: Cohort, day: date | None) -> None:
    with transaction() as session:
        session.query(CohortModule).filter_by(cohort_id=cohort.id).update({"due_on": day})


@pytest.mark.parametrize(
    ("days", "due"),
    [(-1, Due.LATE), (3, Due.WEEK), (30, Due.LATER), (None, Due.NONE)],
)
@pytest.mark.parametrize("sort", [Sort.STATE, Sort.DUE, Sort.ACTIVE])
@pytest.mark.parametrize("asked", [{}, {"module": MODULE}], ids=["any", "module"])
def test_the_filter_leaves_who_has_not_done_what_is_due_so_soon(
    context: Flask,
    cohort: Cohort,
    stages: Stages,
    days: int | None,
    due: Due,
    sort: Sort,
    asked: dict[str, Any],
) -> None:
    set_due(cohort, None if days is None else TODAY + timedelta(days=days))

    found = {
        item: {row.name for row in report_of(cohort, due=item, sort=sort, **asked).list_rows()}
        for item in Due
    }

    everybody = {row.name for row in report_of(cohort).list_rows()}
    wanted = everybody if due is Due.NONE else everybody - {"Aaron Done"}
    assert found == {item: wanted if item is due else set() for item in Due}
    report = report_of(cohort, due=due, sort=sort, **asked)
    page = report.read_page(None, report.count())
    assert {row.name for row in page.rows} == wanted
    assert report.count_shown(report.count()) is None
    assert report.count_exactly() == len(wanted)


def test_page_and_file_say_who_is_late_and_who_was(
    app: Flask, as_trainer: FlaskClient, cohort: Cohort, stages: Stages
) -> None:
    with app.app_context():
        set_due(db.session.get_one(Cohort, cohort.id), date(2026, 11, 1))

    page = get_page(as_trainer, f"/en/cohorts/{cohort.id}")
    file = as_trainer.get(f"/en/cohorts/{cohort.id}/members.csv?due=late").text

    late = [item.get_text(strip=True) for item in page.select("td .late")]
    assert late == ["Late"] * 4 + ["Completed late"]
    assert [line.split(",")[-2:] for line in file.splitlines()[1:]] == [["2026-11-01", "Late"]] * 4


def test_without_days_nothing_is_said_of_them(
    as_trainer: FlaskClient, cohort: Cohort, stages: Stages
) -> None:
    page = get_page(as_trainer, f"/en/cohorts/{cohort.id}")

    assert not page.select("#due, .late")
