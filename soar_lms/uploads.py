"""Files that a browser sends with a form: in memory, and no more of them than is allowed."""

from __future__ import annotations

from io import BytesIO
from typing import Any

from flask import request
from werkzeug.formparser import FormDataParser

MOST_DRAINED = 64_000_000
"""What is read of a request that is too large, so that its sender gets to see the answer."""
_CHUNK = 65_536


class _InMemory(FormDataParser):
    """Flask's own way would put a large file on the disk meanwhile."""

    def __init__(self, stream_factory: object = None, **options: Any) -> None:
        super().__init__(stream_factory=lambda *_arguments, **_named: BytesIO(), **options)


def allow_files(largest: int) -> None:
    """Let this request have a body of so many bytes; to be called before its form is read.

    Whoever then reads the form of a larger one gets `RequestEntityTooLarge`.
    """
    request.max_content_length = largest
    request.max_form_memory_size = largest
    request.form_data_parser_class = _InMemory


def drain() -> None:
    """Read on for a while: a browser that is still sending does not read an answer."""
    stream, left = request.environ["wsgi.input"], min(request.content_length or 0, MOST_DRAINED)
    while left > 0:
        chunk = stream.read(min(_CHUNK, left))
        if not chunk:
            return
        left -= len(chunk)
