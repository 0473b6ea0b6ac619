"""The periods that programmes report by: federal fiscal years, calendar years, their parts. Pure.

The fiscal year of the United States begins on October 1 of the year before (31 U.S.C. 1102), so its
quarters are those of the calendar under other names.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from enum import StrEnum

from soar_lms.clock import add_months

FIRST_YEAR, LAST_YEAR = 2000, 2100
_CODE = re.compile(r"(?P<fiscal>fy)?(?P<year>\d{4})(-q(?P<quarter>[1-4])|-(?P<month>\d{2}))?")


class Kind(StrEnum):
    """What a period is; the word stands in no address."""

    FISCAL_QUARTER = "fiscal-quarter"
    FISCAL_YEAR = "fiscal-year"
    QUARTER = "quarter"
    YEAR = "year"
    MONTH = "month"
    OWN = "own"


MONTHS = {
    Kind.FISCAL_QUARTER: 3,
    Kind.FISCAL_YEAR: 12,
    Kind.QUARTER: 3,
    Kind.YEAR: 12,
    Kind.MONTH: 1,
}


@dataclass(frozen=True)
class Period:
    """Days from a first to a last one."""

    kind: Kind
    first: date
    last: date
    year: int = 0
    number: int = 0
    """Of the quarter or month in its year; 0 for a year."""

    @property
    def code(self) -> str:
        """What it is called in an address."""
        if self.kind is Kind.OWN:
            return Kind.OWN
        fiscal = "fy" if self.kind in {Kind.FISCAL_QUARTER, Kind.FISCAL_YEAR} else ""
        part = {1: f"-{self.number:02}", 3: f"-q{self.number}", 12: ""}[MONTHS[self.kind]]
        return f"{fiscal}{self.year}{part}"

    @property
    def is_quarter(self) -> bool:
        return self.kind in {Kind.FISCAL_QUARTER, Kind.QUARTER}

    @property
    def is_year(self) -> bool:
        return self.kind in {Kind.FISCAL_YEAR, Kind.YEAR}


def read_period(code: str) -> Period | None:
    """Return the period of a code like fy2027-q1, 2026-q4, fy2027, 2026 or 2026-11; else None."""
    found = _CODE.fullmatch(code) if code.isascii() else None
    if found is None or not FIRST_YEAR <= int(found["year"]) <= LAST_YEAR:
        return None
    year, month = int(found["year"]), int(found["month"] or 0)
    if found["month"]:
        is_there = 1 <= month <= 12 and not found["fiscal"]
        return _make(Kind.MONTH, year, month, date(year, month, 1)) if is_there else None
    start = date(year - 1, 10, 1) if found["fiscal"] else date(year, 1, 1)
    if found["quarter"]:
        quarter = int(found["quarter"])
        kind = Kind.FISCAL_QUARTER if found["fiscal"] else Kind.QUARTER
        return _make(kind, year, quarter, add_months(start, 3 * (quarter - 1)))
    return _make(Kind.FISCAL_YEAR if found["fiscal"] else Kind.YEAR, year, 0, start)


def _make(kind: Kind, year: int, number: int, first: date) -> Period:
    last = add_months(first, MONTHS[kind]) - timedelta(days=1)
    return Period(kind, first, last, year, number)


def own_period(first: date, last: date) -> Period:
    """Return the period between two days that somebody chose."""
    return Period(Kind.OWN, first, last)


def find_around(kind: Kind, day: date) -> Period:
    """Return the period of a kind that a day is in."""
    fiscal_year, quarter = day.year + (day.month >= 10), (day.month + 2) // 3
    start_of_quarter = date(day.year, 3 * quarter - 2, 1)
    return {
        Kind.FISCAL_QUARTER: _make(kind, fiscal_year, quarter % 4 + 1, start_of_quarter),
        Kind.FISCAL_YEAR: _make(kind, fiscal_year, 0, date(fiscal_year - 1, 10, 1)),
        Kind.QUARTER: _make(kind, day.year, quarter, start_of_quarter),
        Kind.YEAR: _make(kind, day.year, 0, date(day.year, 1, 1)),
        Kind.MONTH: _make(kind, day.year, day.month, date(day.year, day.month, 1)),
    }[kind]


def list_back(kind: Kind, day: date, count: int) -> list[Period]:
    """Return the period that a day is in and those before it, the newest first."""
    periods = [find_around(kind, day)]
    while len(periods) < count:
        periods.append(find_around(kind, periods[-1].first - timedelta(days=1)))
    return periods


def list_quarters(first: date, last: date) -> Sequence[Period]:
    """Return the fiscal quarters that have a day between two, the oldest first."""
    quarters = [find_around(Kind.FISCAL_QUARTER, last)]
    while quarters[-1].first > first:
        before = quarters[-1].first - timedelta(days=1)
        quarters.append(find_around(Kind.FISCAL_QUARTER, before))
    return quarters[::-1]
