"""Reminding those whom the report shows: the people that a trainer has narrowed it down to.

Who they are is asked of the database when the page is shown and once more when the button is
pressed. The rules are those of every reminder (`planning`, `sending`).
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Collection, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import and_, case, distinct, func, literal, select

from soar_lms.accounts.models import Person, Reader
from soar_lms.audit.services import Action, Actor, record
from soar_lms.cohorts.models import CohortModule
from soar_lms.cohorts.shown import Shown, select_shown
from soar_lms.database import UTCDateTime, db
from soar_lms.errors import DomainError
from soar_lms.i18n import format_number, gettext, lazy_gettext
from soar_lms.reminders.ladder import Zones, group_zones
from soar_lms.reminders.models import Why
from soar_lms.reminders.people import (
    day_of,
    list_zones,
    moment_of,
    unfinished,
    was_reminded,
    why_not,
)
from soar_lms.reminders.planning import SHOWN, About, lock_group, reason_not, write_rows

INVITED, UNCONFIRMED = "invited", "unconfirmed"
"""Has not accepted the invitation, or not confirmed the address: reasons that are no `Why`."""

MOST = 100_000
"""E-mails that are planned together, in about two seconds; to send them takes the worker a day."""


class TooManyRemindersError(DomainError):
    """The report shows more than one press of a button should write to."""

    status = 422
    title = lazy_gettext("These are too many e-mails at once")

    def __init__(self, mails: int) -> None:
        self.message = gettext(
            "These are %(mails)s e-mails, and %(most)s can be sent together. Go back to the list "
            "and choose less, for example one module.",
            mails=format_number(mails),
            most=format_number(MOST),
        )


@dataclass(frozen=True)
class Reached:
    """Somebody who would get e-mail, and how many: one for each module."""

    name: str
    email: str
    language: str
    mails: int


@dataclass(frozen=True)
class Tally:
    """How many e-mails there are, and how many lines of the report come to none."""

    counts: Mapping[str, int]
    """Lines by the reason why they get no e-mail; by nothing those who get one."""
    languages: Mapping[str, int]
    """E-mails by language; so are all that follow e-mails that are written."""
    modules: Mapping[str, int]
    later: int
    """How many leave when the day of their reader begins."""

    @property
    def mails(self) -> int:
        return self.counts.get("", 0)

    @property
    def left_out(self) -> Mapping[str, int]:
        """Lines that come to no e-mail, by the reason."""
        return {why: count for why, count in self.counts.items() if why}


@dataclass(frozen=True)
class ShownPreview:
    """Who would get what, if a trainer reminded those whom the report shows now."""

    tally: Tally
    people: int
    """Who get an e-mail: as many as e-mails, or fewer where somebody gets several."""
    first: list[Reached]


def preview_shown(shown: Shown, now: datetime) -> ShownPreview:
    """Say who would be reminded; nothing is changed. Of too many nobody is named."""
    lines, hours = select_shown(shown, now), _hours(now)
    tally = _count(lines, hours, now)
    if tally.mails > MOST:
        return ShownPreview(tally, tally.mails, [])
    reached = _select_reached(lines, hours, now)
    people = tally.mails
    if len(tally.modules) > 1:
        people = db.session.scalar(reached.add_columns(func.count(distinct(Person.id)))) or 0
    order = (lines.c.sort_name, Person.id)
    rows = reached.add_columns(Person.name, Person.email, Person.language, func.count())
    rows = rows.group_by(*order).order_by(*order).limit(SHOWN)
    first = [Reached(*row) for row in db.session.execute(rows)]
    return ShownPreview(tally, people, first)


def remind_shown(shown: Shown, *, actor: Person | Reader, now: datetime) -> Tally:
    """Remind those whom the report shows and who have not completed; say what it came to.

    A second time on the same day it changes nothing.

    :raises ArchivedError: when the group is history.
    :raises TooManyRemindersError: when these are more than `MOST`.
    """
    lock_group(shown.cohort)
    lines, hours = select_shown(shown, now), _hours(now)
    tally = _count(lines, hours, now)
    if tally.mails > MOST:
        raise TooManyRemindersError(tally.mails)
    number = _write(shown, lines, hours, now)
    if number:
        record(
            Action.REMINDED,
            actor=Actor(actor.id),
            now=now,
            cohort=shown.cohort.id,
            module=shown.filters.module,
            number=number,
        )
    return tally


def _hours(now: datetime) -> list[Zones]:
    return group_zones(now, list_zones())


def _count(lines: Any, hours: Collection[Zones], now: datetime) -> Tally:
    reason = _reason(lines, hours, now).label("reason")
    is_later = case((moment_of(hours) > literal(now, UTCDateTime()), 1), else_=0)
    keys = ("reason", Person.language, lines.c.module_id)
    found = (
        select(reason, Person.language, lines.c.module_id, func.count(), func.sum(is_later))
        .select_from(lines)
        .outerjoin(Person, Person.id == lines.c.person_id)
        .group_by(*keys)
    )
    counts, languages, modules = Counter[str](), Counter[str](), Counter[str]()
    later = 0
    for why, language, module_id, count, late in db.session.execute(found):
        counts[why] += count
        if not why:
            languages[language] += count
            modules[module_id] += count
            later += late
    return Tally(counts, languages, modules, later)


def _reason(lines: Any, hours: Collection[Zones], now: datetime) -> Any:
    """Return why a line comes to no e-mail now, or nothing; the first reason there is."""
    return case(
        (Person.id.is_(None), INVITED),
        (~unfinished(now, lines.c), Why.COMPLETED.value),
        (~Person.active, Why.CLOSED.value),
        (Person.confirmed_at.is_(None), UNCONFIRMED),
        else_=reason_not(lines.c.module_id, hours),
    )


def _select_open(lines: Any, hours: Collection[Zones], now: datetime) -> Any:
    """Return the select of lines that ask something of people who had no reminder today."""
    return (
        select()
        .select_from(lines)
        .join(Person, Person.id == lines.c.person_id)
        .where(
            unfinished(now, lines.c),
            Person.active,
            Person.confirmed_at.is_not(None),
            ~was_reminded(lines.c.module_id, day_of(hours)),
        )
    )


def _select_reached(lines: Any, hours: Collection[Zones], now: datetime) -> Any:
    return _select_open(lines, hours, now).where(why_not() == "")


def _write(shown: Shown, lines: Any, hours: Collection[Zones], now: datetime) -> int:
    """Write the rows; return how many."""
    taken = and_(
        CohortModule.cohort_id == shown.cohort.id, CohortModule.module_id == lines.c.module_id
    )
    people = _select_open(lines, hours, now).join(CohortModule, taken)
    about = About(shown.cohort.id, lines.c.module_id, CohortModule.due_on)
    # One order for all, of modules and then of people: no deadlock.
    return write_rows(people.order_by(lines.c.module_id), about, hours, now)
