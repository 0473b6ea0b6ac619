"""A browser that reports what no page may do: console errors, requests to other hosts."""

from __future__ import annotations

import os
import shutil
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any
from urllib.parse import urlsplit

from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import (
    Browser,
    ConsoleMessage,
    Locator,
    Page,
    Request,
    expect,
    sync_playwright,
)

FLAGS = (
    "--no-sandbox",
    "--disable-gpu",
    "--disable-quic",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
)
DESKTOP = {"width": 1280, "height": 900}
PHONE = {"width": 360, "height": 740}
PASSWORD = "demo-password"

# What a page does after a while it may do late on a busy machine: five seconds, which is what
# `expect` waits for unless it is told, says something about the machine.
expect.set_options(timeout=30_000)


@contextmanager
def open_browser() -> Iterator[Browser]:
    """Start Debian's Chromium, or the one that SOAR_TEST_BROWSER names."""
    path = os.environ.get("SOAR_TEST_BROWSER") or shutil.which("chromium")
    assert path, "no browser: ./dev test installs one, or set SOAR_TEST_BROWSER"
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=path, args=list(FLAGS))
        yield browser
        browser.close()


class Visitor:
    """Somebody with a browser window on one site."""

    def __init__(self, browser: Browser, address: str, **options: Any) -> None:
        self.address = address
        self.context = browser.new_context(**({"viewport": DESKTOP} | options))
        self.page: Page = self.context.new_page()
        self.complaints: list[str] = []
        self.page.on("console", self._note_console)
        self.page.on("pageerror", lambda error: self.complaints.append(f"script: {error}"))
        self.page.on("request", self._note_request)

    def _note_console(self, message: ConsoleMessage) -> None:
        is_page_itself = message.location["url"] == self.page.url
        if is_page_itself and "the server responded with a status of 4" in message.text:
            return  # a form with errors or a missing page: the browser only repeats the status
        if message.type in {"error", "warning"}:
            self.complaints.append(f"console: {message.text}")

    def _note_request(self, request: Request) -> None:
        if urlsplit(request.url).scheme == "data":
            return
        if not request.url.startswith(self.address):
            self.complaints.append(f"another host: {request.url}")

    def open(self, path: str) -> Page:
        self.page.goto(path if path.startswith("http") else self.address + path)
        return self.page

    def press(self, target: Locator) -> None:
        """Press what leads to another page, and wait until that page is whole.

        A click alone returns when the new page begins: what is at its end may not be there yet.
        """
        with self.page.expect_navigation():
            target.click()

    def sign_in(self, email: str, language: str = "en") -> None:
        self.open(f"/{language}/sign-in")
        self.page.fill("[name=email]", email)
        self.page.fill("[name=password]", PASSWORD)
        self.page.click("main form .button-primary")
        self.page.wait_for_url(f"**/{language}/home")

    def violations(self) -> list[str]:
        """Return what axe finds on the page as it is now."""
        results = Axe().run(self.page).response["violations"]
        return [
            f"{self.page.url}: {item['id']}: {node['html'][:160]}"
            for item in results
            for node in item["nodes"]
        ]

    def overflow(self) -> int:
        """Return by how many pixels the page is wider than the window."""
        width: int = self.page.evaluate(
            "document.documentElement.scrollWidth - document.documentElement.clientWidth"
        )
        return width

    def close(self) -> None:
        self.context.close()
