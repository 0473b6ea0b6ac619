"""The ways into a cohort: a link, the code of it, and waiting for a trainer's answer.

A use of a link is taken by one statement that refuses when there is none left, in the transaction
that makes somebody a member: never is there one too many, and who is in uses nothing. Why it is so:
`docs/decisions/0023-rooms.md`.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime, timedelta
from enum import StrEnum

from sqlalchemy import or_, select, update

from soar_lms.accounts.models import Person, Reader
from soar_lms.audit.services import Action, Actor, record
from soar_lms.clock import local_date, start_of_day
from soar_lms.cohorts.codes import read_join_code
from soar_lms.cohorts.models import Cohort, CohortMember, JoinLink, JoinRequest
from soar_lms.cohorts.services import (
    add_once,
    end_link,
    join_cohort,
    lock_cohort,
    replace_link,
    require_joinable,
    require_running,
)
from soar_lms.database import db
from soar_lms.errors import DomainError, NotFoundError
from soar_lms.i18n import lazy_gettext

LONGEST = timedelta(days=365)
"""How long a link can work."""


class JoinLinkOverError(DomainError):
    """The link was right once, and its time is over."""

    status = 410
    title = lazy_gettext("This link has expired")
    message = lazy_gettext(
        "Links to join a group expire after some time. Please ask your trainer for a new one."
    )


class JoinLinkEndedError(DomainError):
    """The link was right once, and a trainer has ended it."""

    status = 410
    title = lazy_gettext("This link no longer works")
    message = lazy_gettext(
        "The trainer of the group has ended it or made a new one. Please ask for the new link."
    )


class JoinLinkFullError(DomainError):
    """As many have come in by the link as can."""

    title = lazy_gettext("This link has no places left")
    message = lazy_gettext(
        "All places of this link are taken. Please ask your trainer for another one."
    )


class LimitTooLowError(DomainError):
    """A trainer wants to limit a link to fewer people than have used it."""

    status = 422
    title = lazy_gettext("More people have used this link already")

    def __init__(self, uses: int) -> None:
        self.uses = uses


class Standing(StrEnum):
    """Where somebody stands whom a link leads to a cohort."""

    OUTSIDE = "outside"
    WAITING = "waiting"
    MEMBER = "member"


@dataclass(frozen=True)
class Way:
    """A link that somebody has opened, and where they stand."""

    cohort: Cohort
    link: JoinLink
    standing: Standing


# --- learners ---------------------------------------------------------------------------------


def open_way(secret: str, person: Person | Reader | None, now: datetime) -> Way:
    """Return where a link or a code leads somebody; whoever is in or waits, is told so at any time.

    :param person: None for somebody who is not signed in.
    :raises NotFoundError: when there never was such a link or code.
    :raises JoinLinkOverError: when it has expired.
    :raises JoinLinkEndedError: when a trainer has ended it.
    :raises JoinLinkFullError: when it has no places left.
    :raises NobodyJoinsError: when the cohort is closed.
    """
    link, cohort = _get_link(secret)
    standing = _standing(cohort, person) if person else Standing.OUTSIDE
    if standing is Standing.OUTSIDE:
        _check_usable(link, cohort, now)
        if link.is_full:
            raise JoinLinkFullError
    return Way(cohort, link, standing)


def find_code(typed: str) -> str | None:
    """Return the code that somebody typed, if there is a link with it; None for all else alike."""
    code = read_join_code(typed)
    if code is None:
        return None
    return db.session.scalar(select(JoinLink.code).where(JoinLink.code == code))


def join_by_link(secret: str, person: Person | Reader, now: datetime) -> Standing:
    """Make somebody a member, or let them wait, as the link says; a second time changes nothing.

    :raises NotFoundError: when there never was such a link or code.
    :raises JoinLinkOverError: when it has expired.
    :raises JoinLinkEndedError: when a trainer has ended it.
    :raises JoinLinkFullError: when it has no places left.
    :raises NobodyJoinsError: when the cohort is closed.
    """
    link, cohort = _get_link(secret)
    standing = _standing(cohort, person)
    if standing is Standing.MEMBER or (standing is Standing.WAITING and link.needs_approval):
        return standing
    _check_usable(link, cohort, now)
    if link.needs_approval:
        is_new = add_once(
            JoinRequest, cohort_id=cohort.id, person_id=person.id, link_id=link.id, asked_at=now
        )
        standing = Standing.WAITING
    else:
        is_new = join_cohort(cohort, person, now)
        standing = Standing.MEMBER
    if is_new:
        _take_use(link)
    return standing


def _get_link(secret: str) -> tuple[JoinLink, Cohort]:
    row = db.session.execute(
        select(JoinLink, Cohort)
        .join(Cohort, Cohort.id == JoinLink.cohort_id)
        .where(or_(JoinLink.token == secret, JoinLink.code == (read_join_code(secret) or secret)))
        .execution_options(populate_existing=True)
    ).first()
    if row is None:
        raise NotFoundError
    link, cohort = row
    return link, cohort


def _standing(cohort: Cohort, person: Person | Reader) -> Standing:
    key = (cohort.id, person.id)
    if db.session.get(CohortMember, key) is not None:
        return Standing.MEMBER
    return Standing.WAITING if db.session.get(JoinRequest, key) else Standing.OUTSIDE


def _check_usable(link: JoinLink, cohort: Cohort, now: datetime) -> None:
    if link.ended_at is not None:
        raise JoinLinkEndedError
    if not link.is_live(now):
        raise JoinLinkOverError
    require_joinable(cohort)


def _take_use(link: JoinLink) -> None:
    taken = db.session.execute(
        update(JoinLink)
        .where(
            JoinLink.id == link.id,
            JoinLink.ended_at.is_(None),
            or_(JoinLink.most_uses.is_(None), JoinLink.uses < JoinLink.most_uses),
        )
        .values(uses=JoinLink.uses + 1)
        .returning(JoinLink.id)
        .execution_options(synchronize_session=False)
    ).first()
    if taken is None:
        raise JoinLinkFullError


# --- trainers ---------------------------------------------------------------------------------


def find_link(cohort: Cohort) -> JoinLink | None:
    """Return the link of a cohort that nobody has ended, expired or not; or None."""
    return db.session.scalar(
        select(JoinLink)
        .where(JoinLink.cohort_id == cohort.id, JoinLink.ended_at.is_(None))
        .execution_options(populate_existing=True)
    )


def last_day(link: JoinLink, cohort: Cohort) -> date:
    """Return the last day on which a link works, where the cohort is."""
    return local_date(link.expires_at - timedelta(microseconds=1), cohort.time_zone)


def change_link(
    cohort: Cohort,
    link_id: int,
    *,
    last_on: date,
    most_uses: int | None,
    needs_approval: bool,
    actor: Person | Reader,
    now: datetime,
) -> None:
    """Change until when, how often and how a link lets people in.

    :param link_id: the link that the trainer saw.
    :param last_on: the last day on which it works, in the zone of the cohort.
    :raises NotFoundError: when the cohort has no such link.
    :raises JoinLinkEndedError: when it was ended meanwhile.
    :raises LimitTooLowError: when more people than this have used it.
    :raises GroupArchivedError: when the cohort is history.
    """
    lock_cohort(cohort)
    require_running(cohort)
    link = db.session.scalar(
        select(JoinLink)
        .where(JoinLink.cohort_id == cohort.id, JoinLink.id == link_id)
        .with_for_update()
        .execution_options(populate_existing=True)
    )
    if link is None:
        raise NotFoundError
    if link.ended_at is not None:
        raise JoinLinkEndedError
    if most_uses is not None and most_uses < link.uses:
        raise LimitTooLowError(link.uses)
    if last_on != last_day(link, cohort):
        link.expires_at = start_of_day(last_on + timedelta(days=1), cohort.time_zone)
    link.most_uses, link.needs_approval = most_uses, needs_approval
    db.session.flush()
    _note(cohort, actor, now)


def rotate(cohort: Cohort, *, actor: Person | Reader, now: datetime) -> None:
    """End the link and make another one, by the same rules.

    :raises GroupArchivedError: when the cohort is history.
    """
    replace_link(cohort, now)
    _note(cohort, actor, now)


def switch_off(cohort: Cohort, *, actor: Person | Reader, now: datetime) -> None:
    """End the link without making another; a second time it changes nothing.

    :raises GroupArchivedError: when the cohort is history.
    """
    lock_cohort(cohort)
    require_running(cohort)
    if find_link(cohort) is not None:
        end_link(cohort, now)
        _note(cohort, actor, now)


def _note(cohort: Cohort, actor: Person | Reader, now: datetime) -> None:
    record(Action.JOIN_LINK_CHANGED, actor=Actor(actor.id), now=now, cohort=cohort.id)
