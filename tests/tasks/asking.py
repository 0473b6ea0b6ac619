"""Asking for the work that the tests of tasks have done."""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime, timedelta
from multiprocessing import get_context
from typing import Any

from sqlalchemy import select

from soar_lms.config import Config
from soar_lms.database import db, transaction
from soar_lms.tasks import kinds, services
from soar_lms.tasks.models import Task
from soar_lms.tasks.worker import work
from tests.factories import NOW

PATIENCE_SECONDS = 240
"""For a process to start and do little, on a machine that is busy with everything else."""
ALL_TURNS = 5
"""Turns that seven numbers take: the plan, three slices, putting together."""


def ask(owner_id: int, count: int = 7, *, language: str = "en", now: datetime = NOW) -> int:
    with transaction():
        return services.ask_for(
            kinds._kinds["numbers"],
            owner_id=owner_id,
            subject="numbers",
            parameters={"count": count},
            language=language,
            now=now,
        ).id


class Clock:
    """A clock that goes on a second whenever somebody looks."""

    def __init__(self, now: datetime = NOW) -> None:
        self.now = now

    def __call__(self) -> datetime:
        self.now += timedelta(seconds=1)
        return self.now


def work_on(turns: int, clock: Clock) -> list[int]:
    """Let a worker have so many turns; return what each of them found."""
    return [work(clock(), clock) for _ in range(turns)]


def read_task(task_id: int) -> Any:
    db.session.expire_all()
    return db.session.scalars(select(Task).where(Task.id == task_id)).one()


def run_until_killed(work: Callable[[Config], None], config: Config) -> int | None:
    """Run a worker in a process of its own that kills itself; return how it ended."""
    process = get_context("spawn").Process(target=work, args=[config])
    process.start()
    process.join(PATIENCE_SECONDS)
    process.kill()  # does nothing to one that is dead
    process.join()
    return process.exitcode
