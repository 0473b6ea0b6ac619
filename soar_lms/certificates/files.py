"""The hashes of documents: so that a file is known again when a later release makes others.

The hash is kept by a job of the worker soon after a certificate is issued, and again for every
certificate when documents begin to look otherwise: each file that people could have taken is known.
Hashes are added, never changed.
"""

from __future__ import annotations

import hashlib
from datetime import date, datetime
from decimal import Decimal

from flask import current_app
from sqlalchemy import exists, select
from sqlalchemy.exc import IntegrityError

from soar_lms import __version__
from soar_lms.certificates.designs import BUILT_IN_LOOK, load_designs
from soar_lms.certificates.documents import make_document, make_unsealed
from soar_lms.certificates.models import Certificate, CertificateFile
from soar_lms.certificates.seal import sealed
from soar_lms.database import db
from soar_lms.i18n import languages

_MAKER = "soar maker of documents"
_LONG_AGO = datetime.fromisoformat("2026-01-02T12:00:00+00:00")


def find_file(certificate: Certificate, data: bytes) -> CertificateFile | None:
    """Return the file of a certificate that has these bytes, when its hash was kept."""
    return db.session.scalar(
        select(CertificateFile)
        .where(CertificateFile.certificate_id == certificate.id)
        .where(CertificateFile.sha256 == hashlib.sha256(data).hexdigest())
        .limit(1)
    )


def list_unknown(limit: int) -> list[Certificate]:
    """Return certificates whose document, as it is made now, nobody hashed yet; newest first.

    Those without a name have no document.
    """
    known = exists().where(
        CertificateFile.certificate_id == Certificate.id,
        CertificateFile.maker == find_maker(),
    )
    return list(
        db.session.scalars(
            select(Certificate)
            .where(~known, Certificate.erased_at.is_(None))
            .order_by(Certificate.id.desc())
            .limit(limit)
        )
    )


def make_files(certificate: Certificate) -> dict[bytes, bool]:
    """Make what people can take of a certificate: each file, and whether it is sealed.

    :raises PDFError: when something needed to make it is missing.
    """
    unsealed = make_unsealed(certificate)
    final = sealed(unsealed, certificate.issued_at)
    return {unsealed: False, final: final != unsealed}


def keep_hash(certificate: Certificate, data: bytes, *, sealed: bool, now: datetime) -> None:
    """Keep the hash of a document that was just made; once, however many make it."""
    file = CertificateFile(
        certificate_id=certificate.id,
        maker=find_maker(),
        sha256=hashlib.sha256(data).hexdigest(),
        length=len(data),
        sealed=sealed,
        made_at=now,
    )
    try:
        with db.session.begin_nested():
            db.session.add(file)
    except IntegrityError:  # another worker was faster
        return


def find_maker() -> str:
    """Return what makes documents now: the release, and how samples of its documents look.

    Fonts, WeasyPrint, words, keys and the site's address change documents without a new release;
    they change the samples too. What designs of its own the site has is added as it stands.
    """
    maker: str | None = current_app.extensions.get(_MAKER)
    if maker is None:
        samples = hashlib.sha256()
        for language in sorted(languages()):
            samples.update(make_document(_sample(language)))
        for design in load_designs(current_app.config["SOAR"].designs).values():
            content = (design.spec, design.documents, design.styles, design.pictures)
            samples.update(repr(content).encode())
        maker = f"{__version__} {samples.hexdigest()[:24]}"
        current_app.extensions[_MAKER] = maker
    return maker


def _sample(language: str) -> Certificate:
    """Return a certificate with everything on it, which is in no database."""
    return Certificate(
        code="0" * 27,
        name="Ana Torres Vega",
        module_id="sample",
        module_title="Sample",
        module_version="1.0.0",
        setting="sample",
        setting_name="Sample",
        language=language,
        minutes=60,
        score=100,
        completed_at=_LONG_AGO,
        completed_on=_LONG_AGO.date(),
        time_zone="America/New_York",
        issued_at=_LONG_AGO,
        expires_on=date(2028, 1, 2),
        provider="Sample",
        provider_url="https://sample.example",
        credit_amount=Decimal("1.25"),
        credit_unit="hours",
        credit_statement="Sample.",
        credit_provider_number="0",
        design=BUILT_IN_LOOK.design,
        template_version=BUILT_IN_LOOK.version,
        paper=BUILT_IN_LOOK.paper,
        status_index=0,
    )
