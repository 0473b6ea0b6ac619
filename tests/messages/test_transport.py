"""How e-mail leaves: by SMTP to a real server, or into files that people can read."""

from __future__ import annotations

import base64
import email
import smtplib
from collections.abc import Iterator
from datetime import UTC, datetime
from email import policy
from email.message import EmailMessage
from pathlib import Path
from typing import Any

import pytest
from flask import Flask

from soar_lms.config import Config
from soar_lms.database import db, transaction
from soar_lms.messages.models import OutboxMessage
from soar_lms.messages.transport import RecipientRefusedError, build_email, make_transport
from soar_lms.messages.worker import send_due
from tests.messages.smtp_server import MailServer, mail_server
from tests.support.sites import make_config

MOMENT = datetime(2026, 11, 22, 15, 0, tzinfo=UTC)
LINK = "http://127.0.0.1:8000/es/confirm/" + "abcdefghij" * 12


def message(**changes: Any) -> OutboxMessage:
    values = {
        "id": 7,
        "kind": "welcome",
        "recipient": "maría.josé+ward@example.org",
        "language": "es",
        "subject": "Confirme su correo electrónico, por favor: " + "ñ" * 60,
        "body": f"Hola, María:\n\n{LINK}\n\n.\nAdiós\n",
        "created_at": MOMENT,
        "due_at": MOMENT,
    }
    return OutboxMessage(**(values | changes))


@pytest.fixture
def server() -> Iterator[MailServer]:
    with mail_server() as found:
        yield found


def with_server(folder: Path, server: MailServer, who: str = "") -> Config:
    return make_config(
        folder,
        smtp_url=f"smtp://{who}127.0.0.1:{server.port}",
        mail_from="Training <no-reply@example.org>",
        base_url="https://training.example.org",
    )


def only(server: MailServer) -> EmailMessage:
    (data,) = server.mails
    found = email.message_from_bytes(data, policy=policy.default)
    assert isinstance(found, EmailMessage)
    return found


# --- SMTP ---------------------------------------------------------------------------------------


def test_a_mail_arrives_with_every_letter_and_its_link_whole(
    tmp_path: Path, server: MailServer
) -> None:
    sent = message(recipient="maria@example.org")

    make_transport(with_server(tmp_path, server))(sent)

    mail = only(server)
    assert mail["Subject"] == sent.subject
    assert mail["To"] == "maria@example.org"
    assert mail["From"] == "Training <no-reply@example.org>"
    assert mail.get_content().replace("\r\n", "\n") == sent.body
    assert LINK in mail.get_content()
    assert mail.get_content_type() == "text/plain"


def test_a_mail_says_what_it_is_and_has_the_same_id_every_time(
    tmp_path: Path, server: MailServer
) -> None:
    config = with_server(tmp_path, server)

    ids = {build_email(message(), config)["Message-ID"] for _ in range(2)}

    assert ids == {"<outbox-7.20261122150000@training.example.org>"}
    mail = build_email(message(), config)
    assert (mail["Content-Language"], mail["Auto-Submitted"]) == ("es", "auto-generated")
    assert mail["Date"] == "Sun, 22 Nov 2026 15:00:00 +0000"


def test_the_server_is_told_who_we_are_when_the_address_has_a_password(
    tmp_path: Path, server: MailServer
) -> None:
    config = with_server(tmp_path, server, "us%40example.org:p%3Ass@")

    make_transport(config)(message(recipient="maria@example.org"))

    (line,) = [line for line in server.heard if line.startswith("AUTH")]
    assert base64.b64decode(line.split()[-1]) == b"\0us@example.org\0p:ss"


@pytest.mark.parametrize(
    ("command", "answer"),
    [("RCPT", "450 later"), ("MAIL", "451 later"), ("DATA", "554 no"), ("EHLO", "421 busy")],
)
def test_a_server_that_refuses_is_asked_again_later(
    context: Flask, tmp_path: Path, server: MailServer, command: str, answer: str
) -> None:
    server.refuses = {command: answer, "HELO": "421 busy"}
    with transaction():
        db.session.add(message(id=None, recipient="maria@example.org"))
    transport = make_transport(with_server(tmp_path, server))

    send_due(transport, MOMENT)

    row = db.session.query(OutboxMessage).one()
    assert (row.sent_at, row.tries) == (None, 1)
    assert row.last_error is not None
    server.refuses = {}
    send_due(transport, row.due_at)
    assert only(server)["To"] == "maria@example.org"
    assert row.sent_at is not None


