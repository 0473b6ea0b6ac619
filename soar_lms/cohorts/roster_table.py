"""Reading a table out of whatever a trainer has: a file of any kind, or pasted text. Pure.

What a file is called says nothing: its first bytes say whether it is a workbook, its bytes say how
its letters are written, its lines say what separates its cells. Why each is found out the way it
is: `docs/decisions/0024-roster-import.md`.
"""

from __future__ import annotations

import csv
import io
import json
import re
import unicodedata
from collections import Counter
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, replace
from enum import StrEnum

MOST_PEOPLE = 5_000
"""Rows of one list, without its header."""
MOST_COLUMNS = 50
"""What stands further to the right is not read."""
LONGEST_CELL = 300
"""More than a name or an address can have: the rest of a cell is of no use to anybody here."""
UNREADABLE = "\ufffd"
"""Stands for a character that cannot be printed, or that the file's encoding does not have."""

_MARKS = (
    (b"\xff\xfe\x00\x00", "utf-32-le"),
    (b"\x00\x00\xfe\xff", "utf-32-be"),
    (b"\xef\xbb\xbf", "utf-8"),
    (b"\xff\xfe", "utf-16-le"),
    (b"\xfe\xff", "utf-16-be"),
)
_WESTERN = ("cp1252", "mac_roman", "cp850")
"""What programs write that do not write Unicode: Windows, older Excel on a Mac, and DOS."""
_SPANISH = frozenset("áéíóúüñÁÉÍÓÚÜÑ")
_DELIMITERS = "\t;,|"
"""In the order in which one of several that fit as well is chosen: commas also stand in names."""
_SAMPLE_CHARACTERS, _SAMPLE_ROWS = 50_000, 100
_SEPARATOR_LINE = re.compile(r"sep=([\t;,|])(?:\r\n|\r|\n)", re.IGNORECASE)
"""By this line Excel is told what separates the cells of a CSV file; it shows it to nobody."""
_ADDRESS = re.compile(r"[^@\s,;|<>]+@[^@\s,;|<>]+\.[^@\s,;|<>]+")
_INVISIBLE = dict.fromkeys(map(ord, "\u200b\u200c\u200d\u2060\ufeff\u00ad"))
_DIRECTIONS = frozenset("\u202a\u202b\u202c\u202d\u202e\u2066\u2067\u2068\u2069")


class Trouble(StrEnum):
    """Why there is no table in what was sent."""

    EMPTY = "empty"
    TOO_LONG = "too-long"
    TOO_LARGE = "too-large"
    """Unpacked, a workbook is larger than any list of people."""
    OLD_EXCEL = "old-excel"
    """The format of before 2007; a workbook with a password looks the same."""
    OTHER_PROGRAM = "other-program"
    NOT_A_TABLE = "not-a-table"
    UNCLEAR = "unclear"
    """Nobody knows which column is what, and it is too much to ask about."""
    BROKEN = "broken"


class UnreadableError(ValueError):
    """There is no table in it."""

    def __init__(self, trouble: Trouble) -> None:
        super().__init__(trouble)
        self.trouble = trouble


@dataclass(frozen=True)
class Line:
    """A row of a table that is not blank."""

    number: int
    """Its place in the file, from 1, as a spreadsheet program shows it."""
    cells: tuple[str, ...]

    def cell(self, column: int | None) -> str:
        """Return what stands in a column; nothing where the row is shorter."""
        return self.cells[column] if column is not None and column < len(self.cells) else ""


@dataclass(frozen=True)
class Table:
    """The rows of a list, header included."""

    lines: tuple[Line, ...]
    sheet: str | None = None
    """The sheet of the workbook that was read."""

    @property
    def width(self) -> int:
        return max((len(line.cells) for line in self.lines), default=0)

    def without(self, columns: Iterable[int]) -> Table:
        """Return the table with nothing in some columns; the others stay where they are."""
        gone = set(columns)
        lines = [
            replace(
                line,
                cells=tuple("" if place in gone else cell for place, cell in enumerate(line.cells)),
            )
            for line in self.lines
        ]
        return replace(self, lines=tuple(line for line in lines if any(line.cells)))


def is_address(cell: str) -> bool:
    """Whether a cell looks like an e-mail address.

    One that is too long for a cell is not looked at: for 50,000 characters that are almost an
    address the pattern takes minutes, and a worker of the site with it.
    """
    return len(cell) <= LONGEST_CELL and _ADDRESS.fullmatch(cell) is not None


def gather(rows: Iterable[Iterable[str]], sheet: str | None = None) -> Table:
    """Make a table of rows as they come; blank ones only count.

    :raises UnreadableError: when there are too many, or none.
    """
    lines = []
    for number, row in enumerate(rows, start=1):
        cells = _clean_row(row)
        if cells:
            lines.append(Line(number, cells))
        if len(lines) > MOST_PEOPLE + 1:  # one may be the header
            raise UnreadableError(Trouble.TOO_LONG)
    if not lines:
        raise UnreadableError(Trouble.EMPTY)
    return Table(tuple(lines), sheet)


