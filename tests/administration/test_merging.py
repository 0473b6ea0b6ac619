"""Two accounts made one: nothing is lost, whatever both of them did."""

from __future__ import annotations

from collections.abc import Callable
from datetime import timedelta

import pytest
from flask import Flask
from sqlalchemy import func, select

from soar_lms.access import Role
from soar_lms.accounts.licenses import add_license, list_licenses
from soar_lms.accounts.merging import MergeRefusedError
from soar_lms.accounts.models import Person, PersonEmail
from soar_lms.administration import merging
from soar_lms.administration.merging import (
    MergeLostError,
    check_nothing_lost,
    merge_people,
    plan_merge,
)
from soar_lms.administration.models import PersonMerge
from soar_lms.assessments.models import Answer, Attempt, CheckAnswer, EvaluationReceipt
from soar_lms.assessments.services import POST, start_attempt
from soar_lms.audit.models import AuditEntry
from soar_lms.catalogue.model import Module
from soar_lms.certificates.models import Certificate, Status
from soar_lms.cohorts import services as cohorts
from soar_lms.cohorts.models import CohortMember
from soar_lms.database import Base, db, transaction
from soar_lms.learning.models import Enrolment, LessonCompletion
from soar_lms.messages.models import OutboxMessage
from tests.accounts.conftest import is_signed_in, log_in
from tests.administration import records
from tests.administration.conftest import ROOT, Pair
from tests.conftest import SignIn
from tests.factories import NOW, PASSWORD, make_certificate, make_enrolment, make_person, take_test
from tests.support.together import at_once

Merge = Callable[[], int]


def enrolments_of(person: Person, module_id: str) -> list[int]:
    """Return somebody's enrolments in a module, by cycle; the last is the present one."""
    return list(
        db.session.scalars(
            select(Enrolment.id)
            .where(Enrolment.person_id == person.id, Enrolment.module_id == module_id)
            .order_by(Enrolment.cycle)
        )
    )


def count(model: type[Base]) -> int:
    return db.session.scalar(select(func.count()).select_from(model)) or 0


# --- the trap of the record -------------------------------------------------------------------


def test_a_merge_keeps_all_of_nineteen_completions(pair: Pair, merge: Merge) -> None:
    """A plug-in of another system lost 14 of 19 when a name had changed by marriage.

    https://github.com/jpahullo/moodle-tool_mergeusers/issues/240
    """
    keep, other = pair
    with transaction():
        for number in range(9):
            records.finish(keep, f"module-{number}")
        for number in range(5, 15):  # four of them in modules that both completed
            records.finish(other, f"module-{number}")
        begun = records.enrol(keep, "module-14", lessons=("one",))
        records.attempt(begun, points=0)
    before = {
        model: count(model) for model in (Enrolment, LessonCompletion, Attempt, Answer, Certificate)
    }

    merge()

    completed = db.session.scalars(
        select(Enrolment.module_id).where(
            Enrolment.person_id == keep.id, Enrolment.completed_at.is_not(None)
        )
    ).all()
    valid = [item for item in db.session.scalars(select(Certificate)) if item.person_id == keep.id]
    assert len(completed) == 19
    assert len(set(completed)) == 15
    assert [item.status_at(NOW) for item in valid] == [Status.VALID] * 19
    assert before == {model: count(model) for model in before}


@pytest.mark.parametrize(
    ("forgotten", "said"),
    [
        ("move_certificates", "certificates.person_id is left behind"),
        ("move_places", "cohort_members.person_id is left behind"),
        ("apply_enrolments", "attempts: 2 before, 0 after"),
    ],
)
def test_a_merge_that_would_lose_something_is_taken_back(
    context: Flask,
    pair: Pair,
    merge: Merge,
    monkeypatch: pytest.MonkeyPatch,
    forgotten: str,
    said: str,
) -> None:
    _, other = pair
    with transaction():
        records.finish(other, "m")
        group = cohorts.create_cohort(
            make_person(role=Role.TRAINER), name="g", organisation=None, module_ids=[], now=NOW
        )
        cohorts.join_cohort(group, other, NOW)
    before = records.dump(context)
    monkeypatch.setattr(merging, forgotten, lambda *_: None)

    with pytest.raises(MergeLostError, match=said):
        merge()

    assert records.dump(context) == before


