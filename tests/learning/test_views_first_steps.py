"""The first visit, and the answers that Help gives to one person."""

from __future__ import annotations

from collections.abc import Callable

import pytest
from flask import Flask
from flask.testing import FlaskClient

from soar_lms.accounts.models import Person
from soar_lms.catalogue.model import Module
from tests.learning.places import ENROLLED, EVALUATED, PASSED, address, bring
from tests.support.quick import parsed, words


@pytest.mark.parametrize(("language", "title"), [("en", "How this works"), ("es", "Cómo funciona")])
def test_who_has_begun_nothing_is_told_how_this_works(
    as_learner: FlaskClient, language: str, title: str
) -> None:
    home = as_learner.get(f"/{language}/home")

    assert words(home, "#first-steps") == title
    assert len(parsed(home).select(".panel > ol > li")) == 5
    assert parsed(home).select(".panel details") == []


def test_a_trainer_is_told_how_to_begin_as_well(as_trainer: FlaskClient) -> None:
    home = as_trainer.get("/en/home")

    assert words(home, ".panel summary") == "First steps for trainers"


def test_who_has_begun_finds_it_in_help(
    app: Flask, as_learner: FlaskClient, learner: Person, module: Module
) -> None:
    bring(app, learner, module, ENROLLED)

    assert parsed(as_learner.get("/en/home")).select("#first-steps") == []
    assert "Choose a module and your professional setting." in words(as_learner.get("/en/help"))


@pytest.mark.parametrize(
    ("place", "left"),
    [
        (ENROLLED, "questions to begin, 9 lessons, final test, evaluation, name on"),
        (PASSED, "evaluation, name on the certificate"),
        (EVALUATED, "name on the certificate"),
    ],
)
def test_help_says_to_each_what_is_left_until_their_certificate(
    app: Flask,
    as_learner: FlaskClient,
    learner: Person,
    module: Module,
    place: int,
    left: str,
) -> None:
    bring(app, learner, module, place)

    page = as_learner.get("/en/help")

    assert f"Still to do: {left}" in words(page, ".box")
    (link,) = parsed(page).select(".box a")
    assert link["href"] == address(module, "continue")


def test_help_leads_to_a_certificate_that_is_there(
    app: Flask,
    as_learner: FlaskClient,
    learner: Person,
    module: Module,
    complete: Callable[..., str],
) -> None:
    bring(app, learner, module, PASSED)
    code = complete(learner)

    page = as_learner.get("/es/help")

    (link,) = parsed(page).select(".box a")
    assert link["href"] == f"/es/certificates/{code}"
    assert "Falta" not in words(page, ".box")


def test_help_says_to_a_newcomer_that_there_is_none_yet_and_nothing_to_a_visitor(
    client: FlaskClient, as_learner: FlaskClient
) -> None:
    assert "You have not begun a module yet" in words(as_learner.get("/en/help"), ".box")
    assert parsed(client.get("/en/help")).select(".box") == []


@pytest.mark.parametrize(
    ("place", "marked"),
    [("/en/home", ["/en/home"]), ("/en/", ["/en/"]), ("/en/help", [])],
)
def test_the_menu_says_which_of_its_pages_is_open(
    as_learner: FlaskClient, place: str, marked: list[str]
) -> None:
    links = parsed(as_learner.get(place)).select(".site-nav [aria-current=page]")

    assert [link["href"] for link in links] == marked
