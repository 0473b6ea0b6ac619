"""What is attached to an e-mail: made when the e-mail leaves, by the feature that knows how.

The outbox only names it. So no document lies in a table of letters, and what is not to be given any
more when the letter leaves is not given.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

import structlog

from soar_lms.messages.models import OutboxMessage

MAX_BYTES = 5_000_000
"""What a mailbox takes everywhere, also after Base64 has made it a third longer."""
TRIES_WITH_ATTACHMENT = 4
"""After so many tries the e-mail leaves without it: it has a link to the same thing."""

log = structlog.get_logger(__name__)


class NotWantedError(Exception):
    """What the e-mail tells of is not so any more: the e-mail is not to be sent at all."""


@dataclass(frozen=True)
class Enclosure:
    """What is to be attached, by its name."""

    kind: str
    key: str


@dataclass(frozen=True)
class Attachment:
    """A file that is attached."""

    name: str
    media_type: str
    content: bytes


Maker = Callable[[str, str], Attachment]
"""Makes an attachment of a key, in a language; raises NotWantedError when that is over."""
_makers: dict[str, Maker] = {}


def makes_attachments(kind: str) -> Callable[[Maker], Maker]:
    """Declare who makes the attachments of a kind: messages know no feature."""

    def declare(maker: Maker) -> Maker:
        _makers[kind] = maker
        return maker

    return declare


def make_attachment(message: OutboxMessage) -> Attachment | None:
    """Make what a message names; None where it names nothing, or leaves without it.

    :raises NotWantedError: when the message is not to be sent any more.
    :raises Exception: whatever kept it from being made, as long as it is to be tried again.
    """
    if message.attachment_kind is None or message.attachment_key is None:
        return None
    try:
        made = _makers[message.attachment_kind](message.attachment_key, message.language)
    except NotWantedError:
        raise
    except Exception as error:
        if message.tries < TRIES_WITH_ATTACHMENT:
            raise
        log.error("attachment_left_out", kind=message.attachment_kind, error=type(error).__name__)
        return None
    if len(made.content) > MAX_BYTES:
        log.error("attachment_too_large", kind=message.attachment_kind, size=len(made.content))
        return None
    return made
