"""Running sites that all journeys share: each starts once."""

from __future__ import annotations

from collections.abc import Iterator

import pytest
from playwright.sync_api import Browser

from tests.support.browser import open_browser
from tests.support.databases import start_postgresql
from tests.support.site import Site, running_site


@pytest.fixture(scope="package", params=["sqlite", "postgresql"])
def site(
    request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[Site]:
    folder = tmp_path_factory.mktemp("site")
    environment = {}
    if request.param == "postgresql":
        environment["SOAR_DATABASE_URL"] = start_postgresql()
    with running_site(folder, **environment) as address:
        yield Site(address, folder)


@pytest.fixture(scope="package")
def embedded(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Site]:
    """Return a site on SQLite alone."""
    folder = tmp_path_factory.mktemp("embedded")
    with running_site(folder) as address:
        yield Site(address, folder)


@pytest.fixture(scope="module")
def browser() -> Iterator[Browser]:
    with open_browser() as found:
        yield found
