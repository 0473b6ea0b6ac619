"""When people are reminded: the steps of a ladder, and hours at which they read e-mail. Pure.

A step is so many days after the day on which a module is due: before it, less than nothing. It is
meant for one calendar day of the learner, wherever that is.
"""

from __future__ import annotations

import re
from collections import defaultdict
from collections.abc import Collection, Iterable
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta
from functools import lru_cache
from zoneinfo import ZoneInfo, available_timezones

FIRST_HOUR, LAST_HOUR = time(8), time(20)
"""E-mail leaves from 8:00 until before 20:00, on the learner's clock."""
LATE_DAYS = 2
"""For so long a step is made up for, when nothing could be sent on its day."""
MOST_STEPS = 5
"""On each side of the due day."""
FARTHEST = 90
"""Days between a step and the due day."""
_BETWEEN = re.compile(r"[\s,;]+")


class NoDaysError(ValueError):
    """A text that is no list of days."""


@dataclass(frozen=True)
class Ladder:
    """When a group reminds, seen from the day a module is due."""

    before: tuple[int, ...] = (3, 14)
    on_day: bool = True
    after: tuple[int, ...] = (3, 10)

    @property
    def steps(self) -> tuple[int, ...]:
        """Return its steps in the order of the calendar."""
        day = (0,) if self.on_day else ()
        return tuple(sorted({*(-days for days in self.before), *day, *self.after}))


@dataclass(frozen=True)
class Zones:
    """Time zones in which an e-mail would leave on the same day, at the same moment."""

    day: date
    """On the calendar there."""
    send_at: datetime
    names: tuple[str, ...]


def read_days(text: str) -> tuple[int, ...]:
    """Read days as somebody types them: `14, 3`; nothing is no day at all.

    :raises NoDaysError: when there is something else, or too much.
    """
    words = [word for word in _BETWEEN.split(text.strip()) if word]
    if not all(word.isascii() and word.isdigit() and len(word) < 4 for word in words):
        raise NoDaysError(text)
    days = {int(word) for word in words}
    if len(days) > MOST_STEPS or any(not 1 <= number <= FARTHEST for number in days):
        raise NoDaysError(text)
    return tuple(sorted(days))


def write_days(days: Iterable[int], *, is_before: bool = False) -> str:
    """Write days as they are read, those first that come first on the calendar."""
    return ", ".join(str(number) for number in sorted(days, reverse=is_before))


def live_step(ladder: Ladder, due_on: date, today: date) -> int | None:
    """Return the step to be taken on a day: the newest one that is not too late.

    One at the most: steps that were missed are not made up for when a later one has come.
    """
    days = (today - due_on).days
    return max((step for step in ladder.steps if 0 <= days - step <= LATE_DAYS), default=None)


def next_steps(ladder: Ladder, due_on: date, today: date) -> list[date]:
    """Return the days that are still to come, today included."""
    days = (due_on + timedelta(days=step) for step in ladder.steps)
    return [day for day in days if day >= today]


def civil_moment(moment: datetime, time_zone: str) -> datetime:
    """Return `moment` if people read e-mail there then, or else when they next do."""
    zone = _zone(time_zone)
    local = moment.astimezone(zone)
    if FIRST_HOUR <= local.time() < LAST_HOUR:
        return moment
    day = local.date() + timedelta(days=int(local.time() >= LAST_HOUR))
    return datetime.combine(day, FIRST_HOUR, zone).astimezone(UTC)


@lru_cache(maxsize=1024)
def _zone(name: str) -> ZoneInfo:
    """Return a zone that stays in memory: the library keeps eight, and would read 600 files."""
    return ZoneInfo(name)


@lru_cache(maxsize=1)
def all_zones() -> frozenset[str]:
    """Return every zone that somebody can have; to look for them takes a while."""
    return frozenset(available_timezones())


def group_zones(moment: datetime, names: Collection[str]) -> list[Zones]:
    """Put zones together in which an e-mail of this moment would leave alike."""
    found: dict[tuple[date, datetime], list[str]] = defaultdict(list)
    for name in names:
        send_at = civil_moment(moment, name)
        day = send_at.astimezone(_zone(name)).date()
        found[day, send_at].append(name)
    return [Zones(*key, tuple(sorted(alike))) for key, alike in sorted(found.items())]
