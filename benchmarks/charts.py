"""The charts of a group of 10,000 in eight modules: what they count, beside its SQL alone.

The same statements, with the same values, are sent by the driver alone in the same run: what is
over is what the program adds. A tenth of that group is measured first, to see what grows with it;
there the few milliseconds that every page has weigh most, and nothing is asked.
BENCH_CHART_PEOPLE names other sizes, for a quick look.
"""

from __future__ import annotations

import json
import os
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime
from functools import partial
from random import Random
from typing import Any

from sqlalchemy import Engine, event, func, select, text

from benchmarks.figures import Figure
from benchmarks.report import Crowd, _get, _quiet_ms, crowded
from soar_lms import seeding
from soar_lms.assessments.grading import earned
from soar_lms.assessments.items import frozen_key, make_item
from soar_lms.assessments.models import Attempt
from soar_lms.catalogue.model import Module
from soar_lms.catalogue.schema import Bank
from soar_lms.cohorts.gains import Part, measure_learning
from soar_lms.cohorts.models import Cohort
from soar_lms.cohorts.progress import measure_progress
from soar_lms.content import catalogue
from soar_lms.database import db, transaction
from soar_lms.demo import wrong_answer
from soar_lms.learning.models import Enrolment

SIZES = tuple(map(int, os.environ.get("BENCH_CHART_PEOPLE", "1000 10000").split()))
GOAL = 1.5
TIMES = 12
MODULE = "module-1"
Statement = tuple[str, Any]


def measure_charts(_seconds: int, _rounds: int) -> Iterator[Figure]:
    """Measure the charts on both databases, the smaller group first."""
    for kind in ("sqlite", "postgresql"):
        for size in SIZES:
            with crowded(kind, size) as crowd:
                with crowd.app.app_context(), transaction():
                    count = _take_tests(catalogue().modules[MODULE])
                print(f"  {count:,} people with both tests")
                yield from _counting(crowd, kind)
                yield from _pages(crowd, kind)


def _counting(crowd: Crowd, kind: str) -> Iterator[Figure]:
    """Compare what is counted with the statements that count it."""
    with crowd.app.app_context():
        cohort = db.session.get_one(Cohort, crowd.cohort_id)
        module, now = catalogue().modules[MODULE], datetime.now(UTC)
        for name, work in (
            ("progress", partial(measure_progress, cohort, module, now)),
            ("learning", partial(measure_learning, cohort, module, Part())),
        ):
            with _recorded(db.engine) as statements:
                work()
            raw = _quiet_ms(partial(_send, statements), TIMES)
            ours = _quiet_ms(work, TIMES)
            label = f"{name}, {crowd.people:,}, {kind}"
            goal = GOAL if crowd.people == SIZES[-1] else None  # of few, the program is most of it
            yield Figure(label, ours, "ms", raw, goal, higher=False)


def _pages(crowd: Crowd, kind: str) -> Iterator[Figure]:
    """Say what the whole pages take, beside the page of the group."""
    place = f"/en/cohorts/{crowd.cohort_id}"
    listing = _quiet_ms(partial(_get, crowd.client, place), TIMES)
    for name in ("progress", "learning"):
        address = f"{place}/{name}?module={MODULE}"
        took = _quiet_ms(partial(_get, crowd.client, address), TIMES)
        yield Figure(f"{name} page, {crowd.people:,}, {kind}", took, "ms", listing, None)


@contextmanager
def _recorded(engine: Engine) -> Iterator[list[Statement]]:
    """Collect the statements that are sent inside, with their values."""
    found: list[Statement] = []

    def note(_connection: object, _cursor: object, statement: str, values: Any, *_: object) -> None:
        found.append((statement, values))

    event.listen(engine, "before_cursor_execute", note)
    try:
        yield found
    finally:
        event.remove(engine, "before_cursor_execute", note)


def _send(statements: list[Statement]) -> None:
    """Send statements by the driver alone, and take every row."""
    connection = db.engine.raw_connection()
    for statement, values in statements:
        cursor = connection.cursor()
        cursor.execute(statement, values)
        cursor.fetchall()
        cursor.close()
    connection.close()


# --- tests that were taken ----------------------------------------------------------------------


def _take_tests(module: Module) -> int:
    """Let everybody who completed a module have taken both tests; return how many they are."""
    random = Random(1)  # nobody's secret
    items = {
        instrument: [
            vars(make_item(name, question, question.options))
            for name, question in module.spec.questions.items()
            if question.bank is bank
        ]
        for instrument, bank in (("pre", Bank.PRE), ("post", Bank.POST))
    }
    enrolments = db.session.execute(
        select(Enrolment.id, Enrolment.setting, Enrolment.language, Enrolment.completed_at).where(
            Enrolment.module_id == module.id, Enrolment.completed_at.is_not(None)
        )
    ).all()
    number = db.session.scalar(select(func.max(Attempt.id))) or 0
    attempts: list[tuple[Any, ...]] = []
    answers: list[tuple[Any, ...]] = []
    for enrolment_id, setting, language, done in enrolments:
        moment = f"{done:%Y-%m-%d %H:%M:%S.%f}{_zone()}"
        for instrument, bank in items.items():
            number += 1
            asked = bank if instrument == "pre" else random.sample(bank, 10)
            given = [_answer(random, item, 0.5 if instrument == "pre" else 0.8) for item in asked]
            answers += [
                (number, item["question_id"], json.dumps(chosen), moment)
                for item, (chosen, _) in zip(asked, given, strict=True)
            ]
            points, version = sum(right for _, right in given), module.spec.version
            attempts.append(
                (
                    *(number, enrolment_id, instrument, 1, 0, json.dumps(asked), version),
                    *(setting, language, moment, moment, points, 1),
                )
            )
    seeding._insert(
        "attempts",
        "id enrolment_id instrument number seed items module_version setting language "
        "started_at submitted_at points points_of",
        attempts,
    )
    seeding._insert("answers", "attempt_id question_id chosen saved_at", answers)
    if db.engine.dialect.name == "postgresql":
        db.session.execute(text("ANALYZE"))  # its own daemon would do so soon
    return len(enrolments)


def _answer(random: Random, item: dict[str, Any], skill: float) -> tuple[list[str], int]:
    """Return an answer and whether it earns its point."""
    chosen = list(item["correct"]) if random.random() < skill else wrong_answer(item)
    return chosen, int(earned(chosen, frozen_key(item)) == 1)


def _zone() -> str:
    return "+00" if db.engine.dialect.name == "postgresql" else ""
