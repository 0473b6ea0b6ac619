"""Migrations go up and down on both databases, with rows in every table, and end at the models."""

from __future__ import annotations

import json
import os
import re
import shutil
import uuid
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import replace
from datetime import UTC, date, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
import sqlalchemy as sa
from alembic.autogenerate import compare_metadata
from alembic.migration import MigrationContext
from alembic.script import ScriptDirectory
from flask import Flask
from sqlalchemy.engine import Connection, Engine, make_url
from sqlalchemy.engine.interfaces import ReflectedColumn

from soar_lms.app import create_app
from soar_lms.config import Config
from soar_lms.database import Base, db
from soar_lms.migrations import downgrade, upgrade
from soar_lms.paths import bundled
from tests.support.databases import close_connections

SCRIPTS = ScriptDirectory(str(bundled("migrations")))
REVISIONS = [str(script.revision) for script in reversed([*SCRIPTS.walk_revisions()])]
NOT_OURS = "alembic_version"
BY_TRIGGER = {"report_counts"}
"""Tables whose row comes by itself, with that of another table."""


# --- a database of their own --------------------------------------------------------------------


@pytest.fixture
def fresh_url(database_url: str, tmp_path: Path) -> Iterator[str]:
    """Return the address of an empty database of the same kind; it goes when the test is over."""
    if database_url.startswith("sqlite"):
        yield f"sqlite:///{tmp_path / 'migrations.db'}"
        return
    name = f"soar_migrations_{os.getpid()}_{uuid.uuid4().hex[:8]}"
    _on_server(database_url, f"CREATE DATABASE {name}")
    yield make_url(database_url).set(database=name).render_as_string(hide_password=False)
    _on_server(database_url, f"DROP DATABASE {name} WITH (FORCE)")


def _on_server(url: str, statement: str) -> None:
    engine = sa.create_engine(url, isolation_level="AUTOCOMMIT", poolclass=sa.NullPool)
    with engine.connect() as connection:
        connection.execute(sa.text(statement))


@pytest.fixture
def empty(config: Config, fresh_url: str) -> Iterator[Flask]:
    """Return an application, in its context, on a database with nothing in it."""
    app = create_app(replace(config, database_url=fresh_url))
    with app.app_context():
        yield app
        close_connections()


@contextmanager
def engine_of(url: str) -> Iterator[Engine]:
    engine = sa.create_engine(url)
    try:
        yield engine
    finally:
        engine.dispose()


# --- the checkers -------------------------------------------------------------------------------


def find_heads(scripts: ScriptDirectory) -> list[str]:
    """Return every head but the one there may be, and every base but the one."""
    heads, bases = scripts.get_heads(), scripts.get_bases()
    return [f"a second head: {name}" for name in sorted(heads)[1:]] + [
        f"a second base: {name}" for name in sorted(bases)[1:]
    ]


def find_differences(connection: Connection, metadata: sa.MetaData) -> list[str]:
    """Return what a new migration would have to do."""
    context = MigrationContext.configure(
        connection, opts={"compare_type": True, "compare_server_default": True}
    )
    return [repr(difference) for difference in compare_metadata(context, metadata)]


def describe(engine: Engine) -> dict[str, list[str]]:
    """Describe every table, with all that Alembic does not compare: checks, predicates, names."""
    inspector = sa.inspect(engine)
    return {
        table: sorted(
            [f"column {_sorted(item)}" for item in inspector.get_columns(table)]
            + [f"primary key {_sorted(inspector.get_pk_constraint(table))}"]
            + [f"foreign key {_sorted(item)}" for item in inspector.get_foreign_keys(table)]
            + [f"unique {_sorted(item)}" for item in inspector.get_unique_constraints(table)]
            + [f"check {_sorted(item)}" for item in inspector.get_check_constraints(table)]
            + [f"index {_sorted(item)}" for item in inspector.get_indexes(table)]
        )
        for table in inspector.get_table_names()
        if table != NOT_OURS
    }


