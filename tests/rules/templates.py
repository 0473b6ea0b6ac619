"""The templates as the rules read them: trees, references, text that is not translated."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from functools import cached_property
from html.parser import HTMLParser

from jinja2 import Environment, meta, nodes

from soar_lms.fragments import FragmentExtension
from soar_lms.paths import PACKAGE

FOLDER = PACKAGE / "templates"
_OUTPUT = "qqq"
"""Stands in the text where a template prints something: a word, so that tags stay tags."""
_BLOCKS_INSIDE_TAGS = {"scheme", "width"}
"""Blocks whose content is an attribute, or a class of the style sheet."""

_environment = Environment(autoescape=True, extensions=["jinja2.ext.i18n", FragmentExtension])
_TRANSLATED = {"gettext", "ngettext", "pgettext", "npgettext", "_"}
_WORD = re.compile(r"[^\W\d_]{2,}")
_WORDS = re.compile(r"[^\W\d_]+[,.:;]? [^\W\d_]+|^[A-Z][a-z]+")
_READ_ALOUD = {"alt", "aria-description", "aria-label", "label", "placeholder", "title"}


@dataclass(frozen=True)
class TemplateSource:
    """One template, by its name."""

    name: str
    text: str

    @cached_property
    def tree(self) -> nodes.Template:
        return _environment.parse(self.text, name=self.name)

    @property
    def is_component(self) -> bool:
        return self.name.startswith("components/")

    @property
    def is_html(self) -> bool:
        return self.name.endswith(".html")

    def at(self, line: int, words: str) -> str:
        """Say what is wrong, and where."""
        return f"{self.name}:{line}: {words}"

    def line_of(self, position: int) -> int:
        return self.text.count("\n", 0, position) + 1

    @property
    def parent(self) -> str | None:
        """The template it extends."""
        extends = self.tree.find(nodes.Extends)
        if extends is None or not isinstance(extends.template, nodes.Const):
            return None
        return str(extends.template.value)

    def block(self, name: str) -> nodes.Block | None:
        return next((item for item in self.tree.find_all(nodes.Block) if item.name == name), None)

    def referred(self) -> set[str]:
        """Return the templates it extends, imports or includes."""
        return {name for name in meta.find_referenced_templates(self.tree) if name}

    def included(self) -> set[str]:
        return {
            str(item.template.value)
            for item in self.tree.find_all(nodes.Include)
            if isinstance(item.template, nodes.Const)
        }

    def messages(self) -> set[str]:
        """Return what it has translated; of a plural, the singular."""
        return {
            words.value
            for call in self.tree.find_all(nodes.Call)
            if isinstance(call.node, nodes.Name) and call.node.name in _TRANSLATED
            for words in call.args[:1]
            if isinstance(words, nodes.Const) and isinstance(words.value, str)
        }

    def imported_macros(self) -> Iterator[tuple[int, str, str, str]]:
        """Yield (line, template, macro, name here) of each macro that it imports."""
        for item in self.tree.find_all(nodes.FromImport):
            template = item.template.value if isinstance(item.template, nodes.Const) else ""
            for name in item.names:
                macro, alias = name if isinstance(name, tuple) else (name, name)
                yield item.lineno, template, macro, alias

    def names_used(self) -> set[str]:
        return {item.name for item in self.tree.find_all(nodes.Name) if item.ctx == "load"}

    def plain_text(self) -> str:
        """Return what it prints outside `{% trans %}`, with a placeholder for each output."""
        return "".join(_printed(self.tree))


Templates = Mapping[str, TemplateSource]


def _printed(node: nodes.Node) -> Iterator[str]:
    if isinstance(node, nodes.Block) and node.name in _BLOCKS_INSIDE_TAGS:
        return
    if isinstance(node, nodes.Output):
        for item in node.nodes:
            yield item.data if isinstance(item, nodes.TemplateData) else _OUTPUT
    else:
        for child in node.iter_child_nodes():
            yield from _printed(child)


def bare_words(template: TemplateSource) -> list[str]:
    """Return the words between tags and in attributes that are read, outside `{% trans %}`."""
    text = template.plain_text()
    if not template.is_html:
        return _words_in(text)
    reader = _Reader()
    reader.feed(text)
    reader.close()
    return reader.found


def _words_in(text: str) -> list[str]:
    without = text.replace(_OUTPUT, " ")
    return [" ".join(line.split()) for line in without.splitlines() if _WORD.search(line)]


class _Reader(HTMLParser):
    """Collects the text of a page, and of the attributes that people read or hear."""

    def __init__(self) -> None:
        super().__init__()
        self.found: list[str] = []

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        for name, value in attrs:
            if name in _READ_ALOUD:
                self.found.extend(_words_in(value or ""))

    def handle_data(self, data: str) -> None:
        self.found.extend(_words_in(data))


def bare_strings(template: TemplateSource) -> Iterator[tuple[int, str]]:
    """Yield the strings in expressions that are words for people, outside `_()`."""
    yield from _strings(template.tree)


def _strings(node: nodes.Node) -> Iterator[tuple[int, str]]:
    if (
        isinstance(node, nodes.Call)
        and isinstance(node.node, nodes.Name)
        and node.node.name in _TRANSLATED
    ):
        return
    if isinstance(node, nodes.Const) and isinstance(node.value, str) and _WORDS.search(node.value):
        yield node.lineno, node.value
    for child in node.iter_child_nodes():
        yield from _strings(child)


def read_templates() -> dict[str, TemplateSource]:
    """Return every template of soar_lms by its name."""
    found = (path for path in sorted(FOLDER.rglob("*")) if path.is_file())
    return {
        source.name: source
        for path in found
        for source in [
            TemplateSource(path.relative_to(FOLDER).as_posix(), path.read_text(encoding="utf-8"))
        ]
    }


def made_up(**texts: str) -> Templates:
    """Return templates from keywords: `pages__a` is pages/a.html."""
    names = {name: f"{name.replace('__', '/')}.html" for name in texts}
    return {names[name]: TemplateSource(names[name], text) for name, text in texts.items()}
