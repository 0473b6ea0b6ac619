"""A real site for browsers and load: `soar-lms demo` in a process and a folder of its own."""

from __future__ import annotations

import os
import re
import secrets
import socket
import subprocess
import sys
import time
import urllib.request
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path

START_SECONDS = STOP_SECONDS = MAIL_SECONDS = 60
"""How long is waited for a site, its end, its mail: on a busy machine, far longer than usual."""


class Site:
    """A running site, and the folder it keeps its things in."""

    def __init__(self, address: str, folder: Path) -> None:
        self.address, self.folder = address, folder


@contextmanager
def running_site(folder: Path, host: str = "127.0.0.1", **environment: str) -> Iterator[str]:
    """Serve a fresh demonstration in `folder`; give its address; stop what was started.

    On localhost it is at the address that it finds for itself, as `./dev run` does.
    """
    port = free_port()
    address = f"http://{host}:{port}"
    settings = {
        name: value for name, value in os.environ.items() if not name.startswith("SOAR_")
    } | {
        "SOAR_INSTANCE": str(folder),
        **({} if host == "localhost" else {"SOAR_BASE_URL": address}),
        "SOAR_EXIT_URL": f"{address}/healthz",
        **environment,
    }
    log = folder / "site.log"
    with log.open("wb") as output:
        site = subprocess.Popen(
            [sys.executable, "-m", "soar_lms", "demo", "--port", str(port)],
            env=settings,
            stdout=output,
            stderr=output,
        )
    try:
        _wait_until_ready(site, address, log)
        yield address
    finally:
        site.terminate()
        site.wait(timeout=STOP_SECONDS)


def _wait_until_ready(site: subprocess.Popen[bytes], address: str, log: Path) -> None:
    end = time.monotonic() + START_SECONDS
    while time.monotonic() < end:
        if site.poll() is not None:
            break
        try:
            with urllib.request.urlopen(f"{address}/readyz", timeout=2) as response:
                if response.status == 200:
                    return
        except OSError:
            time.sleep(0.1)
    site.terminate()
    raise RuntimeError(f"the site did not start:\n{log.read_text(errors='replace')}")


def free_port() -> int:
    """Return a port that nobody uses at the moment.

    It is below those that systems give to outgoing connections: none takes it before the site does.
    """
    while True:
        port = 20_000 + secrets.randbelow(10_000)
        with socket.socket() as probe, suppress(OSError):
            probe.bind(("127.0.0.1", port))
            return port


def find_link(folder: Path, recipient: str, pattern: str) -> str:
    """Return the newest address in somebody's mail that matches; waits for the worker."""
    slug = re.sub(r"[^a-z0-9]+", "-", recipient)
    end = time.monotonic() + MAIL_SECONDS
    while time.monotonic() < end:
        for file in sorted((folder / "mail").glob(f"*-{slug}.txt"), reverse=True):
            found = re.search(pattern, file.read_text(encoding="utf-8"))
            if found:
                return found.group()
        time.sleep(0.1)
    raise AssertionError(f"no mail to {recipient} with {pattern}")