def _clean_row(row: Iterable[str]) -> tuple[str, ...]:
    cells = [clean_cell(cell) for _, cell in zip(range(MOST_COLUMNS), row, strict=False)]
    while cells and not cells[-1]:
        cells.pop()
    return tuple(cells)


def clean_cell(text: str) -> str:
    """Return the text of a cell as one line, without what nobody sees."""
    if text.isascii() and text.isprintable():
        return " ".join(text[: 2 * LONGEST_CELL].split())[:LONGEST_CELL]
    line = " ".join(text[: 2 * LONGEST_CELL].translate(_INVISIBLE).split())
    kept = "".join(UNREADABLE if _is_hidden(character) else character for character in line)
    return unicodedata.normalize("NFC", kept)[:LONGEST_CELL].strip()


def _is_hidden(character: str) -> bool:
    return unicodedata.category(character) in {"Cc", "Cs", "Co"} or character in _DIRECTIONS


# --- text ---------------------------------------------------------------------------------------


def read_text(text: str) -> Table:
    """Read a table that is separated by whatever character makes the best table of it.

    :raises UnreadableError: when there is none.
    """
    text = text.removeprefix("\ufeff")
    _check_is_text(text)
    told = _SEPARATOR_LINE.match(text)
    if told:
        text = text[told.end() :]
    delimiter = told.group(1) if told else _choose_delimiter(text[:_SAMPLE_CHARACTERS])
    try:
        return gather(_split(text, delimiter))
    except csv.Error:  # a cell without an end
        raise UnreadableError(Trouble.NOT_A_TABLE) from None


def _check_is_text(text: str) -> None:
    """Refuse what is no text at all: pictures and documents have characters that text has not."""
    sample = text[:_SAMPLE_CHARACTERS]
    strange = sum(character < " " and character not in "\t\r\n" for character in sample)
    if strange > 3 + len(sample) // 100:
        raise UnreadableError(Trouble.NOT_A_TABLE)


def _split(text: str, delimiter: str) -> Iterator[list[str]]:
    return csv.reader(io.StringIO(text, newline=""), delimiter=delimiter)


def _choose_delimiter(sample: str) -> str:
    """Return what separates: it leaves most addresses alone in a cell, and rows of one length."""

    def worth(delimiter: str) -> tuple[int, int]:
        rows = []
        try:
            for row in _split(sample, delimiter):
                rows.append([cell.strip() for cell in row])
                if len(rows) == _SAMPLE_ROWS:
                    break
        except csv.Error:
            return (0, 0)
        addresses = sum(is_address(cell) for row in rows for cell in row)
        lengths = Counter(len(row) for row in rows if len(row) > 1)
        return (addresses, max(lengths.values(), default=0))

    return max(_DELIMITERS, key=worth)


# --- bytes --------------------------------------------------------------------------------------


def decode(data: bytes) -> str:
    """Return the text of a file whose encoding nobody tells.

    A byte order mark is believed; then UTF-16 shows by its zeros; what is valid UTF-8 is UTF-8, as
    good as certainly. Of the older encodings the one is taken that finds most Spanish letters.

    :raises UnreadableError: when a mark promises what is not there.
    """
    encoding = next((name for mark, name in _MARKS if data.startswith(mark)), None)
    encoding = encoding or _guess_utf16(data)
    try:
        return data.decode(encoding or "utf-8").removeprefix("\ufeff")
    except UnicodeDecodeError:
        if encoding is not None:
            raise UnreadableError(Trouble.BROKEN) from None
    texts = [data.decode(name, errors="replace") for name in _WESTERN]
    return max(texts, key=lambda text: sum(letter in _SPANISH for letter in text))


def _guess_utf16(data: bytes) -> str | None:
    sample = data[:1_000]
    even, odd = sample[::2].count(0), sample[1::2].count(0)
    zeros = max(even, odd)
    if not zeros or zeros * 3 < len(sample) // 2:
        return None
    return "utf-16-le" if odd > even else "utf-16-be"


# --- to a page and back -------------------------------------------------------------------------


def pack(table: Table) -> str:
    """Write a table down for a field of a page, so that nothing is kept meanwhile."""
    rows = [[line.number, *line.cells] for line in table.lines]
    return json.dumps({"sheet": table.sheet, "rows": rows}, separators=(",", ":"))


def unpack(text: str) -> Table:
    """Read what `pack` wrote; anybody may have changed it.

    :raises UnreadableError: when it is something else.
    """
    try:
        found = json.loads(text)
        rows = [(int(number), [str(cell) for cell in cells]) for number, *cells in found["rows"]]
        sheet = found["sheet"] and clean_cell(str(found["sheet"]))
    except (ValueError, TypeError, KeyError, OverflowError, RecursionError):
        raise UnreadableError(Trouble.BROKEN) from None
    table = gather([cells for _, cells in rows], sheet)
    numbers = [number for number, cells in rows if _clean_row(cells)]
    if numbers != sorted(set(numbers)) or not 0 < numbers[0] <= numbers[-1] < 2**31:
        raise UnreadableError(Trouble.BROKEN)
    lines = zip(numbers, table.lines, strict=True)
    return replace(table, lines=tuple(replace(line, number=number) for number, line in lines))
