"""What is attached to an e-mail.

Revision ID: 0015
Revises: 0014
"""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0015"
down_revision = "0014"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.add_column("outbox_messages", sa.Column("attachment_kind", sa.String(40)))
    op.add_column("outbox_messages", sa.Column("attachment_key", sa.String(60)))


def downgrade() -> None:
    op.drop_column("outbox_messages", "attachment_key")
    op.drop_column("outbox_messages", "attachment_kind")
