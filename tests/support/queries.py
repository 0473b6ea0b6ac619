"""Count what a page asks the database: a page must not ask more because there is more to show."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager

from flask import Flask
from sqlalchemy import event
from sqlalchemy.engine import Engine

from soar_lms.database import db

_NO_QUESTIONS = ("BEGIN", "PRAGMA", "SAVEPOINT", "RELEASE", "ROLLBACK", "SET LOCAL")


@contextmanager
def queries_of(app: Flask) -> Iterator[list[str]]:
    """Collect the statements that the application sends inside, without those of transactions."""
    with app.app_context():
        engine = db.engine
    with statements_of(engine) as statements:
        yield statements


@contextmanager
def statements_of(engine: Engine) -> Iterator[list[str]]:
    """Collect the statements that go to a database inside."""
    statements: list[str] = []

    def note(_connection: object, _cursor: object, statement: str, *_others: object) -> None:
        if not statement.lstrip().upper().startswith(_NO_QUESTIONS):
            statements.append(" ".join(statement.split()))

    event.listen(engine, "before_cursor_execute", note)
    try:
        yield statements
    finally:
        event.remove(engine, "before_cursor_execute", note)
