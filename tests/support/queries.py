"""Count what a page asks the database: a page must not ask more because there is more to show."""

from __future__ import annotations

import re
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

from flask import Flask
from sqlalchemy import Select, event
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


def plan_blindly(statement: Select[Any]) -> str:
    """Return how the database goes about a statement when it does not look at the values.

    PostgreSQL plans so what it was asked some times before. It is told not to read whole tables,
    which is the quickest way for the few rows of a test.
    """
    dialect = db.engine.dialect
    text = str(statement.compile(dialect=dialect, compile_kwargs={"render_postcompile": True}))
    with db.engine.connect() as connection:
        run = connection.exec_driver_sql
        if dialect.name == "sqlite":
            rows = run(f"EXPLAIN QUERY PLAN {text}", (None,) * text.count("?"))
            return "\n".join(row.detail for row in rows)
        names = list(dict.fromkeys(re.findall(r"%\((\w+)\)s", text)))
        places = {name: f"${number}" for number, name in enumerate(names, 1)}
        run("SET plan_cache_mode = force_generic_plan")
        run("SET enable_seqscan = off")
        run(f"PREPARE asked AS {text % places}")
        plan = "\n".join(
            run(f"EXPLAIN EXECUTE asked ({', '.join(['NULL'] * len(names))})").scalars()
        )
        run("DEALLOCATE asked")
        run("RESET enable_seqscan")
        run("RESET plan_cache_mode")
        return plan
