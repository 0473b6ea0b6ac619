"""SQLite is opened the safe way, on every connection of the pool."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import ExitStack
from pathlib import Path

import pytest
from sqlalchemy import create_engine, text
from sqlalchemy.engine import Engine

from soar_lms.app import create_app
from soar_lms.config import Config, Mode, SQLiteSynchronous, read_config
from soar_lms.database import BUSY_TIMEOUT_MS, configure_engine, db
from tests.support.databases import close_connections

CONNECTIONS = 3
_SYNCHRONOUS = {SQLiteSynchronous.NORMAL: 1, SQLiteSynchronous.FULL: 2}


def find_unsafe_settings(engine: Engine, synchronous: SQLiteSynchronous) -> list[str]:
    """Ask several connections at once for their settings; return what is not as it must be."""
    wanted = {
        "journal_mode": "wal",
        "foreign_keys": 1,
        "busy_timeout": BUSY_TIMEOUT_MS,
        "synchronous": _SYNCHRONOUS[synchronous],
    }
    found = set()
    with ExitStack() as stack:
        for connection in [stack.enter_context(engine.connect()) for _ in range(CONNECTIONS)]:
            for name, value in wanted.items():
                set_to = connection.scalar(text(f"PRAGMA {name}"))
                if set_to != value:
                    found.add(f"{name} is {set_to}, not {value}")
    return sorted(found)


@pytest.fixture
def bare_engine(tmp_path: Path) -> Iterator[Engine]:
    engine = create_engine(f"sqlite:///{tmp_path / 'bare.db'}")
    yield engine
    engine.dispose()


@pytest.mark.parametrize(
    "variables",
    [
        pytest.param({}, id="unless-configured-otherwise"),
        pytest.param({"SOAR_SQLITE_SYNCHRONOUS": "normal"}, id="as-configured"),
    ],
)
def test_the_application_opens_sqlite_the_safe_way(
    tmp_path: Path, variables: dict[str, str]
) -> None:
    environment = {
        "SOAR_MODE": "testing",
        "SOAR_SECRET_KEY": "a secret for tests, 0123456789 abcdefghij",
        "SOAR_INSTANCE": str(tmp_path),
        "SOAR_LOG_LEVEL": "error",
        **variables,
    }
    app = create_app(read_config(environment))
    synchronous = SQLiteSynchronous(variables.get("SOAR_SQLITE_SYNCHRONOUS", "full"))

    with app.app_context():
        faults = find_unsafe_settings(db.engine, synchronous)
        close_connections()

    assert not faults, "\n".join(faults)


def test_full_is_what_nobody_has_to_ask_for() -> None:
    assert Config(secret_key="", mode=Mode.TESTING).sqlite_synchronous is SQLiteSynchronous.FULL


def test_an_engine_that_is_not_configured_is_reported(bare_engine: Engine) -> None:
    assert find_unsafe_settings(bare_engine, SQLiteSynchronous.NORMAL) == [
        "busy_timeout is 5000, not 15000",
        "foreign_keys is 0, not 1",
        "journal_mode is delete, not wal",
        "synchronous is 2, not 1",
    ]


def test_an_engine_that_is_less_safe_than_asked_is_reported(bare_engine: Engine) -> None:
    configure_engine(bare_engine, SQLiteSynchronous.NORMAL)

    assert find_unsafe_settings(bare_engine, SQLiteSynchronous.FULL) == ["synchronous is 1, not 2"]
