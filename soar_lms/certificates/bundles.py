"""Many certificates as one file: a ZIP with a table, or one PDF to print.

Work for the worker, in slices (`soar_lms.tasks`). A slice is a list of numbers of certificates. A
certificate that was replaced in the meantime is swapped for its successor; one that was revoked, or
whose owner was erased, is left out; the result says how many. Memory does not grow with the number
of certificates: each slice is a file, and the files are copied one document at a time.
"""

from __future__ import annotations

import hashlib
import json
from collections import Counter
from collections.abc import Collection, Iterable, Iterator, Sequence
from dataclasses import dataclass
from enum import StrEnum
from pathlib import Path
from zipfile import ZIP_DEFLATED, ZIP_STORED, ZipFile, ZipInfo

from sqlalchemy import bindparam, select

from soar_lms.certificates.codes import format_code
from soar_lms.certificates.documents import (
    file_name_with_owner,
    join_merged,
    make_document,
    make_documents,
    merge_documents,
    plain_name,
    verify_address,
)
from soar_lms.certificates.models import Certificate
from soar_lms.certificates.pdf import PDFError
from soar_lms.database import Among, Numbers, db
from soar_lms.i18n import get_language, gettext, ngettext
from soar_lms.tables import write_csv
from soar_lms.tasks.kinds import Beat, Tally

_TABLE_OF_SLICE = "table.json"


class Form(StrEnum):
    """What many certificates are made into."""

    ZIP = "zip"
    PDF = "pdf"


class Fate(StrEnum):
    """What became of a certificate that was asked for: the names of the tally."""

    MADE = "made"
    SWAPPED = "swapped"
    """Made, but not as asked for: it was replaced, and this is its successor."""
    REVOKED = "revoked"
    ERASED = "erased"
    FAULTY = "faulty"
    """Its document cannot be made: a letter without a font, a picture that is gone."""


@dataclass(frozen=True)
class Found:
    """A certificate that was asked for, as it is now."""

    fate: Fate
    certificate: Certificate

    @property
    def is_made(self) -> bool:
        return self.fate in {Fate.MADE, Fate.SWAPPED}


def look_up(certificate_ids: Sequence[int]) -> list[Found]:
    """Return what the certificates of these numbers are now, in the same order.

    One query, and one more for each time that any of them was replaced.
    """
    asked = _read(certificate_ids)
    known = dict(asked)
    while missing := {
        item.replaced_by_id
        for item in known.values()
        if item.replaced_by_id is not None and item.replaced_by_id not in known
    }:
        known |= _read(missing)
    return [_found(asked[number], known) for number in certificate_ids if number in asked]


def _read(certificate_ids: Collection[int]) -> dict[int, Certificate]:
    wanted = bindparam("certificate_ids", certificate_ids, Numbers)
    rows = db.session.scalars(
        select(Certificate)
        .where(Among(Certificate.id, wanted))
        .execution_options(populate_existing=True)
    )
    return {item.id: item for item in rows}


def _found(asked: Certificate, known: dict[int, Certificate]) -> Found:
    last = asked
    while last.replaced_by_id is not None:
        last = known[last.replaced_by_id]
    if last.revoked_at is not None:
        return Found(Fate.REVOKED, last)
    if last.person_id is None:
        return Found(Fate.ERASED, last)
    return Found(Fate.MADE if last is asked else Fate.SWAPPED, last)


def mark(certificate_ids: Sequence[int]) -> str:
    """Return what stands for all that could change a slice: it is made again when this changes."""
    facts = [[item.fate, item.certificate.code] for item in look_up(certificate_ids)]
    return hashlib.sha256(json.dumps(facts).encode()).hexdigest()[:16]


# --- a slice ------------------------------------------------------------------------------------


def make_slice(form: Form, certificate_ids: Sequence[int], target: Path, beat: Beat) -> Tally:
    """Make the documents of a slice into a file; return how many of each fate there were.

    :raises PDFError: when not one of them can be made: then it is no fault of a single one.
    """
    found = look_up(certificate_ids)
    wanted = [item.certificate for item in found if item.is_made]
    make = _make_zip if form is Form.ZIP else _make_pdf
    faulty = make(wanted, target, beat)
    return Counter(Fate.FAULTY if item.certificate in faulty else item.fate for item in found)


def _make_zip(certificates: Sequence[Certificate], target: Path, beat: Beat) -> list[Certificate]:
    faulty = []
    with ZipFile(target, "w", ZIP_STORED) as archive:
        for certificate, document in _make_each(certificates, beat):
            if document is None:
                faulty.append(certificate)
            else:
                archive.writestr(_entry(certificate), document)
        rows = [_row(item, has_file=item not in faulty) for item in certificates]
        archive.writestr(_TABLE_OF_SLICE, json.dumps(rows))
    return faulty


def _make_pdf(certificates: Sequence[Certificate], target: Path, beat: Beat) -> list[Certificate]:
    if not certificates:
        target.touch()
        return []
    try:
        merge_documents(_with_beat(certificates, beat), target)
    except PDFError:
        faulty = [item for item, document in _make_each(certificates, beat) if document is None]
        merge_documents([item for item in certificates if item not in faulty], target)
        return faulty
    return []


