"""The roster's places and lines: whatever happens, they are those that would be made anew."""

from __future__ import annotations

import pytest
from flask import Flask
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from sqlalchemy import select, text, update

from soar_lms.access import Role
from soar_lms.accounts import emails
from soar_lms.accounts.models import Person
from soar_lms.accounts.services import rename
from soar_lms.administration.merging import merge_people
from soar_lms.administration.undoing import undo_merge
from soar_lms.assessments import services as assessments
from soar_lms.audit.services import Actor
from soar_lms.catalogue.model import Module
from soar_lms.cohorts import services
from soar_lms.cohorts.invitations import accept, invite, withdraw
from soar_lms.cohorts.models import (
    Cohort,
    CohortModule,
    ReportCount,
    ReportLine,
    RosterLine,
    RosterPlace,
)
from soar_lms.cohorts.places import find_wrong_lines, follow_modules, settle
from soar_lms.cohorts.roster import Entry
from soar_lms.cohorts.sorting import LONGEST_KEY, fold
from soar_lms.database import db, transaction
from soar_lms.learning import services as learning
from soar_lms.learning.standing import find_enrolment
from soar_lms.messages.models import OutboxMessage
from tests.cohorts.conftest import MODULE
from tests.conftest import empty_tables
from tests.factories import NOW, finish_lessons, make_enrolment, make_person, take_test
from tests.support.mail import token_in
from tests.support.together import at_once

ROOT = Actor(operator="root")


def places(cohort: Cohort) -> list[tuple[str, str]]:
    """Return who has a place and in which state, in the order of the report."""
    rows = db.session.execute(
        select(RosterPlace.name, RosterPlace.email, ReportLine.state)
        .join(ReportLine, ReportLine.place_id == RosterPlace.id)
        .where(RosterPlace.cohort_id == cohort.id)
        .order_by(RosterPlace.sort_name, RosterPlace.id, ReportLine.module_id)
    )
    return [(name or email, state) for name, email, state in rows]


def counts(cohort: Cohort) -> dict[str, int]:
    rows = db.session.execute(
        select(ReportCount.state, ReportCount.people).where(
            ReportCount.cohort_id == cohort.id, ReportCount.people != 0
        )
    )
    return {state: people for state, people in rows}  # noqa: C416  # rows to a dict


def ask(cohort: Cohort, trainer: Person, *entries: Entry) -> None:
    invite(cohort, entries, inviter=trainer, language="en", now=NOW)


# --- one change at a time -----------------------------------------------------------------------


def test_whoever_joins_has_a_place_in_the_order_of_names(
    context: Flask, cohort: Cohort, module: Module
) -> None:
    with transaction():
        for name in ("Zoe", "Élise", "ana"):
            services.join_cohort(cohort, make_person(name=name), NOW)

    assert places(cohort) == [(name, "not-started") for name in ("ana", "Élise", "Zoe")]
    assert counts(cohort) == {"not-started": 3}


def test_a_step_moves_the_line_and_the_counts(
    context: Flask, cohort: Cohort, learner: Person, module: Module
) -> None:
    with transaction():
        services.join_cohort(cohort, learner, NOW)
        enrolment = make_enrolment(learner, module)
        learning.complete_lesson(enrolment, module, "welcome", NOW)

    assert counts(cohort) == {"in-progress": 1}
    assert find_wrong_lines(cohort.id) == []


def test_whoever_joins_after_some_steps_brings_them(
    context: Flask, cohort: Cohort, learner: Person, module: Module
) -> None:
    with transaction():
        finish_lessons(make_enrolment(learner, module), module)
    with transaction():
        services.join_cohort(cohort, learner, NOW)

    assert counts(cohort) == {"in-progress": 1}


def test_the_invited_have_a_place_until_they_come(
    context: Flask, cohort: Cohort, trainer: Person, learner: Person
) -> None:
    with transaction():
        ask(cohort, trainer, Entry("Bea", "bea@example.org"), Entry("", "carl@example.org"))
    before = places(cohort)
    mail = db.session.scalars(select(OutboxMessage).order_by(OutboxMessage.id)).first()
    assert mail is not None

    with transaction():
        accept(token_in(mail), learner, adds_address=False, now=NOW)

    assert before == [("Bea", "invited"), ("carl@example.org", "invited")]
    assert places(cohort) == [(learner.name, "not-started"), ("carl@example.org", "invited")]
    assert counts(cohort) == {"invited": 1, "not-started": 1}


