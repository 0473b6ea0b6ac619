"""Questions of every kind in the browser: menus, places, pairs, parts of a point, consequences."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from fractions import Fraction

import pytest
from babel import Locale
from flask import Flask, g
from flask.testing import FlaskClient
from werkzeug.test import TestResponse

from soar_lms.accounts.models import Person
from soar_lms.catalogue.model import CheckBlock, Module
from soar_lms.database import db, transaction
from soar_lms.i18n import Language, current_language
from soar_lms.learning.views.blueprint import format_points
from tests.assessments.test_kinds import HALF, RIGHT
from tests.assessments.variants import (
    ORDER,
    PAIRS,
    SCENARIO,
    SEVERAL,
    kind,
    kind_text,
    with_attempts,
    with_kinds,
    with_questions,
)
from tests.conftest import SignIn
from tests.factories import NOW, PASSWORD
from tests.learning.places import (
    READY,
    SETTING,
    address,
    bring,
    rationales_in,
    serve,
)
from tests.learning.test_views_tests import CHOSEN, JSON, Sitting
from tests.support.quick import parsed, post, summary, words

Serve = Callable[[Module], Module]


@pytest.fixture
def serving(app: Flask, learner: Person, module: Module, monkeypatch: pytest.MonkeyPatch) -> Serve:
    """Return a function that serves another version to a learner for whom the test is open."""
    bring(app, learner, module, READY)

    def change(version: Module) -> Module:
        serve(app, monkeypatch, version)
        return version

    return change


@pytest.fixture
def kinds(serving: Serve, module: Module) -> Module:
    return serving(with_kinds(module))


@pytest.fixture
def sitting(app: Flask, as_learner: FlaskClient, kinds: Module) -> Sitting:
    return Sitting(app, as_learner, kinds)


def place_of(sitting: Sitting, question_id: str) -> int:
    return [item["question_id"] for item in sitting.attempt.items].index(question_id) + 1


def answer(sitting: Sitting, answers: dict[str, list[str]]) -> None:
    for question_id, chosen in answers.items():
        sitting.answer(place_of(sitting, question_id), *chosen)


def result_of(
    sitting: Sitting, answers: dict[str, list[str]], language: str = "en"
) -> TestResponse:
    answer(sitting, answers)
    sitting.hand_in()
    return sitting.client.get(f"{sitting.place}/result".replace("/en/", f"/{language}/", 1))


def chosen_in(response: TestResponse) -> list[str]:
    return [str(field["value"]) for field in parsed(response).select(CHOSEN)]


# --- asking -------------------------------------------------------------------------------------


@pytest.mark.parametrize("language", ["en", "es"])
def test_each_item_has_a_menu_of_places_with_its_words_as_label(
    sitting: Sitting, language: str
) -> None:
    page = parsed(sitting.question(place_of(sitting, ORDER), language))

    labels = {str(label["for"]): label.text for label in page.select(".answer-row label")}
    menus = page.select("fieldset select[name=choice]")
    items = [item for item in sitting.attempt.items if item["question_id"] == ORDER]
    assert [labels[str(menu["id"])] for menu in menus] == [
        f"option {option} in {language}" for option in items[0]["options"]
    ]
    assert [str(option["value"]) for option in menus[0].select("option")][1:] == [
        f"{items[0]['options'][0]}:{place}" for place in range(1, 5)
    ]


@pytest.mark.parametrize("language", ["en", "es"])
def test_each_prompt_has_a_menu_of_options(sitting: Sitting, language: str) -> None:
    page = parsed(sitting.question(place_of(sitting, PAIRS), language))

    (item,) = [item for item in sitting.attempt.items if item["question_id"] == PAIRS]
    assert [label.text for label in page.select(".answer-row label")] == [
        f"prompt {prompt} in {language}" for prompt in ("first", "second")
    ]
    assert [option.text for option in page.select("#choice-1 option")][1:] == [
        f"option {option} in {language}" for option in item["options"]
    ]


@pytest.mark.parametrize("question_id", [ORDER, PAIRS, SEVERAL, SCENARIO])
def test_an_answer_is_shown_again_in_every_language(sitting: Sitting, question_id: str) -> None:
    answer(sitting, RIGHT)

    for language in ("en", "es"):
        page = sitting.question(place_of(sitting, question_id), language)
        assert sorted(chosen_in(page)) == sorted(RIGHT[question_id])


def test_menus_that_were_left_alone_are_no_fault(sitting: Sitting) -> None:
    sitting.answer(place_of(sitting, PAIRS), "first:y", "")

    assert sitting.answers == {PAIRS: ["first:y"]}


@pytest.mark.parametrize(("go", "status"), [("next", 422), ("review", 422), ("back", 302)])
def test_two_items_with_the_same_place_are_kept_and_named(
    sitting: Sitting, go: str, status: int
) -> None:
    chosen = ["greet:2", "offer:2", "listen:1", "follow:4"]

    response = sitting.answer(place_of(sitting, ORDER), *chosen, go=go)

    assert response.status_code == status
    assert sitting.answers == {ORDER: chosen}
    if status == 422:
        message = "More than one item has place 2. Give each item a place of its own."
        assert summary(response) == [message]
        assert sorted(chosen_in(response)) == sorted(chosen)


def test_a_page_that_is_too_old_shows_whatever_was_sent(sitting: Sitting) -> None:
    data = {"csrf_token": "old", "choice": ["greet:x", "offer:x", "listen:1", "::", "zzz"]}

    response = sitting.client.post(f"{sitting.place}/{place_of(sitting, ORDER)}", data=data)

    assert response.status_code == 422
    assert chosen_in(response) == ["listen:1"]
    assert sitting.answers == {}


def test_a_script_is_told_of_the_same_place_and_the_answer_is_kept(sitting: Sitting) -> None:
    chosen = ["greet:2", "offer:2"]

    response = sitting.answer(place_of(sitting, ORDER), *chosen, headers=JSON)

    assert response.json == {
        "saved": True,
        "note": "More than one item has place 2. Give each item a place of its own.",
    }
    assert sitting.answers == {ORDER: chosen}


@pytest.mark.parametrize("question_id", [ORDER, PAIRS])
def test_places_and_pairs_come_back_by_way_of_signing_in(
    app: Flask,
    client: FlaskClient,
    person: Callable[..., Person],
    sign_in: SignIn,
    kinds: Module,
    question_id: str,
) -> None:
    ana = person(password=PASSWORD)
    bring(app, ana, kinds, READY)
    sitting = Sitting(app, sign_in(ana), kinds)
    page = f"{sitting.place}/{place_of(sitting, question_id)}"
    chosen = [*RIGHT[question_id], ""]

    ended = post(client, page, {"choice": chosen}, headers=JSON)
    (way_back,) = parsed(client.get(str(ended.location))).select("[name=next]")
    form = {"email": ana.email, "password": PASSWORD, "next": str(way_back["value"])}
    question = client.get(str(post(client, "/en/sign-in", form).location))

    assert sorted(chosen_in(question)) == sorted(RIGHT[question_id])
    assert "Not saved yet" in words(question, ".save-state.save-failed")


def test_the_review_shows_places_pairs_and_what_is_left(sitting: Sitting) -> None:
    answer(sitting, {**RIGHT, PAIRS: ["second:z"]})

    page = parsed(sitting.client.get(f"{sitting.place}/review"))
    lines = {
        row.select_one(".review-stem").text: [line.text for line in row.select("li")]  # type: ignore[union-attr]  # each has one
        for row in page.select(".review > li")
    }

    assert "1 question has no full answer yet." in page.text
    assert [note.text for note in page.select(".open-answer")] == [
        "Not finished yet: choose an answer for every line."
    ]
    assert lines[f"Stem of {PAIRS} in en"] == ["prompt second in en → option z in en"]
    assert lines[f"Stem of {ORDER} in en"] == [
        f"{place}. option {item} in en"
        for place, item in enumerate(("listen", "greet", "offer", "follow"), 1)
    ]


def test_nothing_before_handing_in_says_what_is_right_or_what_happens(sitting: Sitting) -> None:
    answer(sitting, RIGHT)

    for part in ("1", "2", "3", "4", "review"):
        for headers in ({}, JSON):
            response = sitting.client.get(f"{sitting.place}/{part}", headers=headers)
            assert "Rationale" not in response.text
            assert "consequence" not in response.text.replace("consequences", "")
            assert not parsed(response).select(".mark-right, .feedback")


# --- results ------------------------------------------------------------------------------------


@pytest.mark.parametrize("language", ["en", "es"])
def test_parts_of_points_are_said_and_shown(sitting: Sitting, language: str) -> None:
    page = result_of(sitting, RIGHT | {PAIRS: ["first:y"]}, language)

    said = {"en": "You passed: 3.5 of 4 right (87%).", "es": "3.5 de 4"}
    assert said[language] in words(page)
    parts = {"en": "0.5 of 1 point", "es": "0.5 de 1 punto"}
    assert parts[language] in [mark.text for mark in parsed(page).select(".graded .meta")]


@pytest.mark.parametrize(
    ("question_id", "lines"),
    [
        pytest.param(
            ORDER,
            [
                "option listen in en your place: 2",
                "option greet in en your place: 1",
                "option offer in en right place",
                "option follow in en right place",
            ],
            id="order",
        ),
        pytest.param(
            PAIRS,
            [
                "prompt first in en → option y in en right answer",
                "prompt second in en → option x in en no answer",
            ],
            id="pairs",
        ),
        pytest.param(
            SCENARIO,
            [
                "option wait in en your answer What happens then: consequence wait in en",
                "option ask in en right answer What happens then: consequence ask in en",
            ],
            id="scenario",
        ),
    ],
)
def test_the_result_shows_what_is_right_beside_what_was_chosen(
    sitting: Sitting, question_id: str, lines: list[str]
) -> None:
    page = parsed(result_of(sitting, HALF | {SCENARIO: ["wait"]}))

    (graded,) = [
        item for item in page.select(".graded") if f"Stem of {question_id} in en" in item.text
    ]
    shown = [" ".join(line.get_text(" ").split()) for line in graded.select(".graded-options > li")]
    assert sorted(shown) == sorted(lines) if question_id == SCENARIO else shown == lines


def test_a_question_that_left_the_module_is_still_graded_and_shown(
    sitting: Sitting, serving: Serve, kinds: Module
) -> None:
    answer(sitting, RIGHT)
    questions = {name: item for name, item in kinds.spec.questions.items() if name != ORDER}
    serving(with_questions(kinds, questions))

    pages = [sitting.question(place_of(sitting, ORDER)), sitting.hand_in()]
    result = sitting.client.get(f"{sitting.place}/result")

    assert [page.status_code for page in pages] == [200, 302]
    assert "You passed: 4 of 4 right (100%)." in words(result)


def test_points_have_the_decimal_sign_of_the_language(context: Flask) -> None:
    with context.test_request_context("/es/"):
        spoken = current_language()
        g.language = Language("es", Locale.parse("es_ES"), spoken.translations)

        assert format_points(Fraction(22, 3)) == "7,33"


# --- policies -----------------------------------------------------------------------------------


def test_reasons_wait_for_the_last_try(
    app: Flask, as_learner: FlaskClient, serving: Serve, module: Module
) -> None:
    twice = serving(with_attempts(with_kinds(module, feedback="after-last-attempt"), limit=2))
    pages = []
    for _ in range(2):
        sitting = Sitting(app, as_learner, twice)
        pages.append(result_of(sitting, HALF))
        pages.append(as_learner.get(f"{sitting.place}/result", headers=JSON))

    assert [rationales_in(page, twice) for page in pages] == [set(), set(), set(RIGHT), set(RIGHT)]
    assert "Once you pass, or have used all tries" in words(pages[0])
    assert "You have used all tries of this test." in words(pages[2])


def test_reasons_of_an_earlier_try_are_shown_once_it_is_passed(
    app: Flask, as_learner: FlaskClient, serving: Serve, module: Module
) -> None:
    version = serving(with_kinds(module, feedback="after-passing"))
    first = Sitting(app, as_learner, version)
    before = result_of(first, HALF)
    result_of(Sitting(app, as_learner, version), RIGHT)

    after = as_learner.get(f"{first.place}/result")

    assert rationales_in(before, version) == set()
    assert rationales_in(after, version) == set(RIGHT)


@pytest.mark.parametrize(
    ("language", "said"),
    [
        ("en", "Your next try opens on Nov 22, 2026, 4:30 PM CET."),
        ("es", "A partir del 22 nov 2026, 4:30 p.m. CET podrá volver a intentarlo."),
    ],
)
def test_the_page_says_when_the_next_try_opens_where_the_learner_is(
    app: Flask,
    person: Callable[..., Person],
    sign_in: SignIn,
    module: Module,
    monkeypatch: pytest.MonkeyPatch,
    language: str,
    said: str,
) -> None:
    version = with_attempts(with_kinds(module), wait_minutes=30)
    ana = person(time_zone="Europe/Berlin")
    bring(app, ana, module, READY)
    serve(app, monkeypatch, version)
    monkeypatch.setattr("soar_lms.learning.views.tests.utc_now", lambda: NOW)
    client = sign_in(ana)
    sitting = Sitting(app, client, version)
    result = result_of(sitting, HALF, language)
    test = address(version, "tests", "post", language=language)

    pages = [result, client.get(test), post(client, test)]

    assert [page.status_code for page in pages] == [200, 200, 409]
    for page in pages:
        assert said in words(page).replace("\u202f", " ").replace("\xa0", " ")
        assert not parsed(page).select("main form")


def test_when_the_wait_is_over_the_next_try_begins(
    app: Flask,
    as_learner: FlaskClient,
    serving: Serve,
    module: Module,
) -> None:
    version = serving(with_attempts(with_kinds(module), wait_minutes=30))
    sitting = Sitting(app, as_learner, version)
    sitting.hand_in()
    with app.app_context(), transaction():
        attempt = db.session.merge(sitting.attempt)
        attempt.submitted_at = NOW.replace(year=2025)

    again = Sitting(app, as_learner, version)

    assert again.attempt.number == 2


def test_without_a_try_left_the_page_has_no_button(
    app: Flask, as_learner: FlaskClient, serving: Serve, module: Module
) -> None:
    once = serving(with_attempts(with_kinds(module), limit=1))
    Sitting(app, as_learner, once).hand_in()

    page = as_learner.get(address(once, "tests", "post"))

    assert "You have used all tries of this test." in words(page)
    assert not parsed(page).select("main form")


def test_what_a_part_is_worth_is_told_beforehand(as_learner: FlaskClient, kinds: Module) -> None:
    facts = words(as_learner.get(address(kinds, "tests", "post")), ".test-facts")

    assert "You pass with 3.2 of 4 right answers (80%)." in facts
    assert "Some questions give part of a point" in facts


# --- knowledge checks ---------------------------------------------------------------------------

LESSON = "stop-what-it-is"
CHECK = "check-movement"


def with_check(module: Module, name: str) -> Module:
    """Return the module with one of the kinds in the place of a knowledge check."""
    questions = {**module.spec.questions, CHECK: kind(name, bank="check")}
    version = with_questions(module, questions)
    texts = {
        language: text.model_copy(
            update={"questions": {**text.questions, CHECK: kind_text(name, language)}}
        )
        for language, text in module.texts.items()
    }
    return replace(version, texts=texts)


@pytest.mark.parametrize("enrolled", [True, False], ids=["enrolled", "visitor"])
@pytest.mark.parametrize(
    ("name", "chosen", "said"),
    [
        pytest.param(ORDER, RIGHT[ORDER], "That is right.", id="order"),
        pytest.param(ORDER, HALF[ORDER], "Partly right.", id="order-partly"),
        pytest.param(ORDER, ["greet:1"], "Not finished yet: give every item", id="order-open"),
        pytest.param(
            ORDER,
            ["greet:1", "offer:1", "listen:2", "follow:4"],
            "More than one item has place 1.",
            id="order-clash",
        ),
        pytest.param(PAIRS, ["first:x", "second:y"], "Not quite.", id="pairs-wrong"),
        pytest.param(PAIRS, ["first:y"], "Not finished yet: choose", id="pairs-open"),
        pytest.param(SEVERAL, ["a"], "Partly right.", id="several-partly"),
        pytest.param(
            SCENARIO, ["wait"], "What happens then: consequence wait in en", id="scenario"
        ),
    ],
)
def test_a_check_of_each_kind_answers_in_the_lesson(
    app: Flask,
    client: FlaskClient,
    as_learner: FlaskClient,
    serving: Serve,
    module: Module,
    enrolled: bool,
    name: str,
    chosen: list[str],
    said: str,
) -> None:
    version = serving(with_check(module, name))
    lesson = address(version, SETTING, LESSON)
    if enrolled:
        post(as_learner, f"{lesson}/checks/{CHECK}", {"choice": [*chosen, ""]})
        page = as_learner.get(lesson)
    else:
        page = client.get(lesson, query_string={"check": CHECK, "choice": [*chosen, ""]})

    form = parsed(page).select_one(f"#check-{CHECK}")
    assert form is not None
    found = form.select("[checked], option[selected]")
    assert said in " ".join(form.get_text(" ").split())
    assert sorted(str(field["value"]) for field in found) == sorted(chosen)
    unfinished = "finished" in said or "More than" in said
    assert (CHECK in rationales_in(page, version)) is not unfinished


def test_the_flagship_asks_every_kind(module: Module) -> None:
    """What the content has, somebody sees: each kind stands in a bank or a lesson."""
    asked = {question.type for question in module.spec.questions.values()}
    shown = {
        block.question_id
        for page in module.pages.values()
        for block in page.blocks
        if isinstance(block, CheckBlock)
    }

    assert {"ordering", "matching", "scenario", "multiple"} <= asked
    assert {"check-means", "check-ask-order"} <= shown
