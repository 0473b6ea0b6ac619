"""Cohorts: made by trainers, joined by learners, seen by their own trainers only."""

from __future__ import annotations

import secrets
from collections import defaultdict
from collections.abc import Collection, Mapping
from datetime import date, datetime, timedelta

from sqlalchemy import Select, bindparam, delete, func, literal, select
from sqlalchemy.dialects import postgresql, sqlite

from soar_lms.access import Role
from soar_lms.accounts.models import Person, Reader
from soar_lms.certificates.access import allows_viewing
from soar_lms.certificates.models import Certificate
from soar_lms.cohorts.codes import make_join_code
from soar_lms.cohorts.models import (
    Cohort,
    CohortMember,
    CohortModule,
    CohortState,
    CohortTrainer,
    JoinLink,
    JoinRequest,
)
from soar_lms.cohorts.places import place_member
from soar_lms.database import Base, db, read
from soar_lms.errors import DomainError, NotFoundError
from soar_lms.i18n import lazy_gettext

LINK_LASTS = timedelta(days=60)


class GroupArchivedError(DomainError):
    """A trainer wants to change a group that is history."""

    title = lazy_gettext("This group is in the archive")
    message = lazy_gettext(
        "Nothing was changed. To change the group, first take it out of the archive on the page of "
        "its settings."
    )


class GroupClosedError(DomainError):
    """A trainer wants to let people into a group that takes nobody."""

    title = lazy_gettext("This group is closed")
    message = lazy_gettext(
        "Nothing was changed. To let people in, first open the group on the page of its settings."
    )


class NobodyJoinsError(DomainError):
    """A learner wants to come into a group that is closed, or history."""

    title = lazy_gettext("Nobody can join this group now")
    message = lazy_gettext(
        "The group is closed. If you think that you belong to it, please ask your trainer. You can "
        "take the modules without a group, too."
    )


def create_cohort(
    trainer: Person | Reader,
    *,
    name: str,
    organisation: str | None,
    module_ids: Collection[str],
    now: datetime,
    time_zone: str | None = None,
    due_days: Mapping[str, date | None] | None = None,
) -> Cohort:
    """Make a cohort with its first trainer, who leads it, and a link to join it.

    :param time_zone: None: that of the trainer.
    :param due_days: the last day in time of modules that have one.
    """
    cohort = Cohort(
        name=name,
        organisation=organisation or None,
        time_zone=time_zone or trainer.time_zone,
        created_at=now,
    )
    db.session.add(cohort)
    db.session.flush()
    db.session.add(CohortTrainer(cohort_id=cohort.id, person_id=trainer.id, is_lead=True))
    db.session.add_all(
        CohortModule(
            cohort_id=cohort.id, module_id=module_id, due_on=(due_days or {}).get(module_id)
        )
        for module_id in module_ids
    )
    replace_link(cohort, now)
    return cohort


def replace_link(cohort: Cohort, now: datetime) -> JoinLink:
    """End the link that is open and make a new one; one at a time, so that one is open.

    The new one has the limit of the last one, and asks for approval if that did.

    :raises GroupArchivedError: when the cohort is history.
    """
    lock_cohort(cohort)
    require_running(cohort)
    last = end_link(cohort, now)
    link = JoinLink(
        cohort_id=cohort.id,
        token=secrets.token_urlsafe(16),
        code=make_join_code(),
        created_at=now,
        expires_at=now + LINK_LASTS,
        most_uses=last.most_uses if last else None,
        needs_approval=last is not None and last.needs_approval,
    )
    db.session.add(link)
    db.session.flush()
    return link


def end_link(cohort: Cohort, now: datetime) -> JoinLink | None:
    """End the link that is open, if there is one, and return the newest one there was."""
    newest = db.session.scalar(
        select(JoinLink)
        .where(JoinLink.cohort_id == cohort.id)
        .order_by(JoinLink.id.desc())
        .limit(1)
        .with_for_update()
        .execution_options(populate_existing=True)
    )
    if newest is not None and newest.ended_at is None:
        newest.ended_at = now
        db.session.flush()
    return newest


