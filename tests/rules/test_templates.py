"""Pages: titled, whole, translated, without anything inline or from anybody else."""

from __future__ import annotations

import re
from collections.abc import Callable
from pathlib import Path

import pytest
from jinja2 import nodes

from soar_lms.paths import PACKAGE
from tests.rules.templates import (
    Templates,
    TemplateSource,
    bare_strings,
    bare_words,
    made_up,
    read_templates,
)

TEMPLATES = read_templates()
Rule = Callable[[TemplateSource], list[str]]

LAYOUT = "layout.html"
WITHOUT_LAYOUT = {
    # What becomes a PDF is a document of its own.
    "cohorts/poster.html",
    "cohorts/report_paper.html",
    # A piece of a lesson, for the script that puts it in place.
    "learning/check_feedback.html",
}
NOT_FOR_PEOPLE = {
    # The first line of an e-mail's template names its subject, and is taken away.
    "Subject:"
}

_INLINE = {
    "an inline style": re.compile(r"[\s(]style\s*=|<style", re.IGNORECASE),
    "an inline handler": re.compile(r"""[\s(]on[a-z]+\s*=\s*["'{]|javascript:""", re.IGNORECASE),
    "an inline script": re.compile(r"<script(?![^>]*\ssrc=)", re.IGNORECASE),
}
_UNSAFE_FILTERS = {"safe", "forceescape"}
_COMMENT = re.compile(r"\{#.*?#\}", re.DOTALL)
_ADDRESS = re.compile(r"(?:https?:)?//[\w-]+(?:\.[\w-]+)+", re.IGNORECASE)
_NAMESPACE = re.compile(r"""xmlns(:\w+)?=["'][^"']*["']""")


# --- the checkers -------------------------------------------------------------------------------


def find_missing_blocks(name: str, templates: Templates) -> list[str]:
    """Return what a page lacks: the layout, a title, or a main part with something in it."""
    page = templates[name]
    if not page.is_html or page.is_component or name == LAYOUT or name in WITHOUT_LAYOUT:
        return []
    if any(name in other.included() for other in templates.values()):
        return []
    line_up = [page]
    while (parent := line_up[-1].parent) is not None and parent != LAYOUT:
        line_up.append(templates[parent])
    faults = [] if parent == LAYOUT else [page.at(1, f"does not extend {LAYOUT}")]
    for block in ("title", "main"):
        found = next((item for item in (one.block(block) for one in line_up) if item), None)
        if found is None or not _has_content(found):
            faults.append(page.at(1, f"the block {block} is missing or empty"))
    return faults


def _has_content(block: nodes.Block) -> bool:
    return block.find(nodes.Include) is not None or any(
        not isinstance(item, nodes.TemplateData) or item.data.strip()
        for output in block.find_all(nodes.Output)
        for item in output.nodes
    )


def find_unused_imports(template: TemplateSource) -> list[str]:
    """Return the macros that a template imports and never calls, and whole-file imports."""
    used = template.names_used()
    return [
        template.at(line, f"imports {name} and does not use it")
        for line, _, _, name in template.imported_macros()
        if name not in used
    ] + [
        template.at(item.lineno, "imports a whole file: name the macros")
        for item in template.tree.find_all(nodes.Import)
    ]


def find_inline_code(template: TemplateSource) -> list[str]:
    """Return styles, handlers and scripts that our Content-Security-Policy would not run."""
    text = _blank(_COMMENT, template.text)
    return [
        template.at(template.line_of(found.start()), what)
        for what, pattern in _INLINE.items()
        for found in pattern.finditer(text)
    ]


def _blank(pattern: re.Pattern[str], text: str) -> str:
    """Blank out what matches; everything else stays on its line."""
    return pattern.sub(lambda found: re.sub(r"[^\n]", " ", found.group()), text)


def find_unescaped_output(template: TemplateSource) -> list[str]:
    """Return where a template prints something without escaping it."""
    return [
        template.at(item.lineno, f"the filter {item.name}: safe text comes as Markup")
        for item in template.tree.find_all(nodes.Filter)
        if item.name in _UNSAFE_FILTERS
    ] + [
        template.at(item.lineno, "switches escaping")
        for item in template.tree.find_all(nodes.EvalContextModifier)
    ]


