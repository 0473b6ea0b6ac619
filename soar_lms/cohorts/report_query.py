"""The one query of a report: for its page, its files and its paper.

An order consists of parts, one after the other: in the order of states each state is one. Within a
part lines stand in the order of an index and of nothing else, so that a page begins where it is
asked to without reading what comes before. States that depend on the day are ranges of moments.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any, NamedTuple

from sqlalchemy import (
    ColumnElement,
    Select,
    bindparam,
    case,
    func,
    literal,
    select,
    text,
    tuple_,
    union_all,
)
from sqlalchemy.sql.selectable import ExecutableReturnsRows

from soar_lms.cohorts.filters import Filters, RowState, Sort, Turn, Waiting
from soar_lms.cohorts.models import ReportCount, ReportLine, RosterPlace
from soar_lms.cohorts.sorting import fold
from soar_lms.database import Among, Numbers
from soar_lms.learning.models import KeptStanding
from soar_lms.learning.renewal import Status

LONGEST_OPENING = 368 * 86_400
"""Seconds for which a certificate can be renewable before it expires (`RenewalSpec`), and a day."""
MOST_FOUND = 1_000
"""People whom a search may find one by one; more are filtered as they are read."""
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

_line, _place, _kept = ReportLine, RosterPlace, KeptStanding


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
    content: str | None


@dataclass(frozen=True)
class Part:
    """Lines that stand together in an order."""

    name: str
    where: tuple[Any, ...]
    """Conditions; a text is one too, where an index asks for just these words."""
    number: Any = None
    """The column it is sorted by; None: by name."""
    descending: bool = False
    is_of_places: bool = False
    """Whether it is read along the places, and not along the lines of one state."""

    @property
    def key(self) -> tuple[Any, ...]:
        """What it is sorted by, down to what no two lines share."""
        if self.is_of_places:
            return (_place.sort_name, _place.id, _line.module_id)
        first = _line.sort_name if self.number is None else self.number
        return (first, _line.place_id, _line.module_id)


def state_of(state: str, opens_at: int, expires_at: int, seconds: int) -> RowState:
    """Say in which state a line is at a moment; `states_where` asks the same of the database."""
    if state == Waiting.INVITED:
        return Waiting.INVITED
    if state != Status.COMPLETED or not opens_at or opens_at > seconds:
        return Status(state)
    return Status.EXPIRED if expires_at <= seconds else Status.RENEWAL_OPEN


def _state_where(state: RowState, seconds: int) -> tuple[Any, ...]:
    """Return what is true of the lines that are in a state at a moment."""
    completed = _line.state == Status.COMPLETED
    opened = (text("report_lines.opens_at > 0"), _line.opens_at <= seconds)
    if state is Status.EXPIRED:
        return (completed, *opened, _line.expires_at <= seconds)
    if state is Status.RENEWAL_OPEN:
        recent = _line.opens_at > seconds - LONGEST_OPENING
        return (completed, *opened, recent, _line.expires_at > seconds)
    if state is Status.COMPLETED:
        return (completed, (_line.opens_at == 0) | (_line.opens_at > seconds))
    return (_line.state == state,)


def parts_of(filters: Filters, seconds: int) -> list[Part]:
    """Return the parts of an order, the first one first."""
    if filters.sort is Sort.STATE:
        states = [filters.state] if filters.state else list(ORDER)
        return [_part_of_state(state, seconds) for state in states]
    chosen = _state_where(filters.state, seconds) if filters.state else ()
    if filters.sort is Sort.NAME:
        return [Part("name", chosen, is_of_places=not filters.state)]
    column = _line.completed_day if filters.sort is Sort.COMPLETED else _line.active_at
    is_there = text(f"report_lines.{column.key} > 0")
    return [
        Part("with", (*chosen, is_there), column, descending=True),
        Part("without", (*chosen, column == 0), is_of_places=not filters.state),
    ]


def _part_of_state(state: RowState, seconds: int) -> Part:
    where = _state_where(state, seconds)
    by_day = state in {Status.EXPIRED, Status.RENEWAL_OPEN}
    return Part(state, where, _line.opens_at if by_day else None)


@dataclass(frozen=True)
class Scope:
    """Which lines a query is about."""

    cohort_id: int
    filters: Filters
    left_out: tuple[str, ...] = ()
    """Modules of the cohort that are not in the catalogue."""
    found: tuple[int, ...] | None = None
    """The places that a search found, if they are few; None: as `filters.text` says."""

    def conditions(self) -> list[ColumnElement[bool]]:
        filters, where = self.filters, []
        for column, value in (
            (_line.module_id, filters.module),
            (_line.setting, filters.setting),
            (_line.language, filters.language),
        ):
            if value:
                where.append(column == value)
        if self.left_out:
            where.append(_line.module_id.not_in(self.left_out))
        if self.found is not None:
            where.append(Among(_line.place_id, bindparam("found", self.found, Numbers)))
        elif filters.text:
            where.append(_is_called(filters.text))
        return where


def _is_called(words: str) -> ColumnElement[bool]:
    return _place.sort_name.contains(fold(words), autoescape=True) | _place.email.contains(
        words.lower(), autoescape=True
    )


def find_places(cohort_id: int, words: str) -> Select[int]:
    """Return the select of the first places whose names or addresses have words in them."""
    return (
        select(_place.id)
        .where(_place.cohort_id == cohort_id, _is_called(words))
        .limit(MOST_FOUND + 1)
    )


def select_part(scope: Scope, part: Part, rank: int = 0) -> Select[*tuple[Any, ...]]:
    """Return the select of the lines of a part, in order, with all that a report says of them."""
    cohort = _place.cohort_id if part.is_of_places else _line.cohort_id
    return (
        select(
            literal(rank).label("rank"),
            _place.id.label("place_id"),
            _place.person_id,
            _place.name,
            _place.email,
            _place.sort_name,
            _line.module_id,
            _line.state,
            _line.setting,
            _line.language,
            _line.completed_day,
            _line.active_at,
            _line.opens_at,
            _line.expires_at,
            _kept.steps_left,
            _kept.certificate_code,
            _kept.valid_until_day,
            _kept.content,
        )
        .select_from(_line)
        .join(_place, _place.id == _line.place_id)
        .outerjoin(
            _kept, (_kept.person_id == _line.person_id) & (_kept.module_id == _line.module_id)
        )
        .where(cohort == scope.cohort_id, *part.where, *scope.conditions())
        .order_by(*_directed(part, backwards=False))
    )


def _directed(part: Part, *, backwards: bool) -> list[Any]:
    turned = part.descending != backwards
    return [column.desc() if turned else column.asc() for column in part.key]


def select_page(
    scope: Scope, parts: Sequence[Part], turn: Turn | None, name: str, limit: int
) -> ExecutableReturnsRows:
    """Return the statement of a page: the lines after or before a turn, `limit` at the most.

    :param parts: those it may reach into, in the order they are read, that of the turn first.
    :param name: the `sort_name` of the turn's place.
    """
    backwards = turn is not None and turn.backwards
    selects = []
    for rank, part in enumerate(parts):
        statement = select_part(scope, part, rank).order_by(None)
        if turn is not None and part.name == turn.part:
            statement = statement.where(*_beyond(part, turn, name))
        selects.append(statement.order_by(*_directed(part, backwards=backwards)).limit(limit))
    if len(selects) == 1:
        return selects[0]
    return union_all(*(select(item.subquery()) for item in selects))


def _beyond(part: Part, turn: Turn, name: str) -> list[ColumnElement[bool]]:
    """Return what is true of the lines beyond a turn, in the direction of reading."""
    first = name if part.number is None else turn.value
    values = [literal(value) for value in (first, turn.place_id, turn.module_id)]
    downwards = part.descending != turn.backwards
    key = tuple_(*part.key)
    beyond = [key < tuple_(*values) if downwards else key > tuple_(*values)]
    if part.is_of_places:  # an index can begin here; the whole key is of two tables
        head = tuple_(*part.key[:2])
        beyond.append(head <= tuple_(*values[:2]) if downwards else head >= tuple_(*values[:2]))
    return beyond


# --- counts -------------------------------------------------------------------------------------


def select_counts(scope: Scope) -> Select[str, str, int]:
    """Return the select of (module, state, people), of the setting and language asked for.

    They are kept: it reads a few hundred rows, however many people there are.
    """
    count = ReportCount
    return (
        select(count.module_id, count.state, func.sum(count.people))
        .where(count.cohort_id == scope.cohort_id, *_part_of_people(scope, count))
        .group_by(count.module_id, count.state)
    )


def select_opened(scope: Scope, seconds: int) -> Select[str, int, int]:
    """Return the select of (module, expired, opened): of the completed, what the day made of them.

    Opened are all whose certificates can be renewed by now, the expired ones included.
    """
    expired = func.sum(case((_line.expires_at <= seconds, 1), else_=0))
    return (
        select(_line.module_id, expired, func.count())
        .where(
            _line.cohort_id == scope.cohort_id,
            text("report_lines.opens_at > 0"),
            _line.opens_at <= seconds,
            _line.state == Status.COMPLETED,
            *_part_of_people(scope, _line),
        )
        .group_by(_line.module_id)
    )


def _part_of_people(scope: Scope, table: Any) -> list[ColumnElement[bool]]:
    filters = scope.filters
    asked = ((table.setting, filters.setting), (table.language, filters.language))
    return [column == value for column, value in asked if value]


def seconds_of(moment: datetime) -> int:
    """Return a moment as lines have it."""
    return int(moment.timestamp())