def test_a_server_that_is_not_there_is_asked_again_later(context: Flask, tmp_path: Path) -> None:
    with transaction():
        db.session.add(message(id=None))
    config = make_config(tmp_path, smtp_url="smtp://127.0.0.1:1")

    send_due(make_transport(config), MOMENT)

    row = db.session.query(OutboxMessage).one()
    assert (row.last_error or "").startswith("ConnectionRefusedError")


def test_an_address_with_letters_the_server_does_not_take_is_a_failure_like_any_other(
    context: Flask, tmp_path: Path, server: MailServer
) -> None:
    with transaction():
        db.session.add(message(id=None, recipient="maría@example.org"))
        db.session.add(message(id=None, recipient="ben@example.org"))

    send_due(make_transport(with_server(tmp_path, server)), MOMENT)

    assert only(server)["To"] == "ben@example.org"


def test_a_domain_with_accents_is_written_as_the_internet_has_it(
    context: Flask, tmp_path: Path, server: MailServer
) -> None:
    with transaction():
        db.session.add(message(id=None, recipient="ana@clínica.example.org"))

    send_due(make_transport(with_server(tmp_path, server)), MOMENT)

    assert only(server)["To"] == "ana@xn--clnica-4va.example.org"


# --- files --------------------------------------------------------------------------------------


def test_without_a_server_a_mail_is_a_file_that_can_be_read(tmp_path: Path) -> None:
    config = make_config(tmp_path)

    make_transport(config)(message())

    (file,) = config.mail_folder.iterdir()
    assert file.name == "000007-welcome-mar-a-jos-ward-example-org.txt"
    text = file.read_text(encoding="utf-8")
    assert text.startswith("To: maría.josé+ward@example.org\nFrom: no-reply@localhost\n")
    assert f"\n\nHola, María:\n\n{LINK}\n" in text


@pytest.mark.parametrize(
    "recipient", ["../../etc/passwd@example.org", "a/b\\c@example.org", "x" * 240 + "@a.example"]
)
def test_no_recipient_leads_out_of_the_folder(tmp_path: Path, recipient: str) -> None:
    config = make_config(tmp_path)

    make_transport(config)(message(recipient=recipient))

    files = [path.relative_to(tmp_path) for path in tmp_path.rglob("*") if path.is_file()]
    assert [str(path.parent) for path in files] == ["mail"]


def test_the_same_message_twice_is_one_file(tmp_path: Path) -> None:
    config = make_config(tmp_path)

    for _ in range(2):
        make_transport(config)(message())

    assert len(list(config.mail_folder.iterdir())) == 1


# --- ending what nobody has to get --------------------------------------------------------------


def test_a_mail_program_can_end_such_e_mail_with_one_click(
    tmp_path: Path, server: MailServer
) -> None:
    address = "https://training.hospital.example.org/es/reminders/stop/" + "a" * 90

    make_transport(with_server(tmp_path, server))(
        message(recipient="maria@example.org", unsubscribe_url=address)
    )

    assert f"List-Unsubscribe: <{address}>\r\n".encode() in server.mails[0]
    assert only(server)["List-Unsubscribe-Post"] == "List-Unsubscribe=One-Click"


def test_other_e_mail_has_no_such_header(tmp_path: Path, server: MailServer) -> None:
    make_transport(with_server(tmp_path, server))(message(recipient="maria@example.org"))

    assert only(server)["List-Unsubscribe"] is None


# --- recipients that are refused ----------------------------------------------------------------


@pytest.mark.parametrize(
    ("answer", "status"),
    [
        pytest.param("550 5.1.1 nobody of that name", "5.1.1", id="no-such-mailbox"),
        pytest.param("550 no such user", "5.0.0", id="code-only"),
        pytest.param("552 5.2.2 the mailbox is full", "5.2.2", id="full"),
    ],
)
def test_a_recipient_who_is_refused_for_good_is_said_to_be(
    tmp_path: Path, server: MailServer, answer: str, status: str
) -> None:
    server.refuses["RCPT"] = answer

    with pytest.raises(RecipientRefusedError, match=status):
        make_transport(with_server(tmp_path, server))(message(recipient="maria@example.org"))


@pytest.mark.parametrize(
    "answer",
    [
        pytest.param("450 4.2.0 greylisted", id="later"),
        pytest.param("554 5.7.1 relay access denied", id="we-are-strangers"),
        pytest.param("550 5.4.4 no route", id="no-route"),
    ],
)
def test_what_is_said_of_us_or_of_the_moment_is_no_word_about_the_recipient(
    tmp_path: Path, server: MailServer, answer: str
) -> None:
    server.refuses["RCPT"] = answer

    with pytest.raises(smtplib.SMTPRecipientsRefused):
        make_transport(with_server(tmp_path, server))(message(recipient="maria@example.org"))
