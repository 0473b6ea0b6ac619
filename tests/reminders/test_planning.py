"""Planning: a row for everybody who is to be reminded, once for each person, module and day."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date, timedelta
from typing import Any

import pytest
from flask import Flask
from sqlalchemy import func, select, update

from soar_lms.accounts.models import Person
from soar_lms.audit.models import AuditEntry
from soar_lms.catalogue.model import Module
from soar_lms.cohorts import services as cohorts
from soar_lms.cohorts.models import Cohort, ReportLine
from soar_lms.content import catalogue
from soar_lms.database import db, transaction
from soar_lms.messages.bounces import note_bounce
from soar_lms.reminders import planning
from soar_lms.reminders.jobs import plan_reminders
from soar_lms.reminders.models import Reminder
from soar_lms.reminders.people import is_finished, select_people
from soar_lms.reminders.planning import TODAY, ArchivedError, preview, remind
from soar_lms.reminders.services import Terms, change_terms
from tests.factories import NOW, make_person
from tests.reminders.conftest import (
    DUE,
    MORNING,
    NIGHT,
    TERMS,
    UNFINISHED,
    archive,
    change,
    log_of,
    set_due,
)
from tests.support.queries import plan_blindly, statements_of
from tests.support.together import at_once

DAY = timedelta(days=1)
pytestmark = pytest.mark.usefixtures("context")


def count() -> int:
    return db.session.scalar(select(func.count()).select_from(Reminder)) or 0


# --- the ladder ---------------------------------------------------------------------------------


@pytest.mark.usefixtures("people")
def test_a_step_plans_everybody_who_has_not_completed(group: Cohort) -> None:
    planned = plan_reminders(NOW)

    assert planned == 3
    assert log_of(group) == dict.fromkeys(UNFINISHED, ("planned", ""))
    row = db.session.scalars(select(Reminder)).first()
    assert row is not None
    assert (row.kind, row.step, row.due_on, row.day) == ("ladder", -3, DUE, date(2026, 11, 22))


@pytest.mark.usefixtures("people")
def test_a_step_that_was_taken_is_not_taken_again_on_the_days_after(group: Cohort) -> None:
    plan_reminders(NOW)

    assert [plan_reminders(NOW + number * DAY) for number in (0, 1, 2)] == [0, 0, 0]


@pytest.mark.usefixtures("people", "group")
@pytest.mark.parametrize(("days", "planned"), [(-1, 0), (0, 3), (2, 3), (3, 3), (5, 3), (6, 3)])
def test_a_step_that_was_missed_is_made_up_for_once(days: int, planned: int) -> None:
    """Six days later it is the third day after the due day: one e-mail, not three."""
    assert plan_reminders(NOW + days * DAY) == planned
    assert count() == planned


@pytest.mark.usefixtures("people")
@pytest.mark.parametrize(
    "prepare",
    [
        pytest.param(archive, id="archived"),
        pytest.param(lambda cohort: in_transaction(set_due, cohort, None), id="no-due-day"),
        pytest.param(lambda cohort: in_transaction(turn_off, cohort), id="turned-off"),
    ],
)
def test_a_group_that_does_not_remind_plans_nobody(
    group: Cohort, prepare: Callable[[Cohort], None]
) -> None:
    prepare(group)

    assert plan_reminders(NOW) == 0


def in_transaction(do: Callable[..., None], *arguments: object) -> None:
    with transaction():
        do(*arguments)


def turn_off(cohort: Cohort) -> None:
    terms = Terms(is_on=False, ladder=TERMS.ladder, invite_after=None)
    change_terms(cohort, terms, actor=make_person(), now=NOW)


def test_a_closed_group_still_reminds(group: Cohort, people: dict[str, Person]) -> None:
    change(group, state="closed")

    assert plan_reminders(NOW) == len(people) - 1


@pytest.mark.usefixtures("group")
def test_whoever_sleeps_is_planned_in_the_morning(people: dict[str, Person]) -> None:
    change(people["new"], time_zone="Asia/Tokyo")  # midnight there

    assert [plan_reminders(NOW), plan_reminders(NOW + timedelta(hours=8))] == [2, 1]


@pytest.mark.usefixtures("people", "group")
def test_nobody_is_planned_at_night() -> None:
    assert [plan_reminders(NIGHT), plan_reminders(MORNING)] == [0, 3]


def test_who_wants_no_reminders_or_cannot_be_reached_is_noted_and_not_written_to(
    group: Cohort, people: dict[str, Person]
) -> None:
    change(people["new"], reminders_off_at=NOW)
    with transaction():
        note_bounce(people["begun"].email, "5.1.1", NOW)

    plan_reminders(NOW)

    assert log_of(group) == {
        "begun@example.org": ("withdrawn", "bouncing"),
        "new@example.org": ("withdrawn", "opted-out"),
        "passed@example.org": ("planned", ""),
    }


@pytest.mark.usefixtures("group")
def test_an_account_that_is_closed_or_was_never_confirmed_is_left_out(
    people: dict[str, Person],
) -> None:
    change(people["new"], active=False)
    change(people["begun"], confirmed_at=None)

    assert plan_reminders(NOW) == 1


@pytest.mark.parametrize(
    ("state", "ends", "is_reminded"),
    [
        pytest.param("completed", 0, False, id="for-ever"),
        pytest.param("completed", 1, False, id="valid"),
        pytest.param("completed", -1, True, id="expired"),
        pytest.param("renewing", 1, False, id="renewing-while-valid"),
        pytest.param("renewing", -1, True, id="renewing-too-late"),
    ],
)
def test_whoever_has_a_valid_certificate_is_not_reminded(
    group: Cohort, people: dict[str, Person], state: str, ends: int, is_reminded: bool
) -> None:
    expires_at = int((NOW + ends * DAY).timestamp()) if ends else 0
    with transaction():
        db.session.execute(
            update(ReportLine)
            .where(ReportLine.person_id == people["done"].id)
            .values(state=state, expires_at=expires_at)
        )

    plan_reminders(NOW)

    assert (people["done"].email in log_of(group)) == is_reminded
    assert is_finished(state, expires_at, NOW) != is_reminded


def add_group(trainer: Person, module: Module) -> Cohort:
    """Return another group that takes a module by the same day and reminds."""
    other = cohorts.create_cohort(
        trainer, name="Day shift", organisation=None, module_ids=[module.id], now=NOW
    )
    change_terms(other, TERMS, actor=trainer, now=NOW)
    set_due(other, DUE)
    return other


def test_two_groups_with_the_same_module_send_one(
    group: Cohort, people: dict[str, Person], module: Module, trainer: Person
) -> None:
    with transaction():
        other = add_group(trainer, module)
        cohorts.join_cohort(other, people["new"], NOW)

    planned = plan_reminders(NOW)

    assert (planned, count(), log_of(other)) == (3, 3, {})


@pytest.mark.usefixtures("people", "group")
def test_planning_at_once_plans_everybody_once(app: Flask) -> None:
    counts = at_once(
        app,
        lambda: planning.list_plans(catalogue(), NOW),
        lambda plans: sum(planning.plan_step(plan, NOW) for plan in plans),
    )

    assert (sum(counts), count()) == (3, 3)


@pytest.mark.usefixtures("people", "group")
def test_a_large_group_is_planned_in_batches() -> None:
    (plan,) = planning.list_plans(catalogue(), NOW)
    with transaction():
        first = planning.plan_step(plan, NOW, most=2)

    assert (first, plan_reminders(NOW), plan_reminders(NOW)) == (2, 1, 0)


@pytest.mark.usefixtures("people", "group")
@pytest.mark.parametrize(("most", "planned"), [(2, [2, 1, 0]), (3, [3, 0, 0]), (9, [3, 0, 0])])
def test_a_turn_of_the_worker_plans_so_many_at_the_most(
    monkeypatch: pytest.MonkeyPatch, most: int, planned: list[int]
) -> None:
    monkeypatch.setattr(planning, "BATCH", most)

    assert [plan_reminders(NOW) for _ in planned] == planned


def test_a_step_is_kept_and_holds_nothing_while_the_next_is_planned(
    group: Cohort, trainer: Person, module: Module, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A deadlock needs two that hold what the other waits for."""
    with transaction():
        other = add_group(trainer, module)
        for cohort in (group, other):
            cohorts.join_cohort(cohort, make_person(), NOW)
    write_rows, kept = planning.write_rows, []

    def write(people: Any, about: planning.About, *others: Any) -> int:
        db.session.rollback()  # what is not kept by now is gone
        kept.append(count())
        return write_rows(people, about, *others)

    monkeypatch.setattr(planning, "write_rows", write)

    assert (plan_reminders(NOW), kept) == (2, [0, 1])


