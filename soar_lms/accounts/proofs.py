"""What a browser's session holds between two pages of a proof.

That is: when the reader last showed who they are, and what a device is to sign (the challenge),
which is taken out of the session with the device's answer.
"""

from __future__ import annotations

from datetime import datetime, timedelta

from flask import session

from soar_lms.accounts.passkeys import PasskeyRefusedError, make_challenge

FRESH_FOR = timedelta(minutes=10)
"""So long after signing in nobody is asked for the password again."""
ANSWER_WITHIN = timedelta(minutes=30)
_PROVED = "fs_paa"
"""Flask-Security's: when somebody proved who they are, in seconds since 1970."""
_CHALLENGE, _NAME = "passkey-challenge", "passkey-name"


def is_fresh(now: datetime) -> bool:
    """Whether the reader has shown just now who they are."""
    proved_at: float = session.get(_PROVED, 0.0)
    return now.timestamp() - proved_at < FRESH_FOR.total_seconds()


def begin_passkey(name: str, now: datetime) -> None:
    """Note that the reader has proven who they are, and what the passkey will be called."""
    session[_PROVED] = now.timestamp()
    session[_NAME] = name


def passkey_begun() -> str | None:
    """Return what the passkey will be called that the reader is making; None when none is."""
    name: str | None = session.get(_NAME)
    return name


def end_passkey() -> None:
    """Forget what was begun: it is done."""
    session.pop(_NAME, None)


def new_challenge(now: datetime) -> str:
    """Return what a device is to sign; the one before is of no account any more."""
    challenge = make_challenge()
    session[_CHALLENGE] = [challenge, now.timestamp()]
    return challenge


def take_challenge(now: datetime) -> str:
    """Return what the device was to sign; it is good for one answer.

    :raises PasskeyRefusedError: when nothing was asked, or too long ago.
    """
    challenge, asked_at = session.pop(_CHALLENGE, ("", 0.0))
    if now.timestamp() - asked_at > ANSWER_WITHIN.total_seconds():
        raise PasskeyRefusedError
    return str(challenge)
