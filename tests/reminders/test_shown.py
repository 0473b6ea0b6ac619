"""Reminding those whom the report shows: whom the filters leave, by the rules of every reminder."""

from __future__ import annotations

from datetime import timedelta

import pytest
from flask import Flask
from sqlalchemy import func, select

from soar_lms.access import Role
from soar_lms.accounts.models import Person
from soar_lms.audit.models import AuditEntry
from soar_lms.catalogue.model import Module
from soar_lms.cohorts import report_search
from soar_lms.cohorts import services as cohorts
from soar_lms.cohorts.filters import Due, Filters
from soar_lms.cohorts.invitations import invite
from soar_lms.cohorts.models import Cohort
from soar_lms.cohorts.roster import Entry
from soar_lms.cohorts.shown import Shown
from soar_lms.database import db, transaction
from soar_lms.learning.renewal import Status
from soar_lms.messages.bounces import note_bounce
from soar_lms.reminders import shown
from soar_lms.reminders.models import Reminder
from soar_lms.reminders.planning import TODAY, ArchivedError
from soar_lms.reminders.shown import (
    INVITED,
    UNCONFIRMED,
    TooManyRemindersError,
    preview_shown,
    remind_shown,
)
from tests.factories import NOW, make_certificate, make_person
from tests.reminders.conftest import MORNING, NIGHT, UNFINISHED, Work, archive, change, log_of
from tests.support.databases import close_connections
from tests.support.queries import statements_of
from tests.support.together import at_once

pytestmark = pytest.mark.usefixtures("context")
People = dict[str, Person]
MODULE = "soar-to-health-and-wellness"
PASSED, NEW = Filters(state=Status.PASSED), Filters(state=Status.NOT_STARTED)


def count() -> int:
    return db.session.scalar(select(func.count()).select_from(Reminder)) or 0


def send(cohort: Cohort, actor: Person, filters: Filters = PASSED) -> dict[str, int]:
    with transaction():
        return dict(remind_shown(Shown(cohort, filters), actor=actor, now=NOW).counts)


# --- who it is ----------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("filters", "readers"),
    [
        pytest.param(Filters(), UNFINISHED, id="everybody"),
        pytest.param(PASSED, ["passed@example.org"], id="state"),
        pytest.param(Filters(state=Status.COMPLETED), [], id="completed"),
        pytest.param(Filters(language="es"), ["begun@example.org"], id="language"),
        pytest.param(Filters(text="zoe"), ["new@example.org"], id="text"),
        pytest.param(Filters(text="example zoe"), ["new@example.org"], id="two-words"),
        pytest.param(Filters(due=Due.WEEK), UNFINISHED, id="due"),
        pytest.param(Filters(due=Due.LATE), [], id="late"),
        pytest.param(Filters(module=MODULE, due=Due.WEEK), UNFINISHED, id="module-and-due"),
        pytest.param(Filters(setting="public-health"), [], id="setting"),
        pytest.param(Filters(module="nonsense"), [], id="module"),
    ],
)
@pytest.mark.usefixtures("people")
def test_those_are_reminded_whom_the_filters_leave(
    group: Cohort, trainer: Person, filters: Filters, readers: list[str]
) -> None:
    with transaction():
        group_and_filters = Shown(group, filters)
        found = preview_shown(group_and_filters, NOW)
        remind_shown(group_and_filters, actor=trainer, now=NOW)

    assert log_of(group) == dict.fromkeys(readers, ("planned", ""))
    assert sorted(item.email for item in found.first) == readers
    assert found.people == len(readers)


