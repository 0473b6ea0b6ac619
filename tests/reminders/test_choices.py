"""Saying no: by a link, by one click of a mail program, in the profile."""

from __future__ import annotations

import re
from collections.abc import Callable
from typing import TypeVar

import pytest
from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy import select

from soar_lms.accounts.models import Person
from soar_lms.administration.merging import merge_people
from soar_lms.audit.services import Actor
from soar_lms.cohorts.invitations import invite
from soar_lms.cohorts.models import Cohort, RosterLine
from soar_lms.cohorts.roster import Entry
from soar_lms.database import db, transaction
from soar_lms.reminders.choices import Mail, make_token
from tests.factories import NOW, make_person
from tests.reminders.conftest import Post, Work, log_of
from tests.support.page import get_page, text_of
from tests.support.quick import post as post_form
from tests.support.quick import words

ONE_CLICK = {"List-Unsubscribe": "One-Click"}


def address(app: Flask, mail: Mail, number: int, language: str = "en") -> str:
    with app.app_context():
        return f"/{language}/reminders/stop/{make_token(mail, number)}"


Row = TypeVar("Row", Person, RosterLine)


def again(app: Flask, row: Row) -> Row:
    with app.app_context():
        return db.session.get_one(type(row), row.id, populate_existing=True)


@pytest.fixture
def line(app: Flask, group: Cohort, trainer: Person) -> RosterLine:
    with app.app_context(), transaction():
        entries = [Entry("", "ana@clinic.example.org")]
        invite(group, entries, inviter=trainer, language="en", now=NOW)
        return db.session.scalars(select(RosterLine)).one()


@pytest.mark.parametrize("mail", [Mail.REMINDERS, Mail.DIGEST])
def test_a_link_says_no_by_a_button_without_signing_in(
    app: Flask, client: FlaskClient, learner: Person, mail: Mail
) -> None:
    place = address(app, mail, learner.id)
    get_page(client, place)
    before = again(app, learner)

    response = post_form(client, place)

    person = again(app, learner)
    assert (before.reminders_off_at, response.location) == (None, place)
    assert (person.reminders_off_at is not None) == (mail is Mail.REMINDERS)
    assert (person.digest_off_at is not None) == (mail is Mail.DIGEST)
    assert "any more." in words(client.get(place))


def test_a_mail_program_says_no_with_one_click(
    app: Flask, client: FlaskClient, learner: Person
) -> None:
    response = client.post(address(app, Mail.REMINDERS, learner.id, "es"), data=ONE_CLICK)

    assert response.status_code == 200
    assert "Ya no le enviaremos recordatorios." in words(response)
    assert again(app, learner).reminders_off_at is not None


def test_a_second_no_keeps_the_day_of_the_first(
    app: Flask, client: FlaskClient, learner: Person
) -> None:
    place = address(app, Mail.REMINDERS, learner.id)
    client.post(place, data=ONE_CLICK)
    first = again(app, learner).reminders_off_at

    client.post(place, data=ONE_CLICK)

    assert again(app, learner).reminders_off_at == first


def test_whoever_was_invited_says_no_to_reminders_of_it(
    app: Flask, client: FlaskClient, line: RosterLine
) -> None:
    client.post(address(app, Mail.INVITATION, line.id), data=ONE_CLICK)

    assert again(app, line).reminders_off_at is not None


@pytest.mark.parametrize("mail", list(Mail))
def test_the_link_of_somebody_who_is_gone_leads_to_a_page_that_says_it_is_over(
    app: Flask, client: FlaskClient, mail: Mail
) -> None:
    place = address(app, mail, 999_999)

    assert client.post(place, data=ONE_CLICK).status_code == 200
    assert get_page(client, place).select("main form") == []


@pytest.mark.parametrize("token", ["x", "InIxIg.forged", "r1", "%F0%9F"])
def test_a_link_that_we_never_sent_leads_nowhere(client: FlaskClient, token: str) -> None:
    assert client.get(f"/en/reminders/stop/{token}").status_code == 404
    assert client.post(f"/en/reminders/stop/{token}", data=ONE_CLICK).status_code == 404


def test_the_link_of_an_e_mail_is_the_one_that_works(
    app: Flask,
    client: FlaskClient,
    group: Cohort,
    people: dict[str, Person],
    post: Post,
    work: Work,
) -> None:
    work()
    (body,) = [body for recipient, _, body in post.mails if recipient == "new@example.org"]
    found = re.search(r"http://127.0.0.1:8000(/en/reminders/stop/\S+)", body)
    assert found is not None

    client.post(found.group(1), data=ONE_CLICK)

    assert again(app, people["new"]).reminders_off_at is not None
    assert log_of(group)["new@example.org"] == ("sent", "")


# --- the profile --------------------------------------------------------------------------------


def test_a_learner_chooses_in_the_profile(
    app: Flask, as_learner: FlaskClient, learner: Person
) -> None:
    page = get_page(as_learner, "/en/profile/reminders")
    post_form(as_learner, "/en/profile/reminders", {})
    off = again(app, learner).reminders_off_at
    post_form(as_learner, "/en/profile/reminders", {"reminders": "y"})

    assert page.select_one("#reminders[checked]") is not None
    assert page.select_one("#digest") is None
    assert off is not None
    person = again(app, learner)
    assert (person.reminders_off_at, person.digest_off_at) == (None, None)


def test_a_trainer_chooses_the_summary_too(
    app: Flask, as_trainer: FlaskClient, trainer: Person
) -> None:
    post_form(as_trainer, "/en/profile/reminders", {"reminders": "y"})

    person = again(app, trainer)
    assert (person.reminders_off_at is None, person.digest_off_at is None) == (True, False)
    page = get_page(as_trainer, "/es/profile/reminders")
    assert text_of(page, "h1") == "Recordatorios"
    assert page.select_one("#digest[checked]") is None


def test_who_wants_no_reminders_at_one_of_two_accounts_wants_none(
    context: Flask, person: Callable[..., Person]
) -> None:
    with transaction():
        keep, other = make_person(), make_person()
        other.reminders_off_at = NOW
    with transaction():
        merge_people(keep.id, other.id, actor=Actor(operator="root"), now=NOW)

    assert db.session.get_one(Person, keep.id, populate_existing=True).reminders_off_at == NOW
