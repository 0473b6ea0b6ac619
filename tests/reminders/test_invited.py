"""Reminding people of invitations: a few times, by day, and never against their will."""

from __future__ import annotations

from collections.abc import Callable
from datetime import timedelta

import pytest
from flask import Flask
from sqlalchemy import select

from soar_lms.accounts.models import Person
from soar_lms.cohorts.invitations import accept, invite
from soar_lms.cohorts.models import Cohort, RosterLine
from soar_lms.cohorts.roster import Entry
from soar_lms.database import db, transaction
from soar_lms.messages.bounces import note_bounce
from soar_lms.messages.models import OutboxMessage
from soar_lms.messages.worker import send_due
from soar_lms.reminders import invited
from soar_lms.reminders.jobs import remind_invited
from soar_lms.reminders.models import Reminder
from tests.factories import NOW, make_person
from tests.reminders.conftest import Post, archive, change
from tests.support.mail import token_in
from tests.support.together import at_once

DAY = timedelta(days=1)
WEEK = 7 * DAY
ADDRESS = "ana@clinic.example.org"


@pytest.fixture
def line(context: Flask, group: Cohort, trainer: Person) -> RosterLine:
    with transaction():
        invite(group, [Entry("Ana", ADDRESS)], inviter=trainer, language="es", now=NOW)
    return db.session.scalars(select(RosterLine)).one()


def letters() -> list[OutboxMessage]:
    statement = select(OutboxMessage).where(OutboxMessage.kind == "invitation-reminder")
    return list(db.session.scalars(statement.order_by(OutboxMessage.id)))


@pytest.mark.usefixtures("line")
def test_after_a_week_an_invitation_is_sent_again_with_a_link_that_works(group: Cohort) -> None:
    counts = [remind_invited(NOW + WEEK - DAY), remind_invited(NOW + WEEK)]

    (letter,) = letters()
    assert counts == [0, 1]
    assert letter.subject == "Recordatorio: tiene una invitación a un grupo"
    with transaction():
        joined = accept(token_in(letter), make_person(), adds_address=False, now=NOW + WEEK)
    assert joined.id == group.id


@pytest.mark.usefixtures("line")
def test_at_most_two_reminders_follow_an_invitation() -> None:
    for days in range(60):
        remind_invited(NOW + days * DAY)

    assert [(letter.created_at - NOW).days for letter in letters()] == [7, 14]


@pytest.mark.usefixtures("line")
def test_nobody_is_reminded_of_an_invitation_at_night() -> None:
    assert remind_invited(NOW + WEEK + timedelta(hours=12)) == 0


def accepted(line: RosterLine, _group: Cohort) -> None:
    change(line, accepted_at=NOW)


def refused(line: RosterLine, _group: Cohort) -> None:
    change(line, reminders_off_at=NOW)


def bounced(line: RosterLine, _group: Cohort) -> None:
    with transaction():
        note_bounce(line.email, "5.1.1", NOW)


HAPPENS = [
    pytest.param(accepted, "accepted", id="accepted"),
    pytest.param(refused, "opted-out", id="refused"),
    pytest.param(bounced, "bouncing", id="bounced"),
    pytest.param(lambda _line, group: archive(group), "archived", id="archived"),
]
Happens = Callable[[RosterLine, Cohort], None]


@pytest.mark.parametrize(("happens", "_why"), HAPPENS)
def test_nobody_is_reminded_of_what_is_settled(
    line: RosterLine, group: Cohort, happens: Happens, _why: str
) -> None:
    happens(line, group)

    assert remind_invited(NOW + WEEK) == 0


@pytest.mark.parametrize(("happens", "why"), HAPPENS)
def test_what_is_settled_while_the_e_mail_waits_is_not_sent(
    line: RosterLine, group: Cohort, post: Post, happens: Happens, why: str
) -> None:
    while send_due(post, NOW):
        pass
    remind_invited(NOW + WEEK)
    happens(line, group)

    send_due(post, NOW + WEEK)

    row = db.session.scalars(select(Reminder)).one()
    assert (row.state, row.why, post.mails) == ("withdrawn", why, [])


@pytest.mark.usefixtures("line")
def test_two_workers_at_once_remind_an_invited_person_once(app: Flask) -> None:
    later = NOW + WEEK

    at_once(
        app,
        lambda: invited.list_waiting_groups(later),
        lambda groups: invited.remind_invited(groups, later),
    )

    assert len(letters()) == 1
