"""Fixtures: an application on each database, clients of several people, a clean slate per test."""

from __future__ import annotations

import os
import socket
import time
from collections.abc import Callable, Iterator
from datetime import UTC, datetime
from pathlib import Path
from random import Random
from typing import Any

import pytest
from flask import Flask
from flask.testing import FlaskClient
from hypothesis import HealthCheck, settings
from sqlalchemy import text

from soar_lms.access import Role
from soar_lms.accounts.models import Person
from soar_lms.app import create_app
from soar_lms.catalogue.model import Module
from soar_lms.config import Config, Mode, SQLiteSynchronous
from soar_lms.content import catalogue
from soar_lms.database import Base, db, transaction
from soar_lms.keys import make_badge_key
from soar_lms.messages.models import OutboxMessage
from soar_lms.migrations import upgrade
from tests.factories import make_person
from tests.support.databases import close_connections, start_postgresql, without_triggers

for name in [name for name in os.environ if name.startswith("SOAR_")]:
    del os.environ[name]

SECRET = "a secret for tests, 0123456789 abcdefghij"
NOW = datetime(2026, 11, 22, 15, 0, tzinfo=UTC)
QUARTER_HOUR, MIDNIGHT_IS_NEAR = 900, 3  # seconds

# The same examples in every run, and no word about how long they take: what a property test says
# depends on the code alone. `--hypothesis-profile=search` looks for new examples.
settings.register_profile(
    "soar", deadline=None, derandomize=True, suppress_health_check=[HealthCheck.too_slow]
)
settings.register_profile("search", deadline=None, suppress_health_check=[HealthCheck.too_slow])
settings.load_profile("soar")


@pytest.fixture(scope="session", params=["sqlite", "postgresql"])
def database_url(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> str:
    """Return a fresh database: every test that asks for one runs on both kinds."""
    folder = tmp_path_factory.mktemp("database")
    if request.param == "sqlite":
        return f"sqlite:///{folder / 'soar.db'}"
    return start_postgresql()


@pytest.fixture(scope="session")
def config(database_url: str, tmp_path_factory: pytest.TempPathFactory) -> Config:
    return Config(
        secret_key=SECRET,
        mode=Mode.TESTING,
        instance=tmp_path_factory.mktemp("instance"),
        database_url=database_url,
        sqlite_synchronous=SQLiteSynchronous.NORMAL,
        log_level="error",
        badge_key=make_badge_key(),
    )


@pytest.fixture(scope="session")
def session_app(config: Config) -> Iterator[Flask]:
    app = create_app(config)
    app.testing = True
    with app.app_context():
        upgrade()
    yield app
    with app.app_context():
        close_connections()


@pytest.fixture
def app(session_app: Flask) -> Iterator[Flask]:
    """Return the application; afterwards every table is empty again."""
    yield session_app
    with session_app.app_context():
        empty_tables()


def empty_tables() -> None:
    """Forget everything; commits are real in these tests, so nothing can be rolled back."""
    db.session.rollback()
    tables = Base.metadata.sorted_tables
    with db.engine.begin() as connection, without_triggers(connection):
        if connection.dialect.name == "postgresql":
            names = ", ".join(table.name for table in tables)
            connection.execute(text(f"TRUNCATE {names} RESTART IDENTITY CASCADE"))
        else:
            for table in reversed(tables):
                connection.execute(table.delete())


@pytest.fixture
def context(app: Flask) -> Iterator[Flask]:
    """Return the application inside its context, for tests of services."""
    with app.app_context():
        yield app
        db.session.rollback()


@pytest.fixture
def client(app: Flask) -> FlaskClient:
    return app.test_client()


@pytest.fixture
def module(session_app: Flask) -> Module:
    """Return the flagship module."""
    with session_app.app_context():
        return next(iter(catalogue().modules.values()))


SignIn = Callable[[Person], FlaskClient]


@pytest.fixture
def sign_in(app: Flask) -> SignIn:
    """Return a function that gives a client of somebody who is signed in."""

    def make(person: Person) -> FlaskClient:
        client = app.test_client()
        with client.session_transaction() as session:
            session["_user_id"] = person.fs_uniquifier
            session["_fresh"] = True
        return client

    return make


@pytest.fixture
def person(app: Flask) -> Callable[..., Person]:
    """Return a function that makes somebody, committed."""

    def make(**values: Any) -> Person:
        with app.app_context(), transaction():
            return make_person(**values)

    return make


@pytest.fixture
def learner(person: Callable[..., Person]) -> Person:
    return person()


@pytest.fixture
def trainer(person: Callable[..., Person]) -> Person:
    return person(role=Role.TRAINER)


@pytest.fixture
def as_learner(sign_in: SignIn, learner: Person) -> FlaskClient:
    return sign_in(learner)


@pytest.fixture
def as_trainer(sign_in: SignIn, trainer: Person) -> FlaskClient:
    return sign_in(trainer)


@pytest.fixture
def outbox(app: Flask) -> Callable[[], list[OutboxMessage]]:
    """Return a function that lists the e-mail written so far."""

    def messages() -> list[OutboxMessage]:
        with app.app_context():
            return list(db.session.query(OutboxMessage).order_by(OutboxMessage.id))

    return messages


@pytest.fixture(autouse=True)
def _same_chance(request: pytest.FixtureRequest, monkeypatch: pytest.MonkeyPatch) -> None:
    """Draw the same tokens, codes and questions whenever a test is run.

    So a test that fails for some of them fails always, or never. CHANCE=2 in the environment (or
    anything else) draws others, to look for those.
    """
    chance = Random(os.environ.get("CHANCE", "") + request.node.nodeid)
    monkeypatch.setattr("random._urandom", chance.randbytes)  # what `secrets` draws from
    monkeypatch.setattr("os.urandom", chance.randbytes)


@pytest.fixture(autouse=True)
def _same_day() -> None:
    """Let no test begin just before midnight: it may ask twice what day it is, or when it was.

    That midnight is somebody's: time zones are quarters of an hour apart.
    """
    left = QUARTER_HOUR - time.time() % QUARTER_HOUR
    if left < MIDNIGHT_IS_NEAR:
        time.sleep(left)


@pytest.fixture(autouse=True)
def _no_network(request: pytest.FixtureRequest, monkeypatch: pytest.MonkeyPatch) -> None:
    """Refuse connections to anywhere but this machine."""
    connect = socket.socket.connect

    def guarded(self: socket.socket, address: Any) -> None:
        is_local = isinstance(address, (str, bytes)) or address[0] in {
            "127.0.0.1",
            "::1",
            "localhost",
        }
        assert is_local, f"a test tried to reach {address}"
        connect(self, address)

    monkeypatch.setattr(socket.socket, "connect", guarded)


@pytest.fixture
def pack_app(tmp_path: Path) -> Flask:
    """Return an application on the small pack: other modules, settings and languages."""
    from tests.support.pack import PACK, make_translations

    app = create_app(
        Config(
            secret_key=SECRET,
            mode=Mode.TESTING,
            instance=tmp_path,
            database_url=f"sqlite:///{tmp_path / 'soar.db'}",
            modules=PACK,
            translations=make_translations(tmp_path),
            log_level="error",
        )
    )
    app.testing = True
    with app.app_context():
        upgrade()
    return app
