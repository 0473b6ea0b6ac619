"""Reading the people whom a trainer writes down, one on each line. Pure."""

from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import dataclass
from enum import StrEnum

MOST_LINES = 200
LONGEST_NAME = 120
_LINE_END = re.compile(r"\r\n|\r|\n")
_IN_BRACKETS = re.compile(r"([^<>]*)<([^<>]*)>")
_SEPARATORS = ",;\t"


class Fault(StrEnum):
    """What is wrong with a line."""

    NO_ADDRESS = "no-address"
    SEVERAL = "several"
    LONG_NAME = "long-name"


@dataclass(frozen=True)
class Entry:
    """Somebody to invite; the name may be empty."""

    name: str
    email: str
    language: str | None = None
    """Of the e-mail; None: the one that was chosen for all."""


@dataclass(frozen=True)
class BadLine:
    """A line that names nobody, as it was typed."""

    text: str
    fault: Fault


@dataclass(frozen=True)
class Roster:
    """What stands in a text: every line that is not blank is an entry, a repeat, or bad."""

    entries: tuple[Entry, ...]
    """Each address once; the first line counts."""
    bad: tuple[BadLine, ...]
    repeats: int


class BadLineError(ValueError):
    """A line that names nobody."""

    def __init__(self, fault: Fault) -> None:
        super().__init__(fault)
        self.fault = fault


def list_lines(text: str) -> list[str]:
    """Return the lines that are not blank."""
    return [line.strip() for line in _LINE_END.split(text) if line.strip()]


def read_roster(text: str, read_address: Callable[[str], str]) -> Roster:
    """Read `Name <address>`, `Name, address` or an address from each line.

    A tab or a semicolon separates too: so do tables that are pasted.

    :param read_address: returns an address as it is stored, or raises ValueError.
    """
    entries: dict[str, Entry] = {}
    bad: list[BadLine] = []
    lines = list_lines(text)
    for line in lines:
        try:
            entry = read_line(line, read_address)
        except BadLineError as error:
            bad.append(BadLine(line, error.fault))
        else:
            entries.setdefault(entry.email, entry)
    return Roster(tuple(entries.values()), tuple(bad), len(lines) - len(entries) - len(bad))


def read_line(line: str, read_address: Callable[[str], str]) -> Entry:
    """Read one line.

    :raises BadLineError: when it names nobody.
    """
    name, written = _split(line)
    if "@" in name:
        raise BadLineError(Fault.SEVERAL)
    try:
        email = read_address(written)
    except ValueError:
        raise BadLineError(Fault.NO_ADDRESS) from None
    if len(name) > LONGEST_NAME:
        raise BadLineError(Fault.LONG_NAME)
    return Entry(name, email)


def _split(line: str) -> tuple[str, str]:
    """Return what is the name and what is the address, if the line is written well."""
    line = line.strip().rstrip(_SEPARATORS).rstrip()
    found = _IN_BRACKETS.fullmatch(line)
    if found:
        name, address = found.groups()
    else:
        place = max(line.rfind(separator) for separator in _SEPARATORS)
        name, address = line[: place + 1], line[place + 1 :]
    return _clean_name(name), address.strip()


def _clean_name(name: str) -> str:
    """Take away what only separates or quotes, and what stands for no name at all."""
    cleaned = " ".join(name.split()).strip(f"{_SEPARATORS}\"' ")
    return cleaned if any(character.isalnum() for character in cleaned) else ""
