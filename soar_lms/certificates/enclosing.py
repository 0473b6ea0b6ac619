"""The certificate attached to the e-mail that tells of it."""

from __future__ import annotations

from flask import current_app
from sqlalchemy import select

from soar_lms.certificates.documents import file_name, make_document
from soar_lms.certificates.models import Certificate
from soar_lms.database import db
from soar_lms.i18n import speaking
from soar_lms.messages.attachments import (
    Attachment,
    Enclosure,
    NotWantedError,
    makes_attachments,
)

_KIND = "certificate"


def enclose(certificate: Certificate) -> Enclosure | None:
    """Return what to attach to an e-mail; None where the site attaches nothing."""
    if not current_app.config["SOAR"].attach_certificates:
        return None
    return Enclosure(_KIND, certificate.code)


@makes_attachments(_KIND)
def attach_certificate(code: str, language: str) -> Attachment:
    """Make the document as it is now, under a name that says nothing of its subject.

    :raises NotWantedError: when the certificate was revoked or replaced, or its owner erased: of a
        new one another e-mail tells.
    :raises PDFError: when something needed to make it is missing.
    """
    certificate = db.session.scalar(
        select(Certificate)
        .where(Certificate.code == code)
        .execution_options(populate_existing=True)
    )
    if certificate is None or certificate.person_id is None:
        raise NotWantedError
    if certificate.revoked_at is not None or certificate.replaced_by_id is not None:
        raise NotWantedError
    with speaking(language):
        name = file_name(certificate)
    return Attachment(name, "application/pdf", make_document(certificate))