def test_a_count_that_differs_either_way_is_noticed() -> None:
    with pytest.raises(MergeLostError, match="a: 1 before, 2 after; b: 3 before, 0 after"):
        check_nothing_lost({"a": 1, "b": 3, "c": 4}, {"a": 2, "c": 4})


# --- the same module in both ------------------------------------------------------------------


def test_what_both_began_is_put_together(pair: Pair, merge: Merge) -> None:
    keep, other = pair
    with transaction():
        mine = records.enrol(keep, "m", lessons=("one", "two"))
        records.check(mine, "asked-of-both")
        theirs = records.enrol(other, "m", lessons=("two", "three"))
        records.check(theirs, "asked-of-both")
        records.check(theirs, "asked-of-one")
        db.session.add(EvaluationReceipt(enrolment_id=theirs, occasion="completion"))

    merge()

    lessons = db.session.scalars(
        select(LessonCompletion.lesson_id).where(LessonCompletion.enrolment_id == mine)
    ).all()
    checks = db.session.scalars(
        select(CheckAnswer.question_id).where(CheckAnswer.enrolment_id == mine)
    ).all()
    assert enrolments_of(keep, "m") == [theirs, mine]
    assert sorted(lessons) == ["one", "three", "two"]
    assert sorted(checks) == ["asked-of-both", "asked-of-one"]
    assert db.session.get(EvaluationReceipt, (mine, "completion")) is not None


def test_a_lesson_that_both_did_counts_from_the_earlier_moment(pair: Pair, merge: Merge) -> None:
    keep, other = pair
    with transaction():
        theirs = records.enrol(other, "m", lessons=("one",))
        mine = records.enrol(keep, "m", lessons=("one",))
    first = db.session.get_one(LessonCompletion, (theirs, "one", "")).completed_at

    merge()

    assert db.session.get_one(LessonCompletion, (mine, "one", "")).completed_at == first


def test_all_attempts_are_kept_and_numbered_as_they_were_handed_in(
    pair: Pair, merge: Merge
) -> None:
    keep, other = pair
    with transaction():
        mine, theirs = records.enrol(keep, "m"), records.enrol(other, "m")
        in_order = [
            records.attempt(theirs, points=0),
            records.attempt(mine, points=0),
            records.attempt(theirs, points=1, number=2),
        ]
        first_pre = records.attempt(theirs, points=1, instrument="pre")
        second_pre = records.attempt(mine, points=0, instrument="pre")
        open_one = records.attempt(mine, points=None, number=2)

    merge()

    rows = db.session.execute(
        select(Attempt.instrument, Attempt.number, Attempt.id)
        .where(Attempt.enrolment_id == mine)
        .order_by(Attempt.instrument, Attempt.number)
    ).all()
    assert [tuple(row) for row in rows] == [
        ("post", 1, in_order[0]),
        ("post", 2, in_order[1]),
        ("post", 3, in_order[2]),
        ("post", 4, open_one),
        ("pre", 1, first_pre),
        ("pre", 2, second_pre),
    ]


def test_of_two_open_attempts_one_stays_with_the_history(pair: Pair, merge: Merge) -> None:
    keep, other = pair
    with transaction():
        mine, theirs = records.enrol(keep, "m"), records.enrol(other, "m")
        going_on = records.attempt(mine, points=None)
        kept = records.attempt(theirs, points=None)

    merge()

    assert db.session.get_one(Attempt, going_on).enrolment_id == mine
    assert db.session.get_one(Attempt, kept).enrolment_id == theirs
    assert enrolments_of(keep, "m") == [theirs, mine]


@pytest.mark.parametrize("who", ["keep", "other"])
def test_a_completed_module_is_present_whoever_completed_it(
    pair: Pair, merge: Merge, who: str
) -> None:
    keep, other = pair
    with transaction():
        numbers = {"keep": records.enrol(keep, "m"), "other": records.enrol(other, "m")}
        records.complete(keep if who == "keep" else other, numbers[who])
        records.attempt(numbers["other" if who == "keep" else "keep"])

    merge()

    present = db.session.get_one(Enrolment, enrolments_of(keep, "m")[-1])
    assert (present.id, present.completed_at is not None) == (numbers[who], True)


