"""Everything on record of one learner's way, for those who help: states, dates, results.

What somebody answered, in a test or in the evaluation, is not in it.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import select

from soar_lms.accounts.models import Person
from soar_lms.assessments.models import Attempt
from soar_lms.assessments.records import list_attempts_of, list_last_answers
from soar_lms.catalogue.model import Catalogue
from soar_lms.certificates.models import Certificate
from soar_lms.certificates.models import Status as CertificateStatus
from soar_lms.certificates.services import list_certificates
from soar_lms.database import db
from soar_lms.learning.models import Enrolment, LessonCompletion
from soar_lms.learning.path import StepStatus
from soar_lms.learning.progress import Progress, load_progress
from soar_lms.learning.renewal import Renewal, Status, overall_status
from soar_lms.learning.standing import Standing, find_renewal, standing_of


@dataclass(frozen=True)
class LessonDone:
    """A lesson that was marked as done."""

    lesson_id: str
    at: datetime


@dataclass(frozen=True)
class CycleRecord:
    """One cycle of a module, as it stands on a day."""

    enrolment: Enrolment
    status: Status | None
    """None for a module that is no longer in the catalogue: nobody can say what it asked."""
    standing: Standing | None
    last_activity: datetime
    lessons: tuple[LessonDone, ...]
    """In the order they were done."""
    attempts: tuple[Attempt, ...]
    certificate: Certificate | None
    certificate_status: CertificateStatus | None
    renewal: Renewal | None
    """Of the newest cycle only: earlier ones are history."""

    @property
    def left(self) -> tuple[StepStatus, ...]:
        return self.standing.path.left if self.standing else ()


def list_cycles(person: Person, catalogue: Catalogue, now: datetime) -> list[CycleRecord]:
    """Return every cycle of every module that somebody began, by module, the first cycle first."""
    enrolments = list(
        db.session.scalars(
            select(Enrolment)
            .where(Enrolment.person_id == person.id)
            .order_by(Enrolment.module_id, Enrolment.cycle)
        )
    )
    ids = [enrolment.id for enrolment in enrolments]
    progress, attempts = load_progress(ids), list_attempts_of(ids)
    lessons = _list_lessons(ids)
    activity = _list_activity(enrolments, lessons)
    held = {item.enrolment_id: item for item in reversed(list_certificates(person.id))}
    newest = {enrolment.module_id: enrolment.id for enrolment in enrolments}
    return [
        _record(
            enrolment,
            catalogue,
            progress[enrolment.id],
            activity[enrolment.id],
            tuple(lessons[enrolment.id]),
            tuple(attempts[enrolment.id]),
            held.get(enrolment.id),
            now,
            is_newest=newest[enrolment.module_id] == enrolment.id,
        )
        for enrolment in enrolments
    ]


def _record(
    enrolment: Enrolment,
    catalogue: Catalogue,
    progress: Progress,
    last_activity: datetime,
    lessons: tuple[LessonDone, ...],
    attempts: tuple[Attempt, ...],
    certificate: Certificate | None,
    now: datetime,
    *,
    is_newest: bool,
) -> CycleRecord:
    module = catalogue.find_module(enrolment.module_id)
    standing = standing_of(enrolment, module, progress) if module else None
    is_valid = certificate is not None and certificate.revoked_at is None
    current = certificate if is_newest and is_valid else None
    renewal = find_renewal(module, current, now) if module else None
    return CycleRecord(
        enrolment=enrolment,
        status=(
            overall_status(standing.path.state, enrolment.cycle, renewal) if standing else None
        ),
        standing=standing,
        last_activity=last_activity,
        lessons=lessons,
        attempts=attempts,
        certificate=certificate,
        certificate_status=certificate.status_at(now) if certificate else None,
        renewal=renewal,
    )


def _list_lessons(enrolment_ids: Sequence[int]) -> dict[int, list[LessonDone]]:
    """Return the lessons that were done, by enrolment, the first one first."""
    found: dict[int, list[LessonDone]] = {enrolment_id: [] for enrolment_id in enrolment_ids}
    done = LessonCompletion
    rows = db.session.execute(
        select(done.enrolment_id, done.lesson_id, done.completed_at)
        .where(done.enrolment_id.in_(enrolment_ids))
        .order_by(done.completed_at, done.lesson_id)
    )
    for enrolment_id, lesson_id, moment in rows:
        found[enrolment_id].append(LessonDone(lesson_id, moment))
    return found


def _list_activity(
    enrolments: list[Enrolment], lessons: Mapping[int, Sequence[LessonDone]]
) -> dict[int, datetime]:
    """Return when something was last done in each enrolment."""
    answers = list_last_answers([enrolment.id for enrolment in enrolments])
    return {
        item.id: max(
            moment
            for moment in (
                item.enrolled_at,
                item.completed_at,
                *(lesson.at for lesson in lessons[item.id][-1:]),
                answers.get(item.id),
            )
            if moment is not None
        )
        for item in enrolments
    }
