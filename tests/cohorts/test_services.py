"""Cohorts: made, joined by a link, seen by their own trainers only."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date, timedelta
from functools import partial

import pytest
from flask import Flask
from sqlalchemy import select

from soar_lms.access import Role
from soar_lms.accounts.models import Person
from soar_lms.cohorts import services
from soar_lms.cohorts.listing import list_cohorts
from soar_lms.cohorts.models import (
    Cohort,
    CohortMember,
    CohortModule,
    CohortState,
    CohortTrainer,
    JoinLink,
)
from soar_lms.database import db, transaction
from soar_lms.errors import NotFoundError
from tests.factories import NOW
from tests.support.together import at_once

MakeCohort = Callable[..., Cohort]
DUE = date(2027, 1, 15)


@pytest.fixture
def link(context: Flask, cohort: Cohort) -> JoinLink:
    return db.session.scalars(select(JoinLink)).one()


def test_a_cohort_has_its_maker_as_trainer_and_a_link(
    context: Flask, cohort: Cohort, trainer: Person, link: JoinLink
) -> None:
    (row,) = db.session.scalars(select(CohortTrainer))
    assert (row.cohort_id, row.person_id, row.is_lead) == (cohort.id, trainer.id, True)
    assert (cohort.state, cohort.time_zone) == (CohortState.OPEN, trainer.time_zone)
    assert link.expires_at == NOW + timedelta(days=60)
    assert len(link.token) >= 22  # 128 bits


def test_a_cohort_takes_each_module_once(context: Flask, make_cohort: MakeCohort) -> None:
    cohort = make_cohort(module_ids=["second", "garden"])

    assert services.list_module_ids(cohort) == ["garden", "second"]


def test_only_a_module_that_is_due_has_a_day(context: Flask, make_cohort: MakeCohort) -> None:
    cohort = make_cohort(module_ids=["second", "garden"])
    with transaction():
        db.session.get_one(CohortModule, (cohort.id, "second")).due_on = DUE

    assert services.list_due_days(cohort) == {"second": DUE}


def test_no_two_links_are_the_same(context: Flask, make_cohort: MakeCohort) -> None:
    for _ in range(5):
        make_cohort()

    assert len(set(db.session.scalars(select(JoinLink.token)))) == 5


# --- members ------------------------------------------------------------------------------------


def test_joining_twice_is_joining_once(context: Flask, cohort: Cohort, learner: Person) -> None:
    for day in range(2):
        with transaction():
            services.join_cohort(cohort, learner, NOW + timedelta(days=day))

    (member,) = db.session.scalars(select(CohortMember))
    assert member.joined_at == NOW
    assert services.is_member(cohort, learner)


def test_joining_at_once_is_joining_once(app: Flask, cohort: Cohort, learner: Person) -> None:
    at_once(
        app,
        partial(db.session.get_one, Cohort, cohort.id),
        lambda found: services.join_cohort(found, learner, NOW),
    )

    with app.app_context():
        assert db.session.query(CohortMember).count() == 1


# --- who sees what ------------------------------------------------------------------------------


def test_the_list_and_the_page_agree_on_who_sees_a_cohort(
    context: Flask, cohort: Cohort, trainer: Person, person: Callable[..., Person]
) -> None:
    people = {
        "its trainer": trainer,
        "an administrator": person(role=Role.ADMINISTRATOR),
        "another trainer": person(role=Role.TRAINER),
        "a learner": person(),
    }

    def sees(somebody: Person) -> tuple[bool, bool]:
        listed = [item.cohort.id for item in list_cohorts(somebody, NOW).page.rows] == [cohort.id]
        try:
            services.get_cohort(somebody, cohort.id)
        except NotFoundError:
            return listed, False
        return listed, True

    assert {name: sees(somebody) for name, somebody in people.items()} == {
        "its trainer": (True, True),
        "an administrator": (True, True),
        "another trainer": (False, False),
        "a learner": (False, False),
    }
