"""Passwords: how long one may be, and whether what was typed is the right one."""

from __future__ import annotations

from flask_security.utils import verify_password

PASSWORD_LENGTH = 1_000
"""Characters; a limit only so that hashing has one (passlib refuses more than 4,096)."""


def is_password(typed: str, password_hash: str | None) -> bool:
    """Whether what somebody typed is their password; nothing is one that was never chosen."""
    return password_hash is not None and bool(verify_password(typed, password_hash))
