"""Who is done, and who is not: a page at a time, all of it as a stream, and in numbers."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime
from typing import Any, cast

from flask_babel.speaklater import LazyString
from sqlalchemy import Row, bindparam, func, select, text

from soar_lms.catalogue.model import Catalogue
from soar_lms.cohorts import report_query as query
from soar_lms.cohorts.filters import Filters, RowState, Turn, Waiting
from soar_lms.cohorts.models import Cohort, RosterPlace
from soar_lms.cohorts.report_query import Line, Part, Scope
from soar_lms.cohorts.services import list_module_ids
from soar_lms.database import db, read
from soar_lms.i18n import lazy_gettext as _
from soar_lms.learning.keeping import work_out_now
from soar_lms.learning.path import Step, fingerprint, read_left
from soar_lms.learning.renewal import Status
from soar_lms.learning.wording import STATUSES

ROWS_ON_A_PAGE = 25
BATCH = 1_000
"""Lines that a file is written from at a time."""
STATES: Mapping[RowState, LazyString] = {
    state: _("Invited") if isinstance(state, Waiting) else STATUSES[state] for state in query.ORDER
}
"""In the order of the list: those who have something to do first."""
_ALWAYS_COUNTED = (Status.NOT_STARTED, Status.IN_PROGRESS, Status.PASSED, Status.COMPLETED)
"""The others are counted where there are any: many modules are never renewed."""


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


@dataclass(frozen=True)
class ReportPage:
    """A page of a report, with the turns to those around it."""

    rows: Sequence[ReportRow]
    before: Turn | None
    after: Turn | None


@dataclass(frozen=True)
class Totals:
    """How many lines of a report there are, by module and state; they add up to the roster."""

    by_module: Mapping[str, Mapping[RowState, int]]

    @property
    def states(self) -> list[RowState]:
        """The states that stand in a table: four always, others where there are any."""
        found = {state for counts in self.by_module.values() for state in counts if counts[state]}
        return [state for state in STATES if state in found or state in _ALWAYS_COUNTED]

    def of(self, state: RowState | None = None, module_id: str | None = None) -> int:
        """Return how many lines are in a state and module; None: in any."""
        return sum(
            count
            for name, counts in self.by_module.items()
            if module_id in (None, name)
            for found, count in counts.items()
            if state in (None, found)
        )


class Report:
    """A cohort's report at a moment: what is asked of it, and the modules that it is about."""

    def __init__(
        self, cohort: Cohort, filters: Filters, catalogue: Catalogue, now: datetime
    ) -> None:
        self.cohort, self.filters, self.catalogue = cohort, filters, catalogue
        self.seconds = query.seconds_of(now)
        module_ids = list_module_ids(cohort)
        self.module_ids = [name for name in module_ids if name in catalogue.modules]
        self._left_out = tuple(name for name in module_ids if name not in catalogue.modules)
        prints = [(name, fingerprint(catalogue.modules[name])) for name in self.module_ids]
        self._current = {*prints, *((name, None) for name in self.module_ids)}
        self.has_outdated = False
        """Whether a row that was read rests on other content: numbers may be those of before."""

    # Numbers.

    def count(self) -> Totals:
        """Count the lines by module and state, of the setting and language that are asked for."""
        scope = Scope(self.cohort.id, self.filters)
        counts: dict[str, Counter[RowState]] = {name: Counter() for name in self.module_ids}
        for module_id, state, people in read(  # type: ignore[misc]  # three columns
            query.select_counts(scope), {}
        ):
            if module_id in counts and people:
                counts[module_id][query.state_of(state, 0, 0, self.seconds)] += people
        for module_id, expired, opened in read(  # type: ignore[misc]  # three columns
            query.select_opened(scope, self.seconds), {}
        ):
            if module_id in counts:
                counted = counts[module_id]
                counted[Status.EXPIRED] += expired
                counted[Status.RENEWAL_OPEN] += opened - expired
                counted[Status.COMPLETED] -= opened
        return Totals(counts)

    def count_shown(self, totals: Totals) -> int | None:
        """Return how many lines the filters leave; None where a search would have to be counted."""
        filters = self.filters
        return None if filters.text else totals.of(filters.state, filters.module)

    def count_exactly(self) -> int:
        """Return how many lines the filters leave, counting what a search finds."""
        shown = self.count_shown(self.count())
        return shown if shown is not None else _count(self._scope(), self.filters, self.seconds)

    # Lines.

    def read_page(
        self, turn: Turn | None, totals: Totals, size: int = ROWS_ON_A_PAGE
    ) -> ReportPage:
        """Return the page that begins at a turn; the first one where there is no such place."""
        scope, parts = self._scope(), query.parts_of(self.filters, self.seconds)
        name = _name_of(turn)
        if turn is None or name is None or turn.part not in {part.name for part in parts}:
            turn, name = None, ""
        backwards = turn is not None and turn.backwards
        reach = self._reach(parts, turn, totals, size + 1)
        rows = list(read(query.select_page(scope, reach, turn, name, size + 1), {}))
        rows = sorted(rows, key=lambda row: row.rank)[: size + 1]
        has_more = len(rows) > size
        rows = rows[:size]
        if backwards:
            rows.reverse()
        turns = [_turn_at(row, reach[row.rank]) for row in rows]
        return ReportPage(
            [self._make_row(line) for line in self._up_to_date(rows)],
            before=_turned(turns[0]) if turns and (has_more if backwards else turn) else None,
            after=turns[-1] if turns and (has_more or backwards) else None,
        )

    def _reach(
        self, parts: list[Part], turn: Turn | None, totals: Totals, wanted: int
    ) -> list[Part]:
        """Return the parts that a page may reach into: by the counts, as few as hold enough."""
        if turn is not None and turn.backwards:
            parts.reverse()
        names = [part.name for part in parts]
        start = names.index(turn.part) if turn else 0
        reach, held = [], 0
        for part in parts[start:]:
            reach.append(part)
            is_begun = turn is not None and part.name == turn.part
            held += 0 if is_begun else self._held(part, totals)
            if held >= wanted:
                break
        return [part for part in reach if len(reach) == 1 or self._may_hold(part, totals)] or reach[
            :1
        ]

    def _held(self, part: Part, totals: Totals) -> int:
        """Return how many lines a part has for certain; 0 where nobody has counted."""
        if self.filters.text or part.name not in list(STATES):
            return 0
        return totals.of(_state_named(part.name), self.filters.module)

    def _may_hold(self, part: Part, totals: Totals) -> bool:
        is_counted = part.name in list(STATES)
        return not is_counted or totals.of(_state_named(part.name), self.filters.module) > 0

    def _scope(self) -> Scope:
        found = None
        if self.filters.text:
            places = read(query.find_places(self.cohort.id, self.filters.text), {})
            numbers = tuple(row[0] for row in places)
            found = numbers if len(numbers) <= query.MOST_FOUND else None
        return Scope(self.cohort.id, self.filters, self._left_out, found)

    def _make_row(self, line: Line) -> ReportRow:
        return ReportRow(
            place_id=line.place_id,
            person_id=line.person_id,
            name=line.name,
            email=line.email,
            module_id=line.module_id,
            state=query.state_of(line.state, line.opens_at, line.expires_at, self.seconds),
            setting=line.setting or None,
            language=line.language or None,
            left=tuple(read_left(line.steps_left or "")),
            completed_on=_day(line.completed_day),
            certificate_code=line.certificate_code,
            valid_until=_day(line.valid_until_day),
            is_expired=0 < line.expires_at <= self.seconds,
            active_at=_moment(line.active_at),
        )

    def _up_to_date(self, rows: Sequence[Row[Any]]) -> Sequence[Line]:
        """Return rows as the content of today has them: those of other content are worked out."""
        lines = cast(Sequence[Line], rows)  # a row is a tuple of these columns
        if {(line.module_id, line.content) for line in lines} <= self._current:
            return lines
        self.has_outdated = True
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
            found += [self._make_row(line) for line in batch]
            if most is not None and len(found) >= most:
                break
        return found[:most]

    def stream(self) -> Iterator[Sequence[Line]]:
        """Yield all lines that are asked for in batches, of one moment, in constant memory.

        They come over a connection of its own, which sees the database as it was at the beginning.
        """
        scope = self._scope()
        is_postgresql = db.engine.dialect.name == "postgresql"
        options = {"isolation_level": "REPEATABLE READ"} if is_postgresql else {}
        streamed = {"stream_results": True, "max_row_buffer": BATCH}
        with db.engine.connect().execution_options(**options) as connection:
            if is_postgresql:  # all rows will be fetched: plan for the last one, not for the first
                connection.execute(text("SET LOCAL cursor_tuple_fraction = 1"))
            for part in query.parts_of(self.filters, self.seconds):
                result = connection.execute(
                    query.select_part(scope, part), execution_options=streamed
                )
                for rows in result.partitions(BATCH):
                    yield self._up_to_date(rows)


def _renewed(line: Line, anew: Mapping[str, Any] | None) -> Line:
    """Return a line with what was worked out anew of it."""
    values = {name: getattr(line, name) for name in Line._fields}
    return Line(**{name: (anew or {}).get(name, value) for name, value in values.items()})


def _count(scope: Scope, filters: Filters, seconds: int) -> int:
    parts = [query.select_part(scope, part) for part in query.parts_of(filters, seconds)]
    numbers = [
        read(select(func.count()).select_from(part.order_by(None).subquery()), {}).scalar_one()
        for part in parts
    ]
    return sum(numbers)


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
    value = 0 if part.number is None else getattr(row, part.number.key)
    return Turn(part.name, value, row.place_id, row.module_id)


def _turned(turn: Turn) -> Turn:
    return Turn(turn.part, turn.value, turn.place_id, turn.module_id, backwards=True)


def _day(ordinal: int | None) -> date | None:
    return date.fromordinal(ordinal) if ordinal else None


def _moment(seconds: int) -> datetime | None:
    return datetime.fromtimestamp(seconds, UTC) if seconds else None
