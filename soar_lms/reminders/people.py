"""Who is to be reminded of a module, and who is not, for which reason: conditions of one query."""

from __future__ import annotations

from collections.abc import Collection
from datetime import date, datetime
from typing import Any

from sqlalchemy import (
    ColumnElement,
    Date,
    Select,
    and_,
    case,
    false,
    func,
    literal,
    or_,
    select,
    true,
)

from soar_lms.accounts.models import Person
from soar_lms.cohorts.members import select_places_of
from soar_lms.cohorts.models import ReportLine
from soar_lms.database import UTCDateTime, db
from soar_lms.learning.renewal import Status
from soar_lms.messages.bounces import is_bouncing
from soar_lms.reminders.ladder import Zones, all_zones
from soar_lms.reminders.models import Reminder, Why

_line = ReportLine


def list_zones() -> list[str]:
    """Return the time zones that people have: a few, of the 600 there are."""
    found = db.session.scalars(select(Person.time_zone).distinct())
    return sorted(all_zones().intersection(found))


def is_finished(state: str, expires_at: int, now: datetime) -> bool:
    """Whether a line of the report asks nothing of its person now; `unfinished` asks the same."""
    is_valid = not 0 < expires_at <= now.timestamp()
    return (state == Status.COMPLETED and is_valid) or (
        state == Status.RENEWING and expires_at > now.timestamp()
    )


def unfinished(now: datetime, line: Any = ReportLine) -> ColumnElement[bool]:
    """Return the condition that a line still asks something: what is valid does not.

    :param line: what has its columns, where it is not the table itself.
    """
    seconds = int(now.timestamp())
    return or_(
        line.state.in_((Status.NOT_STARTED, Status.IN_PROGRESS, Status.PASSED)),
        and_(line.state == Status.RENEWING, line.expires_at <= seconds),
        and_(line.state == Status.COMPLETED, line.expires_at.between(1, seconds)),
    )


def select_people(
    cohort_id: int, module_id: str | None, now: datetime, person_ids: Collection[int] | None = None
) -> Select[Any]:
    """Return the select of the people of a cohort who have not completed a module and can be asked.

    :param module_id: None: any of its modules.
    :param person_ids: only these; None: everybody.
    """
    return (
        select()
        .select_from(_line)
        .join(Person, Person.id == _line.person_id)
        .where(
            _are_of(cohort_id, person_ids),
            true() if module_id is None else _line.module_id == module_id,
            unfinished(now),
            Person.active,
            Person.confirmed_at.is_not(None),
        )
    )


def _are_of(cohort_id: int, person_ids: Collection[int] | None) -> ColumnElement[bool]:
    """Return what is true of the lines of a cohort's people; of a few, by their places."""
    if person_ids is None:
        return _line.cohort_id == cohort_id
    return _line.place_id.in_(select_places_of(cohort_id, person_ids))


def why_not() -> ColumnElement[str]:
    """Return why somebody is not written to: a `Why`, or nothing."""
    return case(
        (Person.reminders_off_at.is_not(None), literal(Why.OPTED_OUT.value)),
        (is_bouncing(Person.email), literal(Why.BOUNCING.value)),
        else_=literal(""),
    )


def was_reminded(module_id: Any, since: Any) -> ColumnElement[bool]:
    """Return the condition that somebody was, or is to be, reminded of a module since a day.

    It asks for the newest day, which is one step in an index. `EXISTS` becomes a join, for which
    PostgreSQL reads all reminders once for each person while it has no statistics of them.
    """
    newest = (
        select(func.max(Reminder.day))
        .where(Reminder.person_id == Person.id, Reminder.module_id == module_id)
        .scalar_subquery()
    )
    return func.coalesce(newest >= since, false())


def day_of(hours: Collection[Zones]) -> ColumnElement[date]:
    """Return the day on which an e-mail would reach somebody, by their zone."""
    return _by_zone({zones: literal(zones.day, Date()) for zones in hours})


def moment_of(hours: Collection[Zones]) -> ColumnElement[datetime]:
    """Return the moment at which an e-mail would leave for somebody, by their zone."""
    return _by_zone({zones: literal(zones.send_at, UTCDateTime()) for zones in hours})


def _by_zone(values: dict[Zones, Any]) -> ColumnElement[Any]:
    *others, last = values.items()
    if not others:
        return last[1]  # type: ignore[no-any-return]  # a literal
    whens = [(Person.time_zone.in_(zones.names), value) for zones, value in others]
    return case(*whens, else_=last[1])
