"""Reading what mail servers report about e-mail they could not deliver (RFC 3464). Pure.

Such reports come from anywhere and may be anything: what cannot be read says nothing.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from email import message_from_bytes
from email.message import Message

LARGEST = 1_000_000
"""Bytes that are read of a report; what it is about stands at its beginning."""
MOST_RECIPIENTS = 50
LONGEST_ADDRESS = 254
_STATUS = re.compile(r"\b([245])\.(\d{1,3})\.(\d{1,3})\b")
_NUMBER = re.compile(r"<outbox-(\d{1,18})\.(\d{14})@[^<>\s]{1,255}>")
_TEMPORARY_BOXES = frozenset({"5.2.2", "5.2.3", "5.2.4"})
"""Full, too large for it, a list that could not be expanded: the mailbox is there (RFC 3463)."""


@dataclass(frozen=True)
class Undelivered:
    """One recipient whom an e-mail will not reach."""

    address: str
    """In lower case, as the server names it; another one than ours where mail was forwarded."""
    status: str
    """An enhanced status code (RFC 3463) of class 5."""
    message: tuple[int, str] | None
    """The number and the moment in the Message-ID of ours that came back, if it did."""


def read_report(data: bytes) -> list[Undelivered]:
    """Return whom a delivery report gives up; nothing for anything else."""
    try:
        return list(_read(message_from_bytes(data[:LARGEST])))[:MOST_RECIPIENTS]
    except (RecursionError, ValueError, LookupError, TypeError, AttributeError):
        return []  # the parser of the standard library stumbles in many ways over hostile mail


def _read(report: Message) -> Iterator[Undelivered]:
    number = _find_number(report)
    for part in report.walk():
        if part.get_content_type() != "message/delivery-status" or not part.is_multipart():
            continue
        for block in part.get_payload():
            if isinstance(block, Message):
                yield from _read_block(block, number)


def _read_block(block: Message, number: tuple[int, str] | None) -> Iterator[Undelivered]:
    action = str(block.get("Action", "")).strip().lower()
    found = _STATUS.search(str(block.get("Status", "")))
    if action != "failed" or found is None or found[1] != "5":
        return
    for name in ("Final-Recipient", "Original-Recipient"):
        kind, _, address = str(block.get(name, "")).partition(";")
        address = address.strip().strip("<>").lower()
        if kind.strip().lower() == "rfc822" and 0 < len(address) <= LONGEST_ADDRESS:
            yield Undelivered(address, found[0], number)


def _find_number(report: Message) -> tuple[int, str] | None:
    """Return which e-mail of ours a report carries back, whole or only its headers."""
    for part in report.walk():
        if part.get_content_type() not in {"message/rfc822", "text/rfc822-headers"}:
            continue
        payload = part.get_payload()
        inner = payload[0] if isinstance(payload, list) else payload
        text = inner.get("Message-ID", "") if isinstance(inner, Message) else inner
        found = _NUMBER.search(str(text))
        if found is not None:
            return int(found[1]), found[2]
    return None


def read_status(code: int, words: str) -> str:
    """Return the enhanced status of a server's answer; `5.0.0` where it says only the code."""
    found = _STATUS.search(words)
    return found[0] if found is not None else f"{code // 100}.0.0"


def is_refused_for_good(status: str) -> bool:
    """Whether a status says that this recipient will not get the e-mail, however often it is tried.

    Not so for what is said of us and not of them (5.3 to 5.7: systems, routes, policy): a server
    that takes us for a stranger refuses everybody, until somebody puts that right.
    """
    found = _STATUS.search(status)
    return found is not None and found[1] == "5" and found[2] in {"0", "1", "2"}


def is_bad_address(status: str) -> bool:
    """Whether a status says that mail to this address is of no use (RFC 3463, X.1 and X.2)."""
    return is_refused_for_good(status) and status not in _TEMPORARY_BOXES
