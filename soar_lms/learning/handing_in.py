"""Handing a test in: found, locked, graded and kept with few statements.

Each is written once and run without the ORM: a learner waits for them, and whoever saves an answer
or hands in at the same moment waits too.
"""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import select

from soar_lms.assessments import services as assessments
from soar_lms.assessments.models import Attempt
from soar_lms.catalogue.model import Module
from soar_lms.database import read
from soar_lms.errors import NotFoundError
from soar_lms.learning.keeping import keep_locked
from soar_lms.learning.models import Enrolment
from soar_lms.learning.standing import ITS_ATTEMPT, address_of_attempt


def hand_in_test(
    person_id: int, module: Module, instrument: str, number: int, now: datetime
) -> bool:
    """Hand somebody's test in and grade it, in the caller's transaction.

    Return whether this did it: a second time changes nothing.

    :raises NotFoundError: when there is no such attempt in the present cycle.
    """
    row = read(_TAKEN, address_of_attempt(person_id, module.id, instrument, number)).first()
    if row is None:
        raise NotFoundError
    if not row.is_open:
        return False
    assessments.submit_attempt(row.attempt_id, row.items, row.pass_mark, now)
    keep_locked(Enrolment(**{name: row._mapping[name] for name in _COLUMNS}), module)
    return True


_COLUMNS = Enrolment.__table__.columns.keys()
_TAKEN = (
    select(
        Attempt.id.label("attempt_id"),
        Attempt.items,
        Attempt.pass_mark,
        Attempt.submitted_at.is_(None).label("is_open"),
        *Enrolment.__table__.columns,
    )
    .join_from(Attempt, Enrolment, Enrolment.id == Attempt.enrolment_id)
    .where(*ITS_ATTEMPT)
    .with_for_update(key_share=True)
)
"""The attempt and its enrolment, both locked: no answer comes while it is graded, and of two steps
that are done at once, the later row of `standings` knows both. (SQLite has one lock anyway.)"""
