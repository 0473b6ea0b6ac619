"""The one query of a report: for its page, its files and its paper.

An order consists of parts, one after the other: in the order of states each state is one. Lines of
a part are read along one index for each state that is kept, and merged: an index begins where a
page begins, and holds all that lines are filtered by. States that depend on the day are ranges of
moments. Where the filters leave few lines, which the counts and a search know beforehand, those are
read first, by themselves.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any, NamedTuple

from sqlalchemy import (
    ColumnElement,
    Select,
    func,
    literal,
    literal_column,
    or_,
    select,
    tuple_,
    union_all,
)

from soar_lms.cohorts.filters import Due, RowState, Sort, Turn, Waiting
from soar_lms.cohorts.models import RosterPlace, RosterWord
from soar_lms.cohorts.report_scope import (
    KEPT_STATES,
    LAST_SIGN,
    OF_THE_DAY,
    ORDER,
    Scope,
    above_zero,
    begins,
    has_word,
    kept_state,
)
from soar_lms.cohorts.sorting import fold
from soar_lms.learning.models import KeptStanding
from soar_lms.learning.renewal import Status

LONGEST_OPENING = 368 * 86_400
"""Seconds for which a certificate can be renewable before it expires (`RenewalSpec`), and a day."""
MOST_FOUND = 300
"""People whom a search may find and keep the order; more are listed by name as they are read."""
FEW = 2_000
"""Lines that may be read by themselves and sorted; more are filtered in the order they are read."""

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


def state_of(state: str, opens_at: int, expires_at: int, seconds: int) -> RowState:
    """Say in which state a line is at a moment; `_state_where` asks the same of the database."""
    if state == Waiting.INVITED:
        return Waiting.INVITED
    if state != Status.COMPLETED or not opens_at or opens_at > seconds:
        return Status(state)
    return Status.EXPIRED if expires_at <= seconds else Status.RENEWAL_OPEN


def _state_where(line: Any, state: RowState, seconds: int) -> tuple[Any, ...]:
    """Return what is true of the lines of a kept state that are in a state at a moment."""
    opened = (above_zero(line.opens_at), line.opens_at <= seconds)
    if state is Status.EXPIRED:
        return (*opened, line.expires_at <= seconds)
    if state is Status.RENEWAL_OPEN:
        recent = line.opens_at > seconds - LONGEST_OPENING
        return (*opened, recent, line.expires_at > seconds)
    if state is Status.COMPLETED:
        return (or_(line.opens_at == 0, line.opens_at > seconds),)
    return ()


# --- orders -------------------------------------------------------------------------------------


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
    number = "opens_at" if state in OF_THE_DAY else None
    return Part(state, (kept_state(state),), where, number, state=state)


def _parts_by_name(scope: Scope, kept: tuple[str, ...], chosen: tuple[Any, ...]) -> list[Part]:
    """Return those whose name begins with what was typed, and then all others that were found."""
    begun = fold(scope.filters.text)
    first = _place.sort_name.between(begun, begun + LAST_SIGN)
    state = (scope.line.state.in_(kept), *chosen) if scope.filters.state else ()
    words = [has_word(_place.id, word) for word in scope.words or ()]
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


def count_words(cohort_id: int, words: Sequence[str]) -> Select[*tuple[Any, ...]]:
    """Return the select of how often words are found, one number each, `MOST_FOUND` + 1 at most."""
    counts = []
    for word in words:
        hits = (
            select(literal(1))
            .select_from(_word)
            .where(_word.cohort_id == cohort_id, begins(_word.word, word))
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
            begins(_word.word, first),
            *(has_word(_word.place_id, word) for word in rest),
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


def seconds_of(moment: datetime) -> int:
    """Return a moment as lines have it."""
    return int(moment.timestamp())
