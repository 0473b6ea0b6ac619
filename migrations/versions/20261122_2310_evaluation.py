"""evaluation forms, comments apart from answers, follow-ups.

Answers that are there already belong to the one form there was: it is called "short" from now on.
The tables of answers are made anew in the order of their random keys, so that nothing in them says
any more in which order people answered.

Revision ID: 0009
Revises: 0008
"""

from __future__ import annotations

import uuid
from datetime import date

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

revision = "0009"
down_revision = "0008"
branch_labels = None
depends_on = None

DOCUMENT = sa.JSON().with_variant(postgresql.JSONB(), "postgresql")
KEY = sa.Uuid(as_uuid=False).with_variant(sa.String(32), "sqlite")
THE_FORM = "short"
NO_MONTH = date(2000, 1, 1)
"""Of a comment that goes back to where answers need a month."""

Rows = list[dict[str, object]]


def responses(*columns: sa.Column[object]) -> sa.Table:
    """Describe the table of answers, as far as a migration reads and writes it."""
    return sa.Table(
        "evaluation_responses",
        sa.MetaData(),
        sa.Column("id", KEY),
        sa.Column("module_id", sa.String()),
        sa.Column("module_version", sa.String()),
        sa.Column("form_version", sa.Integer()),
        sa.Column("setting", sa.String()),
        sa.Column("language", sa.String()),
        sa.Column("month", sa.Date()),
        sa.Column("answers", DOCUMENT),
        *columns,
    )


COMMENTS = sa.Table(
    "evaluation_comments",
    sa.MetaData(),
    sa.Column("id", KEY),
    sa.Column("module_id", sa.String()),
    sa.Column("module_version", sa.String()),
    sa.Column("form_id", sa.String()),
    sa.Column("form_version", sa.Integer()),
    sa.Column("item_id", sa.String()),
    sa.Column("words", sa.Text()),
)


def read(table: sa.Table) -> Rows:
    rows = op.get_bind().execute(sa.select(table).order_by(table.c.id)).mappings()
    return [dict(row) for row in rows]


def write(table: sa.Table, rows: Rows) -> None:
    if rows:
        op.bulk_insert(table, sorted(rows, key=lambda row: str(row["id"])))


def upgrade() -> None:
    rows = read(responses())
    op.drop_table("evaluation_responses")
    create_responses()
    create_comments()
    write(COMMENTS, [comment for row in rows for comment in take_comments(row)])
    for row in rows:
        row["form_id"] = THE_FORM
    write(responses(sa.Column("form_id", sa.String())), rows)
    rebuild_receipts()
    create_follow_ups()


def take_comments(row: dict[str, object]) -> Rows:
    """Take the words out of a row of answers: until now, only free text was words."""
    answers = row["answers"]
    if not isinstance(answers, dict):
        return []
    words = {item: value for item, value in answers.items() if isinstance(value, str)}
    row["answers"] = {item: value for item, value in answers.items() if item not in words}
    form = {name: row[name] for name in ("module_id", "module_version", "form_version")}
    return [
        {"id": uuid.uuid4().hex, **form, "form_id": THE_FORM, "item_id": item, "words": value}
        for item, value in words.items()
    ]


def create_responses() -> None:
    op.create_table(
        "evaluation_responses",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("module_id", sa.String(length=60), nullable=False),
        sa.Column("module_version", sa.String(length=20), nullable=False),
        sa.Column("form_id", sa.String(length=60), nullable=False),
        sa.Column("form_version", sa.Integer(), nullable=False),
        sa.Column("setting", sa.String(length=60), nullable=False),
        sa.Column("language", sa.String(length=20), nullable=False),
        sa.Column("month", sa.Date(), nullable=False),
        sa.Column("answers", DOCUMENT, nullable=False),
        sa.PrimaryKeyConstraint("id", name="pk_evaluation_responses"),
        sqlite_with_rowid=False,
    )
    op.create_index(
        "ix_evaluation_responses_alike",
        "evaluation_responses",
        ["module_id", "form_id", "month", "setting", "language"],
    )


def create_comments() -> None:
    op.create_table(
        "evaluation_comments",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("module_id", sa.String(length=60), nullable=False),
        sa.Column("module_version", sa.String(length=20), nullable=False),
        sa.Column("form_id", sa.String(length=60), nullable=False),
        sa.Column("form_version", sa.Integer(), nullable=False),
        sa.Column("item_id", sa.String(length=60), nullable=False),
        sa.Column("words", sa.Text(), nullable=False),
        sa.PrimaryKeyConstraint("id", name="pk_evaluation_comments"),
        sqlite_with_rowid=False,
    )
    op.create_index(
        "ix_evaluation_comments_alike", "evaluation_comments", ["module_id", "form_id", "item_id"]
    )


