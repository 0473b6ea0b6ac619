"""Run the migrations: on the engine of the application, each in a transaction of its own."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager

from alembic import context
from flask import current_app
from sqlalchemy import event
from sqlalchemy.engine import Connection

target = current_app.extensions["migrate"].db


def run() -> None:
    with target.engine.connect() as connection, without_foreign_keys(connection):
        event.listen(connection, "begin", begin)
        context.configure(
            connection=connection,
            target_metadata=target.metadata,
            compare_type=True,
            compare_server_default=True,
            render_as_batch=True,
            transaction_per_migration=True,
            transactional_ddl=True,
        )
        with context.begin_transaction():
            context.run_migrations()


def begin(connection: Connection) -> None:
    """Begin for real: the application's connections are in autocommit mode."""
    connection.exec_driver_sql("BEGIN")


@contextmanager
def without_foreign_keys(connection: Connection) -> Iterator[None]:
    """On SQLite, a column is changed by making its table anew: meanwhile nothing may cascade."""
    if connection.dialect.name != "sqlite":
        yield
        return
    connection.exec_driver_sql("PRAGMA foreign_keys = OFF")
    connection.commit()
    try:
        yield
        broken = connection.exec_driver_sql("PRAGMA foreign_key_check").all()
        if broken:
            raise RuntimeError(f"rows refer to rows that are not there: {broken[:5]}")
    finally:
        connection.invalidate()  # the next one is opened with foreign keys on


run()
