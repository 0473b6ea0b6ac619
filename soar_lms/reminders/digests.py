"""The week of a trainer's groups in a few numbers, on Monday morning: none where there is nothing.

Each trainer's week is claimed by a row before it is counted, so that it is written once.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection, Mapping
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import Any

from sqlalchemy import case, func, select
from sqlalchemy.dialects import postgresql, sqlite

from soar_lms.accounts.models import Person
from soar_lms.accounts.services import list_people
from soar_lms.cohorts.models import (
    Cohort,
    CohortModule,
    CohortState,
    CohortTrainer,
    ReportLine,
)
from soar_lms.database import db
from soar_lms.messages.services import post_message, public_url
from soar_lms.reminders.choices import Mail, stop_url
from soar_lms.reminders.ladder import Zones, group_zones
from soar_lms.reminders.models import Reminder, State, WeeklyDigest
from soar_lms.reminders.people import list_zones, unfinished

AT_A_TIME = 50
WEEK = timedelta(days=7)
LAST_WEEKDAY = 1
"""It is written on Monday, or on Tuesday (1) where nothing could be sent on Monday."""


@dataclass(frozen=True)
class GroupWeek:
    """A group in numbers: people, once for each module."""

    name: str
    address: str
    completed: int
    late: int
    soon: int
    """Due within seven days, and not completed."""
    bounced: int

    @property
    def is_quiet(self) -> bool:
        return not (self.completed or self.late or self.soon or self.bounced)


def list_mornings(now: datetime) -> list[Zones]:
    """Return where it is time for the summary, and somebody waits for it; it takes no lock."""
    return [
        zones
        for zones in group_zones(now, list_zones())
        if zones.send_at == now
        and zones.day.weekday() <= LAST_WEEKDAY
        and db.session.scalar(_waiting(zones).limit(1)) is not None
    ]


def _monday(zones: Zones) -> date:
    return zones.day - timedelta(days=zones.day.weekday())


def _waiting(zones: Zones) -> Any:
    """Return the select of the trainers there whose week nobody has looked at."""
    trains = (
        select(CohortTrainer.person_id)
        .join(Cohort, Cohort.id == CohortTrainer.cohort_id)
        .where(CohortTrainer.person_id == Person.id, Cohort.state != CohortState.ARCHIVED)
    )
    looked_at = select(WeeklyDigest.week).where(
        WeeklyDigest.person_id == Person.id, WeeklyDigest.week == _monday(zones)
    )
    return (
        select(Person.id)
        .where(
            Person.time_zone.in_(zones.names),
            Person.active,
            Person.confirmed_at.is_not(None),
            Person.digest_off_at.is_(None),
            trains.exists(),
            ~looked_at.exists(),
        )
        .order_by(Person.id)
    )


def write_digests(zones: Zones, now: datetime) -> int:
    """Write the summaries of trainers in some zones; return how many weeks were looked at."""
    found = list(db.session.scalars(_waiting(zones).limit(AT_A_TIME)))
    claimed = _claim(found, _monday(zones))
    people, groups = list_people(claimed), _list_groups(claimed)
    weeks = _count({cohort.id for items in groups.values() for cohort in items}, zones.day, now)
    for person_id in claimed:
        _write(people[person_id], groups[person_id], weeks, _monday(zones), now)
    return len(found)


def _claim(person_ids: Collection[int], week: date) -> list[int]:
    """Note whose week is looked at; return those whom nobody else has claimed."""
    if not person_ids:
        return []
    insert = postgresql.insert if db.engine.dialect.name == "postgresql" else sqlite.insert
    rows = [{"person_id": person_id, "week": week} for person_id in person_ids]
    statement = insert(WeeklyDigest).values(rows).on_conflict_do_nothing()
    return sorted(db.session.scalars(statement.returning(WeeklyDigest.person_id)))


def _list_groups(person_ids: Collection[int]) -> Mapping[int, list[Cohort]]:
    """Return the groups that run, by trainer, in the order of their names."""
    found: dict[int, list[Cohort]] = defaultdict(list)
    rows = db.session.execute(
        select(CohortTrainer.person_id, Cohort)
        .join(Cohort, Cohort.id == CohortTrainer.cohort_id)
        .where(CohortTrainer.person_id.in_(person_ids), Cohort.state != CohortState.ARCHIVED)
        .order_by(Cohort.name, Cohort.id)
    )
    for person_id, cohort in rows:
        found[person_id].append(cohort)
    return found


def _count(cohort_ids: Collection[int], today: date, now: datetime) -> Mapping[int, Any]:
    """Return the numbers of groups (completed, late, soon, bounced), in two queries."""
    monday = today - timedelta(days=today.weekday())
    in_week = ReportLine.completed_day.between((monday - WEEK).toordinal(), monday.toordinal() - 1)
    is_late = unfinished(now) & (CohortModule.due_on < today)
    is_soon = unfinished(now) & CohortModule.due_on.between(today, today + timedelta(days=6))
    lines = db.session.execute(
        select(
            ReportLine.cohort_id, *(func.sum(_one(item)) for item in (in_week, is_late, is_soon))
        )
        .join(
            CohortModule,
            (CohortModule.cohort_id == ReportLine.cohort_id)
            & (CohortModule.module_id == ReportLine.module_id),
        )
        .where(ReportLine.cohort_id.in_(cohort_ids))
        .group_by(ReportLine.cohort_id)
    )
    bounced = db.session.execute(
        select(Reminder.cohort_id, func.count(Reminder.person_id.distinct()))
        .where(
            Reminder.cohort_id.in_(cohort_ids),
            Reminder.state == State.BOUNCED,
            Reminder.changed_at > now - WEEK,
        )
        .group_by(Reminder.cohort_id)
    )
    counts = {cohort_id: count for cohort_id, count in bounced}  # noqa: C416  # rows to a dict
    return {row[0]: (*row[1:], counts.get(row[0], 0)) for row in lines}


def _one(condition: Any) -> Any:
    return case((condition, 1), else_=0)


def _write(
    person: Person,
    cohorts: Collection[Cohort],
    weeks: Mapping[int, Any],
    monday: date,
    now: datetime,
) -> None:
    """Write to a trainer, if there is anything to say."""
    groups = [
        GroupWeek(
            cohort.name,
            public_url("cohorts.show_cohort", cohort_id=cohort.id, language=person.language),
            *weeks.get(cohort.id, (0, 0, 0, 0)),
        )
        for cohort in cohorts
    ]
    loud = [group for group in groups if not group.is_quiet]
    if not loud:
        return
    url = stop_url(Mail.DIGEST, person.id, person.language)
    message = post_message(
        "weekly-digest",
        recipient=person.email,
        language=person.language,
        now=now,
        name=person.name,
        first_day=monday - WEEK,
        last_day=monday - timedelta(days=1),
        groups=loud,
        stop_address=url,
    )
    message.unsubscribe_url = url
