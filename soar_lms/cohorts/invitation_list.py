"""The invitations of a group as a list, a page at a time: each with how far it has come."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import datetime
from enum import StrEnum

from sqlalchemy import Integer, bindparam, case, func, select

from soar_lms.accounts.models import Person
from soar_lms.accounts.services import list_people
from soar_lms.cohorts.models import Cohort, RosterLine, RosterPlace
from soar_lms.database import UTCDateTime, db
from soar_lms.paging import ROWS_ON_A_PAGE, Page, find_page


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
class InvitationList:
    """A page of the list, and how many lines of all pages there are in each state."""

    page: Page[ListedLine]
    counts: Mapping[LineState, int]


def list_roster(cohort: Cohort, now: datetime, asked: str | None = None) -> InvitationList:
    """Return a page of the lines, those first that still wait for somebody.

    They stand by name, as in the report; those who have come by address.

    :param asked: the number of the page as it came with the request.
    """
    values = {"cohort_id": cohort.id, "now": now}
    found = {_STATES[place]: count for place, count in db.session.execute(_COUNTS, values)}
    page: Page[ListedLine] = find_page(sum(found.values()), asked)
    part = {"start": page.first_row - 1, "size": ROWS_ON_A_PAGE}
    rows = db.session.execute(_LINES, values | part).all()
    people = list_people(line.person_id for line, _ in rows if line.person_id is not None)
    lines = [
        ListedLine(line, _STATES[place], people.get(line.person_id or 0)) for line, place in rows
    ]
    counts = {state: found[state] for state in _STATES if state in found}
    return InvitationList(replace(page, rows=lines), counts)


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
_LINES = (
    select(RosterLine, _PLACE)
    .outerjoin(RosterPlace, _WITH_PLACE)
    .where(_OF_COHORT)
    .order_by(_PLACE, RosterPlace.sort_name, RosterLine.email, RosterLine.id)
    .offset(bindparam("start", type_=Integer))
    .limit(bindparam("size", type_=Integer))
)