def _make_each(
    certificates: Sequence[Certificate], beat: Beat
) -> Iterator[tuple[Certificate, bytes | None]]:
    """Yield each document, or None where it cannot be made: that must not cost the others.

    :raises PDFError: when none can be made.
    """
    count, fault = 0, None
    try:
        for document in make_documents(_with_beat(certificates, beat)):
            yield certificates[count], document
            count += 1
    except PDFError as error:
        fault = error
    made = count
    for certificate in _with_beat(certificates[count:], beat):
        try:
            document = make_document(certificate)
        except PDFError:
            yield certificate, None
        else:
            made += 1
            yield certificate, document
    if fault is not None and not made:
        raise fault


def _with_beat(certificates: Iterable[Certificate], beat: Beat) -> Iterator[Certificate]:
    for certificate in certificates:
        beat()
        yield certificate


def _entry(certificate: Certificate) -> ZipInfo:
    """Describe a file of the archive: readable, of the moment the certificate was issued (UTC)."""
    issued = certificate.issued_at
    entry = ZipInfo(file_name_with_owner(certificate), issued.timetuple()[:6])
    entry.external_attr = 0o644 << 16
    return entry


def _row(certificate: Certificate, *, has_file: bool) -> list[str]:
    return [
        certificate.name,
        certificate.module_title,
        get_language(certificate.language).name,
        certificate.completed_on.isoformat(),
        certificate.expires_on.isoformat() if certificate.expires_on else "",
        format_code(certificate.code),
        verify_address(certificate),
        file_name_with_owner(certificate) if has_file else "",
    ]


# --- the whole ----------------------------------------------------------------------------------


def finish(form: Form, parts: Sequence[Path], target: Path, beat: Beat) -> bool:
    """Put slices together; return whether there is anything in them."""
    if form is Form.ZIP:
        return _finish_zip(parts, target, beat)
    filled = [part for part in parts if part.stat().st_size]
    if filled:
        join_merged(filled, target)
    return bool(filled)


def _finish_zip(parts: Sequence[Path], target: Path, beat: Beat) -> bool:
    count = 0
    with ZipFile(target, "w", ZIP_STORED) as archive:
        for part in parts:
            beat()
            with ZipFile(part) as made:
                for entry in made.infolist():
                    if entry.filename != _TABLE_OF_SLICE:
                        archive.writestr(entry, made.read(entry))
                        count += 1
        table = ZipInfo(f"{bundle_name()}.csv", (1980, 1, 1, 0, 0, 0))
        table.compress_type, table.external_attr = ZIP_DEFLATED, 0o644 << 16
        with archive.open(table, "w") as file:
            for line in write_csv(_header(), _rows(parts)):
                file.write(line.encode())
    return count > 0


def bundle_name(of: str | None = None) -> str:
    """Return what many certificates are called in a file's name: ASCII in every language.

    :param of: whose they are, in words.
    """
    kind = plain_name(gettext("certificates")) or "certificates"
    return f"{kind}-{plain_name(of)}".strip("-") if of else kind


def _header() -> list[str]:
    return [
        gettext("Name"),
        gettext("Module"),
        gettext("Language"),
        gettext("Completed on"),
        gettext("Valid until"),
        gettext("Code"),
        gettext("Address to verify it"),
        gettext("File"),
    ]


def _rows(parts: Iterable[Path]) -> Iterator[list[str]]:
    for part in parts:
        with ZipFile(part) as made:
            yield from json.loads(made.read(_TABLE_OF_SLICE))


# --- words --------------------------------------------------------------------------------------


def say_progress(done: int, total: int) -> str:
    """Say how many are made."""
    return str(
        ngettext(
            "%(done)s of %(num)d certificate is made.",
            "%(done)s of %(num)d certificates are made.",
            total,
            done=done,
        )
    )


def say_result(tally: Tally) -> list[str]:
    """Say how many are in the file, and which are not as they were asked for."""
    swapped, revoked = tally.get(Fate.SWAPPED, 0), tally.get(Fate.REVOKED, 0)
    erased, faulty = tally.get(Fate.ERASED, 0), tally.get(Fate.FAULTY, 0)
    made = tally.get(Fate.MADE, 0) + swapped
    said = [
        ngettext(
            "%(num)d was replaced in the meantime: the newer one is in the file.",
            "%(num)d were replaced in the meantime: the newer ones are in the file.",
            swapped,
        ),
        ngettext(
            "%(num)d was revoked in the meantime and is left out.",
            "%(num)d were revoked in the meantime and are left out.",
            revoked,
        ),
        ngettext(
            "%(num)d is left out because the account was deleted.",
            "%(num)d are left out because the accounts were deleted.",
            erased,
        ),
        ngettext(
            "%(num)d could not be made and is left out. "
            "Please tell the people who look after this site.",
            "%(num)d could not be made and are left out. "
            "Please tell the people who look after this site.",
            faulty,
        ),
    ]
    counts = (swapped, revoked, erased, faulty)
    first = (
        ngettext("%(num)d certificate.", "%(num)d certificates.", made)
        if made
        else gettext("There is no certificate to put into a file.")
    )
    others = [str(words) for words, count in zip(said, counts, strict=True) if count]
    return [str(first), *others]
