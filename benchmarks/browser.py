"""What a browser and its impatient owner do: follow redirects, and try again until it works."""

from __future__ import annotations

import http.client
import time
from collections.abc import Mapping
from dataclasses import dataclass
from urllib.parse import urlencode, urlsplit

PATIENCE_SECONDS = 60
PAUSE_SECONDS = 0.05
TIMEOUT_SECONDS = 30


@dataclass(frozen=True)
class Reply:
    """An answer that is no failure of the server."""

    status: int
    location: str
    body: str


@dataclass
class Browser:
    """Somebody's browser. A request ends when the server has answered it, however often it dies."""

    address: str
    cookie: str
    token: str
    heard: list[int]
    """The statuses of all answers; browsers may share it."""

    def get(self, path: str) -> Reply:
        return self._ask("GET", path, "", "text/html")

    def post(self, path: str, form: Mapping[str, str | list[str]] | None = None) -> Reply:
        """Send a form as a click on its button does."""
        return self._ask("POST", path, self._form(form), "text/html")

    def save(self, path: str, chosen: list[str]) -> bool:
        """Send an answer as the page's script does; return whether it was acknowledged."""
        reply = self._ask("POST", path, self._form({"choice": chosen}), "application/json")
        return reply.status == 200 and '"saved"' in reply.body

    def _form(self, form: Mapping[str, str | list[str]] | None) -> str:
        return urlencode({"csrf_token": self.token, **(form or {})}, doseq=True)

    def _ask(self, method: str, path: str, body: str, accept: str) -> Reply:
        end = time.monotonic() + PATIENCE_SECONDS
        while time.monotonic() < end:
            try:
                status, location, text = self._send(method, path, body, accept)
            except (OSError, http.client.HTTPException):  # the worker died while it answered
                time.sleep(PAUSE_SECONDS)
                continue
            self.heard.append(status)
            if status == 307:
                path = location
            elif status >= 500:
                time.sleep(PAUSE_SECONDS)
            else:
                return Reply(status, location, text)
        raise RuntimeError(f"{method} {path} was not answered for {PATIENCE_SECONDS} seconds")

    def _send(self, method: str, path: str, body: str, accept: str) -> tuple[int, str, str]:
        parts = urlsplit(self.address)
        connection = http.client.HTTPConnection(parts.netloc, timeout=TIMEOUT_SECONDS)
        headers = {"Cookie": self.cookie, "Accept": accept, "Connection": "close"}
        if method == "POST":
            headers["Content-Type"] = "application/x-www-form-urlencoded"
        try:
            connection.request(method, path, body or None, headers)
            response = connection.getresponse()
            text = response.read().decode()
            return response.status, response.headers.get("Location", ""), text
        finally:
            connection.close()
