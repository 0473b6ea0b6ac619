"""The worker: each message once, whatever happens."""

from __future__ import annotations

import smtplib
import threading
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from datetime import datetime, timedelta

import pytest
from flask import Flask
from sqlalchemy import select

from soar_lms.clock import utc_now
from soar_lms.database import db, transaction
from soar_lms.messages import care, worker
from soar_lms.messages.attachments import NotWantedError
from soar_lms.messages.bounces import find_bounce
from soar_lms.messages.care import Care, Fate, NotYetError, write_now
from soar_lms.messages.models import OutboxMessage
from soar_lms.messages.transport import RecipientRefusedError
from soar_lms.messages.worker import (
    HELD_FOR,
    LONGEST_WAIT,
    MAX_TRIES,
    Job,
    run_worker,
    send_due,
)
from tests.factories import NOW
from tests.support.together import MEETING_SECONDS

MINUTE = timedelta(minutes=1)


def make_message(number: int = 1, due: datetime = NOW) -> OutboxMessage:
    message = OutboxMessage(
        kind="welcome",
        recipient=f"person{number}@example.org",
        language="en",
        subject="Hello",
        body="A secret link.",
        created_at=due,
        due_at=due,
    )
    db.session.add(message)
    return message


@pytest.fixture
def fill(context: Flask) -> Callable[..., None]:
    """Return a function that puts messages into the outbox."""

    def put(count: int, **values: datetime) -> None:
        with transaction():
            for number in range(count):
                make_message(number, **values)

    return put


def outbox() -> list[OutboxMessage]:
    db.session.expire_all()
    return list(db.session.scalars(select(OutboxMessage).order_by(OutboxMessage.id)))


class Post:
    """A transport that notes what it carries, and fails when told to."""

    def __init__(self, *errors: Exception | None) -> None:
        self.carried: list[str] = []
        self.errors = iter(errors)

    def __call__(self, message: OutboxMessage) -> None:
        error = next(self.errors, None)
        if error is not None:
            raise error
        self.carried.append(message.recipient)
        assert message.body == "A secret link."


# --- once ---------------------------------------------------------------------------------------


def test_what_is_due_is_sent_once_in_order(fill: Callable[..., None]) -> None:
    fill(3)
    post = Post()

    tried = [send_due(post, NOW + number * MINUTE) for number in range(3)]

    assert tried == [3, 0, 0]
    assert post.carried == [f"person{number}@example.org" for number in range(3)]


def test_what_is_not_due_waits(fill: Callable[..., None]) -> None:
    fill(1, due=NOW + MINUTE)
    post = Post()

    assert [send_due(post, NOW), send_due(post, NOW + MINUTE)] == [0, 1]


def test_what_was_sent_keeps_no_secret(fill: Callable[..., None]) -> None:
    fill(1)

    send_due(Post(), NOW)

    (message,) = outbox()
    assert (message.body, message.sent_at, message.tries) == ("", NOW, 1)


