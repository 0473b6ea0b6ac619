"""The document: from a context to the bytes of a PDF that is PDF/A-3a and PDF/UA-1 in one.

The same context gives the same bytes in every process. Nothing is fetched: the template gets fonts
from the wheels, pictures as data, and every other address is an error.
"""

from __future__ import annotations

import atexit
import hashlib
import logging
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import datetime
from functools import lru_cache
from typing import TYPE_CHECKING, Any

from soar_lms.certificates.context import DocumentContext
from soar_lms.certificates.fonts import face_bytes, faces, font_files
from soar_lms.certificates.markup import FONT_SCHEME, Sheet, sheet_of, write_markup, write_styles

if TYPE_CHECKING:
    from weasyprint import CSS
    from weasyprint.text.fonts import FontConfiguration

_UA_NAMESPACE = "http://www.aiim.org/pdfua/ns/id/"

# PDF/A wants every property explained that it does not know itself (ISO 19005-3, 6.6.2.3.3).
_UA_METADATA = f"""
<rdf:Description rdf:about="" xmlns:pdfuaid="{_UA_NAMESPACE}" pdfuaid:part="1"/>
<rdf:Description rdf:about=""
 xmlns:pdfaExtension="http://www.aiim.org/pdfa/ns/extension/"
 xmlns:pdfaSchema="http://www.aiim.org/pdfa/ns/schema#"
 xmlns:pdfaProperty="http://www.aiim.org/pdfa/ns/property#">
<pdfaExtension:schemas><rdf:Bag><rdf:li rdf:parseType="Resource">
<pdfaSchema:schema>PDF/UA identification schema</pdfaSchema:schema>
<pdfaSchema:namespaceURI>{_UA_NAMESPACE}</pdfaSchema:namespaceURI>
<pdfaSchema:prefix>pdfuaid</pdfaSchema:prefix>
<pdfaSchema:property><rdf:Seq><rdf:li rdf:parseType="Resource">
<pdfaProperty:name>part</pdfaProperty:name>
<pdfaProperty:valueType>Integer</pdfaProperty:valueType>
<pdfaProperty:category>internal</pdfaProperty:category>
<pdfaProperty:description>Part of ISO 14289</pdfaProperty:description>
</rdf:li></rdf:Seq></pdfaSchema:property>
</rdf:li></rdf:Bag></pdfaExtension:schemas>
</rdf:Description>
</rdf:RDF>""".encode()


@dataclass(frozen=True)
class Attachment:
    """A file that a document carries as its source."""

    name: str
    description: str
    body: bytes
    made_at: datetime
    """Printed into the file: the same every time."""


class PDFError(Exception):
    """A document could not be made as it must be; the message says what is missing."""


def render_pdf(context: DocumentContext, attachments: tuple[Attachment, ...] = ()) -> bytes:
    """Make the document, with the files it carries.

    :raises PDFError: when WeasyPrint or Pango is missing, or anything it needs is not there.
    """
    weasyprint = load_weasyprint()
    html = write_markup(context)
    styles, font_configuration = _style(sheet_of(context, html))
    with _complaints_are_errors():
        pdf: bytes = weasyprint.HTML(
            string=html, url_fetcher=_make_fetcher(), base_url="soar:"
        ).write_pdf(
            stylesheets=styles,
            font_config=font_configuration,
            pdf_variant="pdf/a-3a",
            pdf_tags=True,
            pdf_identifier=hashlib.md5(context.code.encode(), usedforsecurity=False).digest(),
            attachments=[_attach(weasyprint, item) for item in attachments],
            finisher=_declare_ua,
        )
    return pdf


def _attach(weasyprint: Any, item: Attachment) -> Any:
    return weasyprint.Attachment(
        string=item.body,
        name=item.name,
        description=item.description,
        relationship="Source",
        created=item.made_at,
        modified=item.made_at,
    )


def load_weasyprint() -> Any:
    """Import WeasyPrint, which takes a second and needs Pango.

    :raises PDFError: when it cannot be loaded; says what to install.
    """
    try:
        import weasyprint
    except (ImportError, OSError) as error:
        raise PDFError(
            "WeasyPrint cannot load Pango. Debian and Ubuntu: apt-get install libpango-1.0-0 "
            f"libpangoft2-1.0-0 libharfbuzz-subset0. macOS: brew install pango. ({error})"
        ) from error
    return weasyprint


@lru_cache(maxsize=16)  # emptied at the end: WeasyPrint's fonts must go before what they call
def _style(sheet: Sheet) -> tuple[list[CSS], FontConfiguration]:
    """Parse the style sheets and load the fonts once for all documents that need the same."""
    weasyprint = load_weasyprint()
    from weasyprint.text.fonts import FontConfiguration

    if not font_files():
        raise PDFError("no fonts are installed: pip install fontpkg-public-sans fontpkg-noto-sans")
    font_configuration = FontConfiguration()
    with _complaints_are_errors():
        styles = [
            weasyprint.CSS(string=text, url_fetcher=_make_fetcher(), font_config=font_configuration)
            for text in write_styles(sheet)
        ]
    return styles, font_configuration


atexit.register(_style.cache_clear)


def _make_fetcher() -> Any:
    """Return a fetcher that knows our fonts and `data:`, and refuses everything else."""
    from weasyprint.urls import URLFetcher, URLFetcherResponse

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


def _declare_ua(_document: object, pdf: Any) -> None:
    """Say in the metadata that the file is PDF/UA-1 too; WeasyPrint declares one profile only."""
    reference = int(pdf.catalog["Metadata"].split()[0])
    metadata = pdf.objects[reference]
    metadata.stream[0] = metadata.stream[0].replace(b"</rdf:RDF>", _UA_METADATA.strip(), 1)
    metadata.compress = False  # so that programs that know no PDF can read it, the code included
