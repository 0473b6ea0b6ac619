"""How hard a question is, and whether it tells who knows from who does not. Pure.

Of the first tries of one version of a question; versions are never mixed.

- **Difficulty**: the share of the answers that are right, p; a small p is a hard question.
  L. Crocker and J. Algina, Introduction to Classical and Modern Test Theory, 1986, chapter 14.
- **Discrimination**: the point-biserial correlation between a right answer (x: 1 or 0) and the
  points of all other questions of the test (r: the total without what this question earned),
  (mean(x r) - mean(x) mean(r)) / (sd(x) sd(r)). It is "corrected": with the question in the total,
  each would correlate with itself. Ibid.; S. Henrysson, Correction of item-total correlations in
  item analysis, Psychometrika 28, 211-218 (1963). It is undefined when everybody answered alike or
  everybody has the same rest.

A final test draws its questions, so the rest is of questions that differ from learner to learner.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from math import fsum, sqrt

from soar_lms.assessments.grading import Key, earned, is_correct

_NOTHING = 1e-9
"""A spread below it is rounding."""


@dataclass(frozen=True)
class Choice:
    """One answer to a question, and what those who gave it reached in the whole test."""

    chosen: tuple[str, ...]
    people: int
    points: float
    """Their totals, added up."""
    squares: float
    """The squares of their totals, added up."""


@dataclass(frozen=True)
class ItemStatistics:
    """What the first tries say about a question."""

    answers: int
    right: int
    discrimination: float | None
    """From -1 to 1; None where it is undefined."""
    mistake: Choice | None
    """The wrong answer that most people gave; None where nobody gave one."""

    @property
    def difficulty(self) -> float:
        """The share of right answers; there must be some."""
        return self.right / self.answers


def measure_item(key: Key, choices: Sequence[Choice]) -> ItemStatistics:
    """Return what answers say about their question."""
    wrong = [item for item in choices if item.chosen and not is_correct(item.chosen, key)]
    return ItemStatistics(
        answers=sum(item.people for item in choices),
        right=sum(item.people for item in choices if is_correct(item.chosen, key)),
        discrimination=_discriminate(key, choices),
        mistake=max(wrong, key=_rank, default=None),
    )


def _rank(choice: Choice) -> tuple[int, tuple[str, ...]]:
    """Put answers into an order that is the same each time."""
    return choice.people, choice.chosen


def _discriminate(key: Key, choices: Sequence[Choice]) -> float | None:
    people = sum(item.people for item in choices)
    right = sum(item.people for item in choices if is_correct(item.chosen, key))
    if not 0 < right < people:
        return None
    rests = [(_rest(key, item), is_correct(item.chosen, key)) for item in choices]
    mean = fsum(rest for (rest, _), _ in rests) / people
    spread = fsum(square for (_, square), _ in rests) / people - mean * mean
    if spread < _NOTHING:
        return None
    share = right / people
    together = fsum(rest for (rest, _), is_right in rests if is_right) / people
    return (together - share * mean) / sqrt(share * (1 - share) * spread)


def _rest(key: Key, choice: Choice) -> tuple[float, float]:
    """Return the points of all other questions, and their squares, added up."""
    own = float(earned(choice.chosen, key))
    return (
        choice.points - own * choice.people,
        choice.squares - 2 * own * choice.points + own * own * choice.people,
    )
