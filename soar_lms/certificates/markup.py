"""From a context to HTML and CSS, by the files of its design and nothing else.

Designs come from outside the program, so their templates run in Jinja's sandbox: they see strings,
numbers and lists, every value is escaped, and nothing can be included from outside the folder.
"""

from __future__ import annotations

import base64
import html
import re
from dataclasses import asdict, dataclass
from functools import cache
from pathlib import Path
from traceback import extract_tb

from jinja2 import FunctionLoader, StrictUndefined, TemplateSyntaxError
from jinja2.sandbox import ImmutableSandboxedEnvironment

from soar_lms.certificates.context import DocumentContext
from soar_lms.certificates.designs import DOCUMENT_FILE, Design, Paper, open_design
from soar_lms.certificates.fonts import FAMILIES, faces, font_files, font_key, split_runs

FONT_SCHEME = "soar-font:"
CSS_ADDRESS = re.compile(r"""url\(\s*["']?([^"')]*)["']?\s*\)""")
_PAPERS = {Paper.LETTER: "11in 8.5in", Paper.A4: "297mm 210mm"}


@dataclass(frozen=True)
class Sheet:
    """Which style a document needs; documents that need the same one share it."""

    design: str
    paper: str
    families: tuple[str, ...]
    """The fonts of its letters; loading all of them for each document would take too long."""


class MarkupError(Exception):
    """A template of a design failed, at a line of a file."""

    def __init__(self, file: str, line: int, message: str) -> None:
        super().__init__(f"{file}:{line}: {message}")
        self.file = file
        self.line = line
        self.message = message


def write_markup(context: DocumentContext) -> str:
    """Return the HTML of a document.

    :raises MarkupError: when the design's template fails; it says where.
    """
    design = open_design(Path(context.design))
    values = asdict(context)
    try:
        return (
            make_environment(design.folder)
            .get_template(DOCUMENT_FILE)
            .render(
                certificate={**values, "qr": data_address(context.qr_svg)},
                words=values["words"],
                texts=dict(context.texts),
                pictures=design.pictures,
            )
        )
    except Exception as error:  # a template can divide by nothing, or ask for what is not there
        raise _markup_error(design, error) from error


def _markup_error(design: Design, error: Exception) -> MarkupError:
    """Say where a template failed: Jinja puts its own lines into the traceback."""
    places = [
        (frame.filename, frame.lineno or 1)
        for frame in extract_tb(error.__traceback__)
        if frame.filename in design.documents
    ]
    if isinstance(error, TemplateSyntaxError):
        places.append((error.name or DOCUMENT_FILE, error.lineno))
    name, line = places[-1] if places else (DOCUMENT_FILE, 1)
    return MarkupError(str(design.folder / name), line, str(error) or type(error).__name__)


@cache
def make_environment(folder: Path) -> ImmutableSandboxedEnvironment:
    """Return the sandbox in which the templates of a design run."""
    documents = open_design(folder).documents
    environment = ImmutableSandboxedEnvironment(
        loader=FunctionLoader(
            lambda name: (documents[name], name, lambda: True) if name in documents else None
        ),
        autoescape=True,
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
    )
    del environment.filters["safe"]  # a name is text, whatever the template thinks of it
    environment.globals.clear()
    return environment


def sheet_of(context: DocumentContext, markup: str) -> Sheet:
    """Return which style a document needs: design, paper, and the fonts of its letters."""
    return Sheet(context.design, context.paper, _find_families(context, markup))


def _find_families(context: DocumentContext, markup: str) -> tuple[str, ...]:
    words = re.sub(r"data:[^\"')]*|<[^>]*>", " ", markup)
    needed = {run.family for letter in set(html.unescape(words)) for run in split_runs(letter)}
    needed |= {run.family for run in split_runs(context.name)}
    needed.add(FAMILIES[0])
    return tuple(family for family in font_files() if family in needed)


def write_styles(sheet: Sheet) -> tuple[str, ...]:
    """Return the style sheets of a document: what every design gets, and the design's own."""
    design = open_design(Path(sheet.design))
    own = (_put_pictures(style, design) for style in design.styles)
    return (_write_base(design, sheet), *own)


def _write_base(design: Design, sheet: Sheet) -> str:
    """Return fonts, paper, and the sizes that a name or a title may get."""
    lines = []
    for key, (family, weight) in faces(sheet.families).items():
        chosen = f" font-weight: {weight};" if weight else ""
        source = f'src: url("{FONT_SCHEME}{key}");'
        lines.append(f'@font-face {{ font-family: "{family}"; {source}{chosen} }}')
    families = ", ".join(f'"{family}"' for family in sheet.families)
    lines.append(f"@page {{ size: {_PAPERS[Paper(sheet.paper)]}; margin: 0; }}")
    lines.append(f"html {{ font-family: {families}; }}")
    lines.append("* { image-rendering: crisp-edges !important; }")  # PDF/A: ISO 19005-3, 6.2.8
    lines.extend(
        f'.font-{font_key(family)} {{ font-family: "{family}"; }}' for family in sheet.families
    )
    fits = (design.layout.name, design.layout.title)
    sizes = {size for fit in fits for size in (*fit.sizes, *fit.wrapped)}
    lines.extend(f".size-{size} {{ font-size: {size}pt; }}" for size in sorted(sizes))
    return "\n".join(lines)


def _put_pictures(style: str, design: Design) -> str:
    """Return a style sheet with the design's pictures in it; every line stays where it was."""

    def replace(found: re.Match[str]) -> str:
        address = design.pictures.get(found.group(1))
        return f'url("{address}")' if address else found.group(0)

    return CSS_ADDRESS.sub(replace, style)


def data_address(svg: str) -> str:
    """Return an SVG picture as an address."""
    return "data:image/svg+xml;base64," + base64.b64encode(svg.encode()).decode()
