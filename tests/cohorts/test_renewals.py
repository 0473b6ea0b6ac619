"""What a trainer sees of certificates that expire: in words, on the page and in the file."""

from __future__ import annotations

import csv
from collections.abc import Callable, Iterator
from datetime import UTC, datetime
from io import StringIO

import pytest
from flask import Flask
from flask.testing import FlaskClient

from soar_lms.access import Role
from soar_lms.accounts.models import Person
from soar_lms.catalogue.model import Module
from soar_lms.cohorts import services
from soar_lms.cohorts.models import Cohort
from soar_lms.database import db, transaction
from soar_lms.learning import services as learning
from soar_lms.learning.models import Enrolment
from soar_lms.learning.path import PathKind
from soar_lms.learning.renewal import Status
from tests.cohorts.conftest import report_of
from tests.conftest import SignIn
from tests.factories import make_certificate, make_enrolment, make_person, pass_module
from tests.learning.places import serve
from tests.learning.renewals import (
    finish,
    noon,
    renewable,
    set_clock,
    take_refresher,
)
from tests.support.quick import parsed

TODAY = noon("2028-12-01")


@pytest.fixture
def expiring(app: Flask, module: Module, monkeypatch: pytest.MonkeyPatch) -> Module:
    changed = renewable(module)
    serve(app, monkeypatch, changed)
    set_clock(monkeypatch, TODAY)
    return changed


@pytest.fixture
def members(app: Flask, cohort: Cohort, expiring: Module) -> Iterator[dict[str, Person]]:
    """Let people join who completed at different times, and some who renew."""
    completed = {
        "Expired": "2026-11-30",
        "Renewing late": "2026-11-30",
        "Renewing in time": "2026-12-20",
        "Renewed": "2026-11-30",
        "Can renew": "2026-12-20",
        "Completed": "2028-06-01",
    }
    with app.app_context():
        with transaction():
            people = {name: make_person(name=name) for name in (*completed, "New", "On the way")}
            for person in people.values():
                services.join_cohort(cohort, person, TODAY)
            for name, day in completed.items():
                make_certificate(people[name], expiring, now=noon(day))
            _renew(people["Renewing late"], expiring, PathKind.FULL)
            enrolment = _renew(people["Renewing in time"], expiring, PathKind.REFRESHER)
            learning.complete_lesson(enrolment, expiring, "welcome", TODAY)
            enrolment = _renew(people["Renewed"], expiring, PathKind.REFRESHER)
            take_refresher(enrolment, expiring, TODAY)
            finish(people["Renewed"], enrolment, expiring, TODAY)
            pass_module(make_enrolment(people["On the way"], expiring), expiring)
        yield people


def _renew(person: Person, module: Module, kind: PathKind) -> Enrolment:
    return learning.renew(person, module, kind=kind, language="en", now=TODAY)


@pytest.mark.usefixtures("members")
def test_the_report_says_who_has_something_to_do_first(cohort: Cohort) -> None:
    rows = report_of(cohort, TODAY).list_rows()

    assert [(row.name, row.state, str(row.valid_until)) for row in rows] == [
        ("New", Status.NOT_STARTED, "None"),
        ("Expired", Status.EXPIRED, "2028-11-30"),
        ("On the way", Status.PASSED, "None"),
        ("Renewing in time", Status.RENEWING, "2028-12-20"),
        ("Renewing late", Status.RENEWING, "2028-11-30"),
        ("Can renew", Status.RENEWAL_OPEN, "2028-12-20"),
        ("Completed", Status.COMPLETED, "2030-06-01"),
        ("Renewed", Status.COMPLETED, "2030-12-01"),
    ]
    assert [row.name for row in rows if row.is_expired] == ["Expired", "Renewing late"]


@pytest.mark.usefixtures("members")
def test_the_numbers_still_add_up_to_the_members(cohort: Cohort) -> None:
    rows = report_of(cohort, TODAY).list_rows()

    counts = report_of(cohort, TODAY).count()

    assert counts.of() == len(rows) == 8
    assert [counts.of(state) for state in (Status.RENEWING, Status.IN_PROGRESS)] == [2, 0]
    assert [counts.of(state) for state in Status] == [
        sum(row.state is state for row in rows) for state in Status
    ]


