"""The record of one member, as their trainer sees it."""

from __future__ import annotations

import pytest
from flask import Flask
from flask.testing import FlaskClient

from soar_lms.accounts.models import Person
from soar_lms.assessments import services as assessments
from soar_lms.catalogue.model import Module
from soar_lms.cohorts import services
from soar_lms.cohorts.invitations import invite
from soar_lms.cohorts.models import Cohort
from soar_lms.cohorts.roster import Entry
from soar_lms.database import db, transaction
from tests.assessments.variants import with_attempts
from tests.conftest import SignIn
from tests.factories import NOW, finish_lessons, make_enrolment, make_person, take_test
from tests.learning.places import serve
from tests.support.page import get_page
from tests.support.queries import queries_of
from tests.support.quick import parsed, post, summary, value_of, words

Stages = dict[str, Person]
QUERIES = 15
REASON = "The connection broke during the test."


def place(cohort: Cohort, person: Person, language: str = "en") -> str:
    return f"/{language}/cohorts/{cohort.id}/members/{person.id}"


@pytest.fixture
def stuck(
    app: Flask,
    cohort: Cohort,
    stages: Stages,
    module: Module,
    monkeypatch: pytest.MonkeyPatch,
) -> Person:
    """Return a member who used the one try that the test allows."""
    strict = with_attempts(module, limit=1)
    serve(app, monkeypatch, strict)
    with app.app_context(), transaction():
        person = db.session.get_one(Person, stages["new"].id)
        enrolment = make_enrolment(person, strict)
        take_test(enrolment, strict, assessments.PRE, right=2)
        finish_lessons(enrolment, strict)
        take_test(enrolment, strict, assessments.POST, right=3)
    return person


@pytest.fixture
def grant_place(cohort: Cohort, stuck: Person, module: Module) -> str:
    return f"{place(cohort, stuck)}/{module.id}/grant"


# --- the record ---------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("who", "expected"),
    [
        pytest.param("new", "Not started", id="not-begun"),
        pytest.param(
            "begun",
            "In progress · still to do: questions to begin, 8 lessons, final test, evaluation, "
            "name on the certificate",
            id="begun",
        ),
        pytest.param(
            "passed",
            "Passed, last steps open · still to do: name on the certificate",
            id="passed",
        ),
        pytest.param("done", "Completed", id="done"),
    ],
)
def test_the_record_says_in_words_where_a_member_stands(
    as_trainer: FlaskClient, cohort: Cohort, stages: Stages, who: str, expected: str
) -> None:
    page = get_page(as_trainer, place(cohort, stages[who]))

    state = page.select_one("section p:has(.state)")
    assert state is not None
    assert " ".join(state.get_text(" ", strip=True).split()) == expected


def test_the_record_has_tests_with_their_results_and_no_answers(
    as_trainer: FlaskClient, cohort: Cohort, stages: Stages
) -> None:
    page = get_page(as_trainer, place(cohort, stages["done"]))

    tests = [" ".join(item.get_text().split()) for item in page.select("section ul li")]
    assert tests == [
        "Questions to begin: 2 of 8 right, Nov 22, 2026, 10:00 AM EST",
        "Final test, try 1: 10 of 10 right, passed, Nov 22, 2026, 10:00 AM EST",
    ]


def test_the_record_tells_what_happened_when_and_how_the_member_came(
    app: Flask, as_trainer: FlaskClient, cohort: Cohort, stages: Stages
) -> None:
    page = get_page(as_trainer, place(cohort, stages["done"]))

    told = [" ".join(item.get_text().split()) for item in page.select(".timeline li")]
    day = "Nov 22, 2026, 10:00 AM EST"
    assert told[0] == f"{day} Began the module."
    assert f"{day} Handed in the questions to begin: 25% right." in told
    assert f"{day} Passed the final test, try 1: 100% right." in told
    assert sum("Finished the lesson" in item for item in told) >= 8
    assert "Completed the module." in told[-1]
    text = words(as_trainer.get(place(cohort, stages["done"])))
    assert "Before: 25% right. After: 100% right." in text
    assert f"In the group since {day}." in text


