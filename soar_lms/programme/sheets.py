"""A report as tables of words and numbers: the same for the page and for its files."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from enum import StrEnum

from soar_lms.i18n import gettext
from soar_lms.programme.periods import Kind
from soar_lms.programme.questions import Dimension, Measure, Question
from soar_lms.programme.services import Part, ProgrammeReport, show
from soar_lms.programme.wording import (
    DIMENSIONS,
    MEASURES,
    Values,
    say_days,
    say_period,
    say_value,
)
from soar_lms.suppression import Protected

Number = int | None
"""None: hidden."""


class LineKind(StrEnum):
    """What a line is of."""

    ONE = "one"
    TOGETHER = "together"
    TOTAL = "total"


@dataclass(frozen=True)
class Line:
    """A line of a table."""

    label: str
    numbers: Sequence[Number]
    kind: LineKind = LineKind.ONE


@dataclass(frozen=True)
class Sheet:
    """A table."""

    title: str
    head: str
    """What its lines are."""
    heads: Sequence[str]
    lines: Sequence[Line]
    notes: Sequence[str]


class Sheets:
    """Writes the tables of a report in the language of the page."""

    def __init__(self, report: ProgrammeReport, values: Values) -> None:
        self.report, self.question, self.values = report, report.question, values

    def say(self, dimension: Dimension, key: str) -> str:
        return say_value(self.values, dimension, key)

    def totals(self) -> list[tuple[Measure, Number]]:
        """Return the total of each measure."""
        return [(measure, self._total(*self.report.part_of(measure))) for measure in MEASURES]

    def all(self) -> list[Sheet]:
        """Return the table that was asked for, and that of the last quarters."""
        return [self.main(), self.quarters()]

    def main(self) -> Sheet:
        """Return the table that was asked for."""
        if self.question.columns is not None:
            return self._crossed(self.question.columns)
        return self._by_measure()

    # One dimension: a column for each measure.

    def _by_measure(self) -> Sheet:
        rows, measures = self.question.rows, list(MEASURES)
        parts = [self.report.part_of(measure) for measure in measures]
        keys = _list_keys([part.table for part, _ in parts if part.table])
        ordered = sorted(keys, key=self._place(rows))
        found = {key: [self._of_line(*part, key) for part in parts] for key in ordered}
        shown = [key for key in ordered if found[key] != [None] * len(parts)]
        lines = [Line(self.say(rows, key), found[key]) for key in shown]
        together = [self._together(*part) for part in parts]
        if any(together):
            lines.append(Line(gettext("Hidden lines together"), together, LineKind.TOGETHER))
        totals = [self._total(*part) for part in parts]
        lines.append(Line(gettext("Total"), totals, LineKind.TOTAL))
        title = gettext("By %(what)s", what=_lower(str(DIMENSIONS[rows])))
        heads = [str(MEASURES[measure]) for measure in measures]
        notes = [
            *self._say_hidden(rows, [key for key in ordered if key not in shown]),
            *self._notes(rows, Measure.PEOPLE),
        ]
        return Sheet(title, str(DIMENSIONS[rows]), heads, lines, notes)

    def _say_hidden(self, dimension: Dimension, keys: Sequence[str]) -> list[str]:
        names = "; ".join(self.say(dimension, key) for key in keys)
        return [gettext("Too small to show alone: %(names)s.", names=names)] if keys else []

    def _of_line(self, part: Part, place: int, key: str) -> Number:
        if part.table is None or part.table.rows == [()]:
            return None
        for row, group in enumerate(part.table.rows):
            if key in group:
                number = part.table.row_totals[row][place]
                return show(number, part.lines_base) if len(group) == 1 else None
        return 0

    def _together(self, part: Part, place: int) -> Number:
        if part.table is None or not part.table.rows or len(part.table.rows[-1]) == 1:
            return 0
        return show(part.table.row_totals[-1][place], part.lines_base)

    def _total(self, part: Part, place: int) -> Number:
        return None if part.table is None else show(part.table.total[place], part.total_base)

    def _place(self, dimension: Dimension) -> Callable[[str], tuple[int, str]]:
        order = {key: place for place, key in enumerate(self.values[dimension])}
        return lambda key: (order.get(key, len(order)), key)

    # Two dimensions: one measure.

    def _crossed(self, columns: Dimension) -> Sheet:
        rows, measure = self.question.rows, self.question.measure
        part, place = self.report.part_of(measure)
        title = gettext(
            "%(measure)s by %(rows)s and %(columns)s",
            measure=MEASURES[measure],
            rows=_lower(str(DIMENSIONS[rows])),
            columns=_lower(str(DIMENSIONS[columns])),
        )
        notes = self._notes(rows, measure)
        if part.table is None:
            total = Line(gettext("Total"), [None], LineKind.TOTAL)
            return Sheet(title, str(DIMENSIONS[rows]), [gettext("Total")], [total], notes)
        table = part.table
        heads = [self._head(columns, group) for group in table.columns]
        lines = self._crossed_lines(table, part, place, rows)
        for dimension, groups in ((columns, table.columns), (rows, table.rows)):
            hidden = [key for group in groups if len(group) > 1 for key in group]
            notes = [
                *self._say_hidden(dimension, sorted(hidden, key=self._place(dimension))),
                *notes,
            ]
        return Sheet(title, str(DIMENSIONS[rows]), [*heads, gettext("Total")], lines, notes)

    def _head(self, dimension: Dimension, group: Sequence[str]) -> str:
        if len(group) == 1:
            return self.say(dimension, group[0])
        return str(gettext("Hidden ones together") if group else gettext("All together"))

    def _crossed_lines(
        self, table: Protected[str, str], part: Part, place: int, rows: Dimension
    ) -> list[Line]:
        lines = []
        found = {key: row for row, group in enumerate(table.rows) for key in group}
        for key in sorted(found, key=self._place(rows)):
            if len(table.rows[found[key]]) == 1:
                numbers = self._numbers(table, part, place, found[key])
                lines.append(Line(self.say(rows, key), numbers))
        if table.rows and len(table.rows[-1]) != 1:
            words = gettext("Hidden lines together") if table.rows[-1] else gettext("All together")
            numbers = self._numbers(table, part, place, len(table.rows) - 1)
            lines.append(Line(words, numbers, LineKind.TOGETHER))
        sums = [show(count[place], part.lines_base) for count in table.column_totals]
        total = [*sums, self._total(part, place)]
        return [*lines, Line(gettext("Total"), total, LineKind.TOTAL)]

    def _numbers(
        self, table: Protected[str, str], part: Part, place: int, row: int
    ) -> list[Number]:
        cells = [table.cells.get((row, column), ()) for column in range(len(table.columns))]
        numbers: list[Number] = [
            None if cell is None else show(cell[place] if cell else 0, part.lines_base)
            for cell in cells
        ]
        return [*numbers, show(table.row_totals[row][place], part.lines_base)]

    # The last quarters.

    def quarters(self) -> Sheet:
        """Return the table of the last quarters, whatever the period."""
        parts = [self.report.part_of(measure) for measure in MEASURES]
        lines = []
        for number, quarter in enumerate(self.report.quarters):
            counts = [(part.quarters[number], part, place) for part, place in parts]
            numbers = [
                None if count is None else show(count[place], part.quarters_base)
                for count, part, place in counts
            ]
            lines.append(Line(say_period(quarter), numbers))
        base = self.report.trained.quarters_base
        return Sheet(
            title=gettext("By quarter"),
            head=str(DIMENSIONS[Dimension.QUARTER]),
            heads=[str(words) for words in MEASURES.values()],
            lines=lines,
            notes=[
                gettext(
                    "In each quarter a person counts once, so quarters do not add up to a year."
                ),
                *([_say_rounded(base)] if base > 1 else ()),
            ],
        )

    # What has to be known.

    def _notes(self, rows: Dimension, measure: Measure) -> list[str]:
        part, _place = self.report.part_of(measure)
        if part.table is None:
            return [
                gettext(
                    "Numbers are hidden where too few people are counted, or too few are left out."
                )
            ]
        notes = []
        if rows in {Dimension.TERRITORY, Dimension.PROFESSION} and part.table.rows != [()]:
            notes.append(gettext("Where a place or a profession is not named, nobody is counted."))
        if part.lines_base > 1 and part.total_base > 1:
            notes.append(_say_rounded(part.lines_base))
        elif part.lines_base > 1:
            notes.append(
                gettext(
                    "Numbers are rounded to the nearest %(base)d; only the total of all is exact.",
                    base=part.lines_base,
                )
            )
        return notes

    def say_question(self) -> list[tuple[str, str]]:
        """Say what was asked, as (what, words)."""
        question: Question = self.question
        said = [(gettext("Period"), say_period(question.period))]
        if question.period.kind is not Kind.OWN:
            said.append((gettext("Days"), say_days(question.period)))
        said += [
            (str(DIMENSIONS[dimension]), self.say(dimension, value))
            for dimension, value in question.filters.items()
        ]
        return [(str(what), str(words)) for what, words in said]


def _say_rounded(base: int) -> str:
    return str(gettext("Numbers are rounded to the nearest %(base)d.", base=base))


def _lower(words: str) -> str:
    """Return words as they stand inside a sentence."""
    return words[:1].lower() + words[1:]


def _list_keys(tables: Sequence[Protected[str, str]]) -> set[str]:
    return {key for table in tables for group in table.rows for key in group}


def say_rules(report: ProgrammeReport) -> list[str]:
    """Say what is counted, and what is hidden: as on the page, so on the first sheet."""
    floor = report.floor
    return [
        gettext(
            "People trained: who completed at least one module in the period. A person counts "
            "once, under the first one."
        ),
        gettext(
            "Completions: certificates by the day printed on them. Revoked ones do not count; a "
            "replaced one counts once. A renewal is one more completion."
        ),
        gettext(
            "People who began: who began a module in the period, completed or not, each once. Days "
            "are those of %(zone)s.",
            zone=report.zone,
        ),
        gettext(
            "Profession and state are what people chose to say in their profile, as it is today. "
            "“With a group” means that the person was then in a group that takes the module."
        ),
        gettext(
            "A number from 1 to %(most)d is hidden, and others with it, so that nobody can work it "
            "out. A 0 is shown.",
            most=floor - 1,
        ),
        gettext(
            "Numbers of a whole quarter with nothing left out are exact. All others are rounded to "
            "the nearest %(base)d, so that two reports cannot be subtracted; the total of a whole "
            "year is exact where each of its quarters can be shown.",
            base=floor,
        ),
    ]
