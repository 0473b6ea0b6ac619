"""The profile: what the site knows, to be seen and changed by the person alone."""

from __future__ import annotations

from collections.abc import Callable

import pytest
from flask import Flask
from flask.testing import FlaskClient

from soar_lms.access import Role
from soar_lms.accounts.models import Person
from soar_lms.accounts.services import create_person, find_person
from soar_lms.accounts.time_zones import COMMON, choices_with, is_time_zone, time_zone_name
from soar_lms.database import db, transaction
from tests.factories import NOW
from tests.support.page import get_page
from tests.support.quick import parsed, post, summary, value_of, words

GIVEN = {
    "name": "Ana T. Vega",
    "language": "es",
    "time_zone": "Pacific/Honolulu",
    "profession": "nurse",
    "territory": "HI",
}


def stored(app: Flask, person: Person) -> Person:
    with app.app_context():
        return db.session.get_one(Person, person.id)


def test_a_profile_shows_what_is_known(as_learner: FlaskClient, learner: Person) -> None:
    page = get_page(as_learner, "/en/profile")

    assert learner.email in page.get_text()
    selected = {
        str(menu["name"]): [str(option["value"]) for option in menu.select("[selected]")]
        for menu in page.select("main select")
    }
    assert selected["language"] == ["en"]
    assert selected["time_zone"] == ["America/New_York"]


def test_a_profile_is_changed(app: Flask, as_learner: FlaskClient, learner: Person) -> None:
    response = post(as_learner, "/en/profile", GIVEN)

    assert response.location == "/en/profile"
    assert "Your profile is saved." in words(as_learner.get("/en/profile"))
    changed = stored(app, learner)
    assert {name: getattr(changed, name) for name in GIVEN} == GIVEN


def test_what_somebody_would_rather_not_say_is_not_kept(
    app: Flask, as_learner: FlaskClient, learner: Person
) -> None:
    post(as_learner, "/en/profile", GIVEN)
    post(as_learner, "/en/profile", GIVEN | {"profession": "", "territory": ""})

    changed = stored(app, learner)
    assert (changed.profession, changed.territory) == (None, None)


@pytest.mark.parametrize(
    "changes",
    [
        {"name": ""},
        {"name": "x" * 121},
        {"name": "Ana\x00"},
        {"language": "fr"},
        {"language": ""},
        {"time_zone": "Mars/Olympus"},
        {"profession": "king"},
        {"territory": "XX"},
        {"csrf_token": "old"},
    ],
    ids=lambda changes: next(iter(changes)),
)
def test_a_change_with_a_fault_is_shown_again_and_changes_nothing(
    app: Flask, as_learner: FlaskClient, learner: Person, changes: dict[str, str]
) -> None:
    response = post(as_learner, "/en/profile", GIVEN | changes)

    assert response.status_code == 422
    assert len(summary(response)) == 1
    assert value_of(response, "name").replace("\ufffd", "\x00") == (GIVEN | changes)["name"]
    assert stored(app, learner).name == learner.name


@pytest.mark.parametrize("field", ["email", "role", "active", "id", "fs_uniquifier", "password"])
def test_a_profile_changes_nothing_that_it_does_not_show(
    app: Flask, as_learner: FlaskClient, learner: Person, field: str
) -> None:
    post(as_learner, "/en/profile", GIVEN | {field: "administrator"})

    assert getattr(stored(app, learner), field) == getattr(learner, field)


def test_a_change_changes_one_person_only(
    app: Flask, as_learner: FlaskClient, person: Callable[..., Person]
) -> None:
    other = person(name="Ben")

    post(as_learner, "/en/profile", GIVEN)

    assert stored(app, other).name == "Ben"


def test_a_time_zone_from_a_browser_stays_in_the_menu(
    app: Flask, as_learner: FlaskClient, learner: Person
) -> None:
    with app.app_context(), transaction():
        db.session.get_one(Person, learner.id).time_zone = "America/Argentina/Ushuaia"

    page = parsed(as_learner.get("/en/profile"))

    (option,) = page.select("select[name=time_zone] [selected]")
    assert (option["value"], option.get_text()) == (
        "America/Argentina/Ushuaia",
        "America/Argentina/Ushuaia",
    )
    assert (
        post(
            as_learner, "/en/profile", GIVEN | {"time_zone": "America/Argentina/Ushuaia"}
        ).status_code
        == 302
    )


# --- people and time zones ----------------------------------------------------------------------


def test_one_address_is_one_account_whatever_its_capitals(context: Flask) -> None:
    def create(email: str) -> Person:
        with transaction():
            return create_person(
                email=email,
                name="Ana",
                role=Role.LEARNER,
                language="en",
                time_zone="UTC",
                now=NOW,
            )

    first = create("Ana@Example.org")

    assert first.email == "ana@example.org"
    with pytest.raises(ValueError, match="has an account already"):
        create("ANA@example.ORG")
    found = find_person("aNa@example.org")
    assert found is not None
    assert found.id == first.id
    assert find_person("nobody@example.org") is None


def test_every_zone_of_the_menu_is_one(context: Flask) -> None:
    assert all(is_time_zone(zone) for zone in COMMON)
    assert [choice.value for choice in choices_with("UTC")] == list(COMMON)
    assert time_zone_name("Europe/Isle_of_Man") == "Europe/Isle of Man"
    assert not is_time_zone("Mars/Olympus")
