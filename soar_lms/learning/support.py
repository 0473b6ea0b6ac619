"""Everything on record of one learner's way, for those who help: states, dates, results.

What somebody answered, in a test or in the evaluation, is not in it.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import func, select

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
from soar_lms.learning.renewal import Renewal, Status, overall_status
from soar_lms.learning.standing import Progress, Standing, find_renewal, load_progress, standing_of


@dataclass(frozen=True)
class CycleRecord:
    """One cycle of a module, as it stands on a day."""

    enrolment: Enrolment
    status: Status | None
    """None for a module that is no longer in the catalogue: nobody can say what it asked."""
    standing: Standing | None
    last_activity: datetime
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
    activity = _list_activity(enrolments)
    held = {item.enrolment_id: item for item in reversed(list_certificates(person.id))}
    newest = {enrolment.module_id: enrolment.id for enrolment in enrolments}
    return [
        _record(
            enrolment,
            catalogue,
            progress[enrolment.id],
            activity[enrolment.id],
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
        attempts=attempts,
        certificate=certificate,
        certificate_status=certificate.status_at(now) if certificate else None,
        renewal=renewal,
    )


def _list_activity(enrolments: list[Enrolment]) -> dict[int, datetime]:
    """Return when something was last done in each enrolment."""
    ids = [enrolment.id for enrolment in enrolments]
    rows = db.session.execute(
        select(LessonCompletion.enrolment_id, func.max(LessonCompletion.completed_at))
        .where(LessonCompletion.enrolment_id.in_(ids))
        .group_by(LessonCompletion.enrolment_id)
    )
    lessons = {enrolment_id: moment for enrolment_id, moment in rows}  # noqa: C416  # rows to a dict
    answers = list_last_answers(ids)
    return {
        item.id: max(
            moment
            for moment in (
                item.enrolled_at,
                item.completed_at,
                lessons.get(item.id),
                answers.get(item.id),
            )
            if moment is not None
        )
        for item in enrolments
    }
