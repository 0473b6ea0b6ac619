"""Several trainers of a group, one of whom leads it."""

from __future__ import annotations

from collections.abc import Callable

import pytest
from flask import Flask
from sqlalchemy import select, update
from sqlalchemy.exc import IntegrityError

from soar_lms.access import Role
from soar_lms.accounts.models import Person
from soar_lms.administration.merging import merge_people
from soar_lms.administration.undoing import undo_merge
from soar_lms.audit.models import AuditEntry
from soar_lms.audit.services import Actor
from soar_lms.cohorts import trainers
from soar_lms.cohorts.erasing import delete_places
from soar_lms.cohorts.models import Cohort, CohortState, CohortTrainer
from soar_lms.cohorts.services import GroupArchivedError
from soar_lms.cohorts.trainers import LeadStaysError, NoTrainerError, list_trainers
from soar_lms.database import db, transaction
from soar_lms.errors import NotFoundError
from soar_lms.messages.models import OutboxMessage
from tests.factories import NOW
from tests.support.together import at_once

MakePerson = Callable[..., Person]
ROOT = Actor(operator="root")


@pytest.fixture
def second(context: Flask, cohort: Cohort, trainer: Person, person: MakePerson) -> Person:
    """Return another trainer of the cohort, who does not lead it."""
    somebody = person(role=Role.TRAINER, language="es")
    add(cohort, somebody.email, trainer)
    return somebody


def add(cohort: Cohort, email: str, actor: Person) -> None:
    with transaction():
        trainers.add_trainer(cohort, email, actor=actor, now=NOW)


def remove(cohort: Cohort, person: Person, actor: Person) -> None:
    with transaction():
        trainers.remove_trainer(cohort, person.id, actor=actor, now=NOW)


def hand_over(cohort: Cohort, person: Person, actor: Person) -> None:
    with transaction():
        trainers.hand_over(cohort, person.id, actor=actor, now=NOW)


def leads(cohort: Cohort) -> dict[int, bool]:
    return {item.id: item.is_lead for item in list_trainers(cohort)}


# --- adding -------------------------------------------------------------------------------------


def test_a_trainer_who_is_added_twice_hears_of_it_once(
    cohort: Cohort, trainer: Person, second: Person, outbox: Callable[[], list[OutboxMessage]]
) -> None:
    add(cohort, second.email, trainer)

    assert leads(cohort) == {trainer.id: True, second.id: False}
    (mail,) = outbox()
    assert (mail.kind, mail.recipient, mail.language) == ("trainer-added", second.email, "es")
    actions = select(AuditEntry.action).where(AuditEntry.person_id == second.id)
    assert list(db.session.scalars(actions)) == ["trainer-added"]


def test_adding_somebody_at_once_adds_them_once(
    app: Flask, cohort: Cohort, trainer: Person, person: MakePerson
) -> None:
    somebody = person(role=Role.TRAINER)

    at_once(
        app,
        lambda: db.session.get_one(Cohort, cohort.id),
        lambda found: trainers.add_trainer(found, somebody.email, actor=trainer, now=NOW).id,
    )

    with app.app_context():
        assert leads(cohort) == {trainer.id: True, somebody.id: False}


def test_a_learner_and_nobody_get_the_same_answer(
    context: Flask, cohort: Cohort, trainer: Person, learner: Person
) -> None:
    for email in (learner.email, "nobody@example.org"):
        with pytest.raises(NoTrainerError):
            add(cohort, email, trainer)


def test_only_the_lead_and_administrators_choose(
    cohort: Cohort, second: Person, person: MakePerson
) -> None:
    third = person(role=Role.TRAINER)

    with pytest.raises(NotFoundError):
        add(cohort, third.email, second)
    add(cohort, third.email, person(role=Role.ADMINISTRATOR))

    assert leads(cohort)[third.id] is False


def test_the_archive_keeps_its_trainers(cohort: Cohort, trainer: Person, second: Person) -> None:
    with transaction():
        db.session.get_one(Cohort, cohort.id).state = CohortState.ARCHIVED

    for change in (remove, hand_over):
        with pytest.raises(GroupArchivedError):
            change(cohort, second, trainer)


