"""What the worker does for certificates; the command line registers it with the worker."""

from __future__ import annotations

from datetime import datetime

import structlog

from soar_lms.certificates.files import keep_hash, list_unknown, make_files
from soar_lms.certificates.pdf import PDFError
from soar_lms.database import transaction

BATCH = 20

log = structlog.get_logger(__name__)


def keep_hashes(now: datetime) -> int:
    """Hash documents that nobody hashed yet; return how many were.

    A document that cannot be made costs the others nothing: it is logged, and tried again.
    """
    done = 0
    for certificate in list_unknown(BATCH):
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
