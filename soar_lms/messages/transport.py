"""How e-mail leaves the outbox: by SMTP, or into readable files where no server is set."""

from __future__ import annotations

import re
import smtplib
import ssl
from collections.abc import Callable
from email import policy
from email.message import EmailMessage
from email.utils import format_datetime
from pathlib import Path
from urllib.parse import unquote, urlsplit

from email_validator import EmailNotValidError, validate_email

from soar_lms.config import Config
from soar_lms.messages.attachments import make_attachment
from soar_lms.messages.delivery_reports import is_refused_for_good, read_status
from soar_lms.messages.models import OutboxMessage

TIMEOUT_SECONDS = 20
LONGEST_LINE = 998
"""What a line of a header may have (RFC 5322, section 2.1.1): links in headers stay whole."""
_POLICY = policy.default.clone(max_line_length=LONGEST_LINE)
Transport = Callable[[OutboxMessage], None]


class RecipientRefusedError(Exception):
    """The server says that this recipient will never get the e-mail."""

    def __init__(self, status: str) -> None:
        super().__init__(status)
        self.status = status


def make_transport(config: Config) -> Transport:
    """Return the way out that the configuration asks for."""
    if config.smtp_url:
        return lambda message: _send_by_smtp(message, config)
    return lambda message: _write_to_file(message, config)


def build_email(message: OutboxMessage, config: Config) -> EmailMessage:
    """Make a plain-text e-mail with what is attached; its id is fixed: a repeat is seen as one.

    :raises NotWantedError: when it is not to be sent any more.
    """
    attachment = make_attachment(message)
    email = EmailMessage(_POLICY)
    domain = urlsplit(config.base_url).hostname or "localhost"
    email["Message-ID"] = f"<outbox-{message.id}.{message.created_at:%Y%m%d%H%M%S}@{domain}>"
    email["Date"] = format_datetime(message.created_at)
    email["From"] = config.mail_from
    email["To"] = to_ascii(message.recipient)
    email["Subject"] = message.subject
    email["Auto-Submitted"] = "auto-generated"
    if message.unsubscribe_url:  # one click, without a page between (RFC 8058)
        email["List-Unsubscribe"] = f"<{message.unsubscribe_url}>"
        email["List-Unsubscribe-Post"] = "List-Unsubscribe=One-Click"
    email.set_content(message.body)
    if attachment is not None:
        main, _, sub = attachment.media_type.partition("/")
        email.add_attachment(
            attachment.content, maintype=main, subtype=sub, filename=attachment.name
        )
    email["Content-Language"] = message.language  # after the content, which resets such headers
    return email


def to_ascii(address: str) -> str:
    """Return an address with its domain as DNS has it: not every server takes Unicode (RFC 6531).

    What is before the @ cannot be written otherwise, and stays.
    """
    try:
        valid = validate_email(address, check_deliverability=False)
    except EmailNotValidError:
        return address
    return valid.ascii_email or address


def _send_by_smtp(message: OutboxMessage, config: Config) -> None:
    email = build_email(message, config)  # before a server is kept waiting
    url = urlsplit(config.smtp_url or "")
    context = ssl.create_default_context()
    host, secure = url.hostname or "localhost", url.scheme == "smtps"
    server: smtplib.SMTP
    if secure:
        server = smtplib.SMTP_SSL(host, url.port or 465, timeout=TIMEOUT_SECONDS, context=context)
    else:
        server = smtplib.SMTP(host, url.port or 25, timeout=TIMEOUT_SECONDS)
    with server:
        if not secure and server.has_extn("starttls"):
            server.starttls(context=context)
        if url.username and url.password:
            server.login(unquote(url.username), unquote(url.password))
        try:
            server.send_message(email)
        except smtplib.SMTPRecipientsRefused as error:
            status = _read_refusal(error)
            if is_refused_for_good(status):
                raise RecipientRefusedError(status) from None
            raise


def _read_refusal(error: smtplib.SMTPRecipientsRefused) -> str:
    """Return the status with which a server refused the one recipient of an e-mail."""
    ((code, words),) = error.recipients.values()
    return read_status(code, words.decode(errors="replace"))


def _write_to_file(message: OutboxMessage, config: Config) -> None:
    attachment = make_attachment(message)
    config.mail_folder.mkdir(parents=True, exist_ok=True)
    who = re.sub(r"[^a-z0-9]+", "-", message.recipient.lower()).strip("-")[:60]
    path = config.mail_folder / f"{message.id:06d}-{message.kind}-{who}.txt"
    enclosed = ""
    if attachment is not None:
        file = path.with_name(f"{path.stem}-{Path(attachment.name).name}")
        file.write_bytes(attachment.content)
        enclosed = f"Attachment: {file.name}\n"
    path.write_text(
        f"To: {message.recipient}\nFrom: {config.mail_from}\n"
        f"Date: {format_datetime(message.created_at)}\nSubject: {message.subject}\n{enclosed}\n"
        f"{message.body}",
        encoding="utf-8",
    )
