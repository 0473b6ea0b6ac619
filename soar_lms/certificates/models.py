"""Certificates: a row is a snapshot that never changes; its status is computed when asked."""

from __future__ import annotations

from datetime import date, datetime
from decimal import Decimal
from enum import StrEnum

from sqlalchemy import CheckConstraint, Date, ForeignKey, Index, Numeric, String, Text
from sqlalchemy import text as sql
from sqlalchemy.orm import Mapped, mapped_column

from soar_lms.clock import local_date
from soar_lms.database import Base, UTCDateTime

NAME_LENGTH = 120
BUILT_IN_DESIGN = "soar"
_CURRENT = "replaced_by_id IS NULL AND revoked_at IS NULL"


class Status(StrEnum):
    """What a printed code answers, today."""

    VALID = "valid"
    EXPIRED = "expired"
    REPLACED = "replaced"
    REVOKED = "revoked"


class Certificate(Base):
    """That a person completed a module; kept when person, module or cohort are gone."""

    __tablename__ = "certificates"
    __table_args__ = (
        Index(
            "uq_certificates_current",
            "enrolment_id",
            unique=True,
            sqlite_where=sql(_CURRENT),
            postgresql_where=sql(_CURRENT),
        ),
        CheckConstraint(
            "(revoked_at IS NULL) = (revoked_reason IS NULL)", name="revoked_with_reason"
        ),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    code: Mapped[str] = mapped_column(String(40), unique=True)
    enrolment_id: Mapped[int | None] = mapped_column(
        ForeignKey("enrolments.id", ondelete="SET NULL")
    )
    person_id: Mapped[int | None] = mapped_column(
        ForeignKey("people.id", ondelete="SET NULL"), index=True
    )

    name: Mapped[str] = mapped_column(String(NAME_LENGTH))
    """Exactly as the learner confirmed it."""
    module_id: Mapped[str] = mapped_column(String(60))
    module_title: Mapped[str] = mapped_column(String(300))
    module_version: Mapped[str] = mapped_column(String(20))
    setting: Mapped[str] = mapped_column(String(60))
    setting_name: Mapped[str] = mapped_column(String(300))
    language: Mapped[str] = mapped_column(String(20))
    minutes: Mapped[int]
    score: Mapped[int | None]
    """Percent; None when the module does not show it."""
    completed_at: Mapped[datetime] = mapped_column(UTCDateTime)
    completed_on: Mapped[date] = mapped_column(Date)
    """The calendar day of completion where the learner is; printed."""
    time_zone: Mapped[str] = mapped_column(String(60))
    issued_at: Mapped[datetime] = mapped_column(UTCDateTime)
    expires_on: Mapped[date | None] = mapped_column(Date)
    """The last day on which it is valid; None: it does not expire."""
    provider: Mapped[str | None] = mapped_column(String(120))
    provider_url: Mapped[str | None] = mapped_column(String(300))
    credit_amount: Mapped[Decimal | None] = mapped_column(Numeric(6, 2))
    """What the learner claimed; None: no continuing education credit."""
    credit_unit: Mapped[str | None] = mapped_column(String(300))
    credit_statement: Mapped[str | None] = mapped_column(Text)
    credit_provider_number: Mapped[str | None] = mapped_column(String(300))
    design: Mapped[str] = mapped_column(String(60), server_default=BUILT_IN_DESIGN)
    template_version: Mapped[int]
    """Of the design; a new version never changes what was issued."""
    paper: Mapped[str] = mapped_column(String(10), server_default="letter")

    replaced_by_id: Mapped[int | None] = mapped_column(ForeignKey("certificates.id"))
    revoked_at: Mapped[datetime | None] = mapped_column(UTCDateTime)
    revoked_reason: Mapped[str | None] = mapped_column(String(500))

    @property
    def revoked_on(self) -> date | None:
        """The day it was revoked, where its owner is."""
        return None if self.revoked_at is None else local_date(self.revoked_at, self.time_zone)

    def status_at(self, now: datetime) -> Status:
        """Say what the certificate is worth now; its last day ends where its owner is."""
        return self.status(local_date(now, self.time_zone))

    def status(self, today: date) -> Status:
        """Say what the certificate is worth on a day."""
        if self.revoked_at is not None:
            return Status.REVOKED
        if self.replaced_by_id is not None:
            return Status.REPLACED
        if self.expires_on is not None and self.expires_on < today:
            return Status.EXPIRED
        return Status.VALID
