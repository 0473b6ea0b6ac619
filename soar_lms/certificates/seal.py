"""The seal: an invisible signature that readers check, and that any later change breaks.

PAdES (ETSI EN 319 142-1), as a certification that allows no changes. It is added behind the
document, whose bytes stay as they were, and is the same every time: the moment comes from the row,
the signature from RFC 6979 (or RSA, which needs no chance). So a sealed file, too, is a function of
its row and the key, and is recognised by its bytes. Nothing is asked of the network.
"""

from __future__ import annotations

import hashlib
import io
from datetime import datetime
from functools import lru_cache
from pathlib import Path
from typing import Any

from flask import current_app

from soar_lms.certificates.pdf import PDFError
from soar_lms.clock import utc_now
from soar_lms.config import Config
from soar_lms.keys import SealKey, check_seal_days, read_seal_key

_DIGEST = "sha256"


class SealError(PDFError):
    """A document cannot be sealed; without its seal it is not given away."""


def sealed(data: bytes, issued_at: datetime) -> bytes:
    """Return a document with the seal of this site; as it is, where there is none.

    :raises SealError: when the seal's certificate has expired, or the seal cannot be made.
    """
    key = find_seal_key()
    if key is None:
        return data
    try:
        check_seal_days(key, utc_now())
        return seal(data, key, issued_at)
    except Exception as error:  # whatever it is: no file leaves without its seal
        raise SealError(f"the certificate cannot be sealed: {error}") from error


def find_seal_key() -> SealKey | None:
    """Return the key that this site seals with, if it does."""
    config: Config = current_app.config["SOAR"]
    if config.seal_key is None:
        return None
    try:
        return _read_key(config.seal_key, config.seal_passphrase)
    except ValueError as error:
        raise SealError(f"SOAR_SEAL_KEY: {error}") from error


def seal(data: bytes, key: SealKey, issued_at: datetime) -> bytes:
    """Seal a document; the same bytes for the same document, key and moment.

    The seal says when the certificate was issued, or when the key began to count, if that is later.
    """
    from pyhanko.sign import fields, signers

    target = io.BytesIO()
    settings = signers.PdfSignatureMetadata(
        field_name="Seal",
        md_algorithm=_DIGEST,
        certify=True,
        subfilter=fields.SigSeedSubFilter.PADES,
        docmdp_permissions=fields.MDPPerm.NO_CHANGES,
    )
    moment = max(issued_at, key.certificate.not_valid_before_utc)
    _make_signer(settings, key, moment).sign_pdf(_make_writer(data), output=target)
    return target.getvalue()


@lru_cache(maxsize=4)
def _read_key(path: Path, passphrase: str | None) -> SealKey:
    return read_seal_key(path, passphrase, utc_now())


def _make_writer(data: bytes) -> Any:
    """Return a writer that adds to a document and leaves nothing to chance or the clock."""
    from pyhanko.pdf_utils.generic import ByteStringObject
    from pyhanko.pdf_utils.incremental_writer import IncrementalPdfFileWriter

    class SameEveryTime(IncrementalPdfFileWriter):
        @classmethod
        def _handle_id(cls, prev: Any) -> Any:
            ids = super()._handle_id(prev)  # type: ignore[no-untyped-call]  # pyHanko's
            ids[1] = ByteStringObject(hashlib.sha256(data).digest()[:16])
            return ids

        def _update_meta(self) -> None:
            """Leave the document's own metadata as they are: they name its two profiles."""

    return SameEveryTime(io.BytesIO(data))


def _make_signer(settings: Any, key: SealKey, moment: datetime) -> Any:
    """Return a signer whose clock stands still and whose signatures need no chance."""
    from cryptography.hazmat.primitives.asymmetric.ec import ECDSA, EllipticCurvePrivateKey
    from cryptography.hazmat.primitives.hashes import SHA256
    from pyhanko.keys.internal import (
        translate_pyca_cryptography_cert_to_asn1 as to_asn1,
    )
    from pyhanko.keys.internal import (
        translate_pyca_cryptography_key_to_asn1 as key_to_asn1,
    )
    from pyhanko.sign import signers
    from pyhanko_certvalidator.registry import SimpleCertificateStore

    class Repeatable(signers.SimpleSigner):
        def sign_raw(self, data: bytes, digest_algorithm: str) -> bytes:
            if isinstance(key.key, EllipticCurvePrivateKey):
                return key.key.sign(data, ECDSA(SHA256(), deterministic_signing=True))
            return super().sign_raw(data, digest_algorithm)

    class AtTheMoment(signers.PdfSigner):
        def init_signing_session(self, *arguments: Any, **named: Any) -> Any:
            session = super().init_signing_session(*arguments, **named)
            session.system_time = moment
            return session

    others = SimpleCertificateStore()  # type: ignore[no-untyped-call]  # pyHanko's
    others.register_multiple([to_asn1(item) for item in key.chain])
    signer = Repeatable(
        signing_cert=to_asn1(key.certificate),
        signing_key=key_to_asn1(key.key),
        cert_registry=others,
    )
    return AtTheMoment(settings, signer)