def find_other_schema(
    migrated: Mapping[str, list[str]], made: Mapping[str, list[str]]
) -> list[str]:
    """Return what two descriptions do not share: `-` migrations only, `+` models only."""
    lines = {
        sign: {f"{table}: {line}" for table, found in tables.items() for line in ("table", *found)}
        for sign, tables in (("-", migrated), ("+", made))
    }
    only = [(sign, lines[sign] - lines[other]) for sign, other in (("-", "+"), ("+", "-"))]
    return [f"{sign} {line}" for sign, found in only for line in sorted(found)]


def _sorted(item: Any) -> Any:
    """Put a description into an order in which it can be compared."""
    if isinstance(item, Mapping):
        return {key: _sorted(item[key]) for key in sorted(item)}
    return str(item) if isinstance(item, sa.types.TypeEngine | sa.TextClause) else item


# --- a row for every table, whatever its columns ------------------------------------------------

_MOMENT = datetime(2026, 11, 22, 15, 0, tzinfo=UTC)


def fill(engine: Engine) -> list[str]:
    """Put one row into every table that is there now; return the tables."""
    inspector = sa.inspect(engine)
    metadata = sa.MetaData()
    metadata.reflect(engine)
    tables = [table for table in metadata.sorted_tables if table.name != NOT_OURS]
    with engine.begin() as connection:
        for table in tables:
            if table.name in BY_TRIGGER:
                continue
            columns = inspector.get_columns(table.name)
            checks = " ".join(
                str(item["sqltext"]) for item in inspector.get_check_constraints(table.name)
            )
            values = {
                column["name"]: _value(column, place, checks)
                for place, column in enumerate(columns)
                if not column["nullable"]
            }
            connection.execute(table.insert().values(values))
    return [table.name for table in tables]


def _value(column: ReflectedColumn, place: int, checks: str) -> Any:
    """Make up a value: 1 for every number (so that keys fit), later moments in later columns."""
    kind = column["type"]
    choice = re.search(rf"\b{column['name']}\b.*?'([^']+)'", checks)
    if isinstance(kind, sa.Uuid):
        return uuid.UUID(int=1)
    if isinstance(kind, sa.String):
        return choice.group(1) if choice else "x" * min(kind.length or 8, 8)
    if isinstance(kind, sa.Boolean):
        return True
    if isinstance(kind, sa.DateTime):
        return _MOMENT + timedelta(minutes=place)
    if isinstance(kind, sa.Date):
        return date(2026, 11, 1)
    if isinstance(kind, sa.JSON):
        return []
    return 1


def count_rows(engine: Engine) -> dict[str, int]:
    metadata = sa.MetaData()
    metadata.reflect(engine)
    with engine.connect() as connection:
        return {
            name: connection.scalar(sa.select(sa.func.count()).select_from(table)) or 0
            for name, table in metadata.tables.items()
            if name != NOT_OURS
        }


def list_tables(engine: Engine) -> set[str]:
    return set(sa.inspect(engine).get_table_names()) - {NOT_OURS}


# --- the rules ----------------------------------------------------------------------------------


def test_there_is_one_way_from_nothing_to_the_head() -> None:
    assert find_heads(SCRIPTS) == []


def test_the_migrations_end_where_the_models_are(empty: Flask) -> None:
    upgrade()

    with db.engine.connect() as connection:
        differences = find_differences(connection, Base.metadata)

    assert not differences, "\n".join(differences)


def test_a_migrated_database_is_as_one_made_from_the_models(empty: Flask) -> None:
    upgrade()
    migrated = describe(db.engine)
    downgrade(revision="base")
    Base.metadata.create_all(db.engine)

    faults = find_other_schema(migrated, describe(db.engine))

    assert not faults, "\n".join(faults)


def test_every_table_can_be_filled_and_the_way_goes_down_and_up_again(empty: Flask) -> None:
    upgrade()
    schema = describe(db.engine)

    filled = fill(db.engine)
    assert count_rows(db.engine) == dict.fromkeys(Base.metadata.tables, 1)
    assert set(filled) == set(Base.metadata.tables)

    downgrade(revision="base")
    assert list_tables(db.engine) == set()

    upgrade()
    assert describe(db.engine) == schema
    assert count_rows(db.engine) == dict.fromkeys(Base.metadata.tables, 0)


