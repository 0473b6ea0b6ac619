"""A programme's report: counted, protected, and rounded where it could be compared with another.

The rule and what it does not protect are in docs/programme-reports.md.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime

from soar_lms.clock import local_date
from soar_lms.programme.counting import Beginnings, Completions, Counts, Span
from soar_lms.programme.periods import Kind as PeriodKind
from soar_lms.programme.periods import Period, list_back, list_quarters
from soar_lms.programme.questions import Dimension, Measure, Question
from soar_lms.suppression import Count, Protected, is_small, protect, round_off

QUARTERS_SHOWN = 8
Values = Mapping[Dimension, Iterable[str]]
"""All values of each dimension, in the order in which they are shown."""


@dataclass(frozen=True)
class Part:
    """What can be shown of one thing that is counted."""

    table: Protected[str, str] | None
    """None: there are too few to show anything, or a filter leaves out too few."""
    quarters: Sequence[Count | None]
    """The same for each of the last quarters; None: too few."""
    lines_base: int
    """What lines and cells are rounded to; 1: they are exact."""
    total_base: int
    quarters_base: int


@dataclass(frozen=True)
class ProgrammeReport:
    """The answer to a question."""

    question: Question
    trained: Part
    """Counts are (people, completions)."""
    began: Part
    """Counts are (people,)."""
    quarters: Sequence[Period]
    floor: int
    zone: str
    """Where the days of beginnings are; completions have the days of their certificates."""

    def part_of(self, measure: Measure) -> tuple[Part, int]:
        """Return what a measure stands in, and at which place of its counts."""
        if measure is Measure.BEGAN:
            return self.began, 0
        return self.trained, 0 if measure is Measure.PEOPLE else 1


def make_report(
    question: Question, values: Values, *, floor: int, zone: str, now: datetime
) -> ProgrammeReport:
    """Answer a question.

    :param floor: the smallest number that is shown.
    :param zone: of the site, where a beginning has its day.
    """
    until = min(question.period.last, max(local_date(now, zone), question.period.first))
    quarters = list_back(PeriodKind.FISCAL_QUARTER, until, QUARTERS_SHOWN)[::-1]

    return ProgrammeReport(
        question=question,
        trained=_make_part(question, values, quarters, Completions(), floor),
        began=_make_part(question, values, quarters, Beginnings(zone), floor),
        quarters=quarters,
        floor=floor,
        zone=zone,
    )


def _make_part(
    question: Question,
    values: Values,
    quarters: Sequence[Period],
    things: Completions | Beginnings,
    floor: int,
) -> Part:
    period, filters = question.period, question.filters
    span = Span(period.first, period.last, list_quarters(period.first, period.last))
    axes = [question.rows, *([question.columns] if question.columns else ())]
    counts = things.count(span, axes, filters)
    by_quarter = things.count_quarters(quarters, filters)
    cells = {
        (key[0], key[1] if len(key) > 1 else ""): number for key, number in counts.items()
    } or {("", ""): things.nobody}
    is_refused = any(
        not _stands_alone(things.count(span, [dimension], {}), values, dimension, value, floor)
        for dimension, value in filters.items()
    )
    rows = _order(values, question.rows, cells, 0)
    columns = _order(values, question.columns, cells, 1) if question.columns else [""]
    lines_base, total_base = _find_bases(question, quarters, by_quarter, floor)
    return Part(
        table=None if is_refused else protect(cells, rows, columns, floor),
        quarters=[None if is_refused or is_small(each, floor) else each for each in by_quarter],
        lines_base=lines_base,
        total_base=total_base,
        quarters_base=floor if filters else 1,
    )


def _stands_alone(
    counts: Counts, values: Values, dimension: Dimension, value: str, floor: int
) -> bool:
    """Whether a value has a line of its own where nothing is filtered, or nobody is there.

    What is left out then has as many people as can be shown, too.
    """
    cells = {(key[0], ""): number for key, number in counts.items()}
    if not any(any(number) for (key, _), number in cells.items() if key == value):
        return True
    table = protect(cells, _order(values, dimension, cells, 0), [""], floor)
    return table is not None and (value,) in table.rows


def _order(
    values: Values, dimension: Dimension, cells: Mapping[tuple[str, str], Count], axis: int
) -> list[str]:
    """Return all values in their order; what is known no longer comes last."""
    known = dict.fromkeys(values[dimension])
    return [*known, *sorted({key[axis] for key in cells} - known.keys())]


def _find_bases(
    question: Question, quarters: Sequence[Period], by_quarter: Sequence[Count], floor: int
) -> tuple[int, int]:
    """Say what lines, and the total, are rounded to.

    Quarters that nothing is left out of are exact; whatever is more or less than that could be
    compared with them. So is the total of a year whose quarters can all be shown: it is their sum.
    """
    if question.filters or not (question.period.is_quarter or question.period.is_year):
        return floor, floor
    if question.period.is_quarter:
        return 1, 1
    inside = [
        number
        for quarter, number in zip(quarters, by_quarter, strict=True)
        if question.period.first <= quarter.first <= question.period.last
    ]
    return floor, floor if any(is_small(number, floor) for number in inside) else 1


def show(number: int, base: int) -> int:
    """Return a number as it is shown."""
    return round_off(number, base) if base > 1 else number
