"""Accounts that were made one, with what is needed to part them again."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from sqlalchemy import JSON, ForeignKey, Index
from sqlalchemy import text as sql
from sqlalchemy.dialects.postgresql import JSONB
from sqlalchemy.orm import Mapped, mapped_column

from soar_lms.database import Base, UTCDateTime


class PersonMerge(Base):
    """That one account took over another; it goes with either, since it holds addresses."""

    __tablename__ = "person_merges"
    __table_args__ = (
        Index(
            "uq_person_merges_open",
            "other_id",
            unique=True,
            sqlite_where=sql("undone_at IS NULL"),
            postgresql_where=sql("undone_at IS NULL"),
        ),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    keep_id: Mapped[int] = mapped_column(ForeignKey("people.id", ondelete="CASCADE"), index=True)
    other_id: Mapped[int] = mapped_column(ForeignKey("people.id", ondelete="CASCADE"))
    merged_at: Mapped[datetime] = mapped_column(UTCDateTime)
    journal: Mapped[dict[str, Any]] = mapped_column(JSON().with_variant(JSONB(), "postgresql"))
    """What was changed, row by row, and what must not have gone on; see `journal.py`."""
    undone_at: Mapped[datetime | None] = mapped_column(UTCDateTime)
