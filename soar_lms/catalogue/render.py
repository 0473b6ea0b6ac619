"""From a lesson's tree to blocks of HTML.

Every kind of node that may appear has a function here; there is none for raw HTML, so none can be
printed. Addresses are relative to the lesson's own (`…/learn/<module>/<setting>/<lesson>`), so
that the catalogue needs to know nothing about hosts and prefixes.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass

from markdown_it.tree import SyntaxTreeNode
from markupsafe import Markup, escape

from soar_lms.catalogue.markdown import (
    MarkdownDocument,
    child_containers,
    heading_anchors,
    read_container,
    strip_heading_id,
)
from soar_lms.catalogue.model import (
    Block,
    CheckBlock,
    HtmlBlock,
    ReflectionBlock,
    ResourceBlock,
)
from soar_lms.catalogue.pictures import Size
from soar_lms.catalogue.schema import Source


@dataclass(frozen=True)
class Labels:
    """The words that the site adds to lessons, in the lesson's language."""

    key_point: str = "Key point"
    caution: str = "Take care"
    words: str = "Words you can use"
    scenario: str = "Scenario"
    your_choice: str = "Choose what you would do"
    helps: str = "This helps"
    mixed: str = "There is a better way"
    harms: str = "This can do harm"
    go_on: str = "Go on"
    try_again: str = "Go back and choose again"
    the_end: str = "This is where this path ends."
    start_again: str = "Start the scenario again"
    source: str = "Source"
    table: str = "Table"
    transcript: str = "Read the transcript"
    captions: str = "Captions"


_SIMPLE_TAGS = {
    "paragraph": "p",
    "strong": "strong",
    "em": "em",
    "blockquote": "blockquote",
    "bullet_list": "ul",
    "ordered_list": "ol",
    "list_item": "li",
    "thead": "thead",
    "tbody": "tbody",
    "tr": "tr",
    "td": "td",
}
SizeOf = Callable[[str], Size | None]
_CITE = Markup('<sup class="cite">')
_BOXES = ("key-point", "caution", "words")


def render_lesson(
    document: MarkdownDocument,
    *,
    language: str,
    labels: Labels,
    sources: Iterable[Source],
    size_of: SizeOf,
) -> tuple[Block, ...]:
    """Compile a lesson without errors into its blocks.

    :param size_of: gives the size of a picture by its name.
    """
    return _Renderer(document, language, labels, sources, size_of).blocks()


