"""The trainer's report of 1,000, 10,000 and 100,000 people in eight modules.

A page in an ordinary process (no network), its totals, the CSV beside the same rows read by the
driver alone, the memory that the CSV takes, and a step of a learner with and without what is kept
of it. BENCH_PEOPLE names other sizes, for a quick look: "1000 10000".
"""

from __future__ import annotations

import os
import resource
import shutil
import statistics
import tempfile
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, replace
from datetime import UTC, datetime, timedelta
from functools import partial
from itertools import product
from pathlib import Path
from typing import Any
from unittest.mock import patch

from flask import Flask
from flask.testing import FlaskClient

from benchmarks.figures import Figure
from benchmarks.postgresql import running_server
from benchmarks.serving import cookie_of, form_token, make_config
from soar_lms.access import Role
from soar_lms.app import create_app
from soar_lms.catalogue.model import Module
from soar_lms.cohorts import services as cohorts
from soar_lms.cohorts.filters import Filters
from soar_lms.cohorts.models import Cohort, CohortModule
from soar_lms.cohorts.report import Report
from soar_lms.cohorts.report_query import parts_of, select_part
from soar_lms.content import catalogue
from soar_lms.database import db, transaction
from soar_lms.learning import services as learning
from soar_lms.learning.models import Enrolment
from soar_lms.learning.path import Path as LearningPath
from soar_lms.learning.standing import get_standing
from soar_lms.migrations import upgrade
from soar_lms.paths import bundled
from soar_lms.seeding import seed_cohort
from tests.factories import make_enrolment, make_person

MODULES = 8
SIZES = tuple(map(int, os.environ.get("BENCH_PEOPLE", "1000 10000 100000").split()))
PAGE_LIMIT_MS, PAGE_GROWTH, CSV_GOAL, STEP_GOAL = 10, 1.2, 2, 1.2
SHORT = 10_000
"""People whose file is measured more often: one alone says little."""
TOTALS_GOAL = 1.5
MEMORY_LIMIT_MB = 60
VISITS, STEPS = 30, 60
_VIEWS = {
    "page": "",
    "page, 40 turns on": "{turned}",
    "page, one state": "state=in-progress&sort=name",
    "page, by activity": "sort=active",
    "page, module and setting": "module=module-3&setting=public-health",
    "page, due": "due=late",
    "page, due, in the order of days": "due=week&sort=due",
    "page, a search": "q=solveig+nadie+0000",
    "page, a search of one letter": "q=e",
    "page, a search that finds everybody": "q=seed.example.org",
    "page, a search by first name": "q=solveig",
    "page, a search by address": "q={some}",
}
_FILTERED = (
    ("", "module=module-3"),
    ("", "state=not-started", "state=in-progress", "state=completed", "state=invited"),
    ("", "setting=public-health"),
    ("", "spoken=es"),
    ("", "due=late"),
    ("", "sort=name", "sort=completed", "sort=active", "sort=due"),
)
"""Every combination of these is looked at: the slowest and the middle one are figures."""


@dataclass(frozen=True)
class Crowd:
    """A filled site and its trainer."""

    app: Flask
    client: FlaskClient
    cohort_id: int
    people: int


def measure_report(_seconds: int, _rounds: int) -> Iterator[Figure]:
    """Measure the report on both databases, the smallest group first."""
    for kind in ("sqlite", "postgresql"):
        first: dict[str, float] = {}
        for size in SIZES:
            with crowded(kind, size) as crowd:
                yield from _pages(crowd, kind, first)
                yield from _combinations(crowd, kind)
                yield from _totals(crowd, kind)
                yield from _csv(crowd, kind)
                yield from _steps(crowd, kind)


def _pages(crowd: Crowd, kind: str, first: dict[str, float]) -> Iterator[Figure]:
    place = f"/en/cohorts/{crowd.cohort_id}"
    turned = _turn(crowd.client, place)
    for name, query in _VIEWS.items():
        address = f"{place}?{query.format(turned=turned, some=_find_some(crowd.people))}"
        took = _quiet_ms(partial(_get, crowd.client, address), VISITS)
        label = f"{name}, {crowd.people:,}, {kind}"
        yield Figure(label, took, "ms", PAGE_LIMIT_MS, 1, higher=False)
        if name not in first:
            first[name] = took
        elif crowd.people == SIZES[-1]:
            label = f"{name}, growth, {kind}"
            yield Figure(label, took, "ms", first[name], PAGE_GROWTH, higher=False)


