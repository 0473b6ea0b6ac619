"""From certificates' rows to their documents, and what the documents are called."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from pathlib import Path

from flask import current_app

from soar_lms.catalogue.problems import ContentError
from soar_lms.certificates.badge import has_badges, write_credential
from soar_lms.certificates.codes import format_code
from soar_lms.certificates.context import DocumentContext, make_context
from soar_lms.certificates.designs import Design, DesignMissingError
from soar_lms.certificates.joining import join_files
from soar_lms.certificates.manuscript import Attachment, Manuscript
from soar_lms.certificates.manuscript import PDFError as PDFError
from soar_lms.certificates.markup import MarkupError
from soar_lms.certificates.models import Certificate
from soar_lms.certificates.painting import paint_pages
from soar_lms.certificates.pdf import lay_out, render_merged, write_manuscript
from soar_lms.certificates.pool import Renderers
from soar_lms.certificates.pool import RenderersBusyError as RenderersBusyError
from soar_lms.certificates.seal import sealed
from soar_lms.certificates.typeset import write_file
from soar_lms.errors import DomainError
from soar_lms.i18n import current_language, gettext, lazy_gettext
from soar_lms.messages.services import public_url

RENDERERS = "renderers"
"""The extension that holds the processes that make documents; without it this one makes them."""

PICTURE_WIDTH = 1100
"""In pixels: sharp on a phone, and wide enough for a desktop."""

_LONGEST_NAME = 40
_WITHOUT_MARKS = str.maketrans(
    {"ł": "l", "ø": "o", "đ": "d", "ð": "d", "þ": "th", "ß": "ss", "æ": "ae", "œ": "oe", "ı": "i"}
)
"""Latin letters that no rule of Unicode takes apart."""


class DocumentErasedError(DomainError):
    """The name was erased, and there is no document without a name."""

    status = 410
    title = lazy_gettext("This document no longer exists")
    message = lazy_gettext(
        "The name was erased at its holder’s request, so the document cannot be made any more. "
        "The code still answers."
    )


def make_document(certificate: Certificate) -> bytes:
    """Make the document as people get it: the same row gives the same bytes, in any process.

    :raises DocumentErasedError: when its holder's name was erased.
    :raises PDFError: when something needed to make it is missing, or it cannot be sealed.
    :raises RenderersBusyError: when too many wait for the processes that make documents.
    """
    return sealed(make_unsealed(certificate), certificate.issued_at)


def make_unsealed(certificate: Certificate) -> bytes:
    """Make the document without its seal: what the sealed file begins with.

    :raises DocumentErasedError: when its holder's name was erased.
    :raises PDFError: when something needed to make it is missing.
    :raises RenderersBusyError: when too many wait for the processes that make documents.
    """
    _refuse_erased(certificate)
    return _render(certificate, attachments_of(certificate))


def _refuse_erased(certificate: Certificate) -> None:
    if certificate.erased_at is not None:
        raise DocumentErasedError


def make_pictures(certificate: Certificate) -> list[bytes]:
    """Return the pages of a document that is not issued yet as PNG pictures.

    :raises PDFError: when something needed to make it is missing.
    :raises RenderersBusyError: when too many wait for the processes that make documents.
    """
    return list(paint_pages(_render(certificate), PICTURE_WIDTH))


def make_sample(certificate: Certificate, design: Design) -> bytes:
    """Make a document by a design that nobody chose yet, to look at it.

    :raises PDFError: when something needed to make it is missing.
    """
    return _render(certificate, design=design)


def _render(
    certificate: Certificate,
    attachments: tuple[Attachment, ...] = (),
    design: Design | None = None,
) -> bytes:
    def write() -> Manuscript:
        with _faults_of_designs():
            context = make_context(certificate, verify_address(certificate), design)
            return write_manuscript(context, attachments)

    renderers: Renderers | None = current_app.extensions.get(RENDERERS)
    return write_file(lay_out(write())) if renderers is None else renderers.render(write)


@contextmanager
def _faults_of_designs() -> Iterator[None]:
    """Say what is wrong with a design as whatever else keeps a document from being made.

    :raises PDFError: then.
    """
    try:
        yield
    except (ContentError, DesignMissingError, MarkupError) as error:
        raise PDFError(str(error)) from error


def attachments_of(certificate: Certificate) -> tuple[Attachment, ...]:
    """Return the files that a document carries: its credential, where this site signs them."""
    if not has_badges():
        return ()
    body = write_credential(certificate)
    return (Attachment(name="credential.json", body=body, description="Open Badges 3.0"),)


def make_documents(certificates: Iterable[Certificate]) -> Iterator[bytes]:
    """Make one document after the other, each with the bytes it has when it is made alone.

    :raises PDFError: when something needed to make one is missing.
    """
    return map(make_document, certificates)


def merge_documents(certificates: Iterable[Certificate], target: Path) -> None:
    """Make one file of all documents, to print; a bookmark for each name leads to its page.

    It is PDF/A-3a and PDF/UA-1 as each of them is, and has neither credentials nor seals: those are
    of a single document.

    :raises PDFError: when something needed to make one is missing.
    """
    with target.open("wb") as file, _faults_of_designs():
        render_merged(
            map(_context_of, certificates),
            file,
            title=gettext("Certificates"),
            language=current_language().tag,
        )


def _context_of(certificate: Certificate) -> DocumentContext:
    _refuse_erased(certificate)
    return make_context(certificate, verify_address(certificate))


def join_merged(parts: Iterable[Path], target: Path) -> None:
    """Make one file of files that `merge_documents` made."""
    join_files(parts, target)


def verify_address(certificate: Certificate) -> str:
    """Return the address that is printed and in the QR code."""
    return public_url("certificates.verify_code", code=format_code(certificate.code))


def file_name(certificate: Certificate) -> str:
    """Return a file name in the language that is spoken; it sorts by date.

    ASCII for every mail program, and without the module: it lies in a folder that others open.
    """
    kind = plain_name(gettext("certificate")) or "certificate"
    return f"{kind}-{certificate.completed_on}-{certificate.code[-6:]}.pdf"


def file_name_with_owner(certificate: Certificate) -> str:
    """Return a file name for a folder of many people's: name, module, day, code; all ASCII.

    The whole code is in it, so that no two are alike.
    """
    name = plain_name(certificate.name) or "certificate"
    module = _plain(certificate.module_id)
    return f"{name}-{module}-{certificate.completed_on}-{format_code(certificate.code)}.pdf"


def _plain(text: str) -> str:
    return re.sub(r"[^a-z0-9-]", "", text)


def plain_name(name: str) -> str:
    """Return a name in small ASCII letters with dashes; nothing of other scripts than Latin."""
    apart = unicodedata.normalize("NFKD", name.lower().translate(_WITHOUT_MARKS))
    letters = "".join(item for item in apart if not unicodedata.combining(item))
    words = re.findall(r"[a-z0-9]+", letters.replace("'", "").replace("\u2019", ""))
    return "-".join(words)[:_LONGEST_NAME].strip("-")
