"""Work that takes longer than a page.

Revision ID: 0014
Revises: 0013
"""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0014"
down_revision = "0013"
branch_labels = None
depends_on = None

_LIVE = sa.text("finished_at IS NULL")


def upgrade() -> None:
    op.create_table(
        "tasks",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("kind", sa.String(60), nullable=False),
        sa.Column("owner_id", sa.Integer(), nullable=False),
        sa.Column("subject", sa.String(60), nullable=False),
        sa.Column("parameters", sa.JSON(), nullable=False),
        sa.Column("fingerprint", sa.String(64), nullable=False),
        sa.Column("language", sa.String(20), nullable=False),
        sa.Column("state", sa.String(20), nullable=False),
        sa.Column("plan", sa.JSON()),
        sa.Column("slices", sa.JSON()),
        sa.Column("done", sa.Integer(), nullable=False),
        sa.Column("total", sa.Integer()),
        sa.Column("tally", sa.JSON(), nullable=False),
        sa.Column("folder", sa.String(64), nullable=False),
        sa.Column("file", sa.String(64)),
        sa.Column("file_name", sa.String(120)),
        sa.Column("file_size", sa.BigInteger()),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("due_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("holder", sa.String(32)),
        sa.Column("tries", sa.Integer(), nullable=False),
        sa.Column("last_error", sa.String(300)),
        sa.Column("started_at", sa.DateTime(timezone=True)),
        sa.Column("finished_at", sa.DateTime(timezone=True)),
        sa.Column("expires_at", sa.DateTime(timezone=True)),
        sa.CheckConstraint(
            "(finished_at IS NULL) = (state IN ('waiting', 'running'))",
            name=op.f("ck_tasks_finished_when_over"),
        ),
        sa.CheckConstraint(
            "(finished_at IS NULL) = (expires_at IS NULL)", name=op.f("ck_tasks_kept_when_over")
        ),
        sa.CheckConstraint(
            "file IS NULL OR finished_at IS NOT NULL", name=op.f("ck_tasks_file_when_over")
        ),
        sa.ForeignKeyConstraint(
            ["owner_id"], ["people.id"], name="fk_tasks_owner_id_people", ondelete="CASCADE"
        ),
        sa.PrimaryKeyConstraint("id", name="pk_tasks"),
        sa.UniqueConstraint("folder", name="uq_tasks_folder"),
    )
    op.create_index(
        "uq_tasks_live",
        "tasks",
        ["owner_id", "fingerprint"],
        unique=True,
        sqlite_where=_LIVE,
        postgresql_where=_LIVE,
    )
    op.create_index("ix_tasks_due", "tasks", ["due_at"], sqlite_where=_LIVE, postgresql_where=_LIVE)
    op.create_index("ix_tasks_expires_at", "tasks", ["expires_at"])


def downgrade() -> None:
    op.drop_table("tasks")