@pytest.mark.parametrize(
    ("expires", "present"),
    [
        pytest.param((None, None), "first", id="both-valid"),
        pytest.param((30, 400), "first", id="both-valid-for-some-time"),
        pytest.param((-1, 400), "second", id="the-earlier-expired"),
        pytest.param((-1, -1), "first", id="both-expired"),
    ],
)
def test_of_two_completions_the_earlier_counts_unless_only_the_later_is_valid(
    pair: Pair, merge: Merge, expires: tuple[int | None, int | None], present: str
) -> None:
    keep, other = pair
    with transaction():
        numbers = {"first": records.enrol(other, "m"), "second": records.enrol(keep, "m")}
        records.attempt(numbers["first"])
        records.complete(other, numbers["first"], expires_days=expires[0])
        records.complete(keep, numbers["second"], expires_days=expires[1])

    merge()

    assert enrolments_of(keep, "m")[-1] == numbers[present]
    assert {item.enrolment_id for item in db.session.scalars(select(Certificate))} == set(
        numbers.values()
    )
    assert db.session.scalars(select(Attempt.enrolment_id)).all() == [numbers["first"]]


def test_cycles_of_both_stay_in_order(pair: Pair, merge: Merge) -> None:
    keep, other = pair
    with transaction():
        first = records.enrol(keep, "m")
        theirs = records.enrol(other, "m")
        renewal = records.enrol(other, "m", cycle=2)

    merge()

    assert enrolments_of(keep, "m") == [theirs, first, renewal]


def test_a_real_module_passed_in_one_account_is_passed(
    pair: Pair, merge: Merge, module: Module
) -> None:
    keep, other = pair
    with transaction():
        make_enrolment(keep, module)
        certificate = make_certificate(other, module)

    merge()

    assert db.session.get_one(Certificate, certificate.id).person_id == keep.id
    assert enrolments_of(keep, module.id)[-1] == certificate.enrolment_id


# --- accounts, groups, roles ------------------------------------------------------------------


def test_every_address_signs_in_to_the_account_that_stays(
    app: Flask, person: Callable[..., Person], sign_in: SignIn
) -> None:
    keep, other = person(password=PASSWORD), person(password="another " + PASSWORD)
    session_of_other = sign_in(other)
    assert is_signed_in(session_of_other)

    with app.app_context(), transaction():
        merge_people(keep.id, other.id, actor=ROOT, now=NOW)

    client = app.test_client()
    assert not is_signed_in(session_of_other)
    assert log_in(client, other.email, "another " + PASSWORD).status_code == 422
    assert log_in(client, other.email).location == "/en/home"
    with client.session_transaction() as session:
        assert session["_user_id"].startswith(f"{keep.fs_uniquifier}.")


def test_a_claim_of_both_becomes_one_address(pair: Pair, merge: Merge) -> None:
    keep, other = pair
    with transaction():
        for person, email, verified in (
            (keep, "both@example.org", None),
            (other, "both@example.org", None),
            (keep, "proven@example.org", None),
            (other, "proven@example.org", NOW),
        ):
            db.session.add(
                PersonEmail(person_id=person.id, email=email, added_at=NOW, verified_at=verified)
            )

    merge()

    rows = db.session.scalars(select(PersonEmail).order_by(PersonEmail.email))
    assert [(row.person_id, row.email, row.verified_at is not None) for row in rows] == [
        (keep.id, "ana@clinic.example.org", True),
        (keep.id, "ana@home.example.org", True),
        (keep.id, "both@example.org", False),
        (keep.id, "proven@example.org", True),
    ]


def test_licenses_of_both_are_kept_and_the_same_one_stands_once(pair: Pair, merge: Merge) -> None:
    keep, other = pair
    with transaction():
        for person, territory in ((keep, "PR"), (other, "PR"), (other, "TX")):
            add_license(
                person, number="1", territory=territory, profession=None, renews_on=None, now=NOW
            )

    merge()

    assert [row.territory for row in list_licenses(keep.id)] == ["PR", "TX"]
    assert list_licenses(other.id) == []


