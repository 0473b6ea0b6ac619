"""What a group agrees on: its state and time zone, the day a module is due, who leads it.

Groups of before take the zone of their first trainer, who becomes their lead.

Revision ID: 0020
Revises: 0019
"""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0020"
down_revision = "0019"
branch_labels = None
depends_on = None

_FIRST = """
    SELECT MIN(person_id) FROM cohort_trainers AS others
    WHERE others.cohort_id = cohort_trainers.cohort_id
"""
_LEADS = f"UPDATE cohort_trainers SET is_lead = TRUE WHERE person_id = ({_FIRST})"
_ZONES = """
    UPDATE cohorts SET time_zone = COALESCE((
        SELECT people.time_zone FROM people JOIN cohort_trainers ON person_id = people.id
        WHERE cohort_trainers.cohort_id = cohorts.id AND is_lead
    ), 'UTC')
"""


def upgrade() -> None:
    with op.batch_alter_table("cohorts") as batch:
        batch.add_column(sa.Column("state", sa.String(10), nullable=False, server_default="open"))
        batch.add_column(
            sa.Column("time_zone", sa.String(64), nullable=False, server_default="UTC")
        )
        batch.create_check_constraint(
            op.f("ck_cohorts_state_is_known"), "state IN ('open', 'closed', 'archived')"
        )
    with op.batch_alter_table("cohort_modules") as batch:
        batch.add_column(sa.Column("due_on", sa.Date()))
    with op.batch_alter_table("cohort_trainers") as batch:
        batch.add_column(
            sa.Column("is_lead", sa.Boolean(), nullable=False, server_default=sa.false())
        )
    op.execute(_LEADS)
    op.execute(_ZONES)


def downgrade() -> None:
    with op.batch_alter_table("cohort_trainers") as batch:
        batch.drop_column("is_lead")
    with op.batch_alter_table("cohort_modules") as batch:
        batch.drop_column("due_on")
    with op.batch_alter_table("cohorts") as batch:
        batch.drop_constraint(op.f("ck_cohorts_state_is_known"), type_="check")
        batch.drop_column("time_zone")
        batch.drop_column("state")