# --- what can happen in a cohort --------------------------------------------------------------


def lock_cohort(cohort: Cohort) -> Cohort:
    """Let one transaction at a time change a cohort, and return it as it is now.

    Rows that only point to it can be added meanwhile (PostgreSQL: `FOR NO KEY UPDATE`).
    """
    return db.session.execute(
        select(Cohort)
        .where(Cohort.id == cohort.id)
        .with_for_update(key_share=True)
        .execution_options(populate_existing=True)
    ).scalar_one()


def require_running(cohort: Cohort) -> None:
    """See that a cohort is not history: the door of everything that changes one or writes to it.

    Inside a transaction it stays so until the end: who wants to archive it meanwhile waits.

    :raises GroupArchivedError: when it is in the archive.
    """
    _refuse_archived(read_state(cohort))


def _refuse_archived(state: str) -> None:
    if state == CohortState.ARCHIVED:
        raise GroupArchivedError


def require_open(cohort: Cohort) -> None:
    """See that people can come into a cohort.

    :raises GroupArchivedError: when it is in the archive.
    :raises GroupClosedError: when it is closed.
    """
    state = read_state(cohort)
    _refuse_archived(state)
    if state == CohortState.CLOSED:
        raise GroupClosedError


def require_joinable(cohort: Cohort) -> None:
    """See that a learner can come into a cohort; in a transaction it stays so until its end.

    :raises NobodyJoinsError: when it is closed, or history.
    """
    if read_state(cohort) != CohortState.OPEN:
        raise NobodyJoinsError


def read_state(cohort: Cohort) -> str:
    """Return the state of a cohort as it is now, and keep others from changing it meanwhile."""
    return db.session.execute(
        select(Cohort.state).where(Cohort.id == cohort.id).with_for_update(read=True)
    ).scalar_one()


# --- who sees what ----------------------------------------------------------------------------


def visible_to(person: Person | Reader) -> Select[Cohort]:
    """Return the select of the cohorts a person may see; `get_cohort` asks the same."""
    cohorts = select(Cohort)
    if person.role == Role.ADMINISTRATOR:
        return cohorts
    return cohorts.join(CohortTrainer, CohortTrainer.cohort_id == Cohort.id).where(
        CohortTrainer.person_id == person.id
    )


def get_cohort(person: Person | Reader, cohort_id: int) -> Cohort:
    """Return a cohort that a person may see.

    :raises NotFoundError: when there is none, or it is somebody else's.
    """
    statement = _ANY_COHORT if person.role == Role.ADMINISTRATOR else _OWN_COHORT
    values = {"cohort_id": cohort_id, "person_id": person.id}
    cohort = db.session.scalar(statement, values)
    if cohort is None:
        raise NotFoundError
    return cohort


_ANY_COHORT = select(Cohort).where(Cohort.id == bindparam("cohort_id"))
_OWN_COHORT = _ANY_COHORT.join(CohortTrainer, CohortTrainer.cohort_id == Cohort.id).where(
    CohortTrainer.person_id == bindparam("person_id")
)
"""Made once: every page of a group begins with one of them."""


def find_cohort(cohort_id: int) -> Cohort | None:
    """Return a cohort, for an operator who may see all of them; None when there is none."""
    return db.session.get(Cohort, cohort_id)


def list_module_ids(cohort: Cohort) -> list[str]:
    """Return the modules a cohort takes."""
    return list(
        db.session.scalars(
            select(CohortModule.module_id)
            .where(CohortModule.cohort_id == cohort.id)
            .order_by(CohortModule.module_id)
        )
    )


def list_due_days(cohort: Cohort) -> dict[str, date]:
    """Return the last day in time of each module of a cohort that has one, in its zone."""
    rows = db.session.execute(
        select(CohortModule.module_id, CohortModule.due_on).where(
            CohortModule.cohort_id == cohort.id, CohortModule.due_on.is_not(None)
        )
    )
    return {module_id: due_on for module_id, due_on in rows if due_on is not None}


