"""Where everybody stands, kept; the lines of trainers' reports and their counts follow by triggers.

The tables are empty: `soar-lms migrate` works out the rows afterwards, batch by batch.

Revision ID: 0019
Revises: 0018
"""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0019"
down_revision = "0018"
branch_labels = None
depends_on = None

_STATES = "'not-started', 'in-progress', 'passed', 'renewing', 'completed'"
_FOLLOWED = ("state", "setting", "language", "completed_day", "active_at", "opens_at", "expires_at")
_COUNTED = "cohort_id, module_id, state, setting, language"
_FOLLOW = ", ".join(f"{name} = NEW.{name}" for name in _FOLLOWED)
_FORGET = (
    "state = 'not-started', setting = '', language = '', completed_day = 0, active_at = 0, "
    "opens_at = 0, expires_at = 0"
)

_UPSERT = "ON CONFLICT (cohort_id, module_id, state, setting, language) DO UPDATE SET"
_SQLITE_UP = f"""
    INSERT INTO report_counts ({_COUNTED}, people)
    VALUES (NEW.cohort_id, NEW.module_id, NEW.state, NEW.setting, NEW.language, 1)
    {_UPSERT} people = people + 1
"""
_SQLITE_DOWN = """
    UPDATE report_counts SET people = people - 1
    WHERE cohort_id = OLD.cohort_id AND module_id = OLD.module_id AND state = OLD.state
    AND setting = OLD.setting AND language = OLD.language
"""
SQLITE = (
    *(
        f"""
        CREATE TRIGGER standings_{event}s AFTER {event} ON standings BEGIN
        UPDATE report_lines SET {_FOLLOW}
        WHERE person_id = NEW.person_id AND module_id = NEW.module_id; END
        """
        for event in ("insert", "update")
    ),
    f"""
    CREATE TRIGGER standings_deleted AFTER DELETE ON standings BEGIN
    UPDATE report_lines SET {_FORGET}
    WHERE person_id = OLD.person_id AND module_id = OLD.module_id; END
    """,
    f"CREATE TRIGGER report_lines_inserted AFTER INSERT ON report_lines BEGIN {_SQLITE_UP}; END",
    f"CREATE TRIGGER report_lines_deleted AFTER DELETE ON report_lines BEGIN {_SQLITE_DOWN}; END",
    f"""
    CREATE TRIGGER report_lines_updated AFTER UPDATE OF state, setting, language ON report_lines
    WHEN OLD.state <> NEW.state OR OLD.setting <> NEW.setting OR OLD.language <> NEW.language
    BEGIN {_SQLITE_DOWN}; {_SQLITE_UP}; END
    """,
)

