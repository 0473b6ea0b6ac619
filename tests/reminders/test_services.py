"""When a group reminds."""

from __future__ import annotations

from datetime import date

import pytest
from flask import Flask
from sqlalchemy import select

from soar_lms.accounts.models import Person
from soar_lms.audit.models import AuditEntry
from soar_lms.cohorts.models import Cohort
from soar_lms.database import db, transaction
from soar_lms.reminders.ladder import Ladder
from soar_lms.reminders.models import ReminderLadder
from soar_lms.reminders.services import Terms, change_terms, get_terms, list_dates
from tests.factories import NOW
from tests.reminders.conftest import DUE, TERMS, set_due
from tests.support.together import at_once

OTHER = Terms(is_on=True, ladder=Ladder((7,), on_day=False, after=()), invite_after=None)


@pytest.fixture
def bare(context: Flask, group: Cohort) -> Cohort:
    """Return a group that has chosen nothing yet."""
    with transaction():
        db.session.delete(db.session.get_one(ReminderLadder, group.id))
    return group


def test_a_group_is_offered_a_ladder_and_reminds_only_when_it_is_turned_on(bare: Cohort) -> None:
    assert get_terms(bare) == Terms(is_on=False, ladder=Ladder(), invite_after=None)


@pytest.mark.parametrize("terms", [TERMS, OTHER], ids=["offered", "other"])
def test_terms_that_are_saved_are_those_of_the_group(
    bare: Cohort, trainer: Person, terms: Terms
) -> None:
    with transaction():
        change_terms(bare, terms, actor=trainer, now=NOW)

    assert get_terms(bare) == terms
    entry = db.session.scalars(select(AuditEntry).order_by(AuditEntry.id.desc())).first()
    assert entry is not None
    assert (entry.action, entry.facts) == ("reminders-changed", {"cohort": bare.id})


def test_terms_saved_at_once_are_those_of_one_of_them(
    app: Flask, bare: Cohort, trainer: Person
) -> None:
    at_once(
        app,
        lambda: get_terms(bare),
        lambda _: change_terms(bare, OTHER, actor=trainer, now=NOW),
    )

    assert get_terms(bare) == OTHER


@pytest.mark.usefixtures("context")
def test_the_days_to_come_are_listed_for_modules_with_a_due_day(group: Cohort) -> None:
    with_day = list_dates(group, TERMS, NOW)
    with transaction():
        set_due(group, None)
    without = list_dates(group, TERMS, NOW)

    assert [item.due_on for item in with_day + without] == [DUE, None]
    assert with_day[0].days == [
        date(2026, 11, 22),
        DUE,
        date(2026, 11, 28),
        date(2026, 12, 5),
    ]
    assert without[0].days == []
