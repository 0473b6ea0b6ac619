"""Names in an order that every database keeps, and that a search finds. Pure."""

from __future__ import annotations

import unicodedata

LONGEST_KEY = 254


def fold(text: str) -> str:
    """Return a text without case and accents: what compares alike is alike to somebody who types.

    Compared by code points, which is what SQLite does and PostgreSQL under the collation "C".
    """
    plain = _without_accents(_without_accents(text).casefold())
    return " ".join(plain.split())[:LONGEST_KEY].rstrip()


def _without_accents(text: str) -> str:
    parts = unicodedata.normalize("NFKD", text)
    return "".join(part for part in parts if not unicodedata.combining(part))
