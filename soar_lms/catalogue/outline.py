"""What is in a lesson: headings, links, pictures, containers, words; and what is wrong with them.

Only faults that can be seen in this one file are reported here. What needs the other files is
checked in `lesson_checks.py`.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import NamedTuple

from markdown_it.tree import SyntaxTreeNode

from soar_lms.catalogue.markdown import (
    Container,
    MarkdownDocument,
    child_containers,
    heading_anchors,
    heading_id,
    inline_text,
    read_container,
    strip_heading_id,
)
from soar_lms.catalogue.problems import Mark, Problems
from soar_lms.catalogue.values import ID_PATTERN

VERDICTS = ("helps", "mixed", "harms")
LINK_KINDS = ("lesson", "source", "resource")

_PHONE = re.compile(r"(?<![\d-])(?:\+?1[-. ]?)?(?:\(\d{3}\)\s?|\d{3}[-. ])\d{3}[-. ]\d{4}(?!\d)")
_ID = re.compile(ID_PATTERN)


class ContainerRule(NamedTuple):
    """What a `:::` container takes."""

    takes_id: bool = False
    parent: str | None = None
    attributes: tuple[str, ...] = ()
    empty: bool = False
    top_level: bool = False


CONTAINERS = {
    "key-point": ContainerRule(),
    "caution": ContainerRule(),
    "words": ContainerRule(),
    "check": ContainerRule(takes_id=True, empty=True, top_level=True),
    "resource": ContainerRule(takes_id=True, empty=True, top_level=True),
    "reflection": ContainerRule(takes_id=True, top_level=True),
    "scenario": ContainerRule(takes_id=True, top_level=True),
    "scene": ContainerRule(takes_id=True, parent="scenario"),
    "choice": ContainerRule(takes_id=True, parent="scene", attributes=("to", "verdict")),
    "video": ContainerRule(takes_id=True, top_level=True),
}


class Reference(NamedTuple):
    """A link, a picture or a container that names something elsewhere."""

    kind: str
    target: str
    mark: Mark


@dataclass
class Outline:
    """What a lesson holds, in order; ids are the same in every language."""

    structure: list[tuple[str, Mark]] = field(default_factory=list)
    anchors: set[str] = field(default_factory=set)
    references: list[Reference] = field(default_factory=list)
    blocks: list[tuple[str, Mark]] = field(default_factory=list)
    sentences: list[str] = field(default_factory=list)

    def targets(self, kind: str) -> list[str]:
        return [reference.target for reference in self.references if reference.kind == kind]


def make_outline(document: MarkdownDocument, problems: Problems) -> Outline:
    """Say what is in a lesson; report the faults that can be seen in it alone."""
    found = Outline()
    _outline_headings(document, found, problems)
    for node in document.root.walk():
        _outline_node(document, node, found, problems)
    for child in document.root.children:
        found.blocks.append((_source_of(document, child), document.mark(child)))
    return found


def _outline_headings(document: MarkdownDocument, found: Outline, problems: Problems) -> None:
    level = 1
    for node, anchor in heading_anchors(document):
        mark = document.mark(node)
        here = int(node.tag[1])
        if here == 1:
            message = "headings begin at ##: the title of a lesson is in text.yaml"
            problems.error(document.file, mark, "heading", message)
        elif here > level + 1:
            message = f"the level jumps from {level} to {here}"
            problems.error(document.file, mark, "heading", message)
        level = here
        if not _ID.fullmatch(anchor):
            message = f'"{anchor}" is not an id: use a-z, 0-9 and -'
            problems.error(document.file, mark, "heading", message)
        if anchor in found.anchors:
            problems.error(document.file, mark, "heading", f'the id "{anchor}" stands twice')
        found.anchors.add(anchor)


def _outline_node(
    document: MarkdownDocument,
    node: SyntaxTreeNode,
    found: Outline,
    problems: Problems,
) -> None:
    if node.type in {"html_block", "html_inline"}:
        tag = node.content.strip().splitlines()[0]
        message = f"raw HTML is refused: {tag[:40]}"
        problems.error(document.file, document.mark(node, tag), "html", message)
    elif node.type == "heading":
        anchor = heading_id(node)
        label = f"heading {node.tag[1]}" + (f" {anchor}" if anchor else "")
        found.structure.append((label, document.mark(node)))
    elif node.type == "container_any":
        _outline_container(document, node, found, problems)
    elif node.type == "image":
        _outline_image(document, node, found, problems)
    elif node.type == "link":
        _outline_link(document, node, found, problems)
    elif node.type == "th" and not inline_text(node).strip():
        message = "a column of the table has no heading: people who listen need one"
        problems.error(document.file, document.mark(node), "table", message)
    elif node.type == "inline":
        _outline_words(document, node, found, problems)


def _outline_container(
    document: MarkdownDocument,
    node: SyntaxTreeNode,
    found: Outline,
    problems: Problems,
) -> None:
    container, mark = read_container(node), document.mark(node)
    for message in _container_faults(document, node, container):
        problems.error(document.file, mark, f"::: {container.name}".strip(), message)
    if container.name not in CONTAINERS:
        return
    label = container.name + (f" {container.id}" if container.id else "")
    found.structure.append((label, mark))
    if container.id and container.name in {"check", "resource", "video"}:
        found.references.append(Reference(container.name, container.id, mark))
    if container.name == "scenario":
        for place, message in _scenario_faults(document, node):
            problems.error(document.file, place, f"::: scenario {container.id}", message)


def _is_closed(document: MarkdownDocument, node: SyntaxTreeNode) -> bool:
    """Whether the line after the container's content is its fence, not the end of the file."""
    _, end = node.map or (0, 0)
    return end < len(document.lines) and document.lines[end].strip().startswith(node.markup)


