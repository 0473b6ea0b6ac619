"""Asking for the work that the tests of tasks have done."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import select

from soar_lms.database import db, transaction
from soar_lms.tasks import kinds, services
from soar_lms.tasks.models import Task
from soar_lms.tasks.worker import work
from tests.factories import NOW

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
