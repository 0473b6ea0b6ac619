"""What survives: learners at work while the site's workers and its database are killed.

Forty people enrol, begin a test, answer, change their answers, hand in, evaluate and ask for their
certificate, each button three times at once. Meanwhile a worker is killed every third of a
second, and on PostgreSQL the server with all of its processes too. Nobody is warned. Afterwards the
database must hold every answer that somebody was told is saved, each test graded once, and one
certificate each.
"""

from __future__ import annotations

import re
import tempfile
import threading
import time
from collections import ChainMap, Counter
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from random import Random
from typing import Any

from flask import Flask
from sqlalchemy import select, text

from benchmarks.browser import Browser, Reply
from benchmarks.crash_report import Report, Saved, inspect
from benchmarks.figures import Figure
from benchmarks.postgresql import Server, running_server
from benchmarks.serving import (
    Serving,
    children_of,
    cookie_of,
    form_token,
    kill,
    make_config,
    serving,
)
from soar_lms.app import create_app
from soar_lms.assessments import services as assessments
from soar_lms.assessments.models import Attempt
from soar_lms.catalogue.model import Module
from soar_lms.content import catalogue
from soar_lms.database import db, transaction
from soar_lms.learning.models import Enrolment
from soar_lms.migrations import upgrade
from tests.factories import finish_lessons, make_person, some_answer, take_test, wrong_answer
from tests.support.databases import close_connections

LEARNERS = 40
CLICKS = 3
STORM_SECONDS = 6
LONGEST_STORM_SECONDS = 120
BETWEEN_WORKERS_SECONDS = 0.35
BETWEEN_SERVERS_SECONDS = 3
WORKER_CRASHES = 60
SERVER_CRASHES = 3
RECOVERY_LIMIT_SECONDS = 5


def measure_crash(_seconds: int, _rounds: int) -> Iterator[Figure]:
    """Count what is lost or doubled when processes die under forty learners."""
    for kind in ("sqlite", "postgresql"):
        with tempfile.TemporaryDirectory() as folder:
            report = run_crash(kind, Path(folder))
        print(f"{kind}: {report}")
        doubled = report.gradings - report.attempts + report.certificates - report.completed
        yield Figure(f"lost answers, {kind}", report.lost, "", report.last, 0, higher=False)
        yield Figure(f"done twice, {kind}", doubled, "", report.attempts, 0, higher=False)
        if report.recoveries:
            slowest = max(report.recoveries)
            yield Figure(
                "database killed: back", slowest, "s", RECOVERY_LIMIT_SECONDS, 1, higher=False
            )


def run_crash(kind: str, folder: Path) -> Report:
    """Let learners work in a storm on a fresh database in `folder`; report what is left."""
    with _database(kind, folder) as (url, server):
        app = create_app(make_config(folder, url))
        with app.app_context():
            learners = _prepare(app)
        with serving(folder, url) as site:
            report = _Storm(app, site, server, learners).rage()
        with app.app_context():
            close_connections()  # they died with the server
            told = [learner.saved for learner in learners]
            inspect(report, dict(ChainMap(*told)))
            close_connections()
    return report


@contextmanager
def _database(kind: str, folder: Path) -> Iterator[tuple[str, Server | None]]:
    if kind == "sqlite":
        yield f"sqlite:///{folder / 'soar.db'}", None
        return
    with running_server(folder) as server:
        yield server.url, server


# --- people -------------------------------------------------------------------------------------


@dataclass
class _Learner:
    """Somebody with a cookie; what they were told is saved."""

    person_id: int
    cookie: str
    mistakes: int
    """How many questions they answer wrongly in the end."""
    address: str = ""
    items: list[dict[str, Any]] = field(default_factory=list)
    attempt_id: int = 0
    saved: Saved = field(default_factory=dict)
    acknowledged: int = 0


