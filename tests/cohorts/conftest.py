"""A cohort with people at every stage."""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime
from typing import Any

import pytest
from flask import Flask

from soar_lms.accounts.models import Person
from soar_lms.catalogue.model import Module
from soar_lms.cohorts import services
from soar_lms.cohorts.filters import Filters
from soar_lms.cohorts.models import Cohort
from soar_lms.cohorts.report import Report
from soar_lms.content import catalogue
from soar_lms.database import db, transaction
from soar_lms.learning import services as learning
from tests.factories import NOW, make_certificate, make_enrolment, make_person, pass_module

MODULE = "soar-to-health-and-wellness"


def report_of(cohort: Cohort, now: datetime = NOW, **filters: Any) -> Report:
    return Report(cohort, Filters(**filters), catalogue(), now)


@pytest.fixture
def make_cohort(app: Flask, trainer: Person) -> Callable[..., Cohort]:
    """Return a function that makes a cohort of the trainer."""

    def make(**changes: Any) -> Cohort:
        values = {"name": "Night shift", "organisation": None, "module_ids": [MODULE], "now": NOW}
        with app.app_context(), transaction():
            return services.create_cohort(trainer, **(values | changes))

    return make


@pytest.fixture
def cohort(make_cohort: Callable[..., Cohort]) -> Cohort:
    return make_cohort()


@pytest.fixture
def stages(app: Flask, cohort: Cohort, module: Module) -> dict[str, Person]:
    """Let people join who stand at different places, under names in the wrong order."""
    with app.app_context(), transaction():
        people = {
            "done": make_person(name="Aaron Done"),
            "passed": make_person(name="Bea Passed"),
            "begun": make_person(name="Carla Begun", language="es"),
            "new": make_person(name="Zoe New"),
            "also-new": make_person(name="élise new"),
        }
        for person in people.values():
            services.join_cohort(cohort, person, NOW)
        make_certificate(people["done"], module)
        pass_module(make_enrolment(people["passed"], module), module)
        begun = make_enrolment(people["begun"], module, setting="public-health", language="es")
        learning.complete_lesson(begun, module, "welcome", NOW)
        db.session.flush()
    return people
