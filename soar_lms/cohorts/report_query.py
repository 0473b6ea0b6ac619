"""The one query of a report: for its page, its files and its paper.

An order consists of parts, one after the other: in the order of states each state is one. Lines of
a part are read along one index for each state that is kept, and merged: an index begins where a
page begins, and holds all that lines are filtered by. States that depend on the day are ranges of
moments. Where the filters leave few lines, which the counts and a search know beforehand, those are
read first, by themselves.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any, NamedTuple

from sqlalchemy import (
    ColumnElement,
    Select,
    and_,
    bindparam,
    case,
    false,
    func,
    literal,
    literal_column,
    or_,
    select,
    tuple_,
    union_all,
)
from sqlalchemy.orm import aliased

from soar_lms.cohorts.due import DueDays
from soar_lms.cohorts.filters import Due, Filters, RowState, Sort, Turn, Waiting
from soar_lms.cohorts.models import ReportCount, ReportLine, RosterPlace, RosterWord
from soar_lms.cohorts.sorting import fold
from soar_lms.database import Among, Numbers
from soar_lms.learning.models import KeptStanding
from soar_lms.learning.renewal import Status

LONGEST_OPENING = 368 * 86_400
"""Seconds for which a certificate can be renewable before it expires (`RenewalSpec`), and a day."""
MOST_FOUND = 300
"""People whom a search may find and keep the order; more are listed by name as they are read."""
FEW = 2_000
"""Lines that may be read by themselves and sorted; more are filtered in the order they are read."""
ORDER: tuple[RowState, ...] = (
    Waiting.INVITED,
    Status.NOT_STARTED,
    Status.EXPIRED,
    Status.IN_PROGRESS,
    Status.PASSED,
    Status.RENEWING,
    Status.RENEWAL_OPEN,
    Status.COMPLETED,
)
"""Those who have something to do first."""
_OF_THE_DAY = frozenset({Status.EXPIRED, Status.RENEWAL_OPEN})
KEPT_STATES: tuple[str, ...] = tuple(state for state in ORDER if state not in _OF_THE_DAY)
"""Those that are stored; what the day makes of a completed one is not."""
_LAST_SIGN = "\U0010ffff"

_place, _kept, _word = RosterPlace, KeptStanding, RosterWord


class Line(NamedTuple):
    """What `select_part` says of a line, in the order of its columns."""

    rank: int
    place_id: int
    person_id: int | None
    name: str
    email: str
    sort_name: str
    module_id: str
    state: str
    setting: str
    language: str
    completed_day: int
    active_at: int
    opens_at: int
    expires_at: int
    steps_left: str | None
    """Of the kept standing, as all that follows: None before somebody begins."""
    certificate_code: str | None
    valid_until_day: int | None
    cycle: int | None
    content: str | None


@dataclass(frozen=True)
class Part:
    """Lines that stand together in an order."""

    name: str
    states: tuple[str, ...]
    """The kept states that it has lines of; each is read along an index."""
    where: tuple[Any, ...] = ()
    number: str | None = None
    """The column it is sorted by; None: by name."""
    descending: bool = False
    is_of_places: bool = False
    """Whether it is read along the places: no index has the lines of all states by name."""
    of_places: tuple[ColumnElement[bool], ...] = ()
    """What is true of its places."""
    state: RowState | None = None
    module: str | None = None
    """Which of the totals say how many lines it has; None: of all states, of all modules."""

    def key(self, line: Any) -> tuple[Any, ...]:
        """Return the columns it is sorted by, down to what no two lines share."""
        first = line.sort_name if self.number is None else getattr(line, self.number)
        return (first, line.place_id, line.module_id)

    def key_of(self, row: Any) -> tuple[Any, ...]:
        """Return what a row that was read is sorted by."""
        first = row.sort_name if self.number is None else getattr(row, self.number)
        return (first, row.place_id, row.module_id)


def kept_state(state: RowState) -> str:
    """Return how a state is stored."""
    return Status.COMPLETED if state in _OF_THE_DAY else state


def state_of(state: str, opens_at: int, expires_at: int, seconds: int) -> RowState:
    """Say in which state a line is at a moment; `_state_where` asks the same of the database."""
    if state == Waiting.INVITED:
        return Waiting.INVITED
    if state != Status.COMPLETED or not opens_at or opens_at > seconds:
        return Status(state)
    return Status.EXPIRED if expires_at <= seconds else Status.RENEWAL_OPEN


def _state_where(line: Any, state: RowState, seconds: int) -> tuple[Any, ...]:
    """Return what is true of the lines of a kept state that are in a state at a moment."""
    opened = (_above_zero(line.opens_at), line.opens_at <= seconds)
    if state is Status.EXPIRED:
        return (*opened, line.expires_at <= seconds)
    if state is Status.RENEWAL_OPEN:
        recent = line.opens_at > seconds - LONGEST_OPENING
        return (*opened, recent, line.expires_at > seconds)
    if state is Status.COMPLETED:
        return (or_(line.opens_at == 0, line.opens_at > seconds),)
    return ()


def _above_zero(column: Any) -> ColumnElement[bool]:
    """Return a condition in the words of a partial index, which no parameter would be."""
    condition: ColumnElement[bool] = column > literal_column("0")
    return condition


# --- what a query is about ----------------------------------------------------------------------


@dataclass(frozen=True)
class Scope:
    """Which lines a query is about, at a moment."""

    cohort_id: int
    filters: Filters
    seconds: int
    due: DueDays
    module_ids: tuple[str, ...] = ()
    """Those of the cohort that are in the catalogue."""
    left_out: tuple[str, ...] = ()
    """Those that are not."""
    words: tuple[str, ...] | None = None
    """What a search asks for; None where nothing is searched for."""
    found: tuple[int, ...] | None = None
    """The places that a search found, if they are few."""
    has_few: bool = False
    """Whether the filters leave few lines, by the counts."""
    line: Any = field(init=False)
    """Where lines are read from: the table, or those few that are wanted."""

    def __post_init__(self) -> None:
        line: Any = ReportLine
        if self.reads_few_first:
            wanted = self._select_found() if self.found is not None else self._select_counted()
            line = aliased(ReportLine, wanted.cte("wanted").prefix_with("MATERIALIZED"))
        object.__setattr__(self, "line", line)

    @property
    def reads_few_first(self) -> bool:
        return self.found is not None or self.has_few

    @property
    def asks_what_is_open(self) -> bool:
        """Whether only lines are wanted in which something must be done by a day."""
        return self.filters.due not in (None, Due.NONE)

    @property
    def is_by_name(self) -> bool:
        """Whether a search found so many that they are listed by name, whatever was asked for."""
        return self.words is not None and not self.reads_few_first

    def _select_found(self) -> Select[*tuple[Any, ...]]:
        found = Among(ReportLine.place_id, bindparam("found", self.found, Numbers))
        return select(ReportLine.__table__).where(found)

    def _select_counted(self) -> Select[*tuple[Any, ...]]:
        """Return the lines of the groups that are counted together, by the index of the counts."""
        line, count = ReportLine, ReportCount
        same = (line.module_id, line.state, line.setting, line.language)
        wanted = [getattr(count, column.key) == column for column in same]
        filters = self.filters
        kept = [count.state == kept_state(filters.state)] if filters.state else []
        return (
            select(line.__table__)
            .select_from(count)
            .outerjoin(line, and_(count.cohort_id == line.cohort_id, *wanted))  # counts come first
            .where(
                count.cohort_id == self.cohort_id,
                count.people > 0,
                *kept,
                *_are(count, filters),
            )
        )

    def conditions(self) -> list[ColumnElement[bool]]:
        """Return what is true of all lines that are wanted."""
        line, filters = self.line, self.filters
        where = _are(line, filters)
        if self.left_out:
            where.append(line.module_id.not_in(self.left_out))
        if filters.due:
            where.append(self._is_due(filters.due))
        if self.words is not None and self.has_few:
            where += [_has_word(line.place_id, word) for word in self.words]
        return where

    def _is_due(self, due: Due) -> ColumnElement[bool]:
        """Return what is true of lines that are due so soon and not done: `due.is_done` in SQL."""
        line = self.line
        if due is Due.NONE:
            return line.module_id.not_in(list(self.due.days))  # type: ignore[no-any-return]  # of a line
        has_completed = line.state.in_((Status.COMPLETED, Status.RENEWING))
        can_renew = or_(
            line.state == Status.RENEWING,
            and_(_above_zero(line.opens_at), line.opens_at <= self.seconds),
        )
        sides = [
            and_(
                line.module_id == module_id,
                or_(
                    ~has_completed,
                    and_(
                        _above_zero(line.expires_at),
                        line.expires_at <= self.due.ends[module_id],
                        can_renew,
                    ),
                ),
            )
            for module_id in self.due.modules_that_are(due)
        ]
        return or_(false(), *sides)


def _are(table: Any, filters: Filters) -> list[ColumnElement[bool]]:
    asked = (
        (table.module_id, filters.module),
        (table.setting, filters.setting),
        (table.language, filters.language),
    )
    return [column == value for column, value in asked if value]


def parts_of(scope: Scope, states: Iterable[RowState] = ORDER) -> list[Part]:
    """Return the parts of an order, the first one first.

    :param states: those that there are lines of.
    """
    filters, line = scope.filters, scope.line
    wanted = [filters.state] if filters.state else list(states)
    if scope.asks_what_is_open and Status.COMPLETED in wanted:
        wanted.remove(Status.COMPLETED)  # which are many, and none of them
        if filters.state:
            return []
    kept = tuple(dict.fromkeys(map(kept_state, wanted))) or KEPT_STATES[:1]
    chosen = _state_where(line, filters.state, scope.seconds) if filters.state else ()
    if scope.is_by_name:
        return _parts_by_name(scope, kept, chosen)
    if filters.sort is Sort.STATE:
        left_out = {Status.COMPLETED} if scope.asks_what_is_open else set()
        order = wanted if filters.state else [item for item in ORDER if item not in left_out]
        return [_part_of_state(scope, state) for state in order]
    if filters.sort is Sort.DUE:
        return [
            Part(f"due{number}", kept, (*chosen, line.module_id == name), module=name)
            for number, name in enumerate(_by_day(scope))
        ]
    if filters.sort is Sort.NAME:
        return [Part("name", kept, chosen)]
    column = "completed_day" if filters.sort is Sort.COMPLETED else "active_at"
    return [Part(filters.sort, kept, chosen, column, descending=True)]


def _part_of_state(scope: Scope, state: RowState) -> Part:
    where = _state_where(scope.line, state, scope.seconds)
    number = "opens_at" if state in _OF_THE_DAY else None
    return Part(state, (kept_state(state),), where, number, state=state)


def _parts_by_name(scope: Scope, kept: tuple[str, ...], chosen: tuple[Any, ...]) -> list[Part]:
    """Return those whose name begins with what was typed, and then all others that were found."""
    begun = fold(scope.filters.text)
    first = _place.sort_name.between(begun, begun + _LAST_SIGN)
    state = (scope.line.state.in_(kept), *chosen) if scope.filters.state else ()
    words = [_has_word(_place.id, word) for word in scope.words or ()]
    return [
        Part(name, kept, state, is_of_places=True, of_places=(side, *words))
        for name, side in (("begun", first), ("found", ~first))
    ]


def _by_day(scope: Scope) -> list[str]:
    """Return the modules as they fall due; those without a day at the end."""
    days, module = scope.due.days, scope.filters.module
    due = scope.filters.due
    known = scope.module_ids
    if due:
        near = scope.due.modules_that_are(due)
        known = tuple(
            name for name in known if (name not in days if due is Due.NONE else name in near)
        )
    names = [name for name in known if module in (None, name)]
    return sorted(names, key=lambda name: (name not in days, days.get(name, scope.due.today), name))


# --- searching ----------------------------------------------------------------------------------


def _begins(column: Any, word: str) -> ColumnElement[bool]:
    condition: ColumnElement[bool] = column.between(word, word + _LAST_SIGN)
    return condition


def _has_word(place_id: Any, word: str) -> ColumnElement[bool]:
    other = aliased(_word)
    return (
        select(literal(1))
        .select_from(other)
        .where(other.place_id == place_id, _begins(other.word, word))
        .exists()
    )


def count_words(cohort_id: int, words: Sequence[str]) -> Select[*tuple[Any, ...]]:
    """Return the select of how often words are found, one number each, `MOST_FOUND` + 1 at most."""
    counts = []
    for word in words:
        hits = (
            select(literal(1))
            .select_from(_word)
            .where(_word.cohort_id == cohort_id, _begins(_word.word, word))
            .limit(MOST_FOUND + 1)
        )
        counts.append(select(func.count()).select_from(hits.subquery()).scalar_subquery())
    return select(*counts)


def find_places(cohort_id: int, words: Sequence[str]) -> Select[int]:
    """Return the select of places that have words, `MOST_FOUND` + 1 at the most.

    A place comes as often as it has the first word, which should be the rarest.
    """
    first, *rest = words
    return (
        select(_word.place_id)
        .where(
            _word.cohort_id == cohort_id,
            _begins(_word.word, first),
            *(_has_word(_word.place_id, word) for word in rest),
        )
        .limit(MOST_FOUND + 1)
    )


# --- lines --------------------------------------------------------------------------------------


def select_part(scope: Scope, part: Part) -> Select[*tuple[Any, ...]]:
    """Return the select of the lines of a part, in order, with all that a report says of them."""
    line = scope.line
    is_whole = part.number is None and set(part.states) >= set(KEPT_STATES)
    by_places = part.is_of_places or (is_whole and not scope.reads_few_first)
    cohort = _place.cohort_id if by_places else line.cohort_id
    where = [cohort == scope.cohort_id, *part.where, *part.of_places, *scope.conditions()]
    if not is_whole:
        where.append(_is_in(line, part.states))
    first, place_id, module_id = part.key(line)
    key = (_place.sort_name, _place.id, module_id) if by_places else (first, place_id, module_id)
    return _say(line, line, literal_column("0")).where(*where).order_by(*_directed(part, key))


def _say(source: Any, line: Any, rank: Any) -> Select[*tuple[Any, ...]]:
    """Return the select of `Line`, of lines from anywhere.

    :param line: what has the columns of `source` by name.
    """
    return (
        select(
            rank.label("rank"),
            _place.id.label("place_id"),
            _place.person_id,
            _place.name,
            _place.email,
            _place.sort_name,
            *(getattr(line, name) for name in _OF_LINES),
            _kept.steps_left,
            _kept.certificate_code,
            _kept.valid_until_day,
            _kept.cycle,
            _kept.content,
        )
        .select_from(source)
        .join(_place, _place.id == line.place_id)
        .outerjoin(_kept, (_kept.person_id == line.person_id) & (_kept.module_id == line.module_id))
    )


_OF_LINES = Line._fields[Line._fields.index("module_id") : Line._fields.index("steps_left")]


def _is_in(line: Any, states: Sequence[str]) -> ColumnElement[bool]:
    condition: ColumnElement[bool] = (
        line.state == states[0] if len(states) == 1 else line.state.in_(states)
    )
    return condition


def _directed(part: Part, key: Iterable[Any], *, backwards: bool = False) -> list[Any]:
    turned = part.descending != backwards
    return [column.desc() if turned else column.asc() for column in key]


def select_page(
    scope: Scope, parts: Sequence[Part], turn: Turn | None, name: str, limit: int
) -> Select[*tuple[Any, ...]]:
    """Return the statement of a page: the lines after or before a turn, `limit` of each index.

    First the lines are chosen, by themselves; only of those the rest is read. They come in no
    order: `in_order` is the rest of it.

    :param parts: those it may reach into, in the order they are read, that of the turn first.
    :param name: the `sort_name` of the turn's place.
    """
    selects = [
        select(item.subquery())
        for rank, part in enumerate(parts)
        for item in _choose(scope, part, rank, turn, name, limit)
    ]
    chosen = (union_all(*selects) if len(selects) > 1 else selects[0]).subquery("chosen")
    return _say(chosen, chosen.c, chosen.c.rank)


def _choose(
    scope: Scope, part: Part, rank: int, turn: Turn | None, name: str, limit: int
) -> Iterator[Select[*tuple[Any, ...]]]:
    """Yield the selects of the lines of a part: one along each index that it is read by."""
    line, backwards = scope.line, turn is not None and turn.backwards
    columns = [line.place_id, line.person_id, line.sort_name]
    columns += [getattr(line, column) for column in _OF_LINES]
    statement = select(literal_column(str(rank)).label("rank"), *columns).where(
        *part.where, *scope.conditions()
    )
    begun = turn if turn is not None and part.name == turn.part else None
    key = part.key(line)
    if begun:
        statement = statement.where(_beyond(part, key, begun, name))
    if part.is_of_places:
        places = _choose_places(scope, part, begun, name, limit, backwards=backwards).subquery()
        statement = statement.join(places, places.c.id == line.place_id)
    else:
        statement = statement.where(line.cohort_id == scope.cohort_id)
    ordered = statement.order_by(*_directed(part, key, backwards=backwards)).limit(limit)
    return (ordered.where(*states) for states in _split(scope, part))


def _choose_places(
    scope: Scope, part: Part, begun: Turn | None, name: str, limit: int, *, backwards: bool
) -> Select[int]:
    """Return the select of the next places that have lines: of each at least one is wanted."""
    line = scope.line
    lines = select(literal(1)).where(line.place_id == _place.id, *part.where, *scope.conditions())
    where = [_place.cohort_id == scope.cohort_id, *part.of_places, lines.exists()]
    key = (_place.sort_name, _place.id)
    if begun:
        here = tuple_(literal(name), literal(begun.place_id))
        where.append(tuple_(*key) <= here if backwards else tuple_(*key) >= here)
    ordered = _directed(part, key, backwards=backwards)
    return select(_place.id).where(*where).order_by(*ordered).limit(limit + 1)


def _split(scope: Scope, part: Part) -> list[tuple[ColumnElement[bool], ...]]:
    """Return the conditions of the selects that a part is read by: one along each index."""
    if part.is_of_places:
        return [()]
    if scope.reads_few_first:
        return [(_is_in(scope.line, part.states),)]
    return [(_is_in(scope.line, (state,)),) for state in part.states]


def _beyond(part: Part, key: Sequence[Any], turn: Turn, name: str) -> ColumnElement[bool]:
    """Return what is true of the lines beyond a turn, in the direction of reading."""
    first = name if part.number is None else turn.value
    here = tuple_(*(literal(value) for value in (first, turn.place_id, turn.module_id)))
    return tuple_(*key) < here if part.descending != turn.backwards else tuple_(*key) > here


def in_order(rows: Sequence[Any], parts: Sequence[Part], *, backwards: bool) -> list[Any]:
    """Merge what `select_page` returned, in the direction of reading."""
    merged: list[Any] = []
    for rank, part in enumerate(parts):
        mine = [row for row in rows if row.rank == rank]
        merged += sorted(mine, key=part.key_of, reverse=part.descending != backwards)
    return merged


# --- counts -------------------------------------------------------------------------------------


def select_counts(cohort_id: int, filters: Filters) -> Select[str, str, int]:
    """Return the select of (module, state, people), of the setting and language asked for.

    They are kept: it reads a few hundred rows, however many people there are.
    """
    count = ReportCount
    return (
        select(count.module_id, count.state, func.sum(count.people))
        .where(count.cohort_id == cohort_id, *_part_of_people(filters, count))
        .group_by(count.module_id, count.state)
    )


def select_opened(cohort_id: int, filters: Filters, seconds: int) -> Select[str, int, int]:
    """Return the select of (module, expired, opened): of the completed, what the day made of them.

    Opened are all whose certificates can be renewed by now, the expired ones included.
    """
    line = ReportLine
    expired = func.sum(case((line.expires_at <= seconds, 1), else_=0))
    return (
        select(line.module_id, expired, func.count())
        .where(
            line.cohort_id == cohort_id,
            _above_zero(line.opens_at),
            line.opens_at <= seconds,
            line.state == Status.COMPLETED,
            *_part_of_people(filters, line),
        )
        .group_by(line.module_id)
    )


def _part_of_people(filters: Filters, table: Any) -> list[ColumnElement[bool]]:
    asked = ((table.setting, filters.setting), (table.language, filters.language))
    return [column == value for column, value in asked if value]


def seconds_of(moment: datetime) -> int:
    """Return a moment as lines have it."""
    return int(moment.timestamp())
