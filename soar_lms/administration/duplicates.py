"""Who may have two accounts, of everybody on the site: what accounts and groups know, together."""

from __future__ import annotations

from dataclasses import dataclass, replace

from soar_lms.accounts.duplicates import Likeness, find_likenesses
from soar_lms.accounts.models import Person
from soar_lms.accounts.services import list_people, list_sketches
from soar_lms.cohorts.services import list_memberships


@dataclass(frozen=True)
class Suspicion:
    """Two people who may be one, the older account first."""

    first: Person
    second: Person
    likeness: Likeness


def find_suspicions() -> list[Suspicion]:
    """Return the pairs of accounts that may be one person's, the likeliest first."""
    places = list_memberships()
    likenesses = find_likenesses(
        replace(sketch, cohorts=places.get(sketch.id, frozenset())) for sketch in list_sketches()
    )
    people = list_people(
        number for likeness in likenesses for number in (likeness.first, likeness.second)
    )
    return [Suspicion(people[item.first], people[item.second], item) for item in likenesses]
