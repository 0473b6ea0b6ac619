"""Where learners stand, read from the database for pages, steps and reports.

Nothing here writes. A page asks for all it shows of its reader in one query.
"""

from __future__ import annotations

import json
from collections.abc import Collection
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from sqlalchemy import (
    JSON,
    Select,
    bindparam,
    case,
    literal,
    select,
    union_all,
)
from sqlalchemy.orm import aliased

from soar_lms.assessments import services as assessments
from soar_lms.assessments.models import Attempt, CheckAnswer
from soar_lms.assessments.services import Sitting
from soar_lms.catalogue.model import Catalogue, Module
from soar_lms.certificates.models import Certificate
from soar_lms.clock import local_date
from soar_lms.database import Among, Numbers, db, read
from soar_lms.errors import NotFoundError
from soar_lms.learning.models import Enrolment, LessonCompletion
from soar_lms.learning.path import (
    LessonKey,
    Path,
    PathKind,
    Requirements,
    assess,
    requirements,
)
from soar_lms.learning.progress import LESSON_FACT, Progress, load_progress, load_progress_of
from soar_lms.learning.renewal import Renewal, make_renewal


@dataclass(frozen=True)
class Standing:
    """An enrolment with what it asks and where it stands."""

    enrolment: Enrolment
    asked: Requirements
    path: Path
    progress: Progress


_PRESENT = (
    select(Enrolment)
    .where(
        Enrolment.person_id == bindparam("person_id"),
        Enrolment.module_id == bindparam("module_id"),
    )
    .order_by(Enrolment.cycle.desc())
    .limit(1)
)


def find_enrolment(person_id: int, module_id: str) -> Enrolment | None:
    """Return a person's present enrolment in a module (the latest cycle), or None."""
    return db.session.scalar(_PRESENT, {"person_id": person_id, "module_id": module_id})


def get_enrolment(person_id: int, module_id: str) -> Enrolment:
    """Return a person's present enrolment in a module.

    :raises NotFoundError: when there is none.
    """
    enrolment = find_enrolment(person_id, module_id)
    if enrolment is None:
        raise NotFoundError
    return enrolment


def find_standing(person_id: int, module: Module) -> Standing | None:
    """Return where a person stands in a module, or None when they did not begin it."""
    enrolment = find_enrolment(person_id, module.id)
    return None if enrolment is None else get_standing(enrolment, module)


def get_standing(enrolment: Enrolment, module: Module) -> Standing:
    """Return where an enrolment stands."""
    return standing_of(enrolment, module, load_progress_of(enrolment.id))


def standing_of(enrolment: Enrolment, module: Module, progress: Progress) -> Standing:
    """Put what was done and what is asked together."""
    facts = progress.facts(completed=enrolment.completed_at is not None)
    asked = requirements(module, enrolment.setting, PathKind(enrolment.path))
    return Standing(enrolment, asked, assess(asked, facts), progress)


def list_standings(
    catalogue: Catalogue, person_ids: Collection[int], module_ids: Collection[str]
) -> dict[tuple[int, str], Standing]:
    """Return where people stand in modules, by (person, module), in two queries."""
    enrolments = db.session.scalars(
        select(Enrolment)
        .where(
            Among(Enrolment.person_id, bindparam("person_ids", person_ids, Numbers)),
            Enrolment.module_id.in_(module_ids),
        )
        .order_by(Enrolment.cycle)
    )
    latest = {
        (item.person_id, item.module_id): item
        for item in enrolments
        if item.module_id in catalogue.modules
    }
    progress = load_progress([item.id for item in latest.values()])
    return {
        key: standing_of(item, catalogue.modules[item.module_id], progress[item.id])
        for key, item in latest.items()
    }


def find_renewal(module: Module, certificate: Certificate | None, now: datetime) -> Renewal | None:
    """Return when a certificate can be renewed; None where there is none, or it does not expire.

    The day is that of the certificate's own zone: its last day was reckoned there.
    """
    if certificate is None or certificate.expires_on is None:
        return None
    today = local_date(now, certificate.time_zone)
    return make_renewal(module.spec.renewal, certificate.expires_on, today)


