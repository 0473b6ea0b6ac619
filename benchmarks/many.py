"""A thousand certificates as one ZIP, by the worker's own loop on SQLite.

Making documents is measured elsewhere (`certificate`). Here they are made beforehand, a few that
are handed out in turn, so that what is measured is the rest: plan, slices, progress, table, copy.
It stands beside bare `zipfile` writing the same bytes once; ours writes them twice, and commits
after each slice. One figure more has the documents made, beside making them alone.
"""

from __future__ import annotations

import json
import resource
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator, Sequence
from itertools import cycle
from pathlib import Path
from zipfile import ZIP_STORED, ZipFile

from flask import Flask

from benchmarks.figures import Figure
from soar_lms.access import Role
from soar_lms.accounts.models import Person
from soar_lms.app import create_app
from soar_lms.certificates import bundles
from soar_lms.certificates.bundles import Form
from soar_lms.certificates.documents import make_documents
from soar_lms.certificates.models import Certificate
from soar_lms.clock import utc_now
from soar_lms.cohorts import services as cohorts
from soar_lms.cohorts.certificates import Wish, ask_for_certificates
from soar_lms.config import Config, Mode
from soar_lms.content import catalogue
from soar_lms.database import db, transaction
from soar_lms.migrations import upgrade
from soar_lms.tasks.models import State, Task
from soar_lms.tasks.services import get_file
from soar_lms.tasks.worker import work
from tests.factories import make_person
from tests.support.pdf_check import make_certificate

FEW, MANY, MADE = 100, 1_000, 60
DIFFERENT = 10
"""Documents that are handed out in turn."""


def measure_many(_seconds: int, _rounds: int) -> Iterator[Figure]:
    """Measure files per second, and memory at a hundred and at a thousand."""
    few, many = (_run(count, "stored") for count in (FEW, MANY))
    made = _run(MADE, "made")
    yield Figure("zip, documents ready", many["ours"], "file/s", many["bare"], 0.05)
    yield Figure("zip, memory at 1,000", many["memory"], "MB", few["memory"], 1.1, higher=False)
    yield Figure("zip, documents made", made["ours"], "file/s", made["bare"], 0.85)


def _run(count: int, way: str) -> dict[str, float]:
    """Run in a process of its own, whose memory is that of this work alone."""
    command = [sys.executable, "-m", "benchmarks.many", str(count), way]
    output = subprocess.run(command, capture_output=True, text=True, check=True).stdout
    found: dict[str, float] = json.loads(output)
    return found


def run(count: int, way: str) -> dict[str, float]:
    """Make a ZIP of so many; return files per second, ours and the limit, and memory in MB."""
    with tempfile.TemporaryDirectory() as folder:
        app = _make_site(Path(folder))
        with app.app_context():
            task_id = _ask(count)
            some = list(make_documents(make_certificate() for _ in range(DIFFERENT)))
            if way == "stored":
                stored = cycle(some)
                bundles.__dict__["make_documents"] = lambda wanted: (next(stored) for _ in wanted)
            start = time.perf_counter()
            while db.session.get_one(Task, task_id).finished_at is None:
                work(utc_now())
                db.session.expire_all()
            ours = time.perf_counter() - start
            memory = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1000
            _check(task_id, count)
            bare = _write_bare(some, count, Path(folder)) if way == "stored" else _make_bare(count)
    return {"ours": count / ours, "bare": count / bare, "memory": memory}


def _make_site(folder: Path) -> Flask:
    app = create_app(
        Config(
            secret_key="x" * 40,
            mode=Mode.TESTING,
            instance=folder,
            database_url=f"sqlite:///{folder}/soar.db",
        )
    )
    with app.app_context():
        upgrade()
    return app


def _ask(count: int) -> int:
    """Make a group in which everybody has a certificate; ask for them, return the task."""
    now, module = utc_now(), next(iter(catalogue().modules))
    with transaction():
        trainer = make_person(role=Role.TRAINER)
        cohort = cohorts.create_cohort(
            trainer, name="Everybody", organisation=None, module_ids=[module], now=now
        )
        for number in range(count):
            person = make_person(name=f"María José Núñez {number}")
            cohorts.join_cohort(cohort, person, now)
            db.session.add(_certificate_of(person))
    with transaction():
        wish = Wish(Form.ZIP, module_id=None, with_expired=False, person_ids=None)
        task = ask_for_certificates(cohort, wish, owner=trainer, language="en", now=now)
        task_id = task.id
    db.session.remove()
    return task_id


def _certificate_of(person: Person) -> Certificate:
    return make_certificate(name=person.name, person_id=person.id, template_version=1)


def _check(task_id: int, count: int) -> None:
    task = db.session.get_one(Task, task_id)
    with ZipFile(get_file(task)) as archive:
        if task.state != State.DONE or len(archive.namelist()) != count + 1:
            raise RuntimeError(f"the file is not whole: {task.state}, {task.last_error}")


def _write_bare(documents: Sequence[bytes], count: int, folder: Path) -> float:
    start = time.perf_counter()
    with ZipFile(folder / "bare.zip", "w", ZIP_STORED) as archive:
        for number, document in zip(range(count), cycle(documents), strict=False):
            archive.writestr(f"{number}.pdf", document)
    return time.perf_counter() - start


def _make_bare(count: int) -> float:
    wanted = [make_certificate(name=f"María José Núñez {number}") for number in range(count)]
    start = time.perf_counter()
    for _ in make_documents(wanted):
        pass
    return time.perf_counter() - start


if __name__ == "__main__":
    print(json.dumps(run(int(sys.argv[1]), sys.argv[2])))