@pytest.mark.parametrize("revision", REVISIONS)
def test_every_revision_goes_up_and_down_with_rows_in_the_tables(
    empty: Flask, revision: str
) -> None:
    before = str(SCRIPTS.get_revision(revision).down_revision or "base")
    if before != "base":
        upgrade(revision=before)
    earlier = describe(db.engine)
    kept = fill(db.engine)

    upgrade(revision=revision)
    later = describe(db.engine)
    assert {name: rows for name, rows in count_rows(db.engine).items() if name in kept} == (
        dict.fromkeys(kept, 1)
    )

    downgrade(revision=before)
    assert describe(db.engine) == earlier

    upgrade(revision=revision)
    assert describe(db.engine) == later


NEXT = """
import sqlalchemy as sa
from alembic import op

revision = "next"
down_revision = {head!r}
branch_labels = None
depends_on = None


def upgrade() -> None:
"""
FAILS = """
    op.create_table("half_way", sa.Column("id", sa.Integer(), primary_key=True))
    op.execute("SELECT * FROM there_is_no_such_table")
"""
REBUILDS = """
    with op.batch_alter_table("people") as people:
        people.alter_column("territory", type_=sa.String(3), existing_type=sa.String(2))
"""


def with_next_revision(folder: Path, body: str) -> Path:
    """Copy the migrations and put one more at their end."""
    copy = Path(shutil.copytree(SCRIPTS.dir, folder / "migrations"))
    script = NEXT.format(head=SCRIPTS.get_current_head()).rstrip() + body
    (copy / "versions" / "next.py").write_text(script, encoding="utf-8")
    return copy


def test_a_migration_that_fails_leaves_nothing_behind(empty: Flask, tmp_path: Path) -> None:
    """Half a migration could be neither repeated nor taken back."""
    upgrade()
    schema = describe(db.engine)

    with pytest.raises(sa.exc.DBAPIError):
        upgrade(scripts=with_next_revision(tmp_path, FAILS))

    assert find_other_schema(describe(db.engine), schema) == []


def test_a_table_that_is_rebuilt_keeps_its_rows_and_what_points_to_them(
    empty: Flask, tmp_path: Path
) -> None:
    """SQLite changes a column by making the table anew: what refers to it must not notice."""
    upgrade()
    fill(db.engine)
    with db.engine.begin() as connection:
        connection.execute(sa.text("UPDATE certificates SET person_id = 1, enrolment_id = 1"))

    upgrade(scripts=with_next_revision(tmp_path, REBUILDS))

    with db.engine.connect() as connection:
        owner = connection.scalar(sa.text("SELECT person_id FROM certificates"))
    assert (owner, set(count_rows(db.engine).values())) == (1, {1})


def test_evaluations_from_before_there_were_forms_are_kept(empty: Flask) -> None:
    """Comments go apart, answers stay, and who answered still has answered."""
    upgrade(revision="0001")
    fill(db.engine)
    with db.engine.begin() as connection:
        connection.execute(
            sa.text("UPDATE evaluation_responses SET answers = :answers"),
            {"answers": '{"useful": 4, "sure": {"before": 1, "now": 3}, "comment": "Muy útil."}'},
        )

    upgrade(revision="0009")

    with db.engine.connect() as connection:
        comments = connection.execute(
            sa.text("SELECT form_id, item_id, words FROM evaluation_comments")
        ).all()
        form_id, answers = connection.execute(
            sa.text("SELECT form_id, CAST(answers AS TEXT) FROM evaluation_responses")
        ).one()
        receipts = connection.execute(sa.text("SELECT * FROM evaluation_receipts")).all()
    assert [tuple(row) for row in comments] == [("short", "comment", "Muy útil.")]
    assert (form_id, json.loads(answers)) == (
        "short",
        {"useful": 4, "sure": {"before": 1, "now": 3}},
    )
    assert [tuple(row) for row in receipts] == [(1, "completion")]


