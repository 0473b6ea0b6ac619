"""E-mail that comes back: reports of servers, hostile ones too, and what is remembered of them."""

from __future__ import annotations

from datetime import timedelta
from pathlib import Path

import pytest
from click.testing import CliRunner
from flask import Flask
from hypothesis import given
from hypothesis import strategies as st

from soar_lms.database import db, transaction
from soar_lms.messages.bounces import (
    KEPT_FOR,
    RECENT,
    find_bounce,
    forget_bounces,
    note_bounce,
    take_report,
    tidy_bounces,
)
from soar_lms.messages.commands import messages
from soar_lms.messages.delivery_reports import (
    Undelivered,
    is_bad_address,
    is_refused_for_good,
    read_report,
    read_status,
)
from soar_lms.messages.models import OutboxMessage
from soar_lms.messages.services import delete_messages
from tests.factories import NOW
from tests.support.together import at_once

ADDRESS = "ana@example.org"
MOMENT = f"{NOW:%Y%m%d%H%M%S}"


def report(
    *,
    recipient: str = f"rfc822; {ADDRESS}",
    status: str = "5.1.1",
    action: str = "failed",
    message_id: str | None = f"<outbox-1.{MOMENT}@training.example.org>",
    returned: str = "message/rfc822",
) -> bytes:
    """Return a delivery report, as servers write them."""
    original = f"Message-ID: {message_id}\n" if message_id else "Subject: A mail\n"
    return (
        "From: MAILER-DAEMON@mx.example.org\n"
        "Subject: Undelivered Mail Returned to Sender\n"
        'Content-Type: multipart/report; report-type=delivery-status; boundary="b"\n'
        "MIME-Version: 1.0\n\n"
        "--b\nContent-Type: text/plain\n\nSorry.\n"
        "--b\nContent-Type: message/delivery-status\n\n"
        "Reporting-MTA: dns; mx.example.org\n\n"
        f"Final-Recipient: {recipient}\nAction: {action}\nStatus: {status}\n\n"
        f"--b\nContent-Type: {returned}\n\n{original}To: somebody\n\nText\n"
        "--b--\n"
    ).encode()


@pytest.fixture
def sent(context: Flask) -> OutboxMessage:
    """Return an e-mail that was sent, as it seemed."""
    with transaction():
        message = OutboxMessage(
            kind="welcome",
            recipient=ADDRESS,
            language="en",
            subject="Hello",
            body="",
            created_at=NOW,
            due_at=NOW,
            sent_at=NOW,
        )
        db.session.add(message)
    return message


# --- reading ------------------------------------------------------------------------------------


@pytest.mark.parametrize("returned", ["message/rfc822", "text/rfc822-headers"])
def test_a_report_names_the_address_the_status_and_our_e_mail(returned: str) -> None:
    assert read_report(report(returned=returned)) == [Undelivered(ADDRESS, "5.1.1", (1, MOMENT))]


@pytest.mark.parametrize(
    "data",
    [
        pytest.param(report(action="delayed", status="4.4.1"), id="delayed"),
        pytest.param(report(action="delivered", status="2.0.0"), id="delivered"),
        pytest.param(report(status="4.2.2"), id="temporary"),
        pytest.param(report(recipient="x400; c=us"), id="no-e-mail-address"),
        pytest.param(report(recipient="rfc822; " + "a" * 300), id="endless-address"),
        pytest.param(b"", id="nothing"),
        pytest.param(b"\x00\xff\xfe" * 999, id="noise"),
        pytest.param(b"Subject: Out of office\n\nBack on Monday.\n", id="an-ordinary-e-mail"),
        pytest.param(
            b"Content-Type: message/delivery-status\n\nnot a block", id="a-report-without-blocks"
        ),
        pytest.param(
            b"".join(
                b'Content-Type: multipart/mixed; boundary="%d"\n\n--%d\n' % (number, number)
                for number in range(3_000)
            ),
            id="nested-without-end",
        ),
    ],
)
def test_what_gives_nobody_up_says_nothing(data: bytes) -> None:
    assert read_report(data) == []


@given(st.binary(max_size=400), st.integers(0, 900))
def test_no_damage_to_a_report_stops_the_reader(noise: bytes, place: int) -> None:
    whole = report()

    found = read_report(whole[:place] + noise + whole[place:])

    assert all(item.status.startswith("5.") for item in found)


def test_a_report_about_very_many_is_cut() -> None:
    block = "Final-Recipient: rfc822; a{}@example.org\nAction: failed\nStatus: 5.1.1\n\n"
    many = "".join(block.format(number) for number in range(500)).encode()
    first = b"Final-Recipient: rfc822; ana@example.org"

    assert len(read_report(report().replace(first, many + first))) == 50


