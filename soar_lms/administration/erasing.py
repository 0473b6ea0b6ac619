"""Erasing a person: everything that is theirs goes, and certificates stay without a name.

It conducts: each feature takes away its own part, in one transaction. Accounts that were made one
with theirs go too. What stays is said in `docs/decisions/0019-the-life-of-a-certificate.md`.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum

from sqlalchemy import select

from soar_lms.accounts.erasing import (
    ErasureRefusedError,
    delete_people,
    list_addresses,
    lock_person,
)
from soar_lms.accounts.models import Person
from soar_lms.administration.journal import read_rows
from soar_lms.administration.models import PersonMerge
from soar_lms.audit.services import Action, Actor, record
from soar_lms.certificates.erasing import erase_holders
from soar_lms.cohorts.erasing import delete_places
from soar_lms.database import db
from soar_lms.i18n import lazy_gettext
from soar_lms.learning.erasing import delete_learning
from soar_lms.messages.services import delete_messages
from soar_lms.tasks.services import delete_tasks


class Fate(StrEnum):
    """What an erasure does with rows that belong to a person."""

    DELETED = "deleted"
    NAMELESS = "nameless"
    """The row stays and leads to nobody."""


POINTERS: Mapping[tuple[str, str], Fate] = {
    ("answers", "attempt_id"): Fate.DELETED,
    ("attempt_grants", "enrolment_id"): Fate.DELETED,
    ("attempts", "enrolment_id"): Fate.DELETED,
    ("certificate_files", "certificate_id"): Fate.NAMELESS,
    ("certificates", "enrolment_id"): Fate.NAMELESS,
    ("certificates", "person_id"): Fate.NAMELESS,
    ("certificates", "replaced_by_id"): Fate.NAMELESS,
    ("check_answers", "enrolment_id"): Fate.DELETED,
    ("cohort_members", "person_id"): Fate.DELETED,
    ("cohort_trainers", "person_id"): Fate.DELETED,
    ("credit_details", "certificate_id"): Fate.DELETED,
    ("enrolments", "person_id"): Fate.DELETED,
    ("evaluation_receipts", "enrolment_id"): Fate.DELETED,
    ("follow_up_links", "enrolment_id"): Fate.DELETED,
    ("follow_ups", "enrolment_id"): Fate.DELETED,
    ("join_requests", "person_id"): Fate.DELETED,
    ("lesson_completions", "enrolment_id"): Fate.DELETED,
    ("passkeys", "person_id"): Fate.DELETED,
    ("person_emails", "person_id"): Fate.DELETED,
    ("person_licenses", "person_id"): Fate.DELETED,
    ("person_merges", "keep_id"): Fate.DELETED,
    ("person_merges", "other_id"): Fate.DELETED,
    ("reminders", "line_id"): Fate.DELETED,
    ("reminders", "person_id"): Fate.DELETED,
    ("report_lines", "place_id"): Fate.DELETED,
    ("roster_drafts", "owner_id"): Fate.DELETED,
    ("roster_words", "place_id"): Fate.DELETED,
    ("roster_lines", "person_id"): Fate.DELETED,
    ("roster_places", "line_id"): Fate.DELETED,
    ("roster_places", "person_id"): Fate.DELETED,
    ("sign_in_links", "person_id"): Fate.DELETED,
    ("sign_ins", "person_id"): Fate.DELETED,
    ("standings", "enrolment_id"): Fate.DELETED,
    ("standings", "person_id"): Fate.DELETED,
    ("tasks", "owner_id"): Fate.DELETED,
    ("weekly_digests", "person_id"): Fate.DELETED,
}
"""Every foreign key that leads to `people` in the end; a rule test knows when one is missing."""


@dataclass(frozen=True)
class ErasurePlan:
    """Whose account goes, and what becomes of what is theirs."""

    person: Person
    person_ids: tuple[int, ...]
    """Theirs first, then those that were made one with it."""
    addresses: frozenset[str]
    counts: Mapping[Fate, Mapping[str, int]]
    """Rows by fate and table."""


def plan_erasure(person_id: int) -> ErasurePlan:
    """Say what erasing somebody would do; nothing is changed.

    :raises NotFoundError: when there is nobody of this number.
    :raises ErasureRefusedError: when the account cannot be taken away.
    """
    person = lock_person(person_id)
    _check_not_merged(person)
    numbers = _list_accounts(person.id)
    counts: dict[Fate, dict[str, int]] = {fate: {} for fate in Fate}
    for table, rows in read_rows(numbers).items():
        if rows:
            counts[_fate_of(table)][table] = len(rows)
    return ErasurePlan(person, numbers, frozenset(list_addresses(numbers)), counts)


def _check_not_merged(person: Person) -> None:
    open_merge = select(PersonMerge.keep_id).where(
        PersonMerge.other_id == person.id, PersonMerge.undone_at.is_(None)
    )
    if db.session.scalar(open_merge) is not None:
        raise ErasureRefusedError(
            lazy_gettext("This account was made one with another. Delete that one.")
        )


def _list_accounts(person_id: int) -> tuple[int, ...]:
    """Return the numbers of an account and of all that were made one with it, one after another."""
    numbers = [person_id]
    for number in numbers:  # it grows meanwhile
        merged = select(PersonMerge.other_id).where(
            PersonMerge.keep_id == number, PersonMerge.undone_at.is_(None)
        )
        numbers.extend(other for other in db.session.scalars(merged) if other not in numbers)
    return tuple(numbers)


def _fate_of(table: str) -> Fate:
    fates = {fate for (name, _), fate in POINTERS.items() if name == table}
    return Fate.NAMELESS if Fate.NAMELESS in fates else Fate.DELETED


def erase_person(person_id: int, *, actor: Actor, now: datetime) -> ErasurePlan:
    """Take everything away that is somebody's; their certificates answer without a name.

    The audit trail keeps their number, which leads to nobody any more.

    :raises NotFoundError: when there is nobody of this number.
    :raises ErasureRefusedError: when the account cannot be taken away.
    """
    plan = plan_erasure(person_id)
    erase_holders(plan.person_ids, now)
    delete_learning(plan.person_ids)
    delete_places(plan.person_ids, plan.addresses)
    delete_messages(plan.addresses)
    delete_tasks(plan.person_ids)
    delete_people(plan.person_ids)
    for number in plan.person_ids:
        record(Action.PERSON_ERASED, actor=actor, now=now, person_id=number)
    db.session.expire_all()
    return plan
