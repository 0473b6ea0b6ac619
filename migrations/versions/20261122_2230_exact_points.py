"""Exact points: what `points` is to be divided by, for tests with partial credit.

Revision ID: 0005
Revises: 0004
"""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0005"
down_revision = "0004"
branch_labels = None
depends_on = None


def upgrade() -> None:
    # The default stays: the release before goes on writing whole points while it is replaced.
    with op.batch_alter_table("attempts") as attempts:
        attempts.add_column(
            sa.Column("points_of", sa.Integer(), nullable=False, server_default="1")
        )
        attempts.create_check_constraint(op.f("ck_attempts_points_of_is_positive"), "points_of > 0")


def downgrade() -> None:
    # Parts of a point go; who passed stays as it is, for it has a column of its own.
    op.execute("UPDATE attempts SET points = points / points_of")
    with op.batch_alter_table("attempts") as attempts:
        attempts.drop_constraint(op.f("ck_attempts_points_of_is_positive"), type_="check")
        attempts.drop_column("points_of")
