"""Where somebody is on the way, and that they come back to exactly that place."""

from __future__ import annotations

import pytest
from flask import Flask
from flask.testing import FlaskClient

from soar_lms.accounts.models import Person
from soar_lms.catalogue.model import Module
from soar_lms.learning.models import Enrolment
from tests.conftest import SignIn
from tests.learning.places import ENROLLED, EVALUATED, PASSED, READY, SETTING, address, bring
from tests.learning.test_views_reading import check_with
from tests.support.quick import parsed, post, words


@pytest.fixture
def enrolment(app: Flask, learner: Person, module: Module) -> Enrolment:
    return bring(app, learner, module, ENROLLED)


def hand_in_the_questions_to_begin(client: FlaskClient, module: Module) -> None:
    post(client, address(module, "tests", "pre"))
    post(client, address(module, "tests", "pre", 1, "review"))


# --- coming back --------------------------------------------------------------------------------


@pytest.mark.usefixtures("enrolment")
def test_go_on_leads_to_the_check_that_was_answered_last_on_another_device(
    as_learner: FlaskClient, sign_in: SignIn, learner: Person, module: Module
) -> None:
    hand_in_the_questions_to_begin(as_learner, module)
    name, lesson = check_with(module, several=False)
    place = address(module, SETTING, lesson)
    post(as_learner, f"{place}/checks/{name}", {"choice": "a"})
    phone = sign_in(learner)

    (button,) = parsed(phone.get("/en/home")).select(".panel .button-primary")
    response = phone.get(str(button["href"]))

    assert response.location == f"{place}#check-{name}"


@pytest.mark.usefixtures("enrolment")
def test_go_on_leads_to_the_lesson_after_the_one_that_was_done_last(
    as_learner: FlaskClient, module: Module
) -> None:
    hand_in_the_questions_to_begin(as_learner, module)
    *_, fourth, fifth, _ = module.spec.lessons

    response = post(as_learner, address(module, SETTING, fourth.id))

    assert response.location == address(module, SETTING, fifth.id)
    again = as_learner.get(address(module, "continue"))
    assert again.location == address(module, SETTING, fifth.id)


@pytest.mark.usefixtures("enrolment")
def test_after_the_last_lesson_those_that_were_left_out_come(
    as_learner: FlaskClient, module: Module
) -> None:
    hand_in_the_questions_to_begin(as_learner, module)

    response = post(as_learner, address(module, SETTING, module.spec.lessons[-1].id))

    assert response.location == address(module, SETTING, module.spec.lessons[0].id)


@pytest.mark.usefixtures("enrolment")
def test_a_test_goes_on_at_the_first_question_without_an_answer_on_another_device(
    as_learner: FlaskClient, sign_in: SignIn, learner: Person, module: Module
) -> None:
    place = address(module, "tests", "pre")
    post(as_learner, place)
    question = parsed(as_learner.get(f"{place}/1/1")).select_one("[name=choice][value]")
    assert question is not None
    post(as_learner, f"{place}/1/1", {"choice": str(question["value"]), "go": "later"})

    response = post(sign_in(learner), place)

    assert response.location == f"{place}/1/2"


# --- the short version --------------------------------------------------------------------------


@pytest.mark.usefixtures("enrolment")
def test_no_button_of_a_short_version_leads_into_the_long_one(
    as_learner: FlaskClient, module: Module
) -> None:
    lesson = next(item for item in module.spec.lessons if item.content_warning)
    place = f"{address(module, SETTING, lesson.id)}?version=brief"

    (form,) = parsed(as_learner.get(place)).select(".lesson-end form")
    response = as_learner.post(place, data={"csrf_token": "old"})

    assert form["action"] == f"{lesson.id}?version=brief"
    assert response.location == place


@pytest.mark.usefixtures("enrolment")
def test_every_lesson_with_a_warning_has_a_way_round_that_counts(
    as_learner: FlaskClient, module: Module
) -> None:
    warned = [item for item in module.spec.lessons if item.content_warning]
    for lesson in warned:
        place = address(module, SETTING, lesson.id)
        assert "counts the same" in words(as_learner.get(place), ".box-warning")
        post(as_learner, f"{place}?version=brief")

    done = parsed(as_learner.get(address(module, SETTING))).select(".lesson-done")
    assert len(done) == len(warned) == 3


@pytest.mark.usefixtures("enrolment")
def test_a_test_warns_kindly_of_its_stories_where_the_lessons_do(
    as_learner: FlaskClient, module: Module
) -> None:
    said = words(as_learner.get(address(module, "tests", "pre")), ".box-warning")

    assert "You can leave a question out, stop at any time" in said


