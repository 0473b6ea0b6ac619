"""Reminders on their way: true at the moment they leave, or not sent; and what the log says."""

from __future__ import annotations

import re
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta

import pytest
from flask import Flask
from sqlalchemy import delete, select

from soar_lms.accounts.models import Person
from soar_lms.catalogue.model import Module
from soar_lms.cohorts.models import Cohort, CohortMember
from soar_lms.cohorts.places import follow_people
from soar_lms.database import db, transaction
from soar_lms.messages.bounces import note_bounce, take_report
from soar_lms.messages.models import OutboxMessage
from soar_lms.messages.transport import RecipientRefusedError
from soar_lms.messages.worker import MAX_TRIES, send_due
from soar_lms.reminders import sending
from soar_lms.reminders.jobs import plan_reminders, post_reminders, tidy_reminders
from soar_lms.reminders.models import Reminder
from soar_lms.reminders.sending import KEPT_FOR
from soar_lms.reminders.services import Terms, change_terms
from tests.factories import NOW, make_certificate
from tests.messages.test_bounces import report
from tests.reminders.conftest import (
    DUE,
    MORNING,
    NIGHT,
    TERMS,
    UNFINISHED,
    Post,
    Work,
    archive,
    change,
    log_of,
    set_due,
)
from tests.support.queries import statements_of

DAY = timedelta(days=1)
People = dict[str, Person]


@pytest.fixture
def queued(context: Flask, group: Cohort, people: People) -> People:
    """Put the reminders of a step into the outbox, and no further."""
    plan_reminders(NOW)
    post_reminders(NOW)
    return people


def body_to(post: Post, address: str) -> str:
    (body,) = [body for recipient, _, body in post.mails if recipient == address]
    return body


# --- what arrives -------------------------------------------------------------------------------


@pytest.mark.usefixtures("people")
def test_everybody_who_has_not_completed_gets_one_e_mail(
    group: Cohort, post: Post, work: Work
) -> None:
    work()
    work(NOW + timedelta(hours=1))

    assert post.readers == UNFINISHED
    assert log_of(group) == dict.fromkeys(UNFINISHED, ("sent", ""))


@pytest.mark.usefixtures("people", "group")
def test_it_is_in_the_language_of_its_reader_and_its_subject_is_neutral(
    post: Post, work: Work, module: Module
) -> None:
    work()

    subjects = {recipient: subject for recipient, subject, _ in post.mails}
    assert subjects["new@example.org"] == "Reminder: your training"
    assert subjects["begun@example.org"] == "Recordatorio: su capacitación"
    assert module.texts["es"].title in body_to(post, "begun@example.org")
    assert f"/es/learn/{module.id}" in body_to(post, "begun@example.org")


@pytest.mark.usefixtures("people", "group")
@pytest.mark.parametrize(
    ("address", "words"),
    [
        ("new@example.org", "It takes about"),
        ("new@example.org", "Please complete it by November 25, 2026."),
        ("passed@example.org", "Still to do: name on the certificate. About 1 minute is left."),
        ("begun@example.org", "lecciones"),
    ],
)
def test_it_says_until_when_and_what_is_left(
    post: Post, work: Work, address: str, words: str
) -> None:
    work()

    assert words in body_to(post, address)


@pytest.mark.usefixtures("people", "group")
@pytest.mark.parametrize(
    ("days", "words"),
    [
        (3, "Today, November 25, 2026, is the last day"),
        (6, "It was due on November 25, 2026, and you can still complete it."),
    ],
)
def test_it_says_how_the_due_day_lies_when_it_leaves(
    post: Post, work: Work, days: int, words: str
) -> None:
    work(NOW + days * DAY)

    assert words in body_to(post, "new@example.org")


@pytest.mark.usefixtures("queued")
def test_the_words_are_kept_nowhere(post: Post) -> None:
    send_due(post, NOW)

    rows = db.session.execute(select(OutboxMessage.subject, OutboxMessage.body)).all()
    assert {tuple(row) for row in rows if row[0] == ""} == {("", "")}


def test_it_carries_a_link_to_say_no(queued: People, post: Post) -> None:
    send_due(post, NOW)

    assert re.search(r"/en/reminders/stop/[\w.-]+\n", body_to(post, queued["new"].email))


# --- what is not true any more ------------------------------------------------------------------


@pytest.mark.parametrize("language", ["en", "es"])
def test_whoever_completes_a_moment_before_is_not_reminded_whatever_the_language(
    queued: People, group: Cohort, post: Post, module: Module, language: str
) -> None:
    with transaction():
        make_certificate(queued["new"], module, language=language)

    send_due(post, NOW)

    assert "new@example.org" not in post.readers
    assert log_of(group)["new@example.org"] == ("withdrawn", "completed")


def leave(people: People, group: Cohort) -> None:
    with transaction():
        db.session.execute(delete(CohortMember).where(CohortMember.cohort_id == group.id))
        follow_people([person.id for person in people.values()])


def bounce(people: People, _group: Cohort) -> None:
    with transaction():
        for person in people.values():
            note_bounce(person.email, "5.1.1", NOW)


def refuse(people: People, _group: Cohort) -> None:
    for person in people.values():
        change(person, reminders_off_at=NOW)


