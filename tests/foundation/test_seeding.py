"""The large group of people who do not exist: made in bulk, and as if it had not been."""

from __future__ import annotations

import pytest
from flask import Flask
from sqlalchemy import func, select

from soar_lms.access import Role
from soar_lms.accounts.models import Person
from soar_lms.cohorts.models import ReportCount, RosterPlace
from soar_lms.cohorts.places import find_wrong_lines, settle
from soar_lms.content import catalogue
from soar_lms.database import db, transaction
from soar_lms.learning.keeping import find_wrong
from soar_lms.learning.models import Enrolment
from soar_lms.seeding import Seeded, seed_cohort
from tests.factories import NOW, make_person


def make(people: int = 60, seed: int = 1, modules: int = 1) -> Seeded:
    with transaction():
        trainer = make_person(role=Role.TRAINER)
        return seed_cohort(trainer, catalogue(), people=people, modules=modules, seed=seed, now=NOW)


def test_what_is_seeded_is_what_the_services_would_have_kept(context: Flask) -> None:
    made = make()

    people = list(db.session.scalars(select(Enrolment.person_id)))
    assert find_wrong(people, catalogue()) == []
    assert find_wrong_lines(made.cohort_id) == []
    total = db.session.scalar(select(func.sum(ReportCount.people)))
    assert total == 66 == made.people + made.invited


def test_settling_changes_nothing_that_was_seeded(context: Flask) -> None:
    made = make()
    before = db.session.execute(select(RosterPlace.__table__).order_by(RosterPlace.id)).all()

    with transaction():
        settle(made.cohort_id)

    after = db.session.execute(select(RosterPlace.__table__).order_by(RosterPlace.id)).all()
    assert after == before


def test_the_same_seed_gives_the_same_names_and_another_gives_others(context: Flask) -> None:
    names = []
    for seed in (1, 1, 2):
        made = make(people=20, seed=seed)
        places = select(RosterPlace.name).where(RosterPlace.cohort_id == made.cohort_id)
        names.append(list(db.session.scalars(places.order_by(RosterPlace.id))))

    assert names[0] == names[1] != names[2]


def test_people_practise_in_many_places_and_some_do_not_tell(context: Flask) -> None:
    make(people=200)

    rows = list(db.session.execute(select(Person.territory, Person.profession)))

    for told in zip(*rows, strict=True):
        assert None in told
        assert len(set(told)) > 10


def test_somebody_can_be_added_after_seeding(context: Flask) -> None:
    make(people=5)

    with transaction():
        person = make_person(name="Somebody real")

    assert db.session.scalar(select(Person.name).where(Person.id == person.id)) == "Somebody real"


def test_more_modules_than_there_are_is_refused(context: Flask) -> None:
    with pytest.raises(ValueError, match="the catalogue has 1 modules, not 9"):
        make(modules=9)
