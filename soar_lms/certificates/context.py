"""What a certificate's template sees: strings, put together from the row and nothing else."""

from __future__ import annotations

import unicodedata
from dataclasses import dataclass
from io import BytesIO

import segno

from soar_lms.accounts.time_zones import time_zone_name
from soar_lms.certificates.codes import format_code
from soar_lms.certificates.models import Certificate
from soar_lms.i18n import format_day, format_number, format_share, speaking

# A name gets the largest size whose limit (in characters) it fits; the longest ones wrap.
_NAME_SIZES = ((24, "name-1"), (36, "name-2"), (54, "name-3"))
_SMALLEST = "name-4"


@dataclass(frozen=True)
class DocumentContext:
    """Everything that is printed."""

    language: str
    direction: str
    name: str
    name_direction: str
    name_size: str
    module_title: str
    module_version: str
    setting_name: str
    language_name: str
    completed_on: str
    time_zone: str
    expires_on: str | None
    minutes: str
    score: str | None
    provider: str | None
    provider_url: str | None
    credit: str | None
    credit_statement: str | None
    credit_provider_number: str | None
    code: str
    verify_address: str
    qr_svg: str
    created: str


def make_context(certificate: Certificate, verify_address: str) -> DocumentContext:
    """Put a row into words, in the language it was issued in."""
    with speaking(certificate.language) as language:
        amount = certificate.credit_amount
        return DocumentContext(
            language=language.tag,
            direction=language.direction,
            name=certificate.name,
            name_direction=text_direction(certificate.name) or language.direction,
            name_size=_name_size(certificate.name),
            module_title=certificate.module_title,
            module_version=certificate.module_version,
            setting_name=certificate.setting_name,
            language_name=language.name_in_text,
            completed_on=format_day(certificate.completed_on),
            time_zone=time_zone_name(certificate.time_zone),
            expires_on=format_day(certificate.expires_on) if certificate.expires_on else None,
            minutes=format_number(certificate.minutes),
            score=None if certificate.score is None else format_share(certificate.score / 100),
            provider=certificate.provider,
            provider_url=certificate.provider_url,
            credit=f"{format_number(float(amount))} {certificate.credit_unit}" if amount else None,
            credit_statement=certificate.credit_statement,
            credit_provider_number=certificate.credit_provider_number,
            code=format_code(certificate.code),
            verify_address=verify_address,
            qr_svg=make_qr_svg(verify_address),
            created=certificate.issued_at.strftime("%Y-%m-%dT%H:%M:%SZ"),
        )


def text_direction(text: str) -> str | None:
    """Return `ltr` or `rtl` by the first letter with a direction (Unicode UAX 9, P2); else None."""
    for character in text:
        kind = unicodedata.bidirectional(character)
        if kind in {"R", "AL"}:
            return "rtl"
        if kind == "L":
            return "ltr"
    return None


def _name_size(name: str) -> str:
    length = sum(2 if unicodedata.east_asian_width(item) in "WF" else 1 for item in name)
    return next((size for limit, size in _NAME_SIZES if length <= limit), _SMALLEST)


def make_qr_svg(text: str) -> str:
    """Return a QR code as an SVG picture (error correction M: a folded corner still reads)."""
    target = BytesIO()
    # One mask for all: trying the eight takes four times as long, and every reader knows each.
    segno.make(text, error="m", micro=False, mask=2).save(
        target, kind="svg", xmldecl=False, border=2, dark="#10262b"
    )
    return target.getvalue().decode()