def close(people: People, _group: Cohort) -> None:
    for person in people.values():
        change(person, active=False)


def move_day(_people: People, group: Cohort) -> None:
    with transaction():
        set_due(group, DUE + DAY)


def turn_off(people: People, group: Cohort) -> None:
    with transaction():
        terms = Terms(is_on=False, ladder=TERMS.ladder, invite_after=None)
        change_terms(group, terms, actor=people["new"], now=NOW)


@pytest.mark.parametrize(
    ("happens", "why"),
    [
        pytest.param(leave, "left", id="left"),
        pytest.param(bounce, "bouncing", id="bouncing"),
        pytest.param(refuse, "opted-out", id="opted-out"),
        pytest.param(close, "closed", id="closed"),
        pytest.param(move_day, "changed", id="another-due-day"),
        pytest.param(turn_off, "changed", id="turned-off"),
        pytest.param(lambda _people, group: archive(group), "archived", id="archived"),
    ],
)
def test_what_is_not_true_any_more_when_it_leaves_is_not_sent(
    queued: People,
    group: Cohort,
    post: Post,
    happens: Callable[[People, Cohort], None],
    why: str,
) -> None:
    happens(queued, group)

    send_due(post, NOW)

    assert post.mails == []
    assert log_of(group) == dict.fromkeys(UNFINISHED, ("withdrawn", why))


@pytest.mark.usefixtures("queued")
def test_what_waited_in_the_outbox_until_night_leaves_in_the_morning(post: Post) -> None:
    send_due(post, NIGHT)
    at_night = list(post.mails)
    send_due(post, MORNING)

    assert at_night == []
    assert post.readers == UNFINISHED


@pytest.mark.usefixtures("queued")
def test_what_waited_for_days_is_too_late(group: Cohort, post: Post) -> None:
    send_due(post, NOW + 3 * DAY)

    assert post.mails == []
    assert set(log_of(group).values()) == {("withdrawn", "late")}


def test_it_goes_to_the_address_of_now(queued: People, post: Post) -> None:
    change(queued["new"], email="newer@example.org")

    send_due(post, NOW)

    assert "newer@example.org" in post.readers


# --- what does not arrive -----------------------------------------------------------------------


@pytest.mark.usefixtures("queued")
def test_what_no_server_takes_has_failed(group: Cohort, post: Post) -> None:
    post.error = OSError("no")
    now = NOW
    for _ in range(MAX_TRIES):
        send_due(post, now)
        now = db.session.scalars(select(OutboxMessage.due_at)).all()[-1]

    assert set(log_of(group).values()) <= {("failed", ""), ("waiting", ""), ("withdrawn", "late")}


def test_whom_a_server_refuses_gets_no_more_reminders_until_seen_again(
    queued: People, group: Cohort, post: Post, work: Work
) -> None:
    post.error = RecipientRefusedError("5.1.1")
    send_due(post, NOW)
    first = log_of(group)
    post.error = None
    work(NOW + 3 * DAY)

    assert set(first.values()) == {("bounced", "")}
    assert post.mails == []
    assert log_of(group)[queued["new"].email] == ("withdrawn", "bouncing")


@pytest.mark.usefixtures("queued")
def test_a_report_that_comes_later_is_seen_in_the_log(group: Cohort, post: Post) -> None:
    send_due(post, NOW)
    data = report(message_id=None, recipient="rfc822; new@example.org")
    with transaction():
        take_report(data, NOW + DAY)

    states = log_of(group)
    assert states["new@example.org"] == ("bounced", "")
    assert states["begun@example.org"] == ("sent", "")


# --- many ---------------------------------------------------------------------------------------


@pytest.mark.usefixtures("queued")
def test_two_workers_never_send_the_same_reminder(app: Flask) -> None:
    posts = [Post() for _ in range(3)]

    def run(post: Post) -> None:
        with app.app_context():
            while plan_reminders(NOW) or post_reminders(NOW) or send_due(post, NOW):
                pass

    with ThreadPoolExecutor(3) as pool:
        list(pool.map(run, posts))

    assert sorted(name for post in posts for name in post.readers) == UNFINISHED


@pytest.mark.usefixtures("context", "people", "group")
def test_a_few_at_a_time_go_into_the_outbox(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(sending, "AT_A_TIME", 2)
    plan_reminders(NOW)

    assert [post_reminders(NOW) for _ in range(3)] == [2, 1, 0]


@pytest.mark.usefixtures("context", "people", "group")
def test_as_many_statements_put_two_into_the_outbox_as_one(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    plan_reminders(NOW)
    counts = []
    for number in (1, 2):
        monkeypatch.setattr(sending, "AT_A_TIME", number)
        with statements_of(db.engine) as statements:
            post_reminders(NOW)
        counts.append(len(statements))

    assert counts[0] == counts[1] <= 5


# --- keeping no more than needed ----------------------------------------------------------------


@pytest.mark.usefixtures("queued")
def test_the_log_is_kept_for_a_year() -> None:
    almost = tidy_reminders(NOW + KEPT_FOR - DAY)

    assert (almost, tidy_reminders(NOW + KEPT_FOR)) == (0, 3)
    assert db.session.scalars(select(Reminder.id)).all() == []
