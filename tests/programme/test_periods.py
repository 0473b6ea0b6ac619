"""Periods: the codes in addresses, and the days they stand for."""

from __future__ import annotations

from datetime import date, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from soar_lms.programme.periods import (
    MONTHS,
    Kind,
    find_around,
    list_back,
    list_quarters,
    own_period,
    read_period,
)

DAYS = st.dates(date(2001, 1, 1), date(2099, 12, 31))


@pytest.mark.parametrize(
    ("code", "first", "last"),
    [
        ("fy2027", date(2026, 10, 1), date(2027, 9, 30)),
        ("fy2027-q1", date(2026, 10, 1), date(2026, 12, 31)),
        ("fy2027-q2", date(2027, 1, 1), date(2027, 3, 31)),
        ("fy2027-q4", date(2027, 7, 1), date(2027, 9, 30)),
        ("2026", date(2026, 1, 1), date(2026, 12, 31)),
        ("2026-q4", date(2026, 10, 1), date(2026, 12, 31)),
        ("2028-02", date(2028, 2, 1), date(2028, 2, 29)),
    ],
)
def test_a_code_stands_for_its_days(code: str, first: date, last: date) -> None:
    period = read_period(code)

    assert period is not None
    assert (period.first, period.last, period.code) == (first, last, code)


@pytest.mark.parametrize(
    "code", ["", "own", "fy", "1999", "2101", "2026-13", "2026-00", "2026-q5", "fy2026-05", "²⁰²⁶"]
)
def test_what_is_no_code_is_no_period(code: str) -> None:
    assert read_period(code) is None


@given(day=DAYS, kind=st.sampled_from(sorted(MONTHS)))
def test_every_day_is_in_one_period_of_each_kind(day: date, kind: Kind) -> None:
    period = find_around(kind, day)

    assert period.first <= day <= period.last
    assert read_period(period.code) == period
    assert find_around(kind, period.last + timedelta(days=1)).first == period.last + timedelta(1)


@given(day=DAYS, kind=st.sampled_from(sorted(MONTHS)))
def test_periods_follow_one_another(day: date, kind: Kind) -> None:
    newer, older = list_back(kind, day, 2)

    assert older.last + timedelta(days=1) == newer.first


def test_the_quarters_of_a_fiscal_year_are_four() -> None:
    codes = [each.code for each in list_quarters(date(2026, 10, 1), date(2027, 9, 30))]

    assert codes == ["fy2027-q1", "fy2027-q2", "fy2027-q3", "fy2027-q4"]


def test_days_of_ones_own_are_one_period() -> None:
    period = own_period(date(2026, 11, 1), date(2026, 11, 2))

    assert (period.code, period.is_quarter, period.is_year) == ("own", False, False)
