"""How many had completed a module on which day, and what was due when. Pure.

A day is that of the group's zone, and the due day ends at its midnight. Somebody has completed when
they have done so once: renewing a certificate later changes neither the day nor whether it was in
time.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, datetime
from zoneinfo import ZoneInfo

from soar_lms.clock import local_date

QUARTER = 900
"""Seconds. Every zone in use today is off UTC by whole quarters of an hour, so that all moments of
one are on the same day."""


@dataclass(frozen=True)
class DayCount:
    """How many completed on a day."""

    day: date
    people: int


@dataclass(frozen=True)
class Pace:
    """How a group came to where it stands."""

    began_on: date
    """The day on which the group was made."""
    today: date
    due_on: date | None
    people: int
    """Everybody on the roster."""
    earlier: int
    """How many had completed before the group began."""
    days: tuple[DayCount, ...]
    """From the first day on, those on which somebody completed."""

    @property
    def completed(self) -> int:
        return self.earlier + sum(item.people for item in self.days)

    @property
    def left(self) -> int:
        """How many have not completed."""
        return max(0, self.people - self.completed)

    @property
    def is_overdue(self) -> bool:
        """Whether the due day is over, in the group's zone."""
        return self.due_on is not None and self.due_on < self.today

    @property
    def late(self) -> int:
        """How many completed after the due day; 0 where there is none."""
        return sum(item.people for item in self.days if self.is_late(item.day))

    def is_late(self, day: date) -> bool:
        return self.due_on is not None and self.due_on < day

    @property
    def ends_on(self) -> date:
        """The last day that a picture of it shows."""
        return max(self.began_on, self.today, self.due_on or self.today)

    def totals(self) -> list[tuple[date, int, int]]:
        """Return the days with (day, completed on it, completed until its end)."""
        found, total = [], self.earlier
        for item in self.days:
            total += item.people
            found.append((item.day, item.people, total))
        return found


def make_pace(
    quarters: Iterable[tuple[int, int]],
    *,
    time_zone: str,
    created_at: datetime,
    now: datetime,
    due_on: date | None,
    people: int,
) -> Pace:
    """Put completions into days.

    :param quarters: (quarter of an hour since 1970, how many completed first in it).
    :param time_zone: the group's, an IANA name.
    """
    began_on = local_date(created_at, time_zone)
    by_day: Counter[date] = Counter()
    zone = ZoneInfo(time_zone)
    for quarter, count in quarters:
        by_day[datetime.fromtimestamp(quarter * QUARTER, zone).date()] += count
    return Pace(
        began_on=began_on,
        today=local_date(now, time_zone),
        due_on=due_on,
        people=people,
        earlier=sum(count for day, count in by_day.items() if day < began_on),
        days=tuple(DayCount(day, by_day[day]) for day in sorted(by_day) if day >= began_on),
    )
