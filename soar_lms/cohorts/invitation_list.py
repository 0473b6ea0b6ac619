"""The invitations of a group as a list, a page at a time: each with how far it has come."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from enum import StrEnum
from functools import lru_cache
from typing import Any

from sqlalchemy import Integer, Select, String, bindparam, case, func, select, tuple_

from soar_lms.accounts.models import Person
from soar_lms.accounts.services import list_people
from soar_lms.cohorts.models import Cohort, RosterLine, RosterPlace
from soar_lms.cohorts.sorting import fold
from soar_lms.database import UTCDateTime, db
from soar_lms.paging import ROWS_ON_A_PAGE, read_number


class LineState(StrEnum):
    """How far an invitation has come; in the order of the list."""

    OPEN = "open"
    EXPIRED = "expired"
    JOINED = "joined"
    """Whoever has the address is in the group, and came in another way."""
    ACCEPTED = "accepted"


@dataclass(frozen=True)
class ListedLine:
    """A line of the roster, as its trainer sees it."""

    line: RosterLine
    state: LineState
    person: Person | None
    """Who accepted."""


@dataclass(frozen=True)
class LineTurn:
    """The line after or before which a page begins; without a name: addresses are written down."""

    state: LineState
    """In which it stood then: it may have come further."""
    line_id: int
    backwards: bool = False

    def __str__(self) -> str:
        return f"{self.state}.{self.line_id}"


@dataclass(frozen=True)
class InvitationList:
    """A page of the list, and how many lines of all pages there are in each state."""

    rows: Sequence[ListedLine]
    before: LineTurn | None
    after: LineTurn | None
    counts: Mapping[LineState, int]

    @property
    def total(self) -> int:
        return sum(self.counts.values())


def read_line_turn(asked: Mapping[str, str]) -> LineTurn | None:
    """Read where a page begins; None: at the beginning, as for anything that is no such place."""
    for name, backwards in (("after", False), ("before", True)):
        state, _, number = asked.get(name, "").partition(".")
        line_id = read_number(number)
        if state in list(LineState) and line_id is not None:
            return LineTurn(LineState(state), line_id, backwards)
    return None


def list_roster(
    cohort: Cohort, now: datetime, turn: LineTurn | None = None, size: int = ROWS_ON_A_PAGE
) -> InvitationList:
    """Return a page of the lines, those first that still wait for somebody.

    They stand by name, as in the report; those who have come by address.

    :param turn: where it begins; where that line is gone, the first page is returned.
    """
    values: dict[str, Any] = {"cohort_id": cohort.id, "now": now}
    counted = {_STATES[place]: count for place, count in db.session.execute(_COUNTS, values)}
    here = _find_key(cohort, turn) if turn else None
    turn = turn if here else None
    backwards = turn is not None and turn.backwards
    statement = _select_lines(has_turn=turn is not None, backwards=backwards)
    rows = list(db.session.execute(statement, {**values, **(here or {}), "limit": size + 1}))
    has_more = len(rows) > size
    rows = rows[:size][:: -1 if backwards else 1]
    people = list_people(line.person_id for line, _ in rows if line.person_id is not None)
    lines = [
        ListedLine(line, _STATES[place], people.get(line.person_id or 0)) for line, place in rows
    ]
    turns = [LineTurn(item.state, item.line.id) for item in lines]
    return InvitationList(
        lines,
        before=replace(turns[0], backwards=True)
        if turns and (has_more if backwards else turn)
        else None,
        after=turns[-1] if turns and (has_more or backwards) else None,
        counts={state: counted[state] for state in _STATES if state in counted},
    )


def _find_key(cohort: Cohort, turn: LineTurn) -> dict[str, Any] | None:
    """Return where a turn stands in the order; None when its line is gone."""
    statement = select(RosterLine.name, RosterLine.email).where(
        RosterLine.id == turn.line_id, RosterLine.cohort_id == cohort.id
    )
    row = db.session.execute(statement).first()
    if row is None:
        return None
    is_by_name = turn.state in (LineState.OPEN, LineState.EXPIRED)
    return {
        "turn_place": _STATES.index(turn.state),
        "turn_name": (fold(row.name) or fold(row.email)) if is_by_name else "",
        "turn_email": row.email,
        "turn_line": turn.line_id,
    }


# --- the queries --------------------------------------------------------------------------------

_STATES = tuple(LineState)
# Whoever is invited has a place of their own on the roster, until they come by any way.
_PLACE = case(
    (RosterLine.accepted_at.is_not(None), _STATES.index(LineState.ACCEPTED)),
    (RosterPlace.id.is_(None), _STATES.index(LineState.JOINED)),
    (
        RosterLine.expires_at > bindparam("now", type_=UTCDateTime),
        _STATES.index(LineState.OPEN),
    ),
    else_=_STATES.index(LineState.EXPIRED),
).label("place")
_OF_COHORT = RosterLine.cohort_id == bindparam("cohort_id")
_WITH_PLACE = RosterPlace.line_id == RosterLine.id
_COUNTS = (
    select(_PLACE, func.count())
    .select_from(RosterLine)
    .outerjoin(RosterPlace, _WITH_PLACE)
    .where(_OF_COHORT)
    .group_by(_PLACE)
)
_KEY = (
    _PLACE.element,
    case((RosterLine.accepted_at.is_(None), func.coalesce(RosterPlace.sort_name, "")), else_=""),
    RosterLine.email,
    RosterLine.id,
)
_TURN = (
    bindparam("turn_place", type_=Integer),
    bindparam("turn_name", type_=String),
    bindparam("turn_email", type_=String),
    bindparam("turn_line", type_=Integer),
)


@lru_cache
def _select_lines(*, has_turn: bool, backwards: bool) -> Select[*tuple[Any, ...]]:
    """Return the select of the lines beyond a turn, in the direction of reading."""
    statement = select(RosterLine, _PLACE).outerjoin(RosterPlace, _WITH_PLACE).where(_OF_COHORT)
    key, here = tuple_(*_KEY), tuple_(*_TURN)
    if has_turn:
        statement = statement.where(key < here if backwards else key > here)
    order = [column.desc() if backwards else column.asc() for column in _KEY]
    return statement.order_by(*order).limit(bindparam("limit", type_=Integer))