@pytest.mark.usefixtures("people")
def test_a_search_that_finds_a_great_many_reminds_all_of_them(
    group: Cohort, trainer: Person, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(report_search, "MOST_FOUND", 1)

    send(group, trainer, Filters(text="example"))

    assert sorted(log_of(group)) == UNFINISHED


def test_a_preview_says_why_the_others_get_none_and_changes_nothing(
    group: Cohort, people: People, trainer: Person
) -> None:
    change(people["new"], reminders_off_at=NOW)
    with transaction():
        note_bounce(people["begun"].email, "5.1.1", NOW)
        for name in ("Closed", "Unconfirmed"):
            people[name] = make_person(name=name)
            cohorts.join_cohort(group, people[name], NOW)
        entry = Entry("Invited", "invited@example.org")
        invite(group, [entry], inviter=trainer, language="en", now=NOW)
    change(people["Closed"], active=False)
    change(people["Unconfirmed"], confirmed_at=None)

    found = preview_shown(Shown(group, Filters()), NOW)

    reasons = ("", "completed", "opted-out", "bouncing", "closed", UNCONFIRMED, INVITED)
    assert found.tally.counts == dict.fromkeys(reasons, 1)
    assert [item.name for item in found.first] == ["Bea Passed"]
    assert count() == 0


def test_of_several_modules_people_and_e_mails_are_counted_apart(pack_app: Flask) -> None:
    with pack_app.app_context():
        with transaction():
            trainer = make_person(role=Role.TRAINER)
            cohort = cohorts.create_cohort(
                trainer,
                name="Two",
                organisation=None,
                module_ids=["garden", "second"],
                now=NOW,
            )
            for name in ("Ana", "Ben"):
                cohorts.join_cohort(cohort, make_person(name=name), NOW)
        found = preview_shown(Shown(cohort, Filters()), NOW)
        counts = send(cohort, trainer, Filters(module="second"))
        rest = send(cohort, trainer, Filters())
        rows = count()
        close_connections()

    assert (found.people, found.tally.modules) == (2, {"garden": 2, "second": 2})
    assert [(item.name, item.mails) for item in found.first] == [("Ana", 2), ("Ben", 2)]
    assert (counts, rest, rows) == ({"": 2}, {"": 2, TODAY: 2}, 4)


# --- the rules ----------------------------------------------------------------------------------


@pytest.mark.usefixtures("people")
def test_a_second_time_on_a_day_nobody_gets_another_and_the_audit_trail_has_one_line(
    group: Cohort, trainer: Person
) -> None:
    counts = [send(group, trainer), send(group, trainer)]

    assert (counts, count()) == ([{"": 1}, {TODAY: 1}], 1)
    (entry,) = db.session.scalars(select(AuditEntry).where(AuditEntry.action == "reminded"))
    assert entry.facts == {"cohort": group.id, "number": 1}


def test_who_belongs_to_them_is_asked_again_when_the_button_is_pressed(
    group: Cohort, people: People, trainer: Person, module: Module
) -> None:
    before = preview_shown(Shown(group, NEW), NOW)
    with transaction():
        make_certificate(people["new"], module)

    assert (before.people, send(group, trainer, NEW), count()) == (2, {"": 1}, 1)


def test_whoever_completes_before_it_leaves_gets_none(
    group: Cohort, people: People, trainer: Person, module: Module, work: Work
) -> None:
    send(group, trainer, NEW)
    with transaction():
        make_certificate(people["new"], module)

    work()

    assert log_of(group)["new@example.org"] == ("withdrawn", "completed")


@pytest.mark.usefixtures("people")
def test_at_night_it_leaves_in_the_morning(group: Cohort, trainer: Person) -> None:
    with transaction():
        tally = remind_shown(Shown(group, Filters()), actor=trainer, now=NIGHT)

    assert tally.later == 3
    assert set(db.session.scalars(select(Reminder.send_at))) == {MORNING}


@pytest.mark.usefixtures("people")
def test_two_trainers_who_press_at_once_remind_once(
    app: Flask, group: Cohort, trainer: Person
) -> None:
    tallies = at_once(
        app,
        lambda: Shown(db.session.get_one(Cohort, group.id), Filters()),
        lambda found: remind_shown(found, actor=trainer, now=NOW),
    )

    assert count() == 3
    assert sorted(tally.mails for tally in tallies) == [0, 0, 3]


@pytest.mark.usefixtures("people")
def test_in_a_group_that_is_history_nobody_is_reminded(group: Cohort, trainer: Person) -> None:
    archive(group)

    with pytest.raises(ArchivedError):
        send(group, trainer)
    assert count() == 0


@pytest.mark.usefixtures("people")
def test_more_than_can_be_sent_together_are_refused_and_nobody_is_reminded(
    group: Cohort, trainer: Person, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(shown, "MOST", 2)

    with pytest.raises(TooManyRemindersError):
        send(group, trainer, Filters())
    assert (count(), send(group, trainer)) == (0, {"": 1})


@pytest.mark.usefixtures("people")
def test_it_takes_as_many_statements_however_many_people_there_are(
    group: Cohort, trainer: Person
) -> None:
    def statements(now_at: timedelta) -> int:
        with statements_of(db.engine) as found, transaction():
            remind_shown(Shown(group, Filters()), actor=trainer, now=NOW + now_at)
        return len(found)

    few = statements(timedelta())
    with transaction():
        for _ in range(20):
            cohorts.join_cohort(group, make_person(), NOW)

    assert (few, statements(timedelta(days=1)), count()) == (6, 6, 3 + 23)