def _combinations(crowd: Crowd, kind: str) -> Iterator[Figure]:
    """Look at the page with every combination of filters and orders."""
    place = f"/en/cohorts/{crowd.cohort_id}"
    took = {}
    for chosen in product(*_FILTERED):
        query = "&".join(filter(None, chosen))
        took[query] = _quiet_ms(partial(_get, crowd.client, f"{place}?{query}"), 4)
    slowest = max(took, key=lambda query: took[query])
    print(f"  the slowest of {len(took)} combinations: {slowest}")
    for name, value in (
        ("slowest", took[slowest]),
        ("middle", statistics.median(took.values())),
    ):
        label = f"page, filters, {name}, {crowd.people:,}, {kind}"
        yield Figure(label, value, "ms", PAGE_LIMIT_MS, 1, higher=False)


def _find_some(people: int) -> str:
    """Return the beginning of 111 addresses, however many there are: as much is found and shown."""
    return f"person-{'321'[: len(str(people)) - 3]}"


def _turn(client: FlaskClient, place: str) -> str:
    """Turn forty pages; return what the address of the last one asks."""
    query = ""
    for _ in range(40):
        text = client.get(f"{place}?{query}").text
        _, found, rest = text.partition('rel="next" href="')
        if not found:
            break
        query = rest.partition('"')[0].partition("?")[2].partition("#")[0].replace("&amp;", "&")
    return query


def _totals(crowd: Crowd, kind: str) -> Iterator[Figure]:
    """Compare the totals that are kept with counting the lines."""
    with crowd.app.app_context():
        cohort = db.session.get_one(Cohort, crowd.cohort_id)
        ours = _quiet_ms(_report(cohort).count, 10)
        raw = (
            "SELECT module_id, state, setting, language, count(*) FROM report_lines "
            f"WHERE cohort_id = {crowd.cohort_id} GROUP BY module_id, state, setting, language"
        )
        counting = _quiet_ms(lambda: _fetch(raw), 3)
    label = f"totals, {crowd.people:,}, {kind}"
    yield Figure(label, ours, "ms", counting, TOTALS_GOAL, higher=False)


def _csv(crowd: Crowd, kind: str) -> Iterator[Figure]:
    """Compare the file with the same rows read by the driver alone."""
    with crowd.app.app_context():
        cohort = db.session.get_one(Cohort, crowd.cohort_id)
        asked = _report(cohort).ask()
        statements = [
            str(
                select_part(asked.scope, part)
                .params(asked.values)
                .compile(
                    db.engine, compile_kwargs={"literal_binds": True, "render_postcompile": True}
                )
            )
            for part in parts_of(asked.scope)
        ]
    if crowd.people == SIZES[0]:
        _drain(crowd)  # the first one also builds what every later one uses
    before = _peak_mb()
    times = 9 if crowd.people <= SHORT else 3
    ours = _quiet_ms(partial(_drain, crowd), times)
    grown = _peak_mb() - before
    with crowd.app.app_context():
        raw = sum(_quiet_ms(partial(_fetch, item), times) for item in statements)
    yield Figure(f"CSV, {crowd.people:,}, {kind}", ours, "ms", raw, CSV_GOAL, higher=False)
    label = f"CSV memory, {crowd.people:,}, {kind}"
    yield Figure(label, grown, "MB", MEMORY_LIMIT_MB, 1, higher=False)


