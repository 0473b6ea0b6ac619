"""Reminders, who wants none, and addresses that mail does not reach.

Revision ID: 0023
Revises: 0022
"""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0023"
down_revision = "0022"
branch_labels = None
depends_on = None


_REFUSALS = (
    ("people", "reminders_off_at"),
    ("people", "digest_off_at"),
    ("roster_lines", "reminders_off_at"),
)


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
    for table, column in _REFUSALS:
        op.add_column(table, sa.Column(column, sa.DateTime(timezone=True)))
    _create_reminders()


def _create_reminders() -> None:
    op.create_table(
        "reminder_ladders",
        sa.Column("cohort_id", sa.Integer(), nullable=False),
        sa.Column("is_on", sa.Boolean(), nullable=False),
        sa.Column("days_before", sa.String(40), nullable=False),
        sa.Column("on_day", sa.Boolean(), nullable=False),
        sa.Column("days_after", sa.String(40), nullable=False),
        sa.Column("invite_after", sa.Integer()),
        sa.CheckConstraint(
            "invite_after > 0", name=op.f("ck_reminder_ladders_invite_after_is_positive")
        ),
        sa.ForeignKeyConstraint(
            ["cohort_id"], ["cohorts.id"], name="fk_reminder_ladders_cohort_id_cohorts"
        ),
        sa.PrimaryKeyConstraint("cohort_id", name="pk_reminder_ladders"),
    )
    op.create_table(
        "reminders",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("cohort_id", sa.Integer(), nullable=False),
        sa.Column("person_id", sa.Integer()),
        sa.Column("line_id", sa.Integer()),
        sa.Column("module_id", sa.String(60), nullable=False),
        sa.Column("day", sa.Date(), nullable=False),
        sa.Column("kind", sa.String(10), nullable=False),
        sa.Column("step", sa.Integer()),
        sa.Column("due_on", sa.Date()),
        sa.Column("send_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("state", sa.String(10), nullable=False),
        sa.Column("why", sa.String(20), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("changed_at", sa.DateTime(timezone=True), nullable=False),
        sa.CheckConstraint(
            "person_id IS NULL OR line_id IS NULL", name=op.f("ck_reminders_not_both")
        ),
        sa.CheckConstraint(
            "kind IN ('ladder', 'manual', 'invitation')", name=op.f("ck_reminders_kind_is_known")
        ),
        sa.CheckConstraint(
            "state IN ('planned', 'waiting', 'sent', 'withdrawn', 'failed', 'bounced')",
            name=op.f("ck_reminders_state_is_known"),
        ),
        sa.ForeignKeyConstraint(
            ["cohort_id"], ["cohorts.id"], name="fk_reminders_cohort_id_cohorts"
        ),
        sa.ForeignKeyConstraint(
            ["person_id"], ["people.id"], name="fk_reminders_person_id_people", ondelete="CASCADE"
        ),
        sa.ForeignKeyConstraint(
            ["line_id"],
            ["roster_lines.id"],
            name="fk_reminders_line_id_roster_lines",
            ondelete="CASCADE",
        ),
        sa.PrimaryKeyConstraint("id", name="pk_reminders"),
        sa.UniqueConstraint(
            "person_id", "module_id", "day", name="uq_reminders_person_id_module_id_day"
        ),
        sa.UniqueConstraint("line_id", "day", name="uq_reminders_line_id_day"),
    )
    op.create_index("ix_reminders_cohort_id", "reminders", ["cohort_id", "id"])
    planned = sa.text("state = 'planned'")
    op.create_index(
        "ix_reminders_planned",
        "reminders",
        ["send_at"],
        sqlite_where=planned,
        postgresql_where=planned,
    )
    op.create_table(
        "weekly_digests",
        sa.Column("person_id", sa.Integer(), nullable=False),
        sa.Column("week", sa.Date(), nullable=False),
        sa.ForeignKeyConstraint(
            ["person_id"],
            ["people.id"],
            name="fk_weekly_digests_person_id_people",
            ondelete="CASCADE",
        ),
        sa.PrimaryKeyConstraint("person_id", "week", name="pk_weekly_digests"),
    )


def downgrade() -> None:
    for name in ("weekly_digests", "reminders", "reminder_ladders"):
        op.drop_table(name)
    for table, column in reversed(_REFUSALS):
        op.drop_column(table, column)
    op.drop_table("bounced_addresses")
    op.drop_column("outbox_messages", "unsubscribe_url")
    op.drop_column("outbox_messages", "key")
