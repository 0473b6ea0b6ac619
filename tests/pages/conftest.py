"""One site with people at every stage, for all tests of pages: none of them changes it."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from soar_lms.app import create_app
from soar_lms.config import Config, Mode, SQLiteSynchronous
from soar_lms.keys import make_badge_key
from soar_lms.migrations import upgrade
from tests.conftest import SECRET
from tests.pages.stage import ORIGIN
from tests.rules.world import World, make_world
from tests.support.databases import close_connections


@pytest.fixture(scope="session")
def world(tmp_path_factory: pytest.TempPathFactory) -> Iterator[World]:
    """Return the world of the access matrix; what pages look like is the same on any database."""
    yield from made_world(tmp_path_factory.mktemp("pages"))


def made_world(folder: Path, **settings: Any) -> Iterator[World]:
    """Make a world in a folder; its connections are closed afterwards."""
    app = create_app(
        Config(
            secret_key=SECRET,
            mode=Mode.TESTING,
            instance=folder,
            database_url=f"sqlite:///{folder / 'soar.db'}",
            sqlite_synchronous=SQLiteSynchronous.NORMAL,
            log_level="error",
            badge_key=make_badge_key(),
            base_url=ORIGIN,
            **settings,
        )
    )
    app.testing = True
    with app.app_context():
        upgrade()
    yield make_world(app)
    with app.app_context():
        close_connections()
