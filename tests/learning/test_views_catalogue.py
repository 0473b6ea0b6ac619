"""The list of modules, a module, its settings, and the learner's own page."""

from __future__ import annotations

from collections.abc import Callable

import pytest
from flask import Flask
from flask.testing import FlaskClient

from soar_lms.accounts.models import Person
from soar_lms.catalogue.model import Module
from soar_lms.database import db, transaction
from soar_lms.learning.models import Enrolment
from soar_lms.learning.standing import get_enrolment
from tests.factories import finish_lessons
from tests.learning.places import ENROLLED, EVALUATED, PASSED, READY, SETTING, address, bring
from tests.support.page import get_page, text_of
from tests.support.quick import parsed, post, summary, words


@pytest.mark.parametrize(
    ("accept", "place"),
    [
        ("es", "/es/"),
        ("en", "/en/"),
        ("fr", "/en/"),
        ("es-419,en-US;q=.8,en;q=.7", "/es/"),
        ("", "/en/"),
    ],
)
def test_the_first_page_leads_to_the_modules_in_the_browsers_language(
    client: FlaskClient, accept: str, place: str
) -> None:
    response = client.get("/", headers={"Accept-Language": accept})

    assert (response.status_code, response.location) == (302, place)
    assert "Accept-Language" in response.headers["Vary"]


@pytest.mark.parametrize("language", ["en", "es"])
def test_the_list_names_every_module_in_the_language_of_the_page(
    client: FlaskClient, module: Module, language: str
) -> None:
    page = get_page(client, f"/{language}/")

    assert text_of(page, "main h3") == module.texts[language].title


def test_a_visitor_sees_the_settings_before_any_account(
    client: FlaskClient, module: Module
) -> None:
    page = parsed(client.get(address(module)))

    assert [link["href"] for link in page.select(".setting-list a")] == [
        address(module, setting) for setting in module.spec.settings
    ]
    assert page.select("main form") == []


def test_a_module_says_beforehand_what_a_pass_and_the_certificate_are(
    client: FlaskClient, module: Module
) -> None:
    facts = words(client.get(address(module)), ".column-side .facts")

    assert "10 questions; 8 right answers (80%) are a pass." in facts
    for language in ("English", "Español"):
        words_of_none = "certificate of completion, no continuing education credit"
        assert f"{language}: {words_of_none}" in facts


# --- beginning ----------------------------------------------------------------------------------


@pytest.mark.parametrize("language", ["en", "es"])
def test_beginning_leads_to_the_first_step(
    app: Flask, as_learner: FlaskClient, learner: Person, module: Module, language: str
) -> None:
    response = post(as_learner, address(module, language=language), {"setting": SETTING})

    assert response.location == address(module, "tests", "pre", language=language)
    with app.app_context():
        enrolment = get_enrolment(learner.id, module.id)
    assert (enrolment.setting, enrolment.language) == (SETTING, language)


@pytest.mark.parametrize("data", [{}, {"setting": ""}, {"setting": "astronomy"}])
def test_beginning_needs_a_setting_that_there_is(
    app: Flask, as_learner: FlaskClient, module: Module, data: dict[str, str]
) -> None:
    response = post(as_learner, address(module), data)

    assert response.status_code == 422
    assert len(summary(response)) == 1
    with app.app_context():
        assert db.session.query(Enrolment).count() == 0


def test_beginning_without_a_token_asks_again(
    app: Flask, as_learner: FlaskClient, module: Module
) -> None:
    response = as_learner.post(address(module), data={"setting": SETTING})

    assert response.status_code == 422
    assert summary(response) == [
        "This page was open for a long time. Please check it and send it again."
    ]
    (box,) = parsed(response).select("[checked]")
    assert box["value"] == SETTING
    with app.app_context():
        assert db.session.query(Enrolment).count() == 0


def test_the_setting_of_another_module_is_offered_first(
    app: Flask, as_learner: FlaskClient, learner: Person, module: Module
) -> None:
    with app.app_context(), transaction():
        db.session.get_one(Person, learner.id).setting = "public-health"

    (box,) = parsed(as_learner.get(address(module))).select("[checked]")

    assert box["value"] == "public-health"


# --- changing the setting -----------------------------------------------------------------------


def test_the_page_of_the_setting_says_what_a_change_adds(
    app: Flask, as_learner: FlaskClient, learner: Person, module: Module
) -> None:
    enrolment = bring(app, learner, module, ENROLLED)
    with app.app_context(), transaction():
        finish_lessons(db.session.merge(enrolment, load=False), module)
    titles = module.texts["en"].lessons
    added = [titles[item.id].title for item in module.spec.lessons if item.by_setting]

    page = get_page(as_learner, address(module, "setting"))

    hints = {
        str(option.select_one("input")["value"]): option.select_one(".option-hint").get_text()  # type: ignore[union-attr,index]  # each has both
        for option in page.select(".option")
    }
    assert hints[SETTING] == "Your setting now"
    assert hints["social-services"] == f"Adds: {'; '.join(added)}"


