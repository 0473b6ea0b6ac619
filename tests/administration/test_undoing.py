"""A merge taken back: every row is what it was, or nothing is changed."""

from __future__ import annotations

from collections.abc import Callable
from datetime import timedelta

import pytest
from flask import Flask
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from sqlalchemy import delete, select

from soar_lms.access import Role
from soar_lms.accounts import emails
from soar_lms.accounts.licenses import add_license
from soar_lms.accounts.models import Person, PersonEmail
from soar_lms.administration import journal
from soar_lms.administration.merging import get_merge, list_merges, merge_people
from soar_lms.administration.undoing import (
    Hindrance,
    UndoHinderedError,
    find_hindrances,
    undo_merge,
)
from soar_lms.assessments.models import Answer, Attempt, EvaluationReceipt
from soar_lms.audit.models import AuditEntry
from soar_lms.certificates import own
from soar_lms.certificates.correcting import correct_name
from soar_lms.certificates.models import Certificate
from soar_lms.cohorts import services as cohorts
from soar_lms.database import db, transaction
from soar_lms.errors import NotFoundError
from soar_lms.learning.models import Enrolment, LessonCompletion
from soar_lms.messages.models import OutboxMessage
from soar_lms.tasks.models import Task
from tests.administration import records
from tests.administration.conftest import ROOT, Pair
from tests.conftest import empty_tables
from tests.factories import NOW, make_person

Merge = Callable[[], int]
Undo = Callable[[int], None]


def live(keep: Person, other: Person) -> None:
    """Let both accounts do everything that an account can do."""
    trainer = make_person(role=Role.TRAINER)
    for name in ("both", "one"):
        cohort = cohorts.create_cohort(
            trainer, name=name, organisation=None, module_ids=["begun"], now=NOW
        )
        cohorts.join_cohort(cohort, other, NOW - timedelta(days=2))
        if name == "both":
            cohorts.join_cohort(cohort, keep, NOW)
    for person in (keep, other):
        begun = records.enrol(person, "begun", lessons=("one", person.email))
        records.check(begun, "asked")
        records.attempt(begun, points=0, instrument="pre")
        records.attempt(begun, points=0)
        records.attempt(begun, points=None, number=2)
        db.session.add(EvaluationReceipt(enrolment_id=begun, occasion="completion"))
        records.finish(person, "completed")
        records.finish(person, f"only-{person.id}")
        db.session.add(PersonEmail(person_id=person.id, email="claim@example.org", added_at=NOW))
        for number in ("of both", str(person.id)):
            add_license(
                person, number=number, territory="PR", profession=None, renews_on=None, now=NOW
            )


def test_a_merge_and_its_undo_leave_every_row_as_it_was(
    context: Flask, pair: Pair, merge: Merge, undo: Undo
) -> None:
    with transaction():
        live(*pair)
    before = records.dump(context)

    number = merge()
    assert records.dump(context) != before
    undo(number)

    assert records.dump(context) == before


_RECORD = st.lists(
    st.tuples(
        st.sampled_from(["a", "b"]),
        st.lists(st.sampled_from(["one", "two", "three"]), unique=True),
        st.lists(st.sampled_from([0, 1]), max_size=3),
        st.sampled_from(["open", "closed", "completed"]),
    ),
    max_size=2,
    unique_by=lambda item: item[0],
)


@settings(
    max_examples=25,
    suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow],
)
@given(records_of_both=st.tuples(_RECORD, _RECORD))
def test_whatever_both_did_is_kept_and_comes_back(
    context: Flask, records_of_both: tuple[list[tuple[str, list[str], list[int], str]], ...]
) -> None:
    empty_tables()
    db.session.expunge_all()
    with transaction():
        pair = [make_person(), make_person()]
        for person, rows in zip(pair, records_of_both, strict=True):
            for module_id, lessons, tries, state in rows:
                number = records.enrol(person, module_id, lessons=lessons)
                for place, points in enumerate(tries, start=1):
                    records.attempt(number, points=points, number=place)
                if state == "open":
                    records.attempt(number, points=None, number=len(tries) + 1)
                if state == "completed":
                    records.complete(person, number)
    before = records.dump(context)

    with transaction():
        merge = merge_people(pair[0].id, pair[1].id, actor=ROOT, now=NOW)
    with transaction():
        undo_merge(merge.id, actor=ROOT, now=NOW)

    assert records.dump(context) == before


