"""The outbox: e-mail written in the same transaction as the fact it tells of."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import Index, String, Text
from sqlalchemy import text as sql
from sqlalchemy.orm import Mapped, mapped_column

from soar_lms.database import Base, UTCDateTime


class OutboxMessage(Base):
    """An e-mail to be sent once; the row is the truth, whatever happens to the worker."""

    __tablename__ = "outbox_messages"
    __table_args__ = (
        Index(
            "ix_outbox_messages_due",
            "due_at",
            sqlite_where=sql("sent_at IS NULL AND failed_at IS NULL"),
            postgresql_where=sql("sent_at IS NULL AND failed_at IS NULL"),
        ),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    kind: Mapped[str] = mapped_column(String(60))
    recipient: Mapped[str] = mapped_column(String(254))
    language: Mapped[str] = mapped_column(String(20))
    subject: Mapped[str] = mapped_column(String(300))
    body: Mapped[str] = mapped_column(Text)
    key: Mapped[str | None] = mapped_column(String(60))
    """What of its kind it is about, for whoever looks after it (`care.py`)."""
    unsubscribe_url: Mapped[str | None] = mapped_column(String(500))
    """Where a click ends such e-mail (RFC 8058); None where nobody can do without it."""
    attachment_kind: Mapped[str | None] = mapped_column(String(40))
    """Of what is attached: `attachments.py` knows who makes it, when the e-mail is sent."""
    attachment_key: Mapped[str | None] = mapped_column(String(60))
    """Which one of that kind; what is attached never lies in the outbox itself."""
    created_at: Mapped[datetime] = mapped_column(UTCDateTime)
    due_at: Mapped[datetime] = mapped_column(UTCDateTime)
    """When to try next; a worker that takes the message moves this on before it sends."""
    tries: Mapped[int] = mapped_column(default=0)
    last_error: Mapped[str | None] = mapped_column(String(300))
    sent_at: Mapped[datetime | None] = mapped_column(UTCDateTime)
    failed_at: Mapped[datetime | None] = mapped_column(UTCDateTime)
    """When it was given up; of one that was withdrawn, when it was made."""


class BouncedAddress(Base):
    """An address that mail does not reach, until its owner is seen again."""

    __tablename__ = "bounced_addresses"

    email: Mapped[str] = mapped_column(String(254), primary_key=True)
    """In lower case."""
    bounced_at: Mapped[datetime] = mapped_column(UTCDateTime)
    status: Mapped[str] = mapped_column(String(20))
    """The enhanced status code (RFC 3463) that said so last."""
