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
from functools import lru_cache
from typing import Any, NamedTuple

from sqlalchemy import (
    BigInteger,
    ColumnElement,
    Integer,
    Select,
    String,
    bindparam,
    literal,
    literal_column,
    or_,
    select,
    tuple_,
    union_all,
)

from soar_lms.cohorts.filters import RowState, Sort, Turn, Waiting
from soar_lms.cohorts.models import RosterPlace
from soar_lms.cohorts.report_scope import (
    KEPT_STATES,
    OF_THE_DAY,
    ORDER,
    STATEMENTS,
    Scope,
    above_zero,
    begins,
    kept_state,
)
from soar_lms.learning.models import KeptStanding
from soar_lms.learning.renewal import Status

FEW = 1_200
"""Lines that may be read by themselves and sorted; more are filtered in the order they are read."""

_place, _kept = RosterPlace, KeptStanding
Values = dict[str, Any]


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
    number: str | None = None
    """The column it is sorted by; None: by name."""
    descending: bool = False
    begins: bool | None = None
    """Of those whom a search found, whether the name begins so; None where that does not matter."""
    state: RowState | None = None
    module: int | None = None
    """Of which state and of which of the modules by their days its lines are; None: of any."""

    @property
    def is_of_places(self) -> bool:
        """Whether it is read along the places: no index has the lines of all states by name."""
        return self.begins is not None

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


def _state_where(line: Any, state: RowState | None) -> tuple[Any, ...]:
    """Return what is true of the lines of a kept state that are in a state at a moment."""
    seconds: Any = bindparam("seconds")
    opened = (above_zero(line.opens_at), line.opens_at <= seconds)
    if state is Status.EXPIRED:
        return (*opened, line.expires_at <= seconds)
    if state is Status.RENEWAL_OPEN:
        return (*opened, line.opens_at > bindparam("recent"), line.expires_at > seconds)
    if state is Status.COMPLETED:
        return (or_(line.opens_at == 0, line.opens_at > seconds),)
    return ()


# --- orders -------------------------------------------------------------------------------------


def parts_of(scope: Scope, states: Iterable[RowState] = ORDER) -> list[Part]:
    """Return the parts of an order, the first one first.

    :param states: those that there are lines of.
    """
    wanted = [scope.state] if scope.state else list(states)
    if scope.asks_what_is_open and Status.COMPLETED in wanted:
        wanted.remove(Status.COMPLETED)  # which are many, and none of them
        if scope.state:
            return []
    kept = tuple(dict.fromkeys(map(kept_state, wanted))) or KEPT_STATES[:1]
    if scope.is_by_name:
        return [Part("begun", kept, begins=True), Part("found", kept, begins=False)]
    if scope.sort is Sort.STATE:
        left_out = {Status.COMPLETED} if scope.asks_what_is_open else set()
        order = wanted if scope.state else [item for item in ORDER if item not in left_out]
        return [_part_of_state(state) for state in order]
    if scope.sort is Sort.DUE:
        return [Part(f"due{place}", kept, module=place) for place in range(scope.modules)]
    if scope.sort is Sort.NAME:
        return [Part("name", kept)]
    column = "completed_day" if scope.sort is Sort.COMPLETED else "active_at"
    return [Part(scope.sort, kept, column, descending=True)]


def _part_of_state(state: RowState) -> Part:
    number = "opens_at" if state in OF_THE_DAY else None
    return Part(state, (kept_state(state),), number, state=state)


def _wanted(
    scope: Scope, line: Any, part: Part, states: Sequence[str]
) -> list[ColumnElement[bool]]:
    """Return what is true of the lines of a part that are in some of its kept states."""
    of_state = _state_where(line, part.state or scope.state)
    return [*of_state, *scope.conditions(line, states, part.module)]


def _of_places(scope: Scope, part: Part) -> list[ColumnElement[bool]]:
    """Return what is true of the places of a part."""
    if part.begins is None:
        return []
    begun = begins(_place.sort_name, "begun")
    return [begun if part.begins else ~begun, *scope.have_words(_place.id)]


# --- lines --------------------------------------------------------------------------------------


@lru_cache(STATEMENTS)
def select_part(scope: Scope, part: Part) -> Select[*tuple[Any, ...]]:
    """Return the select of the lines of a part, in order, with all that a report says of them."""
    line = scope.make_source()
    is_whole = part.number is None and set(part.states) >= set(KEPT_STATES)
    by_places = part.is_of_places or (is_whole and not scope.reads_few_first)
    cohort = _place.cohort_id if by_places else line.cohort_id
    where = [cohort == bindparam("cohort_id"), *_of_places(scope, part)]
    where += _wanted(scope, line, part, part.states)
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


