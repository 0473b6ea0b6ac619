"""Tasks: a row is the truth of what is to be done and how far it has come."""

from __future__ import annotations

from datetime import datetime
from enum import StrEnum
from typing import Any

from sqlalchemy import JSON, BigInteger, CheckConstraint, ForeignKey, Index, String
from sqlalchemy import text as sql
from sqlalchemy.orm import Mapped, deferred, mapped_column

from soar_lms.database import Base, UTCDateTime

FILE_NAME_LENGTH = 120
_LIVE = "finished_at IS NULL"


class State(StrEnum):
    """How far a task has come."""

    WAITING = "waiting"
    RUNNING = "running"
    DONE = "done"
    FAILED = "failed"
    CANCELLED = "cancelled"


class Task(Base):
    """Something that somebody asked for, done in slices by whichever worker is free."""

    __tablename__ = "tasks"
    __table_args__ = (
        Index(
            "uq_tasks_live",
            "owner_id",
            "fingerprint",
            unique=True,
            sqlite_where=sql(_LIVE),
            postgresql_where=sql(_LIVE),
        ),
        Index(
            "ix_tasks_due",
            "due_at",
            sqlite_where=sql(_LIVE),
            postgresql_where=sql(_LIVE),
        ),
        Index("ix_tasks_expires_at", "expires_at"),
        CheckConstraint(
            "(finished_at IS NULL) = (state IN ('waiting', 'running'))", name="finished_when_over"
        ),
        CheckConstraint("(finished_at IS NULL) = (expires_at IS NULL)", name="kept_when_over"),
        CheckConstraint("file IS NULL OR finished_at IS NOT NULL", name="file_when_over"),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    kind: Mapped[str] = mapped_column(String(60))
    owner_id: Mapped[int] = mapped_column(ForeignKey("people.id", ondelete="CASCADE"))
    subject: Mapped[str] = mapped_column(String(60))
    """What it is about, by kind and number (`cohort-7`): tasks about the same stand together."""
    parameters: Mapped[dict[str, Any]] = mapped_column(JSON)
    fingerprint: Mapped[str] = mapped_column(String(64))
    """Stands for kind and parameters: the same is not done twice at a time for one person."""
    language: Mapped[str] = mapped_column(String(20))
    """Of whatever the task writes."""
    state: Mapped[str] = mapped_column(String(20), default=State.WAITING)
    plan: Mapped[list[Any] | None] = deferred(mapped_column(JSON(none_as_null=True)))
    """Every item to be done, in order; made when the task begins, and large."""
    slices: Mapped[list[dict[str, Any] | None] | None] = deferred(
        mapped_column(JSON(none_as_null=True))
    )
    """One for each part of the plan: what was made of it, or None as long as nothing was."""
    done: Mapped[int] = mapped_column(default=0)
    """Items that are done."""
    total: Mapped[int | None]
    """Items of the plan; None until it is made."""
    tally: Mapped[dict[str, int]] = mapped_column(JSON, default=dict)
    """Counts of the result, by the names of the task's kind."""
    folder: Mapped[str] = mapped_column(String(64), unique=True)
    """Where its files are: a random name below the folder of files."""
    file: Mapped[str | None] = mapped_column(String(64))
    """The result in that folder."""
    file_name: Mapped[str | None] = mapped_column(String(FILE_NAME_LENGTH))
    """What the result is called when it is downloaded: ASCII."""
    file_size: Mapped[int | None] = mapped_column(BigInteger)
    """In bytes."""
    created_at: Mapped[datetime] = mapped_column(UTCDateTime)
    due_at: Mapped[datetime] = mapped_column(UTCDateTime)
    """When a worker may take it; whoever works on it moves this on, as a sign of life."""
    holder: Mapped[str | None] = mapped_column(String(32))
    """A random word of the worker that has it: what another one still writes does not count."""
    tries: Mapped[int] = mapped_column(default=0)
    """How often it was taken since something was last done."""
    last_error: Mapped[str | None] = mapped_column(String(300))
    """For whoever runs the site; people read other words."""
    started_at: Mapped[datetime | None] = mapped_column(UTCDateTime)
    finished_at: Mapped[datetime | None] = mapped_column(UTCDateTime)
    expires_at: Mapped[datetime | None] = mapped_column(UTCDateTime)
    """When row and file are taken away."""

    @property
    def is_over(self) -> bool:
        """Whether nothing will happen to it any more."""
        return self.finished_at is not None
