"""Whom a search of a report finds: the places that have all of its words."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from functools import lru_cache
from typing import Any

from sqlalchemy import Integer, Select, bindparam, func, literal, select

from soar_lms.cohorts.models import RosterWord
from soar_lms.cohorts.report_asking import values_of_words
from soar_lms.cohorts.report_scope import begins, has_word
from soar_lms.cohorts.sorting import read_words
from soar_lms.database import read

MOST_FOUND = 300
"""People whom a search may find and keep the order; more are listed by name as they are read."""

_IN_COHORT = RosterWord.cohort_id == bindparam("cohort_id")


@dataclass(frozen=True)
class Found:
    """What a search asks for, the rarest word first, and whom it finds."""

    words: Sequence[str]
    places: Sequence[int] | None
    """None where they are not few."""


def search(cohort_id: int, typed: str) -> Found:
    """Look for the words that somebody typed, on the roster of a cohort."""
    words = read_words(typed)
    if not words:
        return Found((), ())
    values: dict[str, Any] = {"cohort_id": cohort_id, "most": MOST_FOUND + 1}
    if len(words) > 1:
        counts = read(_count_words(len(words)), values | values_of_words(words)).one()
        words = [word for _, word in sorted(zip(counts, words, strict=True))]
        if not min(counts):
            return Found(words, ())
    rows = read(_find_places(len(words)), values | values_of_words(words))
    places = [row[0] for row in rows]
    return Found(words, tuple(dict.fromkeys(places)) if len(places) <= MOST_FOUND else None)


@lru_cache
def _count_words(words: int) -> Select[*tuple[Any, ...]]:
    """Return the select of how often words are found, one number each, `most` at the most."""
    counts = []
    for place in range(words):
        hits = (
            select(literal(1))
            .select_from(RosterWord)
            .where(
                _IN_COHORT,
                begins(RosterWord.word, f"word{place}"),
            )
            .limit(bindparam("most", type_=Integer))
        )
        counts.append(select(func.count()).select_from(hits.subquery()).scalar_subquery())
    return select(*counts)


@lru_cache
def _find_places(words: int) -> Select[int]:
    """Return the select of places that have words, `most` at the most.

    A place comes as often as it has the first word, which should be the rarest.
    """
    return (
        select(RosterWord.place_id)
        .where(
            _IN_COHORT,
            begins(RosterWord.word, "word0"),
            *(has_word(RosterWord.place_id, place) for place in range(1, words)),
        )
        .limit(bindparam("most", type_=Integer))
    )
