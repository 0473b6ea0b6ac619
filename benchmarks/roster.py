"""A list of 5,000 people: read from a workbook and from CSV, judged, and imported by the worker.

What the import writes (lines, places, lines of the report, e-mails) stands beside the same rows of
lines and e-mails written in bulk by the same stack, in one transaction: no secrets, no templates,
no report, no progress. Memory is that of a process of its own, with ten times the rows.
"""

from __future__ import annotations

import io
import json
import resource
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path
from typing import Any

import xlsxwriter
from sqlalchemy import Table, delete, insert, select

from benchmarks.figures import Figure
from benchmarks.postgresql import running_server
from benchmarks.serving import make_config
from soar_lms.access import Role
from soar_lms.accounts.emails import read_address
from soar_lms.accounts.models import Person
from soar_lms.app import create_app
from soar_lms.clock import utc_now
from soar_lms.cohorts import services as cohorts
from soar_lms.cohorts.models import Cohort, RosterLine
from soar_lms.cohorts.roster_columns import guess_columns
from soar_lms.cohorts.roster_drafts import judge_rows, keep_draft
from soar_lms.cohorts.roster_files import read_file
from soar_lms.cohorts.roster_import import ask_for_import
from soar_lms.cohorts.roster_rows import Row, read_rows
from soar_lms.cohorts.roster_words import list_language_words
from soar_lms.content import catalogue
from soar_lms.database import db, transaction
from soar_lms.messages.models import OutboxMessage
from soar_lms.migrations import upgrade
from soar_lms.tasks.models import State, Task
from soar_lms.tasks.worker import work
from tests.factories import make_person

FEW, MANY = 500, 5_000
IMPORT_GOAL, MEMORY_GOAL = 0.05, 1.3
READ_LIMIT_MS = {"CSV": 2_000, "XLSX": 4_000}
LOOK_LIMIT_MS = 500


def measure_roster(_seconds: int, _rounds: int) -> Iterator[Figure]:
    """Measure rows per second beside a bare insert, and memory at 500 and at 5,000 rows."""
    for kind in ("sqlite", "postgresql"):
        few, many = _run(kind, FEW), _run(kind, MANY)
        label = f"import of {MANY:,}, {kind}"
        yield Figure(label, many["ours"], "row/s", many["bare"], IMPORT_GOAL)
        label = f"import, memory at {MANY:,}, {kind}"
        yield Figure(label, many["memory"], "MB", few["memory"], MEMORY_GOAL, higher=False)
        label = f"what will happen, {MANY:,}, {kind}"
        yield Figure(label, many["look"], "ms", LOOK_LIMIT_MS, 1, higher=False)
    for name, limit in READ_LIMIT_MS.items():
        label = f"reading {name} of {MANY:,}"
        yield Figure(label, many[name], "ms", limit, 1, higher=False)


def _run(kind: str, count: int) -> dict[str, float]:
    """Run in a process of its own, whose memory is that of this work alone."""
    command = [sys.executable, "-m", "benchmarks.roster", kind, str(count)]
    output = subprocess.run(command, capture_output=True, text=True, check=True).stdout
    found: dict[str, float] = json.loads(output)
    return found


def run(kind: str, count: int) -> dict[str, float]:
    """Import so many; return rows per second, ours and the limit, milliseconds, and MB."""
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        if kind == "postgresql":
            with running_server(folder) as server:
                return _measure(folder, server.url, count)
        return _measure(folder, f"sqlite:///{folder / 'soar.db'}", count)


def _measure(folder: Path, url: str, count: int) -> dict[str, float]:
    app = create_app(replace(make_config(folder, url), instance=folder))
    with app.app_context():
        upgrade()
        with transaction():
            trainer = make_person(role=Role.TRAINER)
            cohort = cohorts.create_cohort(
                trainer,
                name="Everybody",
                organisation=None,
                module_ids=list(catalogue().modules),
                now=utc_now(),
            )
        found = {"ours": count / _import(cohort, trainer, _rows(_csv(count)))}
        found["memory"] = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024
        found["bare"] = count / _insert_bare()
        for name, data in (("CSV", _csv(count)), ("XLSX", _workbook(count))):
            start = time.perf_counter()
            rows = _rows(data)
            found[name] = (time.perf_counter() - start) * 1_000
        start = time.perf_counter()
        judge_rows(cohort, rows)
        found["look"] = (time.perf_counter() - start) * 1_000
    return found


def _people(count: int) -> Iterator[list[str]]:
    yield ["Nombre", "Apellidos", "Correo", "Idioma"]
    for number in range(count):
        yield [
            "María José",
            f"Núñez {number}",
            f"p{number}@example.org",
            "es" if number % 3 else "",
        ]


def _csv(count: int) -> bytes:
    return "\r\n".join(";".join(row) for row in _people(count)).encode("cp1252")


def _workbook(count: int) -> bytes:
    buffer = io.BytesIO()
    with xlsxwriter.Workbook(buffer, {"in_memory": True}) as book:
        sheet = book.add_worksheet()
        for place, row in enumerate(_people(count)):
            sheet.write_row(place, 0, row)
    return buffer.getvalue()


def _rows(data: bytes) -> list[Row]:
    words = list_language_words()
    table = read_file(data)
    columns = guess_columns(table, words).columns
    if columns is None:
        raise RuntimeError("the columns are not understood")
    return read_rows(table, columns, read_address, words)


def _import(cohort: Cohort, trainer: Person, rows: list[Row]) -> float:
    """Have a list imported by the worker's own loop; return the seconds."""
    facts: dict[str, Any] = {"unused": [], "clients": [], "sheet": None}
    now = utc_now()
    with transaction():
        draft = keep_draft(cohort, rows, facts=facts, language="en", owner=trainer, now=now)
        task_id = ask_for_import(cohort, draft.id, owner=trainer, language="en", now=now).id
    db.session.remove()
    start = time.perf_counter()
    while db.session.get_one(Task, task_id).finished_at is None:
        work(utc_now())
        db.session.expire_all()
    took = time.perf_counter() - start
    task = db.session.get_one(Task, task_id)
    if task.state != State.DONE or task.tally != {"invite": len(rows)}:
        raise RuntimeError(f"not everybody is invited: {task.state}, {task.tally}")
    return took


def _insert_bare() -> float:
    """Write the lines and e-mails that the import wrote once more; return the seconds."""
    tables: tuple[Any, ...] = (RosterLine.__table__, OutboxMessage.__table__)
    copies = {table: _read(table) for table in tables}
    with transaction():
        for table in tables:
            db.session.execute(delete(table))
    start = time.perf_counter()
    with transaction():
        for table, rows in copies.items():
            db.session.execute(insert(table), rows)
    return time.perf_counter() - start


def _read(table: Table) -> list[dict[str, Any]]:
    return [dict(row._mapping) for row in db.session.execute(select(table))]


if __name__ == "__main__":
    print(json.dumps(run(sys.argv[1], int(sys.argv[2]))))
