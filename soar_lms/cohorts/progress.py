"""How far a group has come in a module: day by day, stage by stage, part by part.

However many people there are, it takes five queries, and what comes back is counted already.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import (
    BigInteger,
    ColumnElement,
    Integer,
    Select,
    String,
    and_,
    bindparam,
    cast,
    extract,
    func,
    literal_column,
    or_,
    select,
)

from soar_lms.catalogue.model import Module
from soar_lms.cohorts.models import Cohort, ReportCount, ReportLine
from soar_lms.cohorts.pace import QUARTER, Pace, make_pace
from soar_lms.cohorts.services import list_due_days
from soar_lms.cohorts.stages import Group, StageCount, count_stages, stages_of
from soar_lms.database import db, read
from soar_lms.learning.models import Enrolment, KeptStanding, LessonCompletion
from soar_lms.learning.path import SHARED, fingerprint, requirements
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
class LessonCount:
    """How many people have done a lesson as their setting has it."""

    lesson_id: str
    people: int


@dataclass(frozen=True)
class Progress:
    """How far a group has come in a module."""

    module: Module
    pace: Pace
    stages: Sequence[StageCount]
    lessons: Sequence[LessonCount]
    """In the order of the module; who has completed it has done all of them."""
    parts: Sequence[PartCount]
    has_outdated: bool
    """Whether some steps were worked out by other content: they will be anew in minutes."""


def measure_progress(cohort: Cohort, module: Module, now: datetime) -> Progress:
    """Return how far a group has come in a module."""
    asked_for = {"cohort_id": cohort.id, "module_id": module.id}
    counts = list(read(_COUNTS, asked_for))
    on_the_way = list(read(_ON_THE_WAY_BY_STEPS, asked_for))
    by_quarter = read(_QUARTERS[db.engine.dialect.name], asked_for)
    groups = [
        *(Group(row.state, "", row.people) for row in counts if row.state not in _ON_THE_WAY),
        *(Group(row.state, row.steps_left or "", row.people) for row in on_the_way),
    ]
    asked = requirements(module, module.spec.settings[0])
    pace = make_pace(
        (tuple(row) for row in by_quarter),
        time_zone=cohort.time_zone,
        created_at=cohort.created_at,
        now=now,
        due_on=list_due_days(cohort).get(module.id),
        people=sum(row.people for row in counts),
    )
    return Progress(
        module,
        pace,
        count_stages(stages_of(asked), groups),
        _count_lessons(module, counts, read(_LESSONS_DONE, asked_for)),
        _count_parts(counts),
        any(row.content != fingerprint(module) for row in on_the_way),
    )


def _count_lessons(module: Module, counts: Iterable[Any], done: Iterable[Any]) -> list[LessonCount]:
    ended = sum(row.people for row in counts if row.state in _ENDED)
    people: Counter[tuple[str, bool]] = Counter()
    for row in done:
        people[row.lesson_id, row.setting != SHARED] += row.people
    return [
        LessonCount(lesson.id, ended + people[lesson.id, lesson.by_setting])
        for lesson in module.spec.lessons
    ]


def list_parts(cohort: Cohort, module: Module) -> list[PartCount]:
    """Return how many people of a group take a module where, in one query."""
    return _count_parts(list(read(_COUNTS, {"cohort_id": cohort.id, "module_id": module.id})))


def _count_parts(counts: Sequence[Any]) -> list[PartCount]:
    people: dict[tuple[str, str], int] = {}
    completed: dict[tuple[str, str], int] = {}
    for row in counts:
        cell = (row.setting, row.language)
        people[cell] = people.get(cell, 0) + row.people
        completed[cell] = completed.get(cell, 0) + row.people * (row.state in _ENDED)
    return [PartCount(*cell, people[cell], completed[cell]) for cell in sorted(people)]


# --- queries ------------------------------------------------------------------------------------

# Built once: putting a statement together costs more than running it.
_COHORT, _MODULE = bindparam("cohort_id", type_=Integer), bindparam("module_id", type_=String)
_line, _kept, _done = ReportLine, KeptStanding, LessonCompletion
_LINES = (_line.cohort_id == _COHORT, _line.module_id == _MODULE)

_COUNTS = select(
    ReportCount.state, ReportCount.setting, ReportCount.language, ReportCount.people
).where(ReportCount.cohort_id == _COHORT, ReportCount.module_id == _MODULE, ReportCount.people > 0)
"""What triggers have counted already."""

_ON_THE_WAY_BY_STEPS = (
    select(_line.state, _kept.steps_left, _kept.content, func.count().label("people"))
    .select_from(_line)
    .join(_kept, and_(_kept.person_id == _line.person_id, _kept.module_id == _line.module_id))
    .where(*_LINES, _line.state.in_(_ON_THE_WAY))
    .group_by(_line.state, _kept.steps_left, _kept.content)
)
"""Those between the start and the end, by what is left."""


_LESSONS_DONE = (
    select(_done.lesson_id, _done.setting, func.count().label("people"))
    .select_from(_line)
    .join(_kept, and_(_kept.person_id == _line.person_id, _kept.module_id == _line.module_id))
    .join(_done, _done.enrolment_id == _kept.enrolment_id)
    .where(
        *_LINES,
        _line.state.in_(_ON_THE_WAY),
        or_(_done.setting == SHARED, _done.setting == _kept.setting),
    )
    .group_by(_done.lesson_id, _done.setting)
)
"""The lessons of those between the start and the end."""


def _by_quarter(seconds: Callable[[Any], ColumnElement[int]]) -> Select[int, int]:
    """Return how many completed first in which quarter of an hour: databases know few zones."""
    first = (
        select(func.min(Enrolment.completed_at).label("moment"))
        .select_from(_line)
        .join(
            Enrolment,
            and_(Enrolment.person_id == _line.person_id, Enrolment.module_id == _line.module_id),
        )
        .where(*_LINES, _line.state.in_(_ENDED), Enrolment.completed_at.is_not(None))
        .group_by(_line.person_id)
        .subquery()
    )
    quarter = (seconds(first.c.moment) // literal_column(str(QUARTER))).label("quarter")
    return select(quarter, func.count().label("people")).group_by(quarter)


_QUARTERS = {
    "sqlite": _by_quarter(lambda moment: cast(func.strftime("%s", moment), Integer)),
    "postgresql": _by_quarter(
        lambda moment: cast(func.floor(extract("epoch", moment)), BigInteger)
    ),
}
