"""Who trains a cohort: several people, of whom one leads and says who the others are.

A cohort whose lead is gone is led by the one of its trainers who has been on the site longest.
"""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import and_, bindparam, func, select, update
from sqlalchemy.orm import aliased

from soar_lms.access import Role
from soar_lms.accounts.models import Person, Reader
from soar_lms.accounts.services import find_person
from soar_lms.audit.services import Action, Actor, record
from soar_lms.cohorts.models import Cohort, CohortTrainer
from soar_lms.cohorts.services import lock_cohort, require_running
from soar_lms.database import Among, Numbers, db
from soar_lms.errors import DomainError, NotFoundError
from soar_lms.i18n import lazy_gettext
from soar_lms.messages.services import post_message, public_url


class NoTrainerError(DomainError):
    """No account that may train has this address; whether another one has is not said."""

    status = 422
    title = lazy_gettext("No trainer has this address")
    message = lazy_gettext(
        "No trainer of this site has this address. Check it, or ask an administrator to make the "
        "person a trainer."
    )


class LeadStaysError(DomainError):
    """A cohort is not left without a lead."""

    title = lazy_gettext("A group needs somebody who leads it")
    message = lazy_gettext("First let another trainer lead the group, then this can be done.")


@dataclass(frozen=True)
class ListedTrainer:
    """A trainer of a cohort, in its list."""

    id: int
    name: str
    email: str
    is_lead: bool


def list_trainers(cohort: Cohort) -> list[ListedTrainer]:
    """Return who trains a cohort, the lead first."""
    rows = db.session.execute(
        select(Person.id, Person.name, Person.email, CohortTrainer.is_lead)
        .join(CohortTrainer, CohortTrainer.person_id == Person.id)
        .where(CohortTrainer.cohort_id == cohort.id)
        .order_by(CohortTrainer.is_lead.desc(), Person.name, Person.id)
    )
    return [ListedTrainer(*row) for row in rows]


def get_trainer(cohort: Cohort, person_id: int) -> ListedTrainer:
    """Return one of those who train a cohort.

    :raises NotFoundError: when it is somebody else.
    """
    for trainer in list_trainers(cohort):
        if trainer.id == person_id:
            return trainer
    raise NotFoundError


def may_choose_trainers(person: Person | Reader, cohort: Cohort) -> bool:
    """Whether somebody says who trains a cohort: its lead, and administrators."""
    if person.role == Role.ADMINISTRATOR:
        return True
    row = db.session.get(CohortTrainer, (cohort.id, person.id), populate_existing=True)
    return row is not None and row.is_lead


def add_trainer(cohort: Cohort, email: str, *, actor: Person | Reader, now: datetime) -> Person:
    """Make somebody a trainer of a cohort and tell them; a second time it changes nothing.

    :raises NotFoundError: when the actor may not choose.
    :raises NoTrainerError: when no trainer's account has the address.
    :raises GroupArchivedError: when the cohort is history.
    """
    lock_cohort(cohort)
    require_running(cohort)
    if not may_choose_trainers(actor, cohort):
        raise NotFoundError
    person = find_person(email)
    if person is None or not person.active or person.role == Role.LEARNER:
        raise NoTrainerError
    if _find(cohort, person.id) is None:
        has_lead = any(trainer.is_lead for trainer in list_trainers(cohort))
        db.session.add(
            CohortTrainer(cohort_id=cohort.id, person_id=person.id, is_lead=not has_lead)
        )
        db.session.flush()
        _note(Action.TRAINER_ADDED, cohort, person.id, actor, now)
        _tell(person, cohort, actor, now)
    return person


def remove_trainer(
    cohort: Cohort, person_id: int, *, actor: Person | Reader, now: datetime
) -> None:
    """Take somebody out of the trainers of a cohort, or leave oneself; who is none stays none.

    :raises NotFoundError: when the actor is neither this person nor may choose.
    :raises LeadStaysError: when it is the lead.
    :raises GroupArchivedError: when the cohort is history.
    """
    lock_cohort(cohort)
    require_running(cohort)
    if person_id != actor.id and not may_choose_trainers(actor, cohort):
        raise NotFoundError
    row = _find(cohort, person_id)
    if row is None:
        return
    if row.is_lead:
        raise LeadStaysError
    db.session.delete(row)
    db.session.flush()
    _note(Action.TRAINER_REMOVED, cohort, person_id, actor, now)


def hand_over(cohort: Cohort, person_id: int, *, actor: Person | Reader, now: datetime) -> None:
    """Let another trainer lead a cohort; who leads it already goes on.

    :raises NotFoundError: when the actor may not choose, or the person is no trainer of it.
    :raises GroupArchivedError: when the cohort is history.
    """
    lock_cohort(cohort)
    require_running(cohort)
    row = _find(cohort, person_id)
    if row is not None and row.is_lead:
        return  # a second click, by somebody who may not choose any more
    if row is None or not may_choose_trainers(actor, cohort):
        raise NotFoundError
    _take_lead(cohort.id)
    row.is_lead = True
    db.session.flush()
    _note(Action.LEAD_CHOSEN, cohort, person_id, actor, now)


def _find(cohort: Cohort, person_id: int) -> CohortTrainer | None:
    return db.session.get(CohortTrainer, (cohort.id, person_id), populate_existing=True)


def _take_lead(cohort_id: int) -> None:
    db.session.execute(
        update(CohortTrainer)
        .where(CohortTrainer.cohort_id == cohort_id, CohortTrainer.is_lead)
        .values(is_lead=False)
    )


def _note(
    action: Action, cohort: Cohort, person_id: int, actor: Person | Reader, now: datetime
) -> None:
    record(action, actor=Actor(actor.id), now=now, person_id=person_id, cohort=cohort.id)


def _tell(person: Person, cohort: Cohort, actor: Person | Reader, now: datetime) -> None:
    post_message(
        "trainer-added",
        recipient=person.email,
        language=person.language,
        now=now,
        name=person.name,
        actor=actor.name,
        group=cohort.name,
        address=public_url("cohorts.show_cohort", cohort_id=cohort.id, language=person.language),
    )


# --- when a lead goes -------------------------------------------------------------------------


def list_led(person_ids: Collection[int]) -> list[int]:
    """Return the cohorts that people lead."""
    people = bindparam("people", list(person_ids), Numbers)
    rows = select(CohortTrainer.cohort_id).where(
        Among(CohortTrainer.person_id, people), CohortTrainer.is_lead
    )
    return list(db.session.scalars(rows))


def choose_leads(cohort_ids: Collection[int]) -> None:
    """Give cohorts without a lead one, where they have a trainer left: who was here first."""
    others, leads = aliased(CohortTrainer), aliased(CohortTrainer)
    first = (
        select(func.min(others.person_id))
        .where(others.cohort_id == CohortTrainer.cohort_id)
        .scalar_subquery()
    )
    lead = select(leads.person_id).where(
        and_(leads.cohort_id == CohortTrainer.cohort_id, leads.is_lead)
    )
    cohorts = bindparam("cohorts", list(cohort_ids), Numbers)
    db.session.execute(
        update(CohortTrainer)
        .where(
            Among(CohortTrainer.cohort_id, cohorts),
            CohortTrainer.person_id == first,
            ~lead.exists(),
        )
        .values(is_lead=True)
        .execution_options(synchronize_session=False)
    )
