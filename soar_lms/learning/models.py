"""What a learner did in a module, keyed by ids that are the same in every language."""

from __future__ import annotations

from datetime import date, datetime
from enum import StrEnum

from sqlalchemy import (
    BigInteger,
    CheckConstraint,
    Date,
    ForeignKey,
    Index,
    String,
    UniqueConstraint,
)
from sqlalchemy import text as sql
from sqlalchemy.orm import Mapped, mapped_column

from soar_lms.database import Base, UTCDateTime
from soar_lms.learning.path import SHARED, PathKind


class Enrolment(Base):
    """A learner's way through a module, once: a renewal is a new cycle."""

    __tablename__ = "enrolments"
    __table_args__ = (
        UniqueConstraint("person_id", "module_id", "cycle"),
        Index(
            "ix_enrolments_enrolled_at",
            "enrolled_at",
            "person_id",
            "module_id",
            "setting",
            "language",
            "id",
        ),
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


class KeptStanding(Base):
    """Where a person stands in a module: worked out from what they did, in the same transaction.

    Nothing else is the truth's: `learning.keeping` makes every row anew from enrolments, lessons,
    tests and certificates. Triggers carry a change on to the lines of trainers' reports. Days are
    ordinals of the calendar (`date.toordinal`) and moments seconds since 1970, so that both
    databases compare them alike; 0 stands for none.
    """

    __tablename__ = "standings"
    __table_args__ = (
        CheckConstraint(
            "state IN ('not-started', 'in-progress', 'passed', 'renewing', 'completed')",
            name="state_is_known",
        ),
        Index("ix_standings_content", "module_id", "content"),
    )

    person_id: Mapped[int] = mapped_column(
        ForeignKey("people.id", ondelete="CASCADE"), primary_key=True
    )
    module_id: Mapped[str] = mapped_column(String(60), primary_key=True)
    enrolment_id: Mapped[int] = mapped_column(ForeignKey("enrolments.id", ondelete="CASCADE"))
    """The present one, of the latest cycle."""
    cycle: Mapped[int]
    state: Mapped[str] = mapped_column(String(20))
    """A `Status` that no day changes: expired and renewable follow from the moments below."""
    steps_left: Mapped[str] = mapped_column(String(100))
    """As `path.write_left` writes them."""
    setting: Mapped[str] = mapped_column(String(60))
    language: Mapped[str] = mapped_column(String(20))
    completed_day: Mapped[int]
    """Of the newest certificate, whatever the cycle it belongs to."""
    valid_until_day: Mapped[int]
    """The last day of that certificate."""
    certificate_code: Mapped[str | None] = mapped_column(String(40))
    active_at: Mapped[int] = mapped_column(BigInteger)
    """When a step was last done in the present cycle."""
    opens_at: Mapped[int] = mapped_column(BigInteger)
    """From when on the certificate can be renewed: the first day begins where it was issued."""
    expires_at: Mapped[int] = mapped_column(BigInteger)
    """From when on it is no longer valid."""
    content: Mapped[str] = mapped_column(String(16))
    """The content it was worked out by, as `path.fingerprint` has it."""


class FollowUpState(StrEnum):
    """What became of a follow-up."""

    OPEN = "open"
    ANSWERED = "answered"
    DECLINED = "declined"


class FollowUp(Base):
    """That somebody who completed a module is asked again, months later, by e-mail."""

    __tablename__ = "follow_ups"
    __table_args__ = (
        CheckConstraint("state IN ('open', 'answered', 'declined')", name="state_is_known"),
        CheckConstraint("sent BETWEEN 0 AND 4", name="sent_at_most_four"),
        CheckConstraint("state = 'open' OR next_at IS NULL", name="quiet_when_over"),
        Index(
            "ix_follow_ups_next",
            "next_at",
            sqlite_where=sql("next_at IS NOT NULL"),
            postgresql_where=sql("next_at IS NOT NULL"),
        ),
    )

    enrolment_id: Mapped[int] = mapped_column(ForeignKey("enrolments.id"), primary_key=True)
    form_id: Mapped[str] = mapped_column(String(60))
    due_on: Mapped[date] = mapped_column(Date)
    """The day of the invitation, where the learner is."""
    closes_at: Mapped[datetime] = mapped_column(UTCDateTime)
    """From when on nobody can answer any more."""
    next_at: Mapped[datetime | None] = mapped_column(UTCDateTime)
    """When the next e-mail is written; None when no more will be."""
    sent: Mapped[int] = mapped_column(default=0)
    """E-mails written so far: the invitation and at most three reminders."""
    state: Mapped[str] = mapped_column(String(10), default=FollowUpState.OPEN)


class FollowUpLink(Base):
    """A link that an e-mail carried: who holds it may answer without signing in.

    The token is random and only its hash is kept: this table opens nothing.
    """

    __tablename__ = "follow_up_links"

    token_hash: Mapped[str] = mapped_column(String(64), primary_key=True)
    """SHA-256, in hexadecimal digits."""
    enrolment_id: Mapped[int] = mapped_column(ForeignKey("follow_ups.enrolment_id"), index=True)
    message_id: Mapped[int]
    """The e-mail in the outbox, to withdraw it when it is not wanted any more."""
