"""`{% fragment key, … %}` in templates: a piece of a page that is rendered once and kept.

Most of a page is the same for everybody who reads it in a language: the bar, the footer, the text
of a lesson. Such a piece names everything it depends on; it must hold no name and nothing else of
one person. Form tokens are the one exception: where a piece asks for one, a gap is kept, and each
reader gets their own. The pieces live as long as the process, as the content does.
"""

from __future__ import annotations

import secrets
from collections.abc import Callable
from typing import Any

from flask import g
from jinja2 import Environment, nodes
from jinja2.ext import Extension
from jinja2.parser import Parser
from markupsafe import Markup

from soar_lms.sessions import csrf_token

MOST = 2_000
"""Pieces kept at the most; then the oldest goes."""

_GAP = f"token-{secrets.token_hex(16)}"


def token_in_page() -> str:
    """Return the form token for a template; inside a fragment, the mark of a gap for it."""
    return _GAP if g.get("in_fragment", False) else csrf_token()


class FragmentExtension(Extension):
    """Adds the tag; keys are compared as they are, so give plain values."""

    tags = {"fragment"}  # noqa: RUF012  # the name and type that Jinja asks for

    def __init__(self, environment: Environment) -> None:
        super().__init__(environment)
        self.pieces: dict[tuple[Any, ...], list[str]] = {}

    def parse(self, parser: Parser) -> nodes.Node:
        """Turn the tag into a call that renders its inside only when it is not kept."""
        line = next(parser.stream).lineno
        place = nodes.Const(f"{parser.name}:{line}")
        keys = parser.parse_tuple()
        body = parser.parse_statements(("name:endfragment",), drop_needle=True)
        call = self.call_method("_piece", [place, keys])
        return nodes.CallBlock(call, [], [], body).set_lineno(line)

    def _piece(self, place: str, keys: Any, caller: Callable[[], Any]) -> Markup:
        key = (place, keys)
        parts = self.pieces.get(key)
        if parts is None:
            parts = self._render(key, caller)
        if len(parts) == 1:
            return Markup(parts[0])  # noqa: S704  # rendered by a template, escaped there
        return Markup(csrf_token().join(parts))  # noqa: S704  # as above, and a token of ours

    def _render(self, key: tuple[Any, ...], caller: Callable[[], Any]) -> list[str]:
        outer = g.get("in_fragment", False)
        g.in_fragment = True
        try:
            parts = str(caller()).split(_GAP)
        finally:
            g.in_fragment = outer
        if len(self.pieces) >= MOST:
            self.pieces.pop(next(iter(self.pieces)))
        self.pieces[key] = parts
        return parts
