"""Doing the work: one slice at a time, by any number of workers, never counted twice.

A task is taken by moving its `due_at` on and writing a random word into it. Whoever finds another
word there has lost the task (it was stopped, or another worker thought this one dead), and what it
still makes counts for nothing. A worker that dies loses one slice at most: the task falls due
again, and goes on at the first slice that is not done.
"""

from __future__ import annotations

import secrets
from collections.abc import Callable
from datetime import datetime, timedelta
from math import ceil
from pathlib import Path
from typing import Any

import structlog
from sqlalchemy import delete, select, update
from sqlalchemy.orm import undefer

from soar_lms.clock import utc_now
from soar_lms.database import db, transaction
from soar_lms.i18n import speaking
from soar_lms.tasks.files import keep_only, list_left_over, open_folder, remove_folder
from soar_lms.tasks.kinds import Item, Kind, Order, kind_of, known_kinds, order_of
from soar_lms.tasks.models import FILE_NAME_LENGTH, State, Task
from soar_lms.tasks.services import KEPT_UNFINISHED

HELD_FOR = timedelta(minutes=2)
"""After so long without a sign of life, a worker is thought dead."""
BEAT_EVERY = timedelta(seconds=15)
MAX_TRIES = 5
FIRST_WAIT = timedelta(seconds=30)
KEPT_DONE = timedelta(days=7)
_TIDIED_AT_ONCE = 100

log = structlog.get_logger(__name__)


class TaskLostError(Exception):
    """The task was stopped, or another worker has it."""


class NotAllowedError(Exception):
    """The owner may not have this any more."""


class Turn:
    """One worker's hold of a task, for one slice of it."""

    def __init__(self, task_id: int, holder: str, clock: Callable[[], datetime]) -> None:
        self.task_id, self.holder, self.clock = task_id, holder, clock
        self.last_beat = clock()

    def beat(self) -> None:
        """Say that the worker is alive, from time to time.

        :raises TaskLostError: when the task is not this worker's any more.
        """
        now = self.clock()
        if now - self.last_beat >= BEAT_EVERY:
            self.write(due_at=now + HELD_FOR)
            self.last_beat = now

    def write(self, **values: Any) -> None:
        """Change the task, in a transaction of its own, if it is still this worker's.

        :raises TaskLostError: when it is not; nothing is changed then.
        """
        with transaction():
            kept = db.session.execute(
                update(Task)
                .where(Task.id == self.task_id, Task.holder == self.holder)
                .values(**values)
                .returning(Task.id)
                .execution_options(synchronize_session=False)
            ).first()
        if kept is None:
            raise TaskLostError


def work(now: datetime, clock: Callable[[], datetime] = utc_now) -> int:
    """Do one slice of the task that has waited longest; return how many were found: 1 or 0."""
    turn = _take(now, clock)
    if turn is None:
        return 0
    task = db.session.scalars(
        select(Task)
        .where(Task.id == turn.task_id)
        .options(undefer(Task.plan), undefer(Task.slices))
        .execution_options(populate_existing=True)
    ).one()
    try:
        _go_on(task, turn)
    except TaskLostError:
        db.session.rollback()
    except Exception as error:  # whatever it is, the other tasks must be done
        db.session.rollback()
        _put_back(task, turn, error)
    return 1


def _take(now: datetime, clock: Callable[[], datetime]) -> Turn | None:
    due = (
        select(Task)
        .where(Task.finished_at.is_(None), Task.due_at <= now, Task.kind.in_(known_kinds()))
        .order_by(Task.due_at, Task.id)
        .limit(1)
    )
    if db.session.scalar(due) is None:  # a look costs no lock
        return None
    turn = None
    with transaction():
        locked = due.with_for_update(skip_locked=True)
        task = db.session.scalar(locked.execution_options(populate_existing=True))
        if task is not None and task.tries >= MAX_TRIES:  # whoever took it died each time
            _give_up(task, now)
        elif task is not None:
            turn = Turn(task.id, secrets.token_hex(8), clock)
            task.state = State.RUNNING
            task.holder = turn.holder
            task.due_at = now + HELD_FOR
            task.tries += 1
            task.started_at = task.started_at or now
    return turn


def _give_up(task: Task, now: datetime) -> None:
    task.last_error = "the worker died each time"
    task.state = State.FAILED
    task.holder = None
    task.finished_at = now
    task.expires_at = now + KEPT_UNFINISHED


