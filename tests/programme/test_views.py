"""The page of a report and its files: who opens them, and that all say the same."""

from __future__ import annotations

import csv
import tempfile
from collections.abc import Callable
from dataclasses import replace
from io import StringIO
from typing import IO

import pytest
from bs4 import BeautifulSoup
from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy import select

from soar_lms.access import Role
from soar_lms.accounts.models import Person
from soar_lms.accounts.rights import give_programme
from soar_lms.audit.models import AuditEntry
from soar_lms.audit.services import Actor
from soar_lms.database import db, transaction
from tests.cohorts.test_report_files import sheets_of
from tests.conftest import SignIn
from tests.factories import NOW
from tests.programme.people import complete, make_people
from tests.support.page import get_page, text_of
from tests.support.quick import parsed, summary

PLACE = "/en/programme/reports"
QUARTER = "period=fy2027-q1"
MakePerson = Callable[..., Person]


@pytest.fixture
def lead(app: Flask, sign_in: SignIn, learner: Person) -> FlaskClient:
    """Return the client of a learner who was given the right."""
    with app.app_context(), transaction():
        person = db.session.get_one(Person, learner.id)
        give_programme(person, actor=Actor(operator="root"), now=NOW)
    return sign_in(learner)


@pytest.fixture
def trained(app: Flask) -> Flask:
    with app.app_context(), transaction():
        for territory, number in {"TX": 33, "CA": 24, "NM": 13, "GU": 4}.items():
            people = make_people(number, territory=territory, profession="nurse")
            complete(people[: number // 3], setting="public-health")
            complete(people[number // 3 :])
    return app


def table_of(page: BeautifulSoup, name: str) -> list[list[str]]:
    region = page.select_one(f"[aria-labelledby={name}]")
    assert region is not None
    return [
        [cell.get_text(strip=True) for cell in row.select("th, td")] for row in region.select("tr")
    ]


# --- who ----------------------------------------------------------------------------------------


def test_a_lead_opens_the_page_and_finds_it_in_the_navigation(lead: FlaskClient) -> None:
    page = get_page(lead, PLACE)

    assert "Program reports" in text_of(page, ".site-nav")
    assert text_of(page, "h1") == "Program reports"


@pytest.mark.parametrize("role", [Role.LEARNER, Role.TRAINER])
def test_others_find_nothing(sign_in: SignIn, person: MakePerson, role: Role) -> None:
    client = sign_in(person(role=role))

    answers = [client.get(f"{PLACE}{ending}").status_code for ending in ("", ".csv", ".xlsx")]

    assert answers == [404] * 3
    assert "Program reports" not in client.get("/en/home").text


def test_an_administrator_needs_no_right(sign_in: SignIn, person: MakePerson) -> None:
    client = sign_in(person(role=Role.ADMINISTRATOR))

    assert get_page(client, PLACE)


def test_a_lead_sees_numbers_and_no_group(lead: FlaskClient) -> None:
    assert lead.get("/en/cohorts").status_code == 404


# --- the page -----------------------------------------------------------------------------------


def test_the_page_shows_numbers_and_says_what_is_hidden(lead: FlaskClient, trained: Flask) -> None:
    page = get_page(lead, f"{PLACE}?{QUARTER}")

    assert table_of(page, "report") == [
        ["State or territory", "People trained", "Completions", "People who began"],
        ["California", "24", "24", "24"],
        ["Texas", "33", "33", "33"],
        ["Hidden lines together", "17", "17", "17"],
        ["Total", "74", "74", "74"],
    ]
    assert "Too small to show alone: Guam; New Mexico." in page.get_text()


def test_the_page_speaks_spanish(lead: FlaskClient, trained: Flask) -> None:
    page = get_page(lead, f"/es/programme/reports?{QUARTER}&rows=format")

    assert [row[0] for row in table_of(page, "report")] == [
        "Modalidad",
        "En línea, por su cuenta",
        "Total",
    ]
    assert "Año fiscal 2027, trimestre 1" in page.get_text()


@pytest.mark.parametrize(
    ("days", "messages"),
    [
        ("", ["Enter the first day of the period.", "Enter the last day of the period."]),
        ("&first=soon&last=2026-10-01", ["Enter a date, such as 2026-10-01."]),
        ("&first=0026-10-01&last=2026-10-01", ["Enter a date, such as 2026-10-01."]),
        ("&first=2026-10-02&last=2026-10-01", ["The last day is before the first day."]),
    ],
)
def test_days_that_are_no_period_are_explained(
    lead: FlaskClient, days: str, messages: list[str]
) -> None:
    answer = lead.get(f"{PLACE}?period=own&rows=module{days}")

    assert answer.status_code == 422
    assert summary(answer) == messages
    assert not parsed(answer).select("[aria-labelledby=report]")


def test_days_of_ones_own_are_counted(lead: FlaskClient, trained: Flask) -> None:
    page = get_page(lead, f"{PLACE}?period=own&first=2026-11-01&last=2026-11-30&rows=module")

    assert table_of(page, "report")[-1] == ["Total", "70", "70", "70"]


@pytest.mark.parametrize(
    "query",
    [
        "period=never&rows=names&columns=who&count=all&territory=XX&module=none",
        "rows=module&columns=module",
        "rows=territory&columns=quarter&period=fy2027&count=began&territory=not-told",
        "rows=setting&columns=profession&format=group&spoken=es&profession=nurse",
        "rows=quarter&columns=format&period=2026",
        "period=2026-02&rows=language",
        "period=fy2000-q1",
        "period=2100",
        "period=own&first=2001-01-01&last=2099-12-31&rows=quarter",
    ],
)
def test_every_question_has_an_answer(lead: FlaskClient, trained: Flask, query: str) -> None:
    get_page(lead, f"{PLACE}?{query}")


def test_the_form_keeps_what_was_chosen(lead: FlaskClient) -> None:
    address = f"{PLACE}?period=fy2020-q2&rows=profession&columns=quarter&territory=not-told"

    page = get_page(lead, address)

    selected = {
        str(menu["name"]): str(option["value"])
        for menu in page.select("main select")
        for option in menu.select("[selected]")
    }
    assert selected == {
        "period": "fy2020-q2",
        "rows": "profession",
        "columns": "quarter",
        "count": "people",
        "territory": "not-told",
    }


# --- files --------------------------------------------------------------------------------------


@pytest.mark.parametrize("query", [QUARTER, f"{QUARTER}&rows=territory&columns=setting"])
def test_the_files_have_the_numbers_of_the_page(
    lead: FlaskClient, trained: Flask, query: str
) -> None:
    page = get_page(lead, f"{PLACE}?{query}")
    shown = [row for name in ("report", "quarters") for row in table_of(page, name)[1:]]

    rows = list(csv.reader(StringIO(lead.get(f"{PLACE}.csv?{query}").text.lstrip("\ufeff"))))
    book = sheets_of(lead.get(f"{PLACE}.xlsx?{query}").data)

    numbers = [number for row in shown for number in row[1:]]
    assert [row[3] for row in rows[1:]] == numbers
    lines = len(table_of(page, "report")) - 1
    cells = [
        [str(int(cell)) if isinstance(cell, float) else cell for cell in row]
        for row in book["Report"][1 : lines + 1]
    ]
    assert cells == shown[:lines]


def test_the_workbook_says_what_it_is(lead: FlaskClient, trained: Flask) -> None:
    response = lead.get(f"{PLACE}.xlsx?{QUARTER}&setting=public-health")

    book = sheets_of(response.data)
    cover = [str(cell) for row in book["About this report"] for cell in row]
    assert list(book) == ["About this report", "Report", "Quarters"]
    assert "Fiscal year 2027, quarter 1" in cover
    assert any(words.startswith("A number from 1 to 9 is hidden") for words in cover)
    assert "This is not an official report of any agency." in cover


def test_a_workbook_that_nobody_takes_leaves_no_file_open(
    lead: FlaskClient, trained: Flask, monkeypatch: pytest.MonkeyPatch
) -> None:
    files: list[IO[bytes]] = []
    make = tempfile.TemporaryFile

    def keep() -> IO[bytes]:
        files.append(make())
        return files[-1]

    monkeypatch.setattr("soar_lms.programme.views.tempfile.TemporaryFile", keep)

    with lead.head(f"{PLACE}.xlsx?{QUARTER}") as response:
        assert response.status_code == 200

    assert [file.closed for file in files] == [True]


def test_a_file_is_named_neutrally_and_noted(
    app: Flask, lead: FlaskClient, learner: Person
) -> None:
    response = lead.get(f"{PLACE}.csv?{QUARTER}")

    name = response.headers["Content-Disposition"]
    assert name.startswith('attachment; filename="programme-fy2027-q1-')
    assert name.endswith('-en.csv"')
    with app.app_context():
        entry = db.session.scalars(select(AuditEntry).order_by(AuditEntry.id.desc())).first()
        assert entry is not None
        assert (entry.action, entry.actor_id) == ("programme-exported", learner.id)
        assert entry.facts == {"period": "2026-10-01/2026-12-31"}


def test_a_period_that_is_none_has_no_file(lead: FlaskClient) -> None:
    response = lead.get(f"{PLACE}.xlsx?period=own&first=x")

    assert (response.status_code, response.mimetype) == (422, "text/plain")


def test_a_higher_floor_hides_more(
    lead: FlaskClient, trained: Flask, app: Flask, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setitem(app.config, "SOAR", replace(app.config["SOAR"], smallest_count=25))

    page = get_page(lead, f"{PLACE}?{QUARTER}")

    assert table_of(page, "report")[1:] == [
        ["Texas", "33", "33", "33"],
        ["Hidden lines together", "41", "41", "41"],
        ["Total", "74", "74", "74"],
    ]
