"""Records of people, row by row: modules that the site does not have, done in any way."""

from __future__ import annotations

from collections.abc import Collection
from datetime import datetime, timedelta
from itertools import count

from flask import Flask
from sqlalchemy import select

from soar_lms.accounts.models import Person
from soar_lms.assessments.models import Answer, Attempt, CheckAnswer, EvaluationReceipt
from soar_lms.certificates.codes import make_code
from soar_lms.certificates.models import Certificate
from soar_lms.cohorts.models import ReportLine, RosterPlace
from soar_lms.database import db
from soar_lms.learning.models import Enrolment, LessonCompletion
from tests.factories import NOW
from tests.rules.world import read_database

_seconds = count()
ITEM = {"question_id": "q", "options": ["a", "b"], "correct": ["a"], "several": False}


def later() -> datetime:
    """Return a moment after all that were returned before."""
    return NOW + timedelta(seconds=next(_seconds))


def enrol(person: Person, module_id: str, *, cycle: int = 1, lessons: Collection[str] = ()) -> int:
    """Enrol somebody; return the number of the enrolment."""
    enrolment = Enrolment(
        person_id=person.id,
        module_id=module_id,
        cycle=cycle,
        setting="health-care",
        language="en",
        enrolled_at=later(),
    )
    db.session.add(enrolment)
    db.session.flush()
    db.session.add_all(
        LessonCompletion(
            enrolment_id=enrolment.id, lesson_id=lesson, setting="", completed_at=later()
        )
        for lesson in lessons
    )
    return enrolment.id


def attempt(
    enrolment_id: int, *, points: int | None = 1, instrument: str = "post", number: int = 1
) -> int:
    """Add an attempt with one answer, open where `points` is None; return its key."""
    made = Attempt(
        enrolment_id=enrolment_id,
        instrument=instrument,
        number=number,
        seed=1,
        items=[ITEM],
        pass_mark=80 if instrument == "post" else None,
        module_version="1",
        setting="health-care",
        language="en",
        started_at=later(),
        submitted_at=None if points is None else later(),
        points=points,
        passed=points == 1 if points is not None and instrument == "post" else None,
    )
    db.session.add(made)
    db.session.flush()
    db.session.add(Answer(attempt_id=made.id, question_id="q", chosen=["a"], saved_at=later()))
    db.session.flush()
    return made.id


def complete(person: Person, enrolment_id: int, *, expires_days: int | None = None) -> str:
    """Complete an enrolment with its certificate; return the code."""
    enrolment = db.session.get_one(Enrolment, enrolment_id)
    enrolment.completed_at = moment = later()
    made = Certificate(
        code=make_code(),
        enrolment_id=enrolment_id,
        person_id=person.id,
        name=person.name,
        module_id=enrolment.module_id,
        module_title=enrolment.module_id,
        module_version="1",
        setting="health-care",
        setting_name="Health care",
        language="en",
        minutes=30,
        score=100,
        completed_at=moment,
        completed_on=moment.date(),
        time_zone="America/New_York",
        issued_at=moment,
        expires_on=None if expires_days is None else (NOW + timedelta(expires_days)).date(),
        template_version=1,
    )
    db.session.add(made)
    db.session.flush()
    return made.code


def finish(person: Person, module_id: str) -> int:
    """Take somebody through a module to the certificate; return the number of the enrolment."""
    number = enrol(person, module_id, lessons=("one", "two"))
    attempt(number, points=0, instrument="pre")
    attempt(number)
    db.session.add(EvaluationReceipt(enrolment_id=number, occasion="completion"))
    complete(person, number)
    return number


def check(enrolment_id: int, question_id: str) -> None:
    """Answer a knowledge check."""
    db.session.add(
        CheckAnswer(
            enrolment_id=enrolment_id,
            question_id=question_id,
            chosen=["a"],
            is_correct=True,
            answered_at=later(),
        )
    )


def dump(app: Flask) -> dict[str, list[str]]:
    """Return every row but those that say that there was a merge.

    Places and lines are worked out anew, under other numbers: they are compared by what they say.
    """
    rows = read_database(app)
    numbered = {"roster_places", "roster_words", "report_lines", "report_counts"}
    with app.app_context():
        lines = db.session.execute(
            select(RosterPlace.cohort_id, RosterPlace.name, ReportLine.module_id, ReportLine.state)
            .join(ReportLine, ReportLine.place_id == RosterPlace.id)
            .order_by(RosterPlace.cohort_id, RosterPlace.name, ReportLine.module_id)
        )
        said = {"lines": [repr(tuple(line)) for line in lines]}
    return said | {
        name: found
        for name, found in rows.items()
        if name not in {"person_merges", "outbox_messages"} | numbered
    }
