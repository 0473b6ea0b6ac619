"""What only the pharmacists' body may know of a learner; the database alone does not say it.

An NABP e-Profile ID with the month and day of birth opens somebody's record of credit elsewhere,
so the two are encrypted (Fernet: AES-128-CBC and HMAC-SHA-256) with keys that the database does not
hold. The first key encrypts; the others only open what was encrypted before it.
"""

from __future__ import annotations

import json
from collections.abc import Sequence
from dataclasses import asdict, dataclass, field
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from cryptography.fernet import MultiFernet


class WrongKeyError(Exception):
    """None of the keys opens it: it was encrypted with another one, or changed since."""


@dataclass(frozen=True)
class PharmacyFacts:
    """What CPE Monitor finds a pharmacist or technician by; never printed by accident."""

    profile_id: str = field(repr=False)
    """The NABP e-Profile ID: digits."""
    birthday: str = field(repr=False)
    """Month and day of birth, MMDD."""


def make_key() -> str:
    """Make a key for `SOAR_CREDIT_KEY`."""
    from cryptography.fernet import Fernet

    return Fernet.generate_key().decode("ascii")


def lock(facts: PharmacyFacts, keys: Sequence[str]) -> str:
    """Encrypt with the first key."""
    return _fernet(keys).encrypt(json.dumps(asdict(facts)).encode()).decode("ascii")


def unlock(locked: str, keys: Sequence[str]) -> PharmacyFacts:
    """Open what was encrypted with one of the keys.

    :raises WrongKeyError: when none of them opens it.
    """
    from cryptography.fernet import InvalidToken

    try:
        return PharmacyFacts(**json.loads(_fernet(keys).decrypt(locked)))
    except InvalidToken:
        raise WrongKeyError from None


def renew(locked: str, keys: Sequence[str]) -> str:
    """Encrypt anew with the first key, without looking at it.

    :raises WrongKeyError: when none of them opens it.
    """
    from cryptography.fernet import InvalidToken

    try:
        return _fernet(keys).rotate(locked).decode("ascii")
    except InvalidToken:
        raise WrongKeyError from None


def _fernet(keys: Sequence[str]) -> MultiFernet:
    """Return what encrypts; the library is loaded by who needs it, which few do."""
    from cryptography.fernet import Fernet, MultiFernet

    if not keys:
        raise WrongKeyError
    return MultiFernet([Fernet(key) for key in keys])
