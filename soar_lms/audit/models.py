"""The audit trail: rows are added, and never changed or taken away (triggers see to it)."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from sqlalchemy import JSON, CheckConstraint, Index, String, Text
from sqlalchemy.dialects.postgresql import JSONB
from sqlalchemy.orm import Mapped, mapped_column

from soar_lms.database import Base, UTCDateTime

REASON_LENGTH = 500
OPERATOR_LENGTH = 60


class AuditEntry(Base):
    """One line of the trail.

    People are numbers without a foreign key: an account may be erased or merged, what was done to
    it stays.
    """

    __tablename__ = "audit_entries"
    __table_args__ = (
        CheckConstraint("actor_id IS NULL OR operator IS NULL", name="one_actor"),
        Index("ix_audit_entries_person", "person_id", "id"),
        Index("ix_audit_entries_actor", "actor_id", "id"),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    happened_at: Mapped[datetime] = mapped_column(UTCDateTime)
    action: Mapped[str] = mapped_column(String(40), index=True)
    actor_id: Mapped[int | None]
    """Who did it on the site."""
    operator: Mapped[str | None] = mapped_column(String(OPERATOR_LENGTH))
    """Who did it on the command line: the name of the account on the server."""
    person_id: Mapped[int | None]
    """Whose record it was; None where it was more than one person's."""
    reason: Mapped[str | None] = mapped_column(Text)
    facts: Mapped[dict[str, Any]] = mapped_column(JSON().with_variant(JSONB(), "postgresql"))
    """What it was about, by the names in `services.FACTS`: numbers and ids, never names."""
