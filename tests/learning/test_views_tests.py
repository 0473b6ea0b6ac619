"""Tests in the browser: every answer kept, no answer given away."""

from __future__ import annotations

import re
from collections.abc import Callable
from fractions import Fraction
from typing import Any

import pytest
from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy import select
from werkzeug.test import TestResponse

from soar_lms.accounts.models import Person
from soar_lms.assessments import services as assessments
from soar_lms.assessments.models import Attempt
from soar_lms.catalogue.model import Module
from soar_lms.catalogue.schema import FeedbackPolicy
from soar_lms.database import db, transaction
from soar_lms.learning.models import Enrolment
from tests.assessments.variants import with_attempts, with_post
from tests.conftest import SignIn
from tests.factories import PASSWORD, some_answer, take_test, wrong_answer
from tests.learning.places import (
    ENROLLED,
    PASSED,
    READY,
    address,
    bring,
    rationales_in,
    serve,
)
from tests.support.quick import parsed, post, summary, words

JSON = {"Accept": "application/json"}
CHOSEN = "main [checked], main option[selected]"


@pytest.fixture
def ready(app: Flask, learner: Person, module: Module) -> Enrolment:
    """Return the enrolment of the learner, for whom the post-test is open."""
    return bring(app, learner, module, READY)


class Sitting:
    """A learner in front of a test."""

    def __init__(self, app: Flask, client: FlaskClient, module: Module, kind: str = "post") -> None:
        self.app, self.client, self.module = app, client, module
        self.home = address(module, "tests", kind)
        self.first = str(post(client, self.home).location)
        self.place = self.first.rsplit("/", 1)[0]
        with app.app_context():
            open_one = select(Attempt.id).where(Attempt.submitted_at.is_(None))
            self._id = db.session.scalars(open_one).one()

    @property
    def attempt(self) -> Attempt:
        with self.app.app_context():
            return db.session.get_one(Attempt, self._id)

    @property
    def answers(self) -> dict[str, list[str]]:
        with self.app.app_context():
            return assessments.list_answers(self._id)

    def question(self, position: int, language: str = "en") -> TestResponse:
        place = self.place.replace("/en/", f"/{language}/", 1)
        return self.client.get(f"{place}/{position}")

    def answer(self, position: int, *chosen: str, **more: Any) -> TestResponse:
        headers = more.pop("headers", None)
        data = {"choice": list(chosen), **more}
        return post(self.client, f"{self.place}/{position}", data, headers=headers)

    def answer_all(self, *, right: int) -> None:
        for position, item in enumerate(self.attempt.items, 1):
            self.answer(position, *(item["correct"] if position <= right else wrong_answer(item)))

    def hand_in(self) -> TestResponse:
        return post(self.client, f"{self.place}/review")


@pytest.fixture
def sit(app: Flask, as_learner: FlaskClient, module: Module) -> Callable[..., Sitting]:
    def begin(kind: str = "post", of: Module = module) -> Sitting:
        return Sitting(app, as_learner, of, kind)

    return begin


Sit = Callable[..., Sitting]


# --- starting and going on ----------------------------------------------------------------------


@pytest.mark.usefixtures("ready")
def test_what_passes_is_told_beforehand(as_learner: FlaskClient, module: Module) -> None:
    facts = words(as_learner.get(address(module, "tests", "post")), ".test-facts")

    assert "You pass with 8 of 10 right answers (80%)." in facts
    assert "You can try as often as you like." in facts


@pytest.mark.usefixtures("ready")
def test_a_page_can_ask_what_is_saved_and_learns_nothing_else(sit: Sit) -> None:
    """A page that somebody comes back to asks it: the answer may be another device's."""
    sitting = sit()
    chosen = some_answer(sitting.attempt.items[0])
    sitting.answer(1, *chosen)

    found = [sitting.client.get(f"{sitting.place}/{place}", headers=JSON) for place in (1, 2)]

    assert [page.get_json() for page in found] == [{"chosen": chosen}, {"chosen": []}]


@pytest.mark.usefixtures("ready")
def test_a_second_start_goes_on_with_the_first_open_question(sit: Sit) -> None:
    sitting = sit()
    first = sitting.attempt.items[0]
    sitting.answer(1, *first["correct"])

    again = sit()

    assert again.first == f"{sitting.place}/2"
    assert again.attempt.number == 1


