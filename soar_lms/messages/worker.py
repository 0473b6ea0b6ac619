"""The worker: takes what is due from the outbox and sends it, each message once.

Features have it do their own work beside that: a `Job` each, registered by the command line.

A message is taken by moving its `due_at` on, in a transaction of its own; so two workers never
hold the same one, and a worker that dies loses nothing: the message falls due again.
"""

from __future__ import annotations

import threading
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

import structlog
from flask import Flask
from sqlalchemy import select

from soar_lms.clock import utc_now
from soar_lms.database import db, transaction
from soar_lms.messages.attachments import NotWantedError
from soar_lms.messages.bounces import note_bounce
from soar_lms.messages.care import Fate, NotYetError, check_message, tell_fate
from soar_lms.messages.delivery_reports import is_bad_address
from soar_lms.messages.models import OutboxMessage
from soar_lms.messages.services import withdraw_messages
from soar_lms.messages.transport import (
    TIMEOUT_SECONDS,
    RecipientRefusedError,
    Transport,
    make_transport,
)

BATCH = 20
MAX_TRIES = 10
HELD_FOR = timedelta(seconds=BATCH * TIMEOUT_SECONDS + 60)
"""Longer than a batch can take, so that no second worker takes the same messages."""
FIRST_WAIT = timedelta(minutes=1)
LONGEST_WAIT = timedelta(hours=6)

log = structlog.get_logger(__name__)


@dataclass(frozen=True)
class Job:
    """Work to be looked for from time to time."""

    name: str
    run: Callable[[datetime], int]
    """Does what is due at a moment, in transactions of its own; returns how much that was."""
    every: timedelta
    """How long to wait before the next look, when there was nothing to do."""
    first: timedelta = timedelta(0)
    """How long to wait before the first look: for work that would hold up what people wait for."""


def run_worker(
    app: Flask, stop: threading.Event, jobs: Sequence[Job] = (), *, pause_seconds: float = 1.0
) -> None:
    """Do the jobs and send what is due until `stop` is set; a database that is away is waited for.

    A job that found work is asked again at once.
    """
    transport = make_transport(app.config["SOAR"])
    outbox = Job("outbox", lambda now: send_due(transport, now), every=timedelta(0))
    next_look = {job.name: utc_now() + job.first for job in jobs}
    while not stop.is_set():
        now, done = utc_now(), 0
        for job in (*jobs, outbox):
            if next_look.get(job.name, now) <= now:
                count = _run(app, job, now)
                next_look[job.name] = now if count else now + job.every
                done += count
        if not done:
            stop.wait(pause_seconds)


def _run(app: Flask, job: Job, now: datetime) -> int:
    with app.app_context():
        try:
            return job.run(now)
        except Exception:  # whatever it is, the other jobs must be done
            log.exception("worker_failed", job=job.name)
            return 0


def send_due(transport: Transport, now: datetime) -> int:
    """Send the messages that are due at `now`; return how many were tried."""
    taken = _take_due(now)
    for message in taken:
        _send(message, transport, now)
    return len(taken)


def _take_due(now: datetime) -> list[OutboxMessage]:
    due = (
        select(OutboxMessage)
        .where(
            OutboxMessage.sent_at.is_(None),
            OutboxMessage.failed_at.is_(None),
            OutboxMessage.due_at <= now,
        )
        .order_by(OutboxMessage.due_at, OutboxMessage.id)
        .limit(BATCH)
    )
    if db.session.scalar(due.limit(1)) is None:  # a look costs no lock
        return []
    with transaction():
        messages = list(db.session.scalars(due.with_for_update(skip_locked=True)))
        for message in messages:
            message.due_at = now + HELD_FOR
            message.tries += 1
    return messages


def _send(message: OutboxMessage, transport: Transport, now: datetime) -> None:
    try:
        check_message(message, now)
        transport(message)
    except NotWantedError as error:
        log.info("mail_not_wanted", kind=message.kind)
        with transaction():
            withdraw_messages([message.id])
            tell_fate(message, Fate.WITHDRAWN, str(error), now)
    except NotYetError as error:
        with transaction():
            message.due_at = error.until
            message.tries -= 1
    except RecipientRefusedError as error:
        _give_back(message, error, now)
    except Exception as error:  # whatever it is, the other messages must go out
        _put_back(message, error, now)
    else:
        with transaction():
            message.sent_at = now
            message.last_error = None
            _forget_words(message)
            tell_fate(message, Fate.SENT, "", now)


def _forget_words(message: OutboxMessage) -> None:
    """Keep no links: they let people in, and are not kept longer than needed."""
    message.body = ""
    message.unsubscribe_url = None


def _give_back(message: OutboxMessage, error: RecipientRefusedError, now: datetime) -> None:
    """Give up an e-mail whose reader's server will never take it."""
    log.warning("mail_refused", kind=message.kind, status=error.status)
    with transaction():
        message.failed_at = now
        message.last_error = f"refused: {error.status}"
        _forget_words(message)
        if is_bad_address(error.status):
            note_bounce(message.recipient, error.status, now)
        tell_fate(message, Fate.BOUNCED, "", now)


def _put_back(message: OutboxMessage, error: Exception, now: datetime) -> None:
    log.warning("mail_not_sent", kind=message.kind, tries=message.tries, error=type(error).__name__)
    with transaction():
        message.last_error = f"{type(error).__name__}: {error}"[:300]
        message.due_at = now + min(FIRST_WAIT * 2 ** (message.tries - 1), LONGEST_WAIT)
        if message.tries >= MAX_TRIES:
            message.failed_at = now
            tell_fate(message, Fate.FAILED, "", now)
