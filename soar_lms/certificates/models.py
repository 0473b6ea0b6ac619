"""Certificates: a row is a snapshot that never changes; its status is computed when asked."""

from __future__ import annotations

from datetime import date, datetime
from decimal import Decimal
from enum import StrEnum

from sqlalchemy import (
    CheckConstraint,
    Date,
    ForeignKey,
    Index,
    Numeric,
    String,
    Text,
    UniqueConstraint,
)
from sqlalchemy import text as sql
from sqlalchemy.orm import Mapped, mapped_column

from soar_lms.accounts.models import LICENSE_LENGTH
from soar_lms.certificates.status_places import draw_place
from soar_lms.clock import local_date
from soar_lms.database import Base, UTCDateTime

NAME_LENGTH = 120
REASON_LENGTH = 500
REVOCATION_LENGTH = 20
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
        Index(
            "ix_certificates_credit",
            "credit_type",
            "completed_on",
            sqlite_where=sql("credit_type IS NOT NULL"),
            postgresql_where=sql("credit_type IS NOT NULL"),
        ),
        Index(
            "ix_certificates_completed_on",
            # Nothing but NULL stands in the first two; without them SQLite reads the rows, too.
            "replaced_by_id",
            "revoked_at",
            "completed_on",
            "person_id",
            "module_id",
            "setting",
            "language",
            "id",
            sqlite_where=sql(_CURRENT),
            postgresql_where=sql(_CURRENT),
        ),
        Index("uq_certificates_status_index", "status_index", unique=True),
        CheckConstraint(
            "(revoked_at IS NULL) = (revoked_reason IS NULL)", name="revoked_with_reason"
        ),
        Index("uq_certificates_replaced_by_id", "replaced_by_id", unique=True),
        Index(
            "ix_certificates_revocation",
            "revocation",
            sqlite_where=sql("revocation IS NOT NULL"),
            postgresql_where=sql("revocation IS NOT NULL"),
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
    """Exactly as the learner confirmed it; empty once it was erased."""
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
    credit_type: Mapped[str | None] = mapped_column(String(20))
    """A `CreditType`; everything below is of the offer as it was that day."""
    credit_offer: Mapped[str | None] = mapped_column(String(60))
    credit_maximum: Mapped[Decimal | None] = mapped_column(Numeric(6, 2))
    credit_accreditor: Mapped[str | None] = mapped_column(String(300))
    credit_provider: Mapped[str | None] = mapped_column(String(300))
    credit_provider_address: Mapped[str | None] = mapped_column(String(300))
    credit_joint_provider: Mapped[str | None] = mapped_column(String(300))
    credit_event_number: Mapped[str | None] = mapped_column(String(300))
    credit_uan: Mapped[str | None] = mapped_column(String(30))
    credit_format: Mapped[str | None] = mapped_column(String(10))
    credit_released_on: Mapped[date | None] = mapped_column(Date)
    credit_reviewed_on: Mapped[date | None] = mapped_column(Date)
    credit_expires_on: Mapped[date | None] = mapped_column(Date)
    credit_profession: Mapped[str | None] = mapped_column(String(40))
    """As the learner said it when claiming."""
    credit_license_number: Mapped[str | None] = mapped_column(String(LICENSE_LENGTH))
    credit_license_territory: Mapped[str | None] = mapped_column(String(2))
    status_index: Mapped[int | None] = mapped_column(default=draw_place)
    """Where its bit stands in the lists of badges; None: a release without badges wrote it."""
    design: Mapped[str] = mapped_column(String(60), server_default=BUILT_IN_DESIGN)
    template_version: Mapped[int]
    """Of the design; a new version never changes what was issued."""
    paper: Mapped[str] = mapped_column(String(10), server_default="letter")

    replaced_by_id: Mapped[int | None] = mapped_column(ForeignKey("certificates.id"))
    replaced_quietly: Mapped[bool] = mapped_column(default=False, server_default=sql("false"))
    """Whether others are not led from this one to its successor, nor back: a former name can put
    somebody in danger. The server's default is for the release before this one."""
    corrected_by_holder: Mapped[bool] = mapped_column(default=False, server_default=sql("false"))
    """Whether its holder has used the one correction, here or in what it replaced."""
    revoked_at: Mapped[datetime | None] = mapped_column(UTCDateTime)
    revoked_reason: Mapped[str | None] = mapped_column(String(REASON_LENGTH))
    """For staff and its holder; a verifier never reads it."""
    revocation: Mapped[str | None] = mapped_column(String(REVOCATION_LENGTH))
    """The number of the revocation, by which all that were revoked with it can be restored."""
    erased_at: Mapped[datetime | None] = mapped_column(UTCDateTime)
    """When its holder's name was erased; the code still answers."""

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


class CreditDetails(Base):
    """What a body wants to know of who claimed its credit, and nobody else; encrypted.

    It is of the certificate that was issued with the claim, and stays there when that is replaced.
    """

    __tablename__ = "credit_details"

    certificate_id: Mapped[int] = mapped_column(ForeignKey("certificates.id"), primary_key=True)
    locked: Mapped[str] = mapped_column(Text)
    """See `vault.py`."""


class CertificateFile(Base):
    """The hash of a document that was made of a certificate; rows are only added."""

    __tablename__ = "certificate_files"
    __table_args__ = (UniqueConstraint("certificate_id", "maker", "sha256"),)
    id: Mapped[int] = mapped_column(primary_key=True)
    certificate_id: Mapped[int] = mapped_column(ForeignKey("certificates.id", ondelete="CASCADE"))
    maker: Mapped[str] = mapped_column(String(60))
    """The release, and how its documents look (`files.find_maker`)."""
    sha256: Mapped[str] = mapped_column(String(64))
    length: Mapped[int]
    """Bytes."""
    sealed: Mapped[bool]
    made_at: Mapped[datetime] = mapped_column(UTCDateTime)
