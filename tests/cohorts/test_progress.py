"""How far a group has come: the numbers of both databases, the page, the files."""

from __future__ import annotations

import csv
from collections import Counter
from collections.abc import Callable
from datetime import date, timedelta
from io import StringIO

import pytest
from bs4 import Tag
from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy import select, update

from soar_lms.access import Role
from soar_lms.accounts.models import Person
from soar_lms.audit.models import AuditEntry
from soar_lms.catalogue.model import Module
from soar_lms.clock import local_date, utc_now
from soar_lms.cohorts import services
from soar_lms.cohorts.invitations import invite
from soar_lms.cohorts.models import Cohort, CohortModule
from soar_lms.cohorts.pace import DayCount
from soar_lms.cohorts.progress import PartCount, measure_progress
from soar_lms.cohorts.progress_charts import EXHIBITS
from soar_lms.cohorts.roster import Entry
from soar_lms.cohorts.stages import Stage
from soar_lms.database import db, transaction
from soar_lms.learning import services as learning
from soar_lms.learning.keeping import keep
from soar_lms.learning.models import Enrolment, KeptStanding
from soar_lms.learning.path import PathKind
from soar_lms.learning.standing import get_enrolment
from tests.cohorts.conftest import MODULE, report_of
from tests.conftest import SignIn
from tests.factories import NOW, make_certificate, make_person
from tests.support.page import get_page, text_of

TODAY = date(2026, 11, 22)


def place(cohort: Cohort, end: str = "", language: str = "en") -> str:
    return f"/{language}/cohorts/{cohort.id}/progress{end}"


def set_due(app: Flask, cohort: Cohort, day: date) -> None:
    with app.app_context(), transaction():
        db.session.execute(
            update(CohortModule).where(CohortModule.cohort_id == cohort.id).values(due_on=day)
        )


@pytest.fixture
def invited(app: Flask, cohort: Cohort, trainer: Person) -> None:
    """Invite two people who have not come."""
    with app.app_context(), transaction():
        entries = [Entry("", f"invited{number}@example.org") for number in range(2)]
        invite(cohort, entries, inviter=trainer, language="en", now=NOW)


# --- numbers ------------------------------------------------------------------------------------


def test_each_stage_has_those_who_have_come_to_it(
    context: Flask, cohort: Cohort, module: Module, stages: object, invited: None
) -> None:
    found = measure_progress(cohort, module, NOW)

    assert {item.stage: (item.people, item.waiting) for item in found.stages} == {
        Stage.LISTED: (7, 2),
        Stage.JOINED: (5, 2),
        Stage.BEGUN: (3, 1),
        Stage.PRE_TEST: (2, 0),
        Stage.LESSONS: (2, 0),
        Stage.POST_TEST: (2, 0),
        Stage.EVALUATION: (2, 1),
        Stage.COMPLETED: (1, 1),
    }


def test_lessons_are_counted_as_the_setting_of_each_has_them(
    context: Flask, cohort: Cohort, module: Module, stages: dict[str, Person]
) -> None:
    """Who moved to another setting keeps what was done there, and it does not count here."""
    by_setting = next(item.id for item in module.spec.lessons if item.by_setting)
    with transaction():
        enrolment = get_enrolment(stages["begun"].id, module.id)
        learning.complete_lesson(enrolment, module, by_setting, NOW)
        before = measure_progress(cohort, module, NOW).lessons
        learning.change_setting(enrolment, module, module.spec.settings[0])

    after = measure_progress(cohort, module, NOW).lessons

    assert [item.lesson_id for item in before] == [item.id for item in module.spec.lessons]
    assert {item.lesson_id: item.people for item in before} == {
        item.id: 3 if item.id in {"welcome", by_setting} else 2 for item in module.spec.lessons
    }
    assert {item.lesson_id: item.people for item in after} == {
        item.id: 3 if item.id == "welcome" else 2 for item in module.spec.lessons
    }


def test_parts_are_those_of_the_report(
    context: Flask, cohort: Cohort, module: Module, stages: object, invited: None
) -> None:
    rows = report_of(cohort).list_rows()
    people = Counter((row.setting or "", row.language or "") for row in rows)
    completed = Counter((row.setting, row.language) for row in rows if row.completed_on is not None)

    found = measure_progress(cohort, module, NOW)

    assert found.parts == [
        PartCount(*cell, people[cell], completed[cell]) for cell in sorted(people)
    ]
    assert found.pace.people == len(rows)