def test_what_the_account_did_after_the_merge_stays_with_it(
    pair: Pair, merge: Merge, undo: Undo
) -> None:
    keep, other = pair
    with transaction():
        mine = records.enrol(keep, "m", lessons=("one",))
        theirs = records.enrol(other, "m", lessons=("two",))
        records.attempt(theirs, points=0)
    number = merge()
    with transaction():
        db.session.add(
            LessonCompletion(enrolment_id=mine, lesson_id="new", setting="", completed_at=NOW)
        )
        newer = records.enrol(keep, "newer")
        tried = records.attempt(mine, points=1, number=2)
        db.session.get_one(Person, keep.id).name = "Ana Torres de Vega"

    undo(number)

    lessons = db.session.execute(
        select(LessonCompletion.enrolment_id, LessonCompletion.lesson_id).order_by(
            LessonCompletion.lesson_id
        )
    ).all()
    assert [tuple(row) for row in lessons] == [(mine, "new"), (mine, "one"), (theirs, "two")]
    assert db.session.get_one(Enrolment, newer).person_id == keep.id
    assert db.session.get_one(Attempt, tried).enrolment_id == mine
    assert db.session.get_one(Person, keep.id).name == "Ana Torres de Vega"


def go_on_with_an_attempt(number: int) -> None:
    moved = db.session.scalars(select(Attempt).where(Attempt.submitted_at.is_(None))).first()
    assert moved is not None
    db.session.get_one(Answer, (moved.id, "q")).chosen = ["b"]


def do_a_lesson_of_a_moved_module(number: int) -> None:
    (enrolment_id,) = db.session.scalars(select(Enrolment.id).where(Enrolment.module_id == "moved"))
    db.session.add(
        LessonCompletion(enrolment_id=enrolment_id, lesson_id="new", setting="", completed_at=NOW)
    )


def complete_by_what_was_moved(number: int) -> None:
    enrolment = db.session.scalars(
        select(Enrolment)
        .where(Enrolment.module_id == "begun")
        .order_by(Enrolment.cycle.desc())
        .limit(1)
    ).one()
    enrolment.completed_at = NOW


def remove_an_address(number: int) -> None:
    keep = db.session.get_one(Person, get_merge(number).keep_id)
    row = next(item for item in emails.list_emails(keep.id) if item.email != keep.email)
    emails.remove_email(keep, row.id, NOW)


def correct_a_moved_certificate(number: int) -> None:
    certificate = db.session.scalars(select(Certificate)).one()
    holder = db.session.get_one(Person, get_merge(number).keep_id)
    correct_name(certificate.id, name="Ana N.", quietly=False, reason=None, person=holder, now=NOW)


def merge_once_more(number: int) -> None:
    merge_people(get_merge(number).keep_id, make_person().id, actor=ROOT, now=NOW)


@pytest.mark.parametrize(
    ("event", "obstacle"),
    [
        (go_on_with_an_attempt, "went-on"),
        (do_a_lesson_of_a_moved_module, "went-on"),
        (correct_a_moved_certificate, "went-on"),
        (complete_by_what_was_moved, "completed"),
        (remove_an_address, "changed"),
        (merge_once_more, "later-merge"),
    ],
)
def test_an_undo_that_could_not_be_whole_changes_nothing(
    context: Flask,
    pair: Pair,
    merge: Merge,
    undo: Undo,
    event: Callable[[int], None],
    obstacle: str,
) -> None:
    keep, other = pair
    with transaction():
        records.enrol(keep, "begun", lessons=("one",))
        records.attempt(records.enrol(other, "begun", lessons=("two",)), points=None)
        records.complete(other, records.enrol(other, "moved"))
    number = merge()
    with transaction():
        event(number)
    before = records.dump(context)

    found = {item.obstacle for item in find_hindrances(get_merge(number))}
    with pytest.raises(UndoHinderedError):
        undo(number)

    assert obstacle in found
    assert records.dump(context) == before


