"""Documents for people who wait in a browser: what cannot be had now is said, nothing is lost."""

from __future__ import annotations

import structlog

from soar_lms.certificates.documents import make_document
from soar_lms.certificates.manuscript import PDFError
from soar_lms.certificates.models import Certificate
from soar_lms.certificates.pool import RenderersBusyError
from soar_lms.errors import DomainError
from soar_lms.i18n import lazy_gettext

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
        log.error("document_failed", reason=str(error))
        raise DocumentFailedError from error