def test_completions_stand_on_the_day_where_the_group_is(
    context: Flask, make_cohort: Callable[..., Cohort], module: Module
) -> None:
    """At 15:00 in London it is already the next day on Kiritimati, 14 hours ahead."""
    cohort = make_cohort(now=NOW - timedelta(days=3))
    with transaction():
        db.session.merge(cohort).time_zone = "Pacific/Kiritimati"
        for days in (5, 1, 1):
            person = make_person()
            services.join_cohort(cohort, person, NOW)
            make_certificate(person, module, now=NOW - timedelta(days=days))
    cohort = db.session.get_one(Cohort, cohort.id)

    pace = measure_progress(cohort, module, NOW).pace

    assert (pace.earlier, pace.days) == (1, (DayCount(TODAY, 2),))


def test_a_renewal_changes_neither_the_day_nor_the_stage(
    context: Flask, cohort: Cohort, module: Module
) -> None:
    with transaction():
        person = make_person()
        services.join_cohort(cohort, person, NOW)
        make_certificate(person, module)
        first = db.session.scalars(select(Enrolment)).one()
        again = Enrolment(
            person_id=person.id,
            module_id=module.id,
            cycle=2,
            path=PathKind.FULL,
            setting=first.setting,
            language="en",
            enrolled_at=NOW + timedelta(days=700),
        )
        db.session.add(again)
        db.session.flush()
        keep(again, module)

    found = measure_progress(cohort, module, NOW + timedelta(days=701))

    assert found.pace.days == (DayCount(TODAY, 1),)
    assert found.stages[-1].people == 1


def test_what_rests_on_other_content_is_said(
    app: Flask, as_trainer: FlaskClient, cohort: Cohort, stages: object
) -> None:
    words = "The content of this module has changed."
    before = text_of(get_page(as_trainer, place(cohort)), "main")
    with app.app_context(), transaction():
        db.session.execute(update(KeptStanding).values(content="another"))

    after = text_of(get_page(as_trainer, place(cohort)), "main")

    assert words not in before
    assert words in after


# --- the page -----------------------------------------------------------------------------------


def statements(page: Tag) -> list[str]:
    return [" ".join(item.get_text().split()) for item in page.select(".statement")]


def test_each_chart_has_its_finding_in_words_and_its_numbers_in_a_table(
    as_trainer: FlaskClient, cohort: Cohort, stages: object
) -> None:
    page = get_page(as_trainer, place(cohort))

    sections = page.select(".exhibit")
    assert len(sections) == len(EXHIBITS)
    for section in sections:
        finding = section.select_one("svg[role=img] > desc")
        assert finding is not None
        assert [finding.get_text()] == statements(section)
        assert section.select("details table tbody tr")
    assert statements(page) == [
        "1 of 5 people have completed the module. The group has no due day for this module.",
        "“Started” is the next step for more people than any other: 2.",
        "People who have started: 3. The lesson that fewest of them have done: 2.",
        "3 people have chosen a setting. 2 people have none yet and are not in this chart.",
    ]


@pytest.mark.parametrize(
    ("days", "said"),
    [
        (-1, "It was due on {day}: 1 completed by then and 0 later. Not completed yet: 4."),
        (0, "It is due today."),
        (1, "It is due on {day}, in 1 day."),
        (30, "It is due on {day}, in 30 days."),
    ],
)
def test_the_due_day_is_said(
    app: Flask, as_trainer: FlaskClient, cohort: Cohort, stages: object, days: int, said: str
) -> None:
    due = local_date(utc_now(), cohort.time_zone) + timedelta(days=days)
    set_due(app, cohort, due)
    day = f"{due:%B} {due.day}, {due.year}"

    page = get_page(as_trainer, place(cohort))

    assert statements(page)[0] == "1 of 5 people have completed the module. " + said.format(day=day)
    assert f"Due: {due:%b} {due.day}, {due.year}" in page.select("svg")[0].get_text()


def test_who_completed_after_the_due_day_is_marked(
    app: Flask, as_trainer: FlaskClient, cohort: Cohort, stages: object
) -> None:
    set_due(app, cohort, TODAY - timedelta(days=1))

    page = get_page(as_trainer, place(cohort))

    assert "0 completed by then and 1 later" in statements(page)[0]
    cells = [cell.get_text() for cell in page.select("details table")[0].select("tbody tr > *")]
    assert cells == ["November 22, 2026", "1", "1", "no"]