@pytest.mark.usefixtures("members")
@pytest.mark.parametrize(
    ("language", "late", "early", "expired"),
    [
        (
            "en",
            ["Renewal in progress", "questions to begin, 9 lessons, final test, evaluation, name"],
            ["Renewal in progress", "1 lesson, final test, name on the certificate"],
            ["Expired, to be renewed", ""],
        ),
        (
            "es",
            ["Renovación en curso", "preguntas para empezar, 9 lecciones, prueba final, encuesta"],
            ["Renovación en curso", "1 lección, prueba final, "],
            ["Vencido, falta renovar", ""],
        ),
    ],
)
def test_page_and_file_say_in_words_what_is_left_of_a_renewal(
    as_trainer: FlaskClient,
    cohort: Cohort,
    language: str,
    late: list[str],
    early: list[str],
    expired: list[str],
) -> None:
    place = f"/{language}/cohorts/{cohort.id}"
    file = {row[0]: row for row in _read(as_trainer.get(f"{place}/members.csv").text)}

    page = as_trainer.get(place)

    for name, (status, left) in (
        ("Renewing late", late),
        ("Renewing in time", early),
        ("Expired", expired),
    ):
        assert file[name][3] == status
        assert file[name][4].startswith(left)
    shown = [item.get_text() for item in parsed(page).select(".state")]
    assert [item for item in shown if item in {late[0], expired[0]}] == [
        expired[0],
        late[0],
        late[0],
    ]
    assert file["Expired"][7:10] == ["2026-11-30", file["Expired"][8], "2028-11-30"]


def _read(text: str) -> list[list[str]]:
    return list(csv.reader(StringIO(text.removeprefix("\ufeff"), newline="")))


@pytest.mark.usefixtures("members")
def test_the_page_says_until_when_a_certificate_is_valid(
    as_trainer: FlaskClient, cohort: Cohort
) -> None:
    page = parsed(as_trainer.get(f"/en/cohorts/{cohort.id}"))

    said = [item.get_text() for item in page.select("td[data-label='Completed on'] .email")]
    assert said == [
        "expired on November 30, 2028",
        "valid until December 20, 2028",
        "expired on November 30, 2028",
        "valid until December 20, 2028",
        "valid until June 1, 2030",
        "valid until December 1, 2030",
    ]


# --- the days of the report ---------------------------------------------------------------------


def test_a_completion_on_new_years_eve_stays_in_its_year(
    app: Flask, as_trainer: FlaskClient, cohort: Cohort, module: Module
) -> None:
    """It is January in New York, where the trainer is, and in UTC."""
    with app.app_context(), transaction():
        member = make_person(name="Leilani", time_zone="Pacific/Honolulu")
        services.join_cohort(cohort, member, TODAY)
        make_certificate(member, module, now=datetime(2027, 1, 1, 9, 59, tzinfo=UTC))

    place = f"/en/cohorts/{cohort.id}"
    row = _read(as_trainer.get(f"{place}/members.csv").text)[1]

    assert row[7] == "2026-12-31"
    assert "December 31, 2026" in as_trainer.get(place).text


@pytest.mark.parametrize(
    ("zone", "day", "name"),
    [
        ("Pacific/Honolulu", "February 28, 2027", "2026-12-30"),
        ("America/New_York", "March 1, 2027", "2026-12-31"),
        ("Pacific/Guam", "March 1, 2027", "2026-12-31"),
        ("Pacific/Auckland", "March 1, 2027", "2026-12-31"),
    ],
)
def test_the_days_of_a_group_are_those_of_its_trainer(
    app: Flask,
    person: Callable[..., Person],
    sign_in: SignIn,
    monkeypatch: pytest.MonkeyPatch,
    zone: str,
    day: str,
    name: str,
) -> None:
    now = datetime(2026, 12, 31, 9, 30, tzinfo=UTC)
    set_clock(monkeypatch, now)
    trainer = person(role=Role.TRAINER, time_zone=zone)
    with app.app_context(), transaction():
        cohort = services.create_cohort(
            db.session.get_one(Person, trainer.id),
            name="Night shift",
            organisation=None,
            module_ids=[],
            now=now,
        )
    client = sign_in(trainer)

    page = client.get(f"/en/cohorts/{cohort.id}")

    assert f"It works until {day}." in page.text
    file = client.get(f"/en/cohorts/{cohort.id}/members.csv")
    assert f"night-shift-{name}-en.csv" in file.headers["Content-Disposition"]
