"""Who is done, and who is not: a page at a time, all of it as a stream, and in numbers."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import UTC, date, datetime
from operator import itemgetter
from typing import Any

from sqlalchemy import Row, bindparam, func, select

from soar_lms.catalogue.model import Catalogue
from soar_lms.cohorts import report_query as query
from soar_lms.cohorts.due import Timing, due_days
from soar_lms.cohorts.filters import Filters, RowState, Sort, Turn, Waiting
from soar_lms.cohorts.models import Cohort, RosterPlace
from soar_lms.cohorts.report_asking import Asked, ask, values_of
from soar_lms.cohorts.report_query import Line, Part
from soar_lms.cohorts.report_reach import Reach
from soar_lms.cohorts.report_scope import ORDER, kept_state, select_counts, select_opened
from soar_lms.cohorts.report_search import search
from soar_lms.cohorts.report_totals import Totals
from soar_lms.cohorts.services import list_terms
from soar_lms.database import read, snapshot, stream
from soar_lms.learning.keeping import work_out_now
from soar_lms.learning.path import Step, fingerprint, read_left
from soar_lms.learning.renewal import Status

ROWS_ON_A_PAGE = 25
BATCH = 250
"""Lines that a file is written from at a time: so few that the processor keeps them at hand."""


@dataclass(frozen=True)
class ReportRow:
    """Somebody on the roster and one module of the cohort."""

    place_id: int
    person_id: int | None
    """None for somebody who was invited and has not accepted."""
    name: str
    """For the invited as the trainer wrote it; may be empty."""
    email: str
    module_id: str
    state: RowState
    setting: str | None = None
    language: str | None = None
    left: tuple[tuple[Step, int], ...] = ()
    """What the present cycle still asks, lessons with their number; nothing before the first."""
    completed_on: date | None = None
    """Of the newest certificate, whatever the cycle it belongs to."""
    certificate_code: str | None = None
    valid_until: date | None = None
    """The last day of that certificate; None for one that does not expire."""
    is_expired: bool = False
    active_at: datetime | None = None
    """When a step was last done; None before the first."""
    due_on: date | None = None
    """The last day in time, where the group is."""
    timing: Timing | None = None


@dataclass(frozen=True)
class ReportPage:
    """A page of a report, with the turns to those around it."""

    rows: Sequence[ReportRow]
    before: Turn | None
    after: Turn | None
    is_by_name: bool = False
    """Whether a search found so many that the order asked for was not kept."""


class Report:
    """A cohort's report at a moment: what is asked of it, and the modules that it is about."""

    def __init__(
        self, cohort: Cohort, filters: Filters, catalogue: Catalogue, now: datetime
    ) -> None:
        self.cohort, self.filters, self.catalogue = cohort, filters, catalogue
        self.seconds = query.seconds_of(now)
        self._values = values_of(cohort.id, filters, self.seconds)
        terms = list_terms(cohort)
        days = {name: day for name, day in terms.items() if day is not None}
        self.due = due_days(days, cohort.time_zone, now)
        self.module_ids = [name for name in terms if name in catalogue.modules]
        self._left_out = tuple(name for name in terms if name not in catalogue.modules)
        prints = [(name, fingerprint(catalogue.modules[name])) for name in self.module_ids]
        self._current = {*prints, *((name, None) for name in self.module_ids)}
        self.has_outdated = False
        """Whether a row that was read rests on other content: numbers may be those of before."""

    # Numbers.

    def count(self) -> Totals:
        """Count the lines by module and state, of the setting and language that are asked for."""
        of = {
            "of_setting": self.filters.setting is not None,
            "of_language": self.filters.language is not None,
        }
        counts: dict[str, Counter[RowState]] = {name: Counter() for name in self.module_ids}
        for module_id, state, people in read(  # type: ignore[misc]  # three columns
            select_counts(**of), self._values
        ):
            if module_id in counts and people:
                counts[module_id][query.state_of(state, 0, 0, self.seconds)] += people
        for module_id, expired, opened in read(  # type: ignore[misc]  # three columns
            select_opened(**of), self._values
        ):
            if module_id in counts:
                counted = counts[module_id]
                counted[Status.EXPIRED] += expired
                counted[Status.RENEWAL_OPEN] += opened - expired
                counted[Status.COMPLETED] -= opened
        return Totals(counts)

    def count_shown(self, totals: Totals) -> int | None:
        """Return how many lines the filters leave; None where they would have to be counted."""
        filters = self.filters
        if filters.text or filters.due:
            return None
        return totals.of(filters.state, filters.module)

    def count_exactly(self) -> int:
        """Return how many lines the filters leave, counting those that no count is kept of."""
        totals = self.count()
        shown = self.count_shown(totals)
        return shown if shown is not None else _count(self.ask(totals))

    # Lines.

    def read_page(
        self, turn: Turn | None, totals: Totals, size: int = ROWS_ON_A_PAGE
    ) -> ReportPage:
        """Return the page that begins at a turn; the first one where there is no such place."""
        asked = self.ask(totals)
        parts = query.parts_of(asked.scope, totals.states_counted)
        name = _name_of(turn)
        if turn is None or name is None or turn.part not in {part.name for part in parts}:
            turn, name = None, ""
        backwards = turn is not None and turn.backwards
        if backwards:
            parts.reverse()
        rows = self._read_rows(asked, parts, turn, name, totals, size + 1)
        has_more = len(rows) > size
        rows = rows[:size]
        if backwards:
            rows.reverse()
        turns = [_turn_at(row, part) for row, part in rows]
        return ReportPage(
            [self._make_row(line) for line in self._up_to_date([row for row, _ in rows])],
            before=_turned(turns[0]) if turns and (has_more if backwards else turn) else None,
            after=turns[-1] if turns and (has_more or backwards) else None,
            is_by_name=asked.scope.is_by_name,
        )

    def _read_rows(
        self,
        asked: Asked,
        parts: list[Part],
        turn: Turn | None,
        name: str,
        totals: Totals,
        wanted: int,
    ) -> list[tuple[Row[Any], Part]]:
        """Return rows from a turn on, each with its part; only parts that are needed are read."""
        names = [part.name for part in parts]
        waiting = parts[names.index(turn.part) if turn else 0 :]
        begun, backwards = turn.part if turn else None, turn is not None and turn.backwards
        values = {**asked.values, **query.values_of_page(parts, turn, name, wanted)}
        reaching = Reach(self.filters, asked.modules, totals)
        found: list[tuple[Row[Any], Part]] = []
        while waiting and len(found) < wanted:
            reach = reaching.into(waiting, begun, wanted - len(found))
            waiting = waiting[waiting.index(reach[-1]) + 1 :]
            page = query.select_page(asked.scope, tuple(reach), begun, backwards=backwards)
            rows = list(read(page, values))
            merged = query.in_order(rows, reach, backwards=backwards)
            found += [(row, reach[row.rank]) for row in merged]
        return found[:wanted]

    def ask(self, totals: Totals | None = None) -> Asked:
        """Return what the database is asked.

        :param totals: the counts; they know beforehand where filters leave few lines.
        """
        text = self.filters.text
        found = search(self.cohort.id, text) if text else None
        return self._ask(
            self.filters,
            words=found.words if found else None,
            found=found.places if found else None,
            has_few=totals is not None and self._has_few(totals),
        )

    def _ask(self, filters: Filters, **found: Any) -> Asked:
        return ask(
            filters,
            self._values,
            due=self.due,
            module_ids=self.module_ids,
            left_out=self._left_out,
            **found,
        )

    def _has_few(self, totals: Totals) -> bool:
        """Whether the filters leave so few lines that they can be read by themselves."""
        filters = self.filters
        asked = replace(Filters(), text=filters.text, due=filters.due, sort=filters.sort)
        if filters == asked:
            return False
        kept = kept_state(filters.state) if filters.state else None
        alike = [state for state in ORDER if kept in (None, kept_state(state))]
        return sum(totals.of(state, filters.module) for state in alike) <= query.FEW

    def _make_row(self, line: Line) -> ReportRow:
        state = query.state_of(line.state, line.opens_at, line.expires_at, self.seconds)
        return ReportRow(
            place_id=line.place_id,
            person_id=line.person_id,
            name=line.name,
            email=line.email,
            module_id=line.module_id,
            state=state,
            setting=line.setting or None,
            language=line.language or None,
            left=tuple(read_left(line.steps_left or "")),
            completed_on=_day(line.completed_day),
            certificate_code=line.certificate_code,
            valid_until=_day(line.valid_until_day),
            is_expired=0 < line.expires_at <= self.seconds,
            active_at=_moment(line.active_at),
            due_on=self.due.days.get(line.module_id),
            timing=self.due.timing(
                line.module_id, state, line.expires_at, line.completed_day, line.cycle or 1
            ),
        )

    def _up_to_date(self, rows: Sequence[Any]) -> Sequence[Any]:
        """Return rows as the content of today has them: those of other content are worked out.

        :param rows: lines, or tuples of their columns as the driver gives them.
        """
        if set(map(_MADE_BY, rows)) <= self._current:
            return rows
        self.has_outdated = True
        lines = [Line(*row) for row in rows]
        old = {
            line.person_id
            for line in lines
            if line.person_id and (line.module_id, line.content) not in self._current
        }
        anew = work_out_now(old, self.catalogue)
        return [_renewed(line, anew.get((line.person_id or 0, line.module_id))) for line in lines]

    def list_rows(self, most: int | None = None) -> list[ReportRow]:
        """Return the lines that are asked for, in order.

        :param most: how many at the most; None: all, which may be a great many.
        """
        found: list[ReportRow] = []
        for batch in self.stream():
            found += [self._make_row(Line(*line)) for line in batch]
            if most is not None and len(found) >= most:
                break
        return found[:most]

    def rows_at(self, keys: Sequence[tuple[int, str]]) -> list[ReportRow]:
        """Return the lines of some places and modules, in this order; those that are gone are not.

        :param keys: (place, module); whatever the filters are.
        """
        places = tuple(dict.fromkeys(place_id for place_id, _ in keys))
        asked = self._ask(Filters(sort=Sort.NAME), found=places)
        (part,) = query.parts_of(asked.scope)
        lines = self._up_to_date(list(read(query.select_part(asked.scope, part), asked.values)))
        found = {(line.place_id, line.module_id): line for line in lines}
        return [self._make_row(found[key]) for key in keys if key in found]

    def stream(self) -> Iterator[Sequence[tuple[Any, ...]]]:
        """Yield all lines that are asked for in batches, of one moment, in constant memory.

        Each is a tuple of the columns of `Line`.
        """
        asked = self.ask()
        with snapshot() as connection:
            for part in query.parts_of(asked.scope):
                lines = query.select_part(asked.scope, part)
                for rows in stream(connection, lines, asked.values, BATCH):
                    yield self._up_to_date(rows)