def list_terms(cohort: Cohort) -> dict[str, date | None]:
    """Return the modules a cohort takes, each with the last day in time that it may have."""
    return {row.module_id: row.due_on for row in read(_TERMS, {"cohort_id": cohort.id})}


_TERMS = (
    select(CohortModule.module_id, CohortModule.due_on)
    .where(CohortModule.cohort_id == bindparam("cohort_id"))
    .order_by(CohortModule.module_id)
)


def list_member_ids(cohort: Cohort) -> list[int]:
    """Return the people in a cohort, by their numbers."""
    members = MEMBERS.order_by(CohortMember.person_id)
    return list(db.session.scalars(members, {"cohort_id": cohort.id}))


MEMBERS = select(CohortMember.person_id).where(CohortMember.cohort_id == bindparam("cohort_id"))
"""The select of the people in a cohort."""
_HOW_MANY = select(func.count()).select_from(MEMBERS.subquery())


def count_members(cohort: Cohort) -> int:
    """Return how many people are in a cohort."""
    return db.session.scalar(_HOW_MANY, {"cohort_id": cohort.id}) or 0


def list_cohort_ids() -> list[int]:
    """Return the numbers of all cohorts."""
    return list(db.session.scalars(select(Cohort.id).order_by(Cohort.id)))


def find_open_link(cohort: Cohort, now: datetime) -> JoinLink | None:
    """Return the link by which people can join now, or None."""
    return db.session.scalar(
        select(JoinLink).where(
            JoinLink.cohort_id == cohort.id,
            JoinLink.ended_at.is_(None),
            JoinLink.expires_at > now,
        )
    )


def join_cohort(cohort: Cohort, person: Person | Reader, now: datetime) -> bool:
    """Make somebody a member, who waits no more; return whether they were none before."""
    is_new = add_once(CohortMember, cohort_id=cohort.id, person_id=person.id, joined_at=now)
    db.session.execute(
        delete(JoinRequest).where(
            JoinRequest.cohort_id == cohort.id, JoinRequest.person_id == person.id
        )
    )
    place_member(cohort.id, person.id)
    return is_new


def add_once(model: type[Base], **values: object) -> bool:
    """Add a row, unless there is one with its key; return whether it was added."""
    insert = postgresql.insert if db.engine.dialect.name == "postgresql" else sqlite.insert
    added = db.session.execute(
        insert(model).values(values).on_conflict_do_nothing().returning(literal(1))
    )
    return added.first() is not None


def is_member(cohort: Cohort, person: Person | Reader) -> bool:
    """Whether somebody is in a cohort."""
    return db.session.get(CohortMember, (cohort.id, person.id)) is not None


def list_memberships() -> dict[int, frozenset[int]]:
    """Return the cohorts that everybody is in, by person."""
    found: dict[int, set[int]] = defaultdict(set)
    for person_id, cohort_id in db.session.execute(
        select(CohortMember.person_id, CohortMember.cohort_id)
    ):
        found[person_id].add(cohort_id)
    return {person_id: frozenset(cohorts) for person_id, cohorts in found.items()}


@allows_viewing
def is_trainer_of_owner(person: Person | Reader, certificate: Certificate) -> bool:
    """Whether `person` trains a cohort in which the certificate's owner takes its module."""
    if certificate.person_id is None:
        return False
    shared = (
        select(CohortTrainer.cohort_id)
        .join(CohortMember, CohortMember.cohort_id == CohortTrainer.cohort_id)
        .join(CohortModule, CohortModule.cohort_id == CohortTrainer.cohort_id)
        .where(
            CohortTrainer.person_id == person.id,
            CohortMember.person_id == certificate.person_id,
            CohortModule.module_id == certificate.module_id,
        )
    )
    return db.session.scalar(shared.limit(1)) is not None
