"""renewal cycles: what a cycle asks.

The server's default stays: the release before this one inserts enrolments without the column while
the database is brought to this one.

Revision ID: 0004
Revises: 0003
"""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0004"
down_revision = "0003"
branch_labels = None
depends_on = None


def upgrade() -> None:
    with op.batch_alter_table("enrolments") as enrolments:
        enrolments.add_column(
            sa.Column("path", sa.String(length=10), server_default="full", nullable=False)
        )
        enrolments.create_check_constraint(
            op.f("ck_enrolments_path_is_known"), "path IN ('full', 'refresher')"
        )
        enrolments.create_check_constraint(
            op.f("ck_enrolments_refresher_is_a_renewal"), "path = 'full' OR cycle > 1"
        )


def downgrade() -> None:
    with op.batch_alter_table("enrolments") as enrolments:
        enrolments.drop_constraint(op.f("ck_enrolments_refresher_is_a_renewal"), type_="check")
        enrolments.drop_constraint(op.f("ck_enrolments_path_is_known"), type_="check")
        enrolments.drop_column("path")
