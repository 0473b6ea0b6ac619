"""Data Integrity proofs, cryptosuite eddsa-rdfc-2022 (https://www.w3.org/TR/vc-di-eddsa/).

Ed25519 gives the same signature for the same document every time, so a certificate that carries
one stays a function of its row.
"""

from __future__ import annotations

import hashlib
from collections.abc import Mapping
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Any

from soar_lms.certificates.linked_data import canonize
from soar_lms.keys import encode_base58

if TYPE_CHECKING:
    from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey


def sign(
    document: Mapping[str, Any], key: Ed25519PrivateKey, *, method: str, created: datetime
) -> dict[str, Any]:
    """Return the document with its proof; `method` is the address of the public key."""
    options = {
        "type": "DataIntegrityProof",
        "created": write_moment(created),
        "verificationMethod": method,
        "cryptosuite": "eddsa-rdfc-2022",
        "proofPurpose": "assertionMethod",
    }
    signature = key.sign(_digest(options) + _digest(document))
    return {**document, "proof": {**options, "proofValue": encode_base58(signature)}}


def write_moment(moment: datetime) -> str:
    """Write a moment as XML Schema wants it, to the second, in UTC."""
    return moment.astimezone(UTC).strftime("%Y-%m-%dT%H:%M:%SZ")


def _digest(document: Mapping[str, Any]) -> bytes:
    return hashlib.sha256(canonize(document).encode()).digest()
