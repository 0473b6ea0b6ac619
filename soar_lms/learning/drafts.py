"""What somebody has filled in and not sent: sealed, so that it can wait on their own device.

Answers to an evaluation must not stand beside a name in the database, and what was claimed for
credit must not stand there twice. So a draft never reaches it: it is encrypted (Fernet), belongs to
one person, and opens only while that person is signed in.
"""

from __future__ import annotations

import json
import zlib
from base64 import urlsafe_b64encode
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from hashlib import sha256
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from cryptography.fernet import Fernet

KEPT = timedelta(days=14)
"""Long enough for a holiday; short enough for a device that others use."""
_LONGEST = 3_600
"""Characters of a sealed draft: browsers keep 4,096 bytes of a cookie with its name and rules."""
_MOST_OPENED = 200_000
"""Bytes that a draft may have when it is unpacked."""


class DraftTooLongError(Exception):
    """It is more than a browser keeps."""


@dataclass(frozen=True)
class Draft:
    """The fields of a form as they were filled in, and when."""

    values: tuple[tuple[str, str], ...]
    kept_at: datetime

    @property
    def until(self) -> datetime:
        """The moment from which on it does not open any more."""
        return self.kept_at + KEPT


def seal_draft(values: Iterable[tuple[str, str]], owner: str, secret: str, now: datetime) -> str:
    """Encrypt what was filled in for `owner`.

    :raises DraftTooLongError: when no cookie holds it.
    """
    text = json.dumps([owner, list(values)], ensure_ascii=False, separators=(",", ":"))
    packed = zlib.compress(text.encode(), level=9)
    sealed = _fernet(secret).encrypt_at_time(packed, int(now.timestamp())).decode("ascii")
    if len(sealed) > _LONGEST:
        raise DraftTooLongError
    return sealed


def open_draft(sealed: str, owner: str, secret: str, now: datetime) -> Draft | None:
    """Return a draft of `owner`; None where it is somebody else's, too old, or not ours."""
    from cryptography.fernet import InvalidToken

    if not sealed or not owner:
        return None
    fernet = _fernet(secret)
    try:
        packed = fernet.decrypt_at_time(
            sealed, ttl=int(KEPT.total_seconds()), current_time=int(now.timestamp())
        )
        text = zlib.decompressobj().decompress(packed, _MOST_OPENED)
        whose, values = json.loads(text)
    except (InvalidToken, ValueError, zlib.error):
        return None
    if whose != owner:
        return None
    kept_at = datetime.fromtimestamp(fernet.extract_timestamp(sealed), UTC)
    return Draft(tuple((str(name), str(value)) for name, value in values), kept_at)


def _fernet(secret: str) -> Fernet:
    """Return what seals, by a key of its own; the library is loaded by who needs it."""
    from cryptography.fernet import Fernet

    return Fernet(urlsafe_b64encode(sha256(f"draft:{secret}".encode()).digest()))
