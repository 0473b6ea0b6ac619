"""Parallel forms: the coin, what each form asks, and what an attempt freezes of it."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable
from random import Random

import pytest
from flask import Flask
from hypothesis import given
from hypothesis import strategies as st
from sqlalchemy import update
from sqlalchemy.exc import IntegrityError

from soar_lms.assessments import services
from soar_lms.assessments.draw import draw_items
from soar_lms.assessments.models import Attempt
from soar_lms.assessments.parallel import (
    FORM_A,
    FORM_B,
    choose_form,
    in_form,
    list_asked,
    other_form,
)
from soar_lms.catalogue.model import Module
from soar_lms.catalogue.schema import Bank, QuestionSpec
from soar_lms.database import db, transaction
from tests import factories
from tests.assessments.test_draw import question
from tests.assessments.variants import with_questions, with_spec
from tests.factories import NOW, make_enrolment, make_person

BOTH = [FORM_A, FORM_B]
PAIRS = {"p1": "q1", "p2": "q2"}
QUESTIONS = {name: question() for name in ("p1", "p0", "p2", "q1", "q0", "q2", "q3")}


# --- the coin -----------------------------------------------------------------------------------


@given(st.text(max_size=20), st.integers(1, 10**9))
def test_the_coin_falls_the_same_way_each_time_and_is_even_in_each_block(
    module_id: str, number: int
) -> None:
    block = [choose_form(module_id, number // 2 * 2 + place) for place in range(2)]

    assert sorted(block) == BOTH
    assert choose_form(module_id, number) == block[number % 2]


def test_the_coin_is_what_it_was_in_earlier_releases() -> None:
    assert "".join(choose_form("garden", number) for number in range(1, 13)) == "bbaababbabaa"


def test_the_form_in_one_module_says_nothing_about_the_next() -> None:
    """Learners who take two modules one after the other have numbers in turn."""
    seen = Counter(
        choose_form("first", number) + choose_form("second", number + 1)
        for number in range(1, 4_001, 2)
    )

    assert set(seen) == {"aa", "ab", "ba", "bb"}
    assert all(420 < count < 580 for count in seen.values())  # 500, give or take four deviations


# --- what a form asks ---------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("form", "before", "after"),
    [
        (FORM_A, ["p1", "p0", "p2"], ["p1", "q0", "p2", "q3"]),
        (FORM_B, ["q1", "p0", "q2"], ["q1", "q0", "q2", "q3"]),
    ],
)
def test_a_form_asks_one_question_of_each_pair_in_its_place(
    form: str, before: list[str], after: list[str]
) -> None:
    banks = [["p1", "p0", "p2"], ["q1", "q0", "q2", "q3"]]

    asked = [in_form(form, PAIRS, {n: QUESTIONS[n] for n in bank}, QUESTIONS) for bank in banks]

    assert [list(bank) for bank in asked] == [before, after]


@given(st.sampled_from(BOTH))
def test_the_two_tests_of_a_learner_share_no_question_of_a_pair(form: str) -> None:
    first, last = list_asked(form, PAIRS), list_asked(other_form(form), PAIRS)

    assert sorted(first + last) == ["p1", "p2", "q1", "q2"]
    assert {form, other_form(form)} == set(BOTH)


@given(st.integers(0, 2**31 - 1), st.sets(st.sampled_from(sorted(QUESTIONS)), max_size=4))
def test_what_is_always_asked_is_in_every_draw(seed: int, always: set[str]) -> None:
    drawn = [
        item.question_id for item in draw_items(QUESTIONS, Random(seed), count=5, always=always)
    ]

    assert always <= set(drawn)
    assert len(set(drawn)) == len(drawn) == 5


@given(st.integers(0, 2**31 - 1))
def test_what_is_always_asked_counts_for_the_share_of_the_setting(seed: int) -> None:
    own = question(settings=["clinic"])
    bank = {"a": own, "b": own, "c": question(), "d": question()}

    drawn = draw_items(bank, Random(seed), count=3, from_setting=1, always=["a", "c", "d"])

    assert sorted(item.question_id for item in drawn) == ["a", "c", "d"]


# --- attempts -----------------------------------------------------------------------------------


def with_forms(module: Module) -> Module:
    """Return the module with three pairs of like questions, and forms of them."""
    pairs = {
        "pre-define-labor": "post-define-smuggling",
        "pre-observe-signs": "post-observe-work",
        "pre-respond-adult": "post-respond-no",
    }
    changed: dict[str, QuestionSpec] = {
        name: item.model_copy(update={"parallel": pairs.get(name)})
        for name, item in module.spec.questions.items()
    }
    pre = module.spec.instruments.pre
    assert pre is not None
    instruments = module.spec.instruments.model_copy(
        update={"pre": pre.model_copy(update={"forms": True})}
    )
    return with_spec(with_questions(module, changed), instruments=instruments)


Sit = Callable[[Module, str], Attempt]


@pytest.fixture
def sit_with(context: Flask, module: Module) -> Callable[[str], Sit]:
    """Return a function that enrols somebody for whom the coin falls so."""

    def enrol(form: str) -> Sit:
        with transaction():
            made = [make_enrolment(make_person(), module, setting="health-care") for _ in range(3)]
        enrolment = next(item for item in made if choose_form(module.id, item.id) == form)
        return lambda of, instrument: hand_in(of, instrument, enrolment.id)

    return enrol


@pytest.fixture
def sit(sit_with: Callable[[str], Sit]) -> Sit:
    """Return a function that hands in a test, of one enrolment."""
    return sit_with(FORM_B)


def hand_in(module: Module, instrument: str, enrolment_id: int) -> Attempt:
    """Take a test without answering anything."""
    with transaction():
        attempt = services.start_attempt(
            module,
            enrolment_id=enrolment_id,
            instrument=instrument,
            setting="health-care",
            language="en",
            now=NOW,
        )
        return factories.hand_in(attempt)


def asked(attempt: Attempt) -> list[str]:
    return [item["question_id"] for item in attempt.items]


@pytest.mark.parametrize("form", BOTH)
def test_the_post_test_asks_the_counterparts_of_what_was_asked_before(
    sit_with: Callable[[str], Sit], module: Module, form: str
) -> None:
    both, sit = with_forms(module), sit_with(form)

    before, after = sit(both, services.PRE), sit(both, services.POST)

    pairs = both.pairs("health-care")
    assert (before.form, after.form) == (form, other_form(form))
    assert set(list_asked(form, pairs)) <= set(asked(before))
    assert set(list_asked(other_form(form), pairs)) <= set(asked(after))
    assert not set(asked(before)) & set(asked(after))


def test_the_other_form_asks_as_many_questions_in_the_same_order(sit: Sit, module: Module) -> None:
    both = with_forms(module)

    before = sit(both, services.PRE)

    pairs = both.pairs()
    assert asked(before) == [pairs.get(name, name) for name in both.questions(Bank.PRE, "x")]


def test_another_try_draws_from_its_own_bank_again(sit: Sit, module: Module) -> None:
    both = with_forms(module)
    sit(both, services.PRE)
    sit(both, services.POST)

    second = sit(both, services.POST)

    assert second.form is None
    assert set(asked(second)) <= set(both.questions(Bank.POST, "health-care"))


def test_without_forms_nothing_changes(sit: Sit, module: Module) -> None:
    attempts = [sit(module, instrument) for instrument in (services.PRE, services.POST)]

    assert [attempt.form for attempt in attempts] == [None, None]
    assert asked(attempts[0]) == list(module.questions(Bank.PRE, "health-care"))


def test_who_began_before_there_were_forms_ends_without_one(sit: Sit, module: Module) -> None:
    sit(module, services.PRE)

    assert sit(with_forms(module), services.POST).form is None


def test_an_unknown_form_is_refused_by_the_database(sit: Sit, module: Module) -> None:
    attempt = sit(module, services.PRE)

    with pytest.raises(IntegrityError, match="form_is_known"):
        db.session.execute(update(Attempt).values(form="c").where(Attempt.id == attempt.id))