def _container_faults(
    document: MarkdownDocument,
    node: SyntaxTreeNode,
    container: Container,
) -> Iterator[str]:
    rule = CONTAINERS.get(container.name)
    if rule is None:
        yield f'unknown container "{container.name}" (known: {", ".join(CONTAINERS)})'
        return
    if not _is_closed(document, node):
        yield f"the container is never closed: end it with {node.markup}"
    parent = _parent_container(node)
    if rule.parent and parent != rule.parent:
        yield f"belongs inside a {rule.parent}"
    if rule.top_level and not (node.parent and node.parent.is_root):
        yield "must not stand inside another block"
    yield from _header_faults(container, rule)
    if rule.empty and node.children:
        yield "has no content of its own: close it on the next line"
    if not rule.empty and not node.children:
        yield "is empty"


def _header_faults(container: Container, rule: ContainerRule) -> Iterator[str]:
    if rule.takes_id and not container.id:
        yield f"needs an id: ::: {container.name} some-id"
    if container.id and not rule.takes_id:
        yield f'takes no id, but "{container.id}" is given'
    if container.id and not _ID.fullmatch(container.id):
        yield f'"{container.id}" is not an id: use a-z, 0-9 and -'
    yield from (f"needs {name}=…" for name in rule.attributes if name not in container.attributes)
    yield from (
        f'does not know "{name}="' for name in container.attributes if name not in rule.attributes
    )
    verdict = container.attributes.get("verdict", VERDICTS[0])
    if verdict not in VERDICTS:
        yield f'verdict must be one of {", ".join(VERDICTS)}, not "{verdict}"'


def _parent_container(node: SyntaxTreeNode) -> str | None:
    parent = node.parent
    if parent is None or parent.type != "container_any":
        return None
    return read_container(parent).name


