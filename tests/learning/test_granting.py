"""One more try: given once, with a reason, on record, and never more than was meant."""

from __future__ import annotations

from datetime import timedelta
from functools import partial

import pytest
from flask import Flask
from sqlalchemy import func, select

from soar_lms.accounts.models import Person
from soar_lms.assessments import services as assessments
from soar_lms.assessments.models import AttemptGrant
from soar_lms.audit.models import AuditEntry
from soar_lms.audit.services import Action, Actor, find_entries
from soar_lms.catalogue.model import Module
from soar_lms.database import db, transaction
from soar_lms.learning.granting import GrantNotNeededError, grant_attempt
from soar_lms.learning.models import Enrolment
from soar_lms.learning.services import change_setting
from soar_lms.learning.standing import get_enrolment
from soar_lms.messages.models import OutboxMessage
from tests.assessments.variants import with_attempts
from tests.factories import NOW, finish_lessons, make_enrolment, make_person, take_test
from tests.support.together import at_once

TRAINER = Actor(person_id=4_711)
REASON = "The connection broke."


@pytest.fixture
def strict(module: Module) -> Module:
    """Return the module with two tries of its final test."""
    return with_attempts(module, limit=2)


@pytest.fixture
def failed(app: Flask, strict: Module) -> Person:
    """Return somebody who has used both tries."""
    with app.app_context(), transaction():
        person = make_person(language="es")
        enrolment = bring_to_test(person, strict)
        for _ in range(2):
            take_test(enrolment, strict, assessments.POST, right=0)
    return person


def bring_to_test(person: Person, module: Module) -> Enrolment:
    enrolment = make_enrolment(person, module)
    take_test(enrolment, module, assessments.PRE)
    finish_lessons(enrolment, module)
    return enrolment


def grant(person: Person, module: Module, *, number: int = 3) -> None:
    enrolment = get_enrolment(person.id, module.id)
    grant_attempt(person, enrolment, module, number=number, reason=REASON, actor=TRAINER, now=NOW)


def count(model: type) -> int:
    return db.session.scalar(select(func.count()).select_from(model)) or 0


def test_a_granted_try_can_be_taken_and_passed(app: Flask, failed: Person, strict: Module) -> None:
    with app.app_context(), transaction():
        grant(failed, strict)
        attempt = take_test(get_enrolment(failed.id, strict.id), strict, assessments.POST)

    assert (attempt.number, attempt.passed) == (3, True)


def test_a_grant_is_one_try_and_no_more(app: Flask, failed: Person, strict: Module) -> None:
    with app.app_context(), transaction():
        grant(failed, strict)
        enrolment = get_enrolment(failed.id, strict.id)
        take_test(enrolment, strict, assessments.POST, right=0)

        with pytest.raises(assessments.AttemptLimitReachedError):
            take_test(enrolment, strict, assessments.POST)


def test_a_grant_shortens_the_wait(app: Flask, module: Module) -> None:
    slow = with_attempts(module, wait_minutes=60)
    with app.app_context(), transaction():
        person = make_person()
        enrolment = bring_to_test(person, slow)
        take_test(enrolment, slow, assessments.POST, right=0)
        grant(person, slow, number=2)

        attempt = take_test(enrolment, slow, assessments.POST, now=NOW + timedelta(minutes=1))

    assert attempt.passed


def test_a_grant_is_on_record_with_its_reason(app: Flask, failed: Person, strict: Module) -> None:
    with app.app_context():
        with transaction():
            grant(failed, strict)

        (entry,) = db.session.scalars(find_entries(action=Action.ATTEMPT_GRANTED))
    assert (entry.actor_id, entry.person_id, entry.reason) == (4_711, failed.id, REASON)
    assert entry.facts == {"module": strict.id, "instrument": "post", "number": 3}


def test_the_learner_is_told_in_their_language(app: Flask, failed: Person, strict: Module) -> None:
    with app.app_context():
        with transaction():
            grant(failed, strict)

        message = db.session.scalars(
            select(OutboxMessage).where(OutboxMessage.kind == "attempt-granted")
        ).one()
    assert (message.recipient, message.subject) == (failed.email, "Tiene un intento más")
    assert f"/es/learn/{strict.id}" in message.body
    assert REASON not in message.body


def test_a_second_click_grants_nothing_more(app: Flask, failed: Person, strict: Module) -> None:
    with app.app_context():
        for _ in range(2):
            with transaction():
                grant(failed, strict)

        assert (count(AttemptGrant), count(AuditEntry)) == (1, 1)


def test_clicks_at_once_grant_one_try(app: Flask, failed: Person, strict: Module) -> None:
    at_once(app, partial(db.session.get_one, Person, failed.id), partial(grant, module=strict))

    with app.app_context():
        assert (count(AttemptGrant), count(AuditEntry)) == (1, 1)
        told = select(OutboxMessage).where(OutboxMessage.kind == "attempt-granted")
        assert len(db.session.scalars(told).all()) == 1


@pytest.mark.parametrize("number", [1, 2, 4])
def test_another_try_than_the_one_held_back_is_not_granted(
    app: Flask, failed: Person, strict: Module, number: int
) -> None:
    with app.app_context(), pytest.raises(GrantNotNeededError), transaction():
        grant(failed, strict, number=number)

    with app.app_context():
        assert count(AttemptGrant) == 0


def test_a_test_that_is_not_open_needs_no_grant(app: Flask, failed: Person, strict: Module) -> None:
    """Another setting asks for its own lessons first."""
    with app.app_context(), transaction():
        enrolment = get_enrolment(failed.id, strict.id)
        change_setting(enrolment, strict, strict.spec.settings[1])

        with pytest.raises(GrantNotNeededError):
            grant(failed, strict)


@pytest.mark.parametrize("place", ["not-begun", "open", "passed"])
def test_nobody_is_granted_what_they_do_not_need(app: Flask, strict: Module, place: str) -> None:
    with app.app_context(), transaction():
        person = make_person()
        enrolment = bring_to_test(person, strict)
        if place == "open":
            assessments.start_attempt(
                strict,
                enrolment_id=enrolment.id,
                instrument=assessments.POST,
                setting=enrolment.setting,
                language="en",
                now=NOW,
            )
        if place == "passed":
            take_test(enrolment, strict, assessments.POST)

        with pytest.raises(GrantNotNeededError):
            grant(person, strict, number=1)
