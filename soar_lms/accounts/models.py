"""People. What is stored here is what the site needs, and nothing about clients or patients."""

from __future__ import annotations

from dataclasses import dataclass, fields
from datetime import date, datetime
from typing import Any

from flask_security.core import RoleMixin, UserMixin
from sqlalchemy import (
    BigInteger,
    CheckConstraint,
    ColumnElement,
    Date,
    ForeignKey,
    Index,
    String,
    Text,
    UniqueConstraint,
    false,
)
from sqlalchemy import text as sql
from sqlalchemy.orm import Mapped, mapped_column

from soar_lms.access import Role
from soar_lms.database import Base, UTCDateTime

EMAIL_LENGTH = 254
NAME_LENGTH = 120
LICENSE_LENGTH = 40
PASSKEY_NAME_LENGTH = 60
CREDENTIAL_LENGTH = 1_400
"""Characters: a credential id has at most 1,023 bytes (Web Authentication, section 4)."""


class Person(Base, UserMixin):
    """Somebody with an account."""

    __tablename__ = "people"
    __table_args__ = (
        CheckConstraint("role IN ('learner', 'trainer', 'administrator')", name="role_is_known"),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    email: Mapped[str] = mapped_column(String(EMAIL_LENGTH), unique=True)
    """The primary address, in lower case: mail goes there. `PersonEmail` has it too."""
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
    reads_programme: Mapped[bool] = mapped_column(default=False, server_default=false())
    """Whether they may read programme reports: numbers of everybody, whatever their role."""
    reminders_off_at: Mapped[datetime | None] = mapped_column(UTCDateTime)
    """Since when they want no reminders; None while they are written to."""
    digest_off_at: Mapped[datetime | None] = mapped_column(UTCDateTime)
    """The same of the weekly summary for trainers."""
    created_at: Mapped[datetime] = mapped_column(UTCDateTime)
    confirmed_at: Mapped[datetime | None] = mapped_column(UTCDateTime)

    @property
    def roles(self) -> list[RoleMixin]:  # type: ignore[override]  # nobody sets them
        """Flask-Security's roles: none. `role` and `soar_lms.access` decide."""
        return []


class PersonEmail(Base):
    """An address that somebody says is theirs; once verified it is theirs alone.

    The primary one stands in `Person.email` as well; `accounts.emails` changes both together.
    Addresses that nobody verified may be claimed by several people: whoever opens the link wins.
    """

    __tablename__ = "person_emails"
    __table_args__ = (
        UniqueConstraint("person_id", "email"),
        Index(
            "uq_person_emails_verified",
            "email",
            unique=True,
            sqlite_where=sql("verified_at IS NOT NULL"),
            postgresql_where=sql("verified_at IS NOT NULL"),
        ),
        Index(
            "uq_person_emails_primary",
            "person_id",
            unique=True,
            sqlite_where=sql("is_primary"),
            postgresql_where=sql("is_primary"),
        ),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    person_id: Mapped[int] = mapped_column(ForeignKey("people.id", ondelete="CASCADE"))
    email: Mapped[str] = mapped_column(String(EMAIL_LENGTH))
    """In lower case."""
    is_primary: Mapped[bool] = mapped_column(default=False)
    added_at: Mapped[datetime] = mapped_column(UTCDateTime)
    verified_at: Mapped[datetime | None] = mapped_column(UTCDateTime)
    """When its mailbox was shown to be theirs; only then it signs in."""


class PersonLicense(Base):
    """A license that somebody chose to write down, to have it at hand when claiming credit."""

    __tablename__ = "person_licenses"
    __table_args__ = (UniqueConstraint("person_id", "territory", "number"),)

    id: Mapped[int] = mapped_column(primary_key=True)
    person_id: Mapped[int] = mapped_column(ForeignKey("people.id", ondelete="CASCADE"))
    territory: Mapped[str] = mapped_column(String(2))
    number: Mapped[str] = mapped_column(String(LICENSE_LENGTH))
    profession: Mapped[str | None] = mapped_column(String(40))
    renews_on: Mapped[date | None] = mapped_column(Date)
    added_at: Mapped[datetime] = mapped_column(UTCDateTime)


class SignIn(Base):
    """A device on which somebody is signed in. It is ended by deleting the row.

    What a person needs to recognize a device, and no more: no address of the network, no version.
    """

    __tablename__ = "sign_ins"

    id: Mapped[int] = mapped_column(primary_key=True)
    person_id: Mapped[int] = mapped_column(ForeignKey("people.id", ondelete="CASCADE"), index=True)
    key: Mapped[str] = mapped_column(String(32), unique=True)
    """What its cookie names beside the person."""
    browser: Mapped[str | None] = mapped_column(String(20))
    system: Mapped[str | None] = mapped_column(String(20))
    began_at: Mapped[datetime] = mapped_column(UTCDateTime)
    used_at: Mapped[datetime] = mapped_column(UTCDateTime)
    """When something was last done there, to the day: noted once a day, with what was done."""


class SignInLink(Base):
    """A link that signs somebody in once. Only the hash of its token is kept."""

    __tablename__ = "sign_in_links"

    token_hash: Mapped[str] = mapped_column(String(64), primary_key=True)
    person_id: Mapped[int] = mapped_column(ForeignKey("people.id", ondelete="CASCADE"), index=True)
    place: Mapped[str | None] = mapped_column(Text)
    """Where they wanted to go on this site, with what they had chosen there."""
    expires_at: Mapped[datetime] = mapped_column(UTCDateTime)


class Passkey(Base):
    """A key of a device with which somebody signs in (W3C Web Authentication, level 2).

    Bytes are text in base64url, as in the messages of the standard.
    """

    __tablename__ = "passkeys"

    id: Mapped[int] = mapped_column(primary_key=True)
    person_id: Mapped[int] = mapped_column(ForeignKey("people.id", ondelete="CASCADE"), index=True)
    credential_id: Mapped[str] = mapped_column(String(CREDENTIAL_LENGTH), unique=True)
    public_key: Mapped[str] = mapped_column(Text)
    user_handle: Mapped[str] = mapped_column(String(90))
    """What the device knows its owner by: random, the same for all passkeys of an account."""
    sign_count: Mapped[int] = mapped_column(BigInteger)
    """How often it signed, as far as it counts: a copy would count wrongly."""
    name: Mapped[str] = mapped_column(String(PASSKEY_NAME_LENGTH))
    added_at: Mapped[datetime] = mapped_column(UTCDateTime)
    used_at: Mapped[datetime | None] = mapped_column(UTCDateTime)


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
    reads_programme: bool
    fs_uniquifier: str
    active: bool

    @classmethod
    def columns(cls) -> list[ColumnElement[Any]]:
        """Return the columns of its values, in order."""
        return [Person.__table__.c[field.name] for field in fields(cls)]

    @property
    def roles(self) -> list[RoleMixin]:  # type: ignore[override]  # as of Person
        return []
