"""Attempts and answers; and evaluations, which no query can join to a person."""

from __future__ import annotations

import uuid
from datetime import date, datetime
from fractions import Fraction
from typing import Any

from sqlalchemy import (
    JSON,
    CheckConstraint,
    Date,
    ForeignKey,
    Index,
    String,
    Text,
    UniqueConstraint,
    Uuid,
)
from sqlalchemy import text as sql
from sqlalchemy.dialects.postgresql import JSONB
from sqlalchemy.orm import Mapped, mapped_column

from soar_lms.assessments.grading import percent
from soar_lms.database import Base, UTCDateTime

Document = JSON().with_variant(JSONB(), "postgresql")


class Attempt(Base):
    """One sitting of a test: what was drawn is frozen when it begins."""

    __tablename__ = "attempts"
    __table_args__ = (
        UniqueConstraint("enrolment_id", "instrument", "number"),
        Index(
            "uq_attempts_open",
            "enrolment_id",
            "instrument",
            unique=True,
            sqlite_where=sql("submitted_at IS NULL"),
            postgresql_where=sql("submitted_at IS NULL"),
        ),
        CheckConstraint("instrument IN ('pre', 'post')", name="instrument_is_known"),
        CheckConstraint("form IN ('a', 'b')", name="form_is_known"),
        CheckConstraint("(submitted_at IS NULL) = (points IS NULL)", name="points_when_submitted"),
        CheckConstraint("points_of > 0", name="points_of_is_positive"),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    enrolment_id: Mapped[int] = mapped_column(ForeignKey("enrolments.id"))
    instrument: Mapped[str] = mapped_column(String(10))
    number: Mapped[int]
    """1 for the first attempt of this enrolment and instrument."""
    seed: Mapped[int]
    """What the draw was made from, so that it can be made again."""
    items: Mapped[list[dict[str, Any]]] = mapped_column(Document)
    """In order, the fields of `items.Item`."""
    pass_mark: Mapped[int | None]
    """Percent, as told before the attempt; None for a test that is not graded."""
    module_version: Mapped[str] = mapped_column(String(20))
    setting: Mapped[str] = mapped_column(String(60))
    language: Mapped[str] = mapped_column(String(20))
    started_at: Mapped[datetime] = mapped_column(UTCDateTime)
    submitted_at: Mapped[datetime | None] = mapped_column(UTCDateTime)
    points_numerator: Mapped[int | None] = mapped_column("points")
    points_denominator: Mapped[int] = mapped_column("points_of", default=1, server_default="1")
    """With the numerator the exact points; 1 for whole ones and what earlier releases wrote."""
    passed: Mapped[bool | None]
    form: Mapped[str | None] = mapped_column(String(1))
    """Which of the parallel forms it asks; None where there are none."""

    @property
    def points(self) -> Fraction | None:
        """The result, exactly; None while it is open."""
        if self.points_numerator is None:
            return None
        return Fraction(self.points_numerator, self.points_denominator)

    @points.setter
    def points(self, points: Fraction | int | None) -> None:
        self.points_numerator, self.points_denominator = (
            (None, 1) if points is None else points.as_integer_ratio()
        )

    @property
    def max_points(self) -> int:
        return len(self.items)

    @property
    def percent(self) -> int | None:
        """The result in whole percent, rounded down; None while it is open."""
        return None if self.points is None else percent(self.points, self.max_points)

    @property
    def is_open(self) -> bool:
        return self.submitted_at is None


class AttemptGrant(Base):
    """One more try of the post-test that somebody was given, whatever limit or wait says."""

    __tablename__ = "attempt_grants"
    __table_args__ = (CheckConstraint("number >= 1", name="number_is_positive"),)

    enrolment_id: Mapped[int] = mapped_column(ForeignKey("enrolments.id"), primary_key=True)
    number: Mapped[int] = mapped_column(primary_key=True)
    """The number of the attempt that it allows. Who gave it and why is in the audit trail."""
    granted_at: Mapped[datetime] = mapped_column(UTCDateTime)


class Answer(Base):
    """What a learner chose for a question of an attempt; the last one counts."""

    __tablename__ = "answers"

    attempt_id: Mapped[int] = mapped_column(ForeignKey("attempts.id"), primary_key=True)
    question_id: Mapped[str] = mapped_column(String(60), primary_key=True)
    chosen: Mapped[list[str]] = mapped_column(Document)
    saved_at: Mapped[datetime] = mapped_column(UTCDateTime)


class CheckAnswer(Base):
    """The last answer to a knowledge check; it is never graded."""

    __tablename__ = "check_answers"

    enrolment_id: Mapped[int] = mapped_column(ForeignKey("enrolments.id"), primary_key=True)
    question_id: Mapped[str] = mapped_column(String(60), primary_key=True)
    chosen: Mapped[list[str]] = mapped_column(Document)
    is_correct: Mapped[bool]
    answered_at: Mapped[datetime] = mapped_column(UTCDateTime)


class EvaluationReceipt(Base):
    """That somebody answered on an occasion: once, and neither which form, nor what, nor when."""

    __tablename__ = "evaluation_receipts"
    __table_args__ = (
        CheckConstraint("occasion IN ('completion', 'follow-up')", name="occasion_is_known"),
    )

    enrolment_id: Mapped[int] = mapped_column(ForeignKey("enrolments.id"), primary_key=True)
    occasion: Mapped[str] = mapped_column(String(20), primary_key=True)


class EvaluationResponse(Base):
    """What somebody thought of a module: a random key, a month, no way back to a person.

    Rows have no order of their own: SQLite keeps them by their random key and not by when they came
    (WITHOUT ROWID), and `evaluations.py` mixes them on PostgreSQL. Free text is kept apart from it.
    """

    __tablename__ = "evaluation_responses"
    __table_args__ = (
        Index(
            "ix_evaluation_responses_alike",
            *("module_id", "form_id", "month", "setting", "language"),
        ),
        {"sqlite_with_rowid": False},
    )

    id: Mapped[uuid.UUID] = mapped_column(Uuid, primary_key=True, default=uuid.uuid4)
    module_id: Mapped[str] = mapped_column(String(60))
    module_version: Mapped[str] = mapped_column(String(20))
    form_id: Mapped[str] = mapped_column(String(60))
    form_version: Mapped[int]
    setting: Mapped[str] = mapped_column(String(60))
    language: Mapped[str] = mapped_column(String(20))
    month: Mapped[date] = mapped_column(Date)
    """The first day of the month it was handed in."""
    answers: Mapped[dict[str, Any]] = mapped_column(Document)
    """By item: a number, the option chosen, or {before, now}; never words."""


class EvaluationComment(Base):
    """Words that somebody wrote: without month, setting and language, and without their answers.

    In a small group these would name the person who wrote.
    """

    __tablename__ = "evaluation_comments"
    __table_args__ = (
        Index("ix_evaluation_comments_alike", *("module_id", "form_id", "item_id")),
        {"sqlite_with_rowid": False},
    )

    id: Mapped[uuid.UUID] = mapped_column(Uuid, primary_key=True, default=uuid.uuid4)
    module_id: Mapped[str] = mapped_column(String(60))
    module_version: Mapped[str] = mapped_column(String(20))
    form_id: Mapped[str] = mapped_column(String(60))
    form_version: Mapped[int]
    item_id: Mapped[str] = mapped_column(String(60))
    words: Mapped[str] = mapped_column(Text)