# --- leaving and leading ------------------------------------------------------------------------


def test_a_trainer_can_leave_and_the_lead_cannot(
    cohort: Cohort, trainer: Person, second: Person
) -> None:
    with pytest.raises(LeadStaysError):
        remove(cohort, trainer, trainer)
    for _ in range(2):
        remove(cohort, second, second)

    assert leads(cohort) == {trainer.id: True}


def test_who_does_not_lead_removes_nobody_else(
    cohort: Cohort, second: Person, person: MakePerson
) -> None:
    third = person(role=Role.TRAINER)
    add(cohort, third.email, person(role=Role.ADMINISTRATOR))

    with pytest.raises(NotFoundError):
        remove(cohort, third, second)


def test_the_lead_is_handed_over_once_however_often_it_is_clicked(
    cohort: Cohort, trainer: Person, second: Person
) -> None:
    for _ in range(2):
        hand_over(cohort, second, trainer)

    assert leads(cohort) == {trainer.id: False, second.id: True}
    with pytest.raises(NotFoundError):
        hand_over(cohort, trainer, trainer)


def test_a_stranger_is_not_made_the_lead(
    context: Flask, cohort: Cohort, trainer: Person, person: MakePerson
) -> None:
    with pytest.raises(NotFoundError):
        hand_over(cohort, person(role=Role.TRAINER), trainer)


def test_of_several_leads_chosen_at_once_one_leads(
    app: Flask, cohort: Cohort, person: MakePerson
) -> None:
    boss = person(role=Role.ADMINISTRATOR)
    others = [person(role=Role.TRAINER) for _ in range(3)]
    with app.app_context():
        for each in others:
            add(cohort, each.email, boss)

    at_once(
        app,
        lambda: others,
        lambda left: trainers.hand_over(cohort, left.pop().id, actor=boss, now=NOW),
    )

    with app.app_context():
        assert sum(leads(cohort).values()) == 1


def test_the_database_knows_one_lead_only(cohort: Cohort, second: Person) -> None:
    with transaction(), pytest.raises(IntegrityError):
        db.session.execute(update(CohortTrainer).values(is_lead=True))


# --- when a lead goes ---------------------------------------------------------------------------


def test_after_a_lead_is_erased_the_first_trainer_leads(
    cohort: Cohort, trainer: Person, second: Person, person: MakePerson
) -> None:
    third = person(role=Role.TRAINER)
    add(cohort, third.email, trainer)

    with transaction():
        delete_places([trainer.id], [])

    assert leads(cohort) == {second.id: True, third.id: False}


def test_after_another_trainer_is_erased_the_lead_stays(
    cohort: Cohort, trainer: Person, second: Person
) -> None:
    with transaction():
        delete_places([second.id], [])

    assert leads(cohort) == {trainer.id: True}


def test_a_group_whose_only_trainer_is_erased_is_led_by_the_next_who_is_added(
    context: Flask, cohort: Cohort, trainer: Person, person: MakePerson
) -> None:
    with transaction():
        delete_places([trainer.id], [])
    assert leads(cohort) == {}
    new = person(role=Role.TRAINER)

    add(cohort, new.email, person(role=Role.ADMINISTRATOR))

    assert leads(cohort) == {new.id: True}


@pytest.mark.parametrize("keeps", ["lead", "second", "stranger"])
def test_whichever_account_stays_leads_what_one_of_them_led(
    cohort: Cohort, trainer: Person, second: Person, person: MakePerson, keeps: str
) -> None:
    people = {"lead": trainer, "second": second, "stranger": person(role=Role.TRAINER)}
    keep = people[keeps]
    other = second if keep is trainer else trainer

    with transaction():
        merge = merge_people(keep.id, other.id, actor=ROOT, now=NOW)
    assert leads(cohort)[keep.id] is True

    with transaction():
        undo_merge(merge.id, actor=ROOT, now=NOW)
    assert leads(cohort) == {trainer.id: True, second.id: False}
