"""Grading: points, the pass boundary, what is a possible answer. Pure."""

from __future__ import annotations

import pytest
from hypothesis import assume, given
from hypothesis import strategies as st

from soar_lms.assessments.grading import (
    Grade,
    grade,
    is_correct,
    is_possible,
    needed_points,
    percent,
)

OPTIONS = ["a", "b", "c", "d", "e"]
some_options = st.sets(st.sampled_from(OPTIONS), min_size=1)
names = st.text("pqr-0123456789", min_size=1, max_size=8)
keys_of_a_test = st.dictionaries(names, some_options, min_size=1, max_size=25)
answers_of_a_test = st.dictionaries(names, st.lists(st.sampled_from([*OPTIONS, "x"])), max_size=25)
marks = st.integers(1, 100)


@given(keys_of_a_test, answers_of_a_test, marks)
def test_points_are_between_nothing_and_one_for_each_question(
    keys: dict[str, set[str]], answers: dict[str, list[str]], mark: int
) -> None:
    result = grade(keys, answers, mark)

    assert 0 <= result.points <= result.max_points == len(keys)
    assert 0 <= result.percent <= 100


@given(keys_of_a_test, marks)
def test_all_right_answers_are_full_points_and_a_pass(keys: dict[str, set[str]], mark: int) -> None:
    assert grade(keys, keys, mark) == Grade(len(keys), len(keys), passed=True)


@given(keys_of_a_test, marks)
def test_no_answers_are_no_points_and_no_pass(keys: dict[str, set[str]], mark: int) -> None:
    assert grade(keys, {}, mark) == Grade(0, len(keys), passed=False)


@given(some_options, st.sets(st.sampled_from(OPTIONS)))
def test_only_exactly_the_right_options_are_right(correct: set[str], chosen: set[str]) -> None:
    assert is_correct(chosen, correct) == (chosen == correct)


@given(some_options, st.randoms())
def test_the_order_of_the_chosen_options_does_not_matter(correct: set[str], random: object) -> None:
    chosen = sorted(correct)
    random.shuffle(chosen)  # type: ignore[attr-defined]  # hypothesis types it loosely

    assert is_correct(chosen, sorted(correct))


@given(keys_of_a_test, answers_of_a_test, marks)
def test_answers_to_questions_that_were_not_drawn_change_nothing(
    keys: dict[str, set[str]], answers: dict[str, list[str]], mark: int
) -> None:
    drawn_only = {name: chosen for name, chosen in answers.items() if name in keys}

    assert grade(keys, answers, mark) == grade(keys, drawn_only, mark)


@given(st.integers(1, 100), marks, st.data())
def test_needed_points_agree_with_the_grade(total: int, mark: int, data: st.DataObject) -> None:
    right = data.draw(st.integers(0, total))
    keys = {f"q{number}": {"a"} for number in range(total)}
    answers = {f"q{number}": ["a"] for number in range(right)}

    assert grade(keys, answers, mark).passed == (right >= needed_points(total, mark))


@given(st.integers(1, 1000), marks)
def test_needed_points_are_the_fewest_that_reach_the_mark(total: int, mark: int) -> None:
    needed = needed_points(total, mark)

    assert 100 * needed >= mark * total > 100 * (needed - 1)
    assert 1 <= needed <= total


@pytest.mark.parametrize(
    ("points", "total", "mark", "passed", "shown"),
    [
        pytest.param(799, 1000, 80, False, 79, id="79.9-is-no-80"),
        pytest.param(800, 1000, 80, True, 80, id="80-is-80"),
        pytest.param(8, 10, 80, True, 80, id="eight-of-ten"),
        pytest.param(7, 10, 80, False, 70, id="seven-of-ten"),
        pytest.param(2, 3, 66, True, 66, id="two-thirds-is-more-than-66"),
        pytest.param(2, 3, 67, False, 66, id="two-thirds-is-less-than-67"),
        pytest.param(29, 100, 29, True, 29, id="0.29-times-100-is-not-28"),
        pytest.param(99, 100, 100, False, 99, id="one-short-of-all"),
    ],
)
def test_the_pass_mark_is_met_in_whole_numbers(
    points: int, total: int, mark: int, passed: bool, shown: int
) -> None:
    keys = {f"q{number}": {"a"} for number in range(total)}
    answers = {f"q{number}": ["a"] for number in range(points)}

    result = grade(keys, answers, mark)

    assert (result.passed, result.percent) == (passed, shown)


@given(keys_of_a_test, answers_of_a_test)
def test_a_test_without_a_mark_is_neither_passed_nor_failed(
    keys: dict[str, set[str]], answers: dict[str, list[str]]
) -> None:
    assert grade(keys, answers, None).passed is None


def test_a_test_without_questions_has_no_percent_to_divide() -> None:
    assert percent(0, 0) == 0


@given(st.integers(0, 500), st.integers(1, 500))
def test_percent_never_claims_more_than_was_reached(points: int, total: int) -> None:
    assume(points <= total)

    assert percent(points, total) * total <= 100 * points


@pytest.mark.parametrize(
    ("chosen", "several", "possible"),
    [
        pytest.param([], False, True, id="nothing-takes-the-answer-back"),
        pytest.param(["a"], False, True, id="one-of-one"),
        pytest.param(["a", "b"], False, False, id="two-of-one"),
        pytest.param(["a", "b"], True, True, id="two-of-several"),
        pytest.param(["a", "b", "c"], True, True, id="all-of-several"),
        pytest.param(["a", "a"], True, False, id="one-twice"),
        pytest.param(["x"], False, False, id="unknown"),
        pytest.param(["a", "x"], True, False, id="one-unknown"),
        pytest.param([""], False, False, id="empty-name"),
        pytest.param(["A"], False, False, id="another-case"),
    ],
)
def test_an_answer_is_possible_with_known_options_each_once(
    chosen: list[str], several: bool, possible: bool
) -> None:
    assert is_possible(chosen, ("a", "b", "c"), several=several) is possible
