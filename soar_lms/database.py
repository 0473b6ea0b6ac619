"""The database: naming, types, how SQLite is opened, and the one place that commits.

Connections are in autocommit mode: a page that only reads takes no lock and pays for no BEGIN and
ROLLBACK. The first write of a session (its first flush) begins a transaction; on SQLite an
immediate one, so that a writer waits its turn at the beginning and is never refused in the middle.
PostgreSQL runs in its default, read committed.
"""

from __future__ import annotations

import json
import sqlite3
from collections.abc import Collection, Iterator, Mapping
from contextlib import contextmanager
from datetime import UTC, datetime
from functools import lru_cache
from itertools import islice
from typing import Any, Self

import psycopg
from flask import g, has_request_context, request
from flask_sqlalchemy import SQLAlchemy
from flask_sqlalchemy.session import Session as FlaskSession
from psycopg.pq import TransactionStatus
from sqlalchemy import (
    BindParameter,
    Boolean,
    DateTime,
    Insert,
    MetaData,
    Select,
    SQLColumnExpression,
    Text,
    event,
)
from sqlalchemy.engine import Connection, Dialect, Engine, Result, Row
from sqlalchemy.ext.compiler import compiles
from sqlalchemy.orm import DeclarativeBase, Session, scoped_session
from sqlalchemy.sql import Executable
from sqlalchemy.sql.compiler import SQLCompiler
from sqlalchemy.sql.functions import FunctionElement
from sqlalchemy.sql.operators import OperatorType
from sqlalchemy.types import TypeDecorator

from soar_lms.config import SQLiteSynchronous

BUSY_TIMEOUT_MS = 15_000
_IDLE = TransactionStatus.IDLE
ENGINE_OPTIONS = {"isolation_level": "AUTOCOMMIT"}


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


class Numbers(TypeDecorator[Collection[int]]):
    """Many numbers as one parameter (JSON)."""

    impl = Text
    cache_ok = True

    def process_bind_param(self, value: Collection[int] | None, dialect: Dialect) -> str:
        return json.dumps(list(value or ()))


class Words(TypeDecorator[Collection[str]]):
    """Many texts as one parameter (JSON)."""

    impl = Text
    cache_ok = True

    def process_bind_param(self, value: Collection[str] | None, dialect: Dialect) -> str:
        return json.dumps(list(value or ()))


class Among(FunctionElement[bool]):
    """`Among(column, values)`: whether something is one of many.

    `values` is of type `Numbers` or `Words`, as the column is. `column.in_()` sends a parameter for
    each: 20,000 people asked for in three places are more than either database takes in one
    statement, and 5,000 addresses take PostgreSQL's driver longer to send than to look up.
    """

    name = "among"
    type = Boolean()
    inherit_cache = True

    def __init__(
        self,
        column: SQLColumnExpression[Any],
        values: BindParameter[Collection[int]] | BindParameter[Collection[str]],
    ) -> None:
        super().__init__(column, values)

    def self_group(self, against: OperatorType | None = None) -> Self:
        """Stay a condition as it is.

        SQLAlchemy would compare it with 1 for SQLite, which then reads whole tables, not an index.
        """
        return self


@compiles(Among, "sqlite")
def _among_sqlite(element: Among, compiler: SQLCompiler, **options: Any) -> str:
    column, values = (compiler.process(item, **options) for item in element.clauses)
    return f"{column} IN (SELECT value FROM json_each({values}))"  # noqa: S608  # compiled parts


@compiles(Among, "postgresql")
def _among_postgresql(element: Among, compiler: SQLCompiler, **options: Any) -> str:
    column, values = (compiler.process(item, **options) for item in element.clauses)
    cast = "" if isinstance([*element.clauses][1].type, Words) else "::integer"
    return f"{column} = ANY (SELECT json_array_elements_text(CAST({values} AS json)){cast})"


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
    _check_may_write()
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


def _check_may_write() -> None:
    if not has_request_context():
        return
    if request.method in {"GET", "HEAD", "OPTIONS"}:
        raise WriteWithoutCSRFError("a GET never writes")
    if not g.get("csrf_checked", False):
        raise WriteWithoutCSRFError("check the form before you write")


