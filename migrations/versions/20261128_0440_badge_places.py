"""Places of certificates in the lists that say which badges were revoked.

Revision ID: 0016
Revises: 0015
"""

from __future__ import annotations

import random

import sqlalchemy as sa
from alembic import op

revision = "0016"
down_revision = "0015"
branch_labels = None
depends_on = None

LIST_SIZE = 131_072
PER_LIST = LIST_SIZE // 8

certificates = sa.table(
    "certificates", sa.column("id", sa.Integer), sa.column("status_index", sa.Integer)
)


def upgrade() -> None:
    op.add_column("certificates", sa.Column("status_index", sa.Integer()))
    _draw_places()
    op.create_index("uq_certificates_status_index", "certificates", ["status_index"], unique=True)


def _draw_places() -> None:
    """Give each certificate a place at random in the list of its number."""
    connection, drawn = op.get_bind(), random.SystemRandom()
    numbers = list(connection.scalars(sa.select(certificates.c.id).order_by(certificates.c.id)))
    lists: dict[int, list[int]] = {}
    for number in numbers:
        lists.setdefault(number // PER_LIST, []).append(number)
    for list_number, members in lists.items():
        places = drawn.sample(range(LIST_SIZE), len(members))
        connection.execute(
            sa.update(certificates)
            .where(certificates.c.id == sa.bindparam("number"))
            .values(status_index=sa.bindparam("place")),
            [
                {"number": number, "place": list_number * LIST_SIZE + place}
                for number, place in zip(members, places, strict=True)
            ],
        )


def downgrade() -> None:
    op.drop_index("uq_certificates_status_index", "certificates")
    op.drop_column("certificates", "status_index")