def test_planning_takes_as_many_statements_however_many_people_there_are(
    group: Cohort, people: dict[str, Person]
) -> None:
    def plan() -> int:
        with statements_of(db.engine) as statements:
            plan_reminders(NOW)
        return len(statements)

    few = plan()
    with transaction():
        for _ in range(20):
            cohorts.join_cohort(group, make_person(), NOW)

    assert (plan(), count()) == (few, len(people) - 1 + 20)


# --- a trainer's word ---------------------------------------------------------------------------


def test_a_preview_says_who_would_get_it_and_who_not_and_changes_nothing(
    group: Cohort, people: dict[str, Person], module: Module
) -> None:
    change(people["new"], reminders_off_at=NOW)

    found = preview(group, module.id, NOW)

    assert found.counts == {"": 2, "opted-out": 1}
    assert (found.languages, found.later) == ({"en": 1, "es": 1}, 0)
    assert [(item.name, item.why_not) for item in found.first] == [
        ("Bea Passed", ""),
        ("Carla Begun", ""),
        ("Zoe New", "opted-out"),
    ]
    assert count() == 0


@pytest.mark.usefixtures("people")
def test_a_reminder_by_hand_goes_to_everybody_once_a_day(
    group: Cohort, module: Module, trainer: Person
) -> None:
    with transaction():
        first = remind(group, module.id, actor=trainer, now=NOW)
    with transaction():
        second = remind(group, module.id, actor=trainer, now=NOW + timedelta(hours=2))

    assert (first.counts, second.counts, count()) == ({"": 3}, {TODAY: 3}, 3)
    (entry,) = db.session.scalars(select(AuditEntry).where(AuditEntry.action == "reminded"))
    assert entry.facts == {"cohort": group.id, "module": module.id, "number": 3}