class _Renderer:
    def __init__(
        self,
        document: MarkdownDocument,
        language: str,
        labels: Labels,
        sources: Iterable[Source],
        size_of: SizeOf,
    ) -> None:
        self.size_of = size_of
        self.document = document
        self.language = language
        self.labels = labels
        self.tables = 0
        self.sources = {source.id: number for number, source in enumerate(sources, 1)}
        self.anchors = {id(node): anchor for node, anchor in heading_anchors(document)}
        self.functions: Mapping[str, Callable[[SyntaxTreeNode], Markup]] = {
            "inline": self.inline,
            "text": lambda node: escape(node.content),
            "softbreak": lambda _: Markup("\n"),
            "hardbreak": lambda _: Markup("<br>"),
            "hr": lambda _: Markup("<hr>"),
            "code_inline": lambda node: Markup("<code>{}</code>").format(node.content),
            "code_block": lambda node: Markup("<pre><code>{}</code></pre>").format(node.content),
            "fence": lambda node: Markup("<pre><code>{}</code></pre>").format(node.content),
            "heading": self.heading,
            "link": self.link,
            "image": self.image,
            "table": self.table,
            "th": lambda node: Markup('<th scope="col">{}</th>').format(self.children(node)),
            "container_any": self.container,
        }

    def blocks(self) -> tuple[Block, ...]:
        """Join neighbouring HTML, and leave places for what is filled in on request."""
        found: list[Block] = []
        html: list[Markup] = []
        for node in self.document.root.children:
            special = self.special(node)
            if special is None:
                html.append(self.node(node))
                continue
            if html:
                found.append(HtmlBlock(Markup("\n").join(html)))
                html = []
            found.append(special)
        if html:
            found.append(HtmlBlock(Markup("\n").join(html)))
        return tuple(found)

    def special(self, node: SyntaxTreeNode) -> Block | None:
        if node.type != "container_any":
            return None
        container = read_container(node)
        if container.name == "check":
            return CheckBlock(str(container.id))
        if container.name == "resource":
            return ResourceBlock(str(container.id))
        if container.name == "reflection":
            return ReflectionBlock(str(container.id), self.children(node))
        return None

    def node(self, node: SyntaxTreeNode) -> Markup:
        if node.type == "paragraph" and node.hidden:  # an item of a tight list
            return self.children(node)
        tag = _SIMPLE_TAGS.get(node.type)
        if tag:
            return Markup("<{0}>{1}</{0}>").format(tag, self.children(node))
        return self.functions[node.type](node)

    def children(self, node: SyntaxTreeNode) -> Markup:
        return Markup("").join(self.node(child) for child in node.children)

    def inline(self, node: SyntaxTreeNode) -> Markup:
        """Keep the number of a source on the line of the words that it belongs to."""
        return self.children(node).replace(" " + _CITE, "\u00a0" + _CITE)

    def heading(self, node: SyntaxTreeNode) -> Markup:
        words = strip_heading_id(node)  # headings carry no markup but their id
        anchor = self.anchors[id(node)]
        return Markup('<{0} id="{1}">{2}</{0}>').format(node.tag, anchor, words)

    def link(self, node: SyntaxTreeNode) -> Markup:
        words = self.children(node)
        kind, _, target = str(node.attrs["href"]).partition(":")
        if kind == "source":
            return self.citation(target, words)
        if kind == "lesson":
            return Markup('<a href="{}">{}</a>').format(target, words)
        if kind == "resource":
            return Markup('<a href="../../../resources#{}">{}</a>').format(target, words)
        address = str(node.attrs["href"])
        return Markup('<a href="{}" rel="noreferrer">{}</a>').format(address, words)

    def citation(self, source_id: str, words: Markup) -> Markup:
        number = self.sources[source_id]
        address = f"../sources#{source_id}"
        if words:
            return Markup('<a href="{}">{}</a>').format(address, words)
        return _CITE + Markup('<a href="{}" aria-label="{} {}">{}</a></sup>').format(
            address, self.labels.source, number, number
        )

    def image(self, node: SyntaxTreeNode) -> Markup:
        name = str(node.attrs["src"])
        size = self.size_of(name)
        sides = Markup(' width="{}" height="{}"').format(*size) if size else ""
        picture = Markup('<img src="../media/{}" alt="{}"{} loading="lazy">').format(
            name, node.content, sides
        )
        title = node.attrs.get("title")
        if not title:
            return picture
        return Markup('<span class="figure">{}<span class="caption">{}</span></span>').format(
            picture, title
        )

    def table(self, node: SyntaxTreeNode) -> Markup:
        self.tables += 1
        return Markup(
            '<div class="table-scroll" role="region" aria-label="{} {}" tabindex="0">'
            "<table>{}</table></div>"
        ).format(self.labels.table, self.tables, self.children(node))

    def container(self, node: SyntaxTreeNode) -> Markup:
        container = read_container(node)
        if container.name in _BOXES:
            return self.box(container.name, node)
        if container.name == "video":
            return self.video(str(container.id), node)
        return self.scenario(str(container.id), node)

    def box(self, name: str, node: SyntaxTreeNode) -> Markup:
        label = getattr(self.labels, name.replace("-", "_"))
        return Markup('<div class="box box-{}"><p class="box-label">{}</p>{}</div>').format(
            name, label, self.children(node)
        )

    def video(self, name: str, node: SyntaxTreeNode) -> Markup:
        return Markup(
            '<div class="video"><video controls preload="metadata" src="../media/{0}.mp4">'
            '<track kind="captions" default src="../media/{0}.vtt" srclang="{1}" label="{2}">'
            "</video><details><summary>{3}</summary>{4}</details></div>"
        ).format(
            name,
            self.language,
            self.labels.captions,
            self.labels.transcript,
            self.children(node),
        )

    def scenario(self, name: str, node: SyntaxTreeNode) -> Markup:
        scenes = child_containers(node, "scene")
        start = f"{name}-{read_container(scenes[0]).id}"
        opening = [child for child in node.children if child not in scenes]
        return Markup(
            '<section class="scenario" aria-labelledby="{0}-label">'
            '<p class="box-label" id="{0}-label">{1}</p>{2}{3}</section>'
        ).format(
            name,
            self.labels.scenario,
            Markup("").join(self.node(child) for child in opening),
            Markup("").join(self.scene(name, start, scene) for scene in scenes),
        )

    def scene(self, scenario: str, start: str, node: SyntaxTreeNode) -> Markup:
        choices = child_containers(node, "choice")
        name = f"{scenario}-{read_container(node).id}"
        story = Markup("").join(self.node(child) for child in node.children if child not in choices)
        if choices:
            ways = Markup('<p class="choices-label">{}</p><div class="choices">{}</div>').format(
                self.labels.your_choice,
                Markup("").join(self.choice(scenario, name, choice) for choice in choices),
            )
        else:
            ways = Markup('<p class="scene-end">{} <a href="#{}">{}</a></p>').format(
                self.labels.the_end, start, self.labels.start_again
            )
        return Markup('<div class="scene" id="{}" tabindex="-1">{}{}</div>').format(
            name, story, ways
        )

    def choice(self, scenario: str, scene: str, node: SyntaxTreeNode) -> Markup:
        container = read_container(node)
        verdict = container.attributes["verdict"]
        target = f"{scenario}-{container.attributes['to']}"
        words = self.labels.try_again if target == scene else self.labels.go_on
        offered, _, *consequence = node.children
        return Markup(
            '<details class="choice"><summary>{}</summary>'
            '<div class="consequence consequence-{}"><p class="verdict">{}</p>{}'
            '<p><a class="go-on" href="#{}">{}</a></p></div></details>'
        ).format(
            self.children(offered),
            verdict,
            getattr(self.labels, verdict),
            Markup("").join(self.node(child) for child in consequence),
            target,
            words,
        )