def test_a_full_outbox_is_emptied_in_rounds(
    fill: Callable[..., None], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(worker, "BATCH", 4)
    fill(10)
    post = Post()

    assert [send_due(post, NOW) for _ in range(4)] == [4, 4, 2, 0]
    assert len(set(post.carried)) == 10


def test_two_workers_never_send_the_same_message(app: Flask, fill: Callable[..., None]) -> None:
    fill(40)
    posts = [Post() for _ in range(3)]
    barrier = threading.Barrier(3)

    def work(post: Post) -> None:
        barrier.wait(timeout=MEETING_SECONDS)
        with app.app_context():
            while send_due(post, NOW):
                pass

    with ThreadPoolExecutor(3) as pool:
        list(pool.map(work, posts))

    carried = [recipient for post in posts for recipient in post.carried]
    assert len(carried) == len(set(carried)) == 40
    assert {message.tries for message in outbox()} == {1}


# --- and again ----------------------------------------------------------------------------------

ERRORS = [
    pytest.param(ConnectionRefusedError("no"), id="refused"),
    pytest.param(TimeoutError("slow"), id="timeout"),
    pytest.param(smtplib.SMTPRecipientsRefused({"a": (450, b"later")}), id="recipient"),
    pytest.param(smtplib.SMTPServerDisconnected("gone"), id="disconnected"),
]


@pytest.mark.parametrize("error", ERRORS)
def test_what_could_not_be_sent_is_sent_later(fill: Callable[..., None], error: Exception) -> None:
    fill(1)
    post = Post(error)

    send_due(post, NOW)

    (message,) = outbox()
    assert (message.sent_at, message.failed_at, message.due_at) == (None, None, NOW + MINUTE)
    assert message.last_error is not None
    assert message.last_error.startswith(type(error).__name__)
    assert message.body == "A secret link."
    assert send_due(post, NOW + MINUTE - timedelta(seconds=1)) == 0
    assert send_due(post, NOW + MINUTE) == 1
    assert post.carried == ["person0@example.org"]
    assert outbox()[0].last_error is None


def test_the_waits_grow_and_then_it_is_given_up(fill: Callable[..., None]) -> None:
    fill(1)
    post = Post(*[OSError("no")] * MAX_TRIES)
    now, waits = NOW, []

    for _ in range(MAX_TRIES):
        assert send_due(post, now) == 1
        (message,) = outbox()
        waits.append(message.due_at - now)
        now = message.due_at

    assert waits == [min(MINUTE * 2**number, LONGEST_WAIT) for number in range(MAX_TRIES)]
    assert message.failed_at is not None
    assert message.tries == MAX_TRIES == 10
    assert send_due(post, now + timedelta(days=365)) == 0
    assert post.carried == []


def test_one_that_fails_does_not_hold_up_the_others(fill: Callable[..., None]) -> None:
    fill(3)
    post = Post(None, OSError("no"), None)

    send_due(post, NOW)

    assert post.carried == ["person0@example.org", "person2@example.org"]


@pytest.mark.parametrize(
    "error", [ValueError("no header"), UnicodeEncodeError("x", "y", 0, 1, "z")]
)
def test_one_that_cannot_even_be_built_does_not_hold_up_the_others(
    fill: Callable[..., None], error: Exception
) -> None:
    fill(3)
    post = Post(error)

    send_due(post, NOW)

    assert post.carried == ["person1@example.org", "person2@example.org"]
    assert outbox()[0].last_error is not None


def test_what_a_worker_that_died_held_falls_due_again(fill: Callable[..., None]) -> None:
    fill(1)
    with pytest.raises(KeyboardInterrupt):
        send_due(Post(KeyboardInterrupt()), NOW)  # type: ignore[arg-type]  # it dies
    post = Post()

    tried = [send_due(post, NOW + HELD_FOR - timedelta(seconds=1)), send_due(post, NOW + HELD_FOR)]

    assert tried == [0, 1]
    assert post.carried == ["person0@example.org"]


def test_a_long_error_is_cut(fill: Callable[..., None]) -> None:
    fill(1)

    send_due(Post(OSError("x" * 5000)), NOW)

    assert len(outbox()[0].last_error or "") == 300


# --- whoever looks after an e-mail --------------------------------------------------------------

KIND = "welcome"


class Keeper:
    """Looks after e-mail: does what it is told when one is to leave, and notes what it hears."""

    def __init__(self, says: Exception | None = None) -> None:
        self.says = says
        self.heard: list[tuple[str, Fate, str]] = []

    def check(self, message: OutboxMessage, _now: datetime) -> None:
        if self.says is not None:
            raise self.says
        write_now(message, subject="Today", body="A secret link.", unsubscribe_url="https://x.test")

    def listen(self, key: str, fate: Fate, why: str, _now: datetime) -> None:
        self.heard.append((key, fate, why))


@pytest.fixture
def keep(fill: Callable[..., None], monkeypatch: pytest.MonkeyPatch) -> Callable[..., Keeper]:
    """Return a function that has the one e-mail in the outbox looked after."""

    def make(says: Exception | None = None) -> Keeper:
        keeper = Keeper(says)
        monkeypatch.setitem(care._cares, KIND, Care(keeper.check, keeper.listen))
        fill(1)
        with transaction():
            outbox()[0].key = "7"
        return keeper

    return make


def test_words_that_are_written_when_an_e_mail_leaves_are_not_kept(
    keep: Callable[..., Keeper],
) -> None:
    keeper, post = keep(), Post(OSError("no"), None)

    send_due(post, NOW)
    (failed,) = outbox()
    kept = (failed.subject, failed.unsubscribe_url)
    send_due(post, failed.due_at)

    (sent,) = outbox()
    assert kept == ("Hello", None)
    assert (sent.body, sent.unsubscribe_url, post.carried) == ("", None, ["person0@example.org"])
    assert keeper.heard == [("7", Fate.SENT, "")]


def test_what_is_not_wanted_any_more_stays_here_and_its_keeper_hears_why(
    keep: Callable[..., Keeper],
) -> None:
    keeper, post = keep(NotWantedError("completed")), Post()

    send_due(post, NOW)

    (message,) = outbox()
    assert (message.sent_at, message.last_error, post.carried) == (None, "withdrawn", [])
    assert keeper.heard == [("7", Fate.WITHDRAWN, "completed")]


def test_what_is_put_off_waits_and_is_not_counted_as_a_try(keep: Callable[..., Keeper]) -> None:
    keeper, post = keep(NotYetError(NOW + 9 * MINUTE)), Post()

    send_due(post, NOW)

    (message,) = outbox()
    assert (message.due_at, message.tries, post.carried) == (NOW + 9 * MINUTE, 0, [])
    assert keeper.heard == []


def test_an_e_mail_that_is_refused_for_good_is_given_up_and_its_address_noted(
    keep: Callable[..., Keeper],
) -> None:
    keeper = keep()

    send_due(Post(RecipientRefusedError("5.1.1")), NOW)

    (message,) = outbox()
    assert (message.failed_at, message.last_error, message.body) == (NOW, "refused: 5.1.1", "")
    assert keeper.heard == [("7", Fate.BOUNCED, "")]
    assert find_bounce("person0@example.org") == NOW


def test_a_full_mailbox_is_no_bad_address(keep: Callable[..., Keeper]) -> None:
    keep()

    send_due(Post(RecipientRefusedError("5.2.2")), NOW)

    assert find_bounce("person0@example.org") is None


def test_a_keeper_hears_when_an_e_mail_is_given_up(keep: Callable[..., Keeper]) -> None:
    keeper, post = keep(), Post(*[OSError("no")] * MAX_TRIES)

    for _ in range(MAX_TRIES):
        send_due(post, outbox()[0].due_at)

    assert keeper.heard == [("7", Fate.FAILED, "")]


# --- the loop -----------------------------------------------------------------------------------


@pytest.fixture
def stop() -> Iterator[threading.Event]:
    event = threading.Event()
    yield event
    event.set()


def test_the_loop_sends_and_stops_when_told(
    app: Flask, stop: threading.Event, monkeypatch: pytest.MonkeyPatch
) -> None:
    with app.app_context(), transaction():
        make_message(due=utc_now())
    carried: list[str] = []

    def carry(message: OutboxMessage) -> None:
        carried.append(message.recipient)
        stop.set()

    monkeypatch.setattr(worker, "make_transport", lambda _config: carry)
    run_worker(app, stop, pause_seconds=0.01)

    assert carried == ["person1@example.org"]


def test_the_loop_goes_on_when_the_database_was_away(
    app: Flask, stop: threading.Event, monkeypatch: pytest.MonkeyPatch
) -> None:
    calls = []

    def send(_transport: object, _now: datetime) -> int:
        calls.append(1)
        if len(calls) == 1:
            raise OSError("the database is away")
        stop.set()
        return 0

    monkeypatch.setattr(worker, "send_due", send)
    run_worker(app, stop, pause_seconds=0.01)

    assert len(calls) == 2


# --- jobs of features ---------------------------------------------------------------------------


class Turns:
    """A job that notes when it was run; it finds so much work, and stops the loop at the end."""

    def __init__(self, stop: threading.Event, *found: int | Exception) -> None:
        self.stop, self.found, self.runs = stop, list(found), 0

    def __call__(self, _now: datetime) -> int:
        self.runs += 1
        found = self.found.pop(0)
        if not self.found:
            self.stop.set()
        if isinstance(found, Exception):
            raise found
        return found


def test_a_job_that_found_work_is_asked_again_at_once(app: Flask, stop: threading.Event) -> None:
    job = Turns(stop, 1, 1, 0)

    run_worker(app, stop, [Job("tidy", job, every=timedelta(hours=1))], pause_seconds=0.01)

    assert job.runs == 3


def test_a_job_without_work_is_left_alone_for_a_while(app: Flask, stop: threading.Event) -> None:
    seldom, often = Turns(threading.Event(), 0, 0), Turns(stop, 0, 0, 0)

    jobs = [
        Job("seldom", seldom, every=timedelta(hours=1)),
        Job("often", often, every=timedelta(0)),
    ]
    run_worker(app, stop, jobs, pause_seconds=0.01)

    assert (seldom.runs, often.runs) == (1, 3)


def test_a_job_may_wait_before_its_first_look(app: Flask, stop: threading.Event) -> None:
    later, often = Turns(threading.Event(), 0), Turns(stop, 0, 0, 0)

    jobs = [
        Job("later", later, every=timedelta(0), first=timedelta(hours=1)),
        Job("often", often, every=timedelta(0)),
    ]
    run_worker(app, stop, jobs, pause_seconds=0.01)

    assert (later.runs, often.runs) == (0, 3)


def test_a_job_that_fails_keeps_nobody_from_working(
    app: Flask, stop: threading.Event, monkeypatch: pytest.MonkeyPatch
) -> None:
    with app.app_context(), transaction():
        make_message(due=utc_now())
    carried: list[str] = []
    monkeypatch.setattr(
        worker, "make_transport", lambda _config: lambda message: carried.append(message.recipient)
    )
    job = Turns(stop, OSError("the job is broken"), 0)

    run_worker(app, stop, [Job("broken", job, every=timedelta(0))], pause_seconds=0.01)

    assert carried == ["person1@example.org"]
    assert job.runs == 2
