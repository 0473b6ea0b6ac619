"""Nothing that was acknowledged is lost, and nothing happens twice, whoever is killed when.

Forty learners are at work on a real server. Its workers are killed one after the other, and
PostgreSQL with them: `benchmarks/crash.py` has the storm. The counts are printed (`pytest -rA`).
"""

from __future__ import annotations

import tempfile
from pathlib import Path

import pytest

from benchmarks.crash import LEARNERS, SERVER_CRASHES, run_crash

pytestmark = [pytest.mark.slow, pytest.mark.xdist_group("crash")]


@pytest.mark.parametrize(("kind", "crashes"), [("sqlite", 0), ("postgresql", SERVER_CRASHES)])
def test_what_was_acknowledged_survives_killed_workers_and_databases(
    kind: str, crashes: int
) -> None:
    # Not pytest's folder: every new run of pytest closes that one to the user PostgreSQL runs as.
    with tempfile.TemporaryDirectory() as folder:
        report = run_crash(kind, Path(folder))

    print(f"{kind}: {report}")  # noqa: T201  # the counts are worth reading when all is well
    assert (report.last, report.lost) == (10 * LEARNERS, 0)
    assert report.enrolments == LEARNERS
    assert (report.attempts, report.gradings, report.wrong_results) == (LEARNERS, LEARNERS, 0)
    assert (report.completed, report.certificates) == (LEARNERS, LEARNERS)
    assert (report.receipts, report.evaluations) == (LEARNERS, LEARNERS)
    assert set(report.failures) <= {503}, "a failure has a page that says what to do"
    assert report.workers_killed >= 10
    assert report.servers_killed == crashes
