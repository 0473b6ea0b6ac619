"""Designs: what certificates look like. A folder for each version; a row names the one it has.

A design is `design.yaml`, `document.html`, `style.css` and pictures; `docs/certificates.md` is the
manual. The program's own is one of them. Versions lie side by side, so that what was issued once
looks the same for ever.
"""

from __future__ import annotations

import base64
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from enum import StrEnum
from functools import cache
from pathlib import Path
from typing import Annotated

from pydantic import Field

from soar_lms.catalogue.problems import ContentError, Mark, Problems
from soar_lms.catalogue.validation import read_model
from soar_lms.catalogue.values import Content, Id, Line, Translated, read_choice
from soar_lms.catalogue.yaml_source import YamlDocument, read_yaml
from soar_lms.paths import PACKAGE

SPEC_FILE, DOCUMENT_FILE, STYLE_FILE = "design.yaml", "document.html", "style.css"
BUILT_IN = PACKAGE / "designs"
PICTURE_TYPES = {
    ".png": "image/png",
    ".jpg": "image/jpeg",
    ".jpeg": "image/jpeg",
    ".svg": "image/svg+xml",
}
MOST_PICTURE_BYTES = 500_000


class Paper(StrEnum):
    """What certificates are printed on."""

    LETTER = "letter"
    A4 = "a4"


Version = Annotated[int, Field(ge=1, le=10_000)]
Millimetres = Annotated[int, Field(ge=20, le=280)]
Points = Annotated[int, Field(ge=6, le=96)]
FileName = Annotated[str, Field(min_length=1, max_length=100)]
Sizes = Annotated[tuple[Points, ...], Field(min_length=1, max_length=12, strict=False)]


class Pin(Content):
    """One version of one design."""

    id: Id
    version: Version


class LogoSpec(Content):
    """The picture on top, in place of our emblem."""

    picture: FileName
    alt: Translated
    """What it says, for people who do not see it."""


class SignatureSpec(Content):
    """Somebody who signs: in ink, by name, or both."""

    name: Line
    role: Translated | None = None
    picture: FileName | None = None


class FitSpec(Content):
    """The box of a text that may be long: the first size that fits in one line, then in more."""

    width: Millimetres
    sizes: Sizes
    wrapped: Sizes
    height: Annotated[int, Field(ge=5, le=200)]
    weight: Annotated[int, Field(ge=100, le=900)] = 400


class StatementSpec(Content):
    """How much of an accreditor's statement stands on the first page; more goes to the next."""

    width: Millimetres
    size: Points
    lines: Annotated[int, Field(ge=0, le=20)]


class LayoutSpec(Content):
    """The measures that `style.css` goes by; needed with a `document.html`."""

    name: FitSpec
    title: FitSpec
    statement: StatementSpec


class DesignFile(Content):
    """`design.yaml`."""

    id: Id
    version: Version
    based_on: Pin | None = None
    """A design whose document, style and layout are used: only what is named here is other."""
    paper: Annotated[Paper, read_choice(Paper)] | None = None
    """The one paper it is made for; without it, that of the site."""
    logo: LogoSpec | None = None
    address: Annotated[tuple[Line, ...], Field(max_length=4, strict=False)] = ()
    """Lines below the provider's name."""
    signatures: Annotated[tuple[SignatureSpec, ...], Field(max_length=3, strict=False)] = ()
    texts: Mapping[Id, Translated] = {}
    """Words of one's own for `document.html`, by id."""
    layout: LayoutSpec | None = None


@dataclass(frozen=True)
class Design:
    """A design, read and found whole."""

    folder: Path
    spec: DesignFile
    layout: LayoutSpec
    documents: Mapping[str, str]
    """Templates by file name: `document.html`, and what it includes."""
    styles: tuple[str, ...]
    """That of the design it is based on first, then its own."""
    pictures: Mapping[str, str]
    """Pictures by file name, as `data:` addresses."""

    @property
    def pin(self) -> tuple[str, int]:
        return self.spec.id, self.spec.version


