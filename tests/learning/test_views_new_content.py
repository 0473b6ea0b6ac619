"""New content under an open attempt: it is finished as it began, in either language."""

from __future__ import annotations

from dataclasses import replace

import pytest
from flask import Flask
from flask.testing import FlaskClient

from soar_lms.accounts.models import Person
from soar_lms.assessments.grading import Shape
from soar_lms.assessments.items import frozen_key
from soar_lms.catalogue.model import Module
from soar_lms.catalogue.schema import QuestionKind, QuestionSpec, QuestionText
from tests.assessments.variants import with_post, with_questions, with_spec
from tests.learning.places import READY, bring, serve
from tests.learning.test_views_tests import Sitting
from tests.support.quick import parsed, words


@pytest.fixture
def sitting(app: Flask, learner: Person, as_learner: FlaskClient, module: Module) -> Sitting:
    """Return a learner in front of a test that was begun on the content of today."""
    bring(app, learner, module, READY)
    return Sitting(app, as_learner, module)


def first(sitting: Sitting) -> tuple[int, str, list[str]]:
    """Return the position, the id and the options of the first question with one answer.

    Not one of true and false, whose words are those of the site.
    """
    return next(
        (position, item["question_id"], item["options"])
        for position, item in enumerate(sitting.attempt.items, 1)
        if frozen_key(item).shape is Shape.ONE and "true" not in item["options"]
    )


def with_question(module: Module, name: str, **changes: object) -> Module:
    """Return the module with one question changed; its words follow its options."""
    question: QuestionSpec = module.spec.questions[name].model_copy(update=changes)
    texts = {
        language: text.model_copy(
            update={"questions": {**text.questions, name: _fitting(text.questions[name], question)}}
        )
        for language, text in module.texts.items()
    }
    changed = with_questions(module, {**module.spec.questions, name: question})
    return replace(changed, texts=texts)


def _fitting(text: QuestionText, question: QuestionSpec) -> QuestionText:
    options = {name: said for name, said in text.options.items() if name in question.options}
    return text.model_copy(update={"options": options})


def without_question(module: Module, name: str) -> Module:
    left = {key: item for key, item in module.spec.questions.items() if key != name}
    texts = {
        language: text.model_copy(
            update={"questions": {key: said for key, said in text.questions.items() if key != name}}
        )
        for language, text in module.texts.items()
    }
    return replace(with_questions(module, left), texts=texts)


def labels(sitting: Sitting, position: int, language: str = "en") -> list[str]:
    page = parsed(sitting.question(position, language))
    return [tag.get_text(" ", strip=True) for tag in page.select(".question label")]


def values(sitting: Sitting, position: int, language: str = "en") -> list[str]:
    page = parsed(sitting.question(position, language))
    return [str(tag["value"]) for tag in page.select(".question input[name=choice]")]


@pytest.mark.parametrize(
    ("language", "stem"),
    [
        ("en", "This question has been taken out of the module. Your answer is kept."),
        ("es", "Esta pregunta ya no forma parte del módulo. Su respuesta queda guardada."),
    ],
)
def test_a_question_that_left_the_module_keeps_its_place(
    app: Flask,
    sitting: Sitting,
    module: Module,
    monkeypatch: pytest.MonkeyPatch,
    language: str,
    stem: str,
) -> None:
    position, gone, options = first(sitting)
    serve(app, monkeypatch, without_question(module, gone))

    page = sitting.question(position, language)

    assert page.status_code == 200
    assert words(page, ".question legend") == stem
    assert values(sitting, position, language) == options


def test_a_test_with_a_question_that_left_is_finished_as_it_began(
    app: Flask, sitting: Sitting, module: Module, monkeypatch: pytest.MonkeyPatch
) -> None:
    _, gone, _ = first(sitting)
    serve(app, monkeypatch, without_question(module, gone))

    sitting.answer_all(right=10)
    review = sitting.client.get(f"{sitting.place}/review")
    result = sitting.client.get(str(sitting.hand_in().location))

    assert (review.status_code, result.status_code) == (200, 200)
    assert sitting.attempt.points == 10
    assert sitting.attempt.passed
    assert gone in sitting.answers


def test_an_option_that_left_can_still_be_chosen_and_counts(
    app: Flask, sitting: Sitting, module: Module, monkeypatch: pytest.MonkeyPatch
) -> None:
    position, name, options = first(sitting)
    item = sitting.attempt.items[position - 1]
    (right,) = item["correct"]
    rest = tuple(option for option in options if option != right)
    serve(app, monkeypatch, with_question(module, name, options=rest, correct=rest[:1]))

    assert f"Answer {right.upper()}" in labels(sitting, position)
    sitting.answer_all(right=10)
    result = sitting.client.get(str(sitting.hand_in().location))

    assert result.status_code == 200
    assert sitting.attempt.points == 10


def test_a_question_that_takes_several_answers_now_takes_one_in_an_open_test(
    app: Flask, sitting: Sitting, module: Module, monkeypatch: pytest.MonkeyPatch
) -> None:
    position, name, _ = first(sitting)
    serve(app, monkeypatch, with_question(module, name, type=QuestionKind.MULTIPLE))

    page = parsed(sitting.question(position))

    assert {tag["type"] for tag in page.select(".question input[name=choice]")} == {"radio"}


def test_an_open_test_keeps_its_key_its_mark_and_its_version(
    app: Flask, sitting: Sitting, module: Module, monkeypatch: pytest.MonkeyPatch
) -> None:
    position, name, options = first(sitting)
    wrong = next(
        option for option in options if option not in sitting.attempt.items[position - 1]["correct"]
    )
    changed = with_question(module, name, correct=(wrong,))
    stricter = with_post(with_spec(changed, version="9.0.0"), pass_mark=100, draw=5)
    serve(app, monkeypatch, stricter)
    begun = sitting.attempt.items

    sitting.answer_all(right=8)
    result = sitting.client.get(str(sitting.hand_in().location))

    attempt = sitting.attempt
    assert (attempt.items, attempt.pass_mark) == (begun, 80)
    assert attempt.points == 8
    assert attempt.passed
    assert attempt.module_version == module.spec.version
    assert "8 of 10" in words(result)


def test_an_open_test_shows_the_same_items_in_the_other_language(
    sitting: Sitting, module: Module
) -> None:
    """The language of the page changes the words, and not what is asked or in which order."""
    for position, item in enumerate(sitting.attempt.items, 1):
        name = item["question_id"]
        for language in ("en", "es"):
            text = module.texts[language].questions[name]

            page = sitting.question(position, language)

            assert words(page, ".question legend") == " ".join(text.stem.split())
            if frozen_key(item).shape is Shape.ONE:
                assert values(sitting, position, language) == item["options"]


def test_an_answer_given_in_one_language_is_chosen_in_the_other(sitting: Sitting) -> None:
    position, _, options = first(sitting)
    sitting.answer(position, options[1])

    page = parsed(sitting.question(position, "es"))

    assert [tag["value"] for tag in page.select("input[checked]")] == [options[1]]
