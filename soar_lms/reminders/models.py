"""Reminders: when a group sends them, and each one with what became of it.

No words are kept, and no address: who was reminded of what, on which day, and whether it arrived.
"""

from __future__ import annotations

from datetime import date, datetime
from enum import StrEnum

from sqlalchemy import CheckConstraint, Date, ForeignKey, Index, String, UniqueConstraint
from sqlalchemy import text as sql
from sqlalchemy.orm import Mapped, mapped_column

from soar_lms.database import Base, UTCDateTime

DAYS_LENGTH = 40


class Kind(StrEnum):
    """Why somebody is written to."""

    LADDER = "ladder"
    MANUAL = "manual"
    """A trainer said so."""
    INVITATION = "invitation"
    """They have not accepted theirs."""


class State(StrEnum):
    """How far a reminder has come."""

    PLANNED = "planned"
    """It waits for its hour."""
    WAITING = "waiting"
    """It is in the outbox."""
    SENT = "sent"
    WITHDRAWN = "withdrawn"
    FAILED = "failed"
    BOUNCED = "bounced"


class Why(StrEnum):
    """Why a reminder was not sent."""

    COMPLETED = "completed"
    OPTED_OUT = "opted-out"
    BOUNCING = "bouncing"
    """Mail to this address came back before."""
    LEFT = "left"
    ARCHIVED = "archived"
    CHANGED = "changed"
    """The group reminds no more, or of another day."""
    CLOSED = "closed"
    """The account is."""
    ACCEPTED = "accepted"
    """The invitation was, or is not there any more."""
    LATE = "late"


class ReminderLadder(Base):
    """When a group reminds; without one it does not."""

    __tablename__ = "reminder_ladders"
    __table_args__ = (CheckConstraint("invite_after > 0", name="invite_after_is_positive"),)

    cohort_id: Mapped[int] = mapped_column(ForeignKey("cohorts.id"), primary_key=True)
    is_on: Mapped[bool]
    days_before: Mapped[str] = mapped_column(String(DAYS_LENGTH))
    """As `ladder.write_days` writes them."""
    on_day: Mapped[bool]
    days_after: Mapped[str] = mapped_column(String(DAYS_LENGTH))
    invite_after: Mapped[int | None]
    """Days after which an invitation that was not accepted is sent again; None: never."""


class Reminder(Base):
    """An e-mail that reminds somebody, once: of a module, or of an invitation."""

    __tablename__ = "reminders"
    __table_args__ = (
        UniqueConstraint("person_id", "module_id", "day"),
        UniqueConstraint("line_id", "day"),
        CheckConstraint("person_id IS NULL OR line_id IS NULL", name="not_both"),
        CheckConstraint("kind IN ('ladder', 'manual', 'invitation')", name="kind_is_known"),
        CheckConstraint(
            "state IN ('planned', 'waiting', 'sent', 'withdrawn', 'failed', 'bounced')",
            name="state_is_known",
        ),
        Index("ix_reminders_cohort_id", "cohort_id", "id"),
        Index(
            "ix_reminders_planned",
            "send_at",
            sqlite_where=sql("state = 'planned'"),
            postgresql_where=sql("state = 'planned'"),
        ),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    cohort_id: Mapped[int] = mapped_column(ForeignKey("cohorts.id"))
    person_id: Mapped[int | None] = mapped_column(ForeignKey("people.id", ondelete="CASCADE"))
    line_id: Mapped[int | None] = mapped_column(ForeignKey("roster_lines.id", ondelete="CASCADE"))
    """Who was invited; one of the two."""
    module_id: Mapped[str] = mapped_column(String(60))
    """Empty for an invitation."""
    day: Mapped[date] = mapped_column(Date)
    """On which it leaves, where its reader is: one for each person, module and day."""
    kind: Mapped[str] = mapped_column(String(10))
    step: Mapped[int | None]
    """Of the ladder: days after the due day."""
    due_on: Mapped[date | None] = mapped_column(Date)
    send_at: Mapped[datetime] = mapped_column(UTCDateTime)
    state: Mapped[str] = mapped_column(String(10))
    why: Mapped[str] = mapped_column(String(20))
    """Why it was not sent, a `Why`; empty otherwise."""
    created_at: Mapped[datetime] = mapped_column(UTCDateTime)
    changed_at: Mapped[datetime] = mapped_column(UTCDateTime)


class WeeklyDigest(Base):
    """That a trainer's week was looked at, so that it is once."""

    __tablename__ = "weekly_digests"

    person_id: Mapped[int] = mapped_column(
        ForeignKey("people.id", ondelete="CASCADE"), primary_key=True
    )
    week: Mapped[date] = mapped_column(Date, primary_key=True)
    """Its Monday, where the trainer is."""
