"""Codes, limits and approval of links to join a group, who waits, one lead, and a version.

Links that are open get a code; those of the release before may stay without one. Where a group
came to have two leads, the first one stays.

Revision ID: 0021
Revises: 0020
"""

from __future__ import annotations

import secrets

import sqlalchemy as sa
from alembic import op

revision = "0021"
down_revision = "0020"
branch_labels = None
depends_on = None

_ALPHABET = "0123456789ABCDEFGHJKMNPQRSTVWXYZ"
_CODE_LENGTH = 10
_OTHERS = """
    UPDATE cohort_trainers SET is_lead = FALSE WHERE is_lead AND person_id > (
        SELECT MIN(person_id) FROM cohort_trainers AS others
        WHERE others.cohort_id = cohort_trainers.cohort_id AND others.is_lead
    )
"""


def upgrade() -> None:
    op.add_column("cohorts", sa.Column("version", sa.Integer(), nullable=False, server_default="1"))
    op.execute(_OTHERS)
    op.create_index(
        "uq_cohort_trainers_lead",
        "cohort_trainers",
        ["cohort_id"],
        unique=True,
        sqlite_where=sa.text("is_lead"),
        postgresql_where=sa.text("is_lead"),
    )
    with op.batch_alter_table("join_links") as batch:
        batch.add_column(sa.Column("code", sa.String(_CODE_LENGTH)))
        batch.add_column(sa.Column("most_uses", sa.Integer()))
        batch.add_column(sa.Column("uses", sa.Integer(), nullable=False, server_default="0"))
        batch.add_column(
            sa.Column("needs_approval", sa.Boolean(), nullable=False, server_default=sa.false())
        )
        batch.create_unique_constraint(op.f("uq_join_links_code"), ["code"])
        batch.create_check_constraint(
            op.f("ck_join_links_can_be_used"), "most_uses IS NULL OR most_uses >= 1"
        )
        batch.create_check_constraint(
            op.f("ck_join_links_not_used_too_often"), "most_uses IS NULL OR uses <= most_uses"
        )
    _give_codes()
    op.create_table(
        "join_requests",
        sa.Column("cohort_id", sa.Integer(), nullable=False),
        sa.Column("person_id", sa.Integer(), nullable=False),
        sa.Column("link_id", sa.Integer(), nullable=False),
        sa.Column("asked_at", sa.DateTime(timezone=True), nullable=False),
        sa.PrimaryKeyConstraint("cohort_id", "person_id", name=op.f("pk_join_requests")),
        sa.ForeignKeyConstraint(
            ["cohort_id"],
            ["cohorts.id"],
            name=op.f("fk_join_requests_cohort_id_cohorts"),
            ondelete="CASCADE",
        ),
        sa.ForeignKeyConstraint(
            ["person_id"],
            ["people.id"],
            name=op.f("fk_join_requests_person_id_people"),
            ondelete="CASCADE",
        ),
        sa.ForeignKeyConstraint(
            ["link_id"],
            ["join_links.id"],
            name=op.f("fk_join_requests_link_id_join_links"),
            ondelete="CASCADE",
        ),
    )
    op.create_index(op.f("ix_join_requests_person_id"), "join_requests", ["person_id"])


def _give_codes() -> None:
    links = sa.table("join_links", sa.column("id"), sa.column("code"), sa.column("ended_at"))
    open_links = sa.select(links.c.id).where(links.c.ended_at.is_(None))
    connection = op.get_bind()
    for number in connection.scalars(open_links).all():
        code = "".join(secrets.choice(_ALPHABET) for _ in range(_CODE_LENGTH))
        connection.execute(sa.update(links).where(links.c.id == number).values(code=code))


def downgrade() -> None:
    op.drop_table("join_requests")
    with op.batch_alter_table("join_links") as batch:
        batch.drop_constraint(op.f("ck_join_links_not_used_too_often"), type_="check")
        batch.drop_constraint(op.f("ck_join_links_can_be_used"), type_="check")
        batch.drop_constraint(op.f("uq_join_links_code"), type_="unique")
        for name in ("needs_approval", "uses", "most_uses", "code"):
            batch.drop_column(name)
    op.drop_index("uq_cohort_trainers_lead", table_name="cohort_trainers")
    op.drop_column("cohorts", "version")
