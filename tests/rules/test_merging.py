"""A merge of accounts knows every table that points to a person or an enrolment."""

from __future__ import annotations

from collections.abc import Collection

from sqlalchemy import Column, ForeignKey, Integer, MetaData, Table

from soar_lms.administration.merging import POINTERS
from soar_lms.database import Base

MERGED = ("people", "enrolments")


def find_forgotten(metadata: MetaData, known: Collection[tuple[str, str]]) -> list[str]:
    """Return the keys to people and enrolments that a merge does not know, and unknown ones."""
    keys = {
        (table.name, key.parent.name)
        for table in metadata.sorted_tables
        for key in table.foreign_keys
        if key.column.table.name in MERGED
    }
    return sorted(
        [f"{table}.{column}: what does a merge do with it?" for table, column in keys - {*known}]
        + [f"{table}.{column} is not there any more" for table, column in {*known} - keys]
    )


def test_every_key_to_a_person_or_an_enrolment_has_its_fate() -> None:
    faults = find_forgotten(Base.metadata, POINTERS)

    assert not faults, "\n".join(faults)


def test_a_new_and_a_vanished_key_are_reported() -> None:
    metadata = MetaData()
    Table("people", metadata, Column("id", Integer, primary_key=True))
    Table("notes", metadata, Column("person_id", Integer, ForeignKey("people.id")))

    assert find_forgotten(metadata, {("letters", "person_id")}) == [
        "letters.person_id is not there any more",
        "notes.person_id: what does a merge do with it?",
    ]
