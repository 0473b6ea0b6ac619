"""What was learned: results before and after. Pure: results in, figures out.

A learner is paired when there is a pre-test handed in before the post-test began, and a post-test
handed in. **After** is the first post-test that was handed in: the gain is of learning, and not of
repeating a test until it is passed. The best post-test is what counts for the learner, and stands
beside it.

The two tests ask different questions, so a gain mixes what was learned with how hard each test is.
Pairs of parallel questions are the fairer comparison; parallel forms are the fairest.

- **Gain**: percent after minus percent before, in percentage points.
- **Normalised gain**: the share of what could still be gained, (after - before) / (100 - before);
  undefined for 100 percent before. For a group it is taken of the means, as in R. R. Hake,
  Interactive-engagement versus traditional methods, American Journal of Physics 66, 64 (1998).
- **Standard deviation**: of the gains, with n - 1.
- **Effect size**: of paired data, d_z = mean gain / standard deviation of the gains; undefined
  for one learner, or when all gains are equal. D. Lakens, Calculating and reporting effect sizes
  to facilitate cumulative science, Frontiers in Psychology 4:863 (2013).
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from enum import StrEnum
from fractions import Fraction
from statistics import fmean, median, stdev


@dataclass(frozen=True)
class Score:
    """The result of one test."""

    points: Fraction | int
    max_points: int

    @property
    def percent(self) -> float:
        """Not rounded: whoever adds up rounded figures adds up the rounding too."""
        return float(100 * self.points / self.max_points) if self.max_points else 0.0


class Unpaired(StrEnum):
    """Why somebody's results cannot be compared."""

    NO_POST = "no-post"
    NO_PRE = "no-pre"
    NEITHER = "neither"
    UNMEASURED = "unmeasured"
    """The module does not have both tests."""


@dataclass(frozen=True)
class Results:
    """What somebody reached in the tests of a module; None for a test not handed in."""

    before: Score | None = None
    after: Score | None = None
    """The first post-test."""
    best: Score | None = None
    """The best post-test."""

    @property
    def unpaired(self) -> Unpaired | None:
        """Why there is no pair; None when there is one."""
        return _why_unpaired(self.before is not None, self.after is not None)


def _why_unpaired(has_before: bool, has_after: bool) -> Unpaired | None:
    if has_before and has_after:
        return None
    if has_before:
        return Unpaired.NO_POST
    return Unpaired.NO_PRE if has_after else Unpaired.NEITHER


@dataclass(frozen=True)
class Pair:
    """Two results that belong together."""

    before: Score
    after: Score

    @property
    def gain(self) -> float:
        return self.after.percent - self.before.percent

    @property
    def rose(self) -> bool:
        return self.gain > 0


@dataclass(frozen=True)
class Outcome:
    """What one learner reached, or several alike: in percent, None for a test not handed in."""

    before: float | None
    after: float | None
    """Of the first post-test."""
    best: float | None
    people: int = 1
    setting: str = ""
    """Where they take the module; with the language it says which part of a group they are."""
    language: str = ""

    @property
    def unpaired(self) -> Unpaired | None:
        """Why there is no pair; None when there is one."""
        return _why_unpaired(self.before is not None, self.after is not None)

    @property
    def gain(self) -> float | None:
        """Percentage points; None without a pair."""
        return None if self.before is None or self.after is None else self.after - self.before


@dataclass(frozen=True)
class Summary:
    """What a group of paired learners reached; means and medians in percent."""

    count: int
    mean_before: float
    mean_after: float
    mean_best: float
    median_before: float
    median_after: float
    mean_gain: float
    deviation: float | None
    """Of the gains; None for one learner."""
    normalised: float | None
    effect: float | None


def summarise(outcomes: Iterable[Outcome]) -> Summary | None:
    """Put the outcomes of paired learners together; None where there is nobody.

    Who is not paired is left out.
    """
    found = [
        (item.before, item.after, item.best)
        for item in outcomes
        if item.before is not None and item.after is not None and item.best is not None
        for _ in range(item.people)
    ]
    if not found:
        return None
    before, after, best = ([row[place] for row in found] for place in range(3))
    gains = [now - then for then, now in zip(before, after, strict=True)]
    mean_gain = fmean(gains)
    deviation = stdev(gains) if len(gains) > 1 else None
    return Summary(
        count=len(found),
        mean_before=fmean(before),
        mean_after=fmean(after),
        mean_best=fmean(best),
        median_before=median(before),
        median_after=median(after),
        mean_gain=mean_gain,
        deviation=deviation,
        normalised=normalised_gain(fmean(before), fmean(after)),
        effect=mean_gain / deviation if deviation else None,
    )


def normalised_gain(before: float, after: float) -> float | None:
    """Return the share of what could be gained, from percents; None when nothing could."""
    return (after - before) / (100 - before) if before < 100 else None


@dataclass
class Share:
    """How many answers to the questions of an objective were right."""

    right: int = 0
    asked: int = 0

    @property
    def value(self) -> float | None:
        return self.right / self.asked if self.asked else None

    def add(self, count: int, *, right: bool) -> None:
        self.asked += count
        self.right += count if right else 0


@dataclass
class Shift:
    """How the answers to two parallel questions changed: the same learners before and after."""

    learned: int = 0
    """Wrong, then right."""
    kept: int = 0
    """Right both times."""
    lost: int = 0
    """Right, then wrong."""
    missed: int = 0
    """Wrong both times."""

    @property
    def count(self) -> int:
        return self.learned + self.kept + self.lost + self.missed

    def add(self, count: int, *, before: bool, after: bool) -> None:
        name = {
            (False, True): "learned",
            (True, True): "kept",
            (True, False): "lost",
            (False, False): "missed",
        }[before, after]
        setattr(self, name, getattr(self, name) + count)