@pytest.mark.usefixtures("ready")
def test_an_attempt_goes_on_after_signing_in_elsewhere_at_the_limit_too(
    app: Flask,
    sit: Sit,
    sign_in: SignIn,
    learner: Person,
    module: Module,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    once = with_attempts(module, limit=1)
    serve(app, monkeypatch, once)
    sitting = sit(of=once)
    (chosen,) = some_answer(sitting.attempt.items[2])
    sitting.answer(3, chosen)

    elsewhere = Sitting(app, sign_in(learner), once)

    assert elsewhere.place == sitting.place
    (box,) = parsed(elsewhere.question(3)).select(CHOSEN)
    assert box["value"] == chosen


@pytest.mark.usefixtures("ready")
def test_without_a_try_left_the_page_says_whom_to_ask(
    app: Flask,
    sit: Sit,
    as_learner: FlaskClient,
    module: Module,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    once = with_attempts(module, limit=1)
    serve(app, monkeypatch, once)
    sit(of=once).hand_in()

    response = post(as_learner, address(module, "tests", "post"))

    assert response.status_code == 409
    assert words(response, "h1") == "You have used all tries of this test"


def test_a_test_that_is_not_open_cannot_be_started(
    app: Flask, learner: Person, as_learner: FlaskClient, module: Module
) -> None:
    bring(app, learner, module, ENROLLED)

    response = post(as_learner, address(module, "tests", "post"))

    assert response.status_code == 409
    assert words(response, "h1") == "This step is not open yet"
    with app.app_context():
        assert db.session.query(Attempt).count() == 0


@pytest.mark.parametrize("place", ["tests/pre", "tests/post", "tests/post/1/1", "evaluation"])
def test_whoever_is_not_enrolled_finds_no_test(
    as_learner: FlaskClient, module: Module, place: str
) -> None:
    assert as_learner.get(address(module, place)).status_code == 404


@pytest.mark.usefixtures("ready")
@pytest.mark.parametrize(
    "place",
    [
        "tests/exam",
        "tests/post/2/1",
        "tests/post/0/1",
        "tests/post/1/0",
        "tests/post/1/12",
        "tests/post/-1/1",
        "tests/post/99999999999999999999/1",
        "tests/post/1/99999999999999999999",
        "tests/post/9223372036854775808/review",
        "tests/post/2147483648/result",
    ],
)
def test_a_place_that_is_not_there_is_not_found(
    sit: Sit, as_learner: FlaskClient, module: Module, place: str
) -> None:
    sit()

    assert as_learner.get(address(module, place)).status_code == 404


@pytest.mark.usefixtures("ready")
def test_attempts_of_others_are_not_found(
    app: Flask, sit: Sit, sign_in: SignIn, person: Callable[..., Person], module: Module
) -> None:
    sitting = sit()
    other = person()
    bring(app, other, module, READY)

    stranger = sign_in(other)

    for part in ("1", "review", "result"):
        assert stranger.get(f"{sitting.place}/{part}").status_code == 404
    assert post(stranger, f"{sitting.place}/1", {"choice": "a"}).status_code == 404
    assert post(stranger, f"{sitting.place}/review").status_code == 404
    assert sitting.answers == {}


# --- answering ----------------------------------------------------------------------------------


@pytest.mark.usefixtures("ready")
@pytest.mark.parametrize(
    ("go", "leads_to"),
    [
        ("next", "{place}/3"),
        ("", "{place}/3"),
        ("back", "{place}/1"),
        ("review", "{place}/review"),
        ("later", "/en/home"),
    ],
)
def test_the_button_decides_where_it_goes_after_saving(sit: Sit, go: str, leads_to: str) -> None:
    sitting = sit()
    item = sitting.attempt.items[1]

    (chosen,) = some_answer(item)

    response = sitting.answer(2, chosen, go=go)

    assert response.location == leads_to.format(place=sitting.place)
    assert sitting.answers == {item["question_id"]: [chosen]}


@pytest.mark.usefixtures("ready")
def test_the_last_question_leads_to_the_review(sit: Sit) -> None:
    sitting = sit()

    assert sitting.answer(10, go="review").location == f"{sitting.place}/review"
    assert sitting.answer(10, go="next").location == f"{sitting.place}/11"
    assert sitting.question(11).location == f"{sitting.place}/review"


@pytest.mark.parametrize("headers", [{}, JSON])
def test_an_answer_after_the_session_ended_comes_back_by_way_of_signing_in(
    app: Flask,
    client: FlaskClient,
    person: Callable[..., Person],
    sign_in: SignIn,
    module: Module,
    headers: dict[str, str],
) -> None:
    ana = person(password=PASSWORD)
    bring(app, ana, module, READY)
    sitting = Sitting(app, sign_in(ana), module)
    item = sitting.attempt.items[0]
    (chosen,) = some_answer(item, 1)
    page = f"{sitting.place}/1"

    ended = post(client, page, {"choice": chosen}, headers=headers)
    (way_back,) = parsed(client.get(str(ended.location))).select("[name=next]")
    signed_in = post(
        client,
        "/en/sign-in",
        {"email": ana.email, "password": PASSWORD, "next": str(way_back["value"])},
    )
    question = client.get(str(signed_in.location))

    assert str(signed_in.location).startswith(page)
    assert [str(field["value"]) for field in parsed(question).select(CHOSEN)] == [chosen]
    assert "Not saved yet" in words(question, ".save-state.save-failed")
    assert sitting.answers == {}
    assert post(client, page, {"choice": chosen}).location == f"{sitting.place}/2"
    assert sitting.answers == {item["question_id"]: [chosen]}


@pytest.mark.usefixtures("ready")
def test_an_answer_in_the_address_is_shown_only_when_it_fits_and_saves_nothing(sit: Sit) -> None:
    sitting = sit()
    (saved,) = some_answer(sitting.attempt.items[0])
    sitting.answer(1, saved)

    for address_of_answer in ("?choice=nothing", "?choice=", "?choice=%00", f"?choice={saved}"):
        page = sitting.client.get(f"{sitting.place}/1{address_of_answer}")

        assert [str(field["value"]) for field in parsed(page).select(CHOSEN)] == [saved]
        assert words(page, ".save-state") == "Saved"


@pytest.mark.usefixtures("ready")
def test_a_script_saves_each_answer_and_learns_nothing(sit: Sit, module: Module) -> None:
    sitting = sit()
    item = sitting.attempt.items[0]

    response = sitting.answer(1, *item["correct"], headers=JSON)

    assert response.json == {"saved": True}
    assert sitting.answers == {item["question_id"]: list(item["correct"])}


@pytest.mark.usefixtures("ready")
@pytest.mark.parametrize("headers", [None, JSON], ids=["page", "json"])
@pytest.mark.parametrize("chosen", [["zzz"], ["a", "b", "c", "d", "e", "f"], ["a", "a"]])
def test_an_impossible_answer_is_refused_and_the_old_one_stays(
    sit: Sit, headers: dict[str, str] | None, chosen: list[str]
) -> None:
    sitting = sit()
    item = sitting.attempt.items[0]
    saved = some_answer(item)
    sitting.answer(1, *saved)

    response = sitting.answer(1, *chosen, headers=headers)

    assert response.status_code == 422
    assert response.is_json == (headers is not None)
    assert sitting.answers == {item["question_id"]: saved}


@pytest.mark.usefixtures("ready")
def test_a_token_that_is_too_old_keeps_the_choice_on_the_page(sit: Sit) -> None:
    sitting = sit()
    item = sitting.attempt.items[0]
    (chosen,) = some_answer(item, 1)

    response = sitting.client.post(
        f"{sitting.place}/1", data={"csrf_token": "old", "choice": chosen}
    )

    assert response.status_code == 422
    assert summary(response) == [
        "This page was open for a long time. Please check it and send it again."
    ]
    (box,) = parsed(response).select(CHOSEN)
    assert box["value"] == chosen
    assert sitting.answers == {}


@pytest.mark.usefixtures("ready")
def test_a_script_with_a_token_that_is_too_old_is_told_so(sit: Sit) -> None:
    sitting = sit()

    response = sitting.client.post(
        f"{sitting.place}/1", data={"csrf_token": "old", "choice": "a"}, headers=JSON
    )

    assert response.status_code == 422
    assert response.json == {
        "error": ["This page was open for a long time. Please check it and send it again."]
    }


# --- the key stays on the server ----------------------------------------------------------------


@pytest.mark.usefixtures("ready")
def test_nothing_before_handing_in_says_what_is_right(sit: Sit, module: Module) -> None:
    sitting = sit()
    sitting.answer_all(right=10)
    places = [*map(str, range(1, 11)), "review"]

    for language in ("en", "es"):
        for place in places:
            here = f"{sitting.place}/{place}".replace("/en/", f"/{language}/", 1)
            for headers in ({}, JSON):
                response = sitting.client.get(here, headers=headers)
                assert response.status_code == 200
                assert rationales_in(response, module) == set()
                assert not parsed(response).select(".mark-right, .feedback, [data-correct]")
                assert not re.search(r"\bcorrect\b", response.text.lower())


@pytest.mark.usefixtures("ready")
def test_the_result_before_handing_in_leads_to_the_review(sit: Sit) -> None:
    sitting = sit()

    response = sitting.client.get(f"{sitting.place}/result")

    assert response.location == f"{sitting.place}/review"


NEVER, AFTER, LAST, ALWAYS = FeedbackPolicy


@pytest.mark.usefixtures("ready")
@pytest.mark.parametrize(
    ("policy", "right", "shown"),
    [
        pytest.param(NEVER, 10, False, id="score-only-passed"),
        pytest.param(NEVER, 0, False, id="score-only-failed"),
        pytest.param(AFTER, 10, True, id="after-passing-passed"),
        pytest.param(AFTER, 7, False, id="after-passing-failed"),
        pytest.param(ALWAYS, 8, True, id="always-passed"),
        pytest.param(ALWAYS, 0, True, id="always-failed"),
    ],
)
def test_the_policy_decides_who_sees_the_reasons(
    app: Flask,
    sit: Sit,
    module: Module,
    monkeypatch: pytest.MonkeyPatch,
    policy: FeedbackPolicy,
    right: int,
    shown: bool,
) -> None:
    changed = with_post(module, feedback=policy)
    serve(app, monkeypatch, changed)
    sitting = sit(of=changed)
    sitting.answer_all(right=right)
    sitting.hand_in()

    response = sitting.client.get(f"{sitting.place}/result")

    asked = {item["question_id"] for item in sitting.attempt.items}
    assert rationales_in(response, module) == (asked if shown else set())
    assert bool(parsed(response).select(".mark-right")) is shown


def test_the_pre_test_never_shows_reasons(
    app: Flask, learner: Person, sit: Sit, module: Module
) -> None:
    bring(app, learner, module, ENROLLED)
    sitting = sit("pre")
    sitting.answer_all(right=3)
    sitting.hand_in()

    response = sitting.client.get(f"{sitting.place}/result")

    assert "You had 3 of 8 right before you read." in words(response)
    assert rationales_in(response, module) == set()


# --- handing in ---------------------------------------------------------------------------------


@pytest.mark.usefixtures("ready")
def test_the_review_says_how_many_questions_are_open(sit: Sit) -> None:
    sitting = sit()
    for position in range(1, 10):
        sitting.answer(position, *sitting.attempt.items[position - 1]["correct"])

    assert "1 question has no full answer yet." in words(
        sitting.client.get(f"{sitting.place}/review")
    )


@pytest.mark.usefixtures("ready")
@pytest.mark.parametrize(
    ("right", "said"),
    [(10, "You passed: 10 of 10 right (100%)."), (7, "7 of 10 right. To pass you need 8.")],
)
def test_handing_in_twice_gives_the_same_result_and_receipt(
    sit: Sit, right: int, said: str
) -> None:
    sitting = sit()
    sitting.answer_all(right=right)

    places = {sitting.hand_in().location for _ in range(2)}

    assert places == {f"{sitting.place}/result"}
    results = {words(sitting.client.get(f"{sitting.place}/result")) for _ in range(2)}
    assert len(results) == 1
    assert said in results.pop()


@pytest.mark.usefixtures("ready")
def test_after_handing_in_nothing_is_saved(sit: Sit, module: Module) -> None:
    sitting = sit()
    sitting.hand_in()
    item = sitting.attempt.items[0]

    response = sitting.answer(1, *item["correct"])

    assert response.status_code == 409
    assert words(response, "h1") == "This test has already been handed in"
    assert sitting.question(1).location == f"{sitting.place}/result"
    assert (sitting.attempt.points, sitting.answers) == (Fraction(0), {})


@pytest.mark.usefixtures("ready")
def test_handing_in_without_a_token_hands_nothing_in(sit: Sit) -> None:
    sitting = sit()

    response = sitting.client.post(f"{sitting.place}/review")

    assert response.status_code == 422
    assert sitting.attempt.is_open


def test_the_pages_of_a_finished_test_say_that_it_is_done(
    app: Flask, learner: Person, as_learner: FlaskClient, module: Module
) -> None:
    bring(app, learner, module, PASSED)

    page = as_learner.get(address(module, "tests", "post"))

    assert "This step is done." in words(page)
    assert parsed(page).select("main form") == []
    assert post(as_learner, address(module, "tests", "post")).status_code == 409


def test_earlier_tries_are_listed_with_their_results(
    app: Flask, ready: Enrolment, as_learner: FlaskClient, module: Module
) -> None:
    with app.app_context(), transaction():
        for right in (2, 5):
            take_test(db.session.merge(ready, load=False), module, "post", right=right)

    page = words(as_learner.get(address(module, "tests", "post")))

    assert "Try 1 : 2 of 10 right" in page
    assert "Try 2 : 5 of 10 right" in page
