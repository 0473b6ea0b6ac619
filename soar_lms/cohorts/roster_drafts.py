"""Lists of people between being sent and being imported: kept for a day, seen by one trainer."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import ColumnElement, bindparam, delete, func, select
from sqlalchemy.orm import undefer

from soar_lms.accounts.models import Person, Reader
from soar_lms.cohorts.invitations import list_emails_of_members
from soar_lms.cohorts.models import Cohort, RosterDraft, RosterLine
from soar_lms.cohorts.roster_rows import KnownLine, Outcome, Row, judge
from soar_lms.database import Among, Words, db, transaction
from soar_lms.errors import DomainError
from soar_lms.i18n import lazy_gettext
from soar_lms.tasks.models import Task
from soar_lms.tasks.services import list_tasks

KEPT_FOR = timedelta(days=1)
"""After a list was sent, and once more after its import was asked for; the privacy page says it."""


class DraftOverError(DomainError):
    """A list was imported or thrown away, or a day has passed."""

    status = 410
    title = lazy_gettext("This list is not here any more")
    message = lazy_gettext(
        "We delete a list when it has been imported, when you send another one, and after a day. "
        "Go back to the group, and choose the file again."
    )


def keep_draft(
    cohort: Cohort,
    rows: Sequence[Row],
    *,
    facts: Mapping[str, Any],
    language: str,
    owner: Person | Reader,
    now: datetime,
) -> RosterDraft:
    """Keep a list until its trainer has looked at it, in place of one that still waits.

    :param facts: what is said of the file: `unused`, `clients` (names of columns), `sheet`.
    :param language: of e-mail to those for whom no other one is known.
    """
    discard_waiting(cohort, owner, now)
    draft = RosterDraft(
        cohort_id=cohort.id,
        owner_id=owner.id,
        language=language,
        facts={**facts, "rows": len(rows)},
        rows=[row.pack() for row in rows],
        outcomes={},
        created_at=now,
        expires_at=now + KEPT_FOR,
    )
    db.session.add(draft)
    db.session.flush()
    return draft


def discard_waiting(cohort: Cohort, owner: Person | Reader, now: datetime) -> None:
    """Throw away what somebody sent for a group, but for what is being imported."""
    waiting = select(RosterDraft.id).where(*_is_waiting(cohort, owner, now))
    db.session.execute(
        delete(RosterDraft)
        .where(RosterDraft.id.in_(waiting))
        .execution_options(synchronize_session=False)
    )


def find_waiting(cohort: Cohort, owner: Person | Reader, now: datetime) -> RosterDraft | None:
    """Return the list that somebody sent for a group and is not being imported."""
    waiting = select(RosterDraft).where(*_is_waiting(cohort, owner, now))
    return db.session.scalar(waiting.where(RosterDraft.expires_at > now).limit(1))


def _is_waiting(
    cohort: Cohort, owner: Person | Reader, now: datetime
) -> tuple[ColumnElement[bool], ...]:
    busy = [
        task.parameters["draft"] for task in list_imports(cohort, owner, now) if not task.is_over
    ]
    return (
        RosterDraft.cohort_id == cohort.id,
        RosterDraft.owner_id == owner.id,
        RosterDraft.id.not_in(busy),
    )


def list_imports(cohort: Cohort, owner: Person | Reader, now: datetime) -> list[Task]:
    """Return what somebody had imported into a group, the newest first."""
    return list_tasks(owner.id, subject_of(cohort.id), now)


def subject_of(cohort_id: int) -> str:
    """Return what imports into a group are about, as tasks call it."""
    return f"roster-{cohort_id}"


def get_draft(cohort: Cohort, owner: Person | Reader, draft_id: int, now: datetime) -> RosterDraft:
    """Return a list that somebody sent for a group.

    :raises DraftOverError: when it is not there, or not there any more.
    """
    draft = db.session.scalar(
        select(RosterDraft)
        .where(
            RosterDraft.id == draft_id,
            RosterDraft.cohort_id == cohort.id,
            RosterDraft.owner_id == owner.id,
            RosterDraft.expires_at > now,
        )
        .options(undefer(RosterDraft.rows))
    )
    if draft is None:
        raise DraftOverError
    return draft


def lock_draft(draft_id: int) -> RosterDraft:
    """Return a list as it is now, with what was made of it, and keep others from it.

    :raises DraftOverError: when it is not there any more.
    """
    draft = db.session.scalar(
        select(RosterDraft)
        .where(RosterDraft.id == draft_id)
        .with_for_update()
        .options(undefer(RosterDraft.rows), undefer(RosterDraft.outcomes))
        .execution_options(populate_existing=True)
    )
    if draft is None:
        raise DraftOverError
    return draft


def delete_draft(draft_id: int) -> None:
    """Delete a list that has been imported; one that is not there any more stays so."""
    db.session.execute(
        delete(RosterDraft)
        .where(RosterDraft.id == draft_id)
        .execution_options(synchronize_session=False)
    )


def tidy_drafts(now: datetime) -> int:
    """Delete the lists whose time is over, in a transaction of its own; return how many."""
    over = select(func.count()).where(RosterDraft.expires_at <= now)
    count = db.session.scalars(over).one()
    if count:  # a look costs no lock
        with transaction():
            db.session.execute(delete(RosterDraft).where(RosterDraft.expires_at <= now))
    return count


# --- what would become of it --------------------------------------------------------------------


def read_lines(cohort: Cohort, emails: Collection[str]) -> dict[str, KnownLine]:
    """Return the invitations of a group to addresses, by address, in one query."""
    columns = (RosterLine.email, RosterLine.id, RosterLine.name, RosterLine.accepted_at)
    wanted = bindparam("emails", list(emails), Words)
    found = db.session.execute(
        select(*columns).where(RosterLine.cohort_id == cohort.id, Among(RosterLine.email, wanted))
    )
    return {
        email: KnownLine(number, name, accepted_at is not None)
        for email, number, name, accepted_at in found
    }


def judge_rows(cohort: Cohort, rows: Sequence[Row]) -> tuple[list[Outcome], dict[str, KnownLine]]:
    """Say what becomes of rows as things are now, and which invitations there are; three queries.

    Where the roster is locked, it stays true until the transaction ends.
    """
    emails = [row.email for row in rows if row.fault is None and row.first is None]
    lines, members = read_lines(cohort, emails), list_emails_of_members(cohort, emails)
    return [judge(row, lines, members) for row in rows], lines
