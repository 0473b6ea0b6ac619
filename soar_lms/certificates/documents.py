"""From a certificate's row to its document, and what the document is called."""

from __future__ import annotations

import re

from soar_lms.certificates.badge import has_badges, write_credential
from soar_lms.certificates.codes import format_code
from soar_lms.certificates.context import make_context
from soar_lms.certificates.models import Certificate
from soar_lms.certificates.pdf import Attachment, render_pdf
from soar_lms.certificates.seal import sealed
from soar_lms.messages.services import public_url


def make_document(certificate: Certificate) -> bytes:
    """Make the document as people get it: the same row gives the same bytes within a release.

    :raises PDFError: when something needed to make it is missing, or it cannot be sealed.
    """
    return sealed(make_unsealed(certificate), certificate.issued_at)


def make_unsealed(certificate: Certificate) -> bytes:
    """Make the document without its seal: what the sealed file begins with.

    :raises PDFError: when something needed to make it is missing.
    """
    context = make_context(certificate, verify_address(certificate))
    return render_pdf(context, attachments_of(certificate))


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


def verify_address(certificate: Certificate) -> str:
    """Return the address that is printed and in the QR code."""
    return public_url("certificates.verify_code", code=format_code(certificate.code))


def file_name(certificate: Certificate) -> str:
    """Return a file name that says what it is and sorts by date; ASCII for every mail program."""
    module = re.sub(r"[^a-z0-9-]", "", certificate.module_id)
    return f"certificate-{module}-{certificate.completed_on}-{certificate.code[-6:]}.pdf"
