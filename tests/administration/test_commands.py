"""`soar-lms people …`, as an operator runs it."""

from __future__ import annotations

import json
from collections.abc import Callable
from datetime import timedelta

import pytest
from click.testing import CliRunner, Result
from flask import Flask

from soar_lms.accounts.models import Person
from soar_lms.administration.commands import people as command
from soar_lms.cohorts import services as cohorts
from soar_lms.database import db, transaction
from soar_lms.learning.models import LessonCompletion
from tests.administration import records
from tests.factories import NOW

MakePerson = Callable[..., Person]


def run(app: Flask, *arguments: str) -> Result:
    return CliRunner().invoke(command, arguments, obj=lambda: app)


@pytest.fixture
def twins(app: Flask, person: MakePerson) -> tuple[Person, Person]:
    """Return somebody with two accounts, and a module completed in both."""
    keep = person(email="ana@home.example.org", name="Ana Torres")
    other = person(email="ana@clinic.example.org", name="torres ANA")
    with app.app_context(), transaction():
        for each in (keep, other):
            records.finish(each, "m")
        records.enrol(other, "n", lessons=("one",))
        records.enrol(keep, "n")
    return keep, other


def test_duplicates_are_listed_with_their_reasons(
    app: Flask, twins: tuple[Person, Person], person: MakePerson
) -> None:
    person(name="Ana Torres")
    keep, other = twins

    lines = run(app, "duplicates").output.splitlines()

    assert lines == [
        f" 4  {keep.id} <{keep.email}>  {other.id} <{other.email}>  same-name-and-local-part",
        "1 pairs. Look before you merge: two people may share a name.",
    ]


def test_duplicates_are_listed_for_programs(
    app: Flask, twins: tuple[Person, Person], trainer: Person
) -> None:
    keep, other = twins
    with app.app_context(), transaction():
        group = cohorts.create_cohort(
            trainer, name="g", organisation=None, module_ids=[], now=NOW - timedelta(days=1)
        )
        for each in twins:
            cohorts.join_cohort(group, each, NOW)

    found = json.loads(run(app, "duplicates", "--json").output)

    assert found == [
        {
            "score": 7,
            "reasons": ["same-name-and-cohort", "same-name-and-local-part"],
            "people": [
                {"id": keep.id, "email": keep.email},
                {"id": other.id, "email": other.email},
            ],
        }
    ]


def test_a_dry_run_says_what_would_happen(app: Flask, twins: tuple[Person, Person]) -> None:
    keep, other = twins
    with app.app_context():
        before = records.dump(app)

    result = run(app, "merge", keep.email, str(other.id), "--dry-run")

    assert result.output.splitlines() == [
        f"{keep.id} <{keep.email}> stays, {other.id} <{other.email}> goes.",
        "  m: completed on 2026-11-22; completed again, which is kept as history",
        "  n: not completed; what both did in it is put together",
        "Kept: 4 answers, 4 attempts, 2 certificates, 2 completions, 4 enrolments, "
        "2 evaluation receipts, 5 lesson completions, 2 passes.",
        "Nothing was changed.",
    ]
    assert records.dump(app) == before


def test_a_merge_and_its_undo(app: Flask, twins: tuple[Person, Person]) -> None:
    keep, other = twins
    before = records.dump(app)

    merged = run(app, "merge", keep.email, other.email).output.splitlines()
    number = merged[-1].rsplit(" ", 1)[-1]
    said = [run(app, "unmerge", number, *options).output for options in (("--dry-run",), ())]

    assert merged[-1] == f"Merged. To take it back: soar-lms people unmerge {number}"
    assert said == ["It can be taken back.\n", "The accounts are as they were before.\n"]
    assert records.dump(app) == before


def test_what_is_in_the_way_of_an_undo_is_said(app: Flask, twins: tuple[Person, Person]) -> None:
    keep, other = twins
    with app.app_context(), transaction():
        moved = records.enrol(other, "moved")
    number = run(app, "merge", keep.email, other.email).output.split()[-1]
    with app.app_context(), transaction():
        db.session.add(
            LessonCompletion(enrolment_id=moved, lesson_id="new", setting="", completed_at=NOW)
        )

    result = run(app, "unmerge", number)

    assert result.exit_code == 1
    assert result.output.splitlines() == [
        f"in the way: went-on (enrolments {moved})",
        "Error: Something has changed since they were made one. Nothing was changed.",
    ]


@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        (("merge", "nobody@example.org", "1"), "there is no such account or merge"),
        (("merge", "ana@home.example.org", "99999999999"), "there is no such account or merge"),
        (("merge", "ana@home.example.org", "ana@home.example.org"), "This is one account already."),
        (("unmerge", "17"), "there is no such account or merge"),
    ],
    ids=["nobody", "no-number", "the-same", "no-merge"],
)
def test_what_cannot_be_done_is_said_in_a_line(
    app: Flask, twins: tuple[Person, Person], arguments: tuple[str, ...], said: str
) -> None:
    result = run(app, *arguments)

    assert (result.exit_code, result.output) == (1, f"Error: {said}\n")
