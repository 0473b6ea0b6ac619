"""Results and answers of many learners, counted by the real databases."""

from __future__ import annotations

from collections.abc import Callable, Collection, Mapping
from datetime import timedelta
from typing import Any

import pytest
from flask import Flask
from sqlalchemy import Select, bindparam, select, update

from soar_lms.assessments import services
from soar_lms.assessments.gain import Outcome, Results, Score, Share, Shift
from soar_lms.assessments.models import Attempt
from soar_lms.assessments.parallel import FORM_A, FORM_B, choose_form
from soar_lms.assessments.results import (
    count_answers,
    count_outcomes,
    get_results,
    select_paired,
)
from soar_lms.catalogue.model import Module
from soar_lms.database import Among, Numbers, db, transaction
from soar_lms.learning.models import Enrolment
from tests.assessments.variants import with_post, with_questions, with_spec
from tests.factories import NOW, hand_in, make_enrolment, make_person

SETTING = "health-care"
PRE_ONE, PRE_TWO = "pre-define-minor", "pre-respond-adult"
POST_ONE, POST_TWO = "post-define-minor", "post-respond-no"
ALONE = "post-ask-interpreter"
"""Three right answers of five, in no pair of the small module."""

Answers = Mapping[str, list[str]]
EMPTY: Answers = {name: [] for name in (PRE_ONE, PRE_TWO, POST_ONE, POST_TWO, ALONE)}


@pytest.fixture
def small(module: Module) -> Module:
    """Return the module with two pairs of questions, and one that stands alone."""
    names = (PRE_ONE, PRE_TWO, POST_ONE, POST_TWO, ALONE)
    questions = {name: module.spec.questions[name] for name in names}
    return with_post(with_questions(module, questions), draw=3, from_setting=0)


def with_forms(small: Module) -> Module:
    pre = small.spec.instruments.pre
    assert pre is not None
    forms = pre.model_copy(update={"forms": True})
    return with_spec(small, instruments=small.spec.instruments.model_copy(update={"pre": forms}))


@pytest.fixture
def enrol(context: Flask, module: Module) -> Callable[[], int]:
    """Return a function that enrols somebody; it gives the number."""

    def make() -> int:
        with transaction():
            return make_enrolment(make_person(), module, setting=SETTING).id

    return make


def sit(
    module: Module, enrolment_id: int, instrument: str, answers: Answers, **values: Any
) -> Attempt:
    """Take a test with these answers, the other questions left open, and hand it in."""
    given: dict[str, Any] = {"setting": SETTING, "language": "en", "now": NOW} | values
    with transaction():
        attempt = services.start_attempt(
            module, enrolment_id=enrolment_id, instrument=instrument, **given
        )
        for item in attempt.items:
            if item["question_id"] in answers:
                chosen = answers[item["question_id"]]
                services.save_answer(attempt, item["question_id"], chosen, given["now"])
        return hand_in(attempt, given["now"])


def among(numbers: Collection[int]) -> Select[int]:
    """Return the select of enrolments by their numbers."""
    return select(Enrolment.id).where(
        Among(Enrolment.id, bindparam("numbers", list(numbers), Numbers))
    )


def places(*numbers: int) -> Select[int, str, str]:
    """Return the select of enrolments with where they are."""
    return among(numbers).with_only_columns(
        Enrolment.id.label("enrolment_id"), Enrolment.setting, Enrolment.language
    )


def key(module: Module, *names: str) -> dict[str, list[str]]:
    """Return the right answers to some questions."""
    return {name: list(module.spec.questions[name].correct) for name in names}


# --- results ------------------------------------------------------------------------------------


def test_the_first_post_test_is_after_and_the_best_stands_beside_it(
    enrol: Callable[[], int], small: Module
) -> None:
    number = enrol()
    sit(small, number, services.PRE, key(small, PRE_ONE))
    for right in ([POST_ONE], [POST_ONE, ALONE], []):
        sit(small, number, services.POST, key(small, *right))

    found = get_results(number)

    assert found == Results(before=Score(1, 2), after=Score(1, 3), best=Score(2, 3))


