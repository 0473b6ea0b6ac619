"""YAML with positions: values and the place of each of them.

PyYAML reads YAML 1.1, keeps the last of two equal keys in silence and reads `no` as false. Here
a document is composed into nodes and built by the YAML 1.2 core rules instead
(https://yaml.org/spec/1.2.2/#103-core-schema): only `true` and `false` are booleans, a date stays
text, a key that stands twice is a problem.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path

import yaml

from soar_lms.catalogue.problems import Mark, Problems

KeyPath = tuple[str | int, ...]

_INTEGER = re.compile(r"[-+]?[0-9]+")
_FLOAT = re.compile(r"[-+]?(\.[0-9]+|[0-9]+(\.[0-9]*)?)([eE][-+]?[0-9]+)?")
_WORDS = {"true": True, "false": False, "null": None, "~": None, "": None}
_Loader: type = getattr(yaml, "CSafeLoader", yaml.SafeLoader)


@dataclass
class YamlDocument:
    """A file's data, and where each value and key stands in it."""

    file: str
    data: object = None
    values: dict[KeyPath, Mark] = field(default_factory=dict)
    keys: dict[KeyPath, Mark] = field(default_factory=dict)

    def mark(self, path: KeyPath) -> Mark:
        """Return where the value at `path` stands, or its nearest parent that exists."""
        for length in range(len(path), -1, -1):
            if path[:length] in self.values:
                return self.values[path[:length]]
        return Mark()

    def key_mark(self, path: KeyPath) -> Mark:
        """Return where the key at the end of `path` stands."""
        return self.keys.get(path) or self.mark(path)


def read_yaml(path: Path, file: str, problems: Problems) -> YamlDocument | None:
    """Read one file; None (and a problem) when it is no YAML at all."""
    try:
        text = path.read_text(encoding="utf-8")
    except UnicodeDecodeError as error:
        problems.error(file, Mark(), "file", f"is not UTF-8 text (byte {error.start})")
        return None
    return parse_yaml(text, file, problems)


def parse_yaml(text: str, file: str, problems: Problems) -> YamlDocument | None:
    """Parse `text`; None (and a problem) when it is no YAML at all."""
    try:
        root = yaml.compose(text, Loader=_Loader)
    except yaml.MarkedYAMLError as error:
        mark = error.problem_mark
        place = Mark(mark.line + 1, mark.column + 1) if mark else Mark()
        problems.error(file, place, "yaml", f"cannot be read: {error.problem}")
        return None
    except yaml.YAMLError as error:
        problems.error(file, Mark(), "yaml", f"cannot be read: {error}")
        return None
    document = YamlDocument(file)
    if root is None:
        problems.error(file, Mark(), "yaml", "the file is empty")
        return None
    document.data = _build(root, (), document, problems)
    return document


def _build(node: yaml.Node, path: KeyPath, document: YamlDocument, problems: Problems) -> object:
    document.values[path] = _mark(node)
    if isinstance(node, yaml.MappingNode):
        return dict(_build_items(node, path, document, problems))
    if isinstance(node, yaml.SequenceNode):
        return [
            _build(item, (*path, index), document, problems)
            for index, item in enumerate(node.value)
        ]
    assert isinstance(node, yaml.ScalarNode)
    return _scalar(node)


def _build_items(
    node: yaml.MappingNode,
    path: KeyPath,
    document: YamlDocument,
    problems: Problems,
) -> Iterator[tuple[str, object]]:
    seen: dict[str, Mark] = {}
    for key_node, value_node in node.value:
        key = str(key_node.value)
        mark = _mark(key_node)
        key_path = (*path, key)
        if key in seen:
            problems.error(
                document.file,
                mark,
                dotted(key_path),
                f"duplicate key: it stands on line {seen[key].line} already",
            )
            continue
        seen[key] = mark
        document.keys[key_path] = mark
        yield key, _build(value_node, key_path, document, problems)


def _scalar(node: yaml.ScalarNode) -> object:
    text = str(node.value)
    if node.style:  # quoted or a block: text, whatever it looks like
        return text
    if text in _WORDS:
        return _WORDS[text]
    if _INTEGER.fullmatch(text):
        return int(text)
    if _FLOAT.fullmatch(text):
        return float(text)
    return text


def _mark(node: yaml.Node) -> Mark:
    return Mark(node.start_mark.line + 1, node.start_mark.column + 1)


def dotted(path: KeyPath) -> str:
    """Write a path as authors read it: `questions.post-minor.correct`."""
    return ".".join(str(part) for part in path) or "file"
