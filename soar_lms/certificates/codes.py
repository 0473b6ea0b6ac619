"""Certificate codes: random, readable, checkable by eye and by sum.

A code is 26 characters of Crockford's Base32 (https://www.crockford.com/base32.html: no I, L, O, U)
that carry 128 random bits, and one check character by the Luhn algorithm modulo 32, which finds
every single wrong character and nearly every swap of neighbours before the database is asked.
"""

from __future__ import annotations

import secrets
from operator import itemgetter

ALPHABET = "0123456789ABCDEFGHJKMNPQRSTVWXYZ"
LENGTH = 27
_BITS = 128
_GROUP = 4
_take_groups = itemgetter(*(slice(start, start + _GROUP) for start in range(0, LENGTH, _GROUP)))
"""Half the time of a loop: a report writes a hundred thousand codes."""
_LOOKALIKES = str.maketrans({"O": "0", "I": "1", "L": "1"})
_IGNORED = str.maketrans(dict.fromkeys(" -‐‑‒–—_.·\t\n\u00a0"))


def make_code() -> str:
    """Return a new code, without its dashes."""
    number = secrets.randbits(_BITS)
    digits = []
    for _ in range(LENGTH - 1):
        number, digit = divmod(number, len(ALPHABET))
        digits.append(ALPHABET[digit])
    body = "".join(reversed(digits))
    return body + _check_character(body)


def read_code(typed: str) -> str | None:
    """Return the code that somebody typed or scanned, or None when it cannot be one.

    Spaces, dashes and case do not matter; O counts as 0, I and L as 1.
    """
    code = clean_code(typed)
    if len(code) != LENGTH or not set(code) <= set(ALPHABET):
        return None
    return code if _check_character(code[:-1]) == code[-1] else None


def clean_code(typed: str) -> str:
    """Return what somebody typed in capitals, without spaces and dashes, with 0 for O, 1 for I."""
    return typed.translate(_IGNORED).upper().translate(_LOOKALIKES)


def format_code(code: str) -> str:
    """Write a code as people read it, in groups of four."""
    return "-".join(_take_groups(code))


def _check_character(body: str) -> str:
    """Return the Luhn check character modulo 32 (ISO/IEC 7812-1 annex B, for another base)."""
    size, total = len(ALPHABET), 0
    for position, character in enumerate(reversed(body)):
        value = ALPHABET.index(character) * (2 if position % 2 == 0 else 1)
        total += value // size + value % size
    return ALPHABET[-total % size]
