"""Lessons of somebody who is enrolled: done, and checked, and kept."""

from __future__ import annotations

from collections.abc import Callable
from urllib.parse import urljoin

import pytest
from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy import select

from soar_lms.accounts.models import Person
from soar_lms.assessments.models import CheckAnswer
from soar_lms.catalogue.model import Module
from soar_lms.database import db
from soar_lms.learning.models import Enrolment, LessonCompletion
from tests.conftest import SignIn
from tests.learning.places import (
    ENROLLED,
    PASSED,
    SETTING,
    address,
    bring,
    rationales_in,
)
from tests.learning.test_views_reading import check_with
from tests.support.quick import parsed, post, words

OTHER = "social-services"
JSON = {"Accept": "application/json"}


@pytest.fixture
def enrolment(app: Flask, learner: Person, module: Module) -> Enrolment:
    return bring(app, learner, module, ENROLLED)


def done(app: Flask) -> set[tuple[str, str]]:
    with app.app_context():
        rows = db.session.scalars(select(LessonCompletion))
        return {(row.lesson_id, row.setting) for row in rows}


def kept(app: Flask) -> dict[str, list[str]]:
    with app.app_context():
        return {row.question_id: row.chosen for row in db.session.scalars(select(CheckAnswer))}


# --- done ---------------------------------------------------------------------------------------


@pytest.mark.usefixtures("enrolment")
def test_done_leads_to_what_is_next(as_learner: FlaskClient, app: Flask, module: Module) -> None:
    first, second = (lesson.id for lesson in module.spec.lessons[:2])

    response = post(as_learner, address(module, SETTING, first))

    assert response.location == address(module, "tests", "pre")
    assert done(app) == {(first, "")}
    response = post(as_learner, address(module, SETTING, second))
    assert done(app) == {(first, ""), (second, "")}


@pytest.mark.usefixtures("enrolment")
def test_the_language_last_used_is_remembered(
    as_learner: FlaskClient, app: Flask, enrolment: Enrolment, module: Module
) -> None:
    post(as_learner, address(module, SETTING, "welcome", language="es"))

    with app.app_context():
        assert db.session.get_one(Enrolment, enrolment.id).language == "es"


@pytest.mark.usefixtures("enrolment")
def test_a_lesson_of_another_setting_can_be_read_and_does_not_count(
    as_learner: FlaskClient, app: Flask, module: Module
) -> None:
    there = address(module, OTHER, "observe")
    page = as_learner.get(there)
    assert "You are reading the lesson of another setting." in words(page, ".lesson-end")

    post(as_learner, there)

    assert done(app) == set()


def test_whoever_did_not_begin_has_nothing_to_be_done(
    as_learner: FlaskClient, module: Module
) -> None:
    page = as_learner.get(address(module, SETTING, "welcome"))

    assert "You have not begun this module" in words(page, ".lesson-end")
    assert post(as_learner, address(module, SETTING, "welcome")).status_code == 404


def test_a_visitor_is_sent_to_sign_in(client: FlaskClient, module: Module) -> None:
    response = post(client, address(module, SETTING, "welcome"))

    assert response.status_code == 302
    assert response.location == f"/en/sign-in?next={address(module, SETTING, 'welcome')}"


@pytest.mark.usefixtures("enrolment")
def test_done_with_a_token_that_is_too_old_says_so(
    as_learner: FlaskClient, app: Flask, module: Module
) -> None:
    response = as_learner.post(
        address(module, SETTING, "welcome"), data={"csrf_token": "old"}, follow_redirects=True
    )

    assert done(app) == set()
    assert "This page was open for a long time." in words(response)


def test_a_finished_module_has_lessons_to_read_and_no_button(
    app: Flask,
    learner: Person,
    as_learner: FlaskClient,
    module: Module,
    complete: Callable[..., str],
) -> None:
    bring(app, learner, module, PASSED)
    complete(learner)

    page = as_learner.get(address(module, SETTING, "welcome"))

    assert page.status_code == 200
    assert parsed(page).select(".lesson-end form") == []


# --- checks -------------------------------------------------------------------------------------


