"""`soar-lms certificates design check`: what is wrong with a design, with the line of each fault.

Whatever would only show when somebody opens their certificate is found before: samples of every
language are printed, and what the renderer complains about is a problem of the file it stands in.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import replace
from html.parser import HTMLParser
from pathlib import Path

from jinja2 import TemplateSyntaxError, nodes

from soar_lms.catalogue.problems import Mark, Problem, Problems
from soar_lms.certificates.context import has_long_statement
from soar_lms.certificates.designs import (
    DOCUMENT_FILE,
    SPEC_FILE,
    STYLE_FILE,
    Design,
    Paper,
    read_design,
)
from soar_lms.certificates.documents import PDFError, make_sample
from soar_lms.certificates.markup import CSS_ADDRESS, MarkupError, make_environment
from soar_lms.certificates.models import Certificate
from soar_lms.certificates.painting import count_pages
from soar_lms.certificates.samples import make_samples

_PLACE = re.compile(r" at (\d+):(\d+)")
_REFUSED_TAGS = {"script", "link", "style", "iframe", "object", "embed", "base", "form", "video"}
_NEEDED = ("certificate.code", "certificate.qr", "certificate.name")


def check_design(folder: Path, languages: list[str]) -> list[Problem]:
    """Return everything that is wrong with the design in a folder; nothing: it can be used."""
    problems = Problems()
    design = read_design(folder, problems)
    if design is None or problems.has_errors():
        return problems.sorted()
    _check_languages(design, languages, problems)
    for path in sorted(folder.glob("*.html")):
        _check_template(path, design, problems)
    _check_style(design, problems)
    if not problems.has_errors():
        for language in languages:
            _print_samples(design, language, problems)
    return problems.sorted()


def _check_languages(design: Design, languages: list[str], problems: Problems) -> None:
    spec, file = design.spec, str(design.folder / SPEC_FILE)
    texts = {f"texts.{key}": text for key, text in spec.texts.items()}
    if spec.logo:
        texts["logo.alt"] = spec.logo.alt
    for number, signature in enumerate(spec.signatures):
        if signature.role:
            texts[f"signatures.{number}.role"] = signature.role
    for path, text in texts.items():
        for language in languages:
            if language not in text:
                problems.error(file, Mark(), path, f"is not there in {language}")


# --- document.html ----------------------------------------------------------------------------


def _check_template(path: Path, design: Design, problems: Problems) -> None:
    source = design.documents[path.name]
    environment = make_environment(design.folder)
    try:
        tree = environment.parse(source)
        environment.compile(source)
    except TemplateSyntaxError as error:
        problems.error(str(path), Mark(error.lineno), "template", str(error.message))
        return
    for change in tree.find_all(nodes.EvalContextModifier):
        words = "autoescape cannot be changed: names are text"
        problems.error(str(path), Mark(change.lineno), "template", words)
    _TagCheck(path, problems).feed(source)
    if path.name == DOCUMENT_FILE:
        _check_needed(path, design, problems)


def _check_needed(path: Path, design: Design, problems: Problems) -> None:
    everything = "\n".join(design.documents.values())
    for name in _NEEDED:
        if name not in everything:
            words = f"{{{{ {name} }}}} stands nowhere: a certificate cannot do without it"
            problems.error(str(path), Mark(), "template", words)
    for tag, words in (("<title>", "a title"), ("<h1", "a heading <h1>")):
        if tag not in everything:
            problems.error(str(path), Mark(), "html", f"has no {tag}: screen readers need {words}")


class _TagCheck(HTMLParser):
    """Look at every tag of a template, where it stands."""

    def __init__(self, path: Path, problems: Problems) -> None:
        super().__init__()
        self.path = path
        self.problems = problems

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        """Note what a document must not have, or cannot do without."""
        values = dict(attrs)
        if tag in _REFUSED_TAGS:
            self._say(f"<{tag}> is not for certificates; style belongs into {STYLE_FILE}")
        if tag == "html" and not values.get("lang"):
            self._say('<html> needs lang="{{ certificate.language }}"')
        if tag == "img" and not (values.get("alt") or "").strip():
            self._say('<img> needs words in alt="…"; decoration is a background in the style')
        if tag == "img" and "{{" not in (values.get("src") or ""):
            self._say('<img> takes src="{{ pictures["…"] }}": a picture of the folder')
        for name in values:
            if name.startswith("on"):
                self._say(f"{name}: a document does not run anything")

    def _say(self, words: str) -> None:
        line, column = self.getpos()
        self.problems.error(str(self.path), Mark(line, column + 1), "html", words)


# --- style.css --------------------------------------------------------------------------------


def _check_style(design: Design, problems: Problems) -> None:
    file = str(design.folder / STYLE_FILE)
    for number, line in _own_lines(design):
        for address in CSS_ADDRESS.findall(line):
            if address not in design.pictures:
                known = ", ".join(design.pictures) or "none"
                words = f'url("{address}") is no picture of the folder (known: {known})'
                problems.error(file, Mark(number), "css", words)
        if "@import" in line:
            problems.error(file, Mark(number), "css", "@import: style is whole in its file")


def _own_lines(design: Design) -> Iterator[tuple[int, str]]:
    """Return the lines of a design's own style; what it is based on was checked before."""
    path = design.folder / STYLE_FILE
    if path.is_file():
        yield from enumerate(path.read_text(encoding="utf-8").splitlines(), 1)


# --- printing ---------------------------------------------------------------------------------


def _print_samples(design: Design, language: str, problems: Problems) -> None:
    """Print every sample; a fault that many of them have is said once."""
    said: set[Problem] = set()
    for paper in (design.spec.paper,) if design.spec.paper else Paper:
        for case, certificate in make_samples(language, paper).items():
            for problem in _faults_of_sample(certificate, design):
                if problem not in said:
                    said.add(problem)
                    words = f"{problem.message} ({language}, {paper}, {case})"
                    problems.found.append(replace(problem, message=words))


def _faults_of_sample(certificate: Certificate, design: Design) -> Iterator[Problem]:
    style = str(design.folder / STYLE_FILE)
    try:
        pages = count_pages(make_sample(certificate, design))
    except PDFError as error:
        yield from _faults_in(error, style)
        return
    if pages > 1 and not has_long_statement(certificate, design):
        yield Problem(style, 1, 1, "css", f"a sample takes {pages} pages; it should be one")


def _faults_in(error: PDFError, style: str) -> Iterator[Problem]:
    cause = error.__cause__
    if isinstance(cause, MarkupError):
        yield Problem(cause.file, cause.line, 1, "template", cause.message)
        return
    for complaint in str(error).split("; "):
        place = _PLACE.search(complaint)
        line, column = (int(place.group(1)), int(place.group(2))) if place else (1, 1)
        yield Problem(style, line, column, "css", complaint)
