"""What a group agrees on is changed by one at a time, and nobody's record is lost by it."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from datetime import date

import pytest
from flask import Flask
from sqlalchemy import select

from soar_lms.accounts.models import Person
from soar_lms.audit.models import AuditEntry
from soar_lms.cohorts import services
from soar_lms.cohorts.group_wording import say_differences
from soar_lms.cohorts.models import Cohort, CohortState, ReportLine
from soar_lms.cohorts.places import find_wrong_lines
from soar_lms.cohorts.services import GroupArchivedError
from soar_lms.cohorts.terms import (
    Terms,
    TermsChangedError,
    change_state,
    change_terms,
    read_terms,
)
from soar_lms.content import get_module
from soar_lms.database import db, transaction
from soar_lms.learning.models import KeptStanding
from tests.cohorts.conftest import MODULE
from tests.factories import NOW, make_enrolment
from tests.support.together import at_once

DAY = date(2027, 3, 1)
OFFERED = [MODULE, "second"]
NEW = Terms("Day shift", "Riverside", "America/Denver", {MODULE: DAY, "second": None})


@pytest.fixture
def change(context: Flask, cohort: Cohort, trainer: Person) -> Callable[..., None]:
    """Return a function that changes the cohort as somebody does who has just opened its page."""

    def make(terms: Terms, version: int | None = 1) -> None:
        with transaction():
            change_terms(cohort, terms, version=version, offered=OFFERED, actor=trainer, now=NOW)

    return make


def stored(cohort: Cohort) -> Cohort:
    return db.session.get_one(Cohort, cohort.id, populate_existing=True)


def actions() -> list[str]:
    return list(db.session.scalars(select(AuditEntry.action).order_by(AuditEntry.id)))


def test_everything_that_is_agreed_on_can_be_changed(
    cohort: Cohort, change: Callable[..., None]
) -> None:
    change(NEW)

    assert read_terms(stored(cohort)) == NEW
    assert services.list_due_days(cohort) == {MODULE: DAY}
    assert actions() == ["group-changed"]


def test_the_same_once_more_changes_nothing(cohort: Cohort, change: Callable[..., None]) -> None:
    for _ in range(2):
        change(NEW)

    assert stored(cohort).version == 2
    assert actions() == ["group-changed"]


@pytest.mark.parametrize("version", [1, None, 99])
def test_what_somebody_else_saved_is_not_overwritten_unseen(
    cohort: Cohort, change: Callable[..., None], version: int | None
) -> None:
    change(NEW)

    with pytest.raises(TermsChangedError) as caught:
        change(replace(NEW, name="Night shift"), version)

    assert (caught.value.now, caught.value.version) == (NEW, 2)
    assert read_terms(stored(cohort)).name == "Day shift"
    change(replace(NEW, name="Night shift"), caught.value.version)
    assert read_terms(stored(cohort)).name == "Night shift"


def test_of_several_who_change_a_group_at_once_one_is_not_told(
    app: Flask, cohort: Cohort, trainer: Person
) -> None:
    names = ["One", "Two", "Three"]

    def save(left: list[str]) -> str:
        terms = replace(NEW, name=left.pop())
        try:
            change_terms(cohort, terms, version=1, offered=OFFERED, actor=trainer, now=NOW)
        except TermsChangedError as error:
            db.session.rollback()
            return error.now.name
        return terms.name

    found = at_once(app, lambda: names, save)

    with app.app_context():
        assert set(found) == {read_terms(stored(cohort)).name}


def test_a_module_that_the_site_no_longer_has_stays(
    cohort: Cohort, change: Callable[..., None]
) -> None:
    change(NEW)

    with transaction():
        change_terms(
            cohort,
            replace(NEW, due_days={MODULE: DAY}),
            version=2,
            offered=[MODULE],
            actor=db.session.get_one(Person, 1),
            now=NOW,
        )

    assert services.list_module_ids(cohort) == ["second", MODULE]


def test_a_module_taken_out_leaves_the_report_and_no_record(
    cohort: Cohort, learner: Person, change: Callable[..., None]
) -> None:
    with transaction():
        services.join_cohort(cohort, learner, NOW)
        make_enrolment(learner, get_module(MODULE))

    change(replace(NEW, due_days={"second": None}))
    assert list(db.session.scalars(select(ReportLine.module_id))) == ["second"]
    assert db.session.query(KeptStanding).count() == 1

    change(NEW, 2)
    assert find_wrong_lines(cohort.id) == []
    assert db.session.query(ReportLine).count() == 2


def test_differences_are_said_in_words(app: Flask) -> None:
    with app.test_request_context("/en/"):
        mine = Terms("A", None, "America/Denver", {})
        saved = Terms("B", "Clinic", "UTC", {MODULE: DAY})

        said = [(item.label, item.saved) for item in say_differences(saved, mine)]

    assert said == [
        ("Name of the group", "B"),
        ("Organization", "Clinic"),
        ("Time zone", "Coordinated Universal Time (UTC)"),
        ("SOAR to Health and Wellness", "taken, due on March 1, 2027"),
    ]


def test_a_state_is_chosen_once_however_often_it_is_clicked(
    context: Flask, cohort: Cohort, trainer: Person
) -> None:
    for state in (CohortState.CLOSED, CohortState.CLOSED, CohortState.ARCHIVED, CohortState.OPEN):
        with transaction():
            change_state(cohort, state, actor=trainer, now=NOW)

    assert actions() == ["group-closed", "group-archived", "group-opened"]
    services.require_open(cohort)


def test_the_archive_agrees_on_nothing_new(
    cohort: Cohort, trainer: Person, change: Callable[..., None]
) -> None:
    with transaction():
        change_state(cohort, CohortState.ARCHIVED, actor=trainer, now=NOW)

    with pytest.raises(GroupArchivedError):
        change(NEW)
