"""The trainer's pages: the ladder of a group, a reminder now, the log, one member."""

from __future__ import annotations

from collections.abc import Callable

import pytest
from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy import select

from soar_lms.accounts.models import Person
from soar_lms.clock import utc_now
from soar_lms.cohorts import services as cohorts
from soar_lms.cohorts.models import Cohort
from soar_lms.database import db, transaction
from soar_lms.reminders.ladder import Ladder
from soar_lms.reminders.models import Reminder, ReminderLadder
from soar_lms.reminders.services import Terms, get_terms
from tests.conftest import SignIn
from tests.factories import make_person
from tests.reminders.conftest import archive, change, set_due
from tests.support.page import get_page, text_of
from tests.support.quick import post, summary, value_of, words

MODULE = "soar-to-health-and-wellness"


@pytest.fixture
def place(group: Cohort) -> str:
    return f"/cohorts/{group.id}/reminders"


@pytest.fixture
def member(group: Cohort, people: dict[str, Person]) -> str:
    return f"/en/cohorts/{group.id}/members/{people['new'].id}/reminders"


def rows(app: Flask) -> list[Reminder]:
    with app.app_context():
        return list(db.session.scalars(select(Reminder).order_by(Reminder.id)))


# --- the ladder ---------------------------------------------------------------------------------


def test_the_page_shows_what_was_chosen_and_saves_what_is(
    app: Flask, as_trainer: FlaskClient, group: Cohort, place: str
) -> None:
    page = as_trainer.get(f"/en{place}")
    form = {"is_on": "y", "before": "7; 21", "after": "", "invite_after": "14"}

    response = post(as_trainer, f"/en{place}", form)

    assert (value_of(page, "before"), value_of(page, "after")) == ("14, 3", "3, 10")
    assert response.location == f"/en{place}"
    with app.app_context():
        wanted = Terms(is_on=True, ladder=Ladder((7, 21), on_day=False, after=()), invite_after=14)
        assert get_terms(group) == wanted


@pytest.mark.parametrize(
    ("changes", "said"),
    [
        ({"before": "soon"}, "Write at most 5 numbers from 1 to 90, with commas between them."),
        ({"after": "0"}, "Write at most 5 numbers from 1 to 90, with commas between them."),
        ({"after": "1 2 3 4 5 6"}, "Write at most 5 numbers from 1 to 90"),
    ],
)
def test_what_cannot_be_read_is_said_and_stays_in_its_field(
    app: Flask, as_trainer: FlaskClient, place: str, changes: dict[str, str], said: str
) -> None:
    form = {"is_on": "y", "before": "1", "after": "1", "invite_after": ""} | changes

    response = post(as_trainer, f"/en{place}", form)

    assert response.status_code == 422
    assert said in summary(response)[0]
    (name,) = changes
    assert value_of(response, name) == changes[name]


def test_a_module_without_a_due_day_is_said_kindly(
    app: Flask, as_trainer: FlaskClient, group: Cohort, place: str
) -> None:
    with app.app_context(), transaction():
        set_due(group, None)

    page = get_page(as_trainer, f"/en{place}")

    assert "no due day yet" in text_of(page, "table")
    assert "Set a due date in the settings of the group" in text_of(page, ".box")


def test_the_page_of_the_group_leads_to_it(
    as_trainer: FlaskClient, group: Cohort, people: dict[str, Person], place: str
) -> None:
    page = get_page(as_trainer, f"/en/cohorts/{group.id}")

    assert page.select_one(f'a[href="/en{place}"]') is not None


# --- a reminder now -----------------------------------------------------------------------------


@pytest.mark.usefixtures("people")
def test_the_preview_shows_who_and_what_and_sends_nothing(
    app: Flask, as_trainer: FlaskClient, place: str
) -> None:
    page = get_page(as_trainer, f"/en{place}/{MODULE}/send")

    assert "Gets the e-mail: 3" in text_of(page, ".tally")
    assert [name.text for name in page.select("tbody bdi")] == [
        "Bea Passed",
        "Carla Begun",
        "Zoe New",
    ]
    assert [item["lang"] for item in page.select(".mail")] == ["en"] * 3 + ["es"] * 3
    assert "Recordatorio: su capacitación" in page.select(".mail")[-1].text
    assert rows(app) == []


