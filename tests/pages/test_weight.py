"""What a page weighs on its way to an old phone, packed (gzip) as the proxy sends it."""

from __future__ import annotations

import gzip
from urllib.parse import urljoin, urlsplit

import pytest
from bs4 import BeautifulSoup

from soar_lms.content import catalogue
from tests.pages.walk import LANGUAGES
from tests.rules.world import World

LESSON_LIMIT = 30_000
STYLE_LIMIT = 30_000
SCRIPT_LIMIT = 15_000
"""Of these two without packing."""
LOADED = {"link[rel=stylesheet], link[rel=icon]": "href", "script[src], img[src]": "src"}


def load(world: World, address: str) -> dict[str, bytes]:
    """Return a page and all it loads, by path; fonts are not counted."""
    client = world.client_of(None)
    page = client.get(address)
    soup = BeautifulSoup(page.text, "html.parser")
    paths = {
        urlsplit(urljoin(address, str(tag[name]))).path
        for tags, name in LOADED.items()
        for tag in soup.select(tags)
    }
    found = {address: page.data}
    for path in paths:
        with client.get(path) as response:
            assert response.status_code == 200, path
            found[path] = response.get_data()
    return found


@pytest.mark.parametrize("language", LANGUAGES)
def test_no_lesson_is_heavy_at_the_first_visit(world: World, language: str) -> None:
    with world.app.app_context():
        (module,) = catalogue().modules.values()
    addresses = [
        f"/{language}/learn/{module.id}/{setting}/{lesson.id}"
        for setting in module.spec.settings
        for lesson in module.spec.lessons
    ]

    weights = {
        address: sum(len(gzip.compress(part, 6)) for part in load(world, address).values())
        for address in addresses
    }

    assert {name: weight for name, weight in weights.items() if weight > LESSON_LIMIT} == {}


@pytest.mark.parametrize(("kind", "limit"), [("css", STYLE_LIMIT), ("js", SCRIPT_LIMIT)])
def test_styles_and_scripts_stay_small(world: World, kind: str, limit: int) -> None:
    parts = load(world, f"/en/learn/{world.places['module']}")

    assert 0 < sum(len(part) for path, part in parts.items() if path.endswith(f".{kind}")) <= limit
