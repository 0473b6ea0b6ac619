"""Planning and sending the reminders of a group of 1,000 and of 20,000.

Planning one module is measured beside rows of as many columns, with the same indexes and keys, that
one statement writes without looking at anybody. Statements are counted for a small and a large
group, since they must not grow. BENCH_PEOPLE names other sizes.
"""

from __future__ import annotations

import os
import time
from collections.abc import Callable, Iterator
from datetime import UTC, datetime, timedelta
from functools import partial

from sqlalchemy import case, select, text, update

from benchmarks.figures import Figure
from benchmarks.report import crowded
from soar_lms.accounts.models import Person
from soar_lms.cohorts.models import Cohort, CohortModule, CohortTrainer
from soar_lms.database import db, transaction
from soar_lms.messages.models import OutboxMessage
from soar_lms.messages.worker import send_due
from soar_lms.reminders.jobs import plan_reminders, post_reminders
from soar_lms.reminders.ladder import Ladder, civil_moment
from soar_lms.reminders.services import Terms, change_terms
from soar_lms.seeding import TIME_ZONE
from tests.support.queries import statements_of

SIZES = tuple(map(int, os.environ.get("BENCH_PEOPLE", "1000 20000").split()))
PLAN_GOAL = 4
"""Times the bare rows: each person is looked at for refusals, bounces and earlier reminders."""
_BARE_TABLE = """
    CREATE TABLE bare_reminders (cohort_id INTEGER REFERENCES cohorts (id),
    person_id INTEGER REFERENCES people (id), module_id VARCHAR(60),
    day DATE, kind VARCHAR(20), step INTEGER, due_on DATE, send_at TIMESTAMP, state VARCHAR(20),
    why VARCHAR(20), created_at TIMESTAMP, changed_at TIMESTAMP,
    UNIQUE (person_id, module_id, day));
    CREATE INDEX bare_by_cohort ON bare_reminders (cohort_id);
    CREATE INDEX bare_by_moment ON bare_reminders (send_at)
"""
_BARE = """
    INSERT INTO bare_reminders
    SELECT cohort_id, person_id, module_id, CAST(:day AS DATE), 'ladder', 3, CAST(:day AS DATE),
    CURRENT_TIMESTAMP, 'planned', '', CURRENT_TIMESTAMP, CURRENT_TIMESTAMP FROM report_lines
    WHERE cohort_id = :cohort AND module_id = :module AND person_id IS NOT NULL
    AND state <> 'completed'
"""


def measure_reminders(_seconds: int, _rounds: int) -> Iterator[Figure]:
    """Measure a step of a ladder on both databases, the small group first."""
    for kind in ("sqlite", "postgresql"):
        first: dict[str, float] = {}
        for size in SIZES:
            with crowded(kind, size) as crowd, crowd.app.app_context():
                yield from _measure(crowd.cohort_id, f"{size:,}, {kind}", first)


def _measure(cohort_id: int, label: str, first: dict[str, float]) -> Iterator[Figure]:
    now = civil_moment(datetime.now(UTC), TIME_ZONE)
    module_id = _prepare(cohort_id, now)
    bare = _ms(partial(_write_bare, cohort_id, module_id, now))
    took = _ms(partial(_all, plan_reminders, now))
    yield Figure(f"planning, {label}", took, "ms", bare, PLAN_GOAL, higher=False)
    for name, work in (("put into the outbox", partial(post_reminders, now)), ("sent", _send(now))):
        with statements_of(db.engine) as statements:
            spent = _ms(work)
        count = float(len(statements))
        limit = first.setdefault(name, count)
        yield Figure(f"statements of 20 {name}, {label}", count, "", limit, 1, higher=False)
        yield Figure(f"time of 20 {name}, {label}", spent, "ms", 0, None)


def _prepare(cohort_id: int, now: datetime) -> str:
    """Have the first module of a group due in three days, and the group remind.

    The worker lives long: it has looked before, and knows its time zones.
    """
    plan_reminders(now)
    with transaction():
        trainer_id = db.session.scalars(
            select(CohortTrainer.person_id).where(CohortTrainer.cohort_id == cohort_id)
        ).one()
        terms = Terms(is_on=True, ladder=Ladder(), invite_after=None)
        change_terms(
            db.session.get_one(Cohort, cohort_id),
            terms,
            actor=db.session.get_one(Person, trainer_id),
            now=now,
        )
        modules = select(CohortModule.module_id).where(CohortModule.cohort_id == cohort_id)
        module_id = db.session.scalars(modules.order_by(CohortModule.module_id)).all()[0]
        due_on = (now + timedelta(days=3)).date()
        is_first = CohortModule.module_id == module_id
        db.session.execute(
            update(CohortModule)
            .where(CohortModule.cohort_id == cohort_id)
            .values(due_on=case((is_first, due_on), else_=None))
        )
        for statement in _BARE_TABLE.split(";"):
            db.session.execute(text(statement))
    return module_id


def _write_bare(cohort_id: int, module_id: str, now: datetime) -> None:
    with transaction():
        db.session.execute(
            text(_BARE), {"cohort": cohort_id, "module": module_id, "day": now.date().isoformat()}
        )


def _all(job: Callable[[datetime], int], now: datetime) -> None:
    while job(now):
        pass


def _send(now: datetime) -> Callable[[], object]:
    def transport(_message: OutboxMessage) -> None:
        """Carry it nowhere."""

    return lambda: send_due(transport, now)


def _ms(work: Callable[[], object]) -> float:
    start = time.perf_counter()
    work()
    return (time.perf_counter() - start) * 1_000
