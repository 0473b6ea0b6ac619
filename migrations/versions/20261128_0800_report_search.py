"""Words by which a report finds people, and indexes that hold all that a report filters by.

The words of groups that are there already are written by `soar-lms migrate` afterwards.

Revision ID: 0025
Revises: 0024
"""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0025"
down_revision = "0024"
branch_labels = None
depends_on = None

_FILTERED = ["place_id", "module_id", "setting", "language", "opens_at", "expires_at"]
_NEW = {
    "state": ["cohort_id", "state", "sort_name", *_FILTERED],
    "completed": ["cohort_id", "state", "completed_day", *_FILTERED],
    "active": ["cohort_id", "state", "active_at", *_FILTERED],
    "counted": ["cohort_id", "module_id", "state", "setting", "language"],
}
_OLD = {
    "state": (["cohort_id", "state", "sort_name", "place_id", "module_id"], None),
    "completed": (["cohort_id", "completed_day", "place_id", "module_id"], "completed_day > 0"),
    "active": (["cohort_id", "active_at", "place_id", "module_id"], "active_at > 0"),
}


def upgrade() -> None:
    op.create_table(
        "roster_words",
        sa.Column("place_id", sa.Integer(), nullable=False),
        sa.Column("word", _sort_key(), nullable=False),
        sa.Column("cohort_id", sa.Integer(), nullable=False),
        sa.ForeignKeyConstraint(
            ["place_id"],
            ["roster_places.id"],
            name="fk_roster_words_place_id_roster_places",
            ondelete="CASCADE",
        ),
        sa.PrimaryKeyConstraint("place_id", "word", name="pk_roster_words"),
        sqlite_with_rowid=False,
    )
    op.create_index("ix_roster_words_word", "roster_words", ["cohort_id", "word", "place_id"])
    for name in _OLD:
        op.drop_index(f"ix_report_lines_{name}", "report_lines")
    for name, columns in _NEW.items():
        op.create_index(f"ix_report_lines_{name}", "report_lines", columns)


def _sort_key() -> sa.types.TypeEngine[str]:
    return sa.String(254).with_variant(sa.String(254, collation="C"), "postgresql")


def downgrade() -> None:
    for name in _NEW:
        op.drop_index(f"ix_report_lines_{name}", "report_lines")
    for name, (columns, where) in _OLD.items():
        condition = sa.text(where) if where else None
        op.create_index(
            f"ix_report_lines_{name}",
            "report_lines",
            columns,
            sqlite_where=condition,
            postgresql_where=condition,
        )
    op.drop_table("roster_words")
