"""Time. Services take `now` as an argument; only the edges of the program ask the clock."""

from __future__ import annotations

from calendar import monthrange
from datetime import UTC, date, datetime, time
from zoneinfo import ZoneInfo


def utc_now() -> datetime:
    """Return the present moment, aware, in UTC."""
    return datetime.now(UTC)


def local_date(moment: datetime, time_zone: str) -> date:
    """Return the calendar day of `moment` where the clock shows `time_zone` (an IANA name)."""
    return moment.astimezone(ZoneInfo(time_zone)).date()


def start_of_day(day: date, time_zone: str) -> datetime:
    """Return the moment, in UTC, at which a calendar day begins where the clock shows `time_zone`.

    Of a day that begins twice it is the first time; where the clock jumps over midnight, the jump.
    """
    return datetime.combine(day, time.min, ZoneInfo(time_zone)).astimezone(UTC)


def add_months(day: date, months: int) -> date:
    """Return the same day of the month, `months` later; the month's last day if it is shorter."""
    year, month = divmod(day.year * 12 + day.month - 1 + months, 12)
    return date(year, month + 1, min(day.day, monthrange(year, month + 1)[1]))
