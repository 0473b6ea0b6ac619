"""Addresses that mail does not reach, and who looks after an e-mail.

Revision ID: 0023
Revises: 0020
"""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0023"
down_revision = "0020"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.add_column("outbox_messages", sa.Column("key", sa.String(60)))
    op.add_column("outbox_messages", sa.Column("unsubscribe_url", sa.String(500)))
    op.create_table(
        "bounced_addresses",
        sa.Column("email", sa.String(254), nullable=False),
        sa.Column("bounced_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("status", sa.String(20), nullable=False),
        sa.PrimaryKeyConstraint("email", name="pk_bounced_addresses"),
    )


def downgrade() -> None:
    op.drop_table("bounced_addresses")
    op.drop_column("outbox_messages", "unsubscribe_url")
    op.drop_column("outbox_messages", "key")
