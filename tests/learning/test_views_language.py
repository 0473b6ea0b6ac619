"""Changing the language in the middle of something: the place, the words and the answers stay."""

from __future__ import annotations

from bs4 import Tag
from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy import select
from werkzeug.test import TestResponse

from soar_lms.accounts.models import Person
from soar_lms.assessments import services as assessments
from soar_lms.assessments.models import Attempt, EvaluationResponse
from soar_lms.catalogue.model import Module
from soar_lms.certificates.models import Certificate
from soar_lms.clock import utc_now
from soar_lms.database import db, transaction
from tests.factories import make_certificate, make_follow_up_link, some_answer
from tests.learning.places import EVALUATED, PASSED, READY, address, bring
from tests.support.quick import parsed, post, summary, value_of


def switch_in(client: FlaskClient, page: str) -> Tag:
    """Return the button in a form that shows it in Spanish without scripts."""
    (button,) = parsed(client.get(page)).select("main form noscript button[lang=es]")
    return button


def turn(client: FlaskClient, page: str, **typed: str | list[str]) -> TestResponse:
    """Fill in a form a little, and press the button with the other language."""
    button = switch_in(client, page)
    pressed = {str(button["name"]): str(button["value"])}
    return post(client, str(button["formaction"]), {**typed, **pressed})


def chosen_in(response: TestResponse) -> dict[str, str]:
    """Return what is chosen in a form that is shown in Spanish."""
    boxes = parsed(response).select("html[lang=es] main [checked]")
    return {str(box["name"]): str(box["value"]) for box in boxes}


def test_an_answer_is_saved_and_the_same_question_comes_in_the_other_language(
    app: Flask, as_learner: FlaskClient, learner: Person, module: Module
) -> None:
    bring(app, learner, module, READY)
    question = str(post(as_learner, address(module, "tests", "post")).location)
    with app.app_context():
        attempt = db.session.scalars(select(Attempt).where(Attempt.submitted_at.is_(None))).one()
        chosen, attempt_id = some_answer(attempt.items[0]), attempt.id

    response = turn(as_learner, question, choice=chosen)

    assert response.location == question.replace("/en/", "/es/", 1)
    with app.app_context():
        (saved,) = assessments.list_answers(attempt_id).values()
    assert saved == chosen


def test_an_evaluation_is_shown_in_the_other_language_with_all_that_was_typed(
    app: Flask, as_learner: FlaskClient, learner: Person, module: Module
) -> None:
    bring(app, learner, module, PASSED)

    response = turn(as_learner, address(module, "evaluation"), useful="5", comment="Half a")

    assert (response.status_code, summary(response)) == (200, [])
    assert chosen_in(response) == {"useful": "5"}
    assert value_of(response, "comment").strip() == "Half a"
    with app.app_context():
        assert db.session.query(EvaluationResponse).count() == 0


def test_a_follow_up_is_shown_in_the_other_language_with_all_that_was_typed(
    app: Flask, client: FlaskClient, learner: Person, module: Module
) -> None:
    with app.app_context(), transaction():
        person = db.session.get_one(Person, learner.id)
        make_certificate(person, module)
        link = make_follow_up_link(person, module, "a-link-of-an-e-mail")

    response = turn(client, f"/en/follow-up/{link}", used="not-yet", needs="Half a")

    assert (response.status_code, summary(response)) == (200, [])
    assert chosen_in(response) == {"used": "not-yet"}
    assert value_of(response, "needs").strip() == "Half a"
    with app.app_context():
        assert db.session.query(EvaluationResponse).filter_by(form_id="follow-up").count() == 0


def test_the_last_step_is_shown_in_the_other_language_with_all_that_was_typed(
    app: Flask, as_learner: FlaskClient, learner: Person, module: Module
) -> None:
    bring(app, learner, module, EVALUATED)

    response = turn(as_learner, address(module, "certificate"), name="Ana de la O", territory="TX")

    assert (response.status_code, summary(response)) == (200, [])
    assert value_of(response, "name") == "Ana de la O"
    (chosen,) = parsed(response).select("html[lang=es] [name=territory] [selected]")
    assert chosen["value"] == "TX"


def test_a_certificate_can_be_had_in_the_other_language_after_it_was_seen(
    app: Flask, as_learner: FlaskClient, learner: Person, module: Module
) -> None:
    """Its page has nothing typed that a browser would keep, so the button is there always."""
    bring(app, learner, module, EVALUATED)
    seen = post(as_learner, address(module, "certificate"), {"name": "Ana de la O"})
    (button,) = parsed(seen).select("main form button[lang=es]")
    typed = {
        str(field["name"]): str(field["value"])
        for field in parsed(seen).select("main form input[type=hidden]")
    }

    response = post(as_learner, str(button["formaction"]), {**typed, str(button["name"]): "yes"})

    assert button.find_parent("noscript") is None
    assert (response.status_code, value_of(response, "name")) == (200, "Ana de la O")
    with app.app_context():
        assert db.session.query(Certificate).count() == 0


def test_a_name_to_be_corrected_is_shown_in_the_other_language(
    app: Flask, as_learner: FlaskClient, learner: Person, module: Module
) -> None:
    with app.app_context(), transaction():
        code = make_certificate(learner, module, name="Ana Torres", now=utc_now()).code

    response = turn(as_learner, f"/en/certificates/{code}/name", name="Ana Núñez", quietly="y")

    assert (response.status_code, summary(response)) == (200, [])
    assert (value_of(response, "name"), chosen_in(response)) == ("Ana Núñez", {"quietly": "y"})