def _steps(crowd: Crowd, kind: str) -> Iterator[Figure]:
    """Compare completing a lesson with doing so while nothing is kept of it, in turn."""
    with crowd.app.app_context():
        module = catalogue().modules["module-1"]
        setting = module.spec.settings[0]
        lessons = [lesson.id for lesson in module.spec.lessons]
        with transaction():
            cohort = db.session.get_one(Cohort, crowd.cohort_id)
            people = [make_person() for _ in range(2 * (STEPS // len(lessons) + 1))]
            for person in people:
                make_enrolment(person, module, setting=setting)
                cohorts.join_cohort(cohort, person, datetime.now(UTC))
        cookies = [cookie_of(crowd.app, person.fs_uniquifier) for person in people]
    kept, bare = [], []
    for number in range(STEPS):
        turn, at = divmod(number, len(lessons))
        lesson = lessons[at]
        place = f"/en/learn/{module.id}/{setting}/{lesson}"
        kept.append(_ms(partial(_post, crowd.app, place, cookies[2 * turn])))
        with patch.object(learning, "keep", _only_read):
            bare.append(_ms(partial(_post, crowd.app, place, cookies[2 * turn + 1])))
    label = f"a step, {crowd.people:,}, {kind}"
    ours, limit = (statistics.quantiles(times, n=4)[0] for times in (kept, bare))
    yield Figure(label, ours, "ms", limit, STEP_GOAL, higher=False)


def _only_read(enrolment: Enrolment, module: Module) -> LearningPath:
    """Do what a step did while nothing was kept of it: read where the learner stands."""
    return get_standing(enrolment, module).path


def _post(app: Flask, place: str, cookie: str) -> None:
    client = app.test_client(use_cookies=False)
    data, headers = {"csrf_token": form_token()}, {"Cookie": cookie}
    answer = client.post(place, data=data, headers=headers)
    if answer.status_code != 302:
        raise RuntimeError(f"{place} answered {answer.status_code}")


# --- what is measured, and how ------------------------------------------------------------------


@contextmanager
def crowded(kind: str, people: int) -> Iterator[Crowd]:
    """Fill a database of a kind with a group; say how long that took."""
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        if kind == "postgresql":
            with running_server(folder) as server:
                yield _fill(folder, server.url, people)
        else:
            yield _fill(folder, f"sqlite:///{folder / 'soar.db'}", people)


def _fill(folder: Path, url: str, people: int) -> Crowd:
    modules = _make_modules(folder / "modules")
    app = create_app(replace(make_config(folder, url), modules=modules))
    start = time.perf_counter()
    with app.app_context():
        upgrade()
        with transaction():
            trainer = make_person(role=Role.TRAINER)
            made = seed_cohort(
                trainer,
                catalogue(),
                people=people,
                modules=MODULES,
                seed=1,
                now=datetime.now(UTC),
            )
            _set_due_days(made.cohort_id)
        cookie = cookie_of(app, trainer.fs_uniquifier)
    print(f"  seeded {people:,} people x {MODULES} in {time.perf_counter() - start:.1f} s")
    client = app.test_client()
    client.set_cookie("soar", cookie.removeprefix("soar="))
    return Crowd(app, client, made.cohort_id, people)


def _set_due_days(cohort_id: int) -> None:
    """Let the modules fall due one week after the other, half of them before today."""
    today = datetime.now(UTC).date()
    modules = db.session.query(CohortModule).filter_by(cohort_id=cohort_id)
    for number, module in enumerate(modules.order_by(CohortModule.module_id)):
        module.due_on = today + timedelta(weeks=number - MODULES // 2)


def _make_modules(folder: Path) -> Path:
    """Write eight modules: the flagship under other names."""
    source = bundled("modules")
    original = next(path.parent for path in source.glob("*/module.yaml"))
    folder.mkdir()
    for path in source.iterdir():
        if path.is_file():
            shutil.copy(path, folder / path.name)
    for number in range(1, MODULES + 1):
        copy = folder / f"module-{number}"
        shutil.copytree(original, copy)
        spec = copy / "module.yaml"
        text = spec.read_text(encoding="utf-8")
        spec.write_text(text.replace(f"id: {original.name}", f"id: module-{number}", 1), "utf-8")
    return folder


def _report(cohort: Cohort) -> Report:
    return Report(cohort, Filters(), catalogue(), datetime.now(UTC))


def _fetch(statement: str) -> None:
    """Run a statement on the driver alone, and take every row of it."""
    cursor = db.engine.raw_connection().cursor()
    cursor.execute(statement)
    while cursor.fetchmany(1_000):
        pass
    cursor.close()


def _get(client: FlaskClient, address: str) -> None:
    answer = client.get(address)
    if answer.status_code != 200:
        raise RuntimeError(f"{address} answered {answer.status_code}")


def _drain(crowd: Crowd) -> None:
    """Take the file piece by piece, as a server sends it."""
    address = f"/en/cohorts/{crowd.cohort_id}/members.csv"
    with crowd.client.get(address, buffered=False) as answer:
        for _ in answer.response:
            pass


def _quiet_ms(work: Callable[[], Any], times: int) -> float:
    """Return the lower quartile: what it takes when other work on the machine disturbs little."""
    work()
    return statistics.quantiles((_ms(work) for _ in range(times)), n=4)[0]


def _ms(work: Callable[[], Any]) -> float:
    start = time.perf_counter()
    work()
    return (time.perf_counter() - start) * 1_000


def _peak_mb() -> float:
    """Return the most memory that this process ever had."""
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024
