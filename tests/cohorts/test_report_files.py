"""A report as a workbook and on paper: what is in them, that nothing runs, how long they are."""

from __future__ import annotations

import zipfile
from collections.abc import Callable
from datetime import UTC, datetime
from io import BytesIO
from xml.etree import ElementTree as ET

import pytest
from flask import Flask
from flask.testing import FlaskClient
from pypdf import PdfReader
from sqlalchemy import select

from soar_lms.accounts.models import Person
from soar_lms.audit.models import AuditEntry
from soar_lms.clock import utc_now
from soar_lms.cohorts import report_workbook, services
from soar_lms.cohorts.models import Cohort
from soar_lms.cohorts.report_workbook import LONGEST_SHEET_NAME
from soar_lms.database import db, transaction
from tests.factories import make_person

Stages = dict[str, Person]
_MAIN = "{http://schemas.openxmlformats.org/spreadsheetml/2006/main}"


def sheets_of(body: bytes) -> dict[str, list[list[str | float]]]:
    """Read the sheets of a workbook: rows of text and numbers; a formula is a failure."""
    with zipfile.ZipFile(BytesIO(body)) as book:
        names = [
            str(item.get("name"))
            for item in ET.fromstring(book.read("xl/workbook.xml")).iter(f"{_MAIN}sheet")
        ]
        parts = [f"xl/worksheets/sheet{number}.xml" for number in range(1, len(names) + 1)]
        return {
            name: _rows(ET.fromstring(book.read(part)))
            for name, part in zip(names, parts, strict=True)
        }


def _rows(sheet: ET.Element) -> list[list[str | float]]:
    assert not list(sheet.iter(f"{_MAIN}f"))
    return [[_value(cell) for cell in row.iter(f"{_MAIN}c")] for row in sheet.iter(f"{_MAIN}row")]


def _value(cell: ET.Element) -> str | float:
    if cell.get("t") == "inlineStr":
        return "".join(item.text or "" for item in cell.iter(f"{_MAIN}t"))
    number = cell.find(f"{_MAIN}v")
    return float(number.text or 0) if number is not None else ""


def excel_day(year: int, month: int, day: int) -> float:
    """Return a day as workbooks have it: days since the end of 1899."""
    return (datetime(year, month, day, tzinfo=UTC) - datetime(1899, 12, 30, tzinfo=UTC)).days


# --- the workbook -------------------------------------------------------------------------------


def test_a_workbook_has_a_summary_and_a_sheet_for_each_module(
    as_trainer: FlaskClient, cohort: Cohort, stages: Stages
) -> None:
    response = as_trainer.get(f"/en/cohorts/{cohort.id}/members.xlsx")

    sheets = sheets_of(response.data)
    assert list(sheets) == ["Summary", "SOAR to Health and Wellness"]
    names = [row[0] for row in sheets["SOAR to Health and Wellness"]]
    assert names == ["Name", "élise new", "Zoe New", "Carla Begun", "Bea Passed", "Aaron Done"]
    assert sheets["Summary"][-1] == ["Total", 2, 1, 1, 1, 5]
    assert str(response.mimetype).endswith("spreadsheetml.sheet")


def test_days_are_days_and_the_head_stays(
    as_trainer: FlaskClient, cohort: Cohort, stages: Stages
) -> None:
    body = as_trainer.get(f"/en/cohorts/{cohort.id}/members.xlsx?state=completed").data

    (_, row) = sheets_of(body)["SOAR to Health and Wellness"]
    assert row[0] == "Aaron Done"
    assert excel_day(2026, 11, 22) in row
    with zipfile.ZipFile(BytesIO(body)) as book:
        sheet = book.read("xl/worksheets/sheet2.xml").decode()
    assert 'state="frozen"' in sheet
    assert "<autoFilter" in sheet


def test_a_workbook_says_what_it_was_narrowed_to_in_its_language(
    as_trainer: FlaskClient, cohort: Cohort, stages: Stages
) -> None:
    address = f"/es/cohorts/{cohort.id}/members.xlsx?state=in-progress&q=carla"

    response = as_trainer.get(address)

    summary = sheets_of(response.data)["Resumen"]
    assert ["Estado", "En curso"] in summary
    assert ["Nombre o correo", "carla"] in summary
    assert "night-shift-in-progress-" in response.headers["Content-Disposition"]
    assert '-es.xlsx"' in response.headers["Content-Disposition"]


