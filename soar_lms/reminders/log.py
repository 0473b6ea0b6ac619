"""The log of a group: each reminder with what became of it, the newest first."""

from __future__ import annotations

from dataclasses import dataclass

from sqlalchemy import func, select

from soar_lms.accounts.models import Person
from soar_lms.cohorts.models import Cohort, RosterLine
from soar_lms.database import db
from soar_lms.reminders.models import Reminder, State

ROWS = 50


@dataclass(frozen=True)
class Entry:
    """A reminder, and who was to get it, as they are called now."""

    reminder: Reminder
    name: str
    email: str


@dataclass(frozen=True)
class LogPage:
    """A part of the log."""

    entries: list[Entry]
    older: int | None
    """The reminder before which the next part begins; None at the end."""


def list_log(
    cohort: Cohort,
    *,
    state: State | None = None,
    person_id: int | None = None,
    before: int | None = None,
) -> LogPage:
    """Return a part of the log of a group, in one query."""
    statement = (
        select(
            Reminder,
            func.coalesce(Person.name, RosterLine.name, ""),
            func.coalesce(Person.email, RosterLine.email, ""),
        )
        .outerjoin(Person, Person.id == Reminder.person_id)
        .outerjoin(RosterLine, RosterLine.id == Reminder.line_id)
        .where(Reminder.cohort_id == cohort.id)
        .order_by(Reminder.id.desc())
        .limit(ROWS + 1)
    )
    if state is not None:
        states = [State.PLANNED, State.WAITING] if state is State.WAITING else [state]
        statement = statement.where(Reminder.state.in_(states))
    if person_id is not None:
        statement = statement.where(Reminder.person_id == person_id)
    if before is not None:
        statement = statement.where(Reminder.id < before)
    entries = [Entry(*row) for row in db.session.execute(statement)]
    shown = entries[:ROWS]
    return LogPage(shown, shown[-1].reminder.id if len(entries) > ROWS else None)