# --- too early ----------------------------------------------------------------------------------


@pytest.mark.usefixtures("enrolment")
@pytest.mark.parametrize("step", ["evaluation", "certificate"])
def test_who_comes_too_early_is_told_so_and_led_to_what_is_next(
    as_learner: FlaskClient, module: Module, step: str
) -> None:
    page = as_learner.get(address(module, step), follow_redirects=True)

    assert words(page, "h1") == "Questions to begin"
    assert "Something else comes before this step." in words(page, ".flash")


def test_who_comes_back_to_a_step_that_is_done_is_led_on_without_a_word(
    app: Flask, as_learner: FlaskClient, learner: Person, module: Module
) -> None:
    bring(app, learner, module, EVALUATED)

    page = as_learner.get(address(module, "evaluation"), follow_redirects=True)

    assert words(page, "h1") == "Your certificate"
    assert parsed(page).select(".flash") == []


# --- checks -------------------------------------------------------------------------------------


@pytest.mark.usefixtures("enrolment")
@pytest.mark.parametrize("language", ["en", "es"])
def test_a_check_without_a_choice_says_at_its_place_what_to_do(
    as_learner: FlaskClient, module: Module, language: str
) -> None:
    name, lesson = check_with(module, several=False)
    place = address(module, SETTING, lesson, language=language)
    wanted = {"en": "Choose an answer first", "es": "Primero elija una respuesta"}[language]

    response = post(as_learner, f"{place}/checks/{name}")
    quick = post(as_learner, f"{place}/checks/{name}", headers={"Accept": "application/json"})

    assert response.location == f"{place}?check={name}#check-{name}"
    page = as_learner.get(f"{place}?check={name}")
    assert wanted in words(page, f"#check-{name} [role=status]")
    assert wanted in (quick.json or {})["html"]


@pytest.mark.usefixtures("enrolment")
def test_an_answer_that_is_not_right_may_be_given_again(
    as_learner: FlaskClient, module: Module
) -> None:
    name, lesson = check_with(module, several=False)
    question = module.spec.questions[name]
    place = address(module, SETTING, lesson)

    said = {}
    for is_right in (True, False):
        chosen = next(item for item in question.options if (item in question.correct) == is_right)
        post(as_learner, f"{place}/checks/{name}", {"choice": chosen})
        said[is_right] = words(as_learner.get(place), f"#check-{name} .feedback")

    assert "You can choose again" in said[False]
    assert "You can choose again" not in said[True]


# --- where somebody is --------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("place", "page", "wanted"),
    [
        (ENROLLED, "tests/pre", "Step 1 of 5 · about 60 minutes left"),
        (READY, "tests/post", "Step 3 of 5 · about 8 minutes left"),
        (PASSED, "evaluation", "Step 4 of 5 · about 4 minutes left"),
        (EVALUATED, "certificate", "Step 5 of 5 · about 1 minute left"),
    ],
)
def test_every_step_says_where_it_is_and_how_long_the_rest_takes(
    app: Flask,
    as_learner: FlaskClient,
    learner: Person,
    module: Module,
    place: int,
    page: str,
    wanted: str,
) -> None:
    bring(app, learner, module, place)

    assert words(as_learner.get(address(module, page)), ".lesson-place") == wanted
    for overview in ("/en/home", address(module)):
        shown = as_learner.get(overview)
        assert wanted.partition("· ")[2] in words(shown, ".panel")
        assert len(parsed(shown).select("[aria-current=step]")) == 1


@pytest.mark.usefixtures("enrolment")
def test_a_lesson_names_the_next_one_and_the_minutes_after_it(
    as_learner: FlaskClient, module: Module
) -> None:
    first, second, *others = module.spec.lessons
    minutes = second.minutes + sum(item.minutes for item in others)

    said = words(as_learner.get(address(module, SETTING, first.id)), ".lesson-end")

    assert f"The next lesson: {module.texts['en'].lessons[second.id].title}" in said
    assert f"about {minutes} minutes of lessons are left" in said


@pytest.mark.usefixtures("enrolment")
def test_a_question_and_its_result_say_what_is_left(
    as_learner: FlaskClient, module: Module
) -> None:
    post(as_learner, address(module, "tests", "pre"))
    question = as_learner.get(address(module, "tests", "pre", 1, 1))
    post(as_learner, address(module, "tests", "pre", 1, "review"))

    result = as_learner.get(address(module, "tests", "pre", 1, "result"))

    assert words(question, ".lesson-place") == "about 4 minutes left"
    assert words(result, "main .button-primary") == "Go on: Lessons"
    assert words(result, ".lesson-place") == "Step 1 of 5 · about 57 minutes left"
