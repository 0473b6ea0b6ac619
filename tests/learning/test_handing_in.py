"""Handing a test in: graded once, whoever clicks how often; nothing that was saved is left out."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import timedelta
from fractions import Fraction
from functools import partial
from itertools import count

import pytest
from flask import Flask

from soar_lms.assessments import services as assessments
from soar_lms.assessments.models import Answer, Attempt
from soar_lms.assessments.services import POST, AttemptClosedError
from soar_lms.catalogue.model import Module
from soar_lms.content import catalogue
from soar_lms.database import db, transaction
from soar_lms.errors import NotFoundError
from soar_lms.learning import services
from soar_lms.learning.handing_in import hand_in_test
from soar_lms.learning.keeping import find_wrong
from soar_lms.learning.models import KeptStanding
from soar_lms.learning.standing import get_enrolment
from tests.factories import NOW, finish_lessons, make_enrolment, make_person, take_test
from tests.support.queries import queries_of
from tests.support.together import at_once

ROUNDS = 4


def begin(module: Module, *, answered: int = 0) -> tuple[int, int]:
    """Let somebody sit the final test; return their number and that of the attempt."""
    person = make_person()
    enrolment = make_enrolment(person, module)
    take_test(enrolment, module, assessments.PRE)
    finish_lessons(enrolment, module)
    attempt = services.start_test(enrolment, module, POST, language="en", now=NOW)
    for item in attempt.items[:answered]:
        assessments.save_answer(attempt, item["question_id"], item["correct"], NOW)
    return person.id, attempt.id


def test_a_test_is_graded_and_the_standing_follows(context: Flask, module: Module) -> None:
    with transaction():
        person_id, attempt_id = begin(module, answered=9)

    with transaction():
        assert hand_in_test(person_id, module, POST, 1, NOW)

    attempt = db.session.get_one(Attempt, attempt_id, populate_existing=True)
    assert (attempt.points, attempt.passed) == (Fraction(9), True)
    assert attempt.submitted_at == NOW
    assert db.session.get_one(KeptStanding, (person_id, module.id)).state == "passed"
    assert find_wrong([person_id], catalogue()) == []


def test_handing_in_again_changes_nothing(context: Flask, module: Module) -> None:
    with transaction():
        person_id, attempt_id = begin(module, answered=7)
        hand_in_test(person_id, module, POST, 1, NOW)

    with transaction():
        assert not hand_in_test(person_id, module, POST, 1, NOW + timedelta(days=1))

    attempt = db.session.get_one(Attempt, attempt_id, populate_existing=True)
    assert (attempt.points, attempt.passed) == (Fraction(7), False)
    assert attempt.submitted_at == NOW


@pytest.mark.parametrize(("instrument", "number"), [("post", 2), ("pre", 2)])
def test_nobody_hands_in_what_was_never_begun(
    context: Flask, module: Module, instrument: str, number: int
) -> None:
    with transaction():
        person_id, _ = begin(module)

    with pytest.raises(NotFoundError), transaction():
        hand_in_test(person_id, module, instrument, number, NOW)


def test_nobody_hands_in_for_somebody_else(context: Flask, module: Module) -> None:
    with transaction():
        begin(module)
        stranger = make_person()

    with pytest.raises(NotFoundError), transaction():
        hand_in_test(stranger.id, module, POST, 1, NOW)


def test_handing_in_takes_few_journeys(app: Flask, module: Module) -> None:
    with app.app_context(), transaction():
        person_id, _ = begin(module, answered=9)

    with queries_of(app) as statements, app.app_context(), transaction():
        hand_in_test(person_id, module, POST, 1, NOW)

    is_postgresql = app.config["SQLALCHEMY_DATABASE_URI"].startswith("postgresql")
    assert len(statements) == (3 if is_postgresql else 4), statements


# --- at once ------------------------------------------------------------------------------------


def test_handing_in_at_once_gives_one_result(app: Flask, module: Module) -> None:
    minutes = count(1)

    def hand_in(person_id: int) -> bool:
        now = NOW + timedelta(minutes=next(minutes))
        return hand_in_test(person_id, module, POST, 1, now)

    for _ in range(ROUNDS):
        with app.app_context(), transaction():
            person_id, attempt_id = begin(module, answered=9)

        results = at_once(app, partial(int, person_id), hand_in)

        assert sorted(results) == [False, False, True]
        with app.app_context():
            assert db.session.get_one(Attempt, attempt_id).points == 9
            assert find_wrong([person_id], catalogue()) == []


def test_an_answer_given_while_handing_in_is_either_refused_or_graded(
    app: Flask, module: Module
) -> None:
    for _ in range(ROUNDS):
        with app.app_context(), transaction():
            person_id, attempt_id = begin(module)
        turns = iter(["save", "hand in", "hand in"])

        saved = at_once(
            app,
            partial(db.session.get_one, Attempt, attempt_id),
            partial(save_or_hand_in, person_id, module, turns),
        )

        with app.app_context():
            answers = db.session.query(Answer).filter_by(attempt_id=attempt_id).count()
            points = db.session.get_one(Attempt, attempt_id).points
        assert answers == points == sum(saved)


def save_or_hand_in(person_id: int, module: Module, turns: Iterator[str], attempt: Attempt) -> bool:
    """Do what is this thread's turn; return whether an answer was acknowledged."""
    if next(turns) == "hand in":
        hand_in_test(person_id, module, POST, 1, NOW)
        return False
    item = attempt.items[0]
    try:
        assessments.save_answer(attempt, item["question_id"], item["correct"], NOW)
    except AttemptClosedError:
        return False
    return True


def test_a_lesson_done_while_handing_in_is_in_the_standing(app: Flask, module: Module) -> None:
    for _ in range(ROUNDS):
        with app.app_context(), transaction():
            person = make_person()
            enrolment = make_enrolment(person, module)
            services.start_test(enrolment, module, assessments.PRE, language="en", now=NOW)
        turns = iter(["lesson", "hand in"])

        def work(person_id: int, turns: Iterator[str] = turns) -> None:
            if next(turns) == "hand in":
                hand_in_test(person_id, module, assessments.PRE, 1, NOW)
            else:
                enrolment = get_enrolment(person_id, module.id)
                services.complete_lesson(enrolment, module, "welcome", NOW)

        at_once(app, partial(int, person.id), work, threads=2)

        with app.app_context():
            assert find_wrong([person.id], catalogue()) == []
