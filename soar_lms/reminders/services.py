"""The ladder of a group: when it reminds, and when that will be."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime

from sqlalchemy import select

from soar_lms.accounts.models import Person, Reader
from soar_lms.audit.services import Action, Actor, record
from soar_lms.clock import local_date
from soar_lms.cohorts.models import Cohort
from soar_lms.cohorts.services import list_due_days, list_module_ids
from soar_lms.database import db
from soar_lms.reminders.ladder import Ladder, next_steps, read_days, write_days
from soar_lms.reminders.models import ReminderLadder


@dataclass(frozen=True)
class Terms:
    """What a group has chosen, or what it is offered before it has."""

    is_on: bool
    ladder: Ladder
    invite_after: int | None


@dataclass(frozen=True)
class ModuleDates:
    """A module of a group, and when its people are reminded of it."""

    module_id: str
    due_on: date | None
    days: list[date]
    """Those still to come, today included."""


def get_terms(cohort: Cohort) -> Terms:
    """Return when a group reminds."""
    row = db.session.get(ReminderLadder, cohort.id)
    if row is None:
        return Terms(is_on=False, ladder=Ladder(), invite_after=None)
    return Terms(row.is_on, ladder_of(row), row.invite_after)


def ladder_of(row: ReminderLadder) -> Ladder:
    """Return the ladder that a row keeps."""
    return Ladder(read_days(row.days_before), row.on_day, read_days(row.days_after))


def change_terms(cohort: Cohort, terms: Terms, *, actor: Person | Reader, now: datetime) -> None:
    """Have a group remind in another way from now on; what is on its way is looked at again."""
    lock = select(Cohort.id).where(Cohort.id == cohort.id).with_for_update()
    db.session.execute(lock).scalar_one()  # one at a time: the first terms are a new row
    values = ReminderLadder(
        cohort_id=cohort.id,
        is_on=terms.is_on,
        days_before=write_days(terms.ladder.before, is_before=True),
        on_day=terms.ladder.on_day,
        days_after=write_days(terms.ladder.after),
        invite_after=terms.invite_after,
    )
    db.session.merge(values)
    db.session.flush()
    record(Action.REMINDERS_CHANGED, actor=Actor(actor.id), now=now, cohort=cohort.id)


def list_dates(cohort: Cohort, terms: Terms, now: datetime) -> list[ModuleDates]:
    """Return the modules of a group with the days on which reminders leave."""
    due, today = list_due_days(cohort), local_date(now, cohort.time_zone)
    return [
        ModuleDates(name, due.get(name), next_steps(terms.ladder, due[name], today))
        if name in due
        else ModuleDates(name, None, [])
        for name in list_module_ids(cohort)
    ]