def test_the_page_of_the_setting_names_what_stays_done(
    app: Flask, as_learner: FlaskClient, learner: Person, module: Module
) -> None:
    bring(app, learner, module, PASSED)
    titles = module.texts["es"].lessons
    shared = [titles[item.id].title for item in module.spec.lessons if not item.by_setting]
    own = [titles[item.id].title for item in module.spec.lessons if item.by_setting]

    facts = get_page(as_learner, address(module, "setting", language="es")).select_one("dl.facts")

    assert facts is not None
    assert [item.get_text() for item in facts.select("dt, dd")] == [
        "Sigue hecho en todos los ámbitos",
        *shared,
        "Queda guardado para Atención médica y cuenta de nuevo si vuelve a ese ámbito",
        *own,
        "Prueba final",
        "Sigue aprobada",
    ]


def test_coming_back_to_a_setting_adds_nothing_that_was_done_there(
    app: Flask, as_learner: FlaskClient, learner: Person, module: Module
) -> None:
    bring(app, learner, module, READY)
    post(as_learner, address(module), {"setting": "social-services"})

    page = get_page(as_learner, address(module, "setting"))

    hint = page.select_one(f".option:has([value={SETTING}]) .option-hint")
    assert hint is not None
    assert hint.get_text() == "Adds nothing: its lessons are done"


def test_a_change_of_setting_leads_to_the_lessons_it_adds(
    app: Flask, as_learner: FlaskClient, learner: Person, module: Module
) -> None:
    bring(app, learner, module, READY)

    response = post(as_learner, address(module), {"setting": "social-services"})

    assert response.location == address(module, "social-services", "observe")


@pytest.mark.parametrize("begun", [True, False])
def test_there_is_no_setting_to_change_before_and_after_the_module(
    app: Flask,
    as_learner: FlaskClient,
    learner: Person,
    module: Module,
    complete: Callable[..., str],
    begun: bool,
) -> None:
    if begun:
        bring(app, learner, module, PASSED)
        complete(learner)

    assert as_learner.get(address(module, "setting")).location == address(module)


# --- going on -----------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("place", "leads_to"),
    [
        (ENROLLED, "tests/pre"),
        (READY, "tests/post"),
        (PASSED, "evaluation"),
        (EVALUATED, "certificate"),
    ],
)
def test_go_on_leads_to_what_is_next(
    app: Flask,
    as_learner: FlaskClient,
    learner: Person,
    module: Module,
    place: int,
    leads_to: str,
) -> None:
    bring(app, learner, module, place)

    response = as_learner.get(address(module, "continue"))

    assert response.location == address(module, leads_to)
    (button,) = parsed(as_learner.get("/en/home")).select(".panel .button")
    assert button["href"] == address(module, leads_to)
    (button,) = parsed(as_learner.get(address(module))).select(".panel .button")
    assert button["href"] == address(module, leads_to)


def test_go_on_without_having_begun_leads_to_the_module(
    as_learner: FlaskClient, module: Module
) -> None:
    assert as_learner.get(address(module, "continue")).location == address(module)


def test_a_finished_module_shows_its_certificate(
    app: Flask,
    as_learner: FlaskClient,
    learner: Person,
    module: Module,
    complete: Callable[..., str],
) -> None:
    bring(app, learner, module, PASSED)
    code = complete(learner)

    home = parsed(as_learner.get("/en/home"))
    assert home.select(".panel") == []
    assert [link["href"] for link in home.select(".card h3 a")] == [f"/en/certificates/{code}"]
    assert "You have completed this module" in words(as_learner.get(address(module)))
    assert as_learner.get(address(module, "continue")).location == address(module)


def test_progress_is_shown_by_step_and_follows_into_the_other_language(
    app: Flask, as_learner: FlaskClient, learner: Person, module: Module
) -> None:
    bring(app, learner, module, READY)

    for language, done in (("en", "done"), ("es", "listo")):
        page = parsed(as_learner.get(address(module, language=language)))
        states = [item.get_text(strip=True) for item in page.select(".step-state")]
        assert states[:2] == [done, done]
        assert len(page.select(".step-next")) == 1


def test_somebody_elses_progress_is_not_mine(
    app: Flask, as_learner: FlaskClient, person: Callable[..., Person], module: Module
) -> None:
    bring(app, person(), module, READY)

    page = parsed(as_learner.get("/en/home"))

    assert page.select(".panel[aria-labelledby^='module-']") == []
    assert [link["href"] for link in page.select(".card a")] == [address(module)]