def test_an_invitation_that_is_removed_takes_its_place_along(
    context: Flask, cohort: Cohort, trainer: Person
) -> None:
    with transaction():
        ask(cohort, trainer, Entry("Bea", "bea@example.org"))
    line = db.session.scalars(select(RosterLine)).one()
    with transaction():
        withdraw(cohort, line.id, actor=trainer, now=NOW)

    assert (places(cohort), counts(cohort)) == ([], {})


def test_who_comes_by_another_way_is_not_waited_for(
    context: Flask, cohort: Cohort, trainer: Person, learner: Person
) -> None:
    with transaction():
        ask(cohort, trainer, Entry("Ana by hand", learner.email))
        services.join_cohort(cohort, learner, NOW)

    assert places(cohort) == [(learner.name, "not-started")]


def test_an_address_that_is_added_or_removed_says_who_is_waited_for(
    context: Flask, cohort: Cohort, trainer: Person, learner: Person
) -> None:
    person = db.session.get_one(Person, learner.id)
    with transaction():
        services.join_cohort(cohort, person, NOW)
        ask(cohort, trainer, Entry("", "other@example.org"))
    seen = [len(places(cohort))]
    with transaction():
        emails.add_proven_email(person, "other@example.org", NOW)
    seen.append(len(places(cohort)))
    with transaction():
        emails.remove_email(person, emails.list_emails(person.id)[-1].id, NOW)
    seen.append(len(places(cohort)))

    assert seen == [2, 1, 2]


def test_a_new_name_finds_its_place(context: Flask, cohort: Cohort, stages: object) -> None:
    person = db.session.scalars(select(Person).where(Person.name == "Zoe New")).one()

    with transaction():
        rename(person, "Abe New")

    assert places(cohort)[1] == ("Abe New", "not-started")
    assert find_wrong_lines(cohort.id) == []


def test_a_merge_and_its_undoing_are_followed(
    context: Flask, cohort: Cohort, trainer: Person, module: Module
) -> None:
    with transaction():
        keep, other = make_person(name="Ana Keep"), make_person(name="Ana Other")
        services.join_cohort(cohort, other, NOW)
        finish_lessons(make_enrolment(other, module), module)
    with transaction():
        merge = merge_people(keep.id, other.id, actor=ROOT, now=NOW)
    merged = (places(cohort), find_wrong_lines(cohort.id))
    with transaction():
        undo_merge(merge.id, actor=ROOT, now=NOW)

    assert merged == ([("Ana Keep", "in-progress")], [])
    assert (places(cohort), find_wrong_lines(cohort.id)) == ([("Ana Other", "in-progress")], [])


def test_a_module_that_is_added_or_taken_away_changes_the_lines(
    context: Flask, cohort: Cohort, stages: object
) -> None:
    with transaction():
        db.session.add(CohortModule(cohort_id=cohort.id, module_id="second"))
        db.session.flush()
        follow_modules(cohort.id)
    many = len(places(cohort))
    with transaction():
        db.session.query(CohortModule).filter_by(module_id=MODULE).delete()
        follow_modules(cohort.id)

    assert (many, len(places(cohort))) == (10, 5)
    assert counts(cohort) == {"not-started": 5}


def test_joining_at_once_gives_one_place(app: Flask, cohort: Cohort, learner: Person) -> None:
    at_once(app, lambda: None, lambda _: services.join_cohort(cohort, learner, NOW))

    with app.app_context():
        assert places(cohort) == [(learner.name, "not-started")]
        assert counts(cohort) == {"not-started": 1}


def test_joining_and_beginning_at_once_leaves_a_line_that_knows(
    app: Flask, cohort: Cohort, learner: Person, module: Module
) -> None:
    turns = iter(["join", "begin", "join"])

    def work(turn: str) -> None:
        if turn == "join":
            services.join_cohort(cohort, learner, NOW)
        else:
            make_enrolment(db.session.get_one(Person, learner.id), module)

    at_once(app, lambda: next(turns), work)

    with app.app_context():
        assert find_wrong_lines(cohort.id) == []
        assert db.session.scalars(select(ReportLine.setting)).one() != ""


# --- whatever happens ---------------------------------------------------------------------------

