"""Cohorts: made by trainers, joined by learners, seen by their own trainers only."""

from __future__ import annotations

import secrets
from collections import defaultdict
from collections.abc import Collection
from dataclasses import dataclass
from datetime import date, datetime, timedelta

from sqlalchemy import Select, func, select
from sqlalchemy.dialects import postgresql, sqlite

from soar_lms.access import Role
from soar_lms.accounts.models import Person, Reader
from soar_lms.certificates.access import allows_viewing
from soar_lms.certificates.models import Certificate
from soar_lms.cohorts.models import Cohort, CohortMember, CohortModule, CohortTrainer, JoinLink
from soar_lms.cohorts.places import place_member
from soar_lms.database import db
from soar_lms.errors import DomainError, NotFoundError
from soar_lms.i18n import lazy_gettext

LINK_LASTS = timedelta(days=60)


class JoinLinkOverError(DomainError):
    """The link was right once, and is over now."""

    status = 410
    title = lazy_gettext("This link has expired")
    message = lazy_gettext(
        "Links to join a group expire after some time. Please ask your trainer for a new one."
    )


@dataclass(frozen=True)
class CohortSummary:
    """A cohort in a list."""

    cohort: Cohort
    members: int


def create_cohort(
    trainer: Person | Reader,
    *,
    name: str,
    organisation: str | None,
    module_ids: Collection[str],
    now: datetime,
) -> Cohort:
    """Make a cohort with its first trainer, who leads it in their zone, and a link to join it."""
    cohort = Cohort(
        name=name,
        organisation=organisation or None,
        time_zone=trainer.time_zone,
        created_at=now,
    )
    db.session.add(cohort)
    db.session.flush()
    db.session.add(CohortTrainer(cohort_id=cohort.id, person_id=trainer.id, is_lead=True))
    db.session.add_all(
        CohortModule(cohort_id=cohort.id, module_id=module_id) for module_id in module_ids
    )
    replace_link(cohort, now)
    return cohort


def replace_link(cohort: Cohort, now: datetime) -> JoinLink:
    """End the link that is open and make a new one; one at a time, so that one is open."""
    lock = select(Cohort.id).where(Cohort.id == cohort.id).with_for_update()
    db.session.execute(lock).scalar_one()
    for link in db.session.scalars(
        select(JoinLink).where(JoinLink.cohort_id == cohort.id, JoinLink.ended_at.is_(None))
    ):
        link.ended_at = now
    db.session.flush()
    link = JoinLink(
        cohort_id=cohort.id,
        token=secrets.token_urlsafe(16),
        created_at=now,
        expires_at=now + LINK_LASTS,
    )
    db.session.add(link)
    db.session.flush()
    return link


def visible_to(person: Person | Reader) -> Select[Cohort]:
    """Return the select of the cohorts a person may see; `get_cohort` asks the same."""
    cohorts = select(Cohort)
    if person.role == Role.ADMINISTRATOR:
        return cohorts
    return cohorts.join(CohortTrainer, CohortTrainer.cohort_id == Cohort.id).where(
        CohortTrainer.person_id == person.id
    )


def list_cohorts(person: Person | Reader) -> list[CohortSummary]:
    """Return the cohorts a person may see, the newest first."""
    cohorts = list(
        db.session.scalars(visible_to(person).order_by(Cohort.created_at.desc(), Cohort.id.desc()))
    )
    members = db.session.execute(
        select(CohortMember.cohort_id, func.count())
        .where(CohortMember.cohort_id.in_([cohort.id for cohort in cohorts]))
        .group_by(CohortMember.cohort_id)
    )
    counts = {cohort_id: count for cohort_id, count in members}  # noqa: C416  # rows to a dict
    return [CohortSummary(cohort, counts.get(cohort.id, 0)) for cohort in cohorts]


def get_cohort(person: Person | Reader, cohort_id: int) -> Cohort:
    """Return a cohort that a person may see.

    :raises NotFoundError: when there is none, or it is somebody else's.
    """
    cohort = db.session.scalar(visible_to(person).where(Cohort.id == cohort_id))
    if cohort is None:
        raise NotFoundError
    return cohort


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
    rows = db.session.execute(
        select(CohortModule.module_id, CohortModule.due_on)
        .where(CohortModule.cohort_id == cohort.id)
        .order_by(CohortModule.module_id)
    )
    return {module_id: due_on for module_id, due_on in rows}  # noqa: C416  # rows to a dict


def list_member_ids(cohort: Cohort) -> list[int]:
    """Return the people in a cohort, by their numbers."""
    return list(
        db.session.scalars(
            select(CohortMember.person_id)
            .where(CohortMember.cohort_id == cohort.id)
            .order_by(CohortMember.person_id)
        )
    )


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


def get_cohort_of_link(token: str, now: datetime) -> Cohort:
    """Return the cohort that a link leads to.

    :raises NotFoundError: when there never was such a link.
    :raises JoinLinkOverError: when it is over.
    """
    row = db.session.execute(
        select(JoinLink, Cohort)
        .join(Cohort, Cohort.id == JoinLink.cohort_id)
        .where(JoinLink.token == token)
    ).first()
    if row is None:
        raise NotFoundError
    link, cohort = row
    if not link.is_live(now):
        raise JoinLinkOverError
    return cohort


def join_cohort(cohort: Cohort, person: Person | Reader, now: datetime) -> None:
    """Make somebody a member; a second time it changes nothing."""
    insert = postgresql.insert if db.engine.dialect.name == "postgresql" else sqlite.insert
    db.session.execute(
        insert(CohortMember)
        .values(cohort_id=cohort.id, person_id=person.id, joined_at=now)
        .on_conflict_do_nothing()
    )
    place_member(cohort.id, person.id)


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
