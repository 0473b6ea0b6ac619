"""Difficulty and discrimination: by an example worked by hand, and against the textbook formula."""

from __future__ import annotations

from collections import defaultdict
from statistics import StatisticsError, correlation

import pytest
from hypothesis import given
from hypothesis import strategies as st

from soar_lms.assessments.grading import Key, Shape, earned, is_correct
from soar_lms.assessments.item_statistics import Choice, measure_item

ONE = Key(Shape.ONE, ("a", "b", "c"), ("a",))
SEVERAL = Key(Shape.SEVERAL, ("a", "b", "c"), ("a", "b"), partial=True)
Taken = list[tuple[tuple[str, ...], int]]
"""For each learner the answer, and the points of the other questions."""


def count(key: Key, taken: Taken) -> list[Choice]:
    """Count answers as the database does."""
    totals: dict[tuple[str, ...], list[float]] = defaultdict(list)
    for chosen, others in taken:
        totals[chosen].append(others + float(earned(chosen, key)))
    return [
        Choice(chosen, len(found), sum(found), sum(total * total for total in found))
        for chosen, found in totals.items()
    ]


def test_six_learners_as_worked_by_hand() -> None:
    """Right: 3, 2, 1 other points (mean 2); wrong: 1, 1, 0. All: mean 8/6, spread 8/9."""
    taken: Taken = [(("a",), 3), (("a",), 2), (("a",), 1), (("b",), 1), (("c",), 1), (("b",), 0)]

    found = measure_item(ONE, count(ONE, taken))

    assert (found.answers, found.right, found.difficulty) == (6, 3, 0.5)
    assert found.discrimination == pytest.approx((1 - 8 / 12) / (0.5 * (8 / 9) ** 0.5))
    assert found.mistake is not None
    assert (found.mistake.chosen, found.mistake.people) == (("b",), 2)


@pytest.mark.parametrize(
    "taken",
    [
        pytest.param([(("a",), 1), (("a",), 2)], id="all-right"),
        pytest.param([(("b",), 1), (("c",), 2)], id="all-wrong"),
        pytest.param([(("a",), 2), (("b",), 2)], id="equal-otherwise"),
    ],
)
def test_where_nothing_differs_nothing_is_told_apart(taken: Taken) -> None:
    assert measure_item(ONE, count(ONE, taken)).discrimination is None


def test_an_empty_answer_is_wrong_and_no_mistake_to_talk_about() -> None:
    found = measure_item(ONE, count(ONE, [((), 1), ((), 0), (("a",), 2), (("b",), 2)]))

    assert (found.answers, found.right) == (4, 1)
    assert found.mistake is not None
    assert found.mistake.chosen == ("b",)


def test_where_nobody_was_wrong_there_is_no_mistake() -> None:
    assert measure_item(ONE, count(ONE, [(("a",), 1)])).mistake is None


answers = st.lists(st.sampled_from(["a", "b", "c"]), max_size=2, unique=True).map(
    lambda words: tuple(sorted(words))
)


@given(st.lists(st.tuples(answers, st.integers(0, 9)), min_size=2), st.sampled_from([ONE, SEVERAL]))
def test_it_is_the_correlation_of_each_answer_with_the_rest(taken: Taken, key: Key) -> None:
    right = [float(is_correct(chosen, key)) for chosen, _ in taken]
    try:
        expected = correlation(right, [others for _, others in taken])
    except StatisticsError:
        expected = None

    found = measure_item(key, count(key, taken))

    assert found.answers == len(taken)
    assert found.right == sum(right)
    assert found.discrimination == (None if expected is None else pytest.approx(expected, abs=1e-6))
