"""Keep which parallel form an attempt asks.

Revision ID: 0006
Revises: 0005
"""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0006"
down_revision = "0005"
branch_labels = None
depends_on = None


def upgrade() -> None:
    with op.batch_alter_table("attempts") as attempts:
        attempts.add_column(sa.Column("form", sa.String(length=1), nullable=True))
        attempts.create_check_constraint(op.f("ck_attempts_form_is_known"), "form IN ('a', 'b')")


def downgrade() -> None:
    with op.batch_alter_table("attempts") as attempts:
        attempts.drop_constraint(op.f("ck_attempts_form_is_known"), type_="check")
        attempts.drop_column("form")
