"""Addresses that mail does not reach, and the reports by which we hear of it.

Only what nobody waits for keeps away from such an address: reminders. Account mail is still tried.
"""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import ColumnElement, delete, select
from sqlalchemy.dialects import postgresql, sqlite

from soar_lms.database import db
from soar_lms.messages.care import Fate, tell_fate
from soar_lms.messages.delivery_reports import Undelivered, is_bad_address, read_report
from soar_lms.messages.models import BouncedAddress, OutboxMessage

RECENT = timedelta(days=14)
"""How old an e-mail may be that a report is about; servers give up after five days or so."""
KEPT_FOR = timedelta(days=365)
"""How long we remember that an address did not work; the privacy page says it."""


def note_bounce(address: str, status: str, now: datetime) -> None:
    """Remember that mail does not reach an address; a second time, the newer moment."""
    insert = postgresql.insert if db.engine.dialect.name == "postgresql" else sqlite.insert
    values = {"bounced_at": now, "status": status[:20]}
    statement = insert(BouncedAddress).values(email=address, **values)
    db.session.execute(statement.on_conflict_do_update(index_elements=["email"], set_=values))


def forget_bounces(addresses: Iterable[str]) -> None:
    """Forget what was noted of addresses: their owner has shown to be there, or is gone."""
    theirs = BouncedAddress.email.in_(list(addresses))
    if db.session.scalar(select(BouncedAddress.email).where(theirs).limit(1)) is None:
        return  # a look costs no lock
    db.session.execute(
        delete(BouncedAddress).where(theirs).execution_options(synchronize_session=False)
    )


def is_bouncing(address: Any) -> ColumnElement[bool]:
    """Return the condition that mail does not reach the address in a column."""
    return select(BouncedAddress.email).where(BouncedAddress.email == address).exists()


def find_bounce(address: str) -> datetime | None:
    """Return since when mail does not reach an address; None while it does."""
    return db.session.scalar(
        select(BouncedAddress.bounced_at).where(BouncedAddress.email == address)
    )


def take_report(data: bytes, now: datetime) -> int:
    """Note what a delivery report says of e-mail of ours; return how many e-mails that were.

    A report about anything that we did not send lately changes nothing: anybody can write one.
    """
    found = {}
    for undelivered in read_report(data):
        message = _find_message(undelivered, now)
        if message is not None:
            found[message.id] = (message, undelivered.status)
    for message, status in found.values():
        if is_bad_address(status):
            note_bounce(message.recipient, status, now)
        tell_fate(message, Fate.BOUNCED, "", now)
    return len(found)


def _find_message(undelivered: Undelivered, now: datetime) -> OutboxMessage | None:
    """Return the e-mail that came back: by its Message-ID, or else the newest to the address."""
    recent = select(OutboxMessage).where(
        OutboxMessage.sent_at.is_not(None), OutboxMessage.sent_at > now - RECENT
    )
    if undelivered.message is not None:
        number, moment = undelivered.message
        message = db.session.scalar(recent.where(OutboxMessage.id == min(number, 2**31 - 1)))
        if message is not None and f"{message.created_at:%Y%m%d%H%M%S}" == moment:
            return message
    newest = recent.where(OutboxMessage.recipient == undelivered.address)
    return db.session.scalar(newest.order_by(OutboxMessage.id.desc()).limit(1))


def tidy_bounces(now: datetime) -> int:
    """Forget what was noted too long ago; return how much that was."""
    result = db.session.execute(
        delete(BouncedAddress)
        .where(BouncedAddress.bounced_at <= now - KEPT_FOR)
        .returning(BouncedAddress.email)
        .execution_options(synchronize_session=False)
    )
    return len(result.all())
