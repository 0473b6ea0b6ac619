"""Two clicks, two tabs, two workers: what happens at the same moment happens once."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import timedelta
from functools import partial
from itertools import count

import pytest
from flask import Flask

from soar_lms.assessments import services
from soar_lms.assessments.models import Answer, Attempt
from soar_lms.catalogue.model import Module
from soar_lms.database import db, transaction
from tests.factories import NOW, make_enrolment, make_person
from tests.support.together import at_once

ROUNDS = 4


@pytest.fixture
def enrolments(app: Flask, module: Module) -> list[int]:
    with app.app_context(), transaction():
        return [make_enrolment(make_person(), module).id for _ in range(ROUNDS)]


def start(module: Module, enrolment_id: int) -> Attempt:
    return services.start_attempt(
        module,
        enrolment_id=enrolment_id,
        instrument=services.POST,
        setting="health-care",
        language="en",
        now=NOW,
    )


def test_starting_at_once_gives_everybody_the_same_attempt(
    app: Flask, module: Module, enrolments: list[int]
) -> None:
    for enrolment_id in enrolments:
        attempts = at_once(app, partial(int, enrolment_id), partial(start, module))

        assert len({(attempt.id, attempt.number, attempt.seed) for attempt in attempts}) == 1

    with app.app_context():
        assert db.session.query(Attempt).count() == ROUNDS


def test_handing_in_at_once_gives_one_result(
    app: Flask, module: Module, enrolments: list[int]
) -> None:
    minutes = count(1)

    def hand_in(attempt: Attempt) -> tuple[object, ...]:
        services.submit_attempt(attempt, NOW + timedelta(minutes=next(minutes)))
        return attempt.points, attempt.passed, attempt.submitted_at

    for enrolment_id in enrolments:
        with app.app_context(), transaction():
            attempt = start(module, enrolment_id)
            for item in attempt.items[:9]:
                services.save_answer(attempt, item["question_id"], item["correct"], NOW)

        results = at_once(app, partial(db.session.get_one, Attempt, attempt.id), hand_in)

        assert len(set(results)) == 1
        assert results[0][:2] == (9, True)


def test_an_answer_given_while_handing_in_is_either_refused_or_graded(
    app: Flask, module: Module, enrolments: list[int]
) -> None:
    for enrolment_id in enrolments:
        with app.app_context(), transaction():
            attempt_id = start(module, enrolment_id).id
        turns = iter(["save", "hand in", "hand in"])

        saved = at_once(
            app,
            partial(db.session.get_one, Attempt, attempt_id),
            partial(save_or_hand_in, module, turns),
        )

        with app.app_context():
            answers = db.session.query(Answer).filter_by(attempt_id=attempt_id).count()
            points = db.session.get_one(Attempt, attempt_id).points
        assert answers == points == sum(saved)


def save_or_hand_in(module: Module, turns: Iterator[str], attempt: Attempt) -> bool:
    """Do what is this thread's turn; return whether an answer was acknowledged."""
    if next(turns) == "hand in":
        services.submit_attempt(attempt, NOW)
        return False
    item = attempt.items[0]
    try:
        services.save_answer(attempt, item["question_id"], item["correct"], NOW)
    except services.AttemptClosedError:
        return False
    return True
