"""How often each page asks the database: pinned, and the same however much there is to show."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass

import pytest
from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy import text

from soar_lms.access import Role
from soar_lms.accounts.models import Person
from soar_lms.assessments import services as assessments
from soar_lms.catalogue.model import Module
from soar_lms.cohorts import services as cohorts
from soar_lms.cohorts.invitations import invite
from soar_lms.cohorts.roster import Entry
from soar_lms.content import catalogue
from soar_lms.database import db, transaction
from soar_lms.learning import services as learning
from tests.conftest import empty_tables
from tests.factories import (
    NOW,
    finish_lessons,
    make_certificate,
    make_enrolment,
    make_person,
    take_test,
)
from tests.support.page import csrf_token
from tests.support.queries import queries_of, statements_of

SMALL, MIDDLE, LARGE = 3, 15, 30
MOST_FOR_A_LESSON = 3
SAVING_AN_ANSWER = 3

LEARNER_PAGES = {
    "/en/home": (5, 5),
    "/en/certificates": (2, 2),
    "/en/learn/{module}": (4, 5),
}
"""Queries of a page in the middle and at the end; one asks who is signed in.

Who has completed a module sees the results before and after: one more.
"""

COHORT_PAGES = {
    "/en/cohorts/{cohort}": 7,
    "/en/cohorts/{cohort}?state=completed&sort=name": 7,
    "/en/cohorts/{cohort}?sort=active": 7,
    "/en/cohorts/{cohort}?q=ana": 8,
    "/en/cohorts/{cohort}?q=ana+example": 9,
    "/en/cohorts/{cohort}?due=none&sort=due": 7,
    "/en/cohorts/{cohort}/invitations": 5,
    "/en/cohorts/{cohort}/certificates": 7,
    "/en/cohorts/{cohort}/roster": 5,
    "/en/cohorts/{cohort}/members.csv": 4,
    "/en/cohorts/{cohort}/progress": 8,
    "/en/cohorts/{cohort}/progress/days.csv": 9,
    "/en/cohorts/{cohort}/members.xlsx": 8,
    "/en/cohorts/{cohort}/settings": 3,
    "/en/cohorts/{cohort}/trainers": 4,
    "/en/cohorts/{cohort}/joining": 4,
    "/en/cohorts/{cohort}/waiting": 4,
    "/en/cohorts": 5,
    "/en/cohorts/archive": 5,
    "/en/cohorts/{cohort}/reminders": 5,
    "/en/cohorts/{cohort}/reminders/{module}/send": 7,
    "/en/cohorts/{cohort}/reminders/send": 6,
    "/en/cohorts/{cohort}/reminders/send?state=not-started&due=none": 6,
    "/en/cohorts/{cohort}/reminders/send?q=ana+example": 8,
    "/en/cohorts/{cohort}/reminders/log": 3,
}
"""The lines of files come by the driver alone (`database.stream`): eight statements more."""

LEARNING_PAGES = {
    "/en/cohorts/{cohort}/learning": 8,
    "/en/cohorts/{cohort}/learning.csv": 8,
    "/en/cohorts/{cohort}/learning/gains.csv": 9,
}
"""For groups that are large enough to have figures."""

PROGRAMME_PAGES = {
    "/en/programme/reports": 5,
    "/en/programme/reports?rows=profession&columns=setting": 5,
    "/en/programme/reports?rows=format&columns=quarter&period=fy2027": 5,
    "/en/programme/reports?profession=nurse": 7,
    "/en/programme/reports?profession=nurse&spoken=en": 9,
    "/en/programme/reports.csv": 6,
    "/en/programme/reports.xlsx": 6,
}
"""One asks who is signed in, four count: who was trained and who began, in the period and by
quarter. Two more see for each filter whether what it leaves out can be shown; a file is noted."""


@dataclass(frozen=True)
class Scene:
    """Learners at the beginning, in the test and with a certificate; two cohorts of them."""

    app: Flask
    module: Module
    newcomer: Person
    learner: Person
    graduate: Person
    trainer: Person
    administrator: Person
    cohorts: dict[int, int]

    def client_of(self, person: Person) -> FlaskClient:
        client = self.app.test_client()
        with client.session_transaction() as session:
            session["_user_id"] = person.fs_uniquifier
            session["_fresh"] = True
        return client

    def address(self, pattern: str, cohort: int | None = None) -> str:
        return pattern.format(
            module=self.module.id,
            setting=self.module.spec.settings[0],
            lesson=self.module.spec.lessons[0].id,
            cohort=cohort,
        )

    def count(self, person: Person, address: str) -> int:
        """Open a page in the name of somebody; return how many queries that took."""
        client = self.client_of(person)
        with queries_of(self.app) as statements, client.get(address) as response:
            response.get_data()
        assert response.status_code == 200
        return len(statements)


@pytest.fixture(scope="module")
def scene(session_app: Flask) -> Iterator[Scene]:
    with session_app.app_context(), transaction():
        module = next(iter(catalogue().modules.values()))
        trainer = make_person(role=Role.TRAINER)
        made = Scene(
            session_app,
            module,
            newcomer=make_person(),
            learner=_in_the_test(module),
            graduate=_graduate(module),
            trainer=trainer,
            administrator=make_person(role=Role.ADMINISTRATOR),
            cohorts={size: _cohort(trainer, module, size) for size in (SMALL, MIDDLE, LARGE)},
        )
    yield made
    with session_app.app_context():
        empty_tables()


def _cohort(trainer: Person, module: Module, size: int) -> int:
    """Make a cohort whose members stand everywhere on the way."""
    cohort = cohorts.create_cohort(
        trainer, name=f"Group of {size}", organisation=None, module_ids=[module.id], now=NOW
    )
    stages: tuple[Callable[[Module], Person], ...] = (_graduate, _in_the_test, _newcomer)
    for number in range(size):
        cohorts.join_cohort(cohort, stages[number % len(stages)](module), NOW)
    entries = [Entry("", f"invited{number}@example.org") for number in range(size)]
    invite(cohort, entries, inviter=trainer, language="en", now=NOW)
    return cohort.id


def _newcomer(_module: Module) -> Person:
    return make_person()


def _in_the_test(module: Module) -> Person:
    person = make_person()
    enrolment = make_enrolment(person, module)
    take_test(enrolment, module, assessments.PRE)
    finish_lessons(enrolment, module)
    learning.start_test(enrolment, module, assessments.POST, language="en", now=NOW)
    return person


def _graduate(module: Module) -> Person:
    person = make_person()
    make_certificate(person, module)
    return person


# --- the rules ----------------------------------------------------------------------------------


@pytest.mark.parametrize("page", LEARNER_PAGES, ids=lambda page: page.rsplit("/", 1)[-1])
def test_a_page_takes_as_many_queries_as_it_is_known_for(scene: Scene, page: str) -> None:
    address = scene.address(page)

    counts = tuple(scene.count(person, address) for person in (scene.learner, scene.graduate))

    assert counts == LEARNER_PAGES[page]


def test_no_lesson_takes_more_than_three_queries(scene: Scene) -> None:
    place = scene.address("/en/learn/{module}/{setting}")
    lessons = [f"{place}/{lesson.id}" for lesson in scene.module.spec.lessons]

    counts = {
        address: scene.count(person, address)
        for address in lessons
        for person in (scene.newcomer, scene.learner)
    }

    assert max(counts.values()) <= MOST_FOR_A_LESSON


@pytest.mark.parametrize("page", COHORT_PAGES, ids=lambda page: page.rsplit("/", 1)[-1])
def test_a_large_cohort_takes_as_many_queries_as_a_small_one(scene: Scene, page: str) -> None:
    addresses = [scene.address(page, cohort) for cohort in scene.cohorts.values()]

    counts = [scene.count(scene.trainer, address) for address in addresses]

    assert counts == [COHORT_PAGES[page]] * 3


@pytest.mark.parametrize("page", LEARNING_PAGES, ids=lambda page: page.rsplit("/", 1)[-1])
def test_what_a_group_learned_takes_as_many_queries_however_many_they_are(
    scene: Scene, page: str
) -> None:
    addresses = [scene.address(page, scene.cohorts[size]) for size in (MIDDLE, LARGE)]

    counts = [scene.count(scene.trainer, address) for address in addresses]

    assert counts == [LEARNING_PAGES[page]] * 2


@pytest.mark.parametrize("page", PROGRAMME_PAGES)
def test_a_programme_takes_as_many_queries_as_it_is_known_for(scene: Scene, page: str) -> None:
    assert scene.count(scene.administrator, page) == PROGRAMME_PAGES[page]


def test_the_last_answer_takes_as_many_queries_as_the_first(scene: Scene) -> None:
    client = scene.client_of(scene.learner)
    test = scene.address("/en/learn/{module}/tests/post/1")
    token = csrf_token(client, f"{test}/1")
    assert scene.module.spec.instruments.post is not None
    counts = []

    for position in range(1, scene.module.spec.instruments.post.draw + 1):
        with queries_of(scene.app) as statements:
            saved = client.post(f"{test}/{position}", data={"csrf_token": token, "go": "next"})
        assert saved.status_code == 302
        counts.append(len(statements))

    assert set(counts) == {SAVING_AN_ANSWER}


# --- what the count must see --------------------------------------------------------------------


def test_every_statement_is_counted_and_those_of_transactions_are_not(context: Flask) -> None:
    with queries_of(context) as statements, transaction() as session:
        for number in range(SMALL):
            session.execute(text(f"SELECT {number}"))

    assert statements == ["SELECT 0", "SELECT 1", "SELECT 2"]


def test_a_page_that_asks_once_for_each_member_is_noticed(context: Flask) -> None:
    def careless_page(members: int) -> int:
        with statements_of(db.engine) as statements:
            for number in range(members):
                db.session.execute(text("SELECT :number"), {"number": number})
        return len(statements)

    assert [careless_page(SMALL), careless_page(LARGE)] == [SMALL, LARGE]


def test_nothing_is_counted_afterwards(context: Flask) -> None:
    with queries_of(context) as statements:
        pass

    db.session.execute(text("SELECT 1"))

    assert statements == []
