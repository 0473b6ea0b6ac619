"""People who are invited to a group.

Revision ID: 0010
Revises: 0009
"""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0010"
down_revision = "0009"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "roster_lines",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("cohort_id", sa.Integer(), nullable=False),
        sa.Column("name", sa.String(120), nullable=False),
        sa.Column("email", sa.String(254), nullable=False),
        sa.Column("language", sa.String(20), nullable=False),
        sa.Column("token_hash", sa.String(64), nullable=False),
        sa.Column("invited_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("invitations_sent", sa.Integer(), nullable=False),
        sa.Column("expires_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("accepted_at", sa.DateTime(timezone=True)),
        sa.Column("person_id", sa.Integer()),
        sa.CheckConstraint("expires_at > invited_at", name=op.f("ck_roster_lines_expires_later")),
        sa.CheckConstraint(
            "person_id IS NULL OR accepted_at IS NOT NULL",
            name=op.f("ck_roster_lines_accepted_when_bound"),
        ),
        sa.ForeignKeyConstraint(
            ["cohort_id"], ["cohorts.id"], name="fk_roster_lines_cohort_id_cohorts"
        ),
        sa.ForeignKeyConstraint(
            ["person_id"],
            ["people.id"],
            name="fk_roster_lines_person_id_people",
            ondelete="SET NULL",
        ),
        sa.PrimaryKeyConstraint("id", name="pk_roster_lines"),
        sa.UniqueConstraint("cohort_id", "email", name="uq_roster_lines_cohort_id_email"),
        sa.UniqueConstraint("token_hash", name="uq_roster_lines_token_hash"),
    )
    op.create_index("ix_roster_lines_person_id", "roster_lines", ["person_id"])


def downgrade() -> None:
    op.drop_table("roster_lines")
