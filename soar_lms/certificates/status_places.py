"""Where a certificate's bit stands in the lists that say what was revoked.

A place is drawn, not counted, so that it does not tell who was issued a certificate before whom. A
list is filled to an eighth before the next one is begun: full enough that nobody stands alone in
it, empty enough that a place is found at the first try.
"""

from __future__ import annotations

import secrets
from typing import Any

from sqlalchemy import column, func, select, table
from sqlalchemy.engine import Connection

LIST_SIZE = 131_072
"""Bits in a list: the least that its specification allows (Bitstring Status List 1.0, 4.1)."""
PER_LIST = LIST_SIZE // 8
_DRAWN = 8

# Not the model: the model's column is filled from here.
_certificates = table("certificates", column("id"), column("status_index"))


def draw_place(context: Any) -> int:
    """Return a free place, as the number of its bit over all lists: the default of a column."""
    connection = context.connection
    newest = connection.scalar(select(func.max(_certificates.c.id))) or 0
    first = newest // PER_LIST * LIST_SIZE
    while True:
        drawn = {first + secrets.randbelow(LIST_SIZE) for _ in range(_DRAWN)}
        free = drawn - _list_taken(connection, drawn)
        if free:
            return free.pop()


def _list_taken(connection: Connection, places: set[int]) -> set[int]:
    own = _certificates.c.status_index
    return set(connection.scalars(select(own).where(own.in_(places))))