def _go_on(task: Task, turn: Turn) -> None:
    kind, order = kind_of(task), order_of(task)
    if not kind.allows(order):
        raise NotAllowedError
    if task.plan is None or task.slices is None:
        _begin(kind, order, turn)
        return
    index = next((place for place, made in enumerate(task.slices) if made is None), None)
    with speaking(order.language):
        if index is None:
            _finish(task, kind, order, turn)
        else:
            _make(task, kind, order, turn, index)


def _begin(kind: Kind, order: Order, turn: Turn) -> None:
    plan = kind.plan(order, turn.clock())
    count = ceil(len(plan) / kind.slice_size)
    turn.write(plan=plan, slices=[None] * count, total=len(plan), **_progress(turn))


def _progress(turn: Turn) -> dict[str, Any]:
    """Return what is written when something was done: the next turn may be anybody's."""
    return {"due_at": turn.clock(), "tries": 0, "last_error": None}


def _make(task: Task, kind: Kind, order: Order, turn: Turn, index: int) -> None:
    items = _items(task, kind, index)
    mark = kind.mark(order, items)
    path = open_folder(task.folder) / f"part-{index}-{turn.holder}"
    tally = kind.make(order, items, path, turn.beat)
    slices = list(task.slices or [])
    slices[index] = {"file": path.name, "mark": mark, "tally": dict(tally), "count": len(items)}
    _write_slices(turn, slices)


def _items(task: Task, kind: Kind, index: int) -> list[Item]:
    start = index * kind.slice_size
    return (task.plan or [])[start : start + kind.slice_size]


def _write_slices(turn: Turn, slices: list[dict[str, Any] | None]) -> None:
    made = [item for item in slices if item is not None]
    turn.write(
        slices=slices,
        done=sum(item["count"] for item in made),
        tally=_add_up([item["tally"] for item in made]),
        **_progress(turn),
    )


def _add_up(tallies: list[dict[str, int]]) -> dict[str, int]:
    names = {name for tally in tallies for name in tally}
    return {name: sum(tally.get(name, 0) for tally in tallies) for name in sorted(names)}


def _finish(task: Task, kind: Kind, order: Order, turn: Turn) -> None:
    """Put the slices together; one whose facts changed, or whose file is gone, is made again."""
    folder = open_folder(task.folder)
    slices = [made for made in task.slices or [] if made is not None]
    fresh = [
        made if _is_fresh(made, folder, kind.mark(order, _items(task, kind, place))) else None
        for place, made in enumerate(slices)
    ]
    if None in fresh:
        _write_slices(turn, fresh)
        return
    path = folder / f"result-{turn.holder}"
    parts = [folder / made["file"] for made in slices]
    name = kind.finish(order, parts, path, turn.beat, turn.clock())
    now = turn.clock()
    turn.write(
        state=State.DONE,
        holder=None,
        file=path.name if name else None,
        file_name=name[:FILE_NAME_LENGTH] if name else None,
        file_size=path.stat().st_size if name else None,
        plan=None,
        slices=None,
        finished_at=now,
        expires_at=now + KEPT_DONE,
        tries=0,
        last_error=None,
    )
    keep_only(folder, path.name)


def _is_fresh(made: dict[str, Any], folder: Path, mark: str) -> bool:
    return bool(made["mark"] == mark) and (folder / made["file"]).is_file()


def _put_back(task: Task, turn: Turn, error: Exception) -> None:
    """Have a slice that failed made again later, or give the task up."""
    log.warning("task_failed", kind=task.kind, tries=task.tries, error=type(error).__name__)
    now = turn.clock()
    values: dict[str, Any] = {
        "last_error": f"{type(error).__name__}: {error}"[:300],
        "due_at": now + FIRST_WAIT * 2 ** (task.tries - 1),
    }
    if task.tries >= MAX_TRIES or isinstance(error, NotAllowedError):
        values |= {
            "state": State.FAILED,
            "holder": None,
            "finished_at": now,
            "expires_at": now + KEPT_UNFINISHED,
        }
    try:
        turn.write(**values)
    except TaskLostError:
        return


def tidy(now: datetime) -> int:
    """Take away what is over for long enough, row and files; return how much that was.

    Files that belong to no task go a day later: their owner was erased.
    """
    old = list(
        db.session.execute(
            select(Task.id, Task.folder).where(Task.expires_at <= now).limit(_TIDIED_AT_ONCE)
        )
    )
    for _, folder in old:
        remove_folder(folder)
    if old:
        with transaction():
            db.session.execute(delete(Task).where(Task.id.in_([number for number, _ in old])))
    known = set(db.session.scalars(select(Task.folder)))
    left_over = list(list_left_over(known, now - KEPT_UNFINISHED))
    for folder in left_over:
        remove_folder(folder)
    return len(old) + len(left_over)
