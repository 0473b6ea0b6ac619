"""A long list on paper: asked for on a page, made by the worker in slices, one file in the end."""

from __future__ import annotations

from dataclasses import replace
from io import BytesIO

import pytest
from flask import Flask
from flask.testing import FlaskClient
from pypdf import PdfReader
from sqlalchemy import delete, select

from soar_lms.accounts.models import Person
from soar_lms.audit.models import AuditEntry
from soar_lms.clock import utc_now
from soar_lms.cohorts import papers
from soar_lms.cohorts.models import Cohort, CohortMember, CohortTrainer
from soar_lms.cohorts.places import settle
from soar_lms.database import db, transaction
from soar_lms.tasks import kinds
from soar_lms.tasks.models import State, Task
from soar_lms.tasks.services import get_file
from soar_lms.tasks.worker import work
from tests.support.page import get_page, text_of
from tests.support.quick import post
from tests.tasks.asking import Clock

Stages = dict[str, Person]


@pytest.fixture(autouse=True)
def small(monkeypatch: pytest.MonkeyPatch) -> None:
    """Have more than one line made in the background, two at a time."""
    monkeypatch.setattr(papers, "AT_ONCE", 1)
    monkeypatch.setitem(kinds._kinds, papers.PAPER.name, replace(papers.PAPER, slice_size=2))


def place(cohort: Cohort, language: str = "en", query: str = "") -> str:
    return f"/{language}/cohorts/{cohort.id}/members.pdf{query}"


def finish(app: Flask) -> Task:
    """Let a worker do all of it."""
    clock = Clock(utc_now())
    with app.app_context():
        for _ in range(10):
            work(clock(), clock)
        return db.session.scalars(select(Task)).one()


def pages_of(app: Flask, task: Task) -> list[str]:
    with app.app_context():
        reader = PdfReader(BytesIO(get_file(task).read_bytes()))
    return [" ".join(page.extract_text().split()) for page in reader.pages]


def test_a_long_list_is_made_in_the_background_and_is_one_file(
    app: Flask, as_trainer: FlaskClient, cohort: Cohort, stages: Stages
) -> None:
    page = get_page(as_trainer, place(cohort))
    asked = post(as_trainer, place(cohort))

    task = finish(app)

    assert "The list has 5 lines." in text_of(page, "main .lead")
    assert asked.location.endswith(f"/tasks/{task.id}")
    assert (task.state, task.tally, task.total) == (State.DONE, {"lines": 5}, 5)
    first, second, third = pages_of(app, task)
    assert "How many stand where" in first
    assert all(name in first for name in ("élise new", "Zoe New"))
    assert "How many stand where" not in second
    assert ("Lines 3 to 4" in second, "Aaron Done" in third) == (True, True)


def test_it_is_narrowed_and_spoken_as_it_was_asked_for(
    app: Flask, as_trainer: FlaskClient, cohort: Cohort, stages: Stages
) -> None:
    post(as_trainer, place(cohort, "es", "?state=not-started"))

    task = finish(app)

    (words,) = pages_of(app, task)
    assert "Solo aparecen: Estado:" in words
    assert "Aaron Done" not in words
    assert str(task.file_name).endswith("-es.pdf")


def test_who_leaves_meanwhile_is_not_printed(
    app: Flask, as_trainer: FlaskClient, cohort: Cohort, stages: Stages
) -> None:
    post(as_trainer, place(cohort))
    clock = Clock(utc_now())
    with app.app_context():
        work(clock(), clock)  # the plan is made
        with transaction() as session:
            gone = CohortMember.person_id == stages["done"].id
            session.execute(delete(CohortMember).where(gone))
            settle(cohort.id)

    task = finish(app)

    assert task.tally == {"lines": 4}
    assert "Aaron Done" not in " ".join(pages_of(app, task))


def test_who_is_no_trainer_any_more_gets_nothing(
    app: Flask, as_trainer: FlaskClient, cohort: Cohort, stages: Stages
) -> None:
    post(as_trainer, place(cohort))
    with app.app_context(), transaction() as session:
        session.execute(delete(CohortTrainer))

    task = finish(app)

    assert (task.state, task.file) == (State.FAILED, None)


def test_asking_is_noted_and_a_page_alone_is_not(
    app: Flask, as_trainer: FlaskClient, cohort: Cohort, stages: Stages
) -> None:
    as_trainer.get(place(cohort))
    with app.app_context():
        looked = list(db.session.scalars(select(AuditEntry.action)))

    post(as_trainer, place(cohort))

    with app.app_context():
        assert (looked, list(db.session.scalars(select(AuditEntry.action)))) == (
            [],
            ["members-exported"],
        )


def test_without_the_form_nothing_is_asked_for(
    app: Flask, as_trainer: FlaskClient, cohort: Cohort, stages: Stages
) -> None:
    response = as_trainer.post(place(cohort))

    with app.app_context():
        assert (response.status_code, list(db.session.scalars(select(Task)))) == (422, [])
