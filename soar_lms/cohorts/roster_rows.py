"""The people in a list: every row is somebody, the same as above, or has a fault. Pure."""

from __future__ import annotations

import re
from collections.abc import Callable, Collection, Mapping
from dataclasses import dataclass
from enum import StrEnum
from typing import Any

from soar_lms.cohorts.roster import LONGEST_NAME
from soar_lms.cohorts.roster_columns import Columns, Words, letter, read_language
from soar_lms.cohorts.roster_table import UNREADABLE, Line, Table

LONGEST_ADDRESS = 254
_IN_BRACKETS = re.compile(r"([^<>]*)<([^<>]*)>")
_SEVERAL = re.compile(r"[\s,;/|]+")


class Fault(StrEnum):
    """Why somebody cannot be invited by what stands in a row."""

    NO_ADDRESS = "no-address"
    BAD_ADDRESS = "bad-address"
    ACCENT = "accent"
    """Letters before the @ that few mail servers take; nearly always a slip."""
    SEVERAL = "several"
    LONG_NAME = "long-name"
    UNREADABLE_NAME = "unreadable-name"
    LANGUAGE = "language"


@dataclass(frozen=True)
class Row:
    """A row of a list."""

    number: int
    name: str
    """May be empty."""
    email: str
    """As it is stored; where it has a fault, as it was written."""
    language: str
    """The tag; empty where the row names none; where it has a fault, as it was written."""
    fault: Fault | None = None
    place: str = ""
    """The cell with the fault, as a spreadsheet program calls it: B17."""
    first: int | None = None
    """The row above that has the same address."""

    def pack(self) -> list[Any]:
        """Return it as JSON can hold it, and as short."""
        return [
            self.number,
            self.name,
            self.email,
            self.language,
            self.fault,
            self.place,
            self.first,
        ]

    @classmethod
    def unpack(cls, values: list[Any]) -> Row:
        """Return what was packed."""
        number, name, email, language, fault, place, first = values
        return cls(number, name, email, language, fault and Fault(fault), place, first)


class _RowError(ValueError):
    def __init__(self, fault: Fault, column: int) -> None:
        super().__init__(fault)
        self.fault, self.column = fault, column


def read_rows(
    table: Table, columns: Columns, read_address: Callable[[str], str], words: Words
) -> list[Row]:
    """Read everybody in a list.

    :param read_address: returns an address as it is stored, or raises ValueError.
    :param words: the languages of the site, by their folded names.
    """
    rows: list[Row] = []
    first: dict[str, int] = {}
    for line in table.lines[1:] if columns.has_header else table.lines:
        row = _read_row(line, columns, read_address, words)
        if row.fault is None:
            above = first.setdefault(row.email, row.number)
            if above != row.number:
                row = Row(row.number, row.name, row.email, row.language, first=above)
        rows.append(row)
    return rows


def _read_row(
    line: Line, columns: Columns, read_address: Callable[[str], str], words: Words
) -> Row:
    written = line.cell(columns.email)
    name, address = _split(line, columns)
    language = line.cell(columns.language)
    try:
        email = _read_email(address, columns.email, read_address)
        _check_name(name, columns)
        tag = _read_tag(language, columns, words)
    except _RowError as error:
        place = f"{letter(error.column)}{line.number}"
        return Row(
            line.number,
            name[:LONGEST_NAME],
            written[:LONGEST_ADDRESS],
            language[:LONGEST_NAME],
            error.fault,
            place,
        )
    return Row(line.number, name, email, tag)


def _split(line: Line, columns: Columns) -> tuple[str, str]:
    """Return the name and the address; `Ana Vega <ana@example.org>` has both in one cell."""
    name = " ".join(cell for column in columns.names if (cell := line.cell(column)))
    address = line.cell(columns.email)
    found = _IN_BRACKETS.fullmatch(address)
    if found:
        beside, address = found.groups()
        name = name or beside.strip(" \"'")
    has_letters = any(character.isalnum() for character in name)
    return name if has_letters or UNREADABLE in name else "", address.strip(" ,;")


def _read_email(address: str, column: int, read_address: Callable[[str], str]) -> str:
    address = re.sub(r"^mailto:\s*", "", address, flags=re.IGNORECASE)
    if not address:
        raise _RowError(Fault.NO_ADDRESS, column)
    if sum("@" in part for part in _SEVERAL.split(address)) > 1:
        raise _RowError(Fault.SEVERAL, column)
    try:
        email = read_address(address)
    except ValueError:
        raise _RowError(Fault.BAD_ADDRESS, column) from None
    if not email.rpartition("@")[0].isascii():
        raise _RowError(Fault.ACCENT, column)
    return email


def _check_name(name: str, columns: Columns) -> None:
    column = columns.names[0] if columns.names else columns.email
    if UNREADABLE in name:
        raise _RowError(Fault.UNREADABLE_NAME, column)
    if len(name) > LONGEST_NAME:
        raise _RowError(Fault.LONG_NAME, column)


def _read_tag(language: str, columns: Columns, words: Words) -> str:
    if columns.language is None or not language:
        return ""
    tag = read_language(language, words)
    if tag is None:
        raise _RowError(Fault.LANGUAGE, columns.language)
    return tag


# --- what becomes of them -----------------------------------------------------------------------


class Outcome(StrEnum):
    """What becomes of a row; in the order of pages, and the names of a task's tally."""

    INVITE = "invite"
    RENAME = "rename"
    """Invited before; the name on the invitation becomes that of the list."""
    KNOWN = "known"
    """Invited before: gets no second e-mail."""
    MEMBER = "member"
    REPEAT = "repeat"
    FAULT = "fault"
    CLOSED = "closed"
    """The group was closed before it was this row's turn."""


@dataclass(frozen=True)
class KnownLine:
    """An invitation that there is already."""

    id: int
    name: str
    is_accepted: bool


def judge(row: Row, lines: Mapping[str, KnownLine], members: Collection[str]) -> Outcome:
    """Say what becomes of a row.

    :param lines: the invitations of the group, by address.
    :param members: verified addresses of those who are in it.
    """
    if row.fault is not None:
        return Outcome.FAULT
    if row.first is not None:
        return Outcome.REPEAT
    line = lines.get(row.email)
    if row.email in members or (line is not None and line.is_accepted):
        return Outcome.MEMBER
    if line is None:
        return Outcome.INVITE
    return Outcome.RENAME if row.name and row.name != line.name else Outcome.KNOWN