@pytest.mark.parametrize(
    ("status", "for_good", "bad"),
    [
        ("5.1.1", True, True),
        ("5.0.0", True, True),
        ("5.2.1", True, True),
        ("5.2.2", True, False),
        ("5.7.1", False, False),
        ("5.4.4", False, False),
        ("4.2.2", False, False),
        ("nonsense", False, False),
    ],
)
def test_a_status_says_whether_trying_again_or_the_address_is_of_use(
    status: str, for_good: bool, bad: bool
) -> None:
    assert (is_refused_for_good(status), is_bad_address(status)) == (for_good, bad)


def test_an_answer_without_an_enhanced_status_has_that_of_its_code() -> None:
    assert [read_status(550, "no"), read_status(550, "5.1.1 no")] == ["5.0.0", "5.1.1"]


# --- taking -------------------------------------------------------------------------------------


def test_a_report_about_our_e_mail_marks_its_address(sent: OutboxMessage) -> None:
    with transaction():
        count = take_report(report(), NOW + timedelta(hours=1))

    assert (count, find_bounce(sent.recipient)) == (1, NOW + timedelta(hours=1))


@pytest.mark.usefixtures("sent")
@pytest.mark.parametrize(
    ("data", "days", "count"),
    [
        pytest.param(report(message_id=None), 1, 1, id="by-its-address"),
        pytest.param(report(recipient="rfc822; forwarded@else.example"), 1, 1, id="forwarded"),
        pytest.param(
            report(message_id=f"<outbox-1.{MOMENT[:-1]}9@x>", recipient="rfc822; b@example.org"),
            1,
            0,
            id="a-guess",
        ),
        pytest.param(report(message_id=None, recipient="rfc822; b@example.org"), 1, 0, id="other"),
        pytest.param(report(), RECENT.days + 1, 0, id="too-old"),
    ],
)
def test_only_what_we_sent_lately_can_come_back(data: bytes, days: int, count: int) -> None:
    with transaction():
        found = take_report(data, NOW + timedelta(days=days))

    assert found == count
    assert (find_bounce(ADDRESS) is not None) == bool(count)


@pytest.mark.usefixtures("sent")
def test_a_full_mailbox_is_noted_of_the_e_mail_and_not_of_the_address() -> None:
    with transaction():
        assert take_report(report(status="5.2.2"), NOW) == 1

    assert find_bounce(ADDRESS) is None


def test_an_address_that_bounces_twice_at_once_is_noted_once(app: Flask) -> None:
    at_once(app, lambda: None, lambda _: note_bounce(ADDRESS, "5.1.1", NOW))

    with app.app_context():
        assert find_bounce(ADDRESS) == NOW


# --- forgetting ---------------------------------------------------------------------------------


def test_what_was_noted_is_forgotten_with_its_owner_and_after_a_year(context: Flask) -> None:
    with transaction():
        for name in ("a", "b", "c"):
            note_bounce(f"{name}@example.org", "5.1.1", NOW)
        forget_bounces(["a@example.org"])
        delete_messages(["b@example.org"])

    kept = [find_bounce(f"{name}@example.org") for name in "abc"]
    with transaction():
        counts = [tidy_bounces(NOW + KEPT_FOR - timedelta(days=1)), tidy_bounces(NOW + KEPT_FOR)]

    assert (kept, counts) == ([None, None, NOW], [0, 1])


# --- the command --------------------------------------------------------------------------------


@pytest.mark.parametrize("is_box", [False, True], ids=["one-e-mail", "an-mbox"])
def test_the_command_reads_reports_from_a_file(
    app: Flask, sent: OutboxMessage, tmp_path: Path, is_box: bool
) -> None:
    with transaction():
        sent.sent_at = sent.created_at = NOW.replace(year=2098)
    data = report(message_id=None)
    file = tmp_path / "mail"
    file.write_bytes(b"From x Sat Nov 28 07:00:00 2026\n" + data + b"\n" if is_box else data)

    result = CliRunner().invoke(messages, ["bounces", str(file)], obj=lambda: app)

    assert result.output == "1 reports told of 1 e-mails of ours that did not arrive.\n"


def test_the_command_reads_one_e_mail_from_a_pipe_and_leaves_nonsense_alone(app: Flask) -> None:
    result = CliRunner().invoke(
        messages, ["bounces", "-"], input=b"From nobody\n\xff\x00", obj=lambda: app
    )

    assert result.output == "0 reports told of 0 e-mails of ours that did not arrive.\n"
