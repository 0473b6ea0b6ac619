"""Licenses: written down by choice, changed and removed by their owner alone."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date

import pytest
from flask import Flask
from flask.testing import FlaskClient

from soar_lms.accounts import licenses
from soar_lms.accounts.models import Person, PersonLicense
from soar_lms.database import db, transaction
from tests.factories import NOW
from tests.support.page import get_page
from tests.support.quick import parsed, post, summary, value_of, words
from tests.support.together import at_once

PAGE = "/en/profile/licenses"
GIVEN = {"territory": "PR", "number": "RN 12-345", "profession": "nurse", "renews_on": "2027-05-31"}


def stored(app: Flask, person: Person) -> list[PersonLicense]:
    with app.app_context():
        return licenses.list_licenses(person.id)


def write_down(person: Person, number: str = "RN 12-345", territory: str = "PR") -> PersonLicense:
    return licenses.add_license(
        person, number=number, territory=territory, profession=None, renews_on=None, now=NOW
    )


def test_a_license_is_written_down_and_shown(
    app: Flask, as_learner: FlaskClient, learner: Person
) -> None:
    response = post(as_learner, PAGE, GIVEN)

    (row,) = stored(app, learner)
    assert response.location == PAGE
    assert (row.territory, row.number, row.profession, row.renews_on) == (
        "PR",
        "RN 12-345",
        "nurse",
        date(2027, 5, 31),
    )
    said = words(as_learner.get(PAGE), ".boxes")
    assert said == (
        "Puerto Rico RN 12-345 Registered nurse · Next renewal: May 31, 2027 "
        "Remove : Puerto Rico RN 12-345"
    )


def test_number_and_state_are_enough(app: Flask, as_learner: FlaskClient, learner: Person) -> None:
    post(as_learner, PAGE, {"territory": "TX", "number": "7"})

    (row,) = stored(app, learner)
    assert (row.profession, row.renews_on) == (None, None)


def test_a_license_that_is_there_is_changed(
    app: Flask, as_learner: FlaskClient, learner: Person
) -> None:
    post(as_learner, PAGE, GIVEN)
    post(as_learner, PAGE, GIVEN | {"renews_on": "2029-05-31"})

    assert [row.renews_on for row in stored(app, learner)] == [date(2029, 5, 31)]


@pytest.mark.parametrize(
    ("changes", "message"),
    [
        ({"territory": ""}, "Choose the state or territory of the license."),
        ({"territory": "XX"}, "Not a valid choice."),
        ({"number": ""}, "Enter the number of the license."),
        ({"number": "RN,12"}, "Write the license number with letters, digits, and . / # -"),
        ({"number": "- -"}, "Write the license number with letters, digits, and . / # -"),
        ({"number": "9" * 41}, "Enter at most 40 characters."),
        ({"renews_on": "next May"}, "Enter a date, such as 2027-05-31."),
    ],
)
def test_a_license_with_a_fault_is_explained_and_kept_on_the_page(
    app: Flask, as_learner: FlaskClient, learner: Person, changes: dict[str, str], message: str
) -> None:
    response = post(as_learner, PAGE, GIVEN | changes)

    given = GIVEN | changes
    assert (response.status_code, summary(response)) == (422, [message])
    assert [value_of(response, name) for name in ("number", "renews_on")] == [
        given["number"],
        given["renews_on"],
    ]
    assert stored(app, learner) == []


def test_a_license_is_removed_by_its_owner_alone(
    app: Flask, as_learner: FlaskClient, as_trainer: FlaskClient, learner: Person
) -> None:
    post(as_learner, PAGE, GIVEN)
    (row,) = stored(app, learner)

    post(as_trainer, f"{PAGE}/{row.id}/remove")
    assert len(stored(app, learner)) == 1

    for _ in range(2):
        response = post(as_learner, f"{PAGE}/{row.id}/remove")
        assert response.location == PAGE
    assert stored(app, learner) == []


def test_there_is_an_end_to_what_one_person_can_write_down(context: Flask, learner: Person) -> None:
    with transaction():
        person = db.session.get_one(Person, learner.id)
        for number in range(licenses.MOST_LICENSES):
            write_down(person, str(number))

    with pytest.raises(licenses.TooManyLicensesError), transaction():
        write_down(person, "one more")

    assert len(licenses.list_licenses(learner.id)) == licenses.MOST_LICENSES


def test_a_license_that_is_added_twice_at_once_stands_once(app: Flask, learner: Person) -> None:
    at_once(app, lambda: db.session.get_one(Person, learner.id), write_down)

    assert [row.number for row in stored(app, learner)] == ["RN 12-345"]


def test_licenses_of_an_account_that_is_erased_are_forgotten(
    context: Flask, person: Callable[..., Person]
) -> None:
    ana, ben = (db.session.get_one(Person, each.id) for each in (person(), person()))
    with transaction():
        write_down(ana)
        write_down(ben)

    with transaction():
        licenses.forget_licenses([ana.id])

    assert [len(licenses.list_licenses(each.id)) for each in (ana, ben)] == [0, 1]


@pytest.mark.parametrize(
    ("language", "heading"), [("en", "Your licenses"), ("es", "Sus licencias")]
)
def test_the_page_is_in_one_language(as_learner: FlaskClient, language: str, heading: str) -> None:
    post(as_learner, PAGE, GIVEN)

    page = get_page(as_learner, f"/{language}/profile/licenses")

    assert parsed(as_learner.get(f"/{language}/profile")).select(
        f"a[href='/{language}/profile/licenses']"
    )
    assert page.select_one("h1").get_text() == heading  # type: ignore[union-attr]  # it is there
