"""Tables as files that spreadsheet programs open."""

from __future__ import annotations

import csv
from collections.abc import Iterable, Iterator, Sequence
from io import StringIO
from itertools import chain

BYTE_ORDER_MARK = "\ufeff"
"""Tells spreadsheet programs that the file is UTF-8."""

Cell = str | float

_FORMULA_STARTS = ("=", "+", "-", "@", "\t", "\r", "\n")


def write_csv(header: Sequence[str], rows: Iterable[Sequence[Cell]]) -> Iterator[str]:
    """Write a table as CSV, piece by piece: UTF-8 with a byte order mark, formulas made text.

    Numbers of ours stay numbers, also below nothing.
    """
    yield BYTE_ORDER_MARK
    for row in chain([header], rows):
        line = StringIO()
        csv.writer(line).writerow([defuse(cell) if isinstance(cell, str) else cell for cell in row])
        yield line.getvalue()


def write_batches(
    header: Sequence[str], batches: Iterable[Iterable[Sequence[str]]]
) -> Iterator[str]:
    """Write a large table as CSV, a batch at a time; what people typed in it is defused already."""
    yield from write_csv(header, ())
    for rows in batches:
        text = StringIO()
        csv.writer(text).writerows(rows)
        yield text.getvalue()


def defuse(cell: str) -> str:
    """Keep a spreadsheet program from running what a learner typed as a formula.

    OWASP, CSV Injection: https://owasp.org/www-community/attacks/CSV_Injection.
    """
    return f"'{cell}" if cell.startswith(_FORMULA_STARTS) else cell
