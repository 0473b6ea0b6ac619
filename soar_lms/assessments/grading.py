"""Grading. Pure: frozen items and answers in, points out.

A question is worth one point, earned by choosing exactly the right options: no more, no fewer.
A test is passed when `100 * points >= pass_mark * questions`; the comparison is in whole numbers,
so that no rounding can turn 79.9 into 80. The percentage shown is rounded down for the same reason.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass


@dataclass(frozen=True)
class Grade:
    """The result of a test."""

    points: int
    max_points: int
    passed: bool | None
    """None for a test that is not graded."""

    @property
    def percent(self) -> int:
        return percent(self.points, self.max_points)


def percent(points: int, max_points: int) -> int:
    """Return whole percent, rounded down; 0 for a test without questions."""
    return 100 * points // max_points if max_points else 0


def is_correct(chosen: Collection[str], correct: Collection[str]) -> bool:
    """Whether exactly the right options were chosen."""
    return bool(chosen) and set(chosen) == set(correct)


def grade(
    keys: Mapping[str, Collection[str]],
    answers: Mapping[str, Collection[str]],
    pass_mark: int | None,
) -> Grade:
    """Grade an attempt.

    `keys` maps each question that was drawn to its right options; `answers` maps questions to the
    options chosen (a question without an answer earns nothing, an answer to a question that was not
    drawn is ignored). `pass_mark` is in percent; None: not graded.
    """
    points = sum(is_correct(answers.get(name, ()), correct) for name, correct in keys.items())
    passed = None if pass_mark is None else 100 * points >= pass_mark * len(keys)
    return Grade(points, len(keys), passed)


def needed_points(max_points: int, pass_mark: int) -> int:
    """Return the fewest points that pass: what a learner is told beforehand."""
    return -(-pass_mark * max_points // 100)


def is_possible(chosen: Iterable[str], options: Collection[str], *, several: bool) -> bool:
    """Whether an answer can be given to a question: known options, each once, not too many."""
    chosen = list(chosen)
    if len(set(chosen)) < len(chosen) or not set(chosen) <= set(options):
        return False
    return several or len(chosen) <= 1
