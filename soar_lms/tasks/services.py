"""Asking for work, looking at it, stopping it, having its file."""

from __future__ import annotations

import hashlib
import json
import secrets
from collections.abc import Collection, Mapping
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

from sqlalchemy import Select, bindparam, delete, func, select, update
from sqlalchemy.exc import IntegrityError

from soar_lms.database import Among, Numbers, db
from soar_lms.errors import DomainError, NotFoundError
from soar_lms.i18n import lazy_gettext
from soar_lms.tasks.files import files_folder
from soar_lms.tasks.kinds import Kind, kind_of, known_kinds, order_of
from soar_lms.tasks.models import State, Task

MOST_LIVE = 10
"""Tasks that one person can have under way: a flood of them would keep others waiting."""
KEPT_UNFINISHED = timedelta(days=1)
_LISTED = 10
_LISTED_OF_ALL = 20
"""Few, as for each it is asked whether it may be had still."""


class TooManyTasksError(DomainError):
    """Somebody has asked for a lot already."""

    status = 429
    title = lazy_gettext("Please wait a little")
    message = lazy_gettext(
        "A lot that you asked for is still being made. Please wait until some of it is ready."
    )


def ask_for(
    kind: Kind,
    *,
    owner_id: int,
    subject: str,
    parameters: Mapping[str, Any],
    language: str,
    now: datetime,
) -> Task:
    """Write down work to be done; the same that is under way already is not begun again.

    :raises TooManyTasksError: when the owner has too much under way.
    """
    fingerprint = _fingerprint(kind, parameters, language)
    under_way = db.session.scalar(_live(owner_id, fingerprint))
    if under_way is not None:
        return under_way
    if _count_live(owner_id) >= MOST_LIVE:
        raise TooManyTasksError
    task = Task(
        kind=kind.name,
        owner_id=owner_id,
        subject=subject,
        parameters=dict(parameters),
        fingerprint=fingerprint,
        language=language,
        folder=secrets.token_hex(16),
        created_at=now,
        due_at=now,
    )
    try:
        with db.session.begin_nested():
            db.session.add(task)
    except IntegrityError:  # a second click was faster
        return db.session.scalars(_live(owner_id, fingerprint)).one()
    return task


def _fingerprint(kind: Kind, parameters: Mapping[str, Any], language: str) -> str:
    text = json.dumps([kind.name, parameters, language], sort_keys=True)
    return hashlib.sha256(text.encode()).hexdigest()


def _live(owner_id: int, fingerprint: str) -> Select[Task]:
    return select(Task).where(
        Task.owner_id == owner_id, Task.fingerprint == fingerprint, Task.finished_at.is_(None)
    )


def _count_live(owner_id: int) -> int:
    live = select(func.count()).where(Task.owner_id == owner_id, Task.finished_at.is_(None))
    return db.session.scalars(live).one()


def get_task(owner_id: int, task_id: int, now: datetime) -> Task:
    """Return a task of somebody, as long as they may have what comes of it.

    :raises NotFoundError: when there is none, it is somebody else's, or it is not theirs any more.
    """
    task = db.session.get(Task, task_id)
    if task is None or task.owner_id != owner_id or task.kind not in known_kinds():
        raise NotFoundError
    is_kept = task.expires_at is None or task.expires_at > now
    if not is_kept or not kind_of(task).allows(order_of(task)):
        raise NotFoundError
    return task


def list_tasks(owner_id: int, subject: str, now: datetime) -> list[Task]:
    """Return somebody's newest tasks about one thing, but for what they stopped themselves."""
    about = _kept(owner_id, now).where(Task.subject == subject)
    return list(db.session.scalars(about.limit(_LISTED)))


def list_all_tasks(owner_id: int, now: datetime) -> list[Task]:
    """Return somebody's newest tasks about anything that they may still have."""
    found = db.session.scalars(_kept(owner_id, now).limit(_LISTED_OF_ALL))
    return [task for task in found if kind_of(task).allows(order_of(task))]


def _kept(owner_id: int, now: datetime) -> Select[Task]:
    return (
        select(Task)
        .where(
            Task.owner_id == owner_id,
            Task.kind.in_(known_kinds()),
            Task.state != State.CANCELLED,
            Task.expires_at.is_(None) | (Task.expires_at > now),
        )
        .order_by(Task.id.desc())
    )


def cancel_task(task: Task, now: datetime) -> bool:
    """Stop a task that is not over; its worker notices before the next piece of work.

    Return whether there was anything to stop: one that was finished meanwhile stays as it is.
    """
    stopped = db.session.execute(
        update(Task)
        .where(Task.id == task.id, Task.finished_at.is_(None))
        .values(
            state=State.CANCELLED,
            holder=None,
            finished_at=now,
            expires_at=now + KEPT_UNFINISHED,
        )
        .returning(Task.id)
        .execution_options(synchronize_session=False)
    ).first()
    db.session.refresh(task)
    return stopped is not None


def delete_tasks(owner_ids: Collection[int]) -> None:
    """Delete what people asked for; the worker takes the files away a day later."""
    owners = bindparam("owners", list(owner_ids), Numbers)
    db.session.execute(
        delete(Task)
        .where(Among(Task.owner_id, owners))
        .execution_options(synchronize_session=False)
    )


def get_file(task: Task) -> Path:
    """Return where the result of a task is.

    :raises NotFoundError: when there is no result, or it is gone.
    """
    if task.file is None:
        raise NotFoundError
    path = files_folder() / task.folder / task.file
    if not path.is_file():
        raise NotFoundError
    return path
