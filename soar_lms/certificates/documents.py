"""From a certificate's row to its document, and what the document is called."""

from __future__ import annotations

import re

import structlog
from flask import current_app

from soar_lms.certificates.codes import format_code
from soar_lms.certificates.context import DocumentContext, make_context
from soar_lms.certificates.models import Certificate
from soar_lms.certificates.pdf import PDFError, render_pdf, write_manuscript
from soar_lms.certificates.pool import Renderers, RenderersBusyError
from soar_lms.errors import DomainError
from soar_lms.i18n import lazy_gettext
from soar_lms.messages.services import public_url

RENDERERS = "renderers"
"""The extension that holds the processes that make documents; without it this one makes them."""

log = structlog.get_logger(__name__)


class DocumentsBusyError(DomainError):
    """Too many people want documents at this moment."""

    status = 503
    title = lazy_gettext("Your certificate is coming")
    message = lazy_gettext(
        "Many people are opening certificates right now. Yours is safe. "
        "This page tries again by itself in a few seconds."
    )
    retry_after = 3


class DocumentFailedError(DomainError):
    """The document cannot be made until somebody mends what is broken; the certificate stands."""

    status = 503
    title = lazy_gettext("We cannot show your certificate right now")
    message = lazy_gettext(
        "Your certificate is issued, and nothing is lost. Please open it again in a few minutes. "
        "If that does not help, write to us."
    )
    retry_after = 120


def deliver_document(certificate: Certificate) -> bytes:
    """Make the document for somebody who waits for it in a browser.

    :raises DocumentsBusyError: when many others wait; it can be asked for again in a moment.
    :raises DocumentFailedError: when it cannot be made; the log says why.
    """
    try:
        return make_document(certificate)
    except RenderersBusyError:
        raise DocumentsBusyError from None
    except PDFError as error:
        log.error("document_failed", certificate=certificate.id, reason=str(error))
        raise DocumentFailedError from error


def make_document(certificate: Certificate) -> bytes:
    """Make the document: the same row gives the same bytes within a release, in any process.

    :raises PDFError: when something needed to make it is missing.
    :raises RenderersBusyError: when too many wait for the processes that make documents.
    """
    renderers: Renderers | None = current_app.extensions.get(RENDERERS)
    if renderers is None:
        return render_pdf(_context_of(certificate))
    return renderers.render(lambda: write_manuscript(_context_of(certificate)))


def _context_of(certificate: Certificate) -> DocumentContext:
    return make_context(certificate, verify_address(certificate))


def verify_address(certificate: Certificate) -> str:
    """Return the address that is printed and in the QR code."""
    return public_url("certificates.verify_code", code=format_code(certificate.code))


def file_name(certificate: Certificate) -> str:
    """Return a file name that says what it is and sorts by date; ASCII for every mail program."""
    module = re.sub(r"[^a-z0-9-]", "", certificate.module_id)
    return f"certificate-{module}-{certificate.completed_on}-{certificate.code[-6:]}.pdf"
