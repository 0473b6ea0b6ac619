"""What is attached: made when the mail leaves, tried again, and in the end left out."""

from __future__ import annotations

from collections.abc import Callable
from datetime import timedelta
from pathlib import Path

import pytest
from flask import Flask

from soar_lms.database import db, transaction
from soar_lms.messages import attachments
from soar_lms.messages.attachments import (
    MAX_BYTES,
    TRIES_WITH_ATTACHMENT,
    Attachment,
    NotWantedError,
)
from soar_lms.messages.models import OutboxMessage
from soar_lms.messages.transport import make_transport
from soar_lms.messages.worker import send_due
from tests.messages.smtp_server import MailServer
from tests.messages.test_transport import MOMENT, message, only, server, with_server
from tests.support.sites import make_config

__all__ = ["server"]

Make = Callable[[str, str], Attachment]


class Pictures:
    """Makes pictures, and fails when told to."""

    def __init__(self) -> None:
        self.made: list[tuple[str, str]] = []
        self.fault: Exception | None = None
        self.content = bytes(range(256))

    def __call__(self, key: str, language: str) -> Attachment:
        self.made.append((key, language))
        if self.fault is not None:
            raise self.fault
        return Attachment("diseño ñ.png", "image/png", self.content)


@pytest.fixture
def pictures(monkeypatch: pytest.MonkeyPatch) -> Pictures:
    pictures = Pictures()
    monkeypatch.setitem(attachments._makers, "picture", pictures)
    return pictures


def with_picture(**changes: object) -> OutboxMessage:
    values = {"recipient": "maria@example.org", "attachment_kind": "picture"}
    return message(**values | {"attachment_key": "7"} | changes)


@pytest.fixture
def row(context: Flask) -> OutboxMessage:
    with transaction():
        db.session.add(row := with_picture(id=None))
    return row


def test_it_arrives_whole_with_its_name_beside_the_text(
    tmp_path: Path, server: MailServer, pictures: Pictures
) -> None:
    make_transport(with_server(tmp_path, server))(with_picture())

    mail = only(server)
    (part,) = mail.iter_attachments()
    text = mail.get_body(("plain",))
    assert (part.get_filename(), part.get_content_type()) == ("diseño ñ.png", "image/png")
    assert part.get_payload(decode=True) == pictures.content
    assert text is not None
    assert text.get_content().startswith("Hola, María:")
    assert (mail["Content-Language"], pictures.made) == ("es", [("7", "es")])


def test_without_a_server_it_is_a_file_beside_the_mail(tmp_path: Path, pictures: Pictures) -> None:
    config = make_config(tmp_path)

    make_transport(config)(with_picture())

    attached, mail = sorted(config.mail_folder.iterdir())
    assert attached.name == f"{mail.stem}-diseño ñ.png"
    assert attached.read_bytes() == pictures.content
    assert f"Attachment: {attached.name}\n\n" in mail.read_text(encoding="utf-8")


def test_what_cannot_be_made_now_is_tried_again_and_not_sent_without(
    row: OutboxMessage, tmp_path: Path, server: MailServer, pictures: Pictures
) -> None:
    pictures.fault = RuntimeError("no fonts")
    transport = make_transport(with_server(tmp_path, server))

    send_due(transport, MOMENT)

    assert (server.mails, row.sent_at, row.last_error) == ([], None, "RuntimeError: no fonts")
    pictures.fault = None
    send_due(transport, row.due_at)
    assert len(list(only(server).iter_attachments())) == 1


def test_after_some_tries_the_mail_leaves_with_its_link_only(
    row: OutboxMessage, tmp_path: Path, server: MailServer, pictures: Pictures
) -> None:
    pictures.fault = RuntimeError("no fonts")
    transport = make_transport(with_server(tmp_path, server))

    for _ in range(TRIES_WITH_ATTACHMENT):
        assert server.mails == []
        send_due(transport, row.due_at)

    assert list(only(server).iter_attachments()) == []
    assert row.sent_at is not None


def test_what_is_too_large_is_left_out(
    tmp_path: Path, server: MailServer, pictures: Pictures
) -> None:
    pictures.content = bytes(MAX_BYTES + 1)

    make_transport(with_server(tmp_path, server))(with_picture())

    assert list(only(server).iter_attachments()) == []


def test_a_mail_that_nobody_wants_any_more_is_withdrawn(
    row: OutboxMessage, tmp_path: Path, server: MailServer, pictures: Pictures
) -> None:
    pictures.fault = NotWantedError()
    transport = make_transport(with_server(tmp_path, server))

    send_due(transport, MOMENT)
    send_due(transport, MOMENT + timedelta(days=1))

    db.session.refresh(row)
    assert (server.mails, row.body, row.last_error) == ([], "", "withdrawn")
    assert len(pictures.made) == 1
