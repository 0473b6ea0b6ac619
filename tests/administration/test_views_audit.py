"""The audit trail, as administrators read it; and what people see of it who are in it."""

from __future__ import annotations

from collections.abc import Callable
from datetime import timedelta

import pytest
from flask import Flask
from flask.testing import FlaskClient

from soar_lms.access import Role
from soar_lms.accounts.models import Person
from soar_lms.audit.services import Action, Actor, record
from soar_lms.database import transaction
from soar_lms.paging import ROWS_ON_A_PAGE
from tests.conftest import SignIn
from tests.factories import NOW
from tests.support.page import get_page
from tests.support.queries import queries_of
from tests.support.quick import parsed, post, summary, words

AUDIT = "/en/administration/audit"
VIEWS = "/en/profile/views"
QUERIES = 3
"""Who is signed in, the entries, the names."""

Note = Callable[..., None]


@pytest.fixture
def administrator(person: Callable[..., Person]) -> Person:
    return person(role=Role.ADMINISTRATOR)


@pytest.fixture
def as_administrator(sign_in: SignIn, administrator: Person) -> FlaskClient:
    return sign_in(administrator)


@pytest.fixture
def note(app: Flask, trainer: Person, learner: Person) -> Note:
    """Return a function that notes what the trainer did to the learner's record."""

    def noted(
        action: Action = Action.RECORD_VIEWED,
        *,
        minute: int = 0,
        actor: Actor | None = None,
        person_id: int | None = None,
        **more: str | int | None,
    ) -> None:
        with app.app_context(), transaction():
            record(
                action,
                actor=actor or Actor(person_id=trainer.id),
                now=NOW + timedelta(minutes=minute),
                person_id=person_id or learner.id,
                **more,  # type: ignore[arg-type]  # reason and facts
            )

    return noted


def rows(client: FlaskClient, address: str = AUDIT) -> list[list[str]]:
    cells = [row.select("th, td") for row in parsed(client.get(address)).select("tbody tr")]
    return [[" ".join(cell.get_text(" ", strip=True).split()) for cell in row] for row in cells]


def test_an_entry_is_said_in_words(
    as_administrator: FlaskClient, note: Note, trainer: Person, learner: Person
) -> None:
    note(
        Action.ATTEMPT_GRANTED,
        reason="Power cut",
        module="soar-to-health-and-wellness",
        instrument="post",
        number=4,
    )

    page = get_page(as_administrator, AUDIT)

    assert page.select_one("h1").get_text() == "Audit trail"  # type: ignore[union-attr]
    assert rows(as_administrator) == [
        [
            "Nov 22, 2026, 10:00 AM EST",
            f"{trainer.name} {trainer.email}",
            "gave one more try of a test",
            f"{learner.name} {learner.email}",
            "SOAR to Health and Wellness · try 4",
            "Power cut",
        ]
    ]


@pytest.mark.parametrize(
    ("actor", "expected"),
    [
        pytest.param(Actor(operator="root"), "root, on the server", id="command"),
        pytest.param(Actor(person_id=4_711), "account no. 4711, deleted", id="deleted"),
    ],
)
def test_an_actor_without_an_account_is_named_as_well_as_can_be(
    as_administrator: FlaskClient, note: Note, actor: Actor, expected: str
) -> None:
    note(actor=actor)

    assert rows(as_administrator)[0][1] == expected


def test_entries_are_found_by_person_without_an_e_mail_address_in_the_address(
    as_administrator: FlaskClient, note: Note, learner: Person, person: Callable[..., Person]
) -> None:
    note(minute=1)
    note(person_id=person().id)
    note(Action.ATTEMPT_GRANTED, minute=2)

    asked = {"person": learner.email.upper(), "action": "record-viewed"}
    place = str(post(as_administrator, AUDIT, asked).location)

    assert place == f"{AUDIT}?person={learner.id}&action=record-viewed"
    assert [row[0] for row in rows(as_administrator, place)] == ["Nov 22, 2026, 10:01 AM EST"]


def test_somebody_who_has_no_account_is_not_found(as_administrator: FlaskClient) -> None:
    response = post(as_administrator, AUDIT, {"person": "nobody@example.org", "action": ""})

    assert (response.status_code, summary(response)) == (
        422,
        ["There is no account with this address."],
    )


@pytest.mark.parametrize(
    "query",
    ["?person=x", "?before=-1", "?action=all", "?person=99999999999999999999", "?before=%00"],
)
def test_an_address_that_makes_no_sense_shows_what_it_can(
    as_administrator: FlaskClient, note: Note, query: str
) -> None:
    note()

    assert len(rows(as_administrator, AUDIT + query)) == 1


def test_a_long_trail_is_read_part_by_part_in_the_same_number_of_queries(
    app: Flask, as_administrator: FlaskClient, note: Note
) -> None:
    for minute in range(ROWS_ON_A_PAGE + 1):
        note(minute=minute)

    with queries_of(app) as statements:
        page = parsed(as_administrator.get(AUDIT))

    assert len(statements) == QUERIES
    assert len(page.select("tbody tr")) == ROWS_ON_A_PAGE
    (older,) = page.select("a[rel=next]")
    assert [row[0] for row in rows(as_administrator, str(older["href"]))] == [
        "Nov 22, 2026, 10:00 AM EST"
    ]


def test_the_pages_are_in_spanish_too(as_administrator: FlaskClient, note: Note) -> None:
    note()

    page = get_page(as_administrator, "/es/administration/audit")

    assert "consultó el registro de aprendizaje" in page.get_text()


# --- what people see who are in it --------------------------------------------------------------


def test_people_see_who_looked_at_their_record(
    as_learner: FlaskClient, note: Note, trainer: Person
) -> None:
    note(cohort=3)
    note(Action.TEST_REGRADED, minute=1, actor=Actor(operator="root"), module="gone")

    items = [
        item.get_text(" ", strip=True) for item in parsed(as_learner.get(VIEWS)).select("main li")
    ]

    assert [" ".join(item.split()) for item in items] == [
        "Nov 22, 2026, 10:01 AM EST: the people who run this site: graded a test again (gone)",
        f"Nov 22, 2026, 10:00 AM EST: {trainer.name} : looked at the learning record",
    ]


def test_people_see_nothing_of_the_records_of_others(
    sign_in: SignIn, note: Note, trainer: Person, person: Callable[..., Person]
) -> None:
    note(reason="Power cut")

    for other in (trainer, person()):
        assert "Nobody has looked at your record so far." in words(sign_in(other).get(VIEWS))


def test_people_do_not_see_what_they_did_themselves_or_why_others_did(
    as_learner: FlaskClient, note: Note, learner: Person
) -> None:
    note(actor=Actor(person_id=learner.id))
    note(Action.ATTEMPT_GRANTED, reason="Power cut")

    page = as_learner.get(VIEWS)

    assert len(parsed(page).select("main li")) == 1
    assert "Power cut" not in page.text
