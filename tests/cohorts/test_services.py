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


# --- links --------------------------------------------------------------------------------------


def test_a_link_leads_to_its_cohort(cohort: Cohort, link: JoinLink) -> None:
    assert services.get_cohort_of_link(link.token, NOW).id == cohort.id


def test_a_link_works_until_it_expires(link: JoinLink) -> None:
    last = link.expires_at - timedelta(seconds=1)

    assert services.get_cohort_of_link(link.token, last).id == link.cohort_id
    with pytest.raises(services.JoinLinkOverError):
        services.get_cohort_of_link(link.token, link.expires_at)


def test_a_new_link_ends_the_old_one(cohort: Cohort, link: JoinLink) -> None:
    with transaction():
        new = services.replace_link(cohort, NOW)

    assert services.get_cohort_of_link(new.token, NOW).id == cohort.id
    with pytest.raises(services.JoinLinkOverError):
        services.get_cohort_of_link(link.token, NOW)
    found = services.find_open_link(cohort, NOW)
    assert found is not None
    assert found.token == new.token


def test_after_its_end_a_cohort_has_no_open_link(cohort: Cohort, link: JoinLink) -> None:
    assert services.find_open_link(cohort, link.expires_at) is None


def test_two_new_links_at_once_leave_one_open(app: Flask, cohort: Cohort) -> None:
    at_once(
        app,
        partial(db.session.get_one, Cohort, cohort.id),
        lambda found: services.replace_link(found, NOW),
    )

    with app.app_context():
        still_open = select(JoinLink).where(JoinLink.ended_at.is_(None))
        assert len(list(db.session.scalars(still_open))) == 1


@pytest.mark.parametrize("token", ["", "nonsense", "' OR 1=1 --", "%", "\u2603" * 500])
def test_a_link_that_never_was_is_not_found(context: Flask, cohort: Cohort, token: str) -> None:
    with pytest.raises(NotFoundError):
        services.get_cohort_of_link(token, NOW)


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


def test_a_list_has_the_newest_first_and_counts_members(
    context: Flask, make_cohort: MakeCohort, trainer: Person, learner: Person
) -> None:
    old, new = make_cohort(name="Old"), make_cohort(name="New", now=NOW + timedelta(days=1))
    with transaction():
        services.join_cohort(old, learner, NOW)

    found = services.list_cohorts(trainer)

    assert [(item.cohort.id, item.members) for item in found] == [(new.id, 0), (old.id, 1)]


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
        listed = [item.cohort.id for item in services.list_cohorts(somebody)] == [cohort.id]
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
