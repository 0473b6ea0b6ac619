"""`{% fragment key, … %}` in templates: a piece of a page that is rendered once and kept.

Most of a page is the same for everybody who reads it in a language: the bar, the footer, the text
of a lesson. Such a piece names everything it depends on; it must hold no name and nothing else of
one person. Form tokens are the one exception: where a piece asks for one, a gap is kept, and each
reader gets their own. The pieces live as long as the process, as the content does.

`keep_page` does the same with a whole page: most readers of a lesson are where others were before.
"""

from __future__ import annotations

import secrets
from collections.abc import Callable
from typing import Any

from flask import current_app, g, render_template, session
from jinja2 import Environment, nodes
from jinja2.ext import Extension
from jinja2.parser import Parser
from markupsafe import Markup

from soar_lms.sessions import csrf_token

MOST_PIECES, MOST_PAGES = 2_000, 256
"""Kept at the most; then the oldest goes. A page is about 30 kB: 256 are 8 MB."""

Parts = list[str]
"""What was rendered, cut where a form token belongs."""

_GAP = f"token-{secrets.token_hex(16)}"


def token_in_page() -> str:
    """Return the form token for a template; inside a fragment, the mark of a gap for it."""
    return _GAP if g.get("in_fragment", False) else csrf_token()


class FragmentExtension(Extension):
    """Adds the tag; keys are compared as they are, so give plain values."""

    tags = {"fragment"}  # noqa: RUF012  # the name and type that Jinja asks for

    def __init__(self, environment: Environment) -> None:
        super().__init__(environment)
        self.pieces: dict[tuple[Any, ...], Parts] = {}
        self.pages: dict[tuple[Any, ...], Parts] = {}

    def forget(self) -> None:
        """Drop everything that is kept."""
        self.pieces.clear()
        self.pages.clear()

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
            parts = _keep(self.pieces, MOST_PIECES, key, caller)
        return _fill(parts)


def keep_page(
    template: str, key: tuple[Any, ...], make_context: Callable[[], dict[str, Any]]
) -> str:
    """Render a page that is the same for all who have the same key, or take the one that is kept.

    The key must name everything the page depends on: its address, the language, the role, what the
    reader did. A page with a message for this reader alone is neither kept nor taken.
    """
    if "_flashes" in session:
        return render_template(template, **make_context())
    extension = current_app.jinja_env.extensions[FragmentExtension.identifier]
    pages: dict[tuple[Any, ...], Parts] = extension.pages  # type: ignore[attr-defined]  # ours
    whole = (template, *key)
    parts = pages.get(whole)
    if parts is None:
        parts = _keep(pages, MOST_PAGES, whole, lambda: render_template(template, **make_context()))
    return _fill(parts)


def _fill(parts: Parts) -> Markup:
    """Put the reader's token, or inside another piece the mark for it, into the gaps."""
    if len(parts) == 1:
        return Markup(parts[0])  # noqa: S704  # rendered by a template, escaped there
    return Markup(token_in_page().join(parts))  # noqa: S704  # as above, and a token of ours


def _keep(
    kept: dict[tuple[Any, ...], Parts], most: int, key: tuple[Any, ...], render: Callable[[], Any]
) -> Parts:
    outer = g.get("in_fragment", False)
    g.in_fragment = True
    try:
        parts = str(render()).split(_GAP)
    finally:
        g.in_fragment = outer
    if len(kept) >= most:
        kept.pop(next(iter(kept)))
    kept[key] = parts
    return parts
