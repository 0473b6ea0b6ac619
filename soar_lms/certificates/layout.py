"""From a manuscript to what is set: WeasyPrint lays out and draws, and what repeats is done once.

What is kept between documents belongs to a style sheet: its rules, its fonts and their subsets, the
styles of elements. None of it changes a byte. Import this late: it loads WeasyPrint.
"""

from __future__ import annotations

import atexit
import hashlib
import logging
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import datetime
from functools import lru_cache
from typing import Any

import pydyf
import weasyprint
from weasyprint.pdf import VARIANTS, generate_pdf
from weasyprint.text.fonts import FontConfiguration
from weasyprint.urls import URLFetcher, URLFetcherResponse

from soar_lms.certificates.embedding import Fonts, FontStore
from soar_lms.certificates.fonts import face_bytes, faces, font_files
from soar_lms.certificates.manuscript import Attachment, Manuscript, PDFError
from soar_lms.certificates.pictures import Pictures, StoredImages
from soar_lms.certificates.typeset import Typeset, deflate
from soar_lms.certificates.warm_styles import Plans, WarmDocument
from soar_lms.certificates.xmp import declare_ua

FONT_SCHEME = "soar-font:"
VARIANT = "pdf/a-3a"
_OPTIONS: dict[str, Any] = (
    weasyprint.DEFAULT_OPTIONS | VARIANTS[VARIANT][1] | {"pdf_variant": VARIANT}
)
STYLES = 16
"""How many style sheets are kept; one for each design."""


def lay_out(manuscript: Manuscript) -> Typeset:
    """Lay out one document.

    :raises PDFError: when anything it needs is not there, or is not understood.
    """
    style = load_style(manuscript.styles)
    with _complaints_are_errors():
        document = style.lay_out(manuscript.markup)
        attachments = [_attach(item, manuscript.created) for item in manuscript.attachments]
        pdf = generate_pdf(document, None, 1, **(_OPTIONS | {"attachments": attachments}))
    return _make_typeset(pdf, document.metadata.lang or "", manuscript)


class _Style:
    """Style sheets with everything that its documents share."""

    def __init__(self, texts: tuple[str, ...]) -> None:
        self._fonts = FontConfiguration()
        self._store = FontStore()
        self._plans = Plans("\n".join(texts))
        self._images = StoredImages()
        self._fetcher = make_fetcher()
        with _complaints_are_errors():
            self._sheets = [
                weasyprint.CSS(string=text, url_fetcher=self._fetcher, font_config=self._fonts)
                for text in texts
            ]

    def lay_out(self, markup: str) -> Any:
        html = weasyprint.HTML(string=markup, url_fetcher=self._fetcher, base_url="soar:")
        pictures = Pictures(self._images)
        options = _OPTIONS | {"stylesheets": self._sheets, "cache": pictures}
        document = WarmDocument.lay_out(html, self._fonts, self._plans, options)
        document.fonts = Fonts(self._store)
        return document


load_style = lru_cache(maxsize=STYLES)(_Style)
# Emptied at the end: WeasyPrint's fonts must go before the modules they call.
atexit.register(load_style.cache_clear)


def _attach(attachment: Attachment, created: str) -> Any:
    moment = datetime.fromisoformat(created)
    return weasyprint.Attachment(
        string=attachment.body,
        name=attachment.name,
        description=attachment.description,
        relationship=attachment.relationship,
        created=moment,
        modified=moment,
    )


def make_fetcher() -> Any:
    """Return a fetcher that knows our fonts and `data:`, and refuses everything else."""

    class PackagedFilesOnly(URLFetcher):
        def fetch(self, url: str, headers: Any = None) -> Any:
            if url.startswith("data:"):
                return super().fetch(url, headers)
            key = url.removeprefix(FONT_SCHEME)
            if url.startswith(FONT_SCHEME) and key in faces(font_files()):
                return URLFetcherResponse(url, face_bytes(key), {"Content-Type": "font/ttf"})
            raise ValueError(f"refused: {url}")

    return PackagedFilesOnly(allowed_protocols={"data"})