@pytest.mark.usefixtures("people")
def test_by_hand_at_night_it_leaves_in_the_morning_and_is_that_days(
    group: Cohort, module: Module, trainer: Person
) -> None:
    with transaction():
        found = remind(group, module.id, actor=trainer, now=NIGHT)

    rows = set(db.session.execute(select(Reminder.day, Reminder.send_at)).all())
    assert (found.later, rows) == (3, {(date(2026, 11, 23), MORNING)})


def test_who_wants_no_reminders_is_not_said_to_have_had_one(
    group: Cohort, people: dict[str, Person], module: Module
) -> None:
    change(people["new"], reminders_off_at=NOW)
    plan_reminders(NOW)

    assert preview(group, module.id, NOW).counts == {TODAY: 2, "opted-out": 1}


def test_by_hand_it_can_go_to_one_person(
    group: Cohort, people: dict[str, Person], module: Module, trainer: Person
) -> None:
    with transaction():
        found = remind(group, module.id, actor=trainer, now=NOW, person_ids=[people["begun"].id])

    assert (found.counts, list(log_of(group))) == ({"": 1}, ["begun@example.org"])
    entry = db.session.scalars(select(AuditEntry).where(AuditEntry.action == "reminded")).one()
    assert entry.person_id == people["begun"].id


def test_by_hand_nobody_is_reminded_who_is_in_another_group(
    group: Cohort, module: Module, trainer: Person
) -> None:
    with transaction():
        stranger = make_person()
        found = remind(group, module.id, actor=trainer, now=NOW, person_ids=[stranger.id])

    assert (found.counts, count()) == ({}, 0)


@pytest.mark.usefixtures("people")
def test_in_a_group_that_is_history_nobody_is_reminded_by_hand(
    group: Cohort, module: Module, trainer: Person
) -> None:
    archive(group)

    with pytest.raises(ArchivedError), transaction():
        remind(group, module.id, actor=trainer, now=NOW)
    assert count() == 0


@pytest.mark.usefixtures("people")
def test_two_trainers_who_send_at_once_send_once(
    app: Flask, group: Cohort, module: Module, trainer: Person
) -> None:
    found = at_once(
        app,
        lambda: db.session.get_one(Cohort, group.id),
        lambda cohort: remind(cohort, module.id, actor=trainer, now=NOW),
    )

    assert count() == 3
    assert sorted(item.counts.get("", 0) for item in found) == [0, 0, 3]


@pytest.mark.usefixtures("people")
def test_after_one_by_hand_the_ladder_does_not_write_for_the_same_step(
    group: Cohort, module: Module, trainer: Person
) -> None:
    with transaction():
        remind(group, module.id, actor=trainer, now=NOW)

    assert [plan_reminders(NOW), plan_reminders(NOW + DAY)] == [0, 0]


def test_of_one_person_few_lines_are_read_and_not_those_of_the_group(group: Cohort) -> None:
    people = select_people(group.id, None, NOW, [1]).add_columns(ReportLine.module_id)

    plan = plan_blindly(people)

    by_place = {
        "sqlite": "report_lines USING INDEX sqlite_autoindex_report_lines_1",
        "postgresql": "pk_report_lines",
    }
    assert by_place[db.engine.dialect.name] in plan
