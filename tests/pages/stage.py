"""A browser on which pages are put as a client got them: no server, no waiting for one."""

from __future__ import annotations

import functools
from typing import Any
from urllib.parse import urlsplit

from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import Browser, ConsoleMessage, Route, ViewportSize

from tests.pages.walk import Page
from tests.rules.world import World

ORIGIN = "http://localhost:8000"
"""Of the site; browsers offer passkeys where a host has a name."""
DESK: ViewportSize = {"width": 1280, "height": 900}
PHONE: ViewportSize = {"width": 320, "height": 640}


class Stage:
    """One window. What a page loads comes from the app; it notes what the policy forbids."""

    def __init__(self, browser: Browser, world: World) -> None:
        self.world = world
        self.context = browser.new_context(viewport=DESK)
        self.window = self.context.new_page()
        self.complaints: list[str] = []
        self._shown: Page | None = None
        self.window.route("**/*", self._answer)
        self.window.on("console", self._note)
        self.window.on("pageerror", lambda error: self._complain(f"script: {error}"))

    def put(self, page: Page) -> None:
        """Show a page; it is whole when this returns."""
        self._shown = page
        self.window.goto(ORIGIN + page.address)

    def _answer(self, route: Route) -> None:
        request = route.request
        if request.is_navigation_request() and self._shown is not None:
            headers = dict(self._shown.response.headers)
            route.fulfill(status=200, headers=headers, body=self._shown.html)
        elif request.method != "GET":
            route.fulfill(status=200, content_type="application/json", body="{}")
        else:
            person = self._shown.person if self._shown else None
            status, headers, body = self._load(person, urlsplit(request.url).path)
            route.fulfill(status=status, headers=headers, body=body)

    @functools.cache  # noqa: B019  # a stage lives as long as its tests
    def _load(self, person: str | None, path: str) -> tuple[int, dict[str, str], bytes]:
        with self.world.client_of(person).get(path) as response:
            return response.status_code, dict(response.headers), response.get_data()

    def _note(self, message: ConsoleMessage) -> None:
        if message.type in {"error", "warning"}:
            self._complain(f"console: {message.text}")

    def _complain(self, what: str) -> None:
        self.complaints.append(f"{self._shown.name if self._shown else ''}: {what}")

    def look(self, *, dark: bool, size: ViewportSize) -> None:
        """Look at the page in other light and in a window of another size."""
        self.window.emulate_media(color_scheme="dark" if dark else "light")
        self.window.set_viewport_size(size)

    def violations(self) -> list[str]:
        """Return what axe finds."""
        found: list[dict[str, Any]] = Axe().run(self.window).response["violations"]
        return [f"{item['id']}: {node['html'][:160]}" for item in found for node in item["nodes"]]

    def overflow(self, text_size: int = 100) -> int:
        """Return by how many pixels the page is wider than the window, with text so large (%)."""
        width: int = self.window.evaluate(
            """size => {
                const root = document.documentElement
                root.style.fontSize = size + '%'
                const wider = root.scrollWidth - root.clientWidth
                root.style.fontSize = ''
                return wider
            }""",
            text_size,
        )
        return width

    def close(self) -> None:
        self.context.close()