@contextmanager
def _complaints_are_errors() -> Iterator[None]:
    """WeasyPrint only logs what it could not load or did not understand: here that is an error."""
    complaints: list[str] = []

    class Collector(logging.Handler):
        def emit(self, record: logging.LogRecord) -> None:
            complaints.append(record.getMessage())

    logger, collector = logging.getLogger("weasyprint"), Collector(logging.WARNING)
    logger.addHandler(collector)
    try:
        yield
    finally:
        logger.removeHandler(collector)
    if complaints:
        raise PDFError("; ".join(complaints))


# --- from WeasyPrint's objects to ours ----------------------------------------------------------


def _make_typeset(pdf: Any, language: str, manuscript: Manuscript) -> Typeset:
    catalog = pdf.catalog
    _declare_ua(pdf)
    _link_directly(pdf)
    if "AF" in catalog:
        catalog["AF"] = pydyf.Array(dict.fromkeys(catalog["AF"]))  # WeasyPrint names each twice
    pdf.add_object(pdf.info)
    structure = _number(catalog["StructTreeRoot"])
    root = pdf.objects[structure]
    pages = tuple(pdf.pages["Kids"][::3])
    contents = frozenset(_number(pdf.objects[page]["Contents"]) for page in pages)
    return Typeset(
        objects=tuple(_write(item, item.number in contents) for item in pdf.objects),
        streams=frozenset(item.number for item in pdf.objects if isinstance(item, pydyf.Stream)),
        contents=contents,
        catalog=catalog.number,
        info=pdf.info.number,
        tree=pdf.pages.number,
        pages=pages,
        structure=structure,
        element=_number(root["K"][0]),
        profile=catalog["OutputIntents"].data,
        parents=tuple(map(_write_value, pdf.objects[_number(root["ParentTree"])]["Nums"][1::2])),
        identifier=hashlib.md5(manuscript.identifier.encode(), usedforsecurity=False).digest(),
        label=manuscript.label,
        language=language,
    )


def _declare_ua(pdf: Any) -> None:
    """Say in the metadata that the file is PDF/UA-1 too; WeasyPrint declares one profile only."""
    metadata = pdf.objects[_number(pdf.catalog["Metadata"])]
    metadata.stream[0] = declare_ua(metadata.stream[0])
    metadata.compress = False  # so that programs that know no PDF can read it, the code included


def _link_directly(pdf: Any) -> None:
    """Let links inside of a document name the place, not a name that another document has too."""
    names = pdf.catalog.get("Names", {}).pop("Dests", None)
    if names is None:
        return
    pairs = names["Names"]
    places = {name.string: place for name, place in zip(pairs[::2], pairs[1::2], strict=True)}
    for item in pdf.objects:
        if isinstance(item, dict) and item.get("Subtype") == "/Link" and "Dest" in item:
            item["Dest"] = places[item["Dest"].string]


def _number(reference: bytes) -> int:
    return int(reference.split()[0])


def _write_value(value: Any) -> bytes:
    return value if isinstance(value, bytes) else bytes(value.data)


def _write(item: Any, is_content: bool) -> bytes:
    """Return the bytes of an object; WeasyPrint would compress each stream twice."""
    if item.number == 0:
        return b""
    if not isinstance(item, pydyf.Stream):
        return bytes(item.data)
    data = item.stream[0] if len(item.stream) == 1 else b"\n".join(map(_to_bytes, item.stream))
    data = _to_bytes(data)
    extra = pydyf.Dictionary(dict(item.extra))
    if item.compress:
        extra["Filter"] = "/FlateDecode"
        # Glyphs that stand where the font puts them need no number between them.
        data = deflate(data.replace(b">0<", b"")) if is_content else _deflate_once(data)
    extra["Length"] = len(data)
    return b"\n".join((extra.data, b"stream", data, b"endstream"))


_to_bytes = pydyf._to_bytes
_deflate_once = lru_cache(maxsize=256)(deflate)
