"""A group with people at every stage, a due day, and a worker whose clock is ours."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import UTC, date, datetime
from typing import Any

import pytest
from flask import Flask
from sqlalchemy import select, update

from soar_lms.accounts.models import Person
from soar_lms.catalogue.model import Module
from soar_lms.cohorts import services as cohorts
from soar_lms.cohorts.models import Cohort, CohortModule, CohortState
from soar_lms.database import db, transaction
from soar_lms.messages.models import OutboxMessage
from soar_lms.messages.worker import send_due
from soar_lms.reminders import jobs
from soar_lms.reminders.ladder import Ladder
from soar_lms.reminders.models import Reminder
from soar_lms.reminders.services import Terms, change_terms
from tests.factories import NOW, make_certificate, make_enrolment, make_person, pass_module

DUE = date(2026, 11, 25)
"""Three days after NOW, which is a Sunday, at ten in New York."""
TERMS = Terms(is_on=True, ladder=Ladder(), invite_after=7)
NIGHT = datetime(2026, 11, 23, 2, 0, tzinfo=UTC)
"""Nine in the evening of that day in New York."""
MORNING = datetime(2026, 11, 23, 13, 0, tzinfo=UTC)
"""Eight in the morning after it."""


@dataclass
class Post:
    """A transport that notes the reminders that it carries."""

    mails: list[tuple[str, str, str]] = field(default_factory=list)
    error: Exception | None = None

    def __call__(self, message: OutboxMessage) -> None:
        if self.error is not None:
            raise self.error
        if message.key is not None:
            self.mails.append((message.recipient, message.subject, message.body))

    @property
    def readers(self) -> list[str]:
        return sorted(recipient for recipient, _, _ in self.mails)


@pytest.fixture
def post(context: Flask) -> Post:
    return Post()


Work = Callable[..., None]


@pytest.fixture
def work(post: Post) -> Work:
    """Return a function that lets the worker do all there is at a moment."""

    def do(now: datetime = NOW) -> None:
        for job in (jobs.plan_reminders, jobs.post_reminders, jobs.remind_invited):
            while job(now):
                pass
        while send_due(post, now):
            pass

    return do


@pytest.fixture
def group(app: Flask, trainer: Person, module: Module) -> Cohort:
    """Return a group that takes a module by a day and reminds."""
    with app.app_context(), transaction():
        cohort = cohorts.create_cohort(
            trainer, name="Night shift", organisation=None, module_ids=[module.id], now=NOW
        )
        change_terms(cohort, TERMS, actor=trainer, now=NOW)
        set_due(cohort, DUE)
    return cohort


def set_due(cohort: Cohort, due_on: date | None) -> None:
    db.session.execute(
        update(CohortModule).where(CohortModule.cohort_id == cohort.id).values(due_on=due_on)
    )


@pytest.fixture
def people(app: Flask, group: Cohort, module: Module) -> dict[str, Person]:
    """Let people join who stand at different places."""
    with app.app_context(), transaction():
        made = {
            "done": make_person(name="Aaron Done", email="done@example.org"),
            "passed": make_person(name="Bea Passed", email="passed@example.org"),
            "begun": make_person(name="Carla Begun", email="begun@example.org", language="es"),
            "new": make_person(name="Zoe New", email="new@example.org"),
        }
        for person in made.values():
            cohorts.join_cohort(group, person, NOW)
        make_certificate(made["done"], module)
        pass_module(make_enrolment(made["passed"], module), module)
        make_enrolment(made["begun"], module, language="es")
    return made


UNFINISHED = ["begun@example.org", "new@example.org", "passed@example.org"]


def change(row: Any, **values: object) -> None:
    """Change a row of the database."""
    with transaction():
        found = db.session.get_one(type(row), row.id, populate_existing=True)
        for name, value in values.items():
            setattr(found, name, value)


def archive(cohort: Cohort) -> None:
    change(cohort, state=CohortState.ARCHIVED)


def log_of(cohort: Cohort) -> dict[str, tuple[str, str]]:
    """Return what became of the reminders of a group: (state, why) by address."""
    db.session.expire_all()
    rows = db.session.execute(
        select(Person.email, Reminder.state, Reminder.why)
        .join(Reminder, Reminder.person_id == Person.id)
        .where(Reminder.cohort_id == cohort.id)
        .order_by(Reminder.id)
    )
    return {email: (state, why) for email, state, why in rows}
