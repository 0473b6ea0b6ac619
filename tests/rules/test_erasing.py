"""An erasure knows every table that leads to a person, and leaves nothing that names them."""

from __future__ import annotations

from collections.abc import Collection, Iterator

import pytest
from flask import Flask
from sqlalchemy import Column, ForeignKey, Integer, MetaData, Table

from soar_lms.administration.erasing import POINTERS, erase_person
from soar_lms.audit.services import Actor
from soar_lms.certificates.erasing import BLANKED, KEPT
from soar_lms.database import Base, transaction
from tests.conftest import empty_tables
from tests.factories import NOW
from tests.rules.world import World, make_world, read_database

NOTED = "erased_at"


def find_forgotten(metadata: MetaData, known: Collection[tuple[str, str]]) -> list[str]:
    """Return the keys that lead to people in the end and that are not known, and unknown ones."""
    reached = {"people"}
    for table in metadata.sorted_tables:  # what is pointed to comes first
        if any(key.column.table.name in reached for key in table.foreign_keys):
            reached.add(table.name)
    keys = {
        (table.name, key.parent.name)
        for table in metadata.sorted_tables
        for key in table.foreign_keys
        if key.column.table.name in reached
    }
    return sorted(
        [f"{table}.{column}: what does an erasure do with it?" for table, column in keys - {*known}]
        + [f"{table}.{column} is not there any more" for table, column in {*known} - keys]
    )


def find_undecided(columns: Collection[str]) -> list[str]:
    """Return the columns of certificates of which nobody said whether they are personal."""
    decided = KEPT | BLANKED.keys() | {NOTED}
    return [
        *(f"{name}: is it personal?" for name in sorted({*columns} - decided)),
        *(f"{name} is not there any more" for name in sorted(decided - {*columns})),
    ]


def find_traces(rows: dict[str, list[str]], words: Collection[str]) -> list[str]:
    """Return the tables in which one of some words still stands."""
    return sorted(
        f"{table}: {word}"
        for table, found in rows.items()
        for word in words
        if any(word in row for row in found)
    )


@pytest.fixture
def world(session_app: Flask) -> Iterator[World]:
    yield make_world(session_app)
    with session_app.app_context():
        empty_tables()


def test_every_key_that_leads_to_a_person_has_its_fate() -> None:
    faults = find_forgotten(Base.metadata, POINTERS)

    assert not faults, "\n".join(faults)


def test_every_column_of_a_certificate_is_kept_or_blanked() -> None:
    faults = find_undecided(Base.metadata.tables["certificates"].columns.keys())

    assert not faults, "\n".join(faults)
    assert not KEPT & BLANKED.keys()


@pytest.mark.parametrize("name", ["learner", "graduate", "trainer"])
def test_nothing_in_the_database_names_somebody_who_was_erased(world: World, name: str) -> None:
    person = world.people[name]
    words = [person.email, person.fs_uniquifier]
    words += [person.name] if name != "trainer" else []  # others have the trainer's name

    assert find_traces(read_database(world.app), words) != []
    with world.app.app_context(), transaction():
        erase_person(person.id, actor=Actor(operator="root"), now=NOW)

    assert find_traces(read_database(world.app), words) == []


# --- what the rules must see --------------------------------------------------------------------


def test_a_new_and_a_vanished_key_are_reported() -> None:
    metadata = MetaData()
    Table("people", metadata, Column("id", Integer, primary_key=True))
    Table(
        "notes",
        metadata,
        Column("id", Integer, primary_key=True),
        Column("person_id", Integer, ForeignKey("people.id")),
    )
    Table("words", metadata, Column("note_id", Integer, ForeignKey("notes.id")))
    Table("places", metadata, Column("id", Integer, primary_key=True))
    Table("maps", metadata, Column("place_id", Integer, ForeignKey("places.id")))

    assert find_forgotten(metadata, {("letters", "person_id"), ("notes", "person_id")}) == [
        "letters.person_id is not there any more",
        "words.note_id: what does an erasure do with it?",
    ]


def test_a_new_and_a_vanished_column_are_reported() -> None:
    columns = {*KEPT, *BLANKED, NOTED, "licence"} - {"score"}

    assert find_undecided(columns) == ["licence: is it personal?", "score is not there any more"]


def test_a_trace_is_reported() -> None:
    rows = {"people": ["(1, 'ana@example.org')"], "notes": ["(1, 'nothing')"]}

    assert find_traces(rows, ["ana@example.org"]) == ["people: ana@example.org"]
