"""From a certificate's row to its document, and what the document is called."""

from __future__ import annotations

import re

from soar_lms.certificates.codes import format_code
from soar_lms.certificates.context import make_context
from soar_lms.certificates.models import Certificate
from soar_lms.certificates.pdf import render_pdf
from soar_lms.errors import DomainError
from soar_lms.i18n import lazy_gettext
from soar_lms.messages.services import public_url


class DocumentErasedError(DomainError):
    """The name was erased, and there is no document without a name."""

    status = 410
    title = lazy_gettext("This document no longer exists")
    message = lazy_gettext(
        "The name was erased at its holder’s request, so the document cannot be made any more. "
        "The code still answers."
    )


def make_document(certificate: Certificate) -> bytes:
    """Make the document: the same row gives the same bytes within a release.

    :raises DocumentErasedError: when its holder's name was erased.
    :raises PDFError: when something needed to make it is missing.
    """
    if certificate.erased_at is not None:
        raise DocumentErasedError
    return render_pdf(make_context(certificate, verify_address(certificate)))


def verify_address(certificate: Certificate) -> str:
    """Return the address that is printed and in the QR code."""
    return public_url("certificates.verify_code", code=format_code(certificate.code))


def file_name(certificate: Certificate) -> str:
    """Return a file name that says what it is and sorts by date; ASCII for every mail program."""
    module = re.sub(r"[^a-z0-9-]", "", certificate.module_id)
    return f"certificate-{module}-{certificate.completed_on}-{certificate.code[-6:]}.pdf"
