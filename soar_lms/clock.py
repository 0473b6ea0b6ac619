"""Time. Services take `now` as an argument; only the edges of the program ask the clock."""

from __future__ import annotations

from datetime import UTC, date, datetime
from zoneinfo import ZoneInfo


def utc_now() -> datetime:
    """Return the present moment, aware, in UTC."""
    return datetime.now(UTC)


def local_date(moment: datetime, time_zone: str) -> date:
    """Return the calendar day of `moment` where the clock shows `time_zone` (an IANA name)."""
    return moment.astimezone(ZoneInfo(time_zone)).date()