def _prepare(app: Flask) -> list[_Learner]:
    """Fill the database with people who have an account."""
    upgrade()
    with transaction():
        people = [make_person() for _ in range(LEARNERS)]
        _count_gradings()
    close_connections()
    return [
        _Learner(person.id, cookie_of(app, person.fs_uniquifier), mistakes=number % 3)
        for number, person in enumerate(people)
    ]


def _module() -> Module:
    return next(iter(catalogue().modules.values()))


def _count_gradings() -> None:
    """Let the database itself count how often an attempt is handed in, whoever does it."""
    db.session.execute(text("CREATE TABLE gradings (attempt_id INTEGER)"))
    event = "AFTER UPDATE OF submitted_at ON attempts FOR EACH ROW WHEN (NEW.instrument = 'post')"
    note = "INSERT INTO gradings VALUES (NEW.id);"
    if db.engine.dialect.name == "sqlite":
        db.session.execute(text(f"CREATE TRIGGER count_gradings {event} BEGIN {note} END"))
        return
    body = f"BEGIN {note} RETURN NULL; END"
    db.session.execute(
        text(f"CREATE FUNCTION note_grading() RETURNS trigger LANGUAGE plpgsql AS $${body}$$")
    )
    db.session.execute(
        text(f"CREATE TRIGGER count_gradings {event} EXECUTE FUNCTION note_grading()")
    )


# --- the storm ----------------------------------------------------------------------------------