@lru_cache(STATEMENTS)
def select_page(
    scope: Scope, parts: tuple[Part, ...], begun: str | None, *, backwards: bool
) -> Select[*tuple[Any, ...]]:
    """Return the statement of a page: the lines after or before a turn, `limit` of each index.

    First the lines are chosen, by themselves; only of those the rest is read. They come in no
    order: `in_order` is the rest of it. Its values are those of the scope and `values_of_page`.

    :param parts: those it may reach into, in the order they are read, that of the turn first.
    :param begun: the part that the turn is in; None: the page begins with the first part.
    """
    line = scope.make_source()
    selects = [
        select(item.subquery())
        for rank, part in enumerate(parts)
        for item in _choose(scope, line, part, rank, is_begun=part.name == begun, back=backwards)
    ]
    if len(selects) == 1:
        chosen = selects[0].subquery("chosen")
        return _say(chosen, chosen.c, chosen.c.rank)
    several = union_all(*selects).subquery("several")
    chosen = _first_of(several, parts, backwards=backwards).subquery("chosen")
    return _say(chosen, chosen.c, chosen.c.rank)


def _first_of(several: Any, parts: Sequence[Part], *, backwards: bool) -> Select[Any]:
    """Return the select of the first lines of several indexes, where one order has them all."""
    statement = select(several)
    if len({(part.number, part.descending) for part in parts}) > 1:
        return statement
    ordered = _directed(parts[0], parts[0].key(several.c), backwards=backwards)
    return statement.order_by(several.c.rank, *ordered).limit(_LIMIT)


def values_of_page(parts: Sequence[Part], turn: Turn | None, name: str, limit: int) -> Values:
    """Return where a page begins, and how many lines are read of each index.

    :param name: the `sort_name` of the turn's place.
    """
    values: Values = {"limit": limit, "places_limit": limit + 1}
    if turn is None:
        return values
    is_by_name = next((part.number is None for part in parts if part.name == turn.part), True)
    first = name if is_by_name else turn.value
    place = {"turn_name": name, "turn_place": turn.place_id, "turn_module": turn.module_id}
    return {**values, **place, "turn_first": first}


def _choose(
    scope: Scope, line: Any, part: Part, rank: int, *, is_begun: bool, back: bool
) -> Iterator[Select[*tuple[Any, ...]]]:
    """Yield the selects of the lines of a part: one along each index that it is read by."""
    columns = [line.place_id, line.person_id, line.sort_name]
    columns += [getattr(line, column) for column in _OF_LINES]
    statement = select(literal_column(str(rank)).label("rank"), *columns)
    key = part.key(line)
    if is_begun:
        statement = statement.where(_beyond(part, key, back=back))
    if part.is_of_places:
        places = _choose_places(scope, line, part, is_begun=is_begun, back=back).subquery()
        statement = statement.join(places, places.c.id == line.place_id)
    else:
        statement = statement.where(line.cohort_id == bindparam("cohort_id"))
    ordered = statement.order_by(*_directed(part, key, backwards=back)).limit(_LIMIT)
    for states in _split(scope, part):
        where = _wanted(scope, line, part, states)
        yield ordered.where(*where, *_in_states(scope, line, part, states))


def _split(scope: Scope, part: Part) -> list[tuple[str, ...]]:
    """Return the states of a part by the selects that it is read by: one along each index."""
    if part.is_of_places or scope.reads_few_first:
        return [part.states]
    return [(state,) for state in part.states]


def _in_states(
    scope: Scope, line: Any, part: Part, states: Sequence[str]
) -> list[ColumnElement[bool]]:
    """Return that lines have states; along the places nothing where they can have any."""
    return [] if part.is_of_places and not scope.state else [_is_in(line, states)]


def _choose_places(
    scope: Scope, line: Any, part: Part, *, is_begun: bool, back: bool
) -> Select[int]:
    """Return the select of the next places that have lines: of each at least one is wanted."""
    wanted = _wanted(scope, line, part, part.states)
    states = _in_states(scope, line, part, part.states)
    lines = select(literal(1)).where(line.place_id == _place.id, *wanted, *states)
    cohort = _place.cohort_id == bindparam("cohort_id")
    where = [cohort, *_of_places(scope, part), lines.exists()]
    key = (_place.sort_name, _place.id)
    if is_begun:
        here = tuple_(_TURN_NAME, _TURN_PLACE)
        where.append(tuple_(*key) <= here if back else tuple_(*key) >= here)
    ordered = _directed(part, key, backwards=back)
    return select(_place.id).where(*where).order_by(*ordered).limit(_PLACES_LIMIT)


_LIMIT = bindparam("limit", type_=Integer)
_PLACES_LIMIT = bindparam("places_limit", type_=Integer)
_TURN_NAME = bindparam("turn_name", type_=String)
_TURN_PLACE = bindparam("turn_place", type_=Integer)
_TURN_MODULE = bindparam("turn_module", type_=String)


def _beyond(part: Part, key: Sequence[Any], *, back: bool) -> ColumnElement[bool]:
    """Return what is true of the lines beyond a turn, in the direction of reading."""
    first: Any = bindparam("turn_first", type_=String if part.number is None else BigInteger)
    here = tuple_(first, _TURN_PLACE, _TURN_MODULE)
    return tuple_(*key) < here if part.descending != back else tuple_(*key) > here


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
