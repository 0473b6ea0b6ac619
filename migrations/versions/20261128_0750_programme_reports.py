"""Who may read programme reports, and indexes that find the completions of a period.

The release before this one neither reads the new column nor has to write it.

Revision ID: 0024
Revises: 0023
"""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0024"
down_revision = "0023"
branch_labels = None
depends_on = None

_CURRENT = sa.text("replaced_by_id IS NULL AND revoked_at IS NULL")


def upgrade() -> None:
    with op.batch_alter_table("people") as batch:
        batch.add_column(
            sa.Column("reads_programme", sa.Boolean(), nullable=False, server_default=sa.false())
        )
    op.create_index(
        "ix_certificates_completed_on",
        "certificates",
        [
            *("replaced_by_id", "revoked_at", "completed_on"),
            *("person_id", "module_id", "setting", "language", "id"),
        ],
        sqlite_where=_CURRENT,
        postgresql_where=_CURRENT,
    )
    op.create_index(
        "ix_enrolments_enrolled_at",
        "enrolments",
        ["enrolled_at", "person_id", "module_id", "setting", "language", "id"],
    )


def downgrade() -> None:
    op.drop_index("ix_enrolments_enrolled_at", "enrolments")
    op.drop_index("ix_certificates_completed_on", "certificates")
    with op.batch_alter_table("people") as batch:
        batch.drop_column("reads_programme")
