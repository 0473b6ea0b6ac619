"""Parting two accounts that were made one: every row comes back, or nothing is changed.

What the account that stayed did after the merge stays with it. What was moved must not have gone
on meanwhile: it could belong to either of the two.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum

from sqlalchemy import or_, select

from soar_lms.accounts.followers import tell_followers
from soar_lms.accounts.models import Person
from soar_lms.accounts.services import list_people
from soar_lms.administration.journal import (
    NotRestorableError,
    Rows,
    digest,
    find_changed_since,
    read_rows,
    restore,
)
from soar_lms.administration.models import PersonMerge
from soar_lms.audit.services import Action, Actor, record
from soar_lms.content import catalogue
from soar_lms.database import db
from soar_lms.errors import DomainError
from soar_lms.i18n import lazy_gettext
from soar_lms.learning.keeping import keep_people
from soar_lms.messages.services import post_message, public_url


class Obstacle(StrEnum):
    """Why two accounts cannot be parted any more; `people_wording.py` has the words."""

    UNDONE = "undone"
    LATER_MERGE = "later-merge"
    WENT_ON = "went-on"
    COMPLETED = "completed"
    CHANGED = "changed"


@dataclass(frozen=True)
class Hindrance:
    """One thing that is in the way of an undo, with its number or table."""

    obstacle: Obstacle
    detail: str


class UndoHinderedError(DomainError):
    """The accounts cannot be parted whole, so nothing was changed."""

    title = lazy_gettext("These accounts cannot be parted any more")
    message = lazy_gettext("Something has changed since they were made one. Nothing was changed.")


def find_hindrances(merge: PersonMerge) -> list[Hindrance]:
    """Return what is in the way of an undo; nothing, if it can be whole."""
    if merge.undone_at is not None:
        return [Hindrance(Obstacle.UNDONE, str(merge.id))]
    later = _find_later(merge)
    if later is not None:
        return [Hindrance(Obstacle.LATER_MERGE, str(later))]
    rows = read_rows((merge.keep_id, merge.other_id))
    changed = find_changed_since(merge.journal["changes"], rows)
    return [
        *(Hindrance(Obstacle.WENT_ON, place) for place in _find_gone_on(merge, rows)),
        *(Hindrance(Obstacle.COMPLETED, place) for place in _find_completed(merge, rows)),
        *(Hindrance(Obstacle.CHANGED, table) for table in changed),
    ]


def _find_later(merge: PersonMerge) -> int | None:
    """Return a later merge that rests on this one."""
    both = (merge.keep_id, merge.other_id)
    return db.session.scalar(
        select(PersonMerge.id)
        .where(
            PersonMerge.id > merge.id,
            PersonMerge.undone_at.is_(None),
            or_(PersonMerge.keep_id.in_(both), PersonMerge.other_id.in_(both)),
        )
        .order_by(PersonMerge.id.desc())
        .limit(1)
    )


def _find_gone_on(merge: PersonMerge, rows: Rows) -> list[str]:
    """Return what was moved and is not as it was moved."""
    return [
        f"{table} {key[0]}"
        for table, key, left in merge.journal["moved"]
        if digest(rows, table, tuple(key)) != left
    ]


def _find_completed(merge: PersonMerge, rows: Rows) -> list[str]:
    """Return the enrolments that took something over and were completed since."""
    return [
        f"enrolments {number}"
        for number, completed_at in merge.journal["combined"]
        if rows["enrolments"].get((number,), {}).get("completed_at") != completed_at
    ]


def undo_merge(merge_id: int, *, actor: Actor, now: datetime) -> PersonMerge:
    """Part two accounts again; both hear of it.

    :raises UndoHinderedError: when it could not be whole; nothing is changed then.
    """
    merge = db.session.scalars(
        select(PersonMerge)
        .where(PersonMerge.id == merge_id)
        .with_for_update()
        .execution_options(populate_existing=True)
    ).one()
    if find_hindrances(merge):
        raise UndoHinderedError
    try:
        restore(merge.journal["changes"])
    except NotRestorableError:
        raise UndoHinderedError from None
    db.session.expire_all()
    keep_people((merge.keep_id, merge.other_id), catalogue())
    tell_followers((merge.keep_id, merge.other_id))
    merge.undone_at = now
    for person_id, twin_id in (
        (merge.keep_id, merge.other_id),
        (merge.other_id, merge.keep_id),
    ):
        record(
            Action.PEOPLE_UNMERGED,
            actor=actor,
            now=now,
            person_id=person_id,
            other_person=twin_id,
            number=merge.id,
        )
    for person in list_people((merge.keep_id, merge.other_id)).values():
        _tell(person, now)
    return merge


def _tell(person: Person, now: datetime) -> None:
    """Tell somebody that an account is again as it was before."""
    post_message(
        "accounts-parted",
        recipient=person.email,
        language=person.language,
        now=now,
        name=person.name,
        address=public_url("accounts.edit_emails", language=person.language),
    )
