"""Two clicks, two tabs, two workers: a test that is begun at the same moment is begun once."""

from __future__ import annotations

from functools import partial

import pytest
from flask import Flask

from soar_lms.assessments import services
from soar_lms.assessments.models import Attempt
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
