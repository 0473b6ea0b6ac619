"""Requests per second: a signed-in learner's lesson, and saving an answer."""

from __future__ import annotations

import re
import statistics
import subprocess
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from pathlib import Path

from flask import Flask
from sqlalchemy import text

from benchmarks.figures import Figure
from benchmarks.postgresql import running_server
from benchmarks.serving import (
    WORKERS,
    cookie_of,
    form_token,
    make_config,
    memory_of_workers_mb,
    running,
    serving,
)
from soar_lms.app import create_app
from soar_lms.assessments import services as assessments
from soar_lms.content import catalogue
from soar_lms.database import transaction
from soar_lms.migrations import upgrade
from tests.factories import finish_lessons, make_enrolment, make_person, take_test
from tests.support.databases import close_connections
from tests.support.site import free_port

CONCURRENCY = 8
LEARNERS = 32
LESSON_GOAL, ANSWER_GOAL = 0.7, 0.6
MEMORY_LIMIT_MB = 150


@dataclass(frozen=True)
class Learner:
    """Somebody with a cookie, a form token and an open test."""

    cookie: str
    token: str
    answer_path: str
    option: str


@dataclass(frozen=True)
class World:
    """A filled database and the two servers on it."""

    kind: str
    ours: str
    bare: str
    process: int
    lesson_path: str
    learners: list[Learner]


def measure_lessons(seconds: int, rounds: int) -> Iterator[Figure]:
    """Measure the lesson page of signed-in learners beside a bare view."""
    for kind in ("sqlite", "postgresql"):
        with filled(kind) as world:
            script = learners_script(world, "GET")
            ours, bare = _pairs(
                world, f"{world.ours}/", f"{world.bare}/lesson", script, seconds, rounds
            )
            yield Figure(f"lesson, {kind}", ours, "req/s", bare, LESSON_GOAL)
            if kind == "sqlite":
                memory = memory_of_workers_mb(world.process)
                yield Figure("memory of a worker", memory, "MB", MEMORY_LIMIT_MB, 1, higher=False)


def measure_answers(seconds: int, rounds: int) -> Iterator[Figure]:
    """Measure saving an answer beside a bare insert with the same durability."""
    for kind in ("sqlite", "postgresql"):
        with filled(kind) as world:
            script = learners_script(world, "POST")
            ours, bare = _pairs(
                world, f"{world.ours}/", f"{world.bare}/answer", script, seconds, rounds
            )
            yield Figure(f"saving an answer, {kind}", ours, "req/s", bare, ANSWER_GOAL)


def _pairs(
    world: World, ours: str, bare: str, script: str, seconds: int, rounds: int
) -> tuple[float, float]:
    """Load both in turn, so that a machine that slows down slows both; return the medians."""
    results: dict[str, list[float]] = {"ours": [], "bare": []}
    plain = plain_script(script)
    for _ in range(rounds):
        results["ours"].append(load(ours, script, seconds).rate)
        results["bare"].append(load(bare, plain, seconds).rate)
    return statistics.median(results["ours"]), statistics.median(results["bare"])


@dataclass(frozen=True)
class Load:
    """What one round of load measured: requests per second, and milliseconds by percentile."""

    rate: float
    ms: dict[int, float]


def load(
    address: str, script: str, seconds: int, concurrency: int = CONCURRENCY, threads: int = 2
) -> Load:
    """Run wrk against an address.

    :raises RuntimeError: when any answer was wrong.
    """
    with tempfile.NamedTemporaryFile("w", suffix=".lua") as file:
        file.write(script + _PERCENTILES)
        file.flush()
        size = [f"-t{min(threads, concurrency)}", f"-c{concurrency}", f"-d{seconds}s"]
        command = ["wrk", *size, "-s", file.name, address]
        result = subprocess.run(command, check=True, capture_output=True, text=True)
    wrong = re.search(r"Non-2xx or 3xx responses: (\d+)", result.stdout)
    if wrong:
        raise RuntimeError(f"{wrong.group(1)} wrong answers from {address}:\n{result.stdout}")
    found = re.search(r"Requests/sec:\s+([\d.]+)", result.stdout)
    if found is None:
        raise RuntimeError(result.stdout)
    percentiles = re.findall(r"percentile (\d+): ([\d.]+)", result.stdout)
    return Load(float(found.group(1)), {int(name): float(ms) for name, ms in percentiles})


_PERCENTILES = """
done = function(summary, latency)
  for _, name in ipairs({50, 95, 99}) do
    io.write(string.format("percentile %d: %.3f\\n", name, latency:percentile(name) / 1000))
  end
end
"""