class _Storm:
    """Learners in threads; beside them, threads that kill."""

    def __init__(
        self, app: Flask, site: Serving, server: Server | None, learners: list[_Learner]
    ) -> None:
        self.app, self.site, self.server, self.learners = app, site, server, learners
        self.module_path = self.setting = ""
        self.over = threading.Event()
        self.handing_in = threading.Event()
        self.crashes_left = SERVER_CRASHES if server else 0
        self.calm_at = 0.0
        self.report = Report()
        self.heard: list[int] = []
        self.restarted_at: float | None = None
        self.lock = threading.Lock()

    def rage(self) -> Report:
        with self.app.app_context():
            self.module_path = f"/en/learn/{_module().id}"
            self.setting = _module().spec.settings[0]
        with self._killing(self._kill_workers):
            self._each(self._enrol)
            with self.app.app_context():
                self._go_on_to_the_test()
            self._each(self._begin)
            with self.app.app_context():
                self._read_items()
            self.calm_at = time.monotonic() + STORM_SECONDS
            with self._killing(self._kill_servers):
                self._each(self._take)
        self.report.acknowledged = sum(learner.acknowledged for learner in self.learners)
        self.report.failures = Counter(status for status in self.heard if status >= 500)
        return self.report

    @contextmanager
    def _killing(self, kill: Callable[[], None]) -> Iterator[None]:
        with ThreadPoolExecutor(1) as pool:
            killing = pool.submit(kill)
            try:
                yield
            finally:
                self.over.set()
                killing.result()

    def _each(self, work: Callable[[_Learner], None]) -> None:
        with ThreadPoolExecutor(len(self.learners)) as pool:
            list(pool.map(work, self.learners))

    def _go_on_to_the_test(self) -> None:
        """Do for all of them what comes before the final test."""
        module = _module()
        for enrolment in db.session.scalars(select(Enrolment)).all():
            with transaction():
                take_test(enrolment, module, assessments.PRE)
                finish_lessons(enrolment, module)
        close_connections()

    def _read_items(self) -> None:
        """Note what each learner was asked, to know the right answers."""
        rows = db.session.execute(
            select(Enrolment.person_id, Attempt.id, Attempt.items)
            .join(Attempt, Attempt.enrolment_id == Enrolment.id)
            .where(Attempt.instrument == assessments.POST)
        )
        asked = {row.person_id: row for row in rows}
        for learner in self.learners:
            row = asked[learner.person_id]
            learner.attempt_id, learner.items = row.id, row.items
        close_connections()

    # What learners do.

    def _browser(self, learner: _Learner) -> Browser:
        return Browser(self.site.address, learner.cookie, form_token(), self.heard)

    def _click(self, browser: Browser, path: str, form: dict[str, str] | None = None) -> str:
        """Click on a button several times at once; return where it led, always the same place."""
        with ThreadPoolExecutor(CLICKS) as pool:
            replies: list[Reply] = list(pool.map(lambda _: browser.post(path, form), range(CLICKS)))
        (place,) = {(reply.status, reply.location) for reply in replies}
        if place[0] != 302:
            raise RuntimeError(f"{path}: {place[0]}")
        return place[1]

    def _enrol(self, learner: _Learner) -> None:
        self._click(self._browser(learner), self.module_path, {"setting": self.setting})

    def _begin(self, learner: _Learner) -> None:
        first = self._click(self._browser(learner), f"{self.module_path}/tests/post")
        learner.address = first.rsplit("/", 1)[0]

    def _take(self, learner: _Learner) -> None:
        browser, random = self._browser(learner), Random(learner.person_id)
        while not self._is_calm():
            for place, item in enumerate(learner.items, 1):
                self._save(browser, learner, place, some_answer(item, random.randrange(2)))
        for place, item in enumerate(learner.items, 1):
            self._save(browser, learner, place, _final(item, right=place > learner.mistakes))
        self.handing_in.set()
        self._click(browser, f"{learner.address}/review")
        page = browser.get(f"{self.module_path}/evaluation")
        self._click(browser, f"{self.module_path}/evaluation", _scales(page.body))
        self._click(
            browser, f"{self.module_path}/certificate", {"name": "Ana Torres Vega", "step": "issue"}
        )

    def _is_calm(self) -> bool:
        """Whether to hand in: the last crash of the database is kept for what comes then."""
        late = time.monotonic() - self.calm_at
        return (late >= 0 and self.crashes_left <= 1) or late > LONGEST_STORM_SECONDS

    def _save(self, browser: Browser, learner: _Learner, place: int, chosen: list[str]) -> None:
        if not browser.save(f"{learner.address}/{place}", chosen):
            raise RuntimeError(f"{learner.address}/{place} did not save {chosen}")
        learner.saved[learner.attempt_id, learner.items[place - 1]["question_id"]] = chosen
        learner.acknowledged += 1
        with self.lock:
            if self.restarted_at is not None:
                self.report.recoveries.append(time.monotonic() - self.restarted_at)
                self.restarted_at = None

    # What kills.

    def _kill_workers(self) -> None:
        """Kill a worker again and again; on a slow machine, not before something was answered."""
        heard = 0
        for turn in range(WORKER_CRASHES):
            if self.over.wait(BETWEEN_WORKERS_SECONDS):
                return
            workers = children_of(self.site.process)
            if workers and len(self.heard) > heard:
                heard = len(self.heard)
                kill(workers[turn % len(workers)])
                self.report.workers_killed += 1

    def _kill_servers(self) -> None:
        """Kill the server while they answer, and once more when the first of them hands in."""
        while self.server is not None and self.crashes_left:
            if self.crashes_left > 1:
                self.over.wait(BETWEEN_SERVERS_SECONDS)
            else:
                self.handing_in.wait(LONGEST_STORM_SECONDS)
            if self.over.is_set():
                return
            self.server.crash()
            self.crashes_left -= 1
            self.report.servers_killed += 1
            self.server.restart()
            with self.lock:
                self.restarted_at = time.monotonic()


def _final(item: dict[str, Any], *, right: bool) -> list[str]:
    """Return what to hand in: the right answer, or a wrong one."""
    return list(item["correct"]) if right else wrong_answer(item)


def _scales(page: str) -> dict[str, str]:
    """Fill in a form's scales: of each, the last choice."""
    found = re.findall(r'<input[^>]*type="radio"[^>]*>', page)
    names = (re.search(r'name="([^"]+)"', tag) for tag in found)
    values = (re.search(r'value="([^"]+)"', tag) for tag in found)
    return {
        name.group(1): value.group(1)
        for name, value in zip(names, values, strict=True)
        if name and value
    }
