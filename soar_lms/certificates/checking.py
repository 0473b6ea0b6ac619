"""Whether a file is a certificate of ours, as it was issued.

The file is never parsed: its code stands in plain text, and its bytes are those of a document that
was made, or they are not. So one changed byte is seen, and a hostile file finds nothing to break.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from enum import StrEnum

from soar_lms.certificates.codes import read_code
from soar_lms.certificates.files import find_file, make_files
from soar_lms.certificates.models import Certificate
from soar_lms.certificates.services import find_certificate

# The code stands in the keywords of the document's metadata.
_KEYWORDS = re.compile(rb"<pdf:Keywords>([0-9A-Z-]{20,60})</pdf:Keywords>")
_BEGIN, _END = b"%PDF-", b"%%EOF"
_TAIL = 1024
"""An end further from the end of the file is not found by readers either (ISO 32000-1, annex H)."""


class Fault(StrEnum):
    """Why a file cannot be compared with a certificate."""

    NOT_PDF = "not-pdf"
    INCOMPLETE = "incomplete"
    FOREIGN = "foreign"


class NotOursError(Exception):
    """The file is no certificate of this program."""

    def __init__(self, fault: Fault) -> None:
        super().__init__(str(fault))
        self.fault = fault


@dataclass(frozen=True)
class CheckedFile:
    """What a file claims to be, and whether it is."""

    code: str
    certificate: Certificate | None
    """None: no certificate has this code."""
    unchanged: bool | None
    """None: its hash was not kept, and a document without a name cannot be made to compare."""
    sealed: bool


def check_file(data: bytes) -> CheckedFile:
    """Compare a file with what was issued for the code in it.

    :raises NotOursError: when it is no PDF, is cut off, or names no code of ours.
    :raises PDFError: when the document cannot be made for comparison.
    """
    code = _read_code(data)
    certificate = find_certificate(code)
    if certificate is None:
        return CheckedFile(code, None, unchanged=False, sealed=False)
    known = find_file(certificate, data)
    if known is not None:
        return CheckedFile(code, certificate, unchanged=True, sealed=known.sealed)
    if certificate.erased_at is not None:
        return CheckedFile(code, certificate, unchanged=None, sealed=False)
    made = make_files(certificate)
    return CheckedFile(code, certificate, unchanged=data in made, sealed=made.get(data, False))


def _read_code(data: bytes) -> str:
    if not data.startswith(_BEGIN):
        raise NotOursError(Fault.NOT_PDF)
    if _END not in data[-_TAIL:]:
        raise NotOursError(Fault.INCOMPLETE)
    found = _KEYWORDS.search(data)
    code = read_code(found.group(1).decode()) if found else None
    if code is None:
        raise NotOursError(Fault.FOREIGN)
    return code
