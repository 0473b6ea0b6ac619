"""Lists of people that trainers send, until they are imported or a day is over.

Revision ID: 0022
Revises: 0021
"""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0022"
down_revision = "0021"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "roster_drafts",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("cohort_id", sa.Integer(), nullable=False),
        sa.Column("owner_id", sa.Integer(), nullable=False),
        sa.Column("language", sa.String(20), nullable=False),
        sa.Column("facts", sa.JSON(), nullable=False),
        sa.Column("rows", sa.JSON(), nullable=False),
        sa.Column("outcomes", sa.JSON(), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("expires_at", sa.DateTime(timezone=True), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_roster_drafts")),
        sa.ForeignKeyConstraint(
            ["cohort_id"],
            ["cohorts.id"],
            name=op.f("fk_roster_drafts_cohort_id_cohorts"),
            ondelete="CASCADE",
        ),
        sa.ForeignKeyConstraint(
            ["owner_id"],
            ["people.id"],
            name=op.f("fk_roster_drafts_owner_id_people"),
            ondelete="CASCADE",
        ),
        sa.CheckConstraint("expires_at > created_at", name=op.f("ck_roster_drafts_expires_later")),
        sqlite_autoincrement=True,
    )
    op.create_index("ix_roster_drafts_cohort_id", "roster_drafts", ["cohort_id"])
    op.create_index("ix_roster_drafts_owner", "roster_drafts", ["owner_id", "cohort_id"])


def downgrade() -> None:
    op.drop_index("ix_roster_drafts_owner", "roster_drafts")
    op.drop_index("ix_roster_drafts_cohort_id", "roster_drafts")
    op.drop_table("roster_drafts")
