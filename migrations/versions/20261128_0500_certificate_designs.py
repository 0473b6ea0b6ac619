"""What each certificate looks like, and its paper.

Revision ID: 0018
Revises: 0017
"""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0018"
down_revision = "0017"
branch_labels = None
depends_on = None


def upgrade() -> None:
    with op.batch_alter_table("certificates") as batch:
        batch.add_column(sa.Column("design", sa.String(60), nullable=False, server_default="soar"))
        batch.add_column(sa.Column("paper", sa.String(10), nullable=False, server_default="letter"))


def downgrade() -> None:
    with op.batch_alter_table("certificates") as batch:
        batch.drop_column("paper")
        batch.drop_column("design")
