"""Planning reminders: a row for everybody who is to get one, whatever their number.

One statement plans a module's people, and the database sees that nobody is planned twice for a day.
Who does not want reminders, or has an address that does not work, gets a row that says so and no
e-mail: the trainer sees why somebody was not reminded.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Collection, Iterator, Mapping
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from typing import Any

from sqlalchemy import (
    ColumnElement,
    Date,
    Integer,
    SQLColumnExpression,
    case,
    cast,
    func,
    literal,
    null,
    select,
)
from sqlalchemy.dialects import postgresql, sqlite

from soar_lms.accounts.models import Person, Reader
from soar_lms.audit.services import Action, Actor, record
from soar_lms.catalogue.model import Catalogue
from soar_lms.cohorts.models import Cohort, CohortModule, CohortState, ReportLine
from soar_lms.cohorts.services import list_due_days
from soar_lms.database import UTCDateTime, db
from soar_lms.errors import DomainError
from soar_lms.i18n import lazy_gettext
from soar_lms.reminders.ladder import (
    FARTHEST,
    LATE_DAYS,
    Zones,
    group_zones,
    live_step,
)
from soar_lms.reminders.models import Kind, Reminder, ReminderLadder, State
from soar_lms.reminders.people import (
    day_of,
    list_zones,
    moment_of,
    select_people,
    was_reminded,
    why_not,
)
from soar_lms.reminders.services import ladder_of

BATCH = 20_000
"""People who are planned in one turn of the worker."""
TODAY = "today"
"""Had a reminder of this module today: the one reason that is no `Why`."""
SHOWN = 10
"""People whom a preview names."""
_NO_DAY = cast(null(), Date())


class ArchivedError(DomainError):
    """Nobody is reminded in a group that is history."""

    title = lazy_gettext("This group is archived")
    message = lazy_gettext("Nobody is reminded any more. Open the group again first.")


@dataclass(frozen=True)
class About:
    """Of what people are reminded, and why."""

    cohort_id: int
    module_id: ColumnElement[str]
    due_on: SQLColumnExpression[date | None]
    kind: Kind = Kind.MANUAL
    step: int | None = None


def about_module(cohort_id: int, module_id: str, due_on: date | None, **why: Any) -> About:
    """Return that people are reminded of one module; it may have no due day."""
    day = literal(due_on, Date()) if due_on else _NO_DAY
    return About(cohort_id, literal(module_id), day, **why)


@dataclass(frozen=True)
class Plan:
    """A step of a ladder that is due now, for people in some zones."""

    cohort_id: int
    module_id: str
    due_on: date
    step: int
    zones: Zones
    """Where it is due: one day, now."""

    @property
    def meant_for(self) -> date:
        return self.due_on + timedelta(days=self.step)


# --- the ladder ---------------------------------------------------------------------------------


def list_plans(catalogue: Catalogue, now: datetime) -> list[Plan]:
    """Return the steps that are due now and for which there is somebody; it takes no lock."""
    return [plan for plan in _list_live(catalogue, now) if _is_wanted(plan, now)]


def _list_live(catalogue: Catalogue, now: datetime) -> Iterator[Plan]:
    found = _list_due(now)
    days = _list_days(now) if found else []
    for cohort_id, module_id, due_on, row in found:
        if module_id not in catalogue.modules:
            continue
        for zones in days:
            step = live_step(ladder_of(row), due_on, zones.day)
            if step is not None:
                yield Plan(cohort_id, module_id, due_on, step, zones)


def _list_days(now: datetime) -> list[Zones]:
    """Return the days that it is now where people read e-mail at this hour."""
    return [zones for zones in group_zones(now, list_zones()) if zones.send_at == now]


def _list_due(now: datetime) -> list[Any]:
    """Return the modules of groups that remind, with a due day near enough."""
    reach = timedelta(days=FARTHEST + LATE_DAYS + 1)
    today = now.astimezone(UTC).date()
    return list(
        db.session.execute(
            select(CohortModule.cohort_id, CohortModule.module_id, CohortModule.due_on)
            .add_columns(ReminderLadder)
            .join(Cohort, Cohort.id == CohortModule.cohort_id)
            .join(ReminderLadder, ReminderLadder.cohort_id == Cohort.id)
            .where(
                ReminderLadder.is_on,
                Cohort.state != CohortState.ARCHIVED,
                CohortModule.due_on.between(today - reach, today + reach),
            )
            .order_by(CohortModule.cohort_id, CohortModule.module_id)
        )
    )


def _select_wanted(plan: Plan, now: datetime) -> Any:
    """Return the select of those for whom a step is still to be taken.

    Whoever was reminded since the day it was meant for, in whatever group, has had it.
    """
    return select_people(plan.cohort_id, plan.module_id, now).where(
        Person.time_zone.in_(plan.zones.names), ~was_reminded(plan.module_id, plan.meant_for)
    )


def _is_wanted(plan: Plan, now: datetime) -> bool:
    found = _select_wanted(plan, now).add_columns(ReportLine.place_id).limit(1)
    return db.session.scalar(found) is not None


def plan_step(plan: Plan, now: datetime, most: int = BATCH) -> int:
    """Plan the e-mails of a step; return how many, at the most so many.

    In a transaction of its own: somebody may be in two groups, and a trainer may send at the same
    moment. Two that each hold what the other waits for would be a deadlock.
    """
    place = (plan.cohort_id, plan.module_id, plan.due_on)
    about = about_module(*place, kind=Kind.LADDER, step=plan.step)
    return write_rows(_select_wanted(plan, now).limit(most), about, [plan.zones], now)


def write_rows(people: Any, about: About, hours: Collection[Zones], now: datetime) -> int:
    """Write a row for each of some people who has none for that day; return how many.

    :param people: a select of them without columns, as `select_people` has it.
    """
    insert = postgresql.insert if db.engine.dialect.name == "postgresql" else sqlite.insert
    why, moment = why_not(), literal(now, UTCDateTime())
    values = {
        "cohort_id": literal(about.cohort_id),
        "person_id": Person.id,
        "module_id": about.module_id,
        "day": day_of(hours),
        "kind": literal(about.kind.value),
        "step": cast(literal(about.step, Integer()), Integer()),
        "due_on": about.due_on,
        "send_at": moment_of(hours),
        "state": case((why == "", State.PLANNED.value), else_=State.WITHDRAWN.value),
        "why": why,
        "created_at": moment,
        "changed_at": moment,
    }
    rows = people.add_columns(*values.values()).order_by(Person.id)  # one order: no deadlock
    statement = insert(Reminder).from_select(list(values), rows).on_conflict_do_nothing()
    options = {"synchronize_session": False, "preserve_rowcount": True}
    result: Any = db.session.execute(statement, execution_options=options)
    return int(result.rowcount)


# --- a trainer's word -----------------------------------------------------------------------------


@dataclass(frozen=True)
class Candidate:
    """One of those who have not completed a module."""

    name: str
    email: str
    language: str
    why_not: str
    """Why they would get no e-mail now: a `Why`, `TODAY`, or nothing."""


@dataclass(frozen=True)
class Preview:
    """Who would get what, if a trainer said so now."""

    counts: Mapping[str, int]
    """People by the reason why they get no e-mail; by nothing those who get one."""
    languages: Mapping[str, int]
    """Of those who get one."""
    later: int
    """How many of them get it when their day begins."""
    first: list[Candidate]


def preview(
    cohort: Cohort, module_id: str, now: datetime, person_ids: Collection[int] | None = None
) -> Preview:
    """Say who would be reminded of a module; nothing is changed.

    :param person_ids: only these of the cohort; None: all who have not completed it.
    """
    hours = group_zones(now, list_zones())
    people = select_people(cohort.id, module_id, now, person_ids)
    reason = reason_not(module_id, hours)
    is_later = case((moment_of(hours) > literal(now, UTCDateTime()), 1), else_=0)
    counted = people.add_columns(
        reason.label("reason"), Person.language, func.count(), func.sum(is_later)
    ).group_by("reason", Person.language)
    counts: Counter[str] = Counter()
    languages: Counter[str] = Counter()
    later = 0
    for why, language, count, late in db.session.execute(counted):
        counts[why] += count
        if not why:
            languages[language] += count
            later += late
    rows = people.add_columns(Person.name, Person.email, Person.language, reason)
    first = db.session.execute(rows.order_by(ReportLine.sort_name, Person.id).limit(SHOWN))
    return Preview(counts, languages, later, [Candidate(*row) for row in first])


def list_open_modules(cohort: Cohort, person_id: int, now: datetime) -> dict[str, str]:
    """Return the modules that somebody has not completed, each with why no e-mail can be sent."""
    hours = group_zones(now, list_zones())
    module_id: Any = ReportLine.module_id
    people = select_people(cohort.id, None, now, [person_id])
    rows = db.session.execute(people.add_columns(module_id, reason_not(module_id, hours)))
    return {name: why for name, why in rows}  # noqa: C416  # rows to a dict


def reason_not(module_id: Any, hours: Collection[Zones]) -> Any:
    """Return why somebody would get no e-mail now: a `Why`, `TODAY`, or nothing."""
    why = why_not()
    return case((why != "", why), (was_reminded(module_id, day_of(hours)), TODAY), else_="")


def remind(
    cohort: Cohort,
    module_id: str,
    *,
    actor: Person | Reader,
    now: datetime,
    person_ids: Collection[int] | None = None,
) -> Preview:
    """Remind everybody who has not completed a module, or some of them; say who gets no e-mail.

    Who is asleep gets it in the morning; who had one today gets no second one.

    :raises ArchivedError: when the group is history.
    """
    lock_group(cohort)
    found = preview(cohort, module_id, now, person_ids)
    hours = group_zones(now, list_zones())
    people = select_people(cohort.id, module_id, now, person_ids).where(
        ~was_reminded(module_id, day_of(hours))
    )
    about = about_module(cohort.id, module_id, list_due_days(cohort).get(module_id))
    number = write_rows(people, about, hours, now)
    if number:
        person_id = next(iter(person_ids)) if person_ids and len(person_ids) == 1 else None
        record(
            Action.REMINDED,
            actor=Actor(actor.id),
            now=now,
            person_id=person_id,
            cohort=cohort.id,
            module=module_id,
            number=number,
        )
    return found


def lock_group(cohort: Cohort) -> None:
    """Let one trainer at a time send, so that what the second is told is true.

    :raises ArchivedError: when the group is history.
    """
    state = db.session.scalar(select(Cohort.state).where(Cohort.id == cohort.id).with_for_update())
    if state == CohortState.ARCHIVED:
        raise ArchivedError
