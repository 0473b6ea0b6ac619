"""Making two accounts of one person one: nothing is lost, and everything can be taken back.

It conducts: each feature brings its own rows together. What changed is compared row by row and
kept, so that `undoing` can bring it back; and what both had before is counted against what one has
afterwards, in the same transaction.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from itertools import chain
from typing import Any

from sqlalchemy import select

from soar_lms.accounts.followers import tell_followers
from soar_lms.accounts.merging import close_into, lock_people
from soar_lms.accounts.models import Person
from soar_lms.administration.journal import (
    Rows,
    digest,
    list_changes,
    list_pointers_to,
    read_rows,
)
from soar_lms.administration.models import PersonMerge
from soar_lms.audit.services import Action, Actor, record
from soar_lms.certificates.merging import list_valid_enrolments, move_certificates
from soar_lms.cohorts.merging import move_places
from soar_lms.content import catalogue
from soar_lms.database import db
from soar_lms.errors import NotFoundError
from soar_lms.learning.keeping import keep_people
from soar_lms.learning.merging import Joint, apply_enrolments, plan_enrolments
from soar_lms.messages.services import post_message, public_url


class Fate(StrEnum):
    """What a merge does with rows that point to a person or an enrolment."""

    MOVED = "moved"
    """Every row is there afterwards, at the account that stays."""
    UNITED = "united"
    """Two rows that say the same of both accounts become one."""
    STAYS = "stays"
    """The row keeps pointing to where it pointed."""
    FOLLOWS = "follows"
    """The row is no record: it is worked out anew from those that moved."""


POINTERS: Mapping[tuple[str, str], Fate] = {
    # A try that was given is for one enrolment; what was begun of it moves as an attempt.
    ("attempt_grants", "enrolment_id"): Fate.STAYS,
    ("attempts", "enrolment_id"): Fate.MOVED,
    # A certificate stays with the enrolment it was issued for, even when that becomes history.
    ("certificates", "enrolment_id"): Fate.STAYS,
    ("certificates", "person_id"): Fate.MOVED,
    ("check_answers", "enrolment_id"): Fate.MOVED,
    ("cohort_members", "person_id"): Fate.UNITED,
    ("cohort_trainers", "person_id"): Fate.UNITED,
    ("enrolments", "person_id"): Fate.MOVED,
    ("evaluation_receipts", "enrolment_id"): Fate.MOVED,
    # A follow-up asks about one completion, and what is completed keeps what is its own.
    ("follow_ups", "enrolment_id"): Fate.STAYS,
    # Who waits with both accounts waits once; who is in the group already waits no more.
    ("join_requests", "person_id"): Fate.UNITED,
    ("lesson_completions", "enrolment_id"): Fate.MOVED,
    # A passkey of either account signs in to the one that stays.
    ("passkeys", "person_id"): Fate.MOVED,
    # What one account claims and the other one has is one address.
    ("person_emails", "person_id"): Fate.UNITED,
    # A license that both accounts name is one license.
    ("person_licenses", "person_id"): Fate.UNITED,
    # A merge names the two accounts it was about.
    ("person_merges", "keep_id"): Fate.STAYS,
    ("person_merges", "other_id"): Fate.STAYS,
    # A list that waits to be imported is gone in a day, and is sent again.
    ("roster_drafts", "owner_id"): Fate.STAYS,
    # The log says which account was written to, and is gone in a year.
    ("reminders", "person_id"): Fate.STAYS,
    ("roster_lines", "person_id"): Fate.MOVED,
    # A file that an account asked for is gone in days, and is asked for again with a click.
    ("tasks", "owner_id"): Fate.STAYS,
    # An account that is closed has nobody signed in, and no link to it.
    ("sign_in_links", "person_id"): Fate.UNITED,
    ("sign_ins", "person_id"): Fate.UNITED,
    ("roster_places", "person_id"): Fate.FOLLOWS,
    ("standings", "enrolment_id"): Fate.FOLLOWS,
    ("standings", "person_id"): Fate.FOLLOWS,
    ("weekly_digests", "person_id"): Fate.STAYS,
}
"""Every foreign key to `people` and `enrolments`; a rule test knows when one is missing."""

_MAY_BE_FEWER = {"people"} | {table for (table, _), fate in POINTERS.items() if fate is Fate.UNITED}


class MergeLostError(RuntimeError):
    """Something that two accounts had would not be there any more: the merge is taken back."""


@dataclass(frozen=True)
class MergePlan:
    """Two accounts, and what becomes of what they did."""

    keep: Person
    other: Person
    modules: Mapping[str, list[Joint]]
    counts: Mapping[str, int]
    """What both have together, by table: all of it is there afterwards."""


def plan_merge(keep_id: int, other_id: int, now: datetime) -> MergePlan:
    """Say what making two accounts one would do; nothing is changed.

    :raises MergeRefusedError: when they cannot become one.
    """
    keep, other = lock_people(keep_id, other_id)
    return _plan(keep, other, read_rows((keep_id, other_id)), now)


def _plan(keep: Person, other: Person, rows: Rows, now: datetime) -> MergePlan:
    valid = list_valid_enrolments((keep.id, other.id), now)
    return MergePlan(keep, other, plan_enrolments(keep.id, other.id, valid), count_records(rows))


def count_records(rows: Rows) -> dict[str, int]:
    """Count what must not become fewer: rows by table, completions, tests passed.

    Of whoever has begun no module no tests were looked for; they are none.
    """
    counts = {table: len(found) for table, found in rows.items() if table not in _MAY_BE_FEWER}
    completed = [row for row in rows.get("enrolments", {}).values() if row["completed_at"]]
    attempts = rows.get("attempts", {}).values()
    passed = [row for row in attempts if row["passed"]]
    return counts | {
        "attempts": len(attempts),
        "completions": len(completed),
        "passes": len(passed),
    }


def merge_people(keep_id: int, other_id: int, *, actor: Actor, now: datetime) -> PersonMerge:
    """Make two accounts one; the other one is closed, and both hear of it.

    :raises MergeRefusedError: when they cannot become one.
    :raises MergeLostError: when something would be lost; nothing is changed then.
    """
    keep, other = lock_people(keep_id, other_id)
    letters = [(each.email, each.language) for each in (keep, other)]
    before = read_rows((keep_id, other_id))
    plan = _plan(keep, other, before, now)
    apply_enrolments(plan.modules, keep_id)
    move_certificates(keep_id, other_id)
    move_places(keep_id, other_id)
    close_into(keep, other)
    keep_people((keep_id, other_id), catalogue())
    tell_followers((keep_id, other_id))
    db.session.flush()
    after = read_rows((keep_id, other_id))
    check_nothing_lost(plan.counts, count_records(read_rows((keep_id,))))
    check_nothing_left_behind(after, other_id)
    merge = PersonMerge(
        keep_id=keep_id,
        other_id=other_id,
        merged_at=now,
        journal=_write_journal(plan, before, after),
    )
    db.session.add(merge)
    db.session.flush()
    for person_id, twin_id in ((keep_id, other_id), (other_id, keep_id)):
        record(
            Action.PEOPLE_MERGED,
            actor=actor,
            now=now,
            person_id=person_id,
            other_person=twin_id,
            number=merge.id,
        )
    for address, language in letters:
        _tell(keep, address, language, now)
    return merge


def check_nothing_lost(before: Mapping[str, int], after: Mapping[str, int]) -> None:
    """Compare what two accounts had with what one has.

    :raises MergeLostError: when they differ.
    """
    lost = [
        f"{name}: {before.get(name, 0)} before, {after.get(name, 0)} after"
        for name in sorted(before.keys() | after.keys())
        if before.get(name, 0) != after.get(name, 0)
    ]
    if lost:
        raise MergeLostError("; ".join(lost))


def check_nothing_left_behind(rows: Rows, other_id: int) -> None:
    """See that nothing points to the account that goes, but what is meant to.

    :raises MergeLostError: when something does.
    """
    stays = {pointer for pointer, fate in POINTERS.items() if fate is Fate.STAYS}
    left = sorted(list_pointers_to(rows, other_id) - stays)
    if left:
        raise MergeLostError(
            ", ".join(f"{table}.{column} is left behind" for table, column in left)
        )


def _write_journal(plan: MergePlan, before: Rows, after: Rows) -> dict[str, Any]:
    """Note every change, and what must not go on if it is to be taken back.

    That is: what moved as a whole, down to its last answer, and whether an enrolment of the account
    that stays is completed, since it may be completed by what was moved into it.
    """
    changes = list_changes(before, after)
    moved = [
        (item["table"], item["key"])
        for item in changes
        if (item["table"] == "enrolments" and "person_id" in (item["after"] or {}))
        or (item["table"] == "attempts" and "enrolment_id" in (item["after"] or {}))
    ]
    combined = [joint.present.id for joint in chain(*plan.modules.values()) if joint.combines]
    return {
        "changes": changes,
        "moved": [[table, key, digest(after, table, tuple(key))] for table, key in moved],
        "combined": [[item, after["enrolments"][item,]["completed_at"]] for item in combined],
    }


def _tell(person: Person, address: str, language: str, now: datetime) -> None:
    """Tell somebody at one of their addresses that they have one account now."""
    post_message(
        "accounts-joined",
        recipient=address,
        language=language,
        now=now,
        name=person.name,
        address=public_url("accounts.edit_emails", language=language),
    )


def list_merges() -> list[PersonMerge]:
    """Return the merges that were not undone, the newest first."""
    return list(
        db.session.scalars(
            select(PersonMerge)
            .where(PersonMerge.undone_at.is_(None))
            .order_by(PersonMerge.id.desc())
        )
    )


def get_merge(merge_id: int) -> PersonMerge:
    """Return a merge.

    :raises NotFoundError: when there is none.
    """
    merge = db.session.get(PersonMerge, merge_id)
    if merge is None:
        raise NotFoundError
    return merge
