"""The trainer's groups of learners."""

from __future__ import annotations

from datetime import date, datetime
from enum import StrEnum
from typing import Any

from sqlalchemy import (
    JSON,
    BigInteger,
    CheckConstraint,
    Date,
    ForeignKey,
    Index,
    String,
    UniqueConstraint,
    false,
)
from sqlalchemy import text as sql
from sqlalchemy.orm import Mapped, mapped_column

from soar_lms.accounts.models import EMAIL_LENGTH
from soar_lms.cohorts.codes import CODE_LENGTH
from soar_lms.cohorts.roster import LONGEST_NAME
from soar_lms.database import Base, UTCDateTime

COHORT_NAME_LENGTH = 120
MOST_USES = 100_000
"""What a link can be limited to."""
SortKey = String(EMAIL_LENGTH).with_variant(String(EMAIL_LENGTH, collation="C"), "postgresql")
"""Text that both databases put into the same order: that of its code points."""


class CohortState(StrEnum):
    """What can still happen in a cohort."""

    OPEN = "open"
    CLOSED = "closed"
    """Nobody joins any more; whoever is in goes on."""
    ARCHIVED = "archived"
    """History: nobody joins, nobody is reminded; it can be read, and opened again."""


class Cohort(Base):
    """A group of learners whose way its trainers follow."""

    __tablename__ = "cohorts"
    __table_args__ = (
        CheckConstraint("state IN ('open', 'closed', 'archived')", name="state_is_known"),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    name: Mapped[str] = mapped_column(String(COHORT_NAME_LENGTH))
    organisation: Mapped[str | None] = mapped_column(String(COHORT_NAME_LENGTH))
    state: Mapped[str] = mapped_column(
        String(10), default=CohortState.OPEN, server_default=CohortState.OPEN
    )
    time_zone: Mapped[str] = mapped_column(String(64), default="UTC", server_default="UTC")
    """IANA name: a day on which something is due ends at its midnight."""
    created_at: Mapped[datetime] = mapped_column(UTCDateTime)
    version: Mapped[int] = mapped_column(default=1, server_default="1")
    """Counts the changes of what it agrees on, so that two who change it at once learn of it."""


class CohortModule(Base):
    """A module that a cohort takes."""

    __tablename__ = "cohort_modules"

    cohort_id: Mapped[int] = mapped_column(ForeignKey("cohorts.id"), primary_key=True)
    module_id: Mapped[str] = mapped_column(String(60), primary_key=True)
    due_on: Mapped[date | None] = mapped_column(Date)
    """The last day on which completing it is in time, in the zone of the cohort."""


class CohortTrainer(Base):
    """Who may see a cohort and its members' progress."""

    __tablename__ = "cohort_trainers"
    __table_args__ = (
        Index(
            "uq_cohort_trainers_lead",
            "cohort_id",
            unique=True,
            sqlite_where=sql("is_lead"),
            postgresql_where=sql("is_lead"),
        ),
    )

    cohort_id: Mapped[int] = mapped_column(ForeignKey("cohorts.id"), primary_key=True)
    person_id: Mapped[int] = mapped_column(ForeignKey("people.id"), primary_key=True, index=True)
    is_lead: Mapped[bool] = mapped_column(default=False, server_default=false())
    """Whether they also say who else trains it."""


class CohortMember(Base):
    """A learner in a cohort."""

    __tablename__ = "cohort_members"

    cohort_id: Mapped[int] = mapped_column(ForeignKey("cohorts.id"), primary_key=True)
    person_id: Mapped[int] = mapped_column(ForeignKey("people.id"), primary_key=True, index=True)
    joined_at: Mapped[datetime] = mapped_column(UTCDateTime)


class JoinLink(Base):
    """A way into a cohort: a secret in an address and a code to type, until it ends."""

    __tablename__ = "join_links"
    __table_args__ = (
        CheckConstraint("expires_at > created_at", name="expires_later"),
        CheckConstraint("most_uses IS NULL OR most_uses >= 1", name="can_be_used"),
        CheckConstraint("most_uses IS NULL OR uses <= most_uses", name="not_used_too_often"),
        Index(
            "uq_join_links_open",
            "cohort_id",
            unique=True,
            sqlite_where=sql("ended_at IS NULL"),
            postgresql_where=sql("ended_at IS NULL"),
        ),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    cohort_id: Mapped[int] = mapped_column(ForeignKey("cohorts.id"))
    token: Mapped[str] = mapped_column(String(40), unique=True)
    code: Mapped[str | None] = mapped_column(String(CODE_LENGTH), unique=True)
    """What is typed from a poster (`codes`); None for links of a release that had none."""
    created_at: Mapped[datetime] = mapped_column(UTCDateTime)
    expires_at: Mapped[datetime] = mapped_column(UTCDateTime)
    ended_at: Mapped[datetime | None] = mapped_column(UTCDateTime)
    most_uses: Mapped[int | None]
    """How many people can come in by it; None: as many as want to."""
    uses: Mapped[int] = mapped_column(default=0, server_default="0")
    """Those who came in, and those who wait to be let in."""
    needs_approval: Mapped[bool] = mapped_column(default=False, server_default=false())

    def is_live(self, now: datetime) -> bool:
        return self.ended_at is None and now < self.expires_at

    @property
    def is_full(self) -> bool:
        return self.most_uses is not None and self.uses >= self.most_uses


class JoinRequest(Base):
    """Somebody who came by a link that asks for approval, and waits for a trainer's answer."""

    __tablename__ = "join_requests"

    cohort_id: Mapped[int] = mapped_column(
        ForeignKey("cohorts.id", ondelete="CASCADE"), primary_key=True
    )
    person_id: Mapped[int] = mapped_column(
        ForeignKey("people.id", ondelete="CASCADE"), primary_key=True, index=True
    )
    link_id: Mapped[int] = mapped_column(ForeignKey("join_links.id", ondelete="CASCADE"))
    asked_at: Mapped[datetime] = mapped_column(UTCDateTime)


class RosterLine(Base):
    """Somebody whom a trainer invites: bound to the account that accepts, whatever its address."""

    __tablename__ = "roster_lines"
    __table_args__ = (
        UniqueConstraint("cohort_id", "email"),
        CheckConstraint("expires_at > invited_at", name="expires_later"),
        CheckConstraint("person_id IS NULL OR accepted_at IS NOT NULL", name="accepted_when_bound"),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    cohort_id: Mapped[int] = mapped_column(ForeignKey("cohorts.id"))
    name: Mapped[str] = mapped_column(String(LONGEST_NAME))
    """As the trainer wrote it; may be empty."""
    email: Mapped[str] = mapped_column(String(EMAIL_LENGTH))
    """In lower case."""
    language: Mapped[str] = mapped_column(String(20))
    """Of the e-mail, and of the next one."""
    token_hash: Mapped[str] = mapped_column(String(64), unique=True)
    """SHA-256 of the secret in the newest e-mail; the secret itself is kept nowhere."""
    invited_at: Mapped[datetime] = mapped_column(UTCDateTime)
    """When the newest e-mail was written."""
    invitations_sent: Mapped[int]
    expires_at: Mapped[datetime] = mapped_column(UTCDateTime)
    reminders_off_at: Mapped[datetime | None] = mapped_column(UTCDateTime)
    """Since when whoever was invited wants no reminders of it."""
    accepted_at: Mapped[datetime | None] = mapped_column(UTCDateTime)
    person_id: Mapped[int | None] = mapped_column(
        ForeignKey("people.id", ondelete="SET NULL"), index=True
    )
    """Who accepted; None once that account is gone."""


class RosterDraft(Base):
    """A list of people that a trainer sent and nobody has been invited from yet.

    It holds names, addresses and languages, and nothing else of the file. It goes when it has been
    imported, when another one takes its place, or when it expires.
    """

    __tablename__ = "roster_drafts"
    __table_args__ = (
        CheckConstraint("expires_at > created_at", name="expires_later"),
        Index("ix_roster_drafts_owner", "owner_id", "cohort_id"),
        {"sqlite_autoincrement": True},  # a page of a list that is gone never leads to another
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    cohort_id: Mapped[int] = mapped_column(ForeignKey("cohorts.id", ondelete="CASCADE"), index=True)
    owner_id: Mapped[int] = mapped_column(ForeignKey("people.id", ondelete="CASCADE"))
    """Who sent it, and alone may see it."""
    language: Mapped[str] = mapped_column(String(20))
    """Of e-mail to those for whom no other language is known."""
    facts: Mapped[dict[str, Any]] = mapped_column(JSON)
    """What is said of the file: `rows`, `unused` (names of columns), `clients`, `sheet`."""
    rows: Mapped[list[list[Any]]] = mapped_column(JSON, deferred=True)
    """As `roster_rows.Row` packs them."""
    outcomes: Mapped[dict[str, list[str]]] = mapped_column(JSON, deferred=True)
    """What was made of each slice, by its first place: written with what it made, so that nobody
    does it twice and a worker that died does not make the result forget it."""
    created_at: Mapped[datetime] = mapped_column(UTCDateTime)
    expires_at: Mapped[datetime] = mapped_column(UTCDateTime)


class RosterPlace(Base):
    """Somebody on the roster of a cohort: a member, or a line whose person has not come yet.

    It follows memberships, lines, names and addresses (`cohorts.places`), so that the report finds
    everybody in one table, in the order of their names.
    """

    __tablename__ = "roster_places"
    __table_args__ = (
        UniqueConstraint("cohort_id", "person_id"),
        UniqueConstraint("line_id"),
        CheckConstraint("person_id IS NULL OR line_id IS NULL", name="not_both"),
        Index("ix_roster_places_name", "cohort_id", "sort_name", "id"),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    cohort_id: Mapped[int] = mapped_column(ForeignKey("cohorts.id", ondelete="CASCADE"))
    person_id: Mapped[int | None] = mapped_column(
        ForeignKey("people.id", ondelete="CASCADE"), index=True
    )
    line_id: Mapped[int | None] = mapped_column(ForeignKey("roster_lines.id", ondelete="CASCADE"))
    name: Mapped[str] = mapped_column(String(LONGEST_NAME))
    email: Mapped[str] = mapped_column(String(EMAIL_LENGTH))
    sort_name: Mapped[str] = mapped_column(SortKey)
    """The name, or the address where there is none, as `sorting.fold` writes it."""


class RosterWord(Base):
    """A word by which a search finds a place: what begins with the words typed is found.

    It follows the name and the address of the place, as `sorting.words_of` writes them.
    """

    __tablename__ = "roster_words"
    __table_args__ = (
        Index("ix_roster_words_word", "cohort_id", "word", "place_id"),
        {"sqlite_with_rowid": False},
    )

    place_id: Mapped[int] = mapped_column(
        ForeignKey("roster_places.id", ondelete="CASCADE"), primary_key=True
    )
    word: Mapped[str] = mapped_column(SortKey, primary_key=True)
    cohort_id: Mapped[int]


_FILTERED = ("place_id", "module_id", "setting", "language", "opens_at", "expires_at")
"""After what an index sorts by: what it breaks ties by, and what lines are filtered by in it."""


class ReportLine(Base):
    """A place on the roster and a module of the cohort: what the report filters and sorts by.

    State and moments are those of `standings`, carried on by its triggers; triggers of this table
    keep `report_counts`.
    """

    __tablename__ = "report_lines"
    __table_args__ = (
        CheckConstraint(
            "state IN ('invited', 'not-started', 'in-progress', 'passed', 'renewing', 'completed')",
            name="state_is_known",
        ),
        Index("ix_report_lines_state", "cohort_id", "state", "sort_name", *_FILTERED),
        Index("ix_report_lines_completed", "cohort_id", "state", "completed_day", *_FILTERED),
        Index("ix_report_lines_active", "cohort_id", "state", "active_at", *_FILTERED),
        Index("ix_report_lines_counted", "cohort_id", "module_id", "state", "setting", "language"),
        *(
            Index(
                f"ix_report_lines_{name}",
                *columns,
                sqlite_where=sql(condition),
                postgresql_where=sql(condition),
            )
            for name, columns, condition in (
                (
                    "opens",
                    ("cohort_id", "opens_at", "expires_at", "place_id", "module_id"),
                    "opens_at > 0",
                ),
                ("person", ("person_id", "module_id"), "person_id IS NOT NULL"),
            )
        ),
    )

    place_id: Mapped[int] = mapped_column(
        ForeignKey("roster_places.id", ondelete="CASCADE"), primary_key=True
    )
    module_id: Mapped[str] = mapped_column(String(60), primary_key=True)
    cohort_id: Mapped[int]
    person_id: Mapped[int | None]
    sort_name: Mapped[str] = mapped_column(SortKey)
    state: Mapped[str] = mapped_column(String(20))
    setting: Mapped[str] = mapped_column(String(60))
    """Empty before somebody begins; so is the language."""
    language: Mapped[str] = mapped_column(String(20))
    completed_day: Mapped[int]
    active_at: Mapped[int] = mapped_column(BigInteger)
    opens_at: Mapped[int] = mapped_column(BigInteger)
    expires_at: Mapped[int] = mapped_column(BigInteger)


class ReportCount(Base):
    """How many lines of a cohort have a module, state, setting and language; kept by triggers."""

    __tablename__ = "report_counts"

    cohort_id: Mapped[int] = mapped_column(primary_key=True, autoincrement=False)
    module_id: Mapped[str] = mapped_column(String(60), primary_key=True)
    state: Mapped[str] = mapped_column(String(20), primary_key=True)
    setting: Mapped[str] = mapped_column(String(60), primary_key=True)
    language: Mapped[str] = mapped_column(String(20), primary_key=True)
    people: Mapped[int]
