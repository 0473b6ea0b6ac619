"""When the modules of a group are due, and who is late. Pure.

A day is due until its midnight in the zone of the group. In time is whoever has completed the
module with a certificate that was valid when the day ended: one that had expired before says
nothing of this time.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from enum import StrEnum

from soar_lms.clock import local_date, start_of_day
from soar_lms.cohorts.filters import Due, RowState, Waiting
from soar_lms.learning.renewal import Status

SOON = timedelta(days=7)
_HAS_COMPLETED = frozenset({Status.COMPLETED, Status.RENEWAL_OPEN, Status.EXPIRED, Status.RENEWING})
NEVER_DONE: frozenset[RowState] = frozenset({*Status, *Waiting}) - _HAS_COMPLETED
"""The states in which something must be done by the day, whatever the day is."""


class Timing(StrEnum):
    """What there is to say of somebody and a day that has passed."""

    LATE = "late"
    COMPLETED_LATE = "completed-late"


@dataclass(frozen=True)
class DueDays:
    """The last days of the modules of a group that have one, seen from one moment."""

    days: Mapping[str, date]
    ends: Mapping[str, int]
    """The moments at which these days are over, in seconds."""
    today: date
    """Where the group is."""
    seconds: int

    def modules_that_are(self, due: Due) -> list[str]:
        """Return the modules whose day has passed, is near, or is far."""
        return [name for name, day in self.days.items() if self._nearness(day) is due]

    def _nearness(self, day: date) -> Due:
        if day < self.today:
            return Due.LATE
        return Due.WEEK if day - self.today <= SOON else Due.LATER

    def is_done(self, module_id: str, state: RowState, expires_at: int) -> bool:
        """Whether somebody need not do anything before the day; `not_done` asks the database.

        :param state: with what the day made of it; only the modules that have a day are asked for.
        """
        if state is Status.COMPLETED:
            return True
        return state in _HAS_COMPLETED and not 0 < expires_at <= self.ends[module_id]

    def timing(
        self, module_id: str, state: RowState, expires_at: int, completed_day: int, cycle: int
    ) -> Timing | None:
        """Say whether somebody is late, or was; None where there is nothing to say.

        :param completed_day: the day of the newest certificate as a number; 0: there is none.
        :param cycle: of a renewal it is not known when the module was completed first.
        """
        day = self.days.get(module_id)
        if day is None:
            return None
        if not self.is_done(module_id, state, expires_at):
            return Timing.LATE if self.ends[module_id] <= self.seconds else None
        is_first = cycle == 1
        return Timing.COMPLETED_LATE if is_first and completed_day > day.toordinal() else None


def due_days(days: Mapping[str, date], time_zone: str, now: datetime) -> DueDays:
    """Return the days of a group, seen from now.

    :param days: by module; of the modules that have one.
    :param time_zone: of the group.
    """
    ends = {
        name: int(start_of_day(day + timedelta(days=1), time_zone).timestamp())
        for name, day in days.items()
    }
    return DueDays(days, ends, local_date(now, time_zone), int(now.timestamp()))