@pytest.mark.usefixtures("people")
def test_sending_says_how_many_and_leads_to_the_log(
    app: Flask, as_trainer: FlaskClient, place: str
) -> None:
    response = post(as_trainer, f"/en{place}/{MODULE}/send")
    log = as_trainer.get(response.location)
    again = as_trainer.get(post(as_trainer, f"/en{place}/{MODULE}/send").location)

    assert response.location == f"/en{place}/log"
    assert "3 people are reminded." in words(log)
    assert "3 people had a reminder of this module today and get no second one." in words(again)
    assert len(rows(app)) == 3


@pytest.mark.usefixtures("people")
def test_in_an_archived_group_it_cannot_be_sent(
    app: Flask, as_trainer: FlaskClient, group: Cohort, place: str
) -> None:
    with app.app_context():
        archive(group)

    page = get_page(as_trainer, f"/en{place}/{MODULE}/send")
    response = post(as_trainer, f"/en{place}/{MODULE}/send")

    assert page.select("main form") == []
    assert (response.status_code, rows(app)) == (409, [])


def test_a_module_that_the_group_does_not_take_has_no_page(
    as_trainer: FlaskClient, place: str
) -> None:
    assert as_trainer.get(f"/en{place}/nonsense/send").status_code == 404


@pytest.mark.parametrize("language", ["en", "es"])
def test_when_everybody_has_completed_the_page_says_so(
    as_trainer: FlaskClient, place: str, language: str
) -> None:
    page = get_page(as_trainer, f"/{language}{place}/{MODULE}/send")

    assert page.select("main form") == []


# --- the log ------------------------------------------------------------------------------------


def test_the_log_is_turned_over_and_narrowed(
    app: Flask, as_trainer: FlaskClient, group: Cohort, place: str
) -> None:
    with app.app_context(), transaction():
        for number in range(60):
            cohorts.join_cohort(group, make_person(name=f"Nadie {number}"), utc_now())
    post(as_trainer, f"/en{place}/{MODULE}/send")
    with app.app_context():
        change(rows(app)[0], state="bounced")

    first = get_page(as_trainer, f"/en{place}/log")
    older = first.select_one('a[rel="next"]')
    assert older is not None
    second = get_page(as_trainer, str(older["href"]))
    bounced = get_page(as_trainer, f"/en{place}/log?state=bounced")

    assert [len(page.select("tbody tr")) for page in (first, second, bounced)] == [50, 10, 1]
    assert "Came back" in text_of(bounced, "tbody tr")


@pytest.mark.parametrize("query", ["state=nonsense", "before=x", "before=99999999999999999999"])
def test_nonsense_in_the_address_of_the_log_is_left_out(
    as_trainer: FlaskClient, place: str, query: str
) -> None:
    get_page(as_trainer, f"/en{place}/log?{query}")


# --- one member ---------------------------------------------------------------------------------


def test_a_member_is_reminded_and_the_page_says_so(
    app: Flask, as_trainer: FlaskClient, member: str
) -> None:
    before = get_page(as_trainer, member)

    response = post(as_trainer, member, {"module": MODULE})
    after = get_page(as_trainer, member)

    assert before.select_one("main form") is not None
    assert response.location == member
    assert "No reminder can be sent now: had a reminder today." in after.text
    assert [row.kind for row in rows(app)] == ["manual"]


@pytest.mark.parametrize(
    ("who", "said"),
    [
        ("done", "No reminder is needed."),
        ("new", "No reminder can be sent now: does not want reminders."),
    ],
)
def test_whoever_is_not_to_be_reminded_has_no_button(
    app: Flask,
    as_trainer: FlaskClient,
    group: Cohort,
    people: dict[str, Person],
    who: str,
    said: str,
) -> None:
    with app.app_context():
        change(people["new"], reminders_off_at=utc_now())

    page = get_page(as_trainer, f"/en/cohorts/{group.id}/members/{people[who].id}/reminders")

    assert page.select("main form") == []
    assert said in page.text


@pytest.mark.usefixtures("group")
def test_another_trainer_reaches_none_of_it(
    person: Callable[..., Person], sign_in: SignIn, place: str, member: str
) -> None:
    client = sign_in(person(role="trainer"))

    addresses = (f"/en{place}", f"/en{place}/log", f"/en{place}/{MODULE}/send", member)

    assert [client.get(address).status_code for address in addresses] == [404] * 4


def test_a_group_that_has_chosen_nothing_shows_the_offer(
    app: Flask, as_trainer: FlaskClient, group: Cohort, place: str
) -> None:
    with app.app_context(), transaction():
        db.session.delete(db.session.get_one(ReminderLadder, group.id))

    page = get_page(as_trainer, f"/en{place}")

    assert page.select_one('#before[value="14, 3"]') is not None
    assert page.select_one("#is_on[checked]") is None