# Counts change in the order of their keys, so that nobody waits for each other in a circle.
_COUNT = f"""
    CREATE FUNCTION {{name}}() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN
    INSERT INTO report_counts ({_COUNTED}, people)
    SELECT {_COUNTED}, sum(number) FROM ({{rows}}) AS moved
    GROUP BY {_COUNTED} HAVING sum(number) <> 0 ORDER BY {_COUNTED}
    {_UPSERT} people = report_counts.people + EXCLUDED.people;
    RETURN NULL; END $$
"""
_NEW = f"SELECT {_COUNTED}, 1 AS number FROM added"
_OLD = f"SELECT {_COUNTED}, -1 AS number FROM taken"
_ON_LINES = "FOR EACH STATEMENT EXECUTE FUNCTION"
POSTGRESQL = (
    f"""
    CREATE FUNCTION follow_standings() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN
    UPDATE report_lines SET {_FOLLOW}
    WHERE person_id = NEW.person_id AND module_id = NEW.module_id;
    RETURN NULL; END $$
    """,
    f"""
    CREATE FUNCTION forget_standings() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN
    UPDATE report_lines SET {_FORGET}
    WHERE person_id = OLD.person_id AND module_id = OLD.module_id;
    RETURN NULL; END $$
    """,
    """
    CREATE TRIGGER standings_kept AFTER INSERT OR UPDATE ON standings
    FOR EACH ROW EXECUTE FUNCTION follow_standings()
    """,
    """
    CREATE TRIGGER standings_deleted AFTER DELETE ON standings
    FOR EACH ROW EXECUTE FUNCTION forget_standings()
    """,
    _COUNT.format(name="count_added_lines", rows=_NEW),
    _COUNT.format(name="count_taken_lines", rows=_OLD),
    _COUNT.format(name="count_moved_lines", rows=f"{_NEW} UNION ALL {_OLD}"),
    f"""
    CREATE TRIGGER report_lines_inserted AFTER INSERT ON report_lines
    REFERENCING NEW TABLE AS added {_ON_LINES} count_added_lines()
    """,
    f"""
    CREATE TRIGGER report_lines_deleted AFTER DELETE ON report_lines
    REFERENCING OLD TABLE AS taken {_ON_LINES} count_taken_lines()
    """,
    f"""
    CREATE TRIGGER report_lines_updated AFTER UPDATE ON report_lines
    REFERENCING OLD TABLE AS taken NEW TABLE AS added {_ON_LINES} count_moved_lines()
    """,
)
_FUNCTIONS = (
    "follow_standings",
    "forget_standings",
    "count_added_lines",
    "count_taken_lines",
    "count_moved_lines",
)


def upgrade() -> None:
    _make_standings()
    _make_places()
    _make_lines()
    is_postgresql = op.get_bind().dialect.name == "postgresql"
    for statement in POSTGRESQL if is_postgresql else SQLITE:
        op.execute(statement)


def _make_standings() -> None:
    op.create_table(
        "standings",
        sa.Column("person_id", sa.Integer(), nullable=False),
        sa.Column("module_id", sa.String(60), nullable=False),
        sa.Column("enrolment_id", sa.Integer(), nullable=False),
        sa.Column("cycle", sa.Integer(), nullable=False),
        sa.Column("state", sa.String(20), nullable=False),
        sa.Column("steps_left", sa.String(100), nullable=False),
        sa.Column("setting", sa.String(60), nullable=False),
        sa.Column("language", sa.String(20), nullable=False),
        sa.Column("completed_day", sa.Integer(), nullable=False),
        sa.Column("valid_until_day", sa.Integer(), nullable=False),
        sa.Column("certificate_code", sa.String(40)),
        sa.Column("active_at", sa.BigInteger(), nullable=False),
        sa.Column("opens_at", sa.BigInteger(), nullable=False),
        sa.Column("expires_at", sa.BigInteger(), nullable=False),
        sa.Column("content", sa.String(16), nullable=False),
        sa.CheckConstraint(f"state IN ({_STATES})", name=op.f("ck_standings_state_is_known")),
        sa.ForeignKeyConstraint(
            ["person_id"], ["people.id"], name="fk_standings_person_id_people", ondelete="CASCADE"
        ),
        sa.ForeignKeyConstraint(
            ["enrolment_id"],
            ["enrolments.id"],
            name="fk_standings_enrolment_id_enrolments",
            ondelete="CASCADE",
        ),
        sa.PrimaryKeyConstraint("person_id", "module_id", name="pk_standings"),
    )
    op.create_index("ix_standings_content", "standings", ["module_id", "content"])


