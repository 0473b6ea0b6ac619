"""How far a group has come in a module: day by day, stage by stage, part by part.

However many people there are, it takes four queries, and what comes back is counted already.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import BigInteger, Integer, Select, and_, cast, extract, func, select

from soar_lms.catalogue.model import Module
from soar_lms.cohorts.models import Cohort, ReportCount, ReportLine
from soar_lms.cohorts.pace import QUARTER, Pace, make_pace
from soar_lms.cohorts.services import list_due_days
from soar_lms.cohorts.stages import Group, StageCount, count_stages, stages_of
from soar_lms.database import db, read
from soar_lms.learning.models import Enrolment, KeptStanding
from soar_lms.learning.path import fingerprint, requirements
from soar_lms.learning.renewal import Status

_ENDED = (Status.COMPLETED, Status.RENEWING)
"""Who is in one of these has completed once."""
_ON_THE_WAY = (Status.IN_PROGRESS, Status.PASSED)


@dataclass(frozen=True)
class PartCount:
    """How many people take a module somewhere, and how many of them have completed it."""

    setting: str
    """Empty for those who have not begun; so is the language."""
    language: str
    people: int
    completed: int


@dataclass(frozen=True)
class Progress:
    """How far a group has come in a module."""

    pace: Pace
    stages: Sequence[StageCount]
    parts: Sequence[PartCount]
    has_outdated: bool
    """Whether some steps were worked out by other content: they will be anew in minutes."""


def measure_progress(cohort: Cohort, module: Module, now: datetime) -> Progress:
    """Return how far a group has come in a module."""
    counts = list(read(_counts(cohort.id, module.id), {}))
    on_the_way = list(read(_on_the_way(cohort.id, module.id), {}))
    groups = [
        *(Group(row.state, "", row.people) for row in counts if row.state not in _ON_THE_WAY),
        *(Group(row.state, row.steps_left or "", row.people) for row in on_the_way),
    ]
    asked = requirements(module, module.spec.settings[0])
    pace = make_pace(
        _list_quarters(cohort.id, module.id),
        time_zone=cohort.time_zone,
        created_at=cohort.created_at,
        now=now,
        due_on=list_due_days(cohort).get(module.id),
        people=sum(row.people for row in counts),
    )
    return Progress(
        pace,
        count_stages(stages_of(asked), groups),
        _count_parts(counts),
        any(row.content != fingerprint(module) for row in on_the_way),
    )


def list_parts(cohort: Cohort, module: Module) -> list[PartCount]:
    """Return how many people of a group take a module where, in one query."""
    return _count_parts(list(read(_counts(cohort.id, module.id), {})))


def _count_parts(counts: Sequence[Any]) -> list[PartCount]:
    people: dict[tuple[str, str], int] = {}
    completed: dict[tuple[str, str], int] = {}
    for row in counts:
        cell = (row.setting, row.language)
        people[cell] = people.get(cell, 0) + row.people
        completed[cell] = completed.get(cell, 0) + row.people * (row.state in _ENDED)
    return [PartCount(*cell, people[cell], completed[cell]) for cell in sorted(people)]


# --- queries ------------------------------------------------------------------------------------


def _counts(cohort_id: int, module_id: str) -> Select[str, str, str, int]:
    """Return the select of what triggers have counted already."""
    count = ReportCount
    return select(count.state, count.setting, count.language, count.people).where(
        count.cohort_id == cohort_id, count.module_id == module_id, count.people > 0
    )


def _on_the_way(cohort_id: int, module_id: str) -> Select[*tuple[Any, ...]]:
    """Return the select of (state, steps left, content, people) of those between start and end."""
    line, kept = ReportLine, KeptStanding
    alike = (line.state, kept.steps_left, kept.content)
    return (
        select(*alike, func.count().label("people"))
        .select_from(line)
        .join(kept, and_(kept.person_id == line.person_id, kept.module_id == line.module_id))
        .where(
            line.cohort_id == cohort_id, line.module_id == module_id, line.state.in_(_ON_THE_WAY)
        )
        .group_by(*alike)
    )


def _list_quarters(cohort_id: int, module_id: str) -> Mapping[int, int]:
    """Return how many completed first in which quarter of an hour: databases know few zones."""
    line = ReportLine
    first = (
        select(func.min(Enrolment.completed_at).label("moment"))
        .select_from(line)
        .join(
            Enrolment,
            and_(Enrolment.person_id == line.person_id, Enrolment.module_id == line.module_id),
        )
        .where(
            line.cohort_id == cohort_id,
            line.module_id == module_id,
            line.state.in_(_ENDED),
            Enrolment.completed_at.is_not(None),
        )
        .group_by(line.person_id)
        .subquery()
    )
    seconds = {
        "sqlite": lambda moment: cast(func.strftime("%s", moment), Integer),
        "postgresql": lambda moment: cast(func.floor(extract("epoch", moment)), BigInteger),
    }[db.engine.dialect.name](first.c.moment)
    quarter = seconds // QUARTER
    people = func.count().label("people")
    counted = select(quarter.label("quarter"), people).group_by("quarter")
    return {row.quarter: row.people for row in read(counted, {})}
