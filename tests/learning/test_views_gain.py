"""Before and now: what a learner reads of her own two results."""

from __future__ import annotations

from collections.abc import Callable

import pytest
from flask import Flask
from flask.testing import FlaskClient

from soar_lms.accounts.models import Person
from soar_lms.assessments import services as assessments
from soar_lms.catalogue.model import Module
from soar_lms.database import transaction
from soar_lms.learning.standing import get_enrolment
from tests.factories import finish_lessons, hand_in, make_enrolment, take_test
from tests.support.page import get_page

Take = Callable[..., None]


@pytest.fixture
def take(app: Flask, learner: Person, module: Module) -> Take:
    """Return a function that takes both tests; the second as often as there are results."""

    def tests(before: int, *after: int) -> None:
        with app.app_context(), transaction():
            enrolment = make_enrolment(learner, module)
            take_test(enrolment, module, assessments.PRE, right=before)
            finish_lessons(enrolment, module)
            for right in after:
                take_test(enrolment, module, assessments.POST, right=right)

    return tests


def lines(client: FlaskClient, module: Module, end: str, language: str = "en") -> list[str]:
    """Return what a page of the module says of before and now."""
    page = get_page(client, f"/{language}/learn/{module.id}{end}")
    return [" ".join(line.get_text().split()) for line in page.select(".pair-line")]


KNEW = (
    "You knew much of this before you began: 8 of 8 right. "
    "Now you have passed the final test as well."
)


@pytest.mark.parametrize(
    ("before", "after", "said"),
    [
        pytest.param(3, 9, ["Before you read: 3 of 8 right. Now: 9 of 10."], id="rose"),
        pytest.param(3, 6, ["Before you read: 3 of 8 right. Now: 6 of 10."], id="rose-not-passed"),
        pytest.param(8, 10, [KNEW], id="the-same"),
        pytest.param(8, 9, [KNEW], id="fell-and-passed"),
        pytest.param(6, 5, [], id="fell-and-not-passed"),
        pytest.param(4, 5, [], id="the-same-and-not-passed"),
    ],
)
def test_a_result_is_told_with_the_one_before_and_shames_nobody(
    as_learner: FlaskClient, module: Module, take: Take, before: int, after: int, said: list[str]
) -> None:
    take(before, after)

    assert lines(as_learner, module, "/tests/post/1/result") == said


def test_each_try_is_told_with_its_own_result(
    as_learner: FlaskClient, module: Module, take: Take
) -> None:
    take(3, 5, 9)

    said = [lines(as_learner, module, f"/tests/post/{number}/result") for number in (1, 2)]

    assert said == [
        ["Before you read: 3 of 8 right. Now: 5 of 10."],
        ["Before you read: 3 of 8 right. Now: 9 of 10."],
    ]


def test_the_pre_test_has_nothing_to_be_told_with(
    as_learner: FlaskClient, module: Module, take: Take
) -> None:
    take(3, 9)

    assert lines(as_learner, module, "/tests/pre/1/result") == []


@pytest.mark.parametrize(
    ("language", "said"),
    [
        ("en", "Before you read: 3 of 8 right. Now: 10 of 10."),
        ("es", "Antes de leer: 3 de 8 respuestas correctas. Ahora: 10 de 10."),
    ],
)
def test_the_module_tells_the_best_result_once_it_is_completed(
    as_learner: FlaskClient,
    learner: Person,
    module: Module,
    take: Take,
    complete: Callable[..., str],
    language: str,
    said: str,
) -> None:
    take(3, 5, 10)
    before_completion = lines(as_learner, module, "", language)
    complete(learner)

    assert before_completion == []
    assert lines(as_learner, module, "", language) == [said]


def test_a_module_completed_without_a_pre_test_tells_nothing(
    app: Flask,
    as_learner: FlaskClient,
    learner: Person,
    module: Module,
    complete: Callable[..., str],
) -> None:
    """Who passed before the module had a pre-test was never asked one."""
    with app.app_context(), transaction():
        enrolment = make_enrolment(learner, module)
        finish_lessons(enrolment, module)
        attempt = assessments.start_attempt(
            module,
            enrolment_id=get_enrolment(learner.id, module.id).id,
            instrument=assessments.POST,
            setting=enrolment.setting,
            language="en",
            now=enrolment.enrolled_at,
        )
        for item in attempt.items:
            assessments.save_answer(
                attempt, item["question_id"], item["correct"], attempt.started_at
            )
        hand_in(attempt, attempt.started_at)
    complete(learner)

    assert lines(as_learner, module, "") == []
    assert lines(as_learner, module, "/tests/post/1/result") == []