def find_untranslated_words(template: TemplateSource) -> list[str]:
    """Return text for people outside `{% trans %}` and `_()`."""
    if template.name.endswith(".css"):
        return []
    return [
        template.at(_line_with(template, words), f"not translated: {words}")
        for words in bare_words(template)
        if words not in NOT_FOR_PEOPLE
    ] + [template.at(line, f"not translated: {words}") for line, words in bare_strings(template)]


def _line_with(template: TemplateSource, words: str) -> int:
    """Return the line of the first word: between two words, a template may print another."""
    return template.line_of(max(template.text.find(words.split()[0]), 0))


def find_other_hosts(template: TemplateSource) -> list[str]:
    """Return addresses of other hosts: those stand in the content and the configuration only."""
    text = _blank(_NAMESPACE, template.text)
    return [
        template.at(template.line_of(found.start()), f"another host: {found.group()}")
        for found in _ADDRESS.finditer(text)
    ]


PAGE_RULES = [
    pytest.param(find_unused_imports, id="imports-are-used"),
    pytest.param(find_inline_code, id="nothing-inline"),
    pytest.param(find_unescaped_output, id="everything-is-escaped"),
    pytest.param(find_untranslated_words, id="everything-is-translated"),
    pytest.param(find_other_hosts, id="no-other-host"),
]


# --- the rules ----------------------------------------------------------------------------------


@pytest.mark.parametrize("name", TEMPLATES)
def test_every_page_has_the_layout_a_title_and_a_main_part(name: str) -> None:
    faults = find_missing_blocks(name, TEMPLATES)

    assert not faults, "\n".join(faults)


@pytest.mark.parametrize("rule", PAGE_RULES)
def test_every_template_is_clean(rule: Rule) -> None:
    faults = [fault for template in TEMPLATES.values() for fault in rule(template)]

    assert not faults, "\n".join(faults)


def test_static_files_name_no_other_host() -> None:
    faults = [fault for file in _static_files() for fault in find_other_hosts(file)]

    assert not faults, "\n".join(faults)


def _static_files() -> list[TemplateSource]:
    texts = {".css", ".js", ".svg", ".html", ".json", ".txt", ".webmanifest"}
    folder = PACKAGE / "static"
    return [
        TemplateSource(path.relative_to(folder).as_posix(), path.read_text(encoding="utf-8"))
        for path in sorted(folder.rglob("*"))
        if path.suffix in texts
    ]


# --- what the rules must see --------------------------------------------------------------------


WHOLE = '{% extends "layout.html" %}{% block title %}T{% endblock %}{% block main %}M{% endblock %}'


@pytest.mark.parametrize(
    ("text", "faults"),
    [
        pytest.param(WHOLE, [], id="whole"),
        pytest.param('{% extends "pages/whole.html" %}', [], id="whole-by-its-parent"),
        pytest.param(
            '{% extends "layout.html" %}{% block title %}T{% endblock %}'
            '{% block main %}{% include "pages/whole.html" %}{% endblock %}',
            [],
            id="whole-by-what-it-includes",
        ),
        pytest.param(
            '{% extends "pages/whole.html" %}{% block title %} {% endblock %}',
            ["pages/a.html:1: the block title is missing or empty"],
            id="empty-over-a-whole-parent",
        ),
        pytest.param(
            '{% extends "layout.html" %}{% block title %} {% if x %} {% endif %}{% endblock %}'
            "{% block main %}M{% endblock %}",
            ["pages/a.html:1: the block title is missing or empty"],
            id="blank-title",
        ),
        pytest.param(
            '{% extends "layout.html" %}{% block title %}{{ name }}{% endblock %}',
            ["pages/a.html:1: the block main is missing or empty"],
            id="no-main",
        ),
        pytest.param(
            "<p>page</p>",
            [
                "pages/a.html:1: does not extend layout.html",
                "pages/a.html:1: the block title is missing or empty",
                "pages/a.html:1: the block main is missing or empty",
            ],
            id="no-layout",
        ),
    ],
)
def test_a_page_that_is_not_whole_is_reported(text: str, faults: list[str]) -> None:
    templates = made_up(pages__a=text, pages__whole=WHOLE)

    assert find_missing_blocks("pages/a.html", templates) == faults