def read(statement: Executable, values: Mapping[str, Any]) -> Result[Any]:
    """Run a statement that only reads, without the ORM's session around it: a third of the cost.

    Outside a transaction each request has one connection for it; inside, it sees what was written.
    """
    if db.session.info.get("in_transaction"):
        return db.session.connection().execute(statement, values)
    connection: Connection | None = g.get("plain_connection")
    if connection is None:
        connection = g.plain_connection = db.engine.connect()
    return connection.execute(statement, values)


def write(statement: Executable, values: Mapping[str, Any]) -> Row[Any] | None:
    """Run one statement that changes something, and return the first row it returns.

    Inside a transaction it is part of it; outside it is one of its own, without the two journeys to
    the server that BEGIN and COMMIT cost. The same rules guard it as guard `transaction`.
    """
    _check_may_write()
    return read(statement, values).first()


def append(statement: Insert, values: Mapping[str, Any]) -> None:
    """Add a line to a log while a page is only read: the one write that a GET may do.

    It is committed at once. Only the audit trail uses it (`docs/decisions/0013-audit-trail.md`).
    """
    read(statement, values)


@contextmanager
def snapshot() -> Iterator[Connection]:
    """Give a connection of its own that sees the database as it is at its first statement."""
    is_postgresql = db.engine.dialect.name == "postgresql"
    options = {"isolation_level": "REPEATABLE READ"} if is_postgresql else {}
    with db.engine.connect().execution_options(**options) as connection:
        if not is_postgresql:
            connection.exec_driver_sql("BEGIN")
        yield connection


def stream(
    connection: Connection,
    statement: Select[*tuple[Any, ...]],
    values: Mapping[str, Any],
    size: int,
) -> Iterator[list[tuple[Any, ...]]]:
    """Yield the rows of a statement as the driver makes them, `size` at a time.

    Memory stays the same however many there are, and rows of SQLAlchemy are not made: of a million
    they would take as long as the query. On PostgreSQL no cursor is declared, for which it would
    use one process only.
    """
    compiled = _compile(statement, connection.dialect)
    expanded = compiled.construct_expanded_state(values)
    bound = _driver_values(compiled, expanded.parameters, connection.dialect)
    raw: Any = connection.connection.driver_connection
    if isinstance(raw, psycopg.Connection):
        at_once = size if psycopg.capabilities.has_stream_chunked() else 1
        rows = raw.cursor().stream(expanded.statement.encode(), bound, size=at_once)
        while batch := list(islice(rows, size)):
            yield batch
        return
    places = expanded.positiontup or ()
    cursor = raw.execute(expanded.statement, [bound[name] for name in places])
    while batch := cursor.fetchmany(size):
        yield batch


@lru_cache(maxsize=64)
def _compile(statement: Select[*tuple[Any, ...]], dialect: Dialect) -> SQLCompiler:
    """Return a statement as the database takes it; the same one again costs nothing."""
    compiled = statement.compile(dialect=dialect)
    assert isinstance(compiled, SQLCompiler)  # of a select
    return compiled


def _driver_values(
    compiled: SQLCompiler, values: Mapping[str, Any], dialect: Dialect
) -> dict[str, Any]:
    """Return the parameters of a statement as the driver takes them."""
    types = {compiled.bind_names[bind]: bind.type for bind in compiled.bind_names}
    bound = {}
    for name, value in values.items():
        known = types.get(name)
        process = known.dialect_impl(dialect).bind_processor(dialect) if known else None
        bound[name] = process(value) if process else value
    return bound


def close_plain_connection(_error: BaseException | None = None) -> None:
    """Give the connection of `read` and `write` back, at the end of a request."""
    connection: Connection | None = g.pop("plain_connection", None)
    if connection is not None:
        connection.close()


def begin_writing(session: Session) -> None:
    """Begin a transaction if none is open; on SQLite, waiting for whoever writes now."""
    connection = session.connection()
    raw: object = connection.connection.dbapi_connection
    if isinstance(raw, sqlite3.Connection) and not raw.in_transaction:
        connection.exec_driver_sql("BEGIN IMMEDIATE")
    if isinstance(raw, psycopg.Connection) and raw.info.transaction_status == _IDLE:
        connection.exec_driver_sql("BEGIN")


def configure_engine(engine: Engine, synchronous: SQLiteSynchronous) -> None:
    """Open every SQLite connection the same safe way; `ENGINE_OPTIONS` does for PostgreSQL."""
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
