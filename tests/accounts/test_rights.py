"""The right to read programme reports: given and taken away, each time noted once."""

from __future__ import annotations

from collections.abc import Callable

import pytest
from click.testing import CliRunner
from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy import select

from soar_lms import cli
from soar_lms.access import Role
from soar_lms.accounts.merging import MergeRefusedError
from soar_lms.accounts.models import Person
from soar_lms.accounts.rights import (
    RightNotNeededError,
    give_programme,
    list_programme_readers,
    withdraw_programme,
)
from soar_lms.administration.merging import merge_people
from soar_lms.audit.models import AuditEntry
from soar_lms.audit.services import Action, Actor
from soar_lms.database import db, transaction
from tests.conftest import SignIn
from tests.factories import NOW, make_person
from tests.support.page import get_page
from tests.support.quick import post, summary, words
from tests.support.together import at_once

ROOT = Actor(operator="root")
PLACE = "/en/administration/programme-readers"
MakePerson = Callable[..., Person]


@pytest.fixture
def admin(sign_in: SignIn, person: MakePerson) -> FlaskClient:
    return sign_in(person(role=Role.ADMINISTRATOR, name="Sam Lee"))


def list_entries() -> list[tuple[str, int | None]]:
    rows = db.session.execute(
        select(AuditEntry.action, AuditEntry.person_id).order_by(AuditEntry.id)
    )
    return [(action, person_id) for action, person_id in rows]


def may_read(app: Flask, person: Person) -> bool:
    with app.app_context():
        return db.session.get_one(Person, person.id).reads_programme


def test_nobody_has_it_at_first(context: Flask) -> None:
    with transaction():
        person = make_person(role=Role.TRAINER)

    assert not person.reads_programme
    assert list_programme_readers() == []


def test_what_is_given_and_taken_is_noted_once(context: Flask) -> None:
    with transaction():
        person = make_person()
        for change in (give_programme, give_programme, withdraw_programme, withdraw_programme):
            change(person, actor=ROOT, now=NOW)

    assert not person.reads_programme
    assert list_entries() == [
        (Action.PROGRAMME_GIVEN, person.id),
        (Action.PROGRAMME_TAKEN, person.id),
    ]


def test_an_administrator_needs_it_not(context: Flask) -> None:
    with transaction():
        person = make_person(role=Role.ADMINISTRATOR)

    with pytest.raises(RightNotNeededError), transaction():
        give_programme(person, actor=ROOT, now=NOW)


def test_giving_at_once_is_noted_once(app: Flask, learner: Person) -> None:
    at_once(
        app,
        lambda: db.session.get_one(Person, learner.id),
        lambda person: give_programme(person, actor=ROOT, now=NOW),
    )

    with app.app_context():
        assert list_entries() == [(Action.PROGRAMME_GIVEN, learner.id)]


# --- accounts that become one -----------------------------------------------------------------


def test_a_merge_gives_nobody_the_right(context: Flask) -> None:
    with transaction():
        keep, other = make_person(), make_person()
        give_programme(other, actor=ROOT, now=NOW)

    with pytest.raises(MergeRefusedError, match="nobody is given rights by this"), transaction():
        merge_people(keep.id, other.id, actor=ROOT, now=NOW)


def test_a_merge_keeps_the_right_of_the_account_that_stays(context: Flask) -> None:
    with transaction():
        keep, other = make_person(), make_person()
        give_programme(keep, actor=ROOT, now=NOW)
        merge_people(keep.id, other.id, actor=ROOT, now=NOW)

    assert list_programme_readers() == [keep]


# --- the page ---------------------------------------------------------------------------------


def test_an_administrator_gives_the_right_and_takes_it_away(
    app: Flask, admin: FlaskClient, learner: Person
) -> None:
    given = post(admin, PLACE, {"email": learner.email})

    assert given.location == PLACE
    assert may_read(app, learner)
    assert learner.email in words(admin.get(PLACE))

    taken = post(admin, f"{PLACE}/{learner.id}/withdraw")

    assert taken.location == PLACE
    assert not may_read(app, learner)


def test_the_page_says_that_nobody_has_it(admin: FlaskClient) -> None:
    page = get_page(admin, PLACE)

    assert "Only administrators so far." in page.get_text()


@pytest.mark.parametrize(
    ("typed", "message"),
    [
        ("", "Enter an e-mail address."),
        ("nobody@example.org", "There is no account with this address."),
        (
            "sam@example.org",
            "Administrators can already read program reports.",
        ),
    ],
)
def test_an_address_to_which_nothing_can_be_given_is_explained(
    admin: FlaskClient, person: MakePerson, typed: str, message: str
) -> None:
    person(role=Role.ADMINISTRATOR, email="sam@example.org")

    answer = post(admin, PLACE, {"email": typed})

    assert answer.status_code == 422
    assert summary(answer) == [message]


# --- the command ------------------------------------------------------------------------------


@pytest.fixture
def run(app: Flask, monkeypatch: pytest.MonkeyPatch) -> Callable[..., str]:
    monkeypatch.setattr(cli, "load_app", lambda: app)

    def invoke(*arguments: str) -> str:
        return CliRunner().invoke(cli.main, ["users", "programme-reports", *arguments]).output

    return invoke


def test_an_operator_gives_and_takes_it(
    app: Flask, run: Callable[..., str], learner: Person
) -> None:
    assert run(learner.email) == f"{learner.email} may read program reports.\n"
    assert may_read(app, learner)
    assert run(learner.email, "--withdraw") == f"{learner.email} no longer reads program reports.\n"
    assert not may_read(app, learner)


def test_an_operator_is_told_what_cannot_be(run: Callable[..., str], person: MakePerson) -> None:
    admin = person(role=Role.ADMINISTRATOR)

    assert "there is no such account" in run("nobody@example.org")
    assert "Administrators can already read program reports." in run(admin.email)