def test_only_what_was_handed_in_counts(enrol: Callable[[], int], small: Module) -> None:
    with_post_open, nothing = enrol(), enrol()
    sit(small, with_post_open, services.PRE, {})
    with transaction():
        for number, instrument in ((with_post_open, services.POST), (nothing, services.PRE)):
            services.start_attempt(
                small,
                enrolment_id=number,
                instrument=instrument,
                setting=SETTING,
                language="en",
                now=NOW,
            )

    assert get_results(with_post_open) == Results(before=Score(0, 2))
    assert get_results(nothing) == Results()


@pytest.mark.parametrize(
    ("later", "before"),
    [(timedelta(0), Score(1, 2)), (timedelta(seconds=1), None)],
    ids=["handed-in-when-the-other-began", "handed-in-afterwards"],
)
def test_a_pre_test_after_the_post_test_began_says_nothing_of_before(
    enrol: Callable[[], int], small: Module, later: timedelta, before: Score | None
) -> None:
    number = enrol()
    sit(small, number, services.POST, key(small, ALONE))
    sit(small, number, services.PRE, key(small, PRE_ONE), now=NOW + later)

    assert get_results(number).before == before


def test_outcomes_are_counted_where_they_are_alike(enrol: Callable[[], int], small: Module) -> None:
    alike, twin, better, waiting = (enrol() for _ in range(4))
    for number in (alike, twin, better, waiting):
        sit(small, number, services.PRE, key(small, PRE_ONE))
    for number in (alike, twin, better):
        sit(small, number, services.POST, key(small, ALONE))
    sit(small, better, services.POST, key(small, ALONE, POST_ONE, POST_TWO))

    found = count_outcomes(places(alike, twin, better, waiting), {})

    third = 100 / 3
    assert sorted(found, key=lambda item: (item.after is None, item.best)) == [
        Outcome(50, third, third, 2, SETTING, "en"),
        Outcome(50, third, 100, 1, SETTING, "en"),
        Outcome(50, None, None, 1, SETTING, "en"),
    ]


def test_outcomes_are_those_of_each_learner_alone(enrol: Callable[[], int], small: Module) -> None:
    late, silent = enrol(), enrol()
    sit(small, late, services.POST, key(small, ALONE))
    sit(small, late, services.PRE, {}, now=NOW + timedelta(seconds=1))

    for number in (late, silent):
        (outcome,), results = count_outcomes(places(number), {}), get_results(number)
        assert outcome.unpaired is results.unpaired
        assert outcome.after == (results.after and results.after.percent)
        assert list(db.session.scalars(select_paired(places(number)))) == []


# --- answers ------------------------------------------------------------------------------------


def test_answers_are_counted_by_objective_and_by_pair(
    enrol: Callable[[], int], small: Module
) -> None:
    """Three people: one learns both things, one forgets one, one leaves answers empty."""
    learner, forgetter, silent = enrol(), enrol(), enrol()
    wrong = {PRE_ONE: ["b"], PRE_TWO: ["a"], ALONE: ["a"]}
    sit(small, learner, services.PRE, wrong)
    sit(small, learner, services.POST, key(small, POST_ONE, POST_TWO, ALONE))
    sit(small, forgetter, services.PRE, key(small, PRE_ONE, PRE_TWO))
    sit(small, forgetter, services.POST, key(small, POST_ONE) | {POST_TWO: ["a"], ALONE: ["a"]})
    sit(small, silent, services.PRE, key(small, PRE_ONE) | {PRE_TWO: []})
    sit(small, silent, services.POST, EMPTY)

    counts = count_answers(small, among([learner, forgetter, silent]), {})

    assert counts.shifts == {
        (PRE_ONE, POST_ONE): Shift(learned=1, kept=1, lost=1, missed=0),
        (PRE_TWO, POST_TWO): Shift(learned=1, kept=0, lost=1, missed=1),
    }
    asked = {name: shares for name, shares in counts.objectives.items() if shares[1].asked}
    assert asked == {
        "define": (Share(2, 3), Share(2, 3)),
        "ask": (Share(0, 0), Share(1, 3)),
        "respond": (Share(1, 3), Share(1, 3)),
    }


def test_only_the_first_post_test_is_counted(enrol: Callable[[], int], small: Module) -> None:
    number = enrol()
    sit(small, number, services.PRE, EMPTY)
    sit(small, number, services.POST, EMPTY)
    sit(small, number, services.POST, key(small, POST_ONE, POST_TWO, ALONE))

    counts = count_answers(small, among([number]), {})

    assert counts.shifts[PRE_ONE, POST_ONE] == Shift(missed=1)
    assert counts.objectives["ask"] == (Share(), Share(0, 1))


