"""When follow-ups are due: calendar months, and hours when people read e-mail."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from soar_lms.clock import add_months
from soar_lms.learning.follow_up_dates import (
    FIRST_HOUR,
    LAST_HOUR,
    civil_moment,
    closes_at,
    closing_day,
    due_day,
    opens_at,
)

NEW_YORK = "America/New_York"
ZONES = st.sampled_from(
    [NEW_YORK, "America/Phoenix", "Pacific/Honolulu", "Pacific/Guam", "America/Puerto_Rico", "UTC"]
)
FIRST = datetime(2024, 1, 1, tzinfo=UTC)
MOMENTS = st.integers(0, 8 * 366 * 24 * 60).map(lambda minutes: FIRST + timedelta(minutes=minutes))


def at(text: str) -> datetime:
    return datetime.fromisoformat(text).replace(tzinfo=UTC)


@pytest.mark.parametrize(
    ("day", "months", "later"),
    [
        (date(2026, 11, 22), 3, date(2027, 2, 22)),
        (date(2026, 11, 30), 3, date(2027, 2, 28)),
        (date(2027, 11, 30), 3, date(2028, 2, 29)),
        (date(2026, 5, 31), 1, date(2026, 6, 30)),
        (date(2026, 12, 31), 12, date(2027, 12, 31)),
        (date(2026, 1, 1), 24, date(2028, 1, 1)),
    ],
    ids=str,
)
def test_months_are_those_of_the_calendar(day: date, months: int, later: date) -> None:
    assert add_months(day, months) == later


@pytest.mark.parametrize(
    ("completed_at", "zone", "due"),
    [
        pytest.param("2026-12-01T04:30", NEW_YORK, date(2027, 2, 28), id="still-yesterday"),
        pytest.param("2026-12-01T05:30", NEW_YORK, date(2027, 3, 1), id="already-today"),
        pytest.param("2026-11-30T14:30", "Pacific/Guam", date(2027, 3, 1), id="already-tomorrow"),
    ],
)
def test_months_are_counted_from_the_day_where_the_learner_is(
    completed_at: str, zone: str, due: date
) -> None:
    assert due_day(at(completed_at), zone, 3) == due


@pytest.mark.parametrize(
    ("day", "zone", "moment"),
    [
        pytest.param(date(2027, 3, 13), NEW_YORK, "2027-03-13T14:00", id="winter"),
        pytest.param(date(2027, 3, 14), NEW_YORK, "2027-03-14T13:00", id="clocks-go-forward"),
        pytest.param(date(2027, 11, 7), NEW_YORK, "2027-11-07T14:00", id="clocks-go-back"),
        pytest.param(date(2027, 3, 14), "America/Phoenix", "2027-03-14T16:00", id="no-change"),
        pytest.param(date(2027, 3, 14), "Pacific/Guam", "2027-03-13T23:00", id="other-side"),
    ],
)
def test_the_invitation_is_written_at_nine_on_the_learners_clock(
    day: date, zone: str, moment: str
) -> None:
    assert opens_at(day, zone) == at(moment)


def test_it_can_be_answered_until_the_last_day_is_over() -> None:
    due_on = date(2026, 11, 30)

    assert closing_day(due_on) == date(2027, 2, 28)
    assert closes_at(due_on, NEW_YORK) == at("2027-03-01T14:00")


@pytest.mark.parametrize(
    ("moment", "civil"),
    [
        pytest.param("2027-02-22T13:59", "2027-02-22T14:00", id="a-minute-too-early"),
        pytest.param("2027-02-22T14:00", "2027-02-22T14:00", id="nine"),
        pytest.param("2027-02-23T00:59", "2027-02-23T00:59", id="one-minute-to-eight"),
        pytest.param("2027-02-23T01:00", "2027-02-23T14:00", id="eight-in-the-evening"),
        pytest.param("2027-03-14T06:30", "2027-03-14T13:00", id="the-night-of-the-change"),
    ],
)
def test_at_night_it_waits_until_morning(moment: str, civil: str) -> None:
    assert civil_moment(at(moment), NEW_YORK) == at(civil)


@given(MOMENTS, ZONES)
def test_a_civil_moment_is_by_day_soon_and_stays_where_it_is(moment: datetime, zone: str) -> None:
    found = civil_moment(moment, zone)

    assert FIRST_HOUR <= found.astimezone(ZoneInfo(zone)).time() < LAST_HOUR
    assert timedelta(0) <= found - moment < timedelta(hours=15)
    assert civil_moment(found, zone) == found


@given(st.dates(date(2024, 1, 1), date(2032, 1, 1)))
def test_three_reminders_at_the_longest_pause_fit_before_the_end(due_on: date) -> None:
    assert closing_day(due_on) - due_on > timedelta(days=3 * 28 + 1)
