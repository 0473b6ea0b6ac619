"""Codes to join a group: short enough to be typed from a poster, too many to be guessed. Pure.

Ten characters of the alphabet of certificate codes (`certificates.codes`) carry 50 random bits.
They have no check character: whatever is not a code of a group gets one and the same answer.
"""

from __future__ import annotations

import secrets

from soar_lms.certificates.codes import ALPHABET, clean_code

CODE_LENGTH = 10
_HALF = CODE_LENGTH // 2


def make_join_code() -> str:
    """Return a new code, without its dash."""
    return "".join(secrets.choice(ALPHABET) for _ in range(CODE_LENGTH))


def read_join_code(typed: str) -> str | None:
    """Return the code that somebody typed or scanned, or None when it cannot be one.

    Spaces, dashes and case do not matter; O counts as 0, I and L as 1.
    """
    code = clean_code(typed)
    return code if len(code) == CODE_LENGTH and set(code) <= set(ALPHABET) else None


def format_join_code(code: str) -> str:
    """Write a code as people read it, in two halves."""
    return f"{code[:_HALF]}-{code[_HALF:]}"
