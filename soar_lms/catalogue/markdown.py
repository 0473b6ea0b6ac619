"""Lesson Markdown: a file becomes a tree that knows the place of everything in it.

The tree is CommonMark with tables (markdown-it-py) and `:::` containers. Nothing is checked or
rendered here: see `outline.py` and `render.py`.
"""

from __future__ import annotations

import re
from typing import NamedTuple

from markdown_it import MarkdownIt
from markdown_it.tree import SyntaxTreeNode
from mdit_py_plugins.container import container_plugin

from soar_lms.catalogue.problems import Mark

_HEADING_ID = re.compile(r"\s*\{#([^}]*)\}\s*$")


class Container(NamedTuple):
    """The opening line of a container, taken apart."""

    name: str
    id: str | None
    attributes: dict[str, str]


class MarkdownDocument:
    """A parsed lesson: its lines, its tree, and the place of things in it."""

    def __init__(self, file: str, text: str) -> None:
        self.file = file
        self.lines = text.splitlines()
        self.root = SyntaxTreeNode(_PARSER.parse(text))

    def mark(self, node: SyntaxTreeNode, needle: str = "") -> Mark:
        """Return where `node` begins, or where `needle` stands in its lines."""
        block: SyntaxTreeNode | None = node
        while block is not None and not block.map:
            block = None if block.is_root else block.parent
        if block is None or not block.map:
            return Mark()
        start, end = block.map
        for number in range(start, end if needle else start):
            column = self.lines[number].find(needle)
            if column >= 0:
                return Mark(number + 1, column + 1)
        text = self.lines[start] if start < len(self.lines) else ""
        return Mark(start + 1, len(text) - len(text.lstrip()) + 1)


def _make_parser() -> MarkdownIt:
    parser = MarkdownIt("commonmark", {"html": True}).enable("table")
    container_plugin(parser, "any", validate=lambda _params, _markup: True)
    return parser


# HTML is recognised only so that it can be refused; the renderer has no way to print it.
_PARSER = _make_parser()


def read_container(node: SyntaxTreeNode) -> Container:
    """Take the opening line of a container apart: name, id, attributes."""
    words = node.info.split()
    name = words[0] if words else ""
    plain = [word for word in words[1:] if "=" not in word]
    pairs = (word.split("=", 1) for word in words[1:] if "=" in word)
    return Container(name, plain[0] if plain else None, dict(pairs))


def heading_id(node: SyntaxTreeNode) -> str | None:
    """Return the id written behind a heading, `{#like-this}`."""
    found = _HEADING_ID.search(inline_text(node))
    return found.group(1) if found else None


def heading_anchors(document: MarkdownDocument) -> list[tuple[SyntaxTreeNode, str]]:
    """Give every heading its anchor: the id written, or its number, equal in all languages."""
    headings = [node for node in document.root.walk() if node.type == "heading"]
    return [(node, heading_id(node) or f"part-{number}") for number, node in enumerate(headings, 1)]


def list_sections(document: MarkdownDocument) -> list[tuple[str, str]]:
    """Return (anchor, words) of the headings that divide a lesson; those inside of boxes do not."""
    parts = document.root.children
    return [
        (anchor, strip_heading_id(node))
        for node, anchor in heading_anchors(document)
        if node.tag == "h2" and node in parts
    ]


def strip_heading_id(node: SyntaxTreeNode) -> str:
    """Return a heading's words without its `{#id}`."""
    return _HEADING_ID.sub("", inline_text(node))


def inline_text(node: SyntaxTreeNode) -> str:
    """Return the words below a node, without their markup."""
    return "".join(
        child.content if child.type in {"text", "code_inline"} else " "
        for child in node.walk()
        if child.type in {"text", "code_inline", "softbreak", "hardbreak"}
    )


def child_containers(node: SyntaxTreeNode, name: str) -> list[SyntaxTreeNode]:
    """Return the containers called `name` directly inside `node`."""
    return [
        child
        for child in node.children
        if child.type == "container_any" and read_container(child).name == name
    ]
