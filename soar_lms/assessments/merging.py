"""What two enrolments of one person have, brought together in one of them; nothing is deleted."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import select

from soar_lms.assessments.models import Attempt, AttemptGrant, CheckAnswer, EvaluationReceipt
from soar_lms.assessments.services import POST
from soar_lms.database import db
from soar_lms.moving import move_missing

_APART = 1_000_000
"""Numbers are moved out of each other's way before they get their new ones."""


def combine_assessments(present_id: int, history_id: int) -> None:
    """Let one enrolment take over the attempts, checks and the receipt of the other.

    What the present one has already stays with the other: a check that both answered, a second
    receipt, and a second open attempt, of which there can be only one.
    """
    attempts = _list_attempts(present_id, history_id)
    is_open = {item.instrument for item in attempts if _is_open_in(item, present_id)}
    moving = [
        item
        for item in attempts
        if item.enrolment_id == present_id or not item.is_open or item.instrument not in is_open
    ]
    unused = _list_unused_grants(present_id, attempts)
    for place, attempt in enumerate(moving, start=1):
        attempt.number = _APART + place
    db.session.flush()
    _number_anew(moving, present_id)
    _shift_grants(unused, sum(item.instrument == POST for item in moving))
    move_missing(CheckAnswer, "enrolment_id", history_id, present_id)
    move_missing(EvaluationReceipt, "enrolment_id", history_id, present_id)


def _list_unused_grants(present_id: int, attempts: list[Attempt]) -> list[AttemptGrant]:
    """Return the tries that somebody gave and that were not begun, the last one first."""
    taken = [item.number for item in attempts if _is_post_of(item, present_id)]
    return list(
        db.session.scalars(
            select(AttemptGrant)
            .where(
                AttemptGrant.enrolment_id == present_id, AttemptGrant.number > max(taken, default=0)
            )
            .order_by(AttemptGrant.number.desc())
        )
    )


def _is_post_of(attempt: Attempt, enrolment_id: int) -> bool:
    return attempt.enrolment_id == enrolment_id and attempt.instrument == POST


def _shift_grants(grants: list[AttemptGrant], taken: int) -> None:
    """Let tries that were given follow those that were taken, in both accounts."""
    for grant, number in zip(grants, range(taken + len(grants), taken, -1), strict=True):
        grant.number = number
        db.session.flush()


def _list_attempts(*enrolment_ids: int) -> list[Attempt]:
    return list(
        db.session.scalars(
            select(Attempt)
            .where(Attempt.enrolment_id.in_(enrolment_ids))
            .order_by(Attempt.id)
            .with_for_update()
            .execution_options(populate_existing=True)
        )
    )


def _is_open_in(attempt: Attempt, enrolment_id: int) -> bool:
    return attempt.is_open and attempt.enrolment_id == enrolment_id


def _number_anew(attempts: list[Attempt], enrolment_id: int) -> None:
    """Number them as they were handed in: the first is the first, and an open one the last."""
    numbers: dict[str, int] = {}
    for attempt in sorted(attempts, key=_handed_in):
        attempt.enrolment_id = enrolment_id
        attempt.number = numbers[attempt.instrument] = numbers.get(attempt.instrument, 0) + 1
    db.session.flush()


def _handed_in(attempt: Attempt) -> tuple[bool, datetime, int]:
    return attempt.is_open, attempt.submitted_at or attempt.started_at, attempt.id
