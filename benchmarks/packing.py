"""The proxy that stands before a site: it packs text (gzip), as production has it."""

from __future__ import annotations

import gzip
import http.client
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from urllib.parse import urlsplit

_PACKED = ("text/", "image/svg", "application/json", "font/ttf")
_DROPPED = {"connection", "content-length", "keep-alive", "transfer-encoding"}


@contextmanager
def packing(address: str) -> Iterator[str]:
    """Stand before a site until the block ends; give the address where it is reached."""

    class Handler(_Handler):
        site = urlsplit(address).netloc

    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    thread = threading.Thread(target=server.serve_forever, daemon=True)
    thread.start()
    try:
        yield f"http://127.0.0.1:{server.server_port}"
    finally:
        server.shutdown()
        server.server_close()
        thread.join()


class _Handler(BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"
    site = ""

    def do_GET(self) -> None:
        connection = http.client.HTTPConnection(self.site, timeout=30)
        try:
            connection.request("GET", self.path, headers=dict(self.headers))
            response = connection.getresponse()
            body = response.read()
        finally:
            connection.close()
        is_text = response.headers.get("Content-Type", "").startswith(_PACKED)
        if is_text:
            body = gzip.compress(body, 6)
        self.send_response(response.status)
        for name, value in response.headers.items():
            if name.lower() not in _DROPPED:
                self.send_header(name, value)
        if is_text:
            self.send_header("Content-Encoding", "gzip")
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)

    def log_message(self, format: str, *arguments: object) -> None:  # Python's name
        """Say nothing: what is measured is in the browser."""
