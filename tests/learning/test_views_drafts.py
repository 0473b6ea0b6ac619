"""Save and finish later, where more than a choice is filled in: nothing typed is lost."""

from __future__ import annotations

from collections.abc import Callable
from datetime import timedelta

import pytest
from flask import Flask
from flask.testing import FlaskClient

from soar_lms import clock
from soar_lms.accounts.models import Person
from soar_lms.assessments.models import EvaluationResponse
from soar_lms.catalogue.model import Module
from soar_lms.database import db
from soar_lms.learning.models import Enrolment
from soar_lms.sessions import LEFT
from tests.conftest import SignIn
from tests.learning.places import EVALUATED, PASSED, address, bring
from tests.learning.test_views_completion import ANSWERS
from tests.support.quick import parsed, post, summary, value_of, words

HALF = {"useful": "5", "comment": "Más ejemplos de mi ámbito."}
LATER = {"go": "later"}


@pytest.fixture
def passed(app: Flask, learner: Person, module: Module) -> Enrolment:
    return bring(app, learner, module, PASSED)


@pytest.fixture
def evaluated(app: Flask, learner: Person, module: Module) -> Enrolment:
    return bring(app, learner, module, EVALUATED)


def chosen(client: FlaskClient, place: str) -> dict[str, str]:
    """Return what an evaluation is filled in with."""
    page = client.get(place)
    marked = {str(box["name"]): str(box["value"]) for box in parsed(page).select("main [checked]")}
    return {**marked, "comment": value_of(page, "comment").strip()}


@pytest.mark.usefixtures("passed")
def test_half_an_evaluation_waits_in_every_language_and_is_in_no_database(
    app: Flask, as_learner: FlaskClient, module: Module
) -> None:
    response = post(as_learner, address(module, "evaluation"), {**HALF, **LATER})

    assert response.location == "/en/home"
    assert "is kept on this device until" in words(as_learner.get("/en/home"))
    for language in ("en", "es"):
        assert chosen(as_learner, address(module, "evaluation", language=language)) == HALF
    with app.app_context():
        assert db.session.query(EvaluationResponse).count() == 0


@pytest.mark.usefixtures("passed")
def test_whoever_filled_in_the_longer_form_goes_on_with_it(
    as_learner: FlaskClient, module: Module
) -> None:
    post(as_learner, f"{address(module, 'evaluation')}?form=long", {"length": "right", **LATER})

    page = as_learner.get(address(module, "evaluation"))

    assert words(page, "h1") == "Longer evaluation"
    (box,) = parsed(page).select("main [checked]")
    assert box["value"] == "right"


@pytest.mark.usefixtures("passed")
def test_what_was_handed_in_is_kept_on_no_device(as_learner: FlaskClient, module: Module) -> None:
    place = address(module, "evaluation")
    post(as_learner, place, {**HALF, **LATER})
    assert as_learner.get_cookie("draft", path=place) is not None

    post(as_learner, place, {**ANSWERS, **HALF})

    assert as_learner.get_cookie("draft", path=place) is None


@pytest.mark.usefixtures("passed")
def test_the_next_person_at_the_device_sees_nothing_of_it(
    app: Flask,
    as_learner: FlaskClient,
    sign_in: SignIn,
    person: Callable[..., Person],
    module: Module,
) -> None:
    place = address(module, "evaluation")
    post(as_learner, place, {**HALF, **LATER})
    kept = as_learner.get_cookie("draft", path=place)
    assert kept is not None
    other = person()
    bring(app, other, module, PASSED)
    second = sign_in(other)
    second.set_cookie("draft", kept.value, path=place)

    assert chosen(second, place) == {"comment": ""}
    assert (kept.http_only, kept.same_site) == (True, "Lax")


@pytest.mark.usefixtures("evaluated")
def test_a_name_and_what_goes_with_it_wait_as_they_were_typed(
    as_learner: FlaskClient, module: Module
) -> None:
    place = address(module, "certificate")

    post(as_learner, place, {"name": "María de la O Núñez", "territory": "TX", **LATER})

    page = as_learner.get(place)
    assert value_of(page, "name") == "María de la O Núñez"
    assert parsed(page).select("[name=territory] [selected]")[0]["value"] == "TX"
    assert "This is what you had filled in." in words(page)


@pytest.mark.usefixtures("passed")
def test_what_no_browser_keeps_is_said_and_stays_on_the_page(
    as_learner: FlaskClient, module: Module
) -> None:
    noise = "".join(chr(0x4E00 + 37 * place % 20_000) for place in range(2_000))

    response = post(as_learner, address(module, "evaluation"), {"comment": noise, **LATER})

    assert response.status_code == 422
    assert summary(response) == [
        "This is too long to keep it for later. Make it shorter, or hand it in now."
    ]
    assert value_of(response, "comment").strip() == noise


@pytest.mark.usefixtures("passed")
def test_a_page_that_was_open_too_long_keeps_nothing_and_loses_nothing(
    as_learner: FlaskClient, module: Module
) -> None:
    place = address(module, "evaluation")

    response = as_learner.post(place, data={**HALF, **LATER, "csrf_token": "old"})

    assert response.status_code == 422
    assert value_of(response, "comment").strip() == HALF["comment"]
    assert as_learner.get_cookie("draft", path=place) is None


@pytest.mark.usefixtures("passed")
def test_a_form_sent_after_the_session_had_ended_is_there_after_signing_in(
    as_learner: FlaskClient, learner: Person, module: Module
) -> None:
    place = address(module, "evaluation")
    with as_learner.session_transaction() as session:
        session[LEFT] = f"{session.pop('_user_id')}.7"

    response = as_learner.post(place, data=HALF)
    assert response.location == f"/en/sign-in?next={place}"
    with as_learner.session_transaction() as session:
        session["_user_id"] = f"{session.pop(LEFT).partition('.')[0]}"

    assert chosen(as_learner, place) == HALF


@pytest.mark.usefixtures("passed")
def test_a_stranger_leaves_nothing_behind(client: FlaskClient, module: Module) -> None:
    response = client.post(address(module, "evaluation"), data=HALF)

    assert "draft" not in response.headers.get("Set-Cookie", "")


@pytest.mark.usefixtures("passed")
def test_it_waits_two_weeks_and_no_longer(
    as_learner: FlaskClient, module: Module, monkeypatch: pytest.MonkeyPatch
) -> None:
    place = address(module, "evaluation")
    post(as_learner, place, {**HALF, **LATER})
    moment = clock.utc_now() + timedelta(days=15)

    monkeypatch.setattr("soar_lms.learning.views.drafts.utc_now", lambda: moment)

    assert chosen(as_learner, place) == {"comment": ""}