def test_a_test_that_is_open_is_not_counted(enrol: Callable[[], int], small: Module) -> None:
    number = enrol()
    sit(small, number, services.PRE, EMPTY)
    attempt = sit(small, number, services.POST, EMPTY)
    with transaction():
        attempt.submitted_at = attempt.points_numerator = None

    counts = count_answers(small, among([number]), {})

    assert counts.shifts[PRE_ONE, POST_ONE].count == 0
    assert counts.objectives["define"] == (Share(0, 1), Share())


def test_a_question_that_was_never_opened_is_not_counted(
    enrol: Callable[[], int], small: Module
) -> None:
    number = enrol()
    sit(small, number, services.PRE, key(small, PRE_ONE))
    sit(small, number, services.POST, key(small, POST_TWO))

    counts = count_answers(small, among([number]), {})

    assert [shift.count for shift in counts.shifts.values()] == [0, 0]
    assert counts.objectives["define"] == (Share(1, 1), Share())


def test_others_are_not_counted(enrol: Callable[[], int], small: Module) -> None:
    mine, others = enrol(), enrol()
    for number in (mine, others):
        sit(small, number, services.PRE, EMPTY)
        sit(small, number, services.POST, EMPTY)

    assert count_answers(small, among([mine]), {}).shifts[PRE_ONE, POST_ONE].count == 1
    assert count_answers(small, among([]), {}).shifts[PRE_ONE, POST_ONE].count == 0


@pytest.mark.parametrize("form", [FORM_A, FORM_B])
def test_with_forms_before_is_before_whichever_question_it_was(
    enrol: Callable[[], int], small: Module, form: str
) -> None:
    both = with_forms(small)
    number = next(
        number for number in (enrol() for _ in range(3)) if choose_form(small.id, number) == form
    )
    first, last = (PRE_ONE, POST_ONE) if form == FORM_A else (POST_ONE, PRE_ONE)
    sit(both, number, services.PRE, EMPTY)
    after = sit(both, number, services.POST, key(both, first, last))

    counts = count_answers(both, among([number]), {})

    assert {PRE_ONE, POST_ONE} & {item["question_id"] for item in after.items} == {last}
    assert counts.shifts[PRE_ONE, POST_ONE] == Shift(learned=1)
    assert counts.objectives["define"] == (Share(0, 1), Share(1, 1))


def test_an_answer_is_judged_by_the_key_of_today(enrol: Callable[[], int], small: Module) -> None:
    """A key that was wrong says nothing of what people learned."""
    number = enrol()
    sit(small, number, services.PRE, {PRE_ONE: ["b"]})
    sit(small, number, services.POST, key(small, POST_ONE))
    mended = small.spec.questions[PRE_ONE].model_copy(update={"correct": ("b",)})

    counts = count_answers(
        with_questions(small, {**small.spec.questions, PRE_ONE: mended}), among([number]), {}
    )

    assert counts.shifts[PRE_ONE, POST_ONE] == Shift(kept=1)


def test_a_question_that_left_the_module_is_not_counted(
    enrol: Callable[[], int], small: Module
) -> None:
    number = enrol()
    sit(small, number, services.PRE, key(small, PRE_ONE))
    sit(small, number, services.POST, key(small, ALONE))
    left = with_questions(small, {ALONE: small.spec.questions[ALONE]})

    counts = count_answers(left, among([number]), {})

    assert counts.shifts == {}
    assert counts.objectives["define"] == (Share(), Share())
    assert counts.objectives["ask"] == (Share(), Share(1, 1))


def test_thousands_are_asked_for_at_once(enrol: Callable[[], int], small: Module) -> None:
    number = enrol()
    sit(small, number, services.PRE, EMPTY)
    sit(small, number, services.POST, EMPTY)
    many = range(number, number + 40_000)

    assert count_answers(small, among(many), {}).shifts[PRE_ONE, POST_ONE].count == 1


def test_results_say_what_is_stored(enrol: Callable[[], int], small: Module) -> None:
    """Points are not worked out anew: a regrade that was applied shows, and nothing else does."""
    number = enrol()
    attempt = sit(small, number, services.PRE, key(small, PRE_ONE))
    db.session.execute(update(Attempt).values(points_numerator=2).where(Attempt.id == attempt.id))

    assert get_results(number).before == Score(2, 2)