@dataclass(frozen=True)
class Look:
    """How a certificate is printed; kept in its row."""

    design: str = "soar"
    version: int = 1
    paper: Paper = Paper.LETTER


BUILT_IN_LOOK = Look()


class DesignMissingError(Exception):
    """A certificate names a design that is not there; the message says where it should be."""


def list_folders(designs: Path | None) -> Iterator[Path]:
    """Return the folder of every design: the program's own, then those of the site."""
    for root in (BUILT_IN, designs):
        if root is not None:
            yield from sorted(path.parent for path in root.glob(f"*/{SPEC_FILE}"))


@cache
def load_designs(designs: Path | None) -> Mapping[tuple[str, int], Design]:
    """Read every design, by id and version.

    :raises ContentError: when one of them has faults; it names all of them.
    """
    problems = Problems()
    found: dict[tuple[str, int], Design] = {}
    for folder in list_folders(designs):
        design = read_design(folder, problems)
        if design is None:
            continue
        if design.pin in found:
            words = f"is the same design and version as {found[design.pin].folder}"
            problems.error(str(folder / SPEC_FILE), Mark(), "version", words)
        found[design.pin] = design
    if problems.has_errors():
        raise ContentError(problems.sorted())
    return found


def get_design(designs: Path | None, design_id: str, version: int) -> Design:
    """Return one version of a design.

    :raises DesignMissingError: when it is not there.
    """
    found = load_designs(designs).get((design_id, version))
    if found is None:
        place = designs or "SOAR_DESIGNS, which is not set"
        raise DesignMissingError(
            f"version {version} of the certificate design {design_id} is gone: put its folder "
            f"back into {place}"
        )
    return found


def newest_design(designs: Path | None, design_id: str) -> Design:
    """Return the version of a design that new certificates get.

    :raises DesignMissingError: when there is no such design.
    """
    versions = [version for known, version in load_designs(designs) if known == design_id]
    if not versions:
        known = ", ".join(sorted({known for known, _ in load_designs(designs)}))
        raise DesignMissingError(f'there is no certificate design "{design_id}" (known: {known})')
    return get_design(designs, design_id, max(versions))


def choose_look(designs: Path | None, design_id: str, paper: str) -> Look:
    """Return how new certificates look: the newest version, on its own paper or the site's.

    :raises DesignMissingError: when there is no such design.
    """
    spec = newest_design(designs, design_id).spec
    return Look(spec.id, spec.version, spec.paper or Paper(paper))


@cache
def open_design(folder: Path) -> Design:
    """Return the design of a folder, read once for each process.

    :raises ContentError: when it has faults.
    """
    problems = Problems()
    design = read_design(folder, problems)
    if design is None or problems.has_errors():
        raise ContentError(problems.sorted())
    return design


# --- reading ----------------------------------------------------------------------------------


def read_design(folder: Path, problems: Problems) -> Design | None:
    """Read a folder; everything that is wrong with its files is a problem.

    What only shows when it is printed is found by `design_check`.
    """
    file = folder / SPEC_FILE
    if not file.is_file():
        problems.error(str(file), Mark(), "file", "the file is missing")
        return None
    document = read_yaml(file, str(file), problems)
    spec = read_model(document, DesignFile, problems) if document else None
    if document is None or spec is None:
        return None
    base = _read_base(document, spec, problems)
    if spec.based_on is not None and base is None:
        return None
    pictures = dict(_read_pictures(folder, problems))
    _check_names(document, spec, pictures, problems)
    layout = spec.layout or (base.layout if base else None)
    if layout is None:
        words = 'the key "layout" is missing; only a design with based_on may leave it out'
        problems.error(str(file), Mark(), "file", words)
        return None
    if base is None:
        _check_files(folder, problems)
    documents = {path.name: _read_text(path, problems) for path in sorted(folder.glob("*.html"))}
    style = folder / STYLE_FILE
    styles = (_read_text(style, problems),) if style.is_file() else ()
    return Design(
        folder=folder,
        spec=spec,
        layout=layout,
        documents={**(base.documents if base else {}), **documents},
        styles=(*(base.styles if base else ()), *styles),
        pictures={**(base.pictures if base else {}), **pictures},
    )


