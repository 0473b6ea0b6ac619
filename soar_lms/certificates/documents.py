"""From certificates' rows to their documents, and what the documents are called."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterable, Iterator
from io import BytesIO
from pathlib import Path

from soar_lms.catalogue.problems import ContentError
from soar_lms.certificates.badge import has_badges, write_credential
from soar_lms.certificates.codes import format_code
from soar_lms.certificates.context import make_context
from soar_lms.certificates.designs import Design, DesignMissingError
from soar_lms.certificates.markup import MarkupError
from soar_lms.certificates.merged import join_documents
from soar_lms.certificates.models import Certificate
from soar_lms.certificates.painting import paint_pages
from soar_lms.certificates.pdf import Attachment, render_pdf
from soar_lms.certificates.pdf import PDFError as PDFError
from soar_lms.certificates.seal import sealed
from soar_lms.errors import DomainError
from soar_lms.i18n import gettext, lazy_gettext
from soar_lms.messages.services import public_url

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
    """Make the document as people get it: the same row gives the same bytes within a release.

    :raises DocumentErasedError: when its holder's name was erased.
    :raises PDFError: when something needed to make it is missing, or it cannot be sealed.
    """
    return sealed(make_unsealed(certificate), certificate.issued_at)


def make_unsealed(certificate: Certificate) -> bytes:
    """Make the document without its seal: what the sealed file begins with.

    :raises DocumentErasedError: when its holder's name was erased.
    :raises PDFError: when something needed to make it is missing.
    """
    if certificate.erased_at is not None:
        raise DocumentErasedError
    return _render(certificate, attachments_of(certificate))


def make_pictures(certificate: Certificate) -> list[bytes]:
    """Return the pages of a document that is not issued yet as PNG pictures.

    :raises PDFError: when something needed to make it is missing.
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
    try:
        context = make_context(certificate, verify_address(certificate), design)
        return render_pdf(context, attachments)
    except (ContentError, DesignMissingError, MarkupError) as error:
        raise PDFError(str(error)) from error


def attachments_of(certificate: Certificate) -> tuple[Attachment, ...]:
    """Return the files that a document carries: its credential, where this site signs them."""
    if not has_badges():
        return ()
    return (
        Attachment(
            name="credential.json",
            description="Open Badges 3.0",
            body=write_credential(certificate),
            made_at=certificate.issued_at,
        ),
    )


def make_documents(certificates: Iterable[Certificate]) -> Iterator[bytes]:
    """Make one document after the other, each with the bytes it has when it is made alone.

    :raises PDFError: when something needed to make one is missing.
    """
    return map(make_document, certificates)


def merge_documents(certificates: Iterable[Certificate], target: Path) -> None:
    """Make one file of all documents, to print; a bookmark for each name leads to its page.

    It is tagged and can be read aloud (PDF/UA-1); it is no PDF/A, and has neither credentials nor
    seals: those are of a single document.

    :raises PDFError: when something needed to make one is missing.
    """
    certificates = list(certificates)
    documents = map(BytesIO, make_documents(certificates))
    names = [certificate.name for certificate in certificates]
    join_documents(zip(names, documents, strict=True), target, gettext("Certificates"))


def join_merged(parts: Iterable[Path], target: Path) -> None:
    """Make one file of files that `merge_documents` made."""
    join_documents(((None, part) for part in parts), target, gettext("Certificates"))


def verify_address(certificate: Certificate) -> str:
    """Return the address that is printed and in the QR code."""
    return public_url("certificates.verify_code", code=format_code(certificate.code))


def file_name(certificate: Certificate) -> str:
    """Return a file name that says what it is and sorts by date; ASCII for every mail program."""
    module = _plain(certificate.module_id)
    return f"certificate-{module}-{certificate.completed_on}-{certificate.code[-6:]}.pdf"


def neutral_file_name(certificate: Certificate) -> str:
    """Return a file name in the language that is spoken, without the subject of the module."""
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
