"""People waiting to jointo a cohort, and the answer of its trainers."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import Select, and_, bindparam, delete, func, select, update

from soar_lms.accounts.models import Person, Reader
from soar_lms.accounts.services import list_people
from soar_lms.audit.services import Action, Actor, record
from soar_lms.cohorts.models import Cohort, JoinLink, JoinRequest
from soar_lms.cohorts.services import join_cohort, lock_cohort, require_open, require_running
from soar_lms.database import Among, Numbers, db
from soar_lms.i18n import gettext
from soar_lms.learning.notices import notices
from soar_lms.messages.services import post_message, public_url
from soar_lms.paging import ROWS_ON_A_PAGE, Page, read_number

MOST_AT_ONCE = ROWS_ON_A_PAGE
"""How many are answered together: those of one page."""


@dataclass(frozen=True)
class Waiting:
    """Somebody who waits, in the list of a trainer."""

    person_id: int
    name: str
    email: str
    asked_at: datetime


def list_waiting(cohort: Cohort, asked: str | None) -> Page[Waiting]:
    """Return a page of those who wait, the longest first.

    :param asked: the number of the page as it came with the request.
    """
    total = count_waiting(cohort)
    last = max(1, -(-total // ROWS_ON_A_PAGE))
    number = min(max(read_number(asked) or 1, 1), last)
    start = (number - 1) * ROWS_ON_A_PAGE
    rows = db.session.execute(_select_waiting(cohort).offset(start).limit(ROWS_ON_A_PAGE))
    return Page([Waiting(*row) for row in rows], number, last, start + 1, total)


def list_chosen(cohort: Cohort, person_ids: Collection[int]) -> list[Waiting]:
    """Return those of some people who still wait, the longest first."""
    people = bindparam("people", list(person_ids)[:MOST_AT_ONCE], Numbers)
    chosen = _select_waiting(cohort).where(Among(JoinRequest.person_id, people))
    return [Waiting(*row) for row in db.session.execute(chosen)]


def _select_waiting(cohort: Cohort) -> Select[int, str, str, datetime]:
    return (
        select(Person.id, Person.name, Person.email, JoinRequest.asked_at)
        .join(JoinRequest, JoinRequest.person_id == Person.id)
        .where(JoinRequest.cohort_id == cohort.id)
        .order_by(JoinRequest.asked_at, Person.id)
    )


def count_waiting(cohort: Cohort) -> int:
    """Return how many wait."""
    counted = select(func.count()).where(JoinRequest.cohort_id == cohort.id)
    return db.session.execute(counted).scalar_one()


def find_door(cohort: Cohort, now: datetime) -> tuple[JoinLink | None, int]:
    """Return the link by which people can join now, and how many wait, in one query."""
    values = {"cohort_id": cohort.id, "now": now}
    link, count = db.session.execute(_DOOR, values).one()
    return link, count


_IS_OPEN = and_(
    JoinLink.cohort_id == Cohort.id,
    JoinLink.ended_at.is_(None),
    JoinLink.expires_at > bindparam("now"),
)
_WAITING = select(func.count()).where(JoinRequest.cohort_id == Cohort.id).scalar_subquery()
_DOOR = (
    select(JoinLink, _WAITING)
    .select_from(Cohort)
    .outerjoin(JoinLink, _IS_OPEN)
    .where(Cohort.id == bindparam("cohort_id"))
)
"""Made once: it stands on the first page of a group."""


@notices
def list_notices(person_id: int) -> list[str]:
    """Say on the home page of somebody which groups they wait for."""
    return [
        gettext(
            "You asked to join the group %(name)s. We e-mail you as soon as a trainer answers.",
            name=name,
        )
        for name in list_awaited(person_id)
    ]


def list_awaited(person_id: int) -> list[str]:
    """Return the names of the cohorts that somebody waits for."""
    return list(
        db.session.scalars(
            select(Cohort.name)
            .join(JoinRequest, JoinRequest.cohort_id == Cohort.id)
            .where(JoinRequest.person_id == person_id)
            .order_by(Cohort.name, Cohort.id)
        )
    )


def approve(
    cohort: Cohort, person_ids: Collection[int], *, actor: Person | Reader, now: datetime
) -> int:
    """Let people in and tell them; return how many. Who waits no more is left in peace.

    :raises GroupArchivedError: when the cohort is history.
    :raises GroupClosedError: when it takes nobody.
    """
    lock_cohort(cohort)
    require_open(cohort)
    people = list_people(_take(cohort, person_ids))
    for person in people.values():
        join_cohort(cohort, person, now)
        _note(Action.JOIN_APPROVED, person, cohort, actor, now)
        post_message("join-approved", **_letter(person, cohort, now))
    return len(people)


def decline(
    cohort: Cohort, person_ids: Collection[int], *, actor: Person | Reader, now: datetime
) -> int:
    """Let people wait no more, and tell them; return how many. Their places are free again.

    :raises GroupArchivedError: when the cohort is history.
    """
    lock_cohort(cohort)
    require_running(cohort)
    taken = _take(cohort, person_ids)
    for link_id in taken.values():
        db.session.execute(
            update(JoinLink)
            .where(JoinLink.id == link_id, JoinLink.uses > 0)
            .values(uses=JoinLink.uses - 1)
            .execution_options(synchronize_session=False)
        )
    for person in list_people(taken).values():
        _note(Action.JOIN_DECLINED, person, cohort, actor, now)
        post_message("join-declined", **_letter(person, cohort, now))
    return len(taken)


def _take(cohort: Cohort, person_ids: Collection[int]) -> dict[int, int]:
    """Take the requests of people away; return by which link each came."""
    people = bindparam("people", list(person_ids)[:MOST_AT_ONCE], Numbers)
    rows = db.session.execute(
        delete(JoinRequest)
        .where(JoinRequest.cohort_id == cohort.id, Among(JoinRequest.person_id, people))
        .returning(JoinRequest.person_id, JoinRequest.link_id)
        .execution_options(synchronize_session=False)
    )
    return {person_id: link_id for person_id, link_id in rows}  # noqa: C416  # rows to a dict


def _note(
    action: Action, person: Person, cohort: Cohort, actor: Person | Reader, now: datetime
) -> None:
    record(action, actor=Actor(actor.id), now=now, person_id=person.id, cohort=cohort.id)


def _letter(person: Person, cohort: Cohort, now: datetime) -> dict[str, Any]:
    """Return what both answers say, and to whom."""
    return {
        "recipient": person.email,
        "language": person.language,
        "now": now,
        "name": person.name,
        "group": cohort.name,
        "address": public_url("learning.show_home", language=person.language),
    }
