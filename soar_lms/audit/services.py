"""Adding to the audit trail, and reading it.

What changes a record adds its line in the same transaction: either both are there or neither is.
Looking at somebody's record changes nothing, and is noted all the same (`note_view`).
"""

from __future__ import annotations

import getpass
import os
from collections.abc import Collection
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum

from sqlalchemy import Select, insert, select

from soar_lms.audit.models import OPERATOR_LENGTH, REASON_LENGTH, AuditEntry
from soar_lms.database import append, db

Fact = str | int | None
FACTS = frozenset(
    {
        "module",
        "cohort",
        "certificate",
        "successor",
        "revocation",
        "instrument",
        "number",
        "other_person",
        "role",
        "credit",
        "period",
    }
)
"""What an entry may say of what it was about: no names, no e-mail addresses, no answers."""


class Action(StrEnum):
    """What was done; `wording.py` has the words."""

    RECORD_VIEWED = "record-viewed"
    CERTIFICATE_VIEWED = "certificate-viewed"
    MEMBERS_EXPORTED = "members-exported"
    LEARNING_EXPORTED = "learning-exported"
    PROGRESS_EXPORTED = "progress-exported"
    CERTIFICATES_EXPORTED = "certificates-exported"
    PERSON_CREATED = "person-created"
    ATTEMPT_GRANTED = "attempt-granted"
    TEST_REGRADED = "test-regraded"
    EMAIL_ADDED = "email-added"
    EMAIL_REMOVED = "email-removed"
    EMAIL_CHOSEN = "email-chosen"
    PASSKEY_ADDED = "passkey-added"
    PASSKEY_REMOVED = "passkey-removed"
    SIGN_INS_ENDED = "sign-ins-ended"
    PEOPLE_MERGED = "people-merged"
    PEOPLE_UNMERGED = "people-unmerged"
    CREDIT_EXPORTED = "credit-exported"
    CREDIT_TIDIED = "credit-tidied"
    INVITED = "invited"
    ROSTER_IMPORTED = "roster-imported"
    INVITATION_ACCEPTED = "invitation-accepted"
    INVITATION_WITHDRAWN = "invitation-withdrawn"
    GROUP_CHANGED = "group-changed"
    GROUP_OPENED = "group-opened"
    GROUP_CLOSED = "group-closed"
    GROUP_ARCHIVED = "group-archived"
    TRAINER_ADDED = "trainer-added"
    TRAINER_REMOVED = "trainer-removed"
    LEAD_CHOSEN = "lead-chosen"
    JOIN_LINK_CHANGED = "join-link-changed"
    JOIN_APPROVED = "join-approved"
    JOIN_DECLINED = "join-declined"
    REMINDED = "reminded"
    REMINDERS_CHANGED = "reminders-changed"
    CERTIFICATE_CORRECTED = "certificate-corrected"
    CERTIFICATE_REVOKED = "certificate-revoked"
    CERTIFICATE_RESTORED = "certificate-restored"
    PERSON_ERASED = "person-erased"
    PROGRAMME_GIVEN = "programme-given"
    PROGRAMME_TAKEN = "programme-taken"
    PROGRAMME_EXPORTED = "programme-exported"


_CERTIFICATE_CHANGES = (
    Action.CERTIFICATE_CORRECTED,
    Action.CERTIFICATE_REVOKED,
    Action.CERTIFICATE_RESTORED,
)


@dataclass(frozen=True)
class Actor:
    """Who does something: a person on the site, or an operator on the command line."""

    person_id: int | None = None
    operator: str | None = None


def operator() -> Actor:
    """Return who runs a command: the account on the server, as far as it can be known."""
    try:
        return Actor(operator=getpass.getuser()[:OPERATOR_LENGTH])
    except (KeyError, OSError):  # a container may run as a number without a name
        return Actor(operator=str(os.getuid()))


def record(
    action: Action,
    *,
    actor: Actor,
    now: datetime,
    person_id: int | None = None,
    reason: str | None = None,
    **facts: Fact,
) -> None:
    """Add a line, as part of the transaction that is open.

    :param person_id: whose record it was; None where it was more than one person's.
    :param facts: what it was about; see `FACTS`.
    """
    db.session.execute(
        insert(AuditEntry).values(_line(action, actor, now, person_id, facts, reason))
    )


def note_view(
    action: Action, *, viewer_id: int, now: datetime, person_id: int | None = None, **facts: Fact
) -> None:
    """Note that staff looked at somebody's record or took a copy of it: at once, while reading."""
    line = _line(action, Actor(person_id=viewer_id), now, person_id, facts, None)
    append(insert(AuditEntry), line)


def _line(
    action: Action,
    actor: Actor,
    now: datetime,
    person_id: int | None,
    facts: dict[str, Fact],
    reason: str | None,
) -> dict[str, object]:
    unknown = facts.keys() - FACTS
    if unknown:
        raise ValueError(f"the audit trail has no place for {', '.join(sorted(unknown))}")
    return {
        "happened_at": now,
        "action": action,
        "actor_id": actor.person_id,
        "operator": actor.operator,
        "person_id": person_id,
        "reason": reason[:REASON_LENGTH] if reason else None,
        "facts": {name: value for name, value in facts.items() if value is not None},
    }


def find_entries_about(person_id: int, *, before: int | None = None) -> Select[AuditEntry]:
    """Return the select of what others did to a person's record, the newest first."""
    return find_entries(before=before).where(
        AuditEntry.person_id == person_id, AuditEntry.actor_id.is_distinct_from(person_id)
    )


def find_changes_of_certificates(codes: Collection[str]) -> Select[AuditEntry]:
    """Return the select of what was done to certificates, the newest first; not who looked."""
    return (
        select(AuditEntry)
        .where(
            AuditEntry.action.in_(_CERTIFICATE_CHANGES),
            AuditEntry.facts["certificate"].as_string().in_(codes),
        )
        .order_by(AuditEntry.id.desc())
    )


def find_entries(
    *, person_id: int | None = None, action: Action | None = None, before: int | None = None
) -> Select[AuditEntry]:
    """Return the select of the entries that were done by or to a person, the newest first.

    :param before: only entries older than this one.
    """
    entries = select(AuditEntry).order_by(AuditEntry.id.desc())
    if person_id is not None:
        entries = entries.where(
            (AuditEntry.person_id == person_id) | (AuditEntry.actor_id == person_id)
        )
    if action is not None:
        entries = entries.where(AuditEntry.action == action)
    if before is not None:
        entries = entries.where(AuditEntry.id < before)
    return entries
