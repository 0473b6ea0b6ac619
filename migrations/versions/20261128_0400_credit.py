"""What a certificate keeps of a claim of credit, and what only its body may know.

Claims that are there already become those of a body without rules.

Revision ID: 0012
Revises: 0011
"""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0012"
down_revision = "0011"
branch_labels = None
depends_on = None

COLUMNS: tuple[tuple[str, sa.types.TypeEngine[object]], ...] = (
    ("credit_type", sa.String(20)),
    ("credit_offer", sa.String(60)),
    ("credit_maximum", sa.Numeric(6, 2)),
    ("credit_accreditor", sa.String(300)),
    ("credit_provider", sa.String(300)),
    ("credit_provider_address", sa.String(300)),
    ("credit_joint_provider", sa.String(300)),
    ("credit_event_number", sa.String(300)),
    ("credit_uan", sa.String(30)),
    ("credit_format", sa.String(10)),
    ("credit_released_on", sa.Date()),
    ("credit_reviewed_on", sa.Date()),
    ("credit_expires_on", sa.Date()),
    ("credit_profession", sa.String(40)),
    ("credit_license_number", sa.String(40)),
    ("credit_license_territory", sa.String(2)),
)


def upgrade() -> None:
    for name, kind in COLUMNS:
        op.add_column("certificates", sa.Column(name, kind, nullable=True))
    op.execute("UPDATE certificates SET credit_type = 'other' WHERE credit_amount IS NOT NULL")
    op.create_index(
        "ix_certificates_credit",
        "certificates",
        ["credit_type", "completed_on"],
        sqlite_where=sa.text("credit_type IS NOT NULL"),
        postgresql_where=sa.text("credit_type IS NOT NULL"),
    )
    op.create_table(
        "credit_details",
        sa.Column("certificate_id", sa.Integer(), nullable=False),
        sa.Column("locked", sa.Text(), nullable=False),
        sa.ForeignKeyConstraint(
            ["certificate_id"],
            ["certificates.id"],
            name="fk_credit_details_certificate_id_certificates",
        ),
        sa.PrimaryKeyConstraint("certificate_id", name="pk_credit_details"),
    )


def downgrade() -> None:
    op.drop_table("credit_details")
    op.drop_index("ix_certificates_credit", "certificates")
    with op.batch_alter_table("certificates") as certificates:
        for name, _ in reversed(COLUMNS):
            certificates.drop_column(name)
