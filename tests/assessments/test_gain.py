"""What was learned: the figures, by examples worked by hand and by what must always hold. Pure."""

from __future__ import annotations

from dataclasses import asdict, astuple, replace
from random import Random

import pytest
from hypothesis import given
from hypothesis import strategies as st

from soar_lms.assessments.gain import (
    Outcome,
    Pair,
    Results,
    Score,
    Share,
    Shift,
    Unpaired,
    normalised_gain,
    summarise,
)


def results(before: int, after: int, best: int | None = None) -> Outcome:
    """Return what somebody reached, of 8 points before and of 10 after."""
    return Outcome(100 * before / 8, 100 * after / 10, 100 * (best or after) / 10)


# --- one learner --------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("of", "reason"),
    [
        (Results(Score(1, 8), Score(2, 10), Score(2, 10)), None),
        (Results(Score(0, 8), Score(0, 10), Score(0, 10)), None),
        (Results(before=Score(1, 8)), Unpaired.NO_POST),
        (Results(after=Score(1, 10), best=Score(1, 10)), Unpaired.NO_PRE),
        (Results(), Unpaired.NEITHER),
    ],
)
def test_who_does_not_have_both_tests_is_not_paired(of: Results, reason: Unpaired | None) -> None:
    assert of.unpaired is reason


@pytest.mark.parametrize(
    ("before", "after", "gain", "rose"),
    [
        (Score(3, 8), Score(9, 10), 52.5, True),
        (Score(4, 8), Score(5, 10), 0, False),
        (Score(8, 8), Score(9, 10), -10, False),
        (Score(0, 0), Score(1, 2), 50, True),
    ],
)
def test_a_gain_is_in_percentage_points(
    before: Score, after: Score, gain: float, rose: bool
) -> None:
    pair = Pair(before, after)

    assert (pair.gain, pair.rose) == (gain, rose)


@pytest.mark.parametrize(
    ("before", "after", "gain"),
    [(50, 75, 0.5), (0, 100, 1), (50, 25, -0.5), (99, 100, 1), (100, 100, None), (100, 90, None)],
)
def test_the_normalised_gain_is_the_share_of_what_could_be_gained(
    before: float, after: float, gain: float | None
) -> None:
    assert normalised_gain(before, after) == gain


# --- a group ------------------------------------------------------------------------------------


def test_three_learners_as_worked_by_hand() -> None:
    """Before 25, 50, 75; after 70, 80, 70; so the gains are 45, 30 and -5, around 70/3."""
    found = summarise([results(2, 7, best=9), results(4, 8), results(6, 7, best=10)])

    assert found is not None
    assert asdict(found) == {
        "count": 3,
        "mean_before": 50,
        "mean_after": pytest.approx(220 / 3),
        "mean_best": 90,
        "median_before": 50,
        "median_after": 70,
        "mean_gain": pytest.approx(70 / 3),
        "deviation": pytest.approx(25.65801),  # the root of (469.444 + 44.444 + 802.778) / 2
        "normalised": pytest.approx(0.466667, rel=1e-5),  # 23.333 of 50
        "effect": pytest.approx(0.909398, rel=1e-5),  # 23.33333 / 25.65801
    }


def test_one_learner_has_a_gain_and_no_deviation() -> None:
    found = summarise([results(4, 9)])

    assert found is not None
    assert (found.count, found.mean_gain) == (1, 40)
    assert (found.deviation, found.effect) == (None, None)


def test_equal_gains_have_no_effect_size() -> None:
    found = summarise([results(4, 9)] * 3)

    assert found is not None
    assert (found.deviation, found.effect) == (0, None)


def test_who_knew_everything_before_could_gain_nothing() -> None:
    found = summarise([results(8, 10), results(8, 9)])

    assert found is not None
    assert found.normalised is None


@pytest.mark.parametrize("nobody", [[], [Outcome(None, None, None)], [Outcome(50, None, None)]])
def test_a_group_of_nobody_has_no_figures(nobody: list[Outcome]) -> None:
    assert summarise(nobody) is None


groups = st.lists(st.builds(results, st.integers(0, 8), st.integers(0, 10)), min_size=1)


@given(groups, st.randoms())
def test_figures_do_not_depend_on_the_order_or_on_those_who_are_not_paired(
    group: list[Outcome], random: Random
) -> None:
    others = [Outcome(None, None, None), Outcome(30, None, None), Outcome(None, 30, 30)]
    mixed = [*group, *others]
    random.shuffle(mixed)

    expected, found = summarise(group), summarise(mixed)

    assert expected is not None
    assert found is not None
    assert astuple(found) == pytest.approx(astuple(expected))


@given(st.lists(st.tuples(st.integers(0, 8), st.integers(0, 10), st.integers(1, 4)), min_size=1))
def test_learners_who_reached_the_same_can_be_counted(
    counted: list[tuple[int, int, int]],
) -> None:
    together = [replace(results(before, after), people=many) for before, after, many in counted]
    alone = [results(before, after) for before, after, many in counted for _ in range(many)]

    assert summarise(together) == summarise(alone)


@given(groups)
def test_the_figures_of_a_group_fit_each_other(group: list[Outcome]) -> None:
    found = summarise(group)

    assert found is not None
    assert found.mean_gain == pytest.approx(found.mean_after - found.mean_before, abs=1e-9)
    assert found.normalised is None or found.normalised <= 1 + 1e-9
    assert 0 <= found.median_before <= 100


# --- answers ------------------------------------------------------------------------------------


def test_shares_and_shifts_count_people() -> None:
    share, shift = Share(), Shift()
    share.add(3, right=True)
    share.add(1, right=False)
    for number, (before, after) in enumerate(
        [(False, True), (True, True), (True, False), (False, False)], 1
    ):
        shift.add(number, before=before, after=after)

    assert (share.value, Share().value) == (0.75, None)
    assert shift == Shift(learned=1, kept=2, lost=3, missed=4)
    assert shift.count == 10
