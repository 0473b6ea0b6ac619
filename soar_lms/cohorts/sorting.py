"""Names in an order that every database keeps, and that a search finds. Pure."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterator

LONGEST_KEY = 254
MOST_WORDS = 40
"""Of one person: a name of 120 single letters is found by the first of them."""
MOST_TYPED = 8
_APOSTROPHES = dict.fromkeys(map(ord, "'’‘ʼʻ`"))
_BETWEEN = re.compile(r"[\s,;:()<>\[\]\"“”«»/-]+")
_AROUND = ',;:()<>[]"“”«»/-.'


def fold(text: str) -> str:
    """Return a text without case and accents: what compares alike is alike to somebody who types.

    Compared by code points, which is what SQLite does and PostgreSQL under the collation "C".
    """
    plain = _without_accents(_without_accents(text).casefold())
    return " ".join(plain.split())[:LONGEST_KEY].rstrip()


def _without_accents(text: str) -> str:
    parts = unicodedata.normalize("NFKD", text)
    return "".join(part for part in parts if not unicodedata.combining(part))


# --- searching ----------------------------------------------------------------------------------


def words_of(name: str, email: str) -> list[str]:
    """Return the words by which somebody is found: a search finds what begins like one of them.

    Each word of the name, and each end of it after a sign, so that `O'Brien-Paz` is found as
    `obrien`, `brien` and `paz`; the address, its ends after a sign, and its domain. Scripts that
    write no spaces begin a word with each sign.
    """
    address, _, domain = fold(email).partition("@")
    found = [end for word in fold(name).split() for end in _ends(word)]
    found += [f"{end}@{domain}" for end in _ends(address)]
    words = dict.fromkeys(word.translate(_APOSTROPHES) for word in (*found, domain))
    return [word for word in words if word][:MOST_WORDS]


def _ends(word: str) -> Iterator[str]:
    """Yield a word from each of its beginnings on."""
    before = ""
    for place, sign in enumerate(word):
        is_wide = unicodedata.east_asian_width(sign) == "W"
        if sign.isalnum() and (is_wide or not before.isalnum()):
            yield word[place:]
        before = sign


def read_words(typed: str) -> list[str]:
    """Return the words that a search asks for; none where only signs were typed.

    Addresses stay in one piece. The order is that of typing, each word once.
    """
    pieces = fold(typed).split()
    words = [word for piece in pieces for word in _split(piece)]
    return list(dict.fromkeys(word for word in words if word))[:MOST_TYPED]


def _split(piece: str) -> Iterator[str]:
    parts = [piece] if "@" in piece.strip(_AROUND + "@") else _BETWEEN.split(piece)
    for part in parts:
        begun = next((place for place, sign in enumerate(part) if sign.isalnum()), len(part))
        yield part[begun:].rstrip(_AROUND).translate(_APOSTROPHES)