def test_a_merge_is_taken_back_once(pair: Pair, merge: Merge, undo: Undo) -> None:
    number = merge()
    undo(number)

    with pytest.raises(UndoHinderedError):
        undo(number)

    assert find_hindrances(get_merge(number)) == [Hindrance("undone", str(number))]  # type: ignore[arg-type]  # a StrEnum
    assert list_merges() == []


def test_merges_are_taken_back_the_last_one_first(
    context: Flask, pair: Pair, merge: Merge, undo: Undo
) -> None:
    keep, _ = pair
    with transaction():
        live(*pair)
        third = make_person()
        records.finish(third, "completed")
    before = records.dump(context)
    first = merge()
    with transaction():
        second = merge_people(third.id, keep.id, actor=ROOT, now=NOW).id

    undo(second)
    undo(first)

    assert records.dump(context) == before


def test_parted_accounts_can_be_made_one_again(
    context: Flask, pair: Pair, merge: Merge, undo: Undo
) -> None:
    with transaction():
        live(*pair)
    undo(merge())
    before = records.dump(context)

    undo(merge())

    assert records.dump(context) == before


def test_a_place_that_is_taken_meanwhile_hinders_an_undo(
    context: Flask, pair: Pair, merge: Merge, undo: Undo
) -> None:
    _, other = pair
    number = merge()
    with transaction():
        records.enrol(db.session.get_one(Person, other.id), "m")
        someone = make_person()
        db.session.get_one(Person, someone.id).email = "ana@clinic.example.org"
    before = records.dump(context)

    with pytest.raises(UndoHinderedError):
        undo(number)

    assert records.dump(context) == before


def test_a_file_that_was_asked_for_and_tidied_away_hinders_no_undo(
    context: Flask, pair: Pair, merge: Merge, undo: Undo
) -> None:
    with transaction():
        task = own.ask_for_own(pair[1], language="en", now=NOW)
    number = merge()

    with transaction():
        db.session.execute(delete(Task).where(Task.id == task.id))
    undo(number)

    assert pair[1].active


def test_both_hear_of_it_and_the_trail_knows(pair: Pair, merge: Merge, undo: Undo) -> None:
    keep, other = pair
    number = merge()

    undo(number)

    mails = db.session.scalars(select(OutboxMessage).where(OutboxMessage.kind == "accounts-parted"))
    trail = db.session.scalars(select(AuditEntry).where(AuditEntry.action == "people-unmerged"))
    assert sorted(mail.recipient for mail in mails) == [
        "ana@clinic.example.org",
        "ana@home.example.org",
    ]
    assert sorted(entry.person_id or 0 for entry in trail) == [keep.id, other.id]


def test_there_is_no_merge_of_a_number_that_was_never_given(context: Flask) -> None:
    with pytest.raises(NotFoundError):
        get_merge(17)


# --- the journal itself -----------------------------------------------------------------------


def test_a_journal_holds_only_what_changed() -> None:
    before: journal.Rows = {"t": {(1,): {"a": 1, "b": 2}, (2,): {"a": 1}, (3,): {"a": 1}}}
    after: journal.Rows = {"t": {(1,): {"a": 1, "b": 3}, (2,): {"a": 1}, (4,): {"a": 1}}}

    assert journal.list_changes(before, after) == [
        {"table": "t", "key": [1], "before": {"b": 2}, "after": {"b": 3}},
        {"table": "t", "key": [3], "before": {"a": 1}, "after": None},
        {"table": "t", "key": [4], "before": None, "after": {"a": 1}},
    ]


def test_a_digest_changes_with_whatever_belongs_to_a_row(context: Flask, pair: Pair) -> None:
    keep, _ = pair
    with transaction():
        number = records.finish(keep, "m")
    digests = {journal.digest(journal.read_rows((keep.id,)), "enrolments", (number,))}

    for model in (Answer, Attempt, LessonCompletion):
        with transaction():
            row = db.session.scalars(select(model)).first()
            assert row is not None
            moment = "saved_at" if model is Answer else "started_at"
            setattr(row, "completed_at" if model is LessonCompletion else moment, records.later())
        rows = journal.read_rows((keep.id,))
        digests.add(journal.digest(rows, "enrolments", (number,)))

    assert len(digests) == 4