def _make_places() -> None:
    op.create_table(
        "roster_places",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("cohort_id", sa.Integer(), nullable=False),
        sa.Column("person_id", sa.Integer()),
        sa.Column("line_id", sa.Integer()),
        sa.Column("name", sa.String(120), nullable=False),
        sa.Column("email", sa.String(254), nullable=False),
        sa.Column("sort_name", _sort_key(), nullable=False),
        sa.CheckConstraint(
            "person_id IS NULL OR line_id IS NULL", name=op.f("ck_roster_places_not_both")
        ),
        sa.ForeignKeyConstraint(
            ["cohort_id"],
            ["cohorts.id"],
            name="fk_roster_places_cohort_id_cohorts",
            ondelete="CASCADE",
        ),
        sa.ForeignKeyConstraint(
            ["person_id"],
            ["people.id"],
            name="fk_roster_places_person_id_people",
            ondelete="CASCADE",
        ),
        sa.ForeignKeyConstraint(
            ["line_id"],
            ["roster_lines.id"],
            name="fk_roster_places_line_id_roster_lines",
            ondelete="CASCADE",
        ),
        sa.PrimaryKeyConstraint("id", name="pk_roster_places"),
        sa.UniqueConstraint("cohort_id", "person_id", name="uq_roster_places_cohort_id_person_id"),
        sa.UniqueConstraint("line_id", name="uq_roster_places_line_id"),
    )
    op.create_index("ix_roster_places_name", "roster_places", ["cohort_id", "sort_name", "id"])
    op.create_index("ix_roster_places_person_id", "roster_places", ["person_id"])


def _make_lines() -> None:
    op.create_table(
        "report_lines",
        sa.Column("place_id", sa.Integer(), nullable=False),
        sa.Column("module_id", sa.String(60), nullable=False),
        sa.Column("cohort_id", sa.Integer(), nullable=False),
        sa.Column("person_id", sa.Integer()),
        sa.Column("sort_name", _sort_key(), nullable=False),
        sa.Column("state", sa.String(20), nullable=False),
        sa.Column("setting", sa.String(60), nullable=False),
        sa.Column("language", sa.String(20), nullable=False),
        sa.Column("completed_day", sa.Integer(), nullable=False),
        sa.Column("active_at", sa.BigInteger(), nullable=False),
        sa.Column("opens_at", sa.BigInteger(), nullable=False),
        sa.Column("expires_at", sa.BigInteger(), nullable=False),
        sa.CheckConstraint(
            f"state IN ('invited', {_STATES})", name=op.f("ck_report_lines_state_is_known")
        ),
        sa.ForeignKeyConstraint(
            ["place_id"],
            ["roster_places.id"],
            name="fk_report_lines_place_id_roster_places",
            ondelete="CASCADE",
        ),
        sa.PrimaryKeyConstraint("place_id", "module_id", name="pk_report_lines"),
    )
    key = ["place_id", "module_id"]
    _index_lines("state", ["cohort_id", "state", "sort_name", *key])
    _index_lines("completed", ["cohort_id", "completed_day", *key], "completed_day > 0")
    _index_lines("active", ["cohort_id", "active_at", *key], "active_at > 0")
    _index_lines("opens", ["cohort_id", "opens_at", "expires_at", *key], "opens_at > 0")
    _index_lines("person", ["person_id", "module_id"], "person_id IS NOT NULL")
    op.create_table(
        "report_counts",
        sa.Column("cohort_id", sa.Integer(), nullable=False),
        sa.Column("module_id", sa.String(60), nullable=False),
        sa.Column("state", sa.String(20), nullable=False),
        sa.Column("setting", sa.String(60), nullable=False),
        sa.Column("language", sa.String(20), nullable=False),
        sa.Column("people", sa.Integer(), nullable=False),
        sa.PrimaryKeyConstraint(
            "cohort_id", "module_id", "state", "setting", "language", name="pk_report_counts"
        ),
    )


def _index_lines(name: str, columns: list[str], where: str | None = None) -> None:
    condition = sa.text(where) if where else None
    op.create_index(
        f"ix_report_lines_{name}",
        "report_lines",
        columns,
        sqlite_where=condition,
        postgresql_where=condition,
    )


def _sort_key() -> sa.types.TypeEngine[str]:
    return sa.String(254).with_variant(sa.String(254, collation="C"), "postgresql")


def downgrade() -> None:
    for table in ("report_counts", "report_lines", "roster_places", "standings"):
        op.drop_table(table)
    if op.get_bind().dialect.name == "postgresql":
        for name in _FUNCTIONS:
            op.execute(f"DROP FUNCTION {name}()")
