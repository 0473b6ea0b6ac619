"""Certificates of two accounts of one person: all of them are kept, each with its enrolment."""

from __future__ import annotations

from collections.abc import Collection
from datetime import datetime

from sqlalchemy import select, update

from soar_lms.certificates.models import Certificate, Status
from soar_lms.database import db


def list_valid_enrolments(person_ids: Collection[int], now: datetime) -> set[int]:
    """Return the enrolments of people that have a certificate which is valid now."""
    found = db.session.scalars(select(Certificate).where(Certificate.person_id.in_(person_ids)))
    return {
        item.enrolment_id
        for item in found
        if item.enrolment_id is not None and item.status_at(now) is Status.VALID
    }


def move_certificates(keep_id: int, other_id: int) -> None:
    """Give all certificates of one person to another; what is printed on them stays."""
    db.session.execute(
        update(Certificate).where(Certificate.person_id == other_id).values(person_id=keep_id)
    )