def _scenario_faults(
    document: MarkdownDocument,
    scenario: SyntaxTreeNode,
) -> Iterator[tuple[Mark, str]]:
    scenes = child_containers(scenario, "scene")
    marks: dict[str, Mark] = {}
    ways: dict[str, list[str]] = {}
    for scene in scenes:
        name, mark = read_container(scene).id or "", document.mark(scene)
        if name in ways:
            yield mark, f'the scene "{name}" stands twice'
        choices = child_containers(scene, "choice")
        marks[name] = mark
        ways[name] = [read_container(choice).attributes.get("to", "") for choice in choices]
        if len(choices) == 1:
            yield mark, f'the scene "{name}" has one choice: give at least two, or none at the end'
        yield from _choice_faults(document, choices)
    if not scenes:
        yield document.mark(scenario), "has no scenes"
        return
    yield from _graph_faults(marks, ways)


def _choice_faults(
    document: MarkdownDocument,
    choices: list[SyntaxTreeNode],
) -> Iterator[tuple[Mark, str]]:
    seen: set[str | None] = set()
    for choice in choices:
        name, mark = read_container(choice).id, document.mark(choice)
        if name in seen:
            yield mark, f'the choice "{name}" stands twice in its scene'
        seen.add(name)
        kinds = [child.type for child in choice.children]
        if kinds.count("hr") != 1 or kinds[:2] != ["paragraph", "hr"] or len(kinds) < 3:
            yield mark, "a choice is one paragraph, a line with ---, and what happens then"


def _graph_faults(
    marks: dict[str, Mark],
    ways: dict[str, list[str]],
) -> Iterator[tuple[Mark, str]]:
    for name, targets in ways.items():
        for target in targets:
            if target and target not in ways:
                yield marks[name], f'a choice leads to "{target}", and there is no such scene'
    start = next(iter(ways))
    reached = _reachable(ways, start)
    ends = {name for name, targets in ways.items() if not targets}
    for name in ways:
        if name not in reached:
            yield marks[name], f'the scene "{name}" cannot be reached'
        elif not _reachable(ways, name) & ends:
            yield marks[name], f'no end can be reached from the scene "{name}"'


def _reachable(ways: dict[str, list[str]], start: str) -> set[str]:
    reached, waiting = set(), [start]
    while waiting:
        name = waiting.pop()
        if name in ways and name not in reached:
            reached.add(name)
            waiting.extend(ways[name])
    return reached


def _outline_image(
    document: MarkdownDocument,
    node: SyntaxTreeNode,
    found: Outline,
    problems: Problems,
) -> None:
    source = str(node.attrs.get("src", ""))
    mark = document.mark(node, source)
    if not node.content.strip():
        message = f"the picture {source} has no text for people who cannot see it"
        problems.error(document.file, mark, "image", message)
    if "/" in source or ":" in source:
        message = f"{source} is not a file in media/: pictures from elsewhere are refused"
        problems.error(document.file, mark, "image", message)
    else:
        found.references.append(Reference("media", source, mark))


def _outline_link(
    document: MarkdownDocument,
    node: SyntaxTreeNode,
    found: Outline,
    problems: Problems,
) -> None:
    target = str(node.attrs.get("href", ""))
    mark = document.mark(node, target)
    kind, _, name = target.partition(":")
    if kind in LINK_KINDS:
        found.references.append(Reference(kind, name, mark))
    elif kind not in {"https", "http"}:
        message = f'cannot follow "{target}": use https://, lesson:, resource: or source:'
        problems.error(document.file, mark, "link", message)
    if kind != "source" and not inline_text(node).strip():
        problems.error(document.file, mark, "link", f"the link to {target} has no words")


def _outline_words(
    document: MarkdownDocument,
    node: SyntaxTreeNode,
    found: Outline,
    problems: Problems,
) -> None:
    text = strip_heading_id(node)
    number = _PHONE.search(text)
    if number:
        mark = document.mark(node, number.group())
        message = f"{number.group()} looks like a phone number: numbers stand in resources.yaml"
        problems.error(document.file, mark, "text", message)
    if text.strip():
        found.sentences.append(text)


def _source_of(document: MarkdownDocument, node: SyntaxTreeNode) -> str:
    start, end = node.map or (0, 0)
    return "\n".join(line.strip() for line in document.lines[start:end]).strip()
