"""Certificates that are corrected, revoked together, restored and erased.

Revision ID: 0011
Revises: 0010
"""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0011"
down_revision = "0010"
branch_labels = None
depends_on = None


def upgrade() -> None:
    for name in ("replaced_quietly", "corrected_by_holder"):
        op.add_column(
            "certificates",
            sa.Column(name, sa.Boolean(), nullable=False, server_default=sa.text("false")),
        )
    op.add_column("certificates", sa.Column("revocation", sa.String(20)))
    op.add_column("certificates", sa.Column("erased_at", sa.DateTime(timezone=True)))
    op.create_index(
        "uq_certificates_replaced_by_id", "certificates", ["replaced_by_id"], unique=True
    )
    op.create_index(
        "ix_certificates_revocation",
        "certificates",
        ["revocation"],
        sqlite_where=sa.text("revocation IS NOT NULL"),
        postgresql_where=sa.text("revocation IS NOT NULL"),
    )


def downgrade() -> None:
    op.drop_index("ix_certificates_revocation", "certificates")
    op.drop_index("uq_certificates_replaced_by_id", "certificates")
    for name in ("erased_at", "revocation", "corrected_by_holder", "replaced_quietly"):
        op.drop_column("certificates", name)
