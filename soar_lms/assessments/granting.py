"""One more try of the post-test than its rules allow. The floor above decides who gives it."""

from __future__ import annotations

from collections.abc import Collection
from datetime import datetime

from sqlalchemy import bindparam, select
from sqlalchemy.dialects import postgresql, sqlite

from soar_lms.assessments.models import AttemptGrant
from soar_lms.database import Among, Numbers, db


def list_granted(enrolment_ids: Collection[int]) -> dict[int, set[int]]:
    """Return the numbers of the attempts that were granted, by enrolment, in one query."""
    grants = list_grants(enrolment_ids)
    return {enrolment_id: set(numbers) for enrolment_id, numbers in grants.items()}


def list_grants(enrolment_ids: Collection[int]) -> dict[int, dict[int, datetime]]:
    """Return when attempts were granted, by enrolment and number, in one query."""
    granted: dict[int, dict[int, datetime]] = {enrolment_id: {} for enrolment_id in enrolment_ids}
    wanted = Among(AttemptGrant.enrolment_id, bindparam("enrolment_ids", enrolment_ids, Numbers))
    for grant in db.session.scalars(select(AttemptGrant).where(wanted)):
        granted[grant.enrolment_id][grant.number] = grant.granted_at
    return granted


def keep_grant(enrolment_id: int, number: int, now: datetime) -> bool:
    """Allow the attempt of a number; return whether it was not allowed before."""
    insert = postgresql.insert if db.engine.dialect.name == "postgresql" else sqlite.insert
    statement = (
        insert(AttemptGrant)
        .values(enrolment_id=enrolment_id, number=number, granted_at=now)
        .on_conflict_do_nothing()
        .returning(AttemptGrant.number)
    )
    return db.session.execute(statement).first() is not None
