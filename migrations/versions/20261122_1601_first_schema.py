"""first schema.

Revision ID: 0001
Revises: nothing
"""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

revision = "0001"
down_revision = None
branch_labels = None
depends_on = None

DOCUMENT = sa.JSON().with_variant(postgresql.JSONB(), "postgresql")


def upgrade() -> None:
    op.create_table(
        "cohorts",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("name", sa.String(length=120), nullable=False),
        sa.Column("organisation", sa.String(length=120), nullable=True),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.PrimaryKeyConstraint("id", name="pk_cohorts"),
    )
    op.create_table(
        "evaluation_responses",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("module_id", sa.String(length=60), nullable=False),
        sa.Column("module_version", sa.String(length=20), nullable=False),
        sa.Column("form_version", sa.Integer(), nullable=False),
        sa.Column("setting", sa.String(length=60), nullable=False),
        sa.Column("language", sa.String(length=20), nullable=False),
        sa.Column("month", sa.Date(), nullable=False),
        sa.Column("answers", DOCUMENT, nullable=False),
        sa.PrimaryKeyConstraint("id", name="pk_evaluation_responses"),
    )
    op.create_index(
        "ix_evaluation_responses_module_id", "evaluation_responses", ["module_id"], unique=False
    )
    op.create_table(
        "outbox_messages",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("kind", sa.String(length=60), nullable=False),
        sa.Column("recipient", sa.String(length=254), nullable=False),
        sa.Column("language", sa.String(length=20), nullable=False),
        sa.Column("subject", sa.String(length=300), nullable=False),
        sa.Column("body", sa.Text(), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("due_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("tries", sa.Integer(), nullable=False),
        sa.Column("last_error", sa.String(length=300), nullable=True),
        sa.Column("sent_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("failed_at", sa.DateTime(timezone=True), nullable=True),
        sa.PrimaryKeyConstraint("id", name="pk_outbox_messages"),
    )
    op.create_index(
        "ix_outbox_messages_due",
        "outbox_messages",
        ["due_at"],
        unique=False,
        sqlite_where=sa.text("sent_at IS NULL AND failed_at IS NULL"),
        postgresql_where=sa.text("sent_at IS NULL AND failed_at IS NULL"),
    )
    op.create_table(
        "people",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("email", sa.String(length=254), nullable=False),
        sa.Column("name", sa.String(length=120), nullable=False),
        sa.Column("password", sa.String(length=255), nullable=True),
        sa.Column("fs_uniquifier", sa.String(length=64), nullable=False),
        sa.Column("active", sa.Boolean(), nullable=False),
        sa.Column("role", sa.String(length=20), nullable=False),
        sa.Column("language", sa.String(length=20), nullable=False),
        sa.Column("time_zone", sa.String(length=60), nullable=False),
        sa.Column("setting", sa.String(length=60), nullable=True),
        sa.Column("profession", sa.String(length=40), nullable=True),
        sa.Column("territory", sa.String(length=2), nullable=True),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("confirmed_at", sa.DateTime(timezone=True), nullable=True),
        sa.CheckConstraint(
            "role IN ('learner', 'trainer', 'administrator')", name=op.f("ck_people_role_is_known")
        ),
        sa.PrimaryKeyConstraint("id", name="pk_people"),
        sa.UniqueConstraint("email", name="uq_people_email"),
        sa.UniqueConstraint("fs_uniquifier", name="uq_people_fs_uniquifier"),
    )
    op.create_table(
        "cohort_members",
        sa.Column("cohort_id", sa.Integer(), nullable=False),
        sa.Column("person_id", sa.Integer(), nullable=False),
        sa.Column("joined_at", sa.DateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(
            ["cohort_id"], ["cohorts.id"], name="fk_cohort_members_cohort_id_cohorts"
        ),
        sa.ForeignKeyConstraint(
            ["person_id"], ["people.id"], name="fk_cohort_members_person_id_people"
        ),
        sa.PrimaryKeyConstraint("cohort_id", "person_id", name="pk_cohort_members"),
    )
    op.create_index("ix_cohort_members_person_id", "cohort_members", ["person_id"], unique=False)
    op.create_table(
        "cohort_modules",
        sa.Column("cohort_id", sa.Integer(), nullable=False),
        sa.Column("module_id", sa.String(length=60), nullable=False),
        sa.ForeignKeyConstraint(
            ["cohort_id"], ["cohorts.id"], name="fk_cohort_modules_cohort_id_cohorts"
        ),
        sa.PrimaryKeyConstraint("cohort_id", "module_id", name="pk_cohort_modules"),
    )
    op.create_table(
        "cohort_trainers",
        sa.Column("cohort_id", sa.Integer(), nullable=False),
        sa.Column("person_id", sa.Integer(), nullable=False),
        sa.ForeignKeyConstraint(
            ["cohort_id"], ["cohorts.id"], name="fk_cohort_trainers_cohort_id_cohorts"
        ),
        sa.ForeignKeyConstraint(
            ["person_id"], ["people.id"], name="fk_cohort_trainers_person_id_people"
        ),
        sa.PrimaryKeyConstraint("cohort_id", "person_id", name="pk_cohort_trainers"),
    )
    op.create_index("ix_cohort_trainers_person_id", "cohort_trainers", ["person_id"], unique=False)
    op.create_table(
        "enrolments",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("person_id", sa.Integer(), nullable=False),
        sa.Column("module_id", sa.String(length=60), nullable=False),
        sa.Column("cycle", sa.Integer(), nullable=False),
        sa.Column("setting", sa.String(length=60), nullable=False),
        sa.Column("language", sa.String(length=20), nullable=False),
        sa.Column("last_lesson", sa.String(length=60), nullable=True),
        sa.Column("enrolled_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("completed_at", sa.DateTime(timezone=True), nullable=True),
        sa.CheckConstraint("cycle >= 1", name=op.f("ck_enrolments_cycle_is_positive")),
        sa.ForeignKeyConstraint(
            ["person_id"], ["people.id"], name="fk_enrolments_person_id_people"
        ),
        sa.PrimaryKeyConstraint("id", name="pk_enrolments"),
        sa.UniqueConstraint(
            "person_id", "module_id", "cycle", name="uq_enrolments_person_id_module_id_cycle"
        ),
    )
    op.create_index("ix_enrolments_module_id", "enrolments", ["module_id"], unique=False)
    op.create_table(
        "join_links",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("cohort_id", sa.Integer(), nullable=False),
        sa.Column("token", sa.String(length=40), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("expires_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("ended_at", sa.DateTime(timezone=True), nullable=True),
        sa.CheckConstraint("expires_at > created_at", name=op.f("ck_join_links_expires_later")),
        sa.ForeignKeyConstraint(
            ["cohort_id"], ["cohorts.id"], name="fk_join_links_cohort_id_cohorts"
        ),
        sa.PrimaryKeyConstraint("id", name="pk_join_links"),
        sa.UniqueConstraint("token", name="uq_join_links_token"),
    )
    op.create_index(
        "uq_join_links_open",
        "join_links",
        ["cohort_id"],
        unique=True,
        sqlite_where=sa.text("ended_at IS NULL"),
        postgresql_where=sa.text("ended_at IS NULL"),
    )
    op.create_table(
        "attempts",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("enrolment_id", sa.Integer(), nullable=False),
        sa.Column("instrument", sa.String(length=10), nullable=False),
        sa.Column("number", sa.Integer(), nullable=False),
        sa.Column("seed", sa.Integer(), nullable=False),
        sa.Column("items", DOCUMENT, nullable=False),
        sa.Column("pass_mark", sa.Integer(), nullable=True),
        sa.Column("module_version", sa.String(length=20), nullable=False),
        sa.Column("setting", sa.String(length=60), nullable=False),
        sa.Column("language", sa.String(length=20), nullable=False),
        sa.Column("started_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("submitted_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("points", sa.Integer(), nullable=True),
        sa.Column("passed", sa.Boolean(), nullable=True),
        sa.CheckConstraint(
            "instrument IN ('pre', 'post')", name=op.f("ck_attempts_instrument_is_known")
        ),
        sa.CheckConstraint(
            "(submitted_at IS NULL) = (points IS NULL)",
            name=op.f("ck_attempts_points_when_submitted"),
        ),
        sa.ForeignKeyConstraint(
            ["enrolment_id"], ["enrolments.id"], name="fk_attempts_enrolment_id_enrolments"
        ),
        sa.PrimaryKeyConstraint("id", name="pk_attempts"),
        sa.UniqueConstraint(
            "enrolment_id",
            "instrument",
            "number",
            name="uq_attempts_enrolment_id_instrument_number",
        ),
    )
    op.create_index(
        "uq_attempts_open",
        "attempts",
        ["enrolment_id", "instrument"],
        unique=True,
        sqlite_where=sa.text("submitted_at IS NULL"),
        postgresql_where=sa.text("submitted_at IS NULL"),
    )
    op.create_table(
        "certificates",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("code", sa.String(length=40), nullable=False),
        sa.Column("enrolment_id", sa.Integer(), nullable=True),
        sa.Column("person_id", sa.Integer(), nullable=True),
        sa.Column("name", sa.String(length=120), nullable=False),
        sa.Column("module_id", sa.String(length=60), nullable=False),
        sa.Column("module_title", sa.String(length=300), nullable=False),
        sa.Column("module_version", sa.String(length=20), nullable=False),
        sa.Column("setting", sa.String(length=60), nullable=False),
        sa.Column("setting_name", sa.String(length=300), nullable=False),
        sa.Column("language", sa.String(length=20), nullable=False),
        sa.Column("minutes", sa.Integer(), nullable=False),
        sa.Column("score", sa.Integer(), nullable=True),
        sa.Column("completed_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("completed_on", sa.Date(), nullable=False),
        sa.Column("time_zone", sa.String(length=60), nullable=False),
        sa.Column("issued_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("expires_on", sa.Date(), nullable=True),
        sa.Column("provider", sa.String(length=120), nullable=True),
        sa.Column("provider_url", sa.String(length=300), nullable=True),
        sa.Column("credit_amount", sa.Numeric(precision=6, scale=2), nullable=True),
        sa.Column("credit_unit", sa.String(length=300), nullable=True),
        sa.Column("credit_statement", sa.Text(), nullable=True),
        sa.Column("credit_provider_number", sa.String(length=300), nullable=True),
        sa.Column("template_version", sa.Integer(), nullable=False),
        sa.Column("replaced_by_id", sa.Integer(), nullable=True),
        sa.Column("revoked_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("revoked_reason", sa.String(length=500), nullable=True),
        sa.CheckConstraint(
            "(revoked_at IS NULL) = (revoked_reason IS NULL)",
            name=op.f("ck_certificates_revoked_with_reason"),
        ),
        sa.ForeignKeyConstraint(
            ["enrolment_id"],
            ["enrolments.id"],
            name="fk_certificates_enrolment_id_enrolments",
            ondelete="SET NULL",
        ),
        sa.ForeignKeyConstraint(
            ["person_id"],
            ["people.id"],
            name="fk_certificates_person_id_people",
            ondelete="SET NULL",
        ),
        sa.ForeignKeyConstraint(
            ["replaced_by_id"],
            ["certificates.id"],
            name="fk_certificates_replaced_by_id_certificates",
        ),
        sa.PrimaryKeyConstraint("id", name="pk_certificates"),
        sa.UniqueConstraint("code", name="uq_certificates_code"),
    )
    op.create_index("ix_certificates_person_id", "certificates", ["person_id"], unique=False)
    op.create_index(
        "uq_certificates_current",
        "certificates",
        ["enrolment_id"],
        unique=True,
        sqlite_where=sa.text("replaced_by_id IS NULL AND revoked_at IS NULL"),
        postgresql_where=sa.text("replaced_by_id IS NULL AND revoked_at IS NULL"),
    )
    op.create_table(
        "check_answers",
        sa.Column("enrolment_id", sa.Integer(), nullable=False),
        sa.Column("question_id", sa.String(length=60), nullable=False),
        sa.Column("chosen", DOCUMENT, nullable=False),
        sa.Column("is_correct", sa.Boolean(), nullable=False),
        sa.Column("answered_at", sa.DateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(
            ["enrolment_id"], ["enrolments.id"], name="fk_check_answers_enrolment_id_enrolments"
        ),
        sa.PrimaryKeyConstraint("enrolment_id", "question_id", name="pk_check_answers"),
    )
    op.create_table(
        "evaluation_receipts",
        sa.Column("enrolment_id", sa.Integer(), nullable=False),
        sa.Column("form_version", sa.Integer(), nullable=False),
        sa.ForeignKeyConstraint(
            ["enrolment_id"],
            ["enrolments.id"],
            name="fk_evaluation_receipts_enrolment_id_enrolments",
        ),
        sa.PrimaryKeyConstraint("enrolment_id", name="pk_evaluation_receipts"),
    )
    op.create_table(
        "lesson_completions",
        sa.Column("enrolment_id", sa.Integer(), nullable=False),
        sa.Column("lesson_id", sa.String(length=60), nullable=False),
        sa.Column("setting", sa.String(length=60), nullable=False),
        sa.Column("completed_at", sa.DateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(
            ["enrolment_id"],
            ["enrolments.id"],
            name="fk_lesson_completions_enrolment_id_enrolments",
        ),
        sa.PrimaryKeyConstraint(
            "enrolment_id", "lesson_id", "setting", name="pk_lesson_completions"
        ),
    )
    op.create_table(
        "answers",
        sa.Column("attempt_id", sa.Integer(), nullable=False),
        sa.Column("question_id", sa.String(length=60), nullable=False),
        sa.Column("chosen", DOCUMENT, nullable=False),
        sa.Column("saved_at", sa.DateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(
            ["attempt_id"], ["attempts.id"], name="fk_answers_attempt_id_attempts"
        ),
        sa.PrimaryKeyConstraint("attempt_id", "question_id", name="pk_answers"),
    )


def downgrade() -> None:
    op.drop_table("answers")
    op.drop_table("lesson_completions")
    op.drop_table("evaluation_receipts")
    op.drop_table("check_answers")
    op.drop_index("uq_certificates_current", table_name="certificates")
    op.drop_index("ix_certificates_person_id", table_name="certificates")
    op.drop_table("certificates")
    op.drop_index("uq_attempts_open", table_name="attempts")
    op.drop_table("attempts")
    op.drop_index("uq_join_links_open", table_name="join_links")
    op.drop_table("join_links")
    op.drop_index("ix_enrolments_module_id", table_name="enrolments")
    op.drop_table("enrolments")
    op.drop_index("ix_cohort_trainers_person_id", table_name="cohort_trainers")
    op.drop_table("cohort_trainers")
    op.drop_table("cohort_modules")
    op.drop_index("ix_cohort_members_person_id", table_name="cohort_members")
    op.drop_table("cohort_members")
    op.drop_table("people")
    op.drop_index("ix_outbox_messages_due", table_name="outbox_messages")
    op.drop_table("outbox_messages")
    op.drop_index("ix_evaluation_responses_module_id", table_name="evaluation_responses")
    op.drop_table("evaluation_responses")
    op.drop_table("cohorts")