def learners_script(world: World, method: str, *, once: bool = False) -> str:
    """Write wrk's script: each request is another learner's; `once`: it stops after the last."""
    rows = []
    for learner in world.learners:
        path = world.lesson_path if method == "GET" else learner.answer_path
        body = f"csrf_token={learner.token}&choice={learner.option}" if method == "POST" else ""
        rows.append(f'  {{"{path}", "{learner.cookie}", "{body}"}},')
    return f"""
local rows = {{
{chr(10).join(rows)}
}}
local turn = {0 if once else "math.random(#rows)"}
request = function()
  if {str(once).lower()} and turn == #rows then wrk.thread:stop() else turn = turn % #rows + 1 end
  local row = rows[turn]
  local headers = {{["Cookie"] = row[2], ["Accept"] = "application/json, text/html;q=0.9"}}
  if "{method}" == "POST" then headers["Content-Type"] = "application/x-www-form-urlencoded" end
  return wrk.format("{method}", row[1], headers, row[3])
end
"""


def plain_script(script: str, count: int | None = None) -> str:
    """Write wrk's script for the bare view beside one for ours; it stops after `count` requests."""
    if '"POST" == "POST"' not in script:
        return ""
    plain = (
        'wrk.method = "POST"\nwrk.body = "choice=a"\n'
        'wrk.headers["Content-Type"] = "application/x-www-form-urlencoded"\n'
    )
    if count is None:
        return plain
    return f"""{plain}
local left = {count}
request = function()
  left = left - 1
  if left < 0 then wrk.thread:stop() end
  return wrk.format()
end
"""


@contextmanager
def filled(kind: str, learners: int = LEARNERS) -> Iterator[World]:
    """Fill a database, start both servers on it, and stop them afterwards."""
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        if kind == "postgresql":
            with (
                running_server(folder) as server,
                _servers(kind, folder, server.url, learners) as world,
            ):
                yield world
        else:
            with _servers(kind, folder, f"sqlite:///{folder / 'soar.db'}", learners) as world:
                yield world


@contextmanager
def _servers(kind: str, folder: Path, url: str, count: int) -> Iterator[World]:
    config = make_config(folder, url)
    world, body = _fill(create_app(config), kind, count)
    (folder / "body.html").write_text(body, encoding="utf-8")
    bare = f"127.0.0.1:{free_port()}"
    gunicorn = ["-m", "gunicorn", "--workers", str(WORKERS), "--log-level", "warning", "--bind"]
    environment = {
        "BARE_DATABASE_URL": url,
        "BARE_SYNCHRONOUS": str(config.sqlite_synchronous),
        "BARE_BODY": str(folder / "body.html"),
    }
    with (
        serving(folder, url) as site,
        running([*gunicorn, bare, "benchmarks.bare:app"], environment, f"http://{bare}/lesson"),
    ):
        yield replace(world, ours=site.address, bare=f"http://{bare}", process=site.process)


def _fill(app: Flask, kind: str, count: int) -> tuple[World, str]:
    now = datetime.now(UTC)
    learners = []
    with app.app_context():
        upgrade()
        module = next(iter(catalogue().modules.values()))
        setting = module.spec.settings[0]
        lesson = next(item for item in module.spec.lessons if item.by_setting)
        with transaction() as session:
            session.execute(
                text(
                    "CREATE TABLE bare_answers (id BIGINT PRIMARY KEY, chosen TEXT, saved_at TEXT)"
                )
            )
            for _ in range(count):
                person = make_person(now=now)
                enrolment = make_enrolment(person, module, setting=setting, now=now)
                take_test(enrolment, module, assessments.PRE, now=now)
                finish_lessons(enrolment, module, now=now)
                attempt = assessments.start_attempt(
                    module,
                    enrolment_id=enrolment.id,
                    instrument=assessments.POST,
                    setting=setting,
                    language="en",
                    now=now,
                )
                session.flush()
                for item in attempt.items:
                    assessments.save_answer(attempt, item["question_id"], item["correct"], now)
                path = f"/en/learn/{module.id}/tests/post/{attempt.number}/1"
                option = attempt.items[0]["correct"][0]
                learners.append(
                    Learner(cookie_of(app, person.fs_uniquifier), form_token(), path, option)
                )
        page = module.find_page(lesson.id, setting, "en")
        body = "".join(str(getattr(block, "html", "")) for block in page.blocks) if page else ""
        close_connections()
    path = f"/en/learn/{module.id}/{setting}/{lesson.id}"
    return World(kind, "", "", 0, path, learners), body