def test_a_group_of_nobody_has_words_and_no_drawing(
    as_trainer: FlaskClient, cohort: Cohort
) -> None:
    page = get_page(as_trainer, place(cohort))

    assert "Nobody is in this group yet" in text_of(page, "main .box")
    assert page.select("main .exhibit") == []


def test_percent_is_said_from_ten_people_on(
    app: Flask, as_trainer: FlaskClient, cohort: Cohort, stages: object, module: Module
) -> None:
    few = get_page(as_trainer, place(cohort)).select_one("svg[aria-labelledby=chart-steps-title]")
    with app.app_context(), transaction():
        for _ in range(5):
            services.join_cohort(cohort, make_person(), NOW)
    many = get_page(as_trainer, place(cohort)).select_one("svg[aria-labelledby=chart-steps-title]")

    assert few is not None
    assert many is not None
    assert "%" not in few.get_text()
    assert "10 (100%)" in many.get_text()


def test_the_page_speaks_spanish(as_trainer: FlaskClient, cohort: Cohort, stages: object) -> None:
    page = get_page(as_trainer, place(cohort, language="es"))

    assert text_of(page, "h1") == "Hasta dónde ha llegado el grupo"
    assert statements(page)[0] == (
        "Módulo completado por 1 de 5 personas. El grupo no tiene fecha límite para este módulo."
    )


def test_hostile_names_are_words(
    sign_in: SignIn, trainer: Person, make_cohort: Callable[..., Cohort]
) -> None:
    cohort = make_cohort(name="<svg onload=alert(1)>")

    page = get_page(sign_in(trainer), place(cohort))

    assert page.select("[onload]") == []
    assert "<svg onload=alert(1)>" in text_of(page, ".crumbs")


def test_the_group_leads_to_how_far_it_has_come(
    as_trainer: FlaskClient, cohort: Cohort, stages: object
) -> None:
    page = get_page(as_trainer, f"/en/cohorts/{cohort.id}")

    assert [link.get_text() for link in page.select("nav a[href$='/progress']")] == ["Progress"]


# --- files --------------------------------------------------------------------------------------


def file_of(client: FlaskClient, address: str) -> list[list[str]]:
    response = client.get(address)
    assert response.status_code == 200
    text = response.data.decode("utf-8")
    assert text.startswith("\ufeff")
    return list(csv.reader(StringIO(text.removeprefix("\ufeff"), newline="")))


@pytest.mark.parametrize("chart", EXHIBITS)
def test_a_file_has_the_numbers_of_its_table(
    as_trainer: FlaskClient, cohort: Cohort, stages: object, chart: str
) -> None:
    page = get_page(as_trainer, place(cohort))
    (link,) = page.select(f"main a[href*='/{chart}.csv']")
    table = link.find_parent("details").select_one("table")  # type: ignore[union-attr]  # it is in one

    header, *rows = file_of(as_trainer, str(link["href"]))

    assert table is not None
    assert header == [cell.get_text() for cell in table.select("thead th")]
    assert len(rows) == len(table.select("tbody tr"))


def test_days_in_a_file_are_for_programs(
    as_trainer: FlaskClient, cohort: Cohort, stages: object
) -> None:
    assert file_of(as_trainer, place(cohort, "/days.csv"))[1:] == [["2026-11-22", "1", "1", ""]]


def test_taking_a_file_is_in_the_audit_trail(
    app: Flask, as_trainer: FlaskClient, cohort: Cohort, trainer: Person
) -> None:
    as_trainer.get(place(cohort, "/steps.csv"))

    with app.app_context():
        entry = db.session.scalars(select(AuditEntry)).one()
    assert (entry.action, entry.actor_id) == ("progress-exported", trainer.id)
    assert entry.facts == {"cohort": cohort.id, "module": MODULE}


def test_a_chart_that_there_is_not_is_not_found(as_trainer: FlaskClient, cohort: Cohort) -> None:
    assert as_trainer.get(place(cohort, "/nothing.csv")).status_code == 404


def test_another_trainer_finds_neither_page_nor_file(
    sign_in: SignIn, person: Callable[..., Person], cohort: Cohort
) -> None:
    stranger = sign_in(person(role=Role.TRAINER))

    answers = [stranger.get(place(cohort, end)).status_code for end in ("", "/days.csv")]

    assert answers == [404, 404]
