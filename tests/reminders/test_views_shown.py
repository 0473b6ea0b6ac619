"""The pages on which a trainer reminds those whom the report shows."""

from __future__ import annotations

from collections.abc import Callable

import pytest
from flask import Flask
from flask.testing import FlaskClient

from soar_lms.accounts.models import Person
from soar_lms.clock import utc_now
from soar_lms.cohorts import services as cohorts
from soar_lms.cohorts.models import Cohort
from soar_lms.database import transaction
from soar_lms.reminders import shown
from tests.conftest import SignIn
from tests.factories import make_person
from tests.reminders.conftest import archive, log_of
from tests.support.page import get_page, text_of
from tests.support.quick import post, words


@pytest.fixture
def place(group: Cohort) -> str:
    return f"/en/cohorts/{group.id}/reminders/send"


@pytest.mark.parametrize(
    ("query", "said"),
    [
        ("", "Remind 3 people who have not completed"),
        ("?state=passed", "Remind 1 person who has not completed"),
        ("?state=completed", None),
    ],
)
@pytest.mark.usefixtures("people")
def test_the_list_leads_to_it_with_its_filters_and_the_count(
    as_trainer: FlaskClient, group: Cohort, place: str, query: str, said: str | None
) -> None:
    page = get_page(as_trainer, f"/en/cohorts/{group.id}{query}")

    links = [(link["href"], link.text) for link in page.select(f"a[href^='{place}']")]
    assert links == ([(f"{place}{query}", said)] if said else [])


@pytest.mark.usefixtures("people")
def test_the_preview_says_who_and_the_button_sends_it_to_them(
    app: Flask, as_trainer: FlaskClient, group: Cohort, place: str
) -> None:
    page = get_page(as_trainer, f"{place}?state=passed")
    (form,) = page.select("main form")

    response = post(as_trainer, str(form["action"]))
    log = as_trainer.get(response.location)

    assert "Status: Passed" in text_of(page, ".tally")
    assert [name.text for name in page.select("tbody bdi")] == ["Bea Passed"]
    assert "1 reminder is on its way." in words(log)
    with app.app_context():
        assert list(log_of(group)) == ["passed@example.org"]


@pytest.mark.usefixtures("people")
def test_the_next_page_says_who_gets_none(as_trainer: FlaskClient, place: str) -> None:
    post(as_trainer, place)

    log = as_trainer.get(post(as_trainer, place).location)

    assert "Nobody needs a reminder now. Nothing is sent." in words(log)
    assert "No e-mail: has completed (1), had a reminder today (3)." in words(log)


@pytest.mark.parametrize(
    ("query", "said"),
    [
        ("?q=nobody", "The list shows nobody, so there is nobody to remind."),
        ("?state=completed", "Nobody would get a reminder now: below you see why."),
    ],
)
@pytest.mark.usefixtures("people")
def test_where_nobody_would_get_one_there_is_no_button(
    as_trainer: FlaskClient, place: str, query: str, said: str
) -> None:
    page = get_page(as_trainer, f"{place}{query}")

    assert page.select("main form") == []
    assert said in text_of(page, ".box")


@pytest.mark.usefixtures("people")
def test_for_too_many_there_is_no_button_and_the_page_says_what_to_do(
    app: Flask, as_trainer: FlaskClient, place: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(shown, "MOST", 2)

    page, refused = get_page(as_trainer, place), post(as_trainer, place)

    assert page.select("main form") == []
    assert "These are 3 e-mails, and 2 can be sent together." in text_of(page, ".box")
    assert refused.status_code == 422
    assert "These are 3 e-mails" in words(refused)


@pytest.mark.usefixtures("people")
def test_a_button_that_is_too_old_reminds_nobody(
    app: Flask, as_trainer: FlaskClient, group: Cohort, place: str
) -> None:
    response = as_trainer.post(f"{place}?state=passed", data={"csrf_token": "old"})

    assert response.status_code == 422
    assert "Status: Passed" in words(response)
    with app.app_context():
        assert log_of(group) == {}


@pytest.mark.usefixtures("people")
def test_an_archived_group_has_neither_the_way_nor_the_button(
    app: Flask, as_trainer: FlaskClient, group: Cohort, place: str
) -> None:
    with app.app_context():
        archive(group)

    report, page = get_page(as_trainer, f"/en/cohorts/{group.id}"), get_page(as_trainer, place)

    assert report.select(f"a[href^='{place}']") == []
    assert page.select("main form") == []
    assert post(as_trainer, place).status_code == 409


@pytest.mark.usefixtures("people")
def test_another_trainer_neither_sees_nor_sends_it(
    app: Flask, person: Callable[..., Person], sign_in: SignIn, group: Cohort, place: str
) -> None:
    client = sign_in(person(role="trainer"))

    assert (client.get(place).status_code, post(client, place).status_code) == (404, 404)
    with app.app_context():
        assert log_of(group) == {}


@pytest.mark.usefixtures("people")
def test_nonsense_in_the_address_is_left_out(as_trainer: FlaskClient, place: str) -> None:
    page = get_page(as_trainer, f"{place}?state=x&due=y&module=z&spoken=w&q=%00&sort=v")

    assert "To everybody in this group" in page.text


def test_a_long_list_says_how_many_where_it_counts_them(
    app: Flask, as_trainer: FlaskClient, group: Cohort, people: dict[str, Person]
) -> None:
    with app.app_context(), transaction():
        for number in range(30):
            cohorts.join_cohort(group, make_person(name=f"Nadie {number}"), utc_now())

    links = [
        text_of(get_page(as_trainer, f"/en/cohorts/{group.id}{query}"), "main a[href*='/send']")
        for query in ("", "?q=nadie")
    ]

    assert links == [
        "Remind 33 people who have not completed",
        "Remind those of them who have not completed",
    ]
