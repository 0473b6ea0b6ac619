"""The database: naming, types, how SQLite is opened, and the one place that commits.

SQLite is used in autocommit mode: a read takes no lock. The first write of a session (its first
flush) begins an immediate transaction, so that a writer waits its turn at the beginning and is
never refused in the middle. PostgreSQL runs in its default, read committed.
"""

from __future__ import annotations

import sqlite3
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime
from typing import Any

from flask import g, has_request_context, request
from flask_sqlalchemy import SQLAlchemy
from flask_sqlalchemy.session import Session as FlaskSession
from sqlalchemy import DateTime, MetaData, event, text
from sqlalchemy.engine import Dialect, Engine
from sqlalchemy.orm import DeclarativeBase, Session, scoped_session
from sqlalchemy.types import TypeDecorator

from soar_lms.config import SQLiteSynchronous

BUSY_TIMEOUT_MS = 15_000


class Base(DeclarativeBase):
    """Base of all models; constraints get the same names everywhere."""

    metadata = MetaData(
        naming_convention={
            "ix": "ix_%(table_name)s_%(column_0_N_name)s",
            "uq": "uq_%(table_name)s_%(column_0_N_name)s",
            "ck": "ck_%(table_name)s_%(constraint_name)s",
            "fk": "fk_%(table_name)s_%(column_0_N_name)s_%(referred_table_name)s",
            "pk": "pk_%(table_name)s",
        }
    )


class UTCDateTime(TypeDecorator[datetime]):
    """An aware moment; stored in UTC, refused when naive."""

    impl = DateTime(timezone=True)
    cache_ok = True

    def process_bind_param(self, value: datetime | None, dialect: Dialect) -> datetime | None:
        if value is None:
            return None
        if value.tzinfo is None:
            raise ValueError("a moment without a time zone")
        return value.astimezone(UTC)

    def process_result_value(self, value: datetime | None, dialect: Dialect) -> datetime | None:
        if value is None:
            return None
        return value.replace(tzinfo=UTC) if value.tzinfo is None else value.astimezone(UTC)


# What was read stays usable after a commit: a page is rendered, a mail is sent, from it.
db = SQLAlchemy(model_class=Base, session_options={"expire_on_commit": False})


class WriteWithoutCSRFError(RuntimeError):
    """A request tried to write, and no form of it proved that it came from our page."""


@contextmanager
def transaction() -> Iterator[scoped_session[FlaskSession]]:
    """Commit what happens inside, once, or nothing of it.

    Opened by a view that handles a POST, by a command or by a job; never inside another. Inside,
    raise to roll back and return to commit. In a request it refuses to begin before a form has
    checked its CSRF token, and in a GET, so that neither can be forgotten.
    """
    if has_request_context():
        if request.method in {"GET", "HEAD", "OPTIONS"}:
            raise WriteWithoutCSRFError("a GET never writes")
        if not g.get("csrf_checked", False):
            raise WriteWithoutCSRFError("check the form before you open a transaction")
    session = db.session
    if session.info.get("in_transaction"):
        raise RuntimeError("transactions do not nest: open one at the edge")
    session.info["in_transaction"] = True
    try:
        begin_writing(session())
        yield session
        session.commit()
    except BaseException:
        session.rollback()
        raise
    finally:
        session.info.pop("in_transaction", None)


def begin_writing(session: Session) -> None:
    """On SQLite, take the right to write now, waiting for others; elsewhere do nothing."""
    connection = session.connection()
    if connection.dialect.name != "sqlite":
        return
    raw: object = connection.connection.dbapi_connection
    if isinstance(raw, sqlite3.Connection) and not raw.in_transaction:
        connection.execute(text("BEGIN IMMEDIATE"))


def configure_engine(engine: Engine, synchronous: SQLiteSynchronous) -> None:
    """Open every SQLite connection the same safe way (PostgreSQL needs nothing)."""
    if engine.dialect.name != "sqlite":
        return

    @event.listens_for(engine, "connect")
    def set_pragmas(connection: Any, _record: object) -> None:
        connection.isolation_level = None  # autocommit: transactions are begun explicitly
        cursor = connection.cursor()
        cursor.execute(f"PRAGMA busy_timeout = {BUSY_TIMEOUT_MS}")
        cursor.execute("PRAGMA journal_mode = WAL")
        cursor.execute("PRAGMA foreign_keys = ON")
        cursor.execute(f"PRAGMA synchronous = {synchronous.value.upper()}")
        cursor.close()


@event.listens_for(Session, "before_flush")
def _begin_before_flush(session: Session, _context: object, _instances: object) -> None:
    begin_writing(session)
