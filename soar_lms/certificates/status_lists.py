"""The lists that say which badges no longer count (Bitstring Status List 1.0).

They are made when somebody asks, from the rows as they are: a certificate that was revoked a moment
ago is revoked. A list says nothing of anybody: bits at places that were drawn.
https://www.w3.org/TR/vc-bitstring-status-list/
"""

from __future__ import annotations

import base64
import gzip
from collections.abc import Iterable
from datetime import datetime
from typing import Any

from sqlalchemy import func, or_, select

from soar_lms.certificates.badge import issuer_id, sign_document
from soar_lms.certificates.linked_data import CREDENTIALS
from soar_lms.certificates.models import Certificate
from soar_lms.certificates.proofs import write_moment
from soar_lms.certificates.status_places import LIST_SIZE, PER_LIST
from soar_lms.database import db
from soar_lms.errors import NotFoundError
from soar_lms.messages.services import public_url


def make_status_list(number: int, now: datetime, *, kept_seconds: int) -> dict[str, Any]:
    """Return a signed list; a certificate that was replaced no longer counts either.

    :raises NotFoundError: when no certificate stands in it yet.
    """
    newest = db.session.scalar(select(func.max(Certificate.id))) or 0
    if number > newest // PER_LIST:
        raise NotFoundError
    first = number * LIST_SIZE
    over = db.session.scalars(
        select(Certificate.status_index).where(
            Certificate.status_index.between(first, first + LIST_SIZE - 1),
            or_(Certificate.revoked_at.is_not(None), Certificate.replaced_by_id.is_not(None)),
        )
    )
    address = public_url("certificates.show_badge_status", number=number)
    credential = {
        "@context": [CREDENTIALS],
        "id": address,
        "type": ["VerifiableCredential", "BitstringStatusListCredential"],
        "issuer": issuer_id(),
        "validFrom": write_moment(now),
        "credentialSubject": {
            "id": f"{address}#list",
            "type": "BitstringStatusList",
            "statusPurpose": "revocation",
            "encodedList": encode_bits(index - first for index in over if index is not None),
            "ttl": kept_seconds * 1000,
        },
    }
    return sign_document(credential, created=now)


def encode_bits(places: Iterable[int]) -> str:
    """Write a list with these bits set: the first bit is the left one, packed, in base64url."""
    bits = bytearray(LIST_SIZE // 8)
    for place in places:
        bits[place // 8] |= 0x80 >> place % 8
    packed = gzip.compress(bytes(bits), mtime=0)
    return "u" + base64.urlsafe_b64encode(packed).rstrip(b"=").decode()