_MADE_BY = itemgetter(Line._fields.index("module_id"), Line._fields.index("content"))
"""Of a line: the module and the content by which it was worked out."""


def _renewed(line: Line, anew: Mapping[str, Any] | None) -> Line:
    """Return a line with what was worked out anew of it."""
    values = {name: getattr(line, name) for name in Line._fields}
    return Line(**{name: (anew or {}).get(name, value) for name, value in values.items()})


def _count(asked: Asked) -> int:
    parts = [query.select_part(asked.scope, part) for part in query.parts_of(asked.scope)]
    counts = [select(func.count()).select_from(part.order_by(None).subquery()) for part in parts]
    return sum(read(statement, asked.values).scalar_one() for statement in counts)


def _state_named(name: str) -> RowState:
    return Waiting(name) if name in list(Waiting) else Status(name)


def _name_of(turn: Turn | None) -> str | None:
    """Return the name by which the place of a turn is sorted; None when it is gone."""
    if turn is None:
        return None
    row = read(_NAME, {"place_id": turn.place_id}).first()
    return None if row is None else row.sort_name


_NAME = select(RosterPlace.sort_name).where(RosterPlace.id == bindparam("place_id"))


def _turn_at(row: Row[Any], part: Part) -> Turn:
    value = 0 if part.number is None else getattr(row, part.number)
    return Turn(part.name, value, row.place_id, row.module_id)


def _turned(turn: Turn) -> Turn:
    return Turn(turn.part, turn.value, turn.place_id, turn.module_id, backwards=True)


def _day(ordinal: int | None) -> date | None:
    return date.fromordinal(ordinal) if ordinal else None


def _moment(seconds: int) -> datetime | None:
    return datetime.fromtimestamp(seconds, UTC) if seconds else None
