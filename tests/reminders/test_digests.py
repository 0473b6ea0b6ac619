"""The weekly summary: on Monday morning, once, and only when there is something to say."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta

import pytest
from flask import Flask
from sqlalchemy import select, update

from soar_lms.accounts.models import Person
from soar_lms.cohorts.models import Cohort, ReportLine
from soar_lms.database import db, transaction
from soar_lms.messages.models import OutboxMessage
from soar_lms.reminders import digests
from soar_lms.reminders.jobs import plan_reminders, write_digests
from soar_lms.reminders.models import Reminder
from tests.factories import NOW
from tests.reminders.conftest import DUE, archive, change, set_due
from tests.support.queries import statements_of
from tests.support.together import at_once

DAY = timedelta(days=1)
MONDAY = datetime(2026, 11, 23, 13, 0, tzinfo=UTC)
"""Eight in the morning in New York."""


def letters() -> list[OutboxMessage]:
    statement = select(OutboxMessage).where(OutboxMessage.kind == "weekly-digest")
    return list(db.session.scalars(statement.order_by(OutboxMessage.id)))


pytestmark = pytest.mark.usefixtures("context")


@pytest.mark.usefixtures("people")
def test_on_monday_morning_a_trainer_reads_the_week_in_numbers(
    group: Cohort, trainer: Person
) -> None:
    write_digests(MONDAY)

    (letter,) = letters()
    assert (letter.recipient, letter.subject) == (trainer.email, "Your groups this week")
    assert "November 16, 2026 to November 22, 2026" in letter.body
    assert "Night shift\n- 1 module completed\n- 3 due in the next seven days\n" in letter.body
    assert f"/en/cohorts/{group.id}\n" in letter.body
    assert (letter.unsubscribe_url or "-") in letter.body


@pytest.mark.usefixtures("people")
def test_who_is_late_and_whom_reminders_do_not_reach_is_said(group: Cohort) -> None:
    plan_reminders(NOW)
    with transaction():
        set_due(group, DUE - 9 * DAY)
        db.session.execute(update(Reminder).values(state="bounced", changed_at=NOW))

    write_digests(MONDAY)

    assert "- 3 late\n- 3 people whom reminders do not reach\n" in letters()[0].body


@pytest.mark.usefixtures("people", "group")
@pytest.mark.parametrize(
    ("hours", "count"),
    [
        pytest.param(-1, 0, id="too-early"),
        pytest.param(0, 1, id="monday"),
        pytest.param(24, 1, id="tuesday-when-monday-was-missed"),
        pytest.param(48, 0, id="wednesday"),
        pytest.param(13, 0, id="in-the-evening"),
    ],
)
def test_it_is_written_in_the_morning_of_the_week(hours: int, count: int) -> None:
    write_digests(MONDAY + timedelta(hours=hours))

    assert len(letters()) == count


@pytest.mark.usefixtures("people", "group")
def test_it_is_written_once_a_week_in_the_trainers_zone(trainer: Person) -> None:
    change(trainer, time_zone="Pacific/Honolulu")

    for hours in range(16 * 24):
        write_digests(MONDAY + timedelta(hours=hours))

    assert [letter.created_at for letter in letters()] == [
        MONDAY + timedelta(hours=5, days=7 * number) for number in range(3)
    ]


@pytest.mark.usefixtures("people", "group")
def test_two_workers_at_once_write_one_summary(app: Flask) -> None:
    at_once(
        app,
        lambda: digests.list_mornings(MONDAY)[0],
        lambda zones: digests.write_digests(zones, MONDAY),
    )

    assert len(letters()) == 1


@pytest.mark.usefixtures("people")
@pytest.mark.parametrize("what", ["refused", "archived", "nothing"])
def test_there_is_none_for_whoever_does_not_want_it_or_has_nothing_to_read(
    group: Cohort, trainer: Person, what: str
) -> None:
    if what == "refused":
        change(trainer, digest_off_at=NOW)
    elif what == "archived":
        archive(group)
    else:
        with transaction():
            set_due(group, date(2027, 5, 1))
            db.session.execute(update(ReportLine).values(completed_day=0))

    write_digests(MONDAY)

    assert letters() == []


@pytest.mark.usefixtures("people", "group")
def test_a_trainer_who_has_nothing_to_read_is_not_looked_at_again(trainer: Person) -> None:
    with transaction():
        db.session.execute(update(ReportLine).values(completed_day=0, state="completed"))

    counts = [write_digests(MONDAY), write_digests(MONDAY)]

    assert (counts, letters()) == ([1, 0], [])


@pytest.mark.usefixtures("people", "group")
def test_the_numbers_take_two_queries() -> None:
    with statements_of(db.engine) as statements:
        write_digests(MONDAY)

    assert sum("report_lines" in item for item in statements) == 1
    assert sum("FROM reminders" in item for item in statements) == 1
