"""Regrading a module: when the key of a question was wrong, its answers are judged anew.

Who gains points gets them. Who would lose points keeps them unless a person decides otherwise, and
nothing here takes a certificate away.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import select

from soar_lms.accounts.models import Person
from soar_lms.accounts.services import list_people
from soar_lms.assessments.regrading import Regrade, apply_regrade, find_regrades
from soar_lms.assessments.services import list_attempts
from soar_lms.audit.services import Action, Actor, record
from soar_lms.catalogue.model import Module
from soar_lms.database import db
from soar_lms.learning.keeping import keep
from soar_lms.learning.models import Enrolment
from soar_lms.learning.standing import get_enrolment
from soar_lms.messages.services import post_message, public_url


@dataclass(frozen=True)
class Change:
    """An attempt that was graded by other keys than those of today, and whose it is."""

    regrade: Regrade
    enrolment: Enrolment
    person: Person


def find_changes(module: Module) -> list[Change]:
    """Return every attempt of a module that other keys were used for, the greatest gain first.

    In three queries. Nobody completes the module meanwhile: the enrolments are locked.
    """
    rows = db.session.scalars(
        select(Enrolment)
        .where(Enrolment.module_id == module.id)
        .order_by(Enrolment.id)
        .with_for_update(key_share=True)
        .execution_options(populate_existing=True)
    )
    enrolments = {item.id: item for item in rows}
    regrades = find_regrades(module, enrolments)
    people = list_people(enrolments[item.attempt.enrolment_id].person_id for item in regrades)
    found = []
    for regrade in sorted(regrades, key=lambda item: -item.gain):
        enrolment = enrolments[regrade.attempt.enrolment_id]
        found.append(Change(regrade, enrolment, people[enrolment.person_id]))
    return found


def may_apply(change: Change, *, also_lower: bool) -> bool:
    """Whether new keys are used: if nobody loses, or if decided so and no certificate rests on it.

    :param also_lower: whether a person decided that points are taken away too.
    """
    return change.regrade.gain >= 0 or (also_lower and change.enrolment.completed_at is None)


def apply_change(change: Change, module: Module, *, actor: Actor, now: datetime) -> None:
    """Give an attempt its new keys and result; tell a learner who passes by it."""
    passes_by_it = change.regrade.passes_now and not _has_passed(change)
    apply_regrade(change.regrade)
    attempt = change.regrade.attempt
    keep(get_enrolment(change.person.id, module.id), module)
    record(
        Action.TEST_REGRADED,
        actor=actor,
        now=now,
        person_id=change.person.id,
        module=module.id,
        instrument=attempt.instrument,
        number=attempt.number,
    )
    if not passes_by_it:
        return
    language = change.person.language
    post_message(
        "test-regraded",
        recipient=change.person.email,
        language=language,
        now=now,
        name=change.person.name,
        module=module.title_in(language),
        address=public_url("learning.show_module", module_id=module.id, language=language),
    )


def _has_passed(change: Change) -> bool:
    attempts = list_attempts(change.enrolment.id, change.regrade.attempt.instrument)
    return any(attempt.passed for attempt in attempts)
