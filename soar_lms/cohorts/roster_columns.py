"""Which column of a list is what: by its header in either language, or by what stands in it. Pure.

A column that nobody needs is never read. One that is about patients or clients is not even shown
back to whoever sent it.
"""

from __future__ import annotations

import re
from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from enum import StrEnum

from soar_lms.cohorts.roster_table import Line, Table, is_address
from soar_lms.cohorts.sorting import fold

Words = Mapping[str, str]
"""Folded names of languages, each with the tag of its language."""


class Part(StrEnum):
    """What a header says that its column has."""

    EMAIL = "email"
    FULL_NAME = "full-name"
    NAME = "name"
    """The whole name or, beside a surname, the first one: lists are made either way."""
    FIRST_NAME = "first-name"
    SURNAME = "surname"
    LANGUAGE = "language"


_HEADERS: Mapping[Part, str] = {
    Part.EMAIL: (
        "email, e mail, mail, email address, e mail address, mail address, work email, "
        "work e mail, email id, correo, correo electronico, correo e, correo electronico laboral, "
        "correo de trabajo, correo institucional, direccion de correo, direccion electronica, "
        "direccion de correo electronico, direccion de email"
    ),
    Part.FULL_NAME: (
        "full name, display name, employee name, staff name, participant name, learner name, "
        "first and last name, nombre completo, nombre y apellido, nombre y apellidos, "
        "nombres y apellidos, apellidos y nombre, apellidos y nombres, nombre del empleado, "
        "nombre de la persona"
    ),
    Part.NAME: (
        "name, nombre, nombres, employee, participant, learner, staff member, empleado, empleada, "
        "participante, persona, personal"
    ),
    Part.FIRST_NAME: (
        "first name, firstname, first, given name, given names, forename, primer nombre, "
        "nombre de pila"
    ),
    Part.SURNAME: (
        "last name, lastname, last, surname, family name, second surname, apellido, apellidos, "
        "primer apellido, segundo apellido, apellido paterno, apellido materno"
    ),
    Part.LANGUAGE: (
        "language, lang, preferred language, language preference, idioma, idioma preferido, "
        "idioma de preferencia, lengua, lenguaje, language of the e mail, idioma del correo"
    ),
}
_PART_OF = {name: part for part, names in _HEADERS.items() for name in names.split(", ")}
_CLIENTS = (
    "patient, patients, client, clients, paciente, pacientes, cliente, clientes, victim, victims, "
    "victima, victimas, survivor, survivors, sobreviviente, sobrevivientes, diagnosis, "
    "diagnostico, mrn"
)
_LONGEST_HEADER = 40
_ABOUT_CLIENTS = frozenset(_CLIENTS.split(", "))


@dataclass(frozen=True)
class Columns:
    """Where each thing stands in a row; columns are counted from 0."""

    email: int
    names: tuple[int, ...] = ()
    """Their cells make the name, in this order."""
    language: int | None = None
    has_header: bool = True

    @property
    def used(self) -> set[int]:
        return {self.email, *self.names, *(() if self.language is None else (self.language,))}


@dataclass(frozen=True)
class Guess:
    """What the columns seem to be."""

    email: int | None
    names: tuple[int, ...]
    language: int | None
    has_header: bool
    is_sure: bool
    """False: whoever sent the list is asked."""

    @property
    def columns(self) -> Columns | None:
        """Return the columns; None where somebody must be asked first."""
        if self.email is None or not self.is_sure:
            return None
        return Columns(self.email, self.names, self.language, self.has_header)


def letter(column: int) -> str:
    """Return what a spreadsheet program calls a column: A to Z, then AA."""
    name = ""
    column += 1
    while column:
        column, rest = divmod(column - 1, 26)
        name = chr(ord("A") + rest) + name
    return name