@pytest.mark.parametrize("name", ["=1+1", "@SUM(A1)", "http://example.org", "<b>&amp;", "00012"])
def test_what_somebody_typed_is_text_in_a_workbook(
    app: Flask, as_trainer: FlaskClient, cohort: Cohort, name: str
) -> None:
    with app.app_context(), transaction():
        services.join_cohort(cohort, make_person(name=f"{name} x"), utc_now())

    sheets = sheets_of(as_trainer.get(f"/en/cohorts/{cohort.id}/members.xlsx").data)

    assert sheets["SOAR to Health and Wellness"][1][0] == f"{name} x"


def test_names_of_sheets_are_short_allowed_and_apart() -> None:
    taken = {"summary"}

    names = [
        report_workbook._sheet_name(title, taken)
        for title in ("Summary", "a/b:c*[d]?", "'", "x" * 40, "X" * 40)
    ]

    assert names == ["Summary 2", "a b c d", "-", "x" * 31, "X" * 29 + " 2"]
    assert max(map(len, names)) <= LONGEST_SHEET_NAME


# --- paper --------------------------------------------------------------------------------------


def words_of(body: bytes) -> str:
    return " ".join(
        " ".join(page.extract_text() for page in PdfReader(BytesIO(body)).pages).split()
    )


@pytest.mark.parametrize(
    ("language", "said"),
    [("en", "Only these are listed: Status: Completed"), ("es", "Solo aparecen: Estado:")],
)
def test_paper_says_who_and_what_it_was_narrowed_to(
    as_trainer: FlaskClient, cohort: Cohort, stages: Stages, language: str, said: str
) -> None:
    response = as_trainer.get(f"/{language}/cohorts/{cohort.id}/members.pdf?state=completed")

    words = words_of(response.data)
    assert said in words
    assert "Aaron Done" in words
    assert "Zoe New" not in words
    catalog = PdfReader(BytesIO(response.data)).trailer["/Root"]
    assert str(catalog["/Lang"]) == language  # type: ignore[index]  # a dictionary
    assert "/StructTreeRoot" in catalog  # type: ignore[operator]  # as above


def test_paper_prints_names_in_other_scripts(
    app: Flask, as_trainer: FlaskClient, cohort: Cohort
) -> None:
    with app.app_context(), transaction():
        services.join_cohort(
            cohort, make_person(name="<img src=file:///etc/passwd> Ngọc"), utc_now()
        )

    body = as_trainer.get(f"/en/cohorts/{cohort.id}/members.pdf").data

    assert "<img src=file:///etc/passwd> Ngọc" in words_of(body)


# --- too much, and who took it ------------------------------------------------------------------


@pytest.mark.parametrize(
    ("ending", "bound"),
    [("xlsx", "views.report.MOST_LINES"), ("pdf", "papers.MOST_LINES")],
)
def test_a_list_that_is_too_long_is_refused_with_a_way_out(
    as_trainer: FlaskClient,
    cohort: Cohort,
    stages: Stages,
    monkeypatch: pytest.MonkeyPatch,
    ending: str,
    bound: str,
) -> None:
    monkeypatch.setattr(f"soar_lms.cohorts.{bound}", 4)
    place = f"/en/cohorts/{cohort.id}/members.{ending}"

    too_many, fewer = as_trainer.get(place), as_trainer.get(f"{place}?state=not-started")

    assert (too_many.status_code, fewer.status_code) == (422, 200)
    assert "The list has 5 lines, and this file can have 4." in too_many.text


@pytest.mark.parametrize("ending", ["csv", "xlsx", "pdf"])
def test_every_file_is_noted_in_the_trail(
    app: Flask,
    as_trainer: FlaskClient,
    trainer: Person,
    make_cohort: Callable[..., Cohort],
    ending: str,
) -> None:
    cohort = make_cohort()

    as_trainer.get(f"/en/cohorts/{cohort.id}/members.{ending}").get_data()

    with app.app_context():
        entry = db.session.scalars(select(AuditEntry)).one()
    assert (entry.action, entry.actor_id) == ("members-exported", trainer.id)
    assert entry.facts["cohort"] == cohort.id