def select_places(people: Select[int]) -> Select[int, str, str]:
    """Return the select of the present enrolments of people in the module `module_id`.

    Its columns are enrolment_id, setting and language.
    """
    later = aliased(Enrolment)
    is_followed = select(later.id).where(
        later.person_id == Enrolment.person_id,
        later.module_id == Enrolment.module_id,
        later.cycle > Enrolment.cycle,
    )
    return select(Enrolment.id.label("enrolment_id"), Enrolment.setting, Enrolment.language).where(
        Enrolment.module_id == bindparam("module_id"),
        Enrolment.person_id.in_(people),
        ~is_followed.exists(),
    )


@dataclass(frozen=True)
class Reading:
    """What a lesson page needs to know of its reader."""

    setting: str
    completed: bool
    lessons_done: tuple[LessonKey, ...]
    """In order, so that equal readers are equal."""
    checks: dict[str, tuple[str, ...]] = field(compare=False)


_PRESENT_ID = (
    select(Enrolment.id)
    .where(
        Enrolment.person_id == bindparam("person_id"),
        Enrolment.module_id == bindparam("module_id"),
    )
    .order_by(Enrolment.cycle.desc())
    .limit(1)
    .scalar_subquery()
)
"""The latest cycle of a person in a module; earlier ones are history."""

_READING = union_all(
    select(
        literal("enrolment"),
        Enrolment.setting,
        case((Enrolment.completed_at.is_(None), ""), else_="completed"),
    ).where(Enrolment.id == _PRESENT_ID),
    select(literal(LESSON_FACT), LessonCompletion.lesson_id, LessonCompletion.setting).where(
        LessonCompletion.enrolment_id == _PRESENT_ID
    ),
    select(literal("check"), *assessments.CHECK_COLUMNS).where(
        CheckAnswer.enrolment_id == _PRESENT_ID
    ),
)


def find_reading(person_id: int, module_id: str) -> Reading | None:
    """Return what a lesson page needs, in one query; None for somebody who did not enrol."""
    rows = read(_READING, {"person_id": person_id, "module_id": module_id})
    setting, completed, lessons, checks = None, False, [], {}
    for kind, key, detail in rows:  # type: ignore[misc]  # three columns
        if kind == LESSON_FACT:
            lessons.append((key, detail))
        elif kind == "check":
            checks[key] = tuple(json.loads(detail))
        else:
            setting, completed = key, bool(detail)
    if setting is None:
        return None
    return Reading(setting, completed, tuple(sorted(lessons)), checks)


ITS_ATTEMPT = (
    Attempt.enrolment_id == _PRESENT_ID,
    Attempt.instrument == bindparam("instrument"),
    Attempt.number == bindparam("number"),
)
"""An attempt in the present cycle, by the values of `address_of_attempt`."""

_ATTEMPT = select(Attempt).where(*ITS_ATTEMPT)
_SITTING = select(
    Attempt.id, Attempt.items[bindparam("place", type_=JSON.JSONIntIndexType())].label("item")
).where(*ITS_ATTEMPT)


def get_attempt(person_id: int, module_id: str, instrument: str, number: int) -> Attempt:
    """Return somebody's attempt at a test of a module, in its present cycle, in one query.

    :raises NotFoundError: when there is none.
    """
    attempt = db.session.scalar(
        _ATTEMPT, address_of_attempt(person_id, module_id, instrument, number)
    )
    if attempt is None:
        raise NotFoundError
    return attempt


def get_sitting(
    person_id: int, module_id: str, instrument: str, number: int, position: int
) -> Sitting:
    """Return what saving an answer needs: of `get_attempt`, the one question at a position from 1.

    :raises NotFoundError: when there is no such attempt or question.
    """
    values = address_of_attempt(person_id, module_id, instrument, number)
    row = read(_SITTING, values | {"place": position - 1}).first()
    if row is None or row.item is None or position < 1:
        raise NotFoundError
    return Sitting(row.id, [row.item])


def address_of_attempt(
    person_id: int, module_id: str, instrument: str, number: int
) -> dict[str, Any]:
    """Return the values that `ITS_ATTEMPT` asks for."""
    return {
        "person_id": person_id,
        "module_id": module_id,
        "instrument": instrument,
        "number": number,
    }
