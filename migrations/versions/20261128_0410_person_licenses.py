"""Licenses that people chose to write down.

Revision ID: 0013
Revises: 0012
"""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0013"
down_revision = "0012"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "person_licenses",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("person_id", sa.Integer(), nullable=False),
        sa.Column("territory", sa.String(2), nullable=False),
        sa.Column("number", sa.String(40), nullable=False),
        sa.Column("profession", sa.String(40)),
        sa.Column("renews_on", sa.Date()),
        sa.Column("added_at", sa.DateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(
            ["person_id"],
            ["people.id"],
            name="fk_person_licenses_person_id_people",
            ondelete="CASCADE",
        ),
        sa.PrimaryKeyConstraint("id", name="pk_person_licenses"),
        sa.UniqueConstraint(
            "person_id", "territory", "number", name="uq_person_licenses_person_id_territory_number"
        ),
    )


def downgrade() -> None:
    op.drop_table("person_licenses")