def test_an_invitation_that_was_accepted_is_in_the_record(
    app: Flask, as_trainer: FlaskClient, trainer: Person, cohort: Cohort
) -> None:
    with app.app_context(), transaction():
        person = make_person(email="ana@example.org")
        invite(
            cohort,
            [Entry("", "ana@example.org")],
            inviter=trainer,
            language="en",
            now=NOW,
        )
        services.join_cohort(cohort, person, NOW)

    text = words(as_trainer.get(place(cohort, person)))

    assert "Invited at ana@example.org by one e-mail, Nov 22, 2026, 10:00 AM EST." in text


def test_the_list_leads_to_the_record(
    as_trainer: FlaskClient, cohort: Cohort, stages: Stages
) -> None:
    page = parsed(as_trainer.get(f"/en/cohorts/{cohort.id}"))

    links = {str(link["href"]) for link in page.select("tbody th a")}
    assert links == {place(cohort, person) for person in stages.values()}


def test_somebody_outside_the_group_has_no_record_in_it(
    as_trainer: FlaskClient, cohort: Cohort, learner: Person
) -> None:
    assert as_trainer.get(place(cohort, learner)).status_code == 404


def test_a_long_record_takes_as_many_queries_as_a_short_one(
    app: Flask, as_trainer: FlaskClient, cohort: Cohort, stages: Stages, module: Module
) -> None:
    with app.app_context(), transaction():
        enrolment = make_enrolment(db.session.get_one(Person, stages["new"].id), module)
        take_test(enrolment, module, assessments.PRE)
        finish_lessons(enrolment, module)
        for _ in range(5):
            take_test(enrolment, module, assessments.POST, right=0)
    counts = []

    for who in ("begun", "new"):
        with queries_of(app) as statements:
            as_trainer.get(place(cohort, stages[who]))
        counts.append(len(statements))

    assert counts == [QUERIES] * 2


# --- one more try -------------------------------------------------------------------------------


def test_a_member_without_a_try_left_is_given_one(
    as_trainer: FlaskClient, cohort: Cohort, stuck: Person, grant_place: str
) -> None:
    record = as_trainer.get(place(cohort, stuck))
    assert "All tries of the final test are used." in words(record)
    (link,) = parsed(record).select(".box a")
    assert link["href"] == grant_place

    number = value_of(as_trainer.get(grant_place), "number")
    response = post(as_trainer, grant_place, {"number": number, "reason": REASON})

    assert response.location == place(cohort, stuck)
    after = words(as_trainer.get(place(cohort, stuck)))
    assert "has one more try" in after
    assert "All tries of the final test are used." not in after


def test_the_learner_can_go_on_after_it(
    as_trainer: FlaskClient, sign_in: SignIn, stuck: Person, module: Module, grant_place: str
) -> None:
    learner, test = sign_in(stuck), f"/en/learn/{module.id}/tests/post"
    assert post(learner, test).status_code == 409

    post(as_trainer, grant_place, {"number": "2", "reason": REASON})

    assert post(learner, test).location == f"{test}/2/1"


def test_a_grant_without_a_reason_is_asked_for_it(
    as_trainer: FlaskClient, grant_place: str
) -> None:
    response = post(as_trainer, grant_place, {"number": "2", "reason": " "})

    assert (response.status_code, summary(response)) == (422, ["Write the reason in one sentence."])
    assert value_of(response, "number") == "2"


@pytest.mark.parametrize("number", ["", "two", "0", "-1", "99999999999999999999"])
def test_a_form_that_was_changed_by_hand_is_refused(
    as_trainer: FlaskClient, grant_place: str, number: str
) -> None:
    response = post(as_trainer, grant_place, {"number": number, "reason": REASON})

    assert response.status_code == 422
    assert value_of(response, "reason").strip() == REASON


def test_who_needs_no_try_is_not_given_one(
    as_trainer: FlaskClient, cohort: Cohort, stages: Stages, module: Module
) -> None:
    address = f"{place(cohort, stages['done'])}/{module.id}/grant"

    page = get_page(as_trainer, address)
    response = post(as_trainer, address, {"number": "2", "reason": REASON})

    assert not page.select("textarea")
    assert (response.status_code, words(response, "h1")) == (409, "No further try is needed")


@pytest.mark.parametrize("module_id", ["no-such-module", "garden"])
def test_only_modules_of_the_group_are_granted(
    as_trainer: FlaskClient, cohort: Cohort, stuck: Person, module_id: str
) -> None:
    address = f"{place(cohort, stuck)}/{module_id}/grant"

    assert as_trainer.get(address).status_code == 404
