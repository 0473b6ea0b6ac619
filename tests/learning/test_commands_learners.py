"""`soar-lms learners show`: what support staff is told, in words and as JSON."""

from __future__ import annotations

import json
from typing import Any

import pytest
from click.testing import CliRunner, Result
from flask import Flask

from soar_lms.assessments import services as assessments
from soar_lms.catalogue.model import Module
from soar_lms.certificates.codes import format_code
from soar_lms.certificates.models import Certificate
from soar_lms.database import db, transaction
from soar_lms.learning import services
from soar_lms.learning.commands import learners
from soar_lms.learning.models import Enrolment
from soar_lms.learning.path import PathKind
from tests.factories import (
    NOW,
    make_certificate,
    make_enrolment,
    make_person,
    some_answer,
    take_test,
)
from tests.learning.places import serve
from tests.learning.renewals import noon, renewable
from tests.support.queries import queries_of

EMAIL = "ana@example.org"
IN_TIME = noon("2028-09-01")


def show(app: Flask, *options: str) -> Result:
    return CliRunner().invoke(learners, ["show", EMAIL, *options], obj=lambda: app)


def cycles(app: Flask) -> list[dict[str, Any]]:
    result = show(app, "--json")
    assert result.exit_code == 0, result.output
    found: list[dict[str, Any]] = json.loads(result.output)["cycles"]
    return found


@pytest.fixture
def renewing(app: Flask, module: Module, monkeypatch: pytest.MonkeyPatch) -> Certificate:
    """Make somebody who renews by the refresher: one lesson done, one test failed, one open."""
    expiring = renewable(module)
    serve(app, monkeypatch, expiring)
    monkeypatch.setattr("soar_lms.learning.commands.utc_now", lambda: noon("2028-12-01"))
    with app.app_context(), transaction():
        person = make_person(email=EMAIL, time_zone="Pacific/Guam")
        first = make_certificate(person, expiring, setting="health-care")
        enrolment = services.renew(
            person, expiring, kind=PathKind.REFRESHER, language="es", now=IN_TIME
        )
        for lesson_id in ("welcome", "ask-in-practice"):
            services.complete_lesson(enrolment, expiring, lesson_id, IN_TIME)
        take_test(enrolment, expiring, assessments.POST, right=2, now=noon("2028-09-02"))
        attempt = services.start_test(
            enrolment, expiring, assessments.POST, language="es", now=noon("2028-09-03")
        )
        item = attempt.items[0]
        assessments.save_answer(attempt, item["question_id"], some_answer(item), noon("2028-09-04"))
    return first


def test_it_says_everything_that_helps_in_words(app: Flask, renewing: Certificate) -> None:
    result = show(app)

    assert result.output.splitlines() == [
        f"Ana Torres Vega <{EMAIL}>, learner",
        "language en, time zone Pacific/Guam",
        "",
        "SOAR to Health and Wellness (soar-to-health-and-wellness)",
        "  cycle 1, whole module: Completed",
        "  setting: Health care, language: en",
        "  begun: 2026-11-23T01:00:00+10:00",
        "  last activity: 2026-11-23T01:00:00+10:00",
        "  completed: 2026-11-23T01:00:00+10:00",
        "  pre-test, try 1: 2 of 8 right (25%), handed in 2026-11-23T01:00:00+10:00",
        "  post-test, try 1: 10 of 10 right (100%), passed, handed in 2026-11-23T01:00:00+10:00",
        f"  certificate {format_code(renewing.code)}: expired,"
        " completed on 2026-11-23, valid until 2028-11-23",
        "",
        "SOAR to Health and Wellness (soar-to-health-and-wellness)",
        "  cycle 2, refresher: Renewal in progress",
        "  left: final test, name on the certificate",
        "  setting: Health care, language: es",
        "  begun: 2028-09-02T03:00:00+10:00",
        "  last activity: 2028-09-05T03:00:00+10:00",
        "  post-test, try 1: 2 of 10 right (20%), not passed, handed in 2028-09-03T03:00:00+10:00",
        "  post-test, try 2: open since 2028-09-04T03:00:00+10:00",
    ]


@pytest.mark.usefixtures("renewing")
def test_json_has_the_same_for_programs(app: Flask) -> None:
    first, second = cycles(app)

    assert (first["status"], first["certificate"]["status"]) == ("completed", "expired")
    assert (second["path"], second["status"], second["certificate"]) == (
        "refresher",
        "renewing",
        None,
    )
    assert second["left"] == "final test, name on the certificate"
    assert second["attempts"][0] == {
        "test": "post",
        "try": 1,
        "started_at": "2028-09-03T03:00:00+10:00",
        "handed_in_at": "2028-09-03T03:00:00+10:00",
        "points": 2,
        "of": 10,
        "percent": 20,
        "passed": False,
    }


@pytest.mark.usefixtures("renewing")
def test_no_answer_is_told(app: Flask) -> None:
    output = show(app, "--json").output

    assert "chosen" not in output
    assert "question_id" not in output


def test_a_certificate_that_can_be_renewed_says_from_when(
    app: Flask, module: Module, monkeypatch: pytest.MonkeyPatch
) -> None:
    expiring = renewable(module)
    serve(app, monkeypatch, expiring)
    with app.app_context(), transaction():
        make_certificate(make_person(email=EMAIL), expiring)

    (cycle,) = cycles(app)

    assert cycle["renewal_opens_on"] == "2028-08-24"
    assert "can be renewed from: 2028-08-24" in show(app).output


def test_a_revoked_certificate_is_shown_as_one(app: Flask, module: Module) -> None:
    with app.app_context(), transaction():
        certificate = make_certificate(make_person(email=EMAIL), module)
        certificate.revoked_at, certificate.revoked_reason = NOW, "issued by mistake"

    (cycle,) = cycles(app)

    assert cycle["certificate"]["status"] == "revoked"
    assert cycle["status"] == "completed"


def test_a_module_that_left_the_catalogue_is_shown_with_what_is_known(
    app: Flask, module: Module
) -> None:
    with app.app_context(), transaction():
        enrolment = make_enrolment(make_person(email=EMAIL), module)
        enrolment.module_id = "gone"

    (cycle,) = cycles(app)

    assert (cycle["title"], cycle["status"], cycle["left"]) == (None, None, "")
    assert "no longer offered (gone)" in show(app).output


def test_somebody_who_began_nothing_is_known_too(app: Flask) -> None:
    with app.app_context(), transaction():
        make_person(email=EMAIL)

    assert show(app).output.splitlines()[-1] == "has not begun any module"
    assert cycles(app) == []


def test_an_address_that_nobody_has_is_an_error(app: Flask) -> None:
    result = show(app)

    assert result.exit_code == 1
    assert result.output == f"Error: nobody has an account with the address {EMAIL}\n"


def test_ten_cycles_cost_as_many_queries_as_one(app: Flask, module: Module) -> None:
    costs = []
    with app.app_context(), transaction():
        person_id = make_enrolment(make_person(email=EMAIL), module).person_id
    for cycle in (None, *range(2, 11)):
        if cycle:
            with app.app_context(), transaction():
                db.session.add(
                    Enrolment(
                        person_id=person_id,
                        module_id=module.id,
                        cycle=cycle,
                        setting="health-care",
                        language="en",
                        enrolled_at=NOW,
                    )
                )
        with queries_of(app) as statements:
            show(app)
        costs.append(len(statements))

    assert set(costs) == {costs[0]}
