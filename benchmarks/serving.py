"""A real site in processes of its own, and people who are signed in to it."""

from __future__ import annotations

import os
import re
import signal
import subprocess
import sys
import time
import urllib.request
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from pathlib import Path
from typing import IO

from flask import Flask
from itsdangerous import URLSafeTimedSerializer

from soar_lms.config import Config, Mode
from tests.support.site import free_port

WORKERS = 2
SECRET = "a secret for measuring, 0123456789 abcdef"
READY_SECONDS = 30
_RAW_TOKEN = "0" * 40


@dataclass(frozen=True)
class Serving:
    """A server that runs: its address, and its gunicorn master."""

    address: str
    process: int


def make_config(folder: Path, url: str) -> Config:
    """Return the configuration that the served site has too: as in production, without limits."""
    return Config(
        secret_key=SECRET,
        mode=Mode.TESTING,
        instance=folder,
        database_url=url,
        log_level="warning",
    )


@contextmanager
def serving(folder: Path, url: str, *, renderers: int = 0) -> Iterator[Serving]:
    """Serve the site on a database that is migrated; stop afterwards."""
    port = free_port()
    command = ["-m", "soar_lms", "serve", "--port", str(port), "--workers", str(WORKERS)]
    environment = {
        "SOAR_MODE": "testing",
        "SOAR_SECRET_KEY": SECRET,
        "SOAR_INSTANCE": str(folder),
        "SOAR_DATABASE_URL": url,
        "SOAR_LOG_LEVEL": "warning",
        "SOAR_RENDERERS": str(renderers),
    }
    with (
        (folder / "site.log").open("wb") as log,
        running(command, environment, f"http://127.0.0.1:{port}/readyz", log) as process,
    ):
        yield Serving(f"http://127.0.0.1:{port}", process)


@contextmanager
def running(
    command: list[str], environment: dict[str, str], ready: str, log: IO[bytes] | None = None
) -> Iterator[int]:
    """Run Python with `command` until the block ends; give its process when `ready` answers."""
    outside = {key: value for key, value in os.environ.items() if not key.startswith("SOAR_")}
    process = subprocess.Popen(
        [sys.executable, *command],
        env=outside | environment,
        stderr=log,
    )
    try:
        _wait(ready)
        yield process.pid
    finally:
        process.send_signal(signal.SIGTERM)
        process.wait(timeout=20)


def _wait(address: str) -> None:
    end = time.monotonic() + READY_SECONDS
    while time.monotonic() < end:
        try:
            with urllib.request.urlopen(address, timeout=2):
                return
        except OSError:
            time.sleep(0.1)
    raise RuntimeError(f"no answer from {address}")


# --- people who are signed in -------------------------------------------------------------------


def cookie_of(app: Flask, uniquifier: str) -> str:
    """Return the cookie of somebody who has signed in."""
    serializer = app.session_interface.get_signing_serializer(app)  # type: ignore[attr-defined]  # Flask's own
    session = {"_user_id": uniquifier, "_fresh": True, "csrf_token": _RAW_TOKEN}
    return f"soar={serializer.dumps(session)}"


def form_token() -> str:
    """Return the token that forms of these sessions carry."""
    token: str = URLSafeTimedSerializer(SECRET, salt="wtf-csrf-token").dumps(_RAW_TOKEN)
    return token


# --- processes ----------------------------------------------------------------------------------


def children_of(parent: int) -> list[int]:
    """Return the processes that a process has started."""
    return [process for process, words in _statuses() if f"\nPPid:\t{parent}\n" in words]


def kill(process: int) -> None:
    """End a process at once: it cannot catch this, and nothing is cleaned up."""
    with suppress(ProcessLookupError):
        os.kill(process, signal.SIGKILL)


def memory_of_workers_mb(master: int) -> float:
    """Return the largest resident memory of the workers of a gunicorn master, in MB."""
    found = []
    for _, words in _statuses():
        if f"\nPPid:\t{master}\n" in words:
            size = re.search(r"VmRSS:\s+(\d+) kB", words)
            found.append(int(size.group(1)) / 1024 if size else 0.0)
    return max(found, default=0.0)


def _statuses() -> Iterator[tuple[int, str]]:
    for status in Path("/proc").glob("[0-9]*/status"):
        with suppress(OSError):
            yield int(status.parent.name), status.read_text()
