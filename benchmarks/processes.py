"""What one process does: the time until it can answer."""

from __future__ import annotations

import statistics
import subprocess
import sys
import time
from collections.abc import Iterator

from benchmarks.figures import Figure

START_LIMIT_SECONDS = 2
STARTS = 5
_START = """
import tempfile
from pathlib import Path
from soar_lms.app import create_app
from soar_lms.config import Config, Mode
folder = tempfile.mkdtemp()
create_app(Config(secret_key="x" * 40, mode=Mode.TESTING, instance=Path(folder),
                  database_url=f"sqlite:///{folder}/soar.db"))
print("ready", flush=True)
"""


def measure_start(_seconds: int, _rounds: int) -> Iterator[Figure]:
    """Measure a new process until the application with all its content is built."""
    times = []
    for _ in range(STARTS):
        start = time.perf_counter()
        command = [sys.executable, "-c", _START]
        with subprocess.Popen(command, stdout=subprocess.PIPE, text=True) as process:
            assert process.stdout
            if process.stdout.readline() != "ready\n":
                raise RuntimeError("the application did not start")
            times.append(time.perf_counter() - start)
    median = statistics.median(times)
    yield Figure("start with all content", median, "s", START_LIMIT_SECONDS, 1, higher=False)
