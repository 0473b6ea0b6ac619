"""What somebody with an old phone in a rural clinic sees: when a page shows, and if it stays put.

Chromium on a slow network and a processor four times slower, each visit the first one. The network
is Lighthouse's "slow 4G" (https://github.com/GoogleChrome/lighthouse, core/config/constants.js):
1,638 kbit/s down, 750 up, 150 ms there and back. Chromium adds that time to every request, not to
the opening of a connection. So each page is measured once more with what Lighthouse gives Chromium
for the same network: 562.5 ms for every request, nine tenths of the speed. Nothing is asked of
that: two requests, the page and its style sheet, are 1,125 ms of it.
"""

from __future__ import annotations

import statistics
from collections.abc import Iterator
from dataclasses import dataclass

from playwright.sync_api import Browser, ViewportSize

from benchmarks.figures import Figure
from benchmarks.packing import packing
from benchmarks.requests import World, filled
from tests.support.browser import open_browser

VISITS = 5
PAINT_LIMIT_MS = 1_500
SHIFT_LIMIT = 10
"""Thousandths (https://web.dev/articles/cls): a tenth of what is called good there."""
SLOWER = 4
WITH_PICTURE = "welcome"
PHONE: ViewportSize = {"width": 360, "height": 740}
QUIET_MS = 500

_PAINT = "performance.getEntriesByName('first-contentful-paint')[0]?.startTime ?? null"
_SHIFT = """() => new Promise(resolve => {
    let shift = 0
    new PerformanceObserver(list => list.getEntries().forEach(entry => { shift += entry.value }))
        .observe({ type: 'layout-shift', buffered: true })
    setTimeout(() => resolve(shift), 100)
})"""


@dataclass(frozen=True)
class Network:
    """How slow it is: milliseconds for each request, kilobits per second."""

    name: str
    latency: float
    down: float
    up: float
    goal: float | None


NETWORKS = (
    Network("slow 4G", 150, 1_638.4, 750, goal=1),
    Network("slow 4G, connecting", 562.5, 1_474.56, 675, goal=None),
)


@dataclass(frozen=True)
class Place:
    """A page, and the cookie of whoever opens it; none: a stranger."""

    name: str
    path: str
    cookie: str | None


def measure_paint(_seconds: int, _rounds: int) -> Iterator[Figure]:
    """Measure the first visit of some pages on each network."""
    with filled("sqlite") as world, packing(world.ours) as address, open_browser() as browser:
        for place in _places(world):
            moved: list[float] = []
            for network in NETWORKS:
                visits = [_visit(browser, address, place, network) for _ in range(VISITS)]
                paints, shifts = zip(*visits, strict=True)
                moved.extend(shifts)
                paint = statistics.median(paints)
                label = f"{place.name}, {network.name}"
                yield Figure(label, paint, "ms", PAINT_LIMIT_MS, network.goal, higher=False)
            shift = max(moved) * 1_000
            yield Figure(f"{place.name}, what moves", shift, "/1000", SHIFT_LIMIT, 1, higher=False)


def _places(world: World) -> list[Place]:
    learner, lessons = world.learners[0], world.lesson_path.rsplit("/", 1)[0]
    return [
        Place("lesson, signed in", world.lesson_path, learner.cookie),
        Place("lesson, open reading", world.lesson_path, None),
        Place("lesson with a picture", f"{lessons}/{WITH_PICTURE}", learner.cookie),
        Place("catalogue", "/en/", None),
        Place("question", learner.answer_path, learner.cookie),
    ]


def _visit(browser: Browser, address: str, place: Place, network: Network) -> tuple[float, float]:
    """Open a page for the first time, read it to its end; return its first paint and its shift."""
    context = browser.new_context(viewport=PHONE, device_scale_factor=2)
    if place.cookie:
        name, _, value = place.cookie.partition("=")
        context.add_cookies([{"name": name, "value": value, "url": address}])
    page = context.new_page()
    devtools = context.new_cdp_session(page)
    devtools.send("Network.enable")
    devtools.send("Network.setCacheDisabled", {"cacheDisabled": True})
    devtools.send(
        "Network.emulateNetworkConditions",
        {
            "offline": False,
            "latency": network.latency,
            "downloadThroughput": network.down * 1_000 / 8,
            "uploadThroughput": network.up * 1_000 / 8,
        },
    )
    devtools.send("Emulation.setCPUThrottlingRate", {"rate": SLOWER})
    response = page.goto(address + place.path, wait_until="load")
    if response is None or not response.ok:
        raise RuntimeError(f"{place.path} was not answered")
    page.wait_for_timeout(QUIET_MS)
    for _ in range(4):
        page.mouse.wheel(0, 700)
        page.wait_for_timeout(QUIET_MS / 4)
    paint: float | None = page.evaluate(_PAINT)
    shift: float = page.evaluate(_SHIFT)
    context.close()
    if paint is None:
        raise RuntimeError(f"{place.path} showed nothing")
    return paint, shift
