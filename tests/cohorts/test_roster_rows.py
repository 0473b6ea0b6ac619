"""Which column is what, and who is in each row."""

from __future__ import annotations

import re

import pytest
from hypothesis import given
from hypothesis import strategies as st

from soar_lms.cohorts.roster import LONGEST_NAME
from soar_lms.cohorts.roster_columns import (
    Columns,
    guess_columns,
    letter,
    list_about_clients,
    list_unused,
    read_language,
)
from soar_lms.cohorts.roster_rows import Fault, KnownLine, Outcome, Row, judge, read_rows
from soar_lms.cohorts.roster_table import Table, UnreadableError, read_text

WORDS = {
    "en": "en",
    "es": "es",
    "english": "en",
    "ingles": "en",
    "spanish": "es",
    "espanol": "es",
    "castellano": "es",
}


def read_address(text: str) -> str:
    if not re.fullmatch(r"[^@\s]+@[^@\s]+\.[a-zü]+", text.lower()):
        raise ValueError(text)
    return text.lower()


def table(text: str) -> Table:
    return read_text(text)


def rows_of(text: str, columns: Columns | None = None) -> list[Row]:
    found = table(text)
    chosen = columns or guess_columns(found, WORDS).columns
    assert chosen is not None
    return read_rows(found, chosen, read_address, WORDS)


# --- columns ------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("header", "columns"),
    [
        ("Name,E-mail", Columns(1, (0,))),
        ("Email;Full Name;Language", Columns(0, (1,), 2)),
        ("nombre\tCORREO ELECTRÓNICO\tIdioma", Columns(1, (0,), 2)),
        ("Correo|Nombre|Apellidos", Columns(0, (1, 2))),
        ("Apellidos,Nombre(s),Correo electronico:", Columns(2, (1, 0))),
        ("Primer apellido,Segundo apellido,Nombres,Correo", Columns(3, (2, 0, 1))),
        ("Last name,First name,Department,Work e-mail (required)*", Columns(3, (1, 0))),
        ("Display name,First name,Last name,Email", Columns(3, (0,))),
        ("Dirección de correo electrónico,Idioma preferido", Columns(0, (), 1)),
        ("Email,Supervisor email,Name", Columns(0, (2,))),
    ],
)
def test_columns_are_known_by_their_names_in_either_language(header: str, columns: Columns) -> None:
    assert guess_columns(table(f"{header}\n"), WORDS).columns == columns


@pytest.mark.parametrize(
    ("text", "columns"),
    [
        ("a@x.org\nb@x.org", Columns(0, has_header=False)),
        ("Ana,a@x.org\nBen,b@x.org", Columns(1, (0,), has_header=False)),
        ("a@x.org;español;Ana\nb@x.org;;Ben", Columns(0, (2,), 1, has_header=False)),
    ],
)
def test_a_list_without_a_header_is_known_by_what_stands_in_it(text: str, columns: Columns) -> None:
    assert guess_columns(table(text), WORDS).columns == columns


@pytest.mark.parametrize(
    ("text", "email"),
    [
        pytest.param("Who,Contact\nAna,a@x.org", 1, id="unknown-header"),
        pytest.param("Email,E-mail,Name\na@x.org,b@x.org,Ana", 0, id="two-addresses"),
        pytest.param("Ana,Vega,a@x.org\nBen,Okonkwo,b@x.org", 2, id="two-names"),
        pytest.param("Email,Who\na@x.org,Ana", 0, id="no-name-but-another-column"),
        pytest.param("Supervisor email,Name\na@x.org,Ana", 0, id="of-somebody-else"),
        pytest.param("Name,Phone\nAna,1", None, id="no-address"),
    ],
)
def test_where_it_is_not_clear_somebody_is_asked(text: str, email: int | None) -> None:
    guess = guess_columns(table(text), WORDS)

    assert (guess.columns, guess.email) == (None, email)


def test_a_header_that_names_people_is_suggested_where_the_addresses_are_in_doubt() -> None:
    guess = guess_columns(table("Full name,Contact\nAna Vega,ana@example.org\n"), WORDS)

    assert (guess.columns, guess.email, guess.names) == (None, 1, (0,))


def test_columns_that_nobody_reads_are_named() -> None:
    with_header = table("Name,Email,Ward,,Phone\nAna,a@x.org,7,x,1")
    without = table("Ana,a@x.org,7")

    assert list_unused(with_header, Columns(1, (0,))) == ["Ward", "D", "Phone"]
    assert list_unused(without, Columns(1, (0,), has_header=False)) == ["C"]


def test_a_column_about_clients_is_found_and_taken_out() -> None:
    found = table("Name,Patient name,Email,Cliente\nAna,Somebody,a@x.org,x")

    columns = list_about_clients(found)

    assert columns == [1, 3]
    assert "Somebody" not in str(found.without(columns))
    assert guess_columns(found.without(columns), WORDS).columns == Columns(2, (0,))


@pytest.mark.parametrize(("column", "name"), [(0, "A"), (25, "Z"), (26, "AA"), (49, "AX")])
def test_columns_are_called_as_in_a_spreadsheet_program(column: int, name: str) -> None:
    assert letter(column) == name


