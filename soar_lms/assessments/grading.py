"""Grading. Pure: keys and answers in, points out; all of it exact.

An answer is a list of words. Where options are chosen it is their ids; where things are put in
order, `item:place` for each item; where things are matched, `prompt:option` for each prompt. The
key of a question is written in the same words, so an answer is right when it is the same set.

A question is worth one point. Credit is all or nothing (the right answer 1, any other 0) unless the
question declares partial credit. Then it is

- options: max(0, r/R - w/min(R, W)): r of R right and w of W wrong options were chosen. A wrong one
  takes away as much as a right one gives; where there are fewer wrong options than right ones it
  takes away more, so that choosing all of them earns nothing.
- matching: r/P: r of P prompts have their option.
- ordering: max(0, (a - b)/N): of all N pairs of items, a stand in the right order relative to each
  other and b the wrong way round (Kendall's tau, not below 0). A pair with the same place twice, or
  with an item that has no place, is neither. Guessing and reversing earn nothing on average, and
  one item in the wrong place does not cost all those behind it.

One option alone is right or wrong. A test is passed when `100 * points >= pass_mark * questions`.
Points are fractions, so three thirds are 1, and no rounding can turn 79.99 into 80. What is shown
is rounded down for the same reason.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass
from decimal import Decimal
from enum import StrEnum
from fractions import Fraction
from itertools import combinations

_JOINT = ":"
"""Stands between an item and its place; no id has one."""


class Shape(StrEnum):
    """What an answer looks like."""

    ONE = "one"
    """One option."""
    SEVERAL = "several"
    """Some options."""
    ORDER = "order"
    """A place for each option."""
    PAIRS = "pairs"
    """An option for each prompt."""


@dataclass(frozen=True)
class Key:
    """What an answer is judged by."""

    shape: Shape
    options: tuple[str, ...]
    correct: tuple[str, ...]
    """The right answer."""
    prompts: tuple[str, ...] = ()
    """What is matched with options; empty for other shapes."""
    partial: bool = False
    """Whether an answer that is partly right earns a part of the point."""

    @property
    def rows(self) -> tuple[str, ...]:
        """What is given a place or an option: items or prompts."""
        return self.prompts if self.shape is Shape.PAIRS else self.options

    @property
    def choices(self) -> tuple[str, ...]:
        """What each row can be given: a place or an option."""
        if self.shape is Shape.PAIRS:
            return self.options
        return tuple(str(place) for place in range(1, len(self.options) + 1))

    @property
    def in_rows(self) -> bool:
        """Whether the answer gives something to each row, instead of choosing options."""
        return self.shape in {Shape.ORDER, Shape.PAIRS}


@dataclass(frozen=True)
class Grade:
    """The result of a test."""

    points: Fraction
    max_points: int
    passed: bool | None
    """None for a test that is not graded."""

    @property
    def percent(self) -> int:
        return percent(self.points, self.max_points)


def join(row: str, choice: object) -> str:
    """Return the word that gives a row its place or its option."""
    return f"{row}{_JOINT}{choice}"


def split(words: Iterable[str]) -> dict[str, str]:
    """Return what each row was given."""
    parts = (word.partition(_JOINT) for word in words)
    return {row: choice for row, joint, choice in parts if joint}


def percent(points: Fraction | int, max_points: int) -> int:
    """Return whole percent, rounded down; 0 for a test without questions."""
    return int(100 * points // max_points) if max_points else 0


def shown_points(points: Fraction | int) -> Decimal:
    """Return points as they are shown: at most two decimals, rounded down."""
    return Decimal(int(100 * points // 1)) / 100


def needed_points(max_points: int, pass_mark: int, *, partial: bool) -> Fraction:
    """Return the fewest points that pass: what a learner is told beforehand.

    :param partial: whether parts of a point can be earned; without them whole points are needed.
    """
    needed = Fraction(pass_mark * max_points, 100)
    return needed if partial else Fraction(-(-needed // 1))


def is_possible(chosen: Collection[str], key: Key) -> bool:
    """Whether an answer can be given, finished or not: known words, each once, not too many."""
    if len(set(chosen)) < len(chosen):
        return False
    if not key.in_rows:
        return set(chosen) <= set(key.options) and (key.shape is Shape.SEVERAL or len(chosen) <= 1)
    given = split(chosen)
    known = {join(row, choice) for row in key.rows for choice in key.choices}
    return len(given) == len(chosen) and set(chosen) <= known


def is_complete(chosen: Collection[str], key: Key) -> bool:
    """Whether nothing is left to choose, and no place is taken twice."""
    if not key.in_rows:
        return bool(chosen)
    return len(chosen) == len(key.rows) and not places_taken_twice(chosen, key)


def places_taken_twice(chosen: Collection[str], key: Key) -> list[str]:
    """Return the places that more than one item was given, the first one first."""
    if key.shape is not Shape.ORDER:
        return []
    counts = Counter(split(chosen).values())
    return [place for place in key.choices if counts[place] > 1]


def is_correct(chosen: Collection[str], key: Key) -> bool:
    """Whether exactly the right answer was given."""
    return bool(chosen) and set(chosen) == set(key.correct)


def earned(chosen: Collection[str], key: Key) -> Fraction:
    """Return the part of its one point that an answer earns."""
    if is_correct(chosen, key):
        return Fraction(1)
    if not key.partial or not is_possible(chosen, key):
        return Fraction(0)
    if key.shape is Shape.ORDER:
        return _share_of_order(chosen, key)
    if key.shape is Shape.PAIRS:
        return Fraction(len(set(chosen) & set(key.correct)), len(key.prompts))
    return _share_of_options(chosen, key) if key.shape is Shape.SEVERAL else Fraction(0)


def _share_of_options(chosen: Collection[str], key: Key) -> Fraction:
    right = set(chosen) & set(key.correct)
    all_wrong = set(key.options) - set(key.correct)
    share = Fraction(len(right), len(key.correct))
    wrong = set(chosen) & all_wrong
    if wrong:
        share -= Fraction(len(wrong), min(len(key.correct), len(all_wrong)))
    return max(Fraction(0), share)


def _share_of_order(chosen: Collection[str], key: Key) -> Fraction:
    places = {item: int(place) for item, place in split(chosen).items()}
    wanted = split(key.correct)
    in_order = sorted(wanted, key=lambda item: int(wanted[item]))
    pairs = list(combinations(in_order, 2))
    placed = [(places[a], places[b]) for a, b in pairs if a in places and b in places]
    balance = sum((first < second) - (first > second) for first, second in placed)
    return max(Fraction(0), Fraction(balance, len(pairs)))


def grade(
    keys: Mapping[str, Key],
    answers: Mapping[str, Collection[str]],
    pass_mark: int | None,
) -> Grade:
    """Grade an attempt.

    `keys` maps each question that was drawn to its key; `answers` maps questions to what was chosen
    (a question without an answer earns nothing, an answer to a question that was not drawn is
    ignored). `pass_mark` is in percent; None: not graded.
    """
    points = sum((earned(answers.get(name, ()), key) for name, key in keys.items()), Fraction(0))
    passed = None if pass_mark is None else 100 * points >= pass_mark * len(keys)
    return Grade(points, len(keys), passed)
