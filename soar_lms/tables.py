"""Tables as files that spreadsheet programs open."""

from __future__ import annotations

import csv
import re
from collections.abc import Iterable, Iterator, Sequence
from io import StringIO
from itertools import chain

BYTE_ORDER_MARK = "\ufeff"
"""Tells spreadsheet programs that the file is UTF-8."""

Cell = str | float

_FORMULA_STARTS = ("=", "+", "-", "@", "\t", "\r", "\n")
_has_quoted = re.compile('[,"\r\n]').search
_QUOTED = (",", '"', "\r")
"""What is in no cell that stands as it is."""
_BEGINNINGS = [(start, f"\n{start}") for start in _FORMULA_STARTS if start not in "\r\n"]
"""What begins none, where each begins on a line of its own; one sign is looked for quickly."""


def write_csv(header: Sequence[str], rows: Iterable[Sequence[Cell]]) -> Iterator[str]:
    """Write a table as CSV, piece by piece: UTF-8 with a byte order mark, formulas made text.

    Numbers of ours stay numbers, also below nothing.
    """
    yield BYTE_ORDER_MARK
    for row in chain([header], rows):
        line = StringIO()
        csv.writer(line).writerow([defuse(cell) if isinstance(cell, str) else cell for cell in row])
        yield line.getvalue()


def write_pieces(header: Sequence[str], pieces: Iterable[str]) -> Iterator[str]:
    """Write a large table as CSV whose lines are text already, many of them in a piece."""
    yield from write_csv(header, ())
    yield from pieces


def write_column(typed: Sequence[str]) -> Sequence[str]:
    """Return cells that people typed as they stand in lines of CSV, formulas made text.

    Nearly all of them stand as they are, and a look at all of them together shows it: a fifth of
    the time of a look at each.
    """
    together = "\n" + "\n".join(typed)
    is_plain = together.count("\n") == len(typed) and not any(sign in together for sign in _QUOTED)
    if is_plain and not any(sign in together and begun in together for sign, begun in _BEGINNINGS):
        return typed
    return [_write_cell(cell) for cell in typed]


def write_part(cells: Iterable[str]) -> str:
    """Return cells of our own as a part of a line of CSV, without an end."""
    return ",".join(map(_quote, cells))


def _write_cell(cell: str) -> str:
    return _quote(defuse(cell))


def _quote(cell: str) -> str:
    """Quote a cell where a line would be read wrong without; as `csv.writer` does."""
    if _has_quoted(cell):
        doubled = cell.replace('"', '""')
        return f'"{doubled}"'
    return cell


def defuse(cell: str) -> str:
    """Keep a spreadsheet program from running what a learner typed as a formula.

    OWASP, CSV Injection: https://owasp.org/www-community/attacks/CSV_Injection.
    """
    return f"'{cell}" if cell.startswith(_FORMULA_STARTS) else cell
