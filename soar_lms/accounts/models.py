"""People. What is stored here is what the site needs, and nothing about clients or patients."""

from __future__ import annotations

from dataclasses import dataclass, fields
from datetime import datetime
from typing import Any

from flask_security.core import RoleMixin, UserMixin
from sqlalchemy import CheckConstraint, ColumnElement, String
from sqlalchemy.orm import Mapped, mapped_column

from soar_lms.access import Role
from soar_lms.database import Base, UTCDateTime

NAME_LENGTH = 120


class Person(Base, UserMixin):
    """Somebody with an account."""

    __tablename__ = "people"
    __table_args__ = (
        CheckConstraint("role IN ('learner', 'trainer', 'administrator')", name="role_is_known"),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    email: Mapped[str] = mapped_column(String(254), unique=True)
    """In lower case: one address is one account."""
    name: Mapped[str] = mapped_column(String(NAME_LENGTH))
    password: Mapped[str | None] = mapped_column(String(255))
    """An argon2 hash; None for somebody who has not chosen a password yet."""
    fs_uniquifier: Mapped[str] = mapped_column(String(64), unique=True)
    """What the session cookie names; changed to end every session."""
    active: Mapped[bool] = mapped_column(default=True)
    role: Mapped[str] = mapped_column(String(20), default=Role.LEARNER)
    language: Mapped[str] = mapped_column(String(20))
    time_zone: Mapped[str] = mapped_column(String(60))
    setting: Mapped[str | None] = mapped_column(String(60))
    profession: Mapped[str | None] = mapped_column(String(40))
    territory: Mapped[str | None] = mapped_column(String(2))
    """State or territory of practice (USPS code): programmes report their reach by it."""
    created_at: Mapped[datetime] = mapped_column(UTCDateTime)
    confirmed_at: Mapped[datetime | None] = mapped_column(UTCDateTime)

    @property
    def roles(self) -> list[RoleMixin]:  # type: ignore[override]  # nobody sets them
        """Flask-Security's roles: none. `role` and `soar_lms.access` decide."""
        return []


@dataclass(frozen=True, slots=True)
class Reader(UserMixin):
    """Somebody who is signed in and only reads: plain values, no part of a session."""

    id: int
    email: str
    name: str
    role: str
    language: str
    time_zone: str
    setting: str | None
    profession: str | None
    territory: str | None
    fs_uniquifier: str
    active: bool

    @classmethod
    def columns(cls) -> list[ColumnElement[Any]]:
        """Return the columns of its values, in order."""
        return [Person.__table__.c[field.name] for field in fields(cls)]

    @property
    def roles(self) -> list[RoleMixin]:  # type: ignore[override]  # as of Person
        return []
