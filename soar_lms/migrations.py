"""The schema of the database: what it is at, what this release needs, and the way between.

Flask-Migrate and Alembic are imported only here and only when asked: they cost a fifth of a second,
and a server whose database is up to date has no use for them.
"""

from __future__ import annotations

from functools import cache
from pathlib import Path

from flask import current_app
from sqlalchemy import text
from sqlalchemy.exc import SQLAlchemyError

from soar_lms.database import db
from soar_lms.paths import bundled


def upgrade(revision: str = "head", scripts: Path | None = None) -> None:
    """Bring the database up to a revision.

    :param scripts: the folder of the migrations, instead of that of this release.
    """
    import flask_migrate

    _connect()
    flask_migrate.upgrade(directory=str(scripts or bundled("migrations")), revision=revision)


def downgrade(revision: str) -> None:
    """Take the database back to a revision; "base" is the empty database."""
    import flask_migrate

    _connect()
    flask_migrate.downgrade(directory=str(bundled("migrations")), revision=revision)


def _connect() -> None:
    from flask_migrate import Migrate

    if "migrate" not in current_app.extensions:
        Migrate().init_app(current_app, db, directory=str(bundled("migrations")))


@cache
def newest_migration() -> str | None:
    """Return the migration that the tables of this release need."""
    from alembic.script import ScriptDirectory

    return ScriptDirectory(str(bundled("migrations"))).get_current_head()


def present_migration() -> str | None:
    """Return the migration that the tables are at; None when there are none or no answer."""
    try:
        found: str | None = db.session.scalar(text("SELECT version_num FROM alembic_version"))
    except SQLAlchemyError:
        db.session.rollback()
        return None
    return found
