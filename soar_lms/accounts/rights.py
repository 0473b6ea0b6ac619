"""Who may read programme reports: a right that administrators give, apart from the role."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import select

from soar_lms.access import Role
from soar_lms.accounts.models import Person
from soar_lms.audit.services import Action, Actor, record
from soar_lms.database import db
from soar_lms.errors import DomainError
from soar_lms.i18n import lazy_gettext


class RightNotNeededError(DomainError):
    """Administrators read programme reports by their role."""

    title = lazy_gettext("Administrators see this anyway")
    message = lazy_gettext("Administrators can already read program reports.")


def give_programme(person: Person, *, actor: Actor, now: datetime) -> None:
    """Let somebody read programme reports; a second time it changes nothing.

    :raises RightNotNeededError: when it is an administrator.
    """
    if person.role == Role.ADMINISTRATOR:
        raise RightNotNeededError
    _change(person, Action.PROGRAMME_GIVEN, actor, now)


def withdraw_programme(person: Person, *, actor: Actor, now: datetime) -> None:
    """Take the right away from their next click on; whoever has it not is as before."""
    _change(person, Action.PROGRAMME_TAKEN, actor, now)


def _change(person: Person, action: Action, actor: Actor, now: datetime) -> None:
    """Change it and note it, once: two who click at once are one change."""
    may = action is Action.PROGRAMME_GIVEN
    db.session.refresh(person, ["reads_programme"], with_for_update=True)
    if person.reads_programme != may:
        person.reads_programme = may
        record(action, actor=actor, now=now, person_id=person.id)


def list_programme_readers() -> list[Person]:
    """Return those to whom the right was given, by name."""
    given = select(Person).where(Person.reads_programme, Person.active)
    return list(db.session.scalars(given.order_by(Person.name, Person.id)))
