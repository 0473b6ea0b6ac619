"""Who is done and who is not: the rows, their order, their numbers, and the file."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import Any

import pytest
from flask import Flask
from sqlalchemy import event

from soar_lms.accounts.models import Person
from soar_lms.catalogue.model import Module
from soar_lms.cohorts import services
from soar_lms.cohorts.models import Cohort
from soar_lms.cohorts.report import count_states, list_rows
from soar_lms.content import catalogue
from soar_lms.database import db, transaction
from soar_lms.learning.path import State, Step
from soar_lms.learning.renewal import Status
from tests.factories import NOW, make_enrolment, make_person

Stages = dict[str, Person]


def test_those_who_have_not_finished_come_first_by_name(
    context: Flask, cohort: Cohort, stages: Stages
) -> None:
    rows = list_rows(cohort, catalogue(), NOW)

    assert [(row.name, row.state) for row in rows] == [
        ("Zoe New", Status.NOT_STARTED),
        ("élise new", Status.NOT_STARTED),
        ("Carla Begun", Status.IN_PROGRESS),
        ("Bea Passed", Status.PASSED),
        ("Aaron Done", Status.COMPLETED),
    ]


def test_a_row_says_where_somebody_stands_and_nothing_about_answers(
    context: Flask, cohort: Cohort, stages: Stages, module: Module
) -> None:
    rows = {row.name: row for row in list_rows(cohort, catalogue(), NOW)}

    begun, done, new = rows["Carla Begun"], rows["Aaron Done"], rows["Zoe New"]
    assert (begun.setting, begun.language) == ("public-health", "es")
    lessons = next(status for status in begun.left if status.step is Step.LESSONS)
    assert len(lessons.lessons_left) == len(module.spec.lessons) - 1
    assert (done.left, str(done.completed_on)) == ((), "2026-11-22")
    assert done.certificate_code is not None
    assert (new.setting, new.left, new.completed_on) == (None, (), None)
    assert not {"score", "points", "answers"} & set(vars(done))


def test_the_numbers_of_the_states_add_up_to_the_rows(
    context: Flask, cohort: Cohort, stages: Stages
) -> None:
    rows = list_rows(cohort, catalogue(), NOW)

    counts = count_states(rows)

    assert counts == {
        Status.NOT_STARTED: 2,
        Status.IN_PROGRESS: 1,
        Status.PASSED: 1,
        Status.COMPLETED: 1,
    }
    assert sum(counts.values()) == len(rows) == len(stages)


def test_a_cohort_of_nobody_has_every_state_at_nothing(context: Flask, cohort: Cohort) -> None:
    rows = list_rows(cohort, catalogue(), NOW)

    assert rows == []
    assert count_states(rows) == dict.fromkeys(map(Status, State), 0)


def test_a_module_that_left_the_catalogue_is_not_a_row(
    context: Flask, make_cohort: Callable[..., Cohort], learner: Person
) -> None:
    cohort = make_cohort(module_ids=["soar-to-health-and-wellness", "gone"])
    with transaction():
        services.join_cohort(cohort, learner, NOW)

    assert [row.module_id for row in list_rows(cohort, catalogue(), NOW)] == [
        "soar-to-health-and-wellness"
    ]


@pytest.fixture
def statements(context: Flask) -> Iterator[list[str]]:
    seen: list[str] = []

    def note(_c: Any, _cursor: Any, statement: str, *_rest: Any) -> None:
        seen.append(statement)

    event.listen(db.engine, "before_cursor_execute", note)
    yield seen
    event.remove(db.engine, "before_cursor_execute", note)


def test_the_report_costs_the_same_queries_for_two_and_for_sixty(
    context: Flask, cohort: Cohort, module: Module, statements: list[str]
) -> None:
    costs = []
    for more in (2, 58):
        with transaction():
            for number in range(more):
                person = make_person()
                services.join_cohort(cohort, person, NOW)
                if number % 2:
                    make_enrolment(person, module)
        statements.clear()
        rows = list_rows(cohort, catalogue(), NOW)
        costs.append(len(statements))

    assert len(rows) == 60
    assert costs[0] == costs[1] <= 7
