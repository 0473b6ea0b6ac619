"""Questions of every kind on the real databases: kept, graded exactly, frozen and thawed."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from fractions import Fraction
from typing import Any

import pytest
from flask import Flask
from sqlalchemy import select

from soar_lms.assessments import services
from soar_lms.assessments.models import Attempt, CheckAnswer
from soar_lms.assessments.regrading import apply_regrade, find_regrades
from soar_lms.catalogue.model import Module
from soar_lms.catalogue.schema import Credit
from soar_lms.database import db, transaction
from soar_lms.errors import DomainError
from tests import factories
from tests.assessments.variants import (
    ORDER,
    PAIRS,
    SCENARIO,
    SEVERAL,
    kind,
    with_kinds,
    with_questions,
)
from tests.factories import NOW, make_enrolment, make_person

RIGHT: dict[str, list[str]] = {
    ORDER: ["greet:2", "offer:3", "listen:1", "follow:4"],
    PAIRS: ["first:y", "second:x"],
    SEVERAL: ["a", "c"],
    SCENARIO: ["ask"],
}
HALF: dict[str, list[str]] = {
    ORDER: ["greet:1", "offer:3", "listen:2", "follow:4"],  # two neighbours: 4/6
    PAIRS: ["first:y"],
    SEVERAL: ["a"],
}


@pytest.fixture
def kinds(module: Module) -> Module:
    return with_kinds(module)


@pytest.fixture
def enrolment_id(context: Flask, module: Module) -> int:
    with transaction():
        return make_enrolment(make_person(), module).id


def begin(module: Module, enrolment_id: int) -> Attempt:
    with transaction():
        return services.start_attempt(
            module,
            enrolment_id=enrolment_id,
            instrument=services.POST,
            setting="health-care",
            language="en",
            now=NOW,
        )


def hand_in(attempt: Attempt, answers: dict[str, list[str]]) -> Attempt:
    with transaction():
        for question_id, chosen in answers.items():
            services.save_answer(attempt, question_id, chosen, NOW)
        return factories.hand_in(attempt)


@contextmanager
def refused(error: type[DomainError]) -> Iterator[None]:
    with pytest.raises(error), transaction():
        yield


@pytest.mark.parametrize(
    ("answers", "points", "percent", "passed"),
    [
        pytest.param(RIGHT, "4", 100, True, id="all-right"),
        pytest.param(HALF, "5/3", 41, False, id="partly-right"),
        pytest.param(RIGHT | {PAIRS: ["first:y"]}, "7/2", 87, True, id="half-a-pair-short"),
        pytest.param(RIGHT | {ORDER: HALF[ORDER]}, "11/3", 91, True, id="a-third-short"),
        pytest.param(RIGHT | {SCENARIO: ["wait"]}, "3", 75, False, id="another-way-to-go"),
        pytest.param({}, "0", 0, False, id="nothing"),
    ],
)
def test_points_are_kept_exactly(
    enrolment_id: int,
    kinds: Module,
    answers: dict[str, list[str]],
    points: str,
    percent: int,
    passed: bool,
) -> None:
    attempt = hand_in(begin(kinds, enrolment_id), answers)

    assert attempt.points == Fraction(points)
    assert (attempt.percent, attempt.passed) == (percent, passed)


def test_all_or_nothing_gives_nothing_for_a_part(enrolment_id: int, module: Module) -> None:
    whole = {"credit": "all-or-nothing"}
    strict = with_kinds(module, post_order=whole, post_pairs=whole, post_several=whole)

    assert hand_in(begin(strict, enrolment_id), HALF).points == 0


@pytest.mark.parametrize(
    ("question_id", "chosen"),
    [
        pytest.param(ORDER, ["greet:5"], id="a-place-too-far"),
        pytest.param(ORDER, ["greet:1", "greet:2"], id="two-places"),
        pytest.param(ORDER, ["greet"], id="no-place"),
        pytest.param(PAIRS, ["first:q"], id="unknown-option"),
        pytest.param(PAIRS, ["x:first"], id="the-wrong-way-round"),
        pytest.param(SEVERAL, ["a:1"], id="a-place-for-an-option"),
    ],
)
def test_an_answer_of_another_kind_is_refused_and_the_old_one_stays(
    enrolment_id: int, kinds: Module, question_id: str, chosen: list[str]
) -> None:
    attempt = begin(kinds, enrolment_id)
    with transaction():
        services.save_answer(attempt, question_id, HALF[question_id], NOW)

    with refused(services.ImpossibleAnswerError):
        services.save_answer(attempt, question_id, chosen, NOW)

    assert services.list_answers(attempt.id) == {question_id: HALF[question_id]}


def test_an_answer_that_is_not_finished_is_kept(enrolment_id: int, kinds: Module) -> None:
    attempt = begin(kinds, enrolment_id)
    unfinished = {ORDER: ["greet:2", "offer:2"], PAIRS: ["second:z"]}

    with transaction():
        for question_id, chosen in unfinished.items():
            services.save_answer(attempt, question_id, chosen, NOW)

    assert services.list_answers(attempt.id) == unfinished


# --- attempts of earlier releases ---------------------------------------------------------------


def as_frozen_before(attempt: Attempt) -> None:
    """Leave of an attempt what the release before wrote."""
    known = ("question_id", "options", "correct", "several")
    with transaction():
        attempt.items = [{name: item[name] for name in known} for item in attempt.items]


def test_an_attempt_that_an_earlier_release_began_is_answered_and_graded(
    enrolment_id: int, module: Module
) -> None:
    known = {"single", "multiple", "true-false"}
    questions = {
        name: item
        for name, item in module.spec.questions.items()
        if item.type in known and item.credit is Credit.ALL_OR_NOTHING
    }
    old = with_questions(module, questions)
    attempt = begin(old, enrolment_id)
    as_frozen_before(attempt)
    right = {item["question_id"]: item["correct"] for item in attempt.items[:9]}

    graded = hand_in(attempt, right)

    assert (graded.points, graded.passed) == (Fraction(9), True)
    assert find_regrades(old, [enrolment_id]) == []


def test_points_that_an_earlier_release_wrote_are_whole(enrolment_id: int, kinds: Module) -> None:
    attempt = begin(kinds, enrolment_id)
    table = Attempt.__table__
    with transaction() as session:
        session.execute(table.update().values(points=3, submitted_at=NOW))  # type: ignore[attr-defined]  # a Table
    db.session.expire_all()

    found = db.session.scalars(select(Attempt)).one()

    assert (found.id, found.points) == (attempt.id, Fraction(3))


# --- regrading ----------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("changes", "points"),
    [
        pytest.param(
            {"post_order": {"correct": ["greet", "listen", "offer", "follow"]}}, "2", id="order"
        ),
        pytest.param({"post_pairs": {"prompts": {"first": "x", "second": "y"}}}, "7/6", id="pairs"),
        pytest.param({"post_several": {"correct": ["b"]}}, "7/6", id="options"),
        pytest.param({"post_order": {"credit": "all-or-nothing"}}, "1", id="credit"),
    ],
)
def test_another_key_or_credit_is_judged_anew(
    enrolment_id: int, kinds: Module, module: Module, changes: dict[str, Any], points: str
) -> None:
    attempt = hand_in(begin(kinds, enrolment_id), HALF)
    changed = with_kinds(module, **changes)

    (regrade,) = find_regrades(changed, [enrolment_id])
    with transaction():
        apply_regrade(regrade)

    assert (attempt.points, regrade.points) == (Fraction(points), Fraction(points))
    assert find_regrades(changed, [enrolment_id]) == []


@pytest.mark.parametrize(
    "changes",
    [
        pytest.param({"post_order": {"type": "multiple", "correct": ["greet"]}}, id="kind"),
        pytest.param(
            {"post_pairs": {"prompts": {"other": "y", "second": "x"}}}, id="other-prompts"
        ),
        pytest.param(
            {"post_order": {"options": ["offer", "follow", "greet", "listen"]}}, id="mixed-anew"
        ),
    ],
)
def test_a_question_that_asks_something_else_now_keeps_its_old_key(
    enrolment_id: int, kinds: Module, module: Module, changes: dict[str, Any]
) -> None:
    hand_in(begin(kinds, enrolment_id), HALF)

    assert find_regrades(with_kinds(module, **changes), [enrolment_id]) == []


# --- knowledge checks ---------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("name", "chosen", "right"),
    [
        pytest.param(ORDER, RIGHT[ORDER], True, id="order"),
        pytest.param(ORDER, HALF[ORDER], False, id="order-partly-right"),
        pytest.param(ORDER, ["greet:1"], False, id="order-not-finished"),
        pytest.param(PAIRS, RIGHT[PAIRS], True, id="pairs"),
        pytest.param(SCENARIO, ["ask"], True, id="scenario"),
        pytest.param(SCENARIO, ["wait"], False, id="scenario-otherwise"),
    ],
)
def test_a_check_of_each_kind_keeps_what_was_chosen(
    enrolment_id: int, module: Module, name: str, chosen: list[str], right: bool
) -> None:
    checks = with_questions(module, {name: kind(name, bank="check")})

    with transaction():
        found = services.answer_check(
            checks, enrolment_id=enrolment_id, question_id=name, chosen=chosen, now=NOW
        )

    row = db.session.scalars(select(CheckAnswer)).one()
    assert found is right
    assert (row.chosen, row.is_correct) == (chosen, right)
