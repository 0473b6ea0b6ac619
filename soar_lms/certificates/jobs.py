"""What the worker does for certificates; the command line registers it with the worker."""

from __future__ import annotations

from datetime import datetime

import structlog

from soar_lms.certificates.files import keep_hash, list_unknown, make_files
from soar_lms.certificates.pdf import PDFError
from soar_lms.database import transaction

BATCH = 2
"""A tenth of a second: between two batches the worker sends e-mail, for which people wait."""
MOST_FAILED = 50
"""How many documents that cannot be made are passed over."""

log = structlog.get_logger(__name__)


def keep_hashes(now: datetime) -> int:
    """Hash documents that nobody hashed yet; return how many were.

    A document that cannot be made does not keep others from it: it is logged, and tried again.
    """
    done = 0
    for certificate in list_unknown(BATCH + MOST_FAILED):
        if done == BATCH:
            break
        try:
            files = make_files(certificate)
        except PDFError as error:
            log.error("document_failed", certificate=certificate.id, error=str(error))
            continue
        with transaction():
            for data, sealed in files.items():
                keep_hash(certificate, data, sealed=sealed, now=now)
        done += 1
    return done
