"""When a follow-up is due, at hours when people read e-mail. Pure."""

from __future__ import annotations

from datetime import UTC, date, datetime, time, timedelta
from zoneinfo import ZoneInfo

from soar_lms.clock import add_months, local_date

FIRST_HOUR, LAST_HOUR = time(9), time(20)
"""E-mail is written from 9:00 until before 20:00, on the learner's clock."""
OPEN_MONTHS = 3
"""How long a follow-up can be answered; longer than its reminders can take (3 times 28 days)."""


def due_day(completed_at: datetime, time_zone: str, months: int) -> date:
    """Return the day of the invitation: so many calendar months after the local completion."""
    return add_months(local_date(completed_at, time_zone), months)


def opens_at(due_on: date, time_zone: str) -> datetime:
    """Return when the invitation is written: at 9:00 on its day."""
    return datetime.combine(due_on, FIRST_HOUR, ZoneInfo(time_zone)).astimezone(UTC)


def closing_day(due_on: date) -> date:
    """Return the last day on which the follow-up can be answered."""
    return add_months(due_on, OPEN_MONTHS)


def closes_at(due_on: date, time_zone: str) -> datetime:
    """Return from when on nobody can answer any more: the morning after the last day."""
    return opens_at(closing_day(due_on) + timedelta(days=1), time_zone)


def civil_moment(moment: datetime, time_zone: str) -> datetime:
    """Return `moment` if it is a civil hour there, or else when the next one begins."""
    local = moment.astimezone(ZoneInfo(time_zone))
    if FIRST_HOUR <= local.time() < LAST_HOUR:
        return moment
    tomorrow = local.time() >= LAST_HOUR
    return opens_at(local.date() + timedelta(days=int(tomorrow)), time_zone)
