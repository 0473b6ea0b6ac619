"""Why a page shows soon and stays put: what `./dev bench paint` measures has these causes.

One style sheet is waited for, no script is, the typeface is only used if it is there, and every
picture keeps its place before it comes.
"""

from __future__ import annotations

from collections.abc import Iterator
from urllib.parse import parse_qs, urlsplit

import pytest
from bs4 import BeautifulSoup, Tag

from soar_lms.paths import PACKAGE
from tests.pages import walk
from tests.pages.walk import ENDPOINTS, Page
from tests.rules.world import World

FOREVER = "public, max-age=31536000, immutable"
MORE_STYLES = {
    "cohorts.show_learning": {"charts.css"},
    "cohorts.show_progress": {"charts.css"},
    "styleguide.show_styleguide": {"charts.css", "styleguide.css"},
}
"""Pages with drawings, and the page of all components: whoever works with numbers waits."""


def find_brakes(page: Page) -> Iterator[str]:
    """Return what a page would wait for, and what would move when it comes."""
    soup = BeautifulSoup(page.html, "html.parser")
    styles = [_file(tag["href"]) for tag in soup.select("link[rel=stylesheet]")]
    for name in styles:
        if name != "site.css" and name not in MORE_STYLES.get(page.endpoint, set()):
            yield f"{page.name}: waits for {name}"
    if styles.count("site.css") != 1:
        yield f"{page.name}: has the style sheet {styles.count('site.css')} times"
    if soup.select("body link[rel=stylesheet], link[rel=preload][as=font]"):
        yield f"{page.name}: asks for styles or a typeface out of order"
    yield from (
        f"{page.name}: waits for {tag.get('src')}"
        for tag in soup.select("script")
        if not tag.has_attr("defer")
    )
    yield from (f"{page.name}: moves when it comes: {tag}" for tag in _loose(soup))


def _file(address: object) -> str:
    return urlsplit(str(address)).path.rsplit("/", 1)[-1]


def _loose(soup: BeautifulSoup) -> Iterator[Tag]:
    """Yield pictures without a size; those that are part of the page are there with it."""
    for tag in soup.select("img"):
        is_inside = str(tag.get("src")).startswith("data:")
        if not is_inside and not (tag.get("width") and tag.get("height")):
            yield tag


@pytest.mark.parametrize("endpoint", ENDPOINTS)
def test_a_page_waits_for_nothing_it_does_not_need(world: World, endpoint: str) -> None:
    faults = [fault for page in walk.show(world, endpoint, "en") for fault in find_brakes(page)]

    assert not faults, "\n".join(faults)


def test_the_typeface_is_never_waited_for() -> None:
    sheet = (PACKAGE / "static" / "site.css").read_text(encoding="utf-8")

    assert sheet.count("@font-face") == sheet.count("font-display: optional") == 1
    assert "@import" not in sheet


def test_what_a_page_loads_is_kept_for_ever_by_the_hash_of_its_content(world: World) -> None:
    client = world.client_of(None)
    page = BeautifulSoup(client.get("/en/").text, "html.parser")
    names = {"link": "href", "script": "src", "img": "src"}
    addresses = {
        str(tag[names[tag.name]])
        for tag in page.select("link[rel=stylesheet], link[rel=icon], script, img")
    }

    for address in addresses:
        assert parse_qs(urlsplit(address).query)["v"], address
        with client.get(address) as response:
            assert response.headers["Cache-Control"] == FOREVER


@pytest.mark.parametrize(
    ("part", "wanted"),
    [
        pytest.param("<script src='a.js'></script>", "waits for a.js", id="script"),
        pytest.param("<link rel='stylesheet' href='/b.css?v=1'>", "waits for b.css", id="style"),
        pytest.param("<img src='/c.png' width='1'>", "moves when it comes", id="picture"),
        pytest.param("<link rel='preload' as='font' href='d'>", "out of order", id="typeface"),
    ],
)
def test_a_brake_is_seen(world: World, part: str, wanted: str) -> None:
    page = next(walk.show(world, "pages.show_safety", "en"))
    page.response.set_data(page.html.replace("</head>", f"{part}</head>"))

    assert wanted in "\n".join(find_brakes(page))


def test_a_picture_of_a_lesson_is_asked_for_when_it_is_near(world: World) -> None:
    place = f"/en/learn/{world.places['module']}/{world.places['setting']}"
    page = world.client_of(None).get(f"{place}/{world.places['lesson']}")
    soup = BeautifulSoup(page.text, "html.parser")

    assert [tag.get("loading") for tag in soup.select("article img")] == ["lazy"]
