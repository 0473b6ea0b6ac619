"""Who looks after an e-mail until it has arrived: the feature that wrote it.

An e-mail can wait in the outbox for minutes, or for days while a server is away. So a feature may
look at it once more at the moment it leaves: to have it stay here, to put it off, or to write its
words only then. And it is told what became of it. Messages know no feature.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum

from sqlalchemy.orm.attributes import set_committed_value

from soar_lms.messages.models import OutboxMessage


class Fate(StrEnum):
    """What became of an e-mail."""

    SENT = "sent"
    WITHDRAWN = "withdrawn"
    """What it tells of was not so any more when it was to leave."""
    FAILED = "failed"
    """No server took it, however often it was tried."""
    BOUNCED = "bounced"
    """The server of its reader refused it, or gave it back."""


class NotYetError(Exception):
    """The e-mail is not to be sent before a moment."""

    def __init__(self, until: datetime) -> None:
        super().__init__(until)
        self.until = until


Check = Callable[[OutboxMessage, datetime], None]
"""Looks at an e-mail just before it leaves, and may write it (`write_now`).

It raises `attachments.NotWantedError`, saying why in a word, or `NotYetError`. It changes nothing
in the database.
"""
Listener = Callable[[str, Fate, str, datetime], None]
"""Is told of a key what became of its e-mail, why (a word, or nothing) and when; it is part of the
transaction that notes it."""


@dataclass(frozen=True)
class Care:
    """How e-mail of a kind is looked after."""

    check: Check
    listen: Listener


_cares: dict[str, Care] = {}


def look_after(kind: str, *, check: Check, listen: Listener) -> None:
    """Declare who looks after the e-mails of a kind that have a key."""
    _cares[kind] = Care(check, listen)


def check_message(message: OutboxMessage, now: datetime) -> None:
    """Ask whether an e-mail may leave now.

    :raises NotWantedError: when it is not to be sent any more.
    :raises NotYetError: when it is to wait.
    """
    care = _cares.get(message.kind)
    if care is not None and message.key is not None:
        care.check(message, now)


def tell_fate(message: OutboxMessage, fate: Fate, why: str, now: datetime) -> None:
    """Say what became of an e-mail, to whoever looks after it."""
    care = _cares.get(message.kind)
    if care is not None and message.key is not None:
        care.listen(message.key, fate, why, now)


def write_now(message: OutboxMessage, *, subject: str, body: str, unsubscribe_url: str) -> None:
    """Give an e-mail its words for this try; the next one, if there is any, is given its own.

    They are not kept: nothing of this is written to the database.
    """
    for name, value in (("subject", subject), ("body", body), ("unsubscribe_url", unsubscribe_url)):
        set_committed_value(message, name, value)
