"""Writing to the outbox. The e-mail is composed now, in its reader's language, and sent later."""

from __future__ import annotations

import re
from collections.abc import Collection, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from urllib.parse import urlsplit

from flask import current_app, render_template
from sqlalchemy import delete, func, insert, select, update

from soar_lms.database import db, read
from soar_lms.i18n import speaking
from soar_lms.messages.attachments import Enclosure
from soar_lms.messages.bounces import forget_bounces
from soar_lms.messages.models import OutboxMessage

SUBJECT_PREFIX = "Subject: "
_BLANK_LINES = re.compile(r"\n{3,}")
"""What a template leaves where a paragraph was left out."""


def post_message(
    kind: str,
    *,
    recipient: str,
    language: str,
    now: datetime,
    **context: object,
) -> OutboxMessage:
    """Add an e-mail to the outbox, as part of the transaction that is open.

    `kind` names the template `mail/<kind>.txt`, whose first line is the subject. The subject is
    neutral: it shows on locked screens.
    """
    message = OutboxMessage(**_compose(kind, recipient, language, now, context))
    db.session.add(message)
    return message


def _compose(
    kind: str, recipient: str, language: str, now: datetime, context: Mapping[str, Any]
) -> dict[str, Any]:
    with speaking(language) as spoken:
        subject, body = compose(kind, **context)
    return {
        "kind": kind,
        "recipient": recipient,
        "language": spoken.tag,
        "subject": subject,
        "body": body,
        "created_at": now,
        "due_at": now,
    }


@dataclass(frozen=True)
class Letter:
    """One of many e-mails of a kind."""

    recipient: str
    language: str
    context: Mapping[str, Any]


def post_letters(kind: str, letters: Collection[Letter], now: datetime) -> None:
    """Add many e-mails of a kind to the outbox by one statement; else as `post_message`."""
    rows = [
        _compose(kind, letter.recipient, letter.language, now, letter.context) for letter in letters
    ]
    if rows:
        db.session.execute(insert(OutboxMessage), rows)


def compose(kind: str, **context: object) -> tuple[str, str]:
    """Return the subject and the body of an e-mail, in the language that is spoken."""
    words = {"help_address": public_url("pages.show_resources"), **context}
    text = _BLANK_LINES.sub("\n\n", render_template(f"mail/{kind}.txt", **words))
    subject, _, body = text.strip().partition("\n")
    return subject.removeprefix(SUBJECT_PREFIX), body.strip() + "\n"


def attach(message: OutboxMessage, enclosure: Enclosure) -> None:
    """Have something attached when an e-mail leaves; its text must lead to it by a link, too."""
    message.attachment_kind = enclosure.kind
    message.attachment_key = enclosure.key


def find_oldest_waiting() -> datetime | None:
    """Return since when the e-mail that waits longest has waited; None when none waits."""
    return read(_OLDEST_WAITING, {}).scalar()


_OLDEST_WAITING = select(func.min(OutboxMessage.created_at)).where(
    OutboxMessage.sent_at.is_(None), OutboxMessage.failed_at.is_(None)
)
"""Read from the index of what is due, which has no other rows."""


def withdraw_messages(message_ids: Collection[int]) -> None:
    """Keep e-mails from being sent that are not wanted any more; what was sent stays sent.

    One that a worker holds at this very moment still goes out. When it was withdrawn is not noted:
    that could say when somebody answered a question that nobody shall know the answer of.
    """
    db.session.execute(
        update(OutboxMessage)
        .where(OutboxMessage.id.in_(message_ids), OutboxMessage.sent_at.is_(None))
        .values(failed_at=OutboxMessage.created_at, last_error="withdrawn", body="")
    )


def delete_messages(recipients: Collection[str]) -> None:
    """Forget every e-mail to some addresses: what waits is not sent, what was sent is not noted."""
    forget_bounces(recipients)
    db.session.execute(
        delete(OutboxMessage)
        .where(OutboxMessage.recipient.in_(recipients))
        .execution_options(synchronize_session=False)
    )


def public_url(endpoint: str, **values: str | int) -> str:
    """Return a full address for e-mail and documents.

    It is built from the configured base, never from what a request claims the host to be.
    """
    base = urlsplit(current_app.config["SOAR"].base_url)
    adapter = current_app.url_map.bind(base.netloc, url_scheme=base.scheme)
    current_app.inject_url_defaults(endpoint, values)
    return adapter.build(endpoint, values, force_external=True)