@pytest.mark.parametrize(
    ("rule", "text", "faults"),
    [
        pytest.param(
            find_unused_imports,
            '\n{% from "components/forms.html" import button, token as t %}{{ button() }}',
            ["pages/a.html:2: imports t and does not use it"],
            id="unused-macro",
        ),
        pytest.param(
            find_unused_imports,
            '{% import "components/forms.html" as forms %}{{ forms.button() }}',
            ["pages/a.html:1: imports a whole file: name the macros"],
            id="whole-import",
        ),
        pytest.param(
            find_inline_code,
            '<p style="color: red">\n<a onclick="go()">\n<script>go()</script><style></style>'
            '\n<a href="javascript:go()">{# style="x" #}<script src="{{ asset("x") }}"></script>'
            '\n{{ field(onchange="x") }}{{ field(style="y", name="z") }}',
            [
                f"pages/a.html:{line}: an inline {what}"
                for what, lines in (("style", (1, 3, 5)), ("handler", (2, 4, 5)), ("script", (3,)))
                for line in lines
            ],
            id="inline",
        ),
        pytest.param(
            find_unescaped_output,
            "{{ name | safe }}\n{% autoescape false %}{{ name }}{% endautoescape %}",
            [
                "pages/a.html:1: the filter safe: safe text comes as Markup",
                "pages/a.html:2: switches escaping",
            ],
            id="unescaped",
        ),
        pytest.param(
            find_untranslated_words,
            "<p>{% trans %}One{% endtrans %} · {{ two }}</p>\n<p>Three\n{{ x }} four</p>",
            ["pages/a.html:2: not translated: Three", "pages/a.html:3: not translated: four"],
            id="words-between-tags",
        ),
        pytest.param(
            find_untranslated_words,
            '<img alt="A bird" class="big">\n<a aria-label="{% trans %}Go{% endtrans %}">'
            '<input placeholder="Your name" title="{{ x }}">',
            [
                "pages/a.html:1: not translated: A bird",
                "pages/a.html:2: not translated: Your name",
            ],
            id="words-in-attributes",
        ),
        pytest.param(
            find_untranslated_words,
            '{{ button("Send it") }}\n{{ button(_("Send it"), kind="quiet") }}'
            '{% set a = {"class": "input", "type": type} %}{{ "Done" if done }}',
            ["pages/a.html:1: not translated: Send it", "pages/a.html:2: not translated: Done"],
            id="words-in-expressions",
        ),
        pytest.param(
            find_untranslated_words,
            "{% if x %}{% block main %}<b>{% for y in z %}more{% endfor %}</b>{% endblock %}"
            "{% endif %}{% macro m() %}words{% endmacro %}",
            ["pages/a.html:1: not translated: more", "pages/a.html:1: not translated: words"],
            id="words-inside-blocks-and-macros",
        ),
        pytest.param(
            find_other_hosts,
            '<svg xmlns="http://www.w3.org/2000/svg">\n<img src="https://cdn.example.com/a.png">'
            '\n<script src="//cdn.example.com/a.js"></script> // a remark',
            [
                "pages/a.html:2: another host: https://cdn.example.com",
                "pages/a.html:3: another host: //cdn.example.com",
            ],
            id="other-host",
        ),
    ],
)
def test_what_a_template_must_not_have_is_reported(
    rule: Rule, text: str, faults: list[str]
) -> None:
    assert rule(TemplateSource("pages/a.html", text)) == faults


def test_an_untranslated_line_of_an_email_is_reported() -> None:
    mail = TemplateSource("mail/a.txt", "Subject: {% trans %}S{% endtrans %}\n\nHello {{ name }},")

    assert find_untranslated_words(mail) == ["mail/a.txt:3: not translated: Hello ,"]


@pytest.mark.parametrize("name", sorted(WITHOUT_LAYOUT))
def test_every_exception_is_needed(name: str) -> None:
    assert TEMPLATES[name].parent is None
    assert Path(name).suffix == ".html"
