"""The audit trail with the names that belong to its numbers today."""

from __future__ import annotations

from dataclasses import dataclass

from sqlalchemy import Select

from soar_lms.accounts.models import Person
from soar_lms.accounts.services import list_people
from soar_lms.audit.models import AuditEntry
from soar_lms.database import db
from soar_lms.paging import ROWS_ON_A_PAGE


@dataclass(frozen=True)
class Trail:
    """A part of the trail, the newest first."""

    entries: list[AuditEntry]
    people: dict[int, Person]
    """Everybody whom the entries name and who still has an account."""
    older: int | None
    """The entry before which the next part begins; None at the end."""


def list_trail(entries: Select[AuditEntry], size: int = ROWS_ON_A_PAGE) -> Trail:
    """Return the first of some entries (`find_entries`), in two queries, however many there are."""
    found = list(db.session.scalars(entries.limit(size + 1)))
    shown = found[:size]
    numbers = {number for entry in shown for number in (entry.actor_id, entry.person_id)}
    return Trail(
        shown,
        list_people(number for number in numbers if number is not None),
        shown[-1].id if len(found) > size else None,
    )
