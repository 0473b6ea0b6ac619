"""What a learner did in a module, keyed by ids that are the same in every language."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import CheckConstraint, ForeignKey, String, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column

from soar_lms.database import Base, UTCDateTime
from soar_lms.learning.path import SHARED, PathKind


class Enrolment(Base):
    """A learner's way through a module, once: a renewal is a new cycle."""

    __tablename__ = "enrolments"
    __table_args__ = (
        UniqueConstraint("person_id", "module_id", "cycle"),
        CheckConstraint("cycle >= 1", name="cycle_is_positive"),
        CheckConstraint("path IN ('full', 'refresher')", name="path_is_known"),
        CheckConstraint("path = 'full' OR cycle > 1", name="refresher_is_a_renewal"),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    person_id: Mapped[int] = mapped_column(ForeignKey("people.id"))
    module_id: Mapped[str] = mapped_column(String(60), index=True)
    cycle: Mapped[int] = mapped_column(default=1)
    path: Mapped[str] = mapped_column(
        String(10), default=PathKind.FULL, server_default=PathKind.FULL
    )
    """What this cycle asks, a `PathKind`. The server's default is for the release before this one,
    which serves while the database is brought to this one."""
    setting: Mapped[str] = mapped_column(String(60))
    language: Mapped[str] = mapped_column(String(20))
    """The language last used: e-mail and the certificate follow it."""
    last_lesson: Mapped[str | None] = mapped_column(String(60))
    """The lesson last opened by doing something in it."""
    enrolled_at: Mapped[datetime] = mapped_column(UTCDateTime)
    completed_at: Mapped[datetime | None] = mapped_column(UTCDateTime)


class LessonCompletion(Base):
    """A lesson done. Whether the short version was read is not recorded, on purpose."""

    __tablename__ = "lesson_completions"

    enrolment_id: Mapped[int] = mapped_column(ForeignKey("enrolments.id"), primary_key=True)
    lesson_id: Mapped[str] = mapped_column(String(60), primary_key=True)
    setting: Mapped[str] = mapped_column(String(60), primary_key=True, default=SHARED)
    completed_at: Mapped[datetime] = mapped_column(UTCDateTime)
