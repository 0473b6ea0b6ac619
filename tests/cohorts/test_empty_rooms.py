"""What a room says where there is nothing yet: what will be there, and the next step."""

from __future__ import annotations

from collections.abc import Callable

import pytest
from flask import Flask
from flask.testing import FlaskClient

from soar_lms.accounts.models import Person
from soar_lms.cohorts.models import Cohort, CohortState
from soar_lms.cohorts.terms import change_state
from soar_lms.database import db, transaction
from tests.cohorts.conftest import MODULE
from tests.factories import NOW
from tests.support.page import get_page, text_of


@pytest.mark.parametrize(
    ("room", "words", "step"),
    [
        pytest.param("", "Nobody has joined yet.", "/invitations", id="report"),
        pytest.param("/progress", "you see here how many begin", "/invitations", id="progress"),
        pytest.param("/certificates", "has a certificate yet.", "", id="certificates"),
        pytest.param("/waiting", "Nobody is waiting.", "/joining", id="waiting"),
        pytest.param("/reminders/log", "No reminder was planned", "/reminders", id="log"),
        pytest.param(
            f"/reminders/{MODULE}/send", "nobody to remind", "/invitations", id="reminders"
        ),
    ],
)
def test_a_room_of_a_new_group_says_what_will_be_there_and_what_to_do(
    as_trainer: FlaskClient, cohort: Cohort, room: str, words: str, step: str
) -> None:
    place = f"/en/cohorts/{cohort.id}"

    page = get_page(as_trainer, f"{place}{room}")

    assert words in text_of(page, "main .box")
    assert page.select(f"main > p a[href='{place}{step}']")
    assert page.select("main table, main .tally, main figure") == []


def test_the_list_of_the_invited_says_what_it_is_for(
    as_trainer: FlaskClient, cohort: Cohort
) -> None:
    page = get_page(as_trainer, f"/en/cohorts/{cohort.id}/invitations")

    assert "you see here who accepted" in text_of(page, "main .box")


@pytest.mark.parametrize(
    ("state", "words", "links"),
    [
        (CohortState.CLOSED, "To let people in, open it.", 1),
        (CohortState.ARCHIVED, "Nobody was in this group.", 0),
    ],
)
def test_an_empty_group_that_takes_nobody_says_how_it_can(
    app: Flask,
    as_trainer: FlaskClient,
    trainer: Person,
    cohort: Cohort,
    state: CohortState,
    words: str,
    links: int,
) -> None:
    with app.app_context(), transaction():
        change_state(db.session.merge(cohort), state, actor=trainer, now=NOW)

    page = get_page(as_trainer, f"/en/cohorts/{cohort.id}")

    (box,) = [box for box in page.select("main .box") if words in box.get_text()]
    assert len(box.select("a[href$='/settings']")) == links


def test_a_group_whose_modules_are_gone_says_where_to_choose_others(
    as_trainer: FlaskClient, make_cohort: Callable[..., Cohort]
) -> None:
    cohort = make_cohort(module_ids=["no-longer-there"])

    page = get_page(as_trainer, f"/en/cohorts/{cohort.id}")

    assert "takes no module that this site offers" in text_of(page, "main .box")
    assert page.select(f"main .box a[href='/en/cohorts/{cohort.id}/settings']")


def test_who_would_all_get_nothing_are_told_apart_from_nobody(
    app: Flask, as_trainer: FlaskClient, cohort: Cohort, stages: dict[str, Person]
) -> None:
    place = f"/en/cohorts/{cohort.id}/reminders/{MODULE}/send"
    with app.app_context(), transaction():
        for person in stages.values():
            db.session.merge(person).reminders_off_at = NOW

    page = get_page(as_trainer, place)

    assert page.select("main form") == []
    assert "Nobody would get a reminder now" in text_of(page, "main")