@pytest.mark.usefixtures("enrolment")
@pytest.mark.parametrize("right", [True, False])
def test_an_answer_is_kept_and_said_back_in_every_language(
    as_learner: FlaskClient, app: Flask, module: Module, right: bool
) -> None:
    name, lesson = check_with(module, several=False)
    question = module.spec.questions[name]
    chosen = next(option for option in question.options if (option in question.correct) == right)
    place = address(module, SETTING, lesson, "checks", name)

    response = post(as_learner, place, {"choice": chosen})

    assert response.location == f"{address(module, SETTING, lesson)}#check-{name}"
    assert kept(app) == {name: [chosen]}
    for language in ("en", "es"):
        page = as_learner.get(address(module, SETTING, lesson, language=language))
        assert rationales_in(page, module) == {name}
        (box,) = parsed(page).select(f"#check-{name} [checked]")
        assert box["value"] == chosen


@pytest.mark.usefixtures("enrolment")
def test_a_script_gets_the_feedback_of_this_check_only(
    as_learner: FlaskClient, app: Flask, module: Module
) -> None:
    name, lesson = check_with(module, several=False)
    chosen = module.spec.questions[name].options[0]
    place = address(module, SETTING, lesson, "checks", name)

    response = post(as_learner, place, {"choice": chosen}, headers=JSON)

    assert response.is_json
    assert list(response.json or {}) == ["html"]
    assert rationales_in(response, module) == {name}
    assert kept(app) == {name: [chosen]}


@pytest.mark.usefixtures("enrolment")
@pytest.mark.parametrize("chosen", [["zzz"], ["a", "b"], ["a", "a"]])
@pytest.mark.parametrize("headers", [{}, JSON], ids=["page", "json"])
def test_an_impossible_answer_is_refused_without_a_word_about_the_right_one(
    as_learner: FlaskClient,
    app: Flask,
    module: Module,
    chosen: list[str],
    headers: dict[str, str],
) -> None:
    name, lesson = check_with(module, several=False)
    place = address(module, SETTING, lesson, "checks", name)

    response = post(as_learner, place, {"choice": chosen}, headers=headers)

    assert response.status_code == 422
    assert rationales_in(response, module) == set()
    assert kept(app) == {}


@pytest.mark.usefixtures("enrolment")
def test_no_choice_is_no_answer(as_learner: FlaskClient, app: Flask, module: Module) -> None:
    name, lesson = check_with(module, several=False)

    response = post(as_learner, address(module, SETTING, lesson, "checks", name))

    assert response.status_code == 302
    assert kept(app) == {}


@pytest.mark.usefixtures("enrolment")
def test_a_check_stands_only_in_its_own_lesson(as_learner: FlaskClient, module: Module) -> None:
    name, lesson = check_with(module, several=False)
    others = [item.id for item in module.spec.lessons if item.id != lesson]

    for place in (*others, "astronomy"):
        found = address(module, SETTING, place, "checks", name)
        assert post(as_learner, found, {"choice": "a"}).status_code == 404
    missing = address(module, SETTING, lesson, "checks", "astronomy")
    assert post(as_learner, missing, {"choice": "a"}).status_code == 404


@pytest.mark.usefixtures("enrolment")
def test_a_check_in_the_lesson_of_another_setting_is_answered_too(
    as_learner: FlaskClient, app: Flask, module: Module
) -> None:
    page = module.find_page("observe", OTHER, "en")
    assert page is not None
    name = next(name for name in page.check_ids() if "ss" in name)
    (form,) = parsed(as_learner.get(address(module, OTHER, "observe"))).select(f"#check-{name}")
    assert form["method"] == "get"

    place = urljoin(address(module, OTHER, "observe"), str(form["action"])).partition("#")[0]
    response = as_learner.get(place, query_string={"check": name, "choice": "a"})

    assert rationales_in(response, module) == {name}
    assert kept(app) == {}


@pytest.mark.usefixtures("learner")
def test_somebody_elses_answer_is_nobody_elses(
    app: Flask, sign_in: SignIn, person: Callable[..., Person], module: Module
) -> None:
    name, lesson = check_with(module, several=False)
    first, second = person(), person()
    for somebody in (first, second):
        bring(app, somebody, module, ENROLLED)
    post(sign_in(first), address(module, SETTING, lesson, "checks", name), {"choice": "a"})

    page = sign_in(second).get(address(module, SETTING, lesson))

    assert rationales_in(page, module) == set()
    assert parsed(page).select(f"#check-{name} [checked]") == []
