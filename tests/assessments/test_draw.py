"""Drawing questions: how many, which, and in what order. Pure."""

from __future__ import annotations

import json
from collections import Counter
from dataclasses import asdict, replace
from random import Random
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from soar_lms.assessments.draw import draw_items
from soar_lms.assessments.grading import Key, Shape
from soar_lms.assessments.items import Item, frozen_key, key_of
from soar_lms.catalogue.schema import QuestionSpec

OBJECTIVES = ["define", "observe", "ask", "respond"]
OPTIONS = ["a", "b", "c", "d", "e"]


def question(**changes: Any) -> QuestionSpec:
    values = {
        "bank": "post",
        "type": "single",
        "objective": "define",
        "options": ["a", "b", "c"],
        "correct": ["a"],
    }
    return QuestionSpec.model_validate(values | changes)


@st.composite
def questions(draw: st.DrawFn) -> QuestionSpec:
    common = {
        "objective": draw(st.sampled_from(OBJECTIVES)),
        "settings": draw(st.sampled_from([None, ["clinic"]])),
    }
    if draw(st.integers(0, 4)) == 0:
        return question(type="true-false", options=["true", "false"], correct=["false"], **common)
    kind = draw(st.sampled_from(["multiple", "ordering", "matching"]))
    if kind == "ordering":
        options = draw(st.lists(st.sampled_from(OPTIONS), min_size=3, unique=True))
        return question(type=kind, options=options, correct=options[::-1], **common)
    options = draw(st.lists(st.sampled_from(OPTIONS), min_size=2, unique=True))
    if kind == "matching":
        prompts = {"p": options[1], "q": options[0]}
        return question(type=kind, options=options, correct=[], prompts=prompts, **common)
    correct = draw(st.lists(st.sampled_from(options), min_size=1, unique=True))
    return question(
        type="multiple", options=options, correct=correct, keep_order=draw(st.booleans()), **common
    )


@st.composite
def banks(draw: st.DrawFn) -> dict[str, QuestionSpec]:
    items = draw(st.lists(questions(), min_size=1, max_size=25))
    return {f"q{number}": item for number, item in enumerate(items)}


seeds = st.integers(0, 2**31 - 1)
counts = st.integers(1, 12)


def names(items: list[Item]) -> list[str]:
    return [item.question_id for item in items]


@given(banks(), seeds, counts)
def test_a_draw_has_as_many_questions_as_asked_and_none_twice(
    bank: dict[str, QuestionSpec], seed: int, count: int
) -> None:
    drawn = names(draw_items(bank, Random(seed), count=count))

    assert len(drawn) == len(set(drawn)) == min(count, len(bank))
    assert set(drawn) <= set(bank)


@given(banks(), seeds, counts, st.integers(0, 5))
def test_the_setting_gets_at_least_its_share(
    bank: dict[str, QuestionSpec], seed: int, count: int, share: int
) -> None:
    own = {name for name, item in bank.items() if item.settings is not None}
    share = min(share, count)

    drawn = names(draw_items(bank, Random(seed), count=count, from_setting=share))

    assert len(own.intersection(drawn)) >= min(share, len(own))
    assert len(drawn) == min(count, len(bank))


@given(banks(), seeds, counts, st.integers(0, 3))
def test_the_same_seed_gives_the_same_draw(
    bank: dict[str, QuestionSpec], seed: int, count: int, share: int
) -> None:
    draws = [
        draw_items(bank, Random(seed), count=count, from_setting=min(share, count))
        for _ in range(2)
    ]

    assert draws[0] == draws[1]


@given(banks(), seeds)
def test_every_option_is_shown_once_and_the_key_is_the_questions_own(
    bank: dict[str, QuestionSpec], seed: int
) -> None:
    for item in draw_items(bank, Random(seed), count=len(bank)):
        assert sorted(item.options) == sorted(bank[item.question_id].options)
        assert item.correct == key_of(bank[item.question_id]).correct


@given(banks(), seeds)
def test_an_order_that_has_a_meaning_is_kept(bank: dict[str, QuestionSpec], seed: int) -> None:
    for item in draw_items(bank, Random(seed), count=len(bank)):
        spec = bank[item.question_id]
        if spec.keep_order or spec.type == "true-false":
            assert item.options == spec.options


@given(banks(), seeds, counts)
def test_objectives_are_spread_as_evenly_as_the_bank_allows(
    bank: dict[str, QuestionSpec], seed: int, count: int
) -> None:
    drawn = names(draw_items(bank, Random(seed), count=count))

    asked = Counter(bank[name].objective for name in drawn)
    waiting = {item.objective for name, item in bank.items() if name not in drawn}
    most = max(asked.values())
    assert all(asked[objective] >= most - 1 for objective in waiting)


@given(banks(), seeds)
def test_without_a_count_the_whole_bank_is_asked_in_its_order(
    bank: dict[str, QuestionSpec], seed: int
) -> None:
    drawn = draw_items(bank, Random(seed), shuffle=False)

    assert names(drawn) == list(bank)
    assert all(item.options == bank[item.question_id].options for item in drawn)


@given(banks(), seeds, st.booleans())
def test_things_to_put_in_order_are_never_shown_in_the_right_order(
    bank: dict[str, QuestionSpec], seed: int, shuffle: bool
) -> None:
    for item in draw_items(bank, Random(seed), shuffle=shuffle):
        if item.shape is Shape.ORDER:
            assert item.options != bank[item.question_id].correct


@given(banks(), seeds)
def test_an_item_that_was_frozen_has_the_key_of_its_question(
    bank: dict[str, QuestionSpec], seed: int
) -> None:
    for item in draw_items(bank, Random(seed)):
        frozen = json.loads(json.dumps(asdict(item)))

        key = frozen_key(frozen)

        assert replace(key, options=()) == replace(key_of(bank[item.question_id]), options=())


@pytest.mark.parametrize(
    ("several", "shape"), [(False, Shape.ONE), (True, Shape.SEVERAL)], ids=["one", "several"]
)
def test_an_item_frozen_by_an_earlier_release_asks_for_options_all_or_nothing(
    several: bool, shape: Shape
) -> None:
    item = {"question_id": "q", "options": ["b", "a"], "correct": ["a"], "several": several}

    assert frozen_key(item) == Key(shape, ("b", "a"), ("a",), (), partial=False)


def test_seeds_change_the_questions_their_order_and_their_options() -> None:
    bank = {f"q{number}": question() for number in range(20)}

    draws = [draw_items(bank, Random(seed), count=5) for seed in range(30)]

    assert len({frozenset(names(drawn)) for drawn in draws}) > 20
    assert len({tuple(names(drawn)) for drawn in draws}) > 20
    assert len({item.options for drawn in draws for item in drawn}) == 6


def test_every_question_of_the_bank_is_drawn_some_day() -> None:
    bank = {f"q{number}": question(objective=OBJECTIVES[number % 4]) for number in range(12)}

    seen = {name for seed in range(60) for name in names(draw_items(bank, Random(seed), count=4))}

    assert seen == set(bank)