def test_going_back_keeps_the_words_and_who_answered(empty: Flask) -> None:
    upgrade(revision="0009")
    fill(db.engine)

    downgrade(revision="0001")

    with db.engine.connect() as connection:
        answers = connection.scalars(
            sa.text("SELECT CAST(answers AS TEXT) FROM evaluation_responses")
        ).all()
        receipts = connection.execute(sa.text("SELECT * FROM evaluation_receipts")).all()
    assert sorted(answers) == ["[]", '{"xxxxxxxx": "xxxxxxxx"}']
    assert [tuple(row) for row in receipts] == [(1, 1)]


# --- what the rules must see --------------------------------------------------------------------


def test_a_second_head_is_reported(tmp_path: Path) -> None:
    versions = tmp_path / "versions"
    versions.mkdir()
    (tmp_path / "env.py").touch()
    for name, parent in (("a1", None), ("b1", "a1"), ("b2", "a1"), ("z1", None)):
        (versions / f"{name}.py").write_text(
            f"revision = {name!r}\ndown_revision = {parent!r}\n"
            "branch_labels = None\ndepends_on = None\n"
        )

    assert find_heads(ScriptDirectory(str(tmp_path))) == [
        "a second head: b2",
        "a second head: z1",
        "a second base: z1",
    ]


@pytest.mark.parametrize(
    ("statement", "words"),
    [
        pytest.param("ALTER TABLE people ADD COLUMN nickname VARCHAR(20)", "nickname", id="column"),
        pytest.param("DROP TABLE answers", "answers", id="table"),
        pytest.param("DROP INDEX uq_attempts_open", "uq_attempts_open", id="index"),
    ],
)
def test_a_database_that_is_not_as_the_models_is_reported(
    empty: Flask, statement: str, words: str
) -> None:
    upgrade()
    with db.engine.begin() as connection:
        connection.execute(sa.text(statement))

    with db.engine.connect() as connection:
        differences = find_differences(connection, Base.metadata)

    assert len(differences) == 1
    assert words in differences[0]


def test_a_check_or_predicate_that_differs_is_seen(tmp_path: Path) -> None:
    described = []
    for number, (check, predicate) in enumerate(
        [("a > 0", "b IS NULL"), ("a > 1", "b IS NULL"), ("a > 0", "b IS NOT NULL")]
    ):
        with engine_of(f"sqlite:///{tmp_path / f'{number}.db'}") as engine:
            with engine.begin() as connection:
                connection.execute(sa.text(f"CREATE TABLE t (a INT CHECK ({check}), b INT)"))
                connection.execute(sa.text(f"CREATE UNIQUE INDEX i ON t (a) WHERE {predicate}"))
            described.append(describe(engine))

    first, other_check, other_predicate = described
    assert find_other_schema(first, first) == []
    assert [line[:10] for line in find_other_schema(first, other_check)] == [
        "- t: check",
        "+ t: check",
    ]
    assert [line[:10] for line in find_other_schema(first, other_predicate)] == [
        "- t: index",
        "+ t: index",
    ]
    assert find_other_schema({"t": []}, {}) == ["- t: table"]


def test_a_link_that_is_open_gets_a_code_and_a_group_one_lead(empty: Flask) -> None:
    """Rows of the release before, and of its last minutes beside this one."""
    upgrade(revision="0020")
    fill(db.engine)
    with db.engine.begin() as connection:
        for statement in (
            "UPDATE join_links SET ended_at = NULL",
            "INSERT INTO join_links (id, cohort_id, token, created_at, expires_at, ended_at) "
            "SELECT 2, cohort_id, 'ended', created_at, expires_at, expires_at FROM join_links",
            "INSERT INTO people (id, email, name, fs_uniquifier, active, role, language, time_zone,"
            " created_at) SELECT 2, 'b', name, 'b', active, role, language, time_zone, created_at"
            " FROM people",
            "INSERT INTO cohort_trainers (cohort_id, person_id, is_lead) "
            "SELECT 1, id, TRUE FROM people WHERE email = 'b'",
        ):
            connection.execute(sa.text(statement))

    upgrade(revision="0021")

    with db.engine.connect() as connection:
        codes = connection.scalars(sa.text("SELECT code FROM join_links ORDER BY id")).all()
        leads = connection.scalars(sa.text("SELECT person_id FROM cohort_trainers WHERE is_lead"))
        assert [len(code or "") for code in codes] == [10, 0]
        assert leads.all() == [1]