EVENTS = st.lists(
    st.tuples(
        st.sampled_from(
            ["join", "invite", "lesson", "test", "setting", "rename", "claim", "leave", "settle"]
        ),
        st.integers(0, 2),
    ),
    max_size=12,
)


@settings(
    max_examples=15,
    suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow],
)
@given(events=EVENTS)
def test_the_lines_are_right_whatever_happens(
    context: Flask, module: Module, events: list[tuple[str, int]]
) -> None:
    with transaction():
        trainer = make_person(role=Role.TRAINER)
        people = [make_person(name=f"Person {number}") for number in range(3)]
        cohort = services.create_cohort(
            trainer, name="All", organisation=None, module_ids=[MODULE], now=NOW
        )
    for event, number in events:
        with transaction():
            _happen(event, number, cohort, trainer, people[number], module)
        assert find_wrong_lines(cohort.id) == []
        before = places(cohort)
        with transaction():
            settle(cohort.id)
        assert places(cohort) == before
    db.session.rollback()
    empty_tables()


def _happen(
    event: str, number: int, cohort: Cohort, trainer: Person, person: Person, module: Module
) -> None:
    if event == "join":
        services.join_cohort(cohort, person, NOW)
    elif event == "invite":
        ask(cohort, trainer, Entry("", f"invited{number}@example.org"), Entry("", person.email))
    elif event == "rename":
        rename(person, f"Nobody {number}")
    elif event == "claim":
        _claim(f"invited{number}@example.org", person)
    elif event == "leave":
        for row in emails.list_emails(person.id)[1:]:
            emails.remove_email(person, row.id, NOW)
    elif event in {"lesson", "test", "setting"}:
        _learn(event, number, person, module)


def _claim(address: str, person: Person) -> None:
    if address not in {row.email for row in emails.list_emails(person.id)}:
        emails.add_proven_email(person, address, NOW)


def _learn(event: str, number: int, person: Person, module: Module) -> None:
    enrolment = find_enrolment(person.id, module.id)
    if event == "setting" or enrolment is None:
        make_enrolment(person, module, setting=module.spec.settings[number])
    elif event == "lesson":
        learning.complete_lesson(enrolment, module, module.spec.lessons[number].id, NOW)
    elif event == "test" and not assessments.list_attempts(enrolment.id, assessments.PRE):
        take_test(enrolment, module, assessments.PRE)


# --- repairing ----------------------------------------------------------------------------------


@pytest.mark.parametrize(
    "damage",
    [
        "DELETE FROM report_lines WHERE state = 'completed'",
        "DELETE FROM roster_places",
        "UPDATE report_counts SET people = people + 7",
        "UPDATE report_lines SET state = 'passed', active_at = 5",
        "UPDATE roster_places SET name = 'x', sort_name = 'x'",
    ],
)
def test_settling_mends_whatever_was_damaged(
    context: Flask, cohort: Cohort, stages: object, damage: str
) -> None:
    before = (places(cohort), counts(cohort))
    with transaction() as session:
        session.execute(text(damage))

    with transaction():
        settle(cohort.id)

    assert (places(cohort), counts(cohort)) == before
    assert find_wrong_lines(cohort.id) == []


def test_a_wrong_line_and_a_wrong_count_are_found(
    context: Flask, cohort: Cohort, stages: object
) -> None:
    with transaction():
        db.session.execute(update(ReportLine).values(active_at=7))
    lines = find_wrong_lines(cohort.id)
    with transaction():
        db.session.execute(update(ReportCount).values(people=9))

    assert len(lines) > 0
    assert len(find_wrong_lines(cohort.id)) > len(lines)


# --- pure ---------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("text", "folded"),
    [
        ("Élise  NEW", "elise new"),
        ("Straße", "strasse"),
        ("José Ñandú", "jose nandu"),
        ("  ", ""),
        ("Nguyễn", "nguyen"),
        ("夜班", "夜班"),
        ("Ａｎａ", "ana"),
    ],
)
def test_names_compare_without_case_and_accents(text: str, folded: str) -> None:
    assert fold(text) == folded


@given(st.text(max_size=300))
def test_folding_twice_is_folding_once_and_fits(text: str) -> None:
    assert fold(fold(text)) == fold(text)
    assert len(fold(text)) <= LONGEST_KEY
