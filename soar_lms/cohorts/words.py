"""The words by which places of the roster are found, kept beside them."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Mapping
from typing import NamedTuple

from sqlalchemy import bindparam, delete, insert, select

from soar_lms.cohorts.models import RosterPlace, RosterWord
from soar_lms.cohorts.sorting import words_of
from soar_lms.database import Among, Numbers, db


class Called(NamedTuple):
    """What somebody is called."""

    name: str
    email: str


def write_words(cohort_id: int, called: Mapping[int, Called]) -> None:
    """Write the words of places that have none, by the number of the place."""
    rows = [
        {"place_id": place_id, "word": word, "cohort_id": cohort_id}
        for place_id, source in called.items()
        for word in words_of(source.name, source.email)
    ]
    if rows:
        db.session.execute(insert(RosterWord.__table__), rows)  # type: ignore[arg-type]  # a table


def mend_words(cohort_id: int) -> None:
    """Write the words anew of places that have others than they must have."""
    there: dict[int, set[str]] = defaultdict(set)
    mine = select(RosterWord.place_id, RosterWord.word).where(RosterWord.cohort_id == cohort_id)
    for place_id, word in db.session.execute(mine):
        there[place_id].add(word)
    places = db.session.execute(
        select(RosterPlace.id, RosterPlace.name, RosterPlace.email).where(
            RosterPlace.cohort_id == cohort_id
        )
    )
    wrong = {
        place_id: Called(name, email)
        for place_id, name, email in places
        if there[place_id] != set(words_of(name, email))
    }
    if wrong:
        of_wrong = delete(RosterWord).where(
            Among(RosterWord.place_id, bindparam(None, list(wrong), Numbers, unique=True))
        )
        db.session.execute(of_wrong, execution_options={"synchronize_session": False})
        write_words(cohort_id, wrong)
