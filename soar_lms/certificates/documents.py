"""From a certificate's row to its document, and what the document is called."""

from __future__ import annotations

import re

from soar_lms.catalogue.problems import ContentError
from soar_lms.certificates.codes import format_code
from soar_lms.certificates.context import make_context
from soar_lms.certificates.designs import Design, DesignMissingError
from soar_lms.certificates.markup import MarkupError
from soar_lms.certificates.models import Certificate
from soar_lms.certificates.painting import paint_pages
from soar_lms.certificates.pdf import PDFError as PDFError
from soar_lms.certificates.pdf import render_pdf
from soar_lms.messages.services import public_url

PICTURE_WIDTH = 1100
"""In pixels: sharp on a phone, and wide enough for a desktop."""


def make_document(certificate: Certificate, design: Design | None = None) -> bytes:
    """Make the document: the same row gives the same bytes within a release.

    `design` is for looking at another one than that of the row.

    :raises PDFError: when something needed to make it is missing.
    """
    try:
        return render_pdf(make_context(certificate, verify_address(certificate), design))
    except (ContentError, DesignMissingError, MarkupError) as error:
        raise PDFError(str(error)) from error


def make_pictures(certificate: Certificate) -> list[bytes]:
    """Return the pages of the document as PNG pictures.

    :raises PDFError: when something needed to make it is missing.
    """
    return list(paint_pages(make_document(certificate), PICTURE_WIDTH))


def verify_address(certificate: Certificate) -> str:
    """Return the address that is printed and in the QR code."""
    return public_url("certificates.verify_code", code=format_code(certificate.code))


def file_name(certificate: Certificate) -> str:
    """Return a file name that says what it is and sorts by date; ASCII for every mail program."""
    module = re.sub(r"[^a-z0-9-]", "", certificate.module_id)
    return f"certificate-{module}-{certificate.completed_on}-{certificate.code[-6:]}.pdf"
