"""Run the migrations: on the engine of the application, or on the one a command gives."""

from __future__ import annotations

from alembic import context
from flask import current_app

target = current_app.extensions["migrate"].db


def run() -> None:
    engine = target.engine
    with engine.connect() as connection:
        context.configure(
            connection=connection,
            target_metadata=target.metadata,
            compare_type=True,
            compare_server_default=True,
            render_as_batch=True,
            transaction_per_migration=True,
        )
        with context.begin_transaction():
            context.run_migrations()


run()
