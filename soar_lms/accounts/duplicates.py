"""Finding people who may have two accounts: a guess with its reasons, for somebody to look at.

Pure. People are put into blocks by what two accounts of one person would share, and only those of
one block are compared: 20,000 people take as many steps as there are blocks, not 200 million.
"""

from __future__ import annotations

import re
import unicodedata
from collections import defaultdict
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from enum import StrEnum
from itertools import combinations

_find_plain_words = re.compile("[a-z0-9]+").findall
MOST_ALIKE = 20
"""A block with more people than this says nothing: a common name in a large profession."""
_DOTS_DO_NOT_COUNT = frozenset({"gmail.com", "googlemail.com"})
"""Mailboxes that get the mail for every way of setting dots
(https://support.google.com/mail/answer/7436150)."""


class Reason(StrEnum):
    """What two accounts share."""

    SAME_MAILBOX = "same-mailbox"
    """Their addresses differ in a tag (name+work@) or in dots only."""
    SAME_NAME_AND_LOCAL_PART = "same-name-and-local-part"
    SAME_NAME_AND_COHORT = "same-name-and-cohort"
    SAME_NAME_AND_PRACTICE = "same-name-and-practice"


POINTS = {
    Reason.SAME_MAILBOX: 5,
    Reason.SAME_NAME_AND_LOCAL_PART: 4,
    Reason.SAME_NAME_AND_COHORT: 3,
    Reason.SAME_NAME_AND_PRACTICE: 2,
}


@dataclass(frozen=True)
class Sketch:
    """What is compared of an account."""

    id: int
    name: str
    emails: tuple[str, ...]
    profession: str | None = None
    territory: str | None = None
    cohorts: frozenset[int] = frozenset()


@dataclass(frozen=True)
class Likeness:
    """Two accounts, the older one first, and why they may be one person's."""

    first: int
    second: int
    reasons: frozenset[Reason]

    @property
    def score(self) -> int:
        return sum(POINTS[reason] for reason in self.reasons)


def find_likenesses(people: Iterable[Sketch]) -> list[Likeness]:
    """Return the pairs that may be one person, the likeliest first."""
    blocks: dict[tuple[object, ...], set[int]] = defaultdict(set)
    for person in people:
        for block in _blocks_of(person):
            blocks[block].add(person.id)
    reasons: dict[tuple[int, int], set[Reason]] = defaultdict(set)
    for (reason, *_), members in blocks.items():
        if len(members) <= MOST_ALIKE:
            for pair in combinations(sorted(members), 2):
                reasons[pair].add(Reason(str(reason)))
    found = [Likeness(*pair, frozenset(why)) for pair, why in reasons.items()]
    return sorted(found, key=lambda item: (-item.score, item.first, item.second))


def _blocks_of(person: Sketch) -> Iterator[tuple[object, ...]]:
    name = normalize_name(person.name)
    for email in person.emails:
        local, host = split_mailbox(email)
        yield Reason.SAME_MAILBOX, local, host
        yield Reason.SAME_NAME_AND_LOCAL_PART, name, local.replace(".", "")
    for cohort in person.cohorts:
        yield Reason.SAME_NAME_AND_COHORT, name, cohort
    if person.profession and person.territory:
        yield Reason.SAME_NAME_AND_PRACTICE, name, person.profession, person.territory


def normalize_name(name: str) -> tuple[str, ...]:
    """Return the words of a name without case, accents, marks and order.

    Caseless as in the Unicode Standard, section 3.13, "compatibility caseless match" (D146).
    """
    if name.isascii():  # most are; a seventh of the time
        return tuple(sorted(_find_plain_words(name.lower())))
    folded = unicodedata.normalize("NFD", name).casefold()
    folded = unicodedata.normalize("NFKD", folded).casefold()
    plain = "".join(
        character
        for character in unicodedata.normalize("NFKD", folded)
        if not unicodedata.combining(character)
    )
    words = "".join(character if character.isalnum() else " " for character in plain)
    return tuple(sorted(words.split()))


def split_mailbox(email: str) -> tuple[str, str]:
    """Return the mailbox that mail for an address comes to: (local part, host)."""
    local, _, host = email.lower().rpartition("@")
    local = local.partition("+")[0]
    return (local.replace(".", ""), "gmail.com") if host in _DOTS_DO_NOT_COUNT else (local, host)
