"""Programme reports of 100,000 people in eight modules, on both databases.

Each page beside the statements that it ran, run again by the driver alone: what the database takes
is the limit, and the page may take half as much again. BENCH_PEOPLE names another size.
"""

from __future__ import annotations

import statistics
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from functools import partial
from typing import Any

from flask.testing import FlaskClient
from sqlalchemy import event

from benchmarks.figures import Figure
from benchmarks.report import SIZES, Crowd, _get, _ms, crowded
from benchmarks.serving import cookie_of
from soar_lms.access import Role
from soar_lms.database import db, transaction
from soar_lms.programme.periods import Kind, list_back
from tests.factories import NOW, make_person

PAGE_GOAL = 1.5
VISITS = 8
_LAST_QUARTER = list_back(Kind.FISCAL_QUARTER, NOW.date(), 2)[1].code
_LAST_YEAR = list_back(Kind.FISCAL_YEAR, NOW.date(), 2)[1].code
_VIEWS = {
    "a quarter by state": f"period={_LAST_QUARTER}",
    "a year by state": f"period={_LAST_YEAR}",
    "a year, state by profession": f"period={_LAST_YEAR}&rows=territory&columns=profession",
    "a year by format": f"period={_LAST_YEAR}&rows=format",
    "a year, in Spanish, by module": f"period={_LAST_YEAR}&rows=module&spoken=es",
}

Statement = tuple[str, Any]


def measure_programme(_seconds: int, _rounds: int) -> Iterator[Figure]:
    """Measure the pages of the largest group on both databases."""
    for kind in ("sqlite", "postgresql"):
        with crowded(kind, SIZES[-1]) as crowd:
            client = _administrator(crowd)
            for name, query in _VIEWS.items():
                address = f"/en/programme/reports?{query}"
                with _statements(crowd) as statements:
                    _get(client, address)
                ours, raw = _in_turn(crowd, partial(_get, client, address), statements)
                label = f"{name}, {crowd.people:,}, {kind}"
                yield Figure(label, ours, "ms", raw, PAGE_GOAL, higher=False)


def _in_turn(
    crowd: Crowd, visit: Callable[[], None], statements: list[Statement]
) -> tuple[float, float]:
    """Return the lower quartiles of a page and of its statements, measured in turn.

    What else happens on the machine then disturbs both alike.
    """
    pages, raws = [], []
    for _ in range(VISITS):
        pages.append(_ms(visit))
        with crowd.app.app_context():
            raws.append(_ms(partial(_run, statements)))
    ours, raw = (statistics.quantiles(times, n=4)[0] for times in (pages, raws))
    return ours, raw


def _administrator(crowd: Crowd) -> FlaskClient:
    with crowd.app.app_context(), transaction():
        person = make_person(role=Role.ADMINISTRATOR)
        cookie = cookie_of(crowd.app, person.fs_uniquifier)
    client = crowd.app.test_client()
    client.set_cookie("soar", cookie.removeprefix("soar="))
    return client


@contextmanager
def _statements(crowd: Crowd) -> Iterator[list[Statement]]:
    """Collect what is sent to the database meanwhile, as the driver gets it."""
    found: list[Statement] = []

    def note(_connection: Any, _cursor: Any, statement: str, values: Any, *_rest: Any) -> None:
        found.append((statement, values))

    with crowd.app.app_context():
        engine = db.engine
    event.listen(engine, "before_cursor_execute", note)
    yield found
    event.remove(engine, "before_cursor_execute", note)


def _run(statements: list[Statement]) -> None:
    """Run statements on the driver alone, and take every row of them."""
    connection = db.engine.raw_connection()
    cursor = connection.cursor()
    for statement, values in statements:
        cursor.execute(statement, values)
        cursor.fetchall()
    cursor.close()
    connection.close()