def rebuild_receipts() -> None:
    """A receipt names the occasion, and no form: which one it was is nobody's business."""
    receipts = sa.Table("evaluation_receipts", sa.MetaData(), sa.Column("enrolment_id", sa.Integer))
    rows = op.get_bind().execute(sa.select(receipts)).all()
    op.drop_table("evaluation_receipts")
    made = op.create_table(
        "evaluation_receipts",
        sa.Column("enrolment_id", sa.Integer(), nullable=False),
        sa.Column("occasion", sa.String(length=20), nullable=False),
        sa.CheckConstraint(
            "occasion IN ('completion', 'follow-up')",
            name=op.f("ck_evaluation_receipts_occasion_is_known"),
        ),
        sa.ForeignKeyConstraint(
            ["enrolment_id"],
            ["enrolments.id"],
            name="fk_evaluation_receipts_enrolment_id_enrolments",
        ),
        sa.PrimaryKeyConstraint("enrolment_id", "occasion", name="pk_evaluation_receipts"),
    )
    op.bulk_insert(
        made, [{"enrolment_id": row.enrolment_id, "occasion": "completion"} for row in rows]
    )


def create_follow_ups() -> None:
    op.create_table(
        "follow_ups",
        sa.Column("enrolment_id", sa.Integer(), nullable=False),
        sa.Column("form_id", sa.String(length=60), nullable=False),
        sa.Column("due_on", sa.Date(), nullable=False),
        sa.Column("closes_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("next_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("sent", sa.Integer(), nullable=False),
        sa.Column("state", sa.String(length=10), nullable=False),
        sa.CheckConstraint(
            "state IN ('open', 'answered', 'declined')", name=op.f("ck_follow_ups_state_is_known")
        ),
        sa.CheckConstraint("sent BETWEEN 0 AND 4", name=op.f("ck_follow_ups_sent_at_most_four")),
        sa.CheckConstraint(
            "state = 'open' OR next_at IS NULL", name=op.f("ck_follow_ups_quiet_when_over")
        ),
        sa.ForeignKeyConstraint(
            ["enrolment_id"], ["enrolments.id"], name="fk_follow_ups_enrolment_id_enrolments"
        ),
        sa.PrimaryKeyConstraint("enrolment_id", name="pk_follow_ups"),
    )
    op.create_index(
        "ix_follow_ups_next",
        "follow_ups",
        ["next_at"],
        sqlite_where=sa.text("next_at IS NOT NULL"),
        postgresql_where=sa.text("next_at IS NOT NULL"),
    )
    op.create_table(
        "follow_up_links",
        sa.Column("token_hash", sa.String(length=64), nullable=False),
        sa.Column("enrolment_id", sa.Integer(), nullable=False),
        sa.Column("message_id", sa.Integer(), nullable=False),
        sa.ForeignKeyConstraint(
            ["enrolment_id"],
            ["follow_ups.enrolment_id"],
            name="fk_follow_up_links_enrolment_id_follow_ups",
        ),
        sa.PrimaryKeyConstraint("token_hash", name="pk_follow_up_links"),
    )
    op.create_index("ix_follow_up_links_enrolment_id", "follow_up_links", ["enrolment_id"])


def downgrade() -> None:
    """Go back to one form. Answers to other forms stay; comments become answers of their own."""
    op.drop_table("follow_up_links")
    op.drop_table("follow_ups")
    rows = read(responses()) + [as_response(comment) for comment in read(COMMENTS)]
    op.drop_table("evaluation_responses")
    op.drop_table("evaluation_comments")
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
    op.create_index("ix_evaluation_responses_module_id", "evaluation_responses", ["module_id"])
    write(responses(), rows)
    restore_receipts()


def as_response(comment: dict[str, object]) -> dict[str, object]:
    """Return a comment as a row of answers: of no setting, language or month, as it was kept."""
    form = {name: comment[name] for name in ("module_id", "module_version", "form_version")}
    nowhere = {"id": uuid.uuid4().hex, "setting": "", "language": "", "month": NO_MONTH}
    return {**form, **nowhere, "answers": {str(comment["item_id"]): comment["words"]}}


def restore_receipts() -> None:
    receipts = sa.Table(
        "evaluation_receipts",
        sa.MetaData(),
        sa.Column("enrolment_id", sa.Integer),
        sa.Column("occasion", sa.String),
    )
    at_completion = sa.select(receipts.c.enrolment_id).where(receipts.c.occasion == "completion")
    rows = op.get_bind().execute(at_completion).all()
    op.drop_table("evaluation_receipts")
    made = op.create_table(
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
    op.bulk_insert(made, [{"enrolment_id": row.enrolment_id, "form_version": 1} for row in rows])