def read_language(cell: str, words: Words) -> str | None:
    """Return the tag of a language by any of its names (`Español`, `Spanish`, `es-MX`); or None."""
    name = fold(cell)
    first = re.split(r"[\W_]", name, maxsplit=1)[0]
    return words.get(name) or words.get(first)


def list_about_clients(table: Table) -> list[int]:
    """Return the columns whose header speaks of patients or clients."""
    if any(is_address(cell) for cell in table.lines[0].cells):
        return []
    return [
        column
        for column, cell in enumerate(table.lines[0].cells)
        if not _ABOUT_CLIENTS.isdisjoint(_plain(cell).split())
    ]


def list_unused(table: Table, columns: Columns) -> list[str]:
    """Return what the columns are called that are not read: by header, else by letter."""
    filled = {column for line in table.lines for column, cell in enumerate(line.cells) if cell}
    header = table.lines[0] if columns.has_header else Line(0, ())
    return [
        header.cell(column)[:_LONGEST_HEADER] or letter(column)
        for column in sorted(filled - columns.used)
    ]


def guess_columns(table: Table, words: Words) -> Guess:
    """Say what the columns seem to be.

    :param words: the languages of the site, by their folded names.
    """
    header = table.lines[0]
    if any(is_address(cell) for cell in header.cells):
        return _guess_by_content(table.lines, words, has_header=False)
    named = _read_header(header)
    emails, languages = named[Part.EMAIL], named[Part.LANGUAGE]
    names = _choose_names(named)
    if len(emails) != 1:
        return replace(_guess_by_content(table.lines[1:], words, has_header=True), names=names)
    language = languages[0] if len(languages) == 1 else None
    rest = _list_filled(table.lines[1:]) - {emails[0], *names, *languages}
    return Guess(emails[0], names, language, True, is_sure=bool(names) or not rest)


def _plain(header: str) -> str:
    """Return the words of a header: without case, accents, signs, and what stands in brackets."""
    return " ".join(re.sub(r"\(.*?\)|[\W_]", " ", fold(header)).split())


def _read_header(header: Line) -> Mapping[Part, list[int]]:
    found: dict[Part, list[int]] = defaultdict(list)
    for column, cell in enumerate(header.cells):
        part = _PART_OF.get(_plain(cell))
        if part is not None:
            found[part].append(column)
    return found


def _choose_names(named: Mapping[Part, list[int]]) -> tuple[int, ...]:
    if named[Part.FULL_NAME]:
        return (named[Part.FULL_NAME][0],)
    first = named[Part.FIRST_NAME] or named[Part.NAME]
    if named[Part.SURNAME]:
        return (*first[:1], *named[Part.SURNAME])
    return tuple((named[Part.NAME] or first)[:1])


def _guess_by_content(lines: Sequence[Line], words: Words, *, has_header: bool) -> Guess:
    """Guess by what stands in the columns; sure only where no header says something else."""
    filled = _list_filled(lines)
    emails = [column for column in sorted(filled) if _is_mostly_addresses(lines, column)]
    rest = sorted(filled - set(emails))
    languages = [column for column in rest if _is_all_languages(lines, column, words)]
    names = [column for column in rest if column not in languages]
    is_sure = not has_header and len(emails) == 1 and len(languages) < 2 and len(names) < 2
    return Guess(
        emails[0] if emails else None,
        tuple(names) if is_sure else (),
        languages[0] if len(languages) == 1 else None,
        has_header,
        is_sure,
    )


def _list_filled(lines: Sequence[Line]) -> set[int]:
    return {column for line in lines for column, cell in enumerate(line.cells) if cell}


def _is_mostly_addresses(lines: Sequence[Line], column: int) -> bool:
    cells = [line.cell(column) for line in lines if line.cell(column)]
    return sum("@" in cell for cell in cells) * 2 > len(cells)


def _is_all_languages(lines: Sequence[Line], column: int, words: Words) -> bool:
    return all(read_language(line.cell(column), words) for line in lines if line.cell(column))