def test_places_in_groups_become_one_since_the_earlier_day(pair: Pair, merge: Merge) -> None:
    keep, other = pair
    with transaction():
        trainer = make_person(role=Role.TRAINER)
        both, one = (
            cohorts.create_cohort(trainer, name=name, organisation=None, module_ids=[], now=NOW)
            for name in ("both", "one")
        )
        cohorts.join_cohort(both, other, NOW - timedelta(days=9))
        cohorts.join_cohort(both, keep, NOW)
        cohorts.join_cohort(one, other, NOW)

    merge()

    members = db.session.scalars(select(CohortMember).order_by(CohortMember.cohort_id))
    assert [(row.cohort_id, row.person_id, row.joined_at) for row in members] == [
        (both.id, keep.id, NOW - timedelta(days=9)),
        (one.id, keep.id, NOW),
    ]


def test_both_addresses_hear_of_it_and_the_trail_knows(pair: Pair, merge: Merge) -> None:
    keep, other = pair
    with transaction():
        db.session.get_one(Person, other.id).language = "es"
    recipients = [(keep.email, "en"), (other.email, "es")]

    number = merge()

    mails = db.session.scalars(select(OutboxMessage)).all()
    trail = db.session.scalars(select(AuditEntry).order_by(AuditEntry.id)).all()
    assert [(mail.recipient, mail.language) for mail in mails] == recipients
    assert {mail.kind for mail in mails} == {"accounts-joined"}
    assert [(entry.action, entry.person_id, entry.facts) for entry in trail] == [
        ("people-merged", keep.id, {"other_person": other.id, "number": number}),
        ("people-merged", other.id, {"other_person": keep.id, "number": number}),
    ]


@pytest.mark.parametrize(
    ("changes", "said"),
    [
        ({"role": Role.TRAINER}, "may do more than the one that stays"),
        ({"active": False}, "One of them is closed"),
        ({"confirmed_at": None}, "One of them was never confirmed"),
    ],
    ids=lambda value: next(iter(value)) if isinstance(value, dict) else "",
)
def test_some_accounts_are_not_made_one(
    context: Flask, pair: Pair, merge: Merge, changes: dict[str, object], said: str
) -> None:
    _, other = pair
    with transaction():
        for name, value in changes.items():
            setattr(db.session.get_one(Person, other.id), name, value)
    before = records.dump(context)

    with pytest.raises(MergeRefusedError, match=said):
        merge()

    assert records.dump(context) == before


def test_an_account_is_not_made_one_with_itself_or_with_nobody(pair: Pair) -> None:
    keep, _ = pair

    for other_id, said in ((keep.id, "one account already"), (999, "no such account")):
        with pytest.raises(MergeRefusedError, match=said), transaction():
            merge_people(keep.id, other_id, actor=ROOT, now=NOW)


def test_a_role_that_stays_is_not_touched(pair: Pair, merge: Merge) -> None:
    keep, _ = pair
    with transaction():
        db.session.get_one(Person, keep.id).role = Role.TRAINER

    merge()

    assert db.session.get_one(Person, keep.id).role == Role.TRAINER


def test_a_merge_that_two_ask_for_at_once_happens_once(app: Flask, pair: Pair) -> None:
    keep, other = pair

    def try_to_merge(_nothing: None) -> str:
        try:
            merge_people(keep.id, other.id, actor=ROOT, now=NOW)
        except MergeRefusedError:
            return "refused"
        return "merged"

    results = at_once(app, lambda: None, try_to_merge, threads=2)

    assert sorted(results) == ["merged", "refused"]
    assert count(PersonMerge) == 1


def test_a_plan_says_what_happens_and_changes_nothing(context: Flask, pair: Pair) -> None:
    keep, other = pair
    with transaction():
        records.finish(keep, "m")
        theirs = records.finish(other, "m")
    before = records.dump(context)

    plan = plan_merge(keep.id, other.id, NOW)

    (joint,) = plan.modules["m"]
    assert joint.history is not None
    assert (joint.history.id, joint.combines) == (theirs, False)
    assert plan.counts["completions"] == 2
    assert records.dump(context) == before


def test_the_next_try_after_a_gap_has_a_free_number(
    context: Flask, pair: Pair, module: Module
) -> None:
    keep, _ = pair
    with transaction():
        enrolment = make_enrolment(keep, module)
        attempt = take_test(enrolment, module, "pre")
        attempt.instrument, attempt.number, attempt.passed = POST, 3, False
        db.session.flush()

        started = start_attempt(
            module,
            enrolment_id=enrolment.id,
            instrument=POST,
            setting=enrolment.setting,
            language="en",
            now=NOW + timedelta(days=30),
        )

    assert started.number == 4
