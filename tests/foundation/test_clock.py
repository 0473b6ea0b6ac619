"""The calendar day of a moment, at the borders of zones, of summer time, of years."""

from __future__ import annotations

from datetime import UTC, date, datetime

import pytest

from soar_lms.clock import local_date


@pytest.mark.parametrize(
    ("moment", "zone", "day"),
    [
        pytest.param("2027-01-01T09:59:59", "Pacific/Honolulu", "2026-12-31", id="honolulu-before"),
        pytest.param("2027-01-01T10:00:00", "Pacific/Honolulu", "2027-01-01", id="honolulu-after"),
        pytest.param("2026-12-31T13:59:59", "Pacific/Guam", "2026-12-31", id="guam-before"),
        pytest.param("2026-12-31T14:00:00", "Pacific/Guam", "2027-01-01", id="guam-after"),
        pytest.param("2026-12-31T10:59:59", "Pacific/Auckland", "2026-12-31", id="auckland-before"),
        pytest.param("2026-12-31T11:00:00", "Pacific/Auckland", "2027-01-01", id="auckland-after"),
        pytest.param("2026-12-31T13:29:59", "Australia/Adelaide", "2026-12-31", id="half-before"),
        pytest.param("2026-12-31T13:30:00", "Australia/Adelaide", "2027-01-01", id="half-after"),
        pytest.param("2026-12-31T23:59:59", "UTC", "2026-12-31", id="utc"),
        # Clocks go forward at 2 a.m. on March 14, 2027: that day has 23 hours.
        pytest.param("2027-03-14T04:59:59", "America/New_York", "2027-03-13", id="gap-before"),
        pytest.param("2027-03-14T05:00:00", "America/New_York", "2027-03-14", id="gap-first"),
        pytest.param("2027-03-15T03:59:59", "America/New_York", "2027-03-14", id="gap-last"),
        pytest.param("2027-03-15T04:00:00", "America/New_York", "2027-03-15", id="gap-after"),
        # And back at 2 a.m. on November 1, 2026: that day has 25 hours.
        pytest.param("2026-11-01T03:59:59", "America/New_York", "2026-10-31", id="twice-before"),
        pytest.param("2026-11-01T05:30:00", "America/New_York", "2026-11-01", id="twice-first"),
        pytest.param("2026-11-01T06:30:00", "America/New_York", "2026-11-01", id="twice-second"),
        pytest.param("2026-11-02T04:59:59", "America/New_York", "2026-11-01", id="twice-last"),
        pytest.param("2028-02-29T09:59:59", "Pacific/Honolulu", "2028-02-28", id="leap-before"),
        pytest.param("2028-03-01T09:59:59", "Pacific/Honolulu", "2028-02-29", id="leap-day"),
    ],
)
def test_the_zone_decides_which_day_it_is(moment: str, zone: str, day: str) -> None:
    at = datetime.fromisoformat(moment).replace(tzinfo=UTC)

    assert local_date(at, zone) == date.fromisoformat(day)
