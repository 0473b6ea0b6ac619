"""Reading a file that a trainer sends: a workbook or text, by what is in it. Pure.

A workbook is a ZIP of XML, made by anybody. Its parts are measured before one of them is unpacked,
a document type (by which XML grows) is refused, and no more rows are read than a list may have.
Formulas are never worked out: the value that the program saved with a formula is read.
"""

from __future__ import annotations

import io
import re
import warnings
from collections.abc import Iterator
from contextlib import closing
from typing import Any
from zipfile import BadZipFile, ZipFile

from soar_lms.cohorts.roster_table import (
    MOST_COLUMNS,
    Table,
    Trouble,
    UnreadableError,
    decode,
    gather,
    read_text,
)

MOST_UNPACKED = 20_000_000
"""Bytes of XML in a workbook: 5,000 rows of twenty columns are some four million."""
_MOST_PARTS = 2_000
_MOST_TAGS, _MOST_CELLS = 800_000, 260_000
"""In a part: what few bytes unpack to may cost a hundred times as much to take apart."""
_CELL = re.compile(rb"<(?:\w+:)?c[\s/>]")
_MOST_ROWS = 100_000
"""Blank ones included: a list of 5,000 people does not reach so far down."""
_SIGNATURES = (
    (b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1", Trouble.OLD_EXCEL),
    (b"%PDF-", Trouble.NOT_A_TABLE),
    (b"{\\rtf", Trouble.NOT_A_TABLE),
    (b"\x89PNG", Trouble.NOT_A_TABLE),
    (b"\xff\xd8\xff", Trouble.NOT_A_TABLE),
)
_ZIP = b"PK\x03\x04"
_OTHER_PROGRAMS = ("content.xml", "Index/Document.iwa", "xl/workbook.bin")
"""Parts that show a spreadsheet of LibreOffice, Numbers, or Excel in its binary format."""
_DOCUMENT_TYPE = b"<!DOCTYPE"


def read_file(data: bytes) -> Table:
    """Read the table in a file.

    :raises UnreadableError: when there is none; never anything else.
    """
    for signature, trouble in _SIGNATURES:
        if data.startswith(signature):
            raise UnreadableError(trouble)
    if data.startswith(_ZIP):
        return _read_workbook(data)
    return read_text(decode(data))


def _read_workbook(data: bytes) -> Table:
    try:
        return _read_sheets(_check_parts(data))
    except UnreadableError:
        raise
    except Exception:  # whatever a file made by anybody does to a reader made for Excel's
        raise UnreadableError(Trouble.BROKEN) from None


def _check_parts(data: bytes) -> io.BytesIO:
    """Refuse what is no workbook, or would be one too large, before it is unpacked.

    :return: the parts that were measured: a sheet by any other name would be read without a limit.
    :raises UnreadableError: see above.
    :raises BadZipFile: when it is no whole archive.
    """
    measured = io.BytesIO()
    with ZipFile(io.BytesIO(data)) as archive, ZipFile(measured, "w") as kept:
        parts = archive.infolist()
        names = {part.filename for part in parts}
        if not names.isdisjoint(_OTHER_PROGRAMS):
            raise UnreadableError(Trouble.OTHER_PROGRAM)
        if not any(name.startswith("xl/") for name in names):
            raise UnreadableError(Trouble.NOT_A_TABLE)
        xml = [part for part in parts if part.filename.endswith((".xml", ".rels"))]
        # The reader takes no more bytes of a part than it declares.
        if sum(part.file_size for part in xml) > MOST_UNPACKED or len(parts) > _MOST_PARTS:
            raise UnreadableError(Trouble.TOO_LARGE)
        for part in xml:
            text = archive.read(part)
            _check_part(text.replace(b"\0", b""))  # UTF-16 has zeros
            kept.writestr(part.filename, text)
    return measured


def _check_part(text: bytes) -> None:
    if _DOCUMENT_TYPE in text:
        raise BadZipFile("a document type")
    cells = sum(1 for _ in _CELL.finditer(text))
    if text.count(b"<") > _MOST_TAGS or cells > _MOST_CELLS:
        raise UnreadableError(Trouble.TOO_LARGE)


def _read_sheets(data: io.BytesIO) -> Table:
    """Return the first sheet that somebody sees and that is not blank."""
    from openpyxl import load_workbook  # only whoever sends a workbook needs it

    with warnings.catch_warnings():
        warnings.simplefilter("ignore")  # of what it leaves out: fonts, rules, pictures
        book = load_workbook(data, read_only=True, data_only=True, keep_links=False)
        with closing(book):
            for sheet in book.worksheets:
                if sheet.sheet_state != "visible":
                    continue
                try:
                    return gather(_rows(sheet), sheet.title[:40])
                except UnreadableError as error:
                    if error.trouble is not Trouble.EMPTY:
                        raise
    raise UnreadableError(Trouble.EMPTY)


def _rows(sheet: Any) -> Iterator[list[str]]:
    for row in sheet.iter_rows(max_row=_MOST_ROWS, max_col=MOST_COLUMNS, values_only=True):
        yield [] if row.count(None) == len(row) else [_say(value) for value in row]


def _say(value: object) -> str:
    if value is None:
        return ""
    if isinstance(value, float) and value.is_integer():
        return str(int(value))
    return str(value)