@pytest.mark.parametrize(
    ("cell", "tag"),
    [
        ("es", "es"),
        ("ES-mx", "es"),
        ("en_US", "en"),
        ("Español", "es"),
        ("Spanish (Mexico)", "es"),
        ("INGLÉS", "en"),
        ("Castellano", "es"),
        ("français", None),
        ("", None),
    ],
)
def test_languages_are_known_by_any_of_their_names(cell: str, tag: str | None) -> None:
    assert read_language(cell, WORDS) == tag


# --- rows ---------------------------------------------------------------------------------------

THREE = Columns(1, (0,), 2)


@pytest.mark.parametrize(
    ("line", "row"),
    [
        ("Ana,ANA@X.org,es", Row(2, "Ana", "ana@x.org", "es")),
        ("Ñ,n@x.org,", Row(2, "Ñ", "n@x.org", "")),
        (",n@x.org,", Row(2, "", "n@x.org", "")),
        ("-,n@x.org,", Row(2, "", "n@x.org", "")),
        ("Ana,mailto:ana@x.org,", Row(2, "Ana", "ana@x.org", "")),
        (",Ana Vega <ana@x.org>,", Row(2, "Ana Vega", "ana@x.org", "")),
        ("Ana,ana@bücher.de,", Row(2, "Ana", "ana@bücher.de", "")),
        ("Ana,,", Row(2, "Ana", "", "", Fault.NO_ADDRESS, "B2")),
        ("Ana,none,", Row(2, "Ana", "none", "", Fault.BAD_ADDRESS, "B2")),
        ("Ana,aña@x.org,", Row(2, "Ana", "aña@x.org", "", Fault.ACCENT, "B2")),
        ("Ana,a@x.org; b@x.org,", Row(2, "Ana", "a@x.org; b@x.org", "", Fault.SEVERAL, "B2")),
        ("Ana,a@x.org,Klingon", Row(2, "Ana", "a@x.org", "Klingon", Fault.LANGUAGE, "C2")),
        ("A\u202ena,a@x.org,", Row(2, "A�na", "a@x.org", "", Fault.UNREADABLE_NAME, "A2")),
        (
            f"{'x' * 121},a@x.org,",
            Row(2, "x" * LONGEST_NAME, "a@x.org", "", Fault.LONG_NAME, "A2"),
        ),
    ],
)
def test_a_row_is_somebody_or_has_a_fault_with_its_cell(line: str, row: Row) -> None:
    assert rows_of(f"Name,E-mail,Language\n{line}", THREE) == [row]


def test_first_and_last_names_are_put_together() -> None:
    assert [
        row.name for row in rows_of("Apellidos,Nombre,Correo\nVega,Ana,a@x.org\n,Ben,b@x.org")
    ] == [
        "Ana Vega",
        "Ben",
    ]


def test_the_same_address_again_names_the_row_of_the_first() -> None:
    rows = rows_of("Name,E-mail\nAna,a@x.org\nX,none\n\nAna V.,A@x.org\nBen,b@x.org\nB,a@x.org")

    assert [row.first for row in rows] == [None, None, 2, None, 2]


def test_a_row_is_packed_and_unpacked_the_same() -> None:
    rows = rows_of("Name,E-mail,Language\nAna,a@x.org,es\nAna,a@x.org,\nX,none,", THREE)

    assert [Row.unpack(row.pack()) for row in rows] == rows


@given(st.text(max_size=200))
def test_any_list_that_is_understood_gives_rows(text: str) -> None:
    try:
        found = table(text)
    except UnreadableError:
        return
    for columns in (guess_columns(found, WORDS).columns, Columns(0, (1, 0), 2)):
        if columns is not None:
            rows = read_rows(found, columns, read_address, WORDS)
            assert len(rows) == len(found.lines) - columns.has_header


# --- what becomes of them -----------------------------------------------------------------------

LINES = {"a@x.org": KnownLine(1, "Ana", False), "c@x.org": KnownLine(2, "Cy", True)}


@pytest.mark.parametrize(
    ("row", "outcome"),
    [
        (Row(2, "Ben", "b@x.org", ""), Outcome.INVITE),
        (Row(2, "Ana", "a@x.org", ""), Outcome.KNOWN),
        (Row(2, "", "a@x.org", "es"), Outcome.KNOWN),
        (Row(2, "Ana Vega", "a@x.org", ""), Outcome.RENAME),
        (Row(2, "Another", "c@x.org", ""), Outcome.MEMBER),
        (Row(2, "Dee", "d@x.org", ""), Outcome.MEMBER),
        (Row(3, "Dee", "d@x.org", "", first=2), Outcome.REPEAT),
        (Row(3, "Dee", "none", "", Fault.BAD_ADDRESS, "B3"), Outcome.FAULT),
    ],
)
def test_what_becomes_of_a_row_follows_from_who_is_there(row: Row, outcome: Outcome) -> None:
    assert judge(row, LINES, {"d@x.org"}) is outcome