def _read_base(document: YamlDocument, spec: DesignFile, problems: Problems) -> Design | None:
    """Return the program's design that another is based on; those of sites stand alone."""
    if spec.based_on is None:
        return None
    folder = BUILT_IN / f"{spec.based_on.id}-{spec.based_on.version}"
    if not (folder / SPEC_FILE).is_file():
        known = ", ".join(sorted(path.name for path in BUILT_IN.iterdir()))
        words = f"there is no design of the program with this id and version (known: {known})"
        problems.error(document.file, document.mark(("based_on",)), "based_on", words)
        return None
    return open_design(folder)


def _check_files(folder: Path, problems: Problems) -> None:
    for name in (DOCUMENT_FILE, STYLE_FILE):
        if not (folder / name).is_file():
            words = "the file is missing; only a design with based_on may leave it out"
            problems.error(str(folder / name), Mark(), "file", words)


def _read_text(path: Path, problems: Problems) -> str:
    try:
        return path.read_text(encoding="utf-8")
    except UnicodeDecodeError as error:
        problems.error(str(path), Mark(), "file", f"is not UTF-8 text (byte {error.start})")
        return ""


def _read_pictures(folder: Path, problems: Problems) -> Iterator[tuple[str, str]]:
    for path in sorted(folder.iterdir()):
        kind = PICTURE_TYPES.get(path.suffix.lower())
        if kind is None or not path.is_file():
            continue
        data = path.read_bytes()
        fault = picture_fault(path, data)
        if fault:
            problems.error(str(path), Mark(), "file", fault)
        else:
            yield path.name, f"data:{kind};base64,{base64.b64encode(data).decode()}"


def picture_fault(path: Path, data: bytes) -> str | None:
    """Say what is wrong with a picture; None: it can be printed."""
    if path.is_symlink():
        return "is a link; a design is whole in its folder"
    if len(data) > MOST_PICTURE_BYTES:
        return f"has more than {MOST_PICTURE_BYTES // 1_000} kB; make it smaller"
    if path.suffix.lower() == ".svg":
        return _svg_fault(data)
    return _pixel_fault(data)


def _pixel_fault(data: bytes) -> str | None:
    from io import BytesIO

    from PIL import Image

    try:
        with Image.open(BytesIO(data), formats=("PNG", "JPEG")) as picture:
            picture.verify()
    except Exception:  # Pillow raises whatever its decoders do
        return "is no PNG or JPEG picture that can be read"
    return None


def _svg_fault(data: bytes) -> str | None:
    """Say what is wrong with an SVG; what it would load or run is never wanted."""
    from xml.etree import ElementTree as ET

    if b"<!DOCTYPE" in data or b"<!ENTITY" in data:
        return "must have no DOCTYPE and no entities"
    try:
        root = ET.fromstring(data)  # noqa: S314  # entities were refused above
    except ET.ParseError as error:
        return f"cannot be read: {error}"
    for element in root.iter():
        tag = str(element.tag).rpartition("}")[2]
        if tag in {"script", "foreignObject", "image", "style", "text"}:
            return f"must have no <{tag}>; draw paths and shapes only"
        for name, value in element.attrib.items():
            reference = name.rpartition("}")[2] == "href" and not value.startswith("#")
            if reference or "url(" in value.replace("url(#", ""):
                return f'must not refer to "{value[:80]}"; everything has to be in the file'
    return None


def _check_names(
    document: YamlDocument, spec: DesignFile, pictures: Mapping[str, str], problems: Problems
) -> None:
    """Say which pictures are named and not there."""
    named: list[tuple[tuple[str | int, ...], str | None]] = [
        (("logo", "picture"), spec.logo.picture if spec.logo else None),
        *(
            (("signatures", number, "picture"), signature.picture)
            for number, signature in enumerate(spec.signatures)
        ),
    ]
    for path, name in named:
        if name is not None and name not in pictures:
            known = ", ".join(pictures) or "none"
            words = f'there is no picture "{name}" in the folder (known: {known})'
            problems.error(document.file, document.mark(path), ".".join(map(str, path)), words)
