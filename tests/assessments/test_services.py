"""Attempts, answers, checks and evaluations, on the real databases."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import timedelta
from fractions import Fraction
from random import Random
from typing import Any

import pytest
from flask import Flask
from sqlalchemy import inspect, select
from sqlalchemy.exc import IntegrityError

from soar_lms.assessments import services
from soar_lms.assessments.draw import draw_items
from soar_lms.assessments.models import (
    Answer,
    Attempt,
    CheckAnswer,
)
from soar_lms.catalogue.model import Module
from soar_lms.catalogue.schema import Bank, QuestionKind
from soar_lms.database import db, transaction
from soar_lms.errors import DomainError, NotFoundError
from tests import factories
from tests.assessments.variants import post_test, with_attempts, with_questions
from tests.factories import NOW, make_enrolment, make_person, some_answer, wrong_answer

SETTING = "health-care"
MINUTE = timedelta(minutes=1)

Start = Callable[..., Attempt]


@pytest.fixture
def enrolment_id(context: Flask, module: Module) -> int:
    with transaction():
        return make_enrolment(make_person(), module, setting=SETTING).id


@pytest.fixture
def start(enrolment_id: int, module: Module) -> Start:
    """Return a function that starts an attempt, or goes on with the open one."""

    def start_attempt(of: Module = module, **values: Any) -> Attempt:
        given: dict[str, Any] = {
            "instrument": services.POST,
            "setting": SETTING,
            "language": "en",
            "now": NOW,
        }
        with transaction():
            return services.start_attempt(of, enrolment_id=enrolment_id, **(given | values))

    return start_attempt


def save(attempt: Attempt, question_id: str, chosen: list[str]) -> None:
    with transaction():
        services.save_answer(attempt, question_id, chosen, NOW)


def hand_in(attempt: Attempt, now: Any = NOW) -> Attempt:
    with transaction():
        return factories.hand_in(attempt, now)


def answer_all(attempt: Attempt, *, right: int) -> None:
    """Answer the first questions rightly and the others wrongly."""
    for place, item in enumerate(attempt.items):
        chosen = item["correct"] if place < right else wrong_answer(item)
        save(attempt, item["question_id"], chosen)


@contextmanager
def refused(error: type[DomainError]) -> Iterator[None]:
    with pytest.raises(error) as caught:
        yield
    assert caught.type is error


# --- starting -----------------------------------------------------------------------------------


def test_an_attempt_freezes_what_it_was_made_of(start: Start, module: Module) -> None:
    attempt = start()

    post = post_test(module)
    bank = module.questions(Bank.POST, SETTING)
    again = draw_items(bank, Random(attempt.seed), count=post.draw, from_setting=post.from_setting)
    assert [item["question_id"] for item in attempt.items] == [item.question_id for item in again]
    assert [tuple(item["options"]) for item in attempt.items] == [item.options for item in again]
    assert (attempt.number, attempt.pass_mark, attempt.module_version) == (
        1,
        post.pass_mark,
        module.spec.version,
    )


@pytest.mark.parametrize("setting", ["behavioral-health", "public-health", "social-services"])
def test_an_attempt_asks_what_belongs_to_the_setting(
    start: Start, module: Module, setting: str
) -> None:
    attempt = start(setting=setting)

    drawn = [module.spec.questions[item["question_id"]] for item in attempt.items]
    assert all(question.is_for(setting) for question in drawn)
    own = [question for question in drawn if question.settings is not None]
    assert len(own) >= post_test(module).from_setting


def test_an_open_attempt_is_resumed_with_its_answers(start: Start, module: Module) -> None:
    first = start()
    item = first.items[0]
    save(first, item["question_id"], item["correct"])

    second = start(language="es", now=NOW + timedelta(days=30))

    assert (second.id, second.items) == (first.id, first.items)
    assert services.list_answers(second.id) == {item["question_id"]: list(item["correct"])}


def test_an_open_attempt_is_resumed_at_the_limit_too(start: Start, module: Module) -> None:
    once = with_attempts(module, limit=1)

    assert start(once).id == start(once).id


def test_no_attempt_begins_beyond_the_limit(start: Start, module: Module) -> None:
    twice = with_attempts(module, limit=2)
    for _ in range(2):
        hand_in(start(twice))

    with refused(services.AttemptLimitReachedError):
        start(twice)


def test_without_a_limit_there_is_always_another_attempt(start: Start) -> None:
    numbers = [hand_in(start()).number for _ in range(6)]

    assert numbers == [1, 2, 3, 4, 5, 6]


@pytest.mark.parametrize(
    ("waited", "begins"),
    [(timedelta(0), False), (30 * MINUTE - timedelta(seconds=1), False), (30 * MINUTE, True)],
    ids=["at-once", "a-second-early", "on-time"],
)
def test_a_new_attempt_waits_for_the_break_after_the_last_one(
    start: Start, module: Module, waited: timedelta, begins: bool
) -> None:
    slow = with_attempts(module, wait_minutes=30)
    hand_in(start(slow))

    if begins:
        assert start(slow, now=NOW + waited).number == 2
    else:
        with refused(services.TooSoonError):
            start(slow, now=NOW + waited)


def test_a_new_attempt_draws_anew(start: Start) -> None:
    drawn = []
    for _ in range(4):
        attempt = hand_in(start())
        drawn.append([item["question_id"] for item in attempt.items])

    assert len({tuple(names) for names in drawn}) == 4
    assert len({frozenset(names) for names in drawn}) > 1


def test_after_a_pass_there_is_nothing_to_take(start: Start, module: Module) -> None:
    attempt = start()
    answer_all(attempt, right=len(attempt.items))
    assert hand_in(attempt).passed is True

    with refused(NotFoundError):
        start()


def test_the_pre_test_asks_its_whole_bank_in_order_and_is_not_graded(
    start: Start, module: Module
) -> None:
    attempt = start(instrument=services.PRE)
    answer_all(attempt, right=2)

    hand_in(attempt)

    assert [item["question_id"] for item in attempt.items] == list(
        module.questions(Bank.PRE, SETTING)
    )
    assert (attempt.points, attempt.passed, attempt.pass_mark) == (Fraction(2), None, None)


# --- answering ----------------------------------------------------------------------------------


def test_the_last_answer_counts(start: Start, module: Module) -> None:
    attempt = start()
    item = attempt.items[0]
    for chosen in (some_answer(item), some_answer(item, 1), list(item["correct"])):
        save(attempt, item["question_id"], chosen)

    hand_in(attempt)

    assert attempt.points == 1
    assert db.session.query(Answer).count() == 1


def test_an_answer_can_be_taken_back(start: Start, module: Module) -> None:
    attempt = start()
    item = attempt.items[0]
    save(attempt, item["question_id"], item["correct"])

    save(attempt, item["question_id"], [])

    assert hand_in(attempt).points == 0


def test_an_answer_to_a_question_that_was_not_drawn_is_not_found(
    start: Start, module: Module
) -> None:
    attempt = start()
    drawn = {item["question_id"] for item in attempt.items}
    other = next(name for name in module.questions(Bank.POST, SETTING) if name not in drawn)

    with refused(NotFoundError):
        save(attempt, other, ["a"])


@pytest.mark.parametrize(
    "chosen",
    [["z"], ["a", "b"], ["a", "a"], [""], ["a\x00"], ["a" * 5000]],
    ids=["unknown", "two-of-one", "twice", "empty", "nul", "long"],
)
def test_an_impossible_answer_is_refused_and_changes_nothing(
    start: Start, module: Module, chosen: list[str]
) -> None:
    attempt = start()
    item = next(
        item
        for item in attempt.items
        if module.spec.questions[item["question_id"]].type is QuestionKind.SINGLE
    )
    save(attempt, item["question_id"], ["b"])

    with refused(services.ImpossibleAnswerError):
        save(attempt, item["question_id"], chosen)

    assert services.list_answers(attempt.id) == {item["question_id"]: ["b"]}


def test_nothing_is_saved_after_handing_in(start: Start, module: Module) -> None:
    attempt = start()
    item = attempt.items[0]
    hand_in(attempt)

    with refused(services.AttemptClosedError):
        save(attempt, item["question_id"], item["correct"])

    assert services.list_answers(attempt.id) == {}
    assert attempt.points == 0


# --- handing in ---------------------------------------------------------------------------------


@pytest.mark.parametrize(("right", "passed"), [(10, True), (8, True), (7, False), (0, False)])
def test_the_mark_decides(start: Start, module: Module, right: int, passed: bool) -> None:
    attempt = start()
    answer_all(attempt, right=right)

    hand_in(attempt)

    assert (attempt.points, attempt.max_points, attempt.passed) == (Fraction(right), 10, passed)
    assert attempt.percent == right * 10


def test_questions_left_open_earn_nothing(start: Start, module: Module) -> None:
    attempt = start()
    for item in attempt.items[:4]:
        save(attempt, item["question_id"], item["correct"])

    assert hand_in(attempt).points == 4


def test_handing_in_grades_by_the_key_that_was_frozen(start: Start, module: Module) -> None:
    turned = with_questions(
        module,
        {
            name: question.model_copy(update={"correct": question.options[-1:]})
            for name, question in module.spec.questions.items()
            if question.type is QuestionKind.SINGLE
        },
    )
    attempt = start(turned)

    for item in start(module).items:  # the open one, whatever the content says now
        save(attempt, item["question_id"], [item_key(turned, item["question_id"])])

    assert hand_in(attempt).points == attempt.max_points


def item_key(module: Module, question_id: str) -> str:
    (key,) = module.spec.questions[question_id].correct
    return key


# --- what the database itself holds -------------------------------------------------------------


def copy_of(attempt: Attempt, **changes: Any) -> Attempt:
    values = {
        column.key: getattr(attempt, column.key)
        for column in inspect(Attempt).column_attrs
        if column.key != "id"
    }
    return Attempt(**(values | changes))


@pytest.mark.parametrize(
    "changes",
    [
        pytest.param({"number": 2}, id="a-second-open-attempt"),
        pytest.param({"submitted_at": NOW, "points": 1}, id="the-same-number-twice"),
        pytest.param({"number": 2, "submitted_at": NOW}, id="handed-in-without-points"),
        pytest.param({"number": 2, "instrument": "pre", "points": 3}, id="points-while-open"),
        pytest.param(
            {"number": 2, "instrument": "pre", "points_denominator": 0}, id="points-of-nothing"
        ),
        pytest.param({"number": 2, "instrument": "exam"}, id="unknown-instrument"),
        pytest.param({"number": 2, "instrument": "pre", "enrolment_id": -1}, id="no-enrolment"),
    ],
)
def test_the_database_refuses_impossible_attempts(start: Start, changes: dict[str, Any]) -> None:
    attempt = start()

    with pytest.raises(IntegrityError), transaction():
        db.session.add(copy_of(attempt, **changes))


# --- knowledge checks ---------------------------------------------------------------------------


@pytest.fixture
def check_id(module: Module) -> str:
    return next(iter(module.questions(Bank.CHECK, SETTING)))


def give_check(module: Module, enrolment_id: int, name: str, chosen: list[str]) -> bool:
    with transaction():
        return services.answer_check(
            module, enrolment_id=enrolment_id, question_id=name, chosen=chosen, now=NOW
        )


def test_a_check_says_whether_it_is_right_and_keeps_the_last_answer(
    enrolment_id: int, module: Module, check_id: str
) -> None:
    question = module.spec.questions[check_id]
    wrong = [option for option in question.options if option not in question.correct][:1]

    results = [
        give_check(module, enrolment_id, check_id, chosen)
        for chosen in (wrong, list(question.correct))
    ]

    row = db.session.scalars(select(CheckAnswer)).one()
    assert results == [False, True]
    assert (row.chosen, row.is_correct) == (list(question.correct), True)


@pytest.mark.parametrize("chosen", [[], ["z"], ["a", "b", "c", "d"], ["a", "a"]])
def test_an_impossible_answer_to_a_check_is_refused(
    enrolment_id: int, module: Module, check_id: str, chosen: list[str]
) -> None:
    with refused(services.ImpossibleAnswerError):
        give_check(module, enrolment_id, check_id, chosen)


def test_a_question_of_a_test_cannot_be_tried_out_as_a_check(
    enrolment_id: int, module: Module
) -> None:
    for bank in (Bank.POST, Bank.PRE):
        name, question = next(iter(module.questions(bank, SETTING).items()))
        with refused(NotFoundError):
            give_check(module, enrolment_id, name, list(question.correct))
