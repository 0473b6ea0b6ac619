"""Lists as people send them: encodings, separators, headers, workbooks, and what is no list."""

from __future__ import annotations

import csv
import io
from itertools import product
from zipfile import ZipFile

import pytest
from hypothesis import given
from hypothesis import strategies as st

from soar_lms.cohorts.roster_files import MOST_UNPACKED, read_file
from soar_lms.cohorts.roster_table import (
    MOST_PEOPLE,
    UNREADABLE,
    Table,
    Trouble,
    UnreadableError,
    decode,
    is_address,
    pack,
    read_text,
    unpack,
)
from tests.cohorts.workbooks import cell, make_raw_workbook, make_workbook

HEADER = ["Nombre", "Correo electrónico", "Idioma"]
PEOPLE = [
    ["Vega, Ana", "ana@example.org", "es"],
    ["José Núñez", "jose@example.org", "Español"],
    ["Ñ", "n@example.org", ""],
]
ENCODINGS = {
    "utf-8": "utf-8",
    "utf-8 with a mark": "utf-8-sig",
    "utf-16 with a mark": "utf-16",
    "utf-16 little": "utf-16-le",
    "utf-16 big": "utf-16-be",
    "utf-32 with a mark": "utf-32",
    "windows": "cp1252",
    "latin-1": "latin-1",
    "mac": "mac_roman",
    "dos": "cp850",
}


def write(rows: list[list[str]], delimiter: str = ",", line_end: str = "\r\n") -> str:
    buffer = io.StringIO()
    csv.writer(buffer, delimiter=delimiter, lineterminator=line_end).writerows(rows)
    return buffer.getvalue()


def cells_of(table: Table) -> list[list[str]]:
    return [list(line.cells) for line in table.lines]


def without_ends(rows: list[list[str]]) -> list[list[str]]:
    return [row if row[-1] else row[:-1] for row in rows]


def trouble_of(data: bytes) -> Trouble | None:
    try:
        read_file(data)
    except UnreadableError as error:
        return error.trouble
    return None


# --- text ---------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("encoding", "delimiter"),
    [pytest.param(*pair, id=" ".join(map(repr, pair))) for pair in product(ENCODINGS, ",;\t|")],
)
@pytest.mark.parametrize("with_header", [True, False], ids=["header", "no header"])
def test_encoding_and_separator_are_found_out(
    encoding: str, delimiter: str, with_header: bool
) -> None:
    rows = [HEADER, *PEOPLE] if with_header else PEOPLE
    data = write(rows, delimiter).encode(ENCODINGS[encoding])

    table = read_file(data)

    assert cells_of(table) == without_ends(rows)


@pytest.mark.parametrize("line_end", ["\n", "\r\n", "\r"], ids=["unix", "windows", "old mac"])
def test_lines_end_in_every_way(line_end: str) -> None:
    table = read_file(write([HEADER, *PEOPLE], line_end=line_end).encode())

    assert [line.number for line in table.lines] == [1, 2, 3, 4]


@pytest.mark.parametrize(
    ("text", "cells"),
    [
        pytest.param("ana@example.org\nben@example.org", [["ana@example.org"]] * 1, id="one"),
        pytest.param("sep=;\nA;B\nx;y@example.org", [["A", "B"]], id="excel-says-it"),
        pytest.param('"a ""b""\nc";d@example.org', [['a "b" c', "d@example.org"]], id="quotes"),
        pytest.param("\ta@example.org", [["", "a@example.org"]], id="blank-first-cell"),
        pytest.param("Ana <a@example.org>", [["Ana <a@example.org>"]], id="brackets"),
        pytest.param("=1+1,a@example.org", [["=1+1", "a@example.org"]], id="formula-is-text"),
    ],
)
def test_a_text_is_split_as_it_was_meant(text: str, cells: list[list[str]]) -> None:
    assert cells_of(read_text(text))[: len(cells)] == cells


def test_what_is_too_long_for_a_cell_is_not_searched_for_an_address() -> None:
    almost = "a@" + "b." * 25_000

    assert is_address("a@" + "b." * 100 + "org")
    assert not is_address(almost + "org")
    assert cells_of(read_text(f"{almost}<\nben@example.org"))[1] == ["ben@example.org"]


def test_blank_rows_count_as_a_spreadsheet_program_counts_them() -> None:
    table = read_text("Name,Mail\n\n,\nAna,ana@example.org\n,,\n")

    assert [line.number for line in table.lines] == [1, 4]


def test_what_nobody_sees_is_taken_away_and_what_nobody_can_print_is_marked() -> None:
    table = read_text("A\u200bna\u00a0 Vega,\ufeffana@example.org, x\u202ey\x07\ud800")

    assert cells_of(table) == [["Ana Vega", "ana@example.org", f"x{UNREADABLE}y{UNREADABLE * 2}"]]


def test_accents_that_are_apart_are_put_together() -> None:
    assert cells_of(read_text("Jose\u0301,a@example.org"))[0][0] == "José"


def test_a_list_can_have_as_many_people_as_it_says_and_no_more() -> None:
    rows = "".join(f"p{number}@example.org\n" for number in range(MOST_PEOPLE))

    assert len(read_text("E-mail\n" + rows).lines) == MOST_PEOPLE + 1
    assert trouble_of(("E-mail\n" + rows + "one@more.example.org\n").encode()) is Trouble.TOO_LONG


@pytest.mark.parametrize(
    ("data", "trouble"),
    [
        pytest.param(b"", Trouble.EMPTY, id="nothing"),
        pytest.param(b"\r\n  \n\t", Trouble.EMPTY, id="blank"),
        pytest.param(b"\xff\xfe", Trouble.EMPTY, id="a-mark-alone"),
        pytest.param(b"\xff\xfea", Trouble.BROKEN, id="half-a-letter"),
        pytest.param(b"%PDF-1.7", Trouble.NOT_A_TABLE, id="pdf"),
        pytest.param(bytes(range(32)) * 9, Trouble.NOT_A_TABLE, id="noise"),
        pytest.param(b'a,"' + b"x" * 200_000, Trouble.NOT_A_TABLE, id="no-end"),
        pytest.param(b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + b"\0" * 99, Trouble.OLD_EXCEL, id="xls"),
        pytest.param(b"PK\x03\x04nothing more", Trouble.BROKEN, id="half-a-zip"),
    ],
)
def test_what_is_no_list_is_told_apart(data: bytes, trouble: Trouble) -> None:
    assert trouble_of(data) is trouble


# --- workbooks ----------------------------------------------------------------------------------


def test_a_workbook_is_read_whatever_it_is_called() -> None:
    table = read_file(make_workbook([HEADER, *PEOPLE]))

    assert cells_of(table) == without_ends([HEADER, *PEOPLE])
    assert table.sheet == "Sheet 1"


def test_the_first_sheet_that_somebody_sees_and_that_is_not_blank_is_read() -> None:
    book = make_workbook([["hidden"]], [], [["E-mail"], ["a@example.org"]], hidden=[0])

    assert read_file(book).sheet == "Sheet 3"


def test_numbers_and_days_are_text_and_rows_keep_their_place() -> None:
    book = make_workbook([["Name", "No."], [], ["Ana", 7.0], ["Ben", 7.5], [True, "x"]])

    table = read_file(book)

    assert cells_of(table)[1:] == [["Ana", "7"], ["Ben", "7.5"], ["True", "x"]]
    assert [line.number for line in table.lines] == [1, 3, 4, 5]


def test_a_formula_is_never_worked_out() -> None:
    saved = '<c r="A1" t="str"><f>HYPERLINK("mailto:a@example.org")</f><v>a@example.org</v></c>'
    unsaved = '<c r="A2"><f>1+1</f></c>' + cell("B2", "=cmd|' /C calc'!A0")
    book = make_raw_workbook(f'<row r="1">{saved}</row><row r="2">{unsaved}</row>')

    assert cells_of(read_file(book)) == [["a@example.org"], ["", "=cmd|' /C calc'!A0"]]


def test_a_workbook_of_two_cells_far_apart_is_read_in_passing() -> None:
    rows = f'<row r="1">{cell("A1", "a@example.org")}</row>'
    book = make_raw_workbook(f'{rows}<row r="1048576">{cell("XFD1048576", "x")}</row>')

    assert cells_of(read_file(book)) == [["a@example.org"]]


BOMB = b"<x>" + b"0" * MOST_UNPACKED + b"</x>"
ENTITIES = '<!DOCTYPE x [<!ENTITY a "aaaa"><!ENTITY b "&a;&a;">]>'


@pytest.mark.parametrize(
    ("data", "trouble"),
    [
        pytest.param(make_workbook([]), Trouble.EMPTY, id="blank"),
        pytest.param(
            make_workbook([["x"]], hidden=[]).replace(b"PK\x01\x02", b"PK\x01\x09"),
            Trouble.BROKEN,
            id="damaged",
        ),
        pytest.param(make_workbook([["x"]])[:-200], Trouble.BROKEN, id="cut-off"),
        pytest.param(make_raw_workbook("", extra={"xl/b.xml": BOMB}), Trouble.TOO_LARGE, id="bomb"),
        pytest.param(
            make_raw_workbook(f"<row>{'<c/>' * 300_000}</row>"), Trouble.TOO_LARGE, id="cells"
        ),
        pytest.param(make_raw_workbook("<row/>" * 900_000), Trouble.TOO_LARGE, id="tags"),
        pytest.param(make_raw_workbook("", head=ENTITIES), Trouble.BROKEN, id="entities"),
        pytest.param(make_raw_workbook("<row"), Trouble.BROKEN, id="bad-xml"),
        pytest.param(
            make_raw_workbook("", extra={"content.xml": b""}),
            Trouble.OTHER_PROGRAM,
            id="libreoffice",
        ),
        pytest.param(make_workbook([["x"]] * (MOST_PEOPLE + 2)), Trouble.TOO_LONG, id="too-long"),
    ],
)
def test_a_workbook_that_cannot_be_read_is_told_apart(data: bytes, trouble: Trouble) -> None:
    assert trouble_of(data) is trouble


def test_a_sheet_by_a_name_that_is_not_measured_is_not_read() -> None:
    book = ZipFile(io.BytesIO(make_raw_workbook(f"<row>{cell('A1', 'a@example.org')}</row>")))
    buffer = io.BytesIO()
    with ZipFile(buffer, "w") as archive:
        for name in book.namelist():
            text = book.read(name).replace(b"sheet1.xml", b"sheet1.dat")
            archive.writestr(name.replace("sheet1.xml", "sheet1.dat"), text)

    assert trouble_of(buffer.getvalue()) in {Trouble.EMPTY, Trouble.BROKEN}


def test_a_zip_of_something_else_is_no_list() -> None:
    data = make_raw_workbook("").replace(b"xl/", b"zz/")

    assert trouble_of(data) is Trouble.NOT_A_TABLE


# --- to a page and back -------------------------------------------------------------------------


def test_a_table_goes_to_a_page_and_comes_back_the_same() -> None:
    table = read_text('Name;Mail\n\n"A ""b""";a@example.org\n;b@example.org')

    assert unpack(pack(table)) == table


@pytest.mark.parametrize(
    "text",
    [
        "",
        "x",
        "[]",
        "{}",
        '{"sheet":null,"rows":[["a","b"]]}',
        '{"sheet":null,"rows":[[2,"a"],[1,"b"]]}',
        '{"sheet":null,"rows":[[-1,"a"]]}',
        '{"sheet":null,"rows":[[1]]}',
        '{"sheet":null,"rows":[[Infinity,"a"]]}',
        '{"sheet":null,"rows":[[99999999999,"a"]]}',
        '{"sheet":null,"rows":{"a":1}}',
        "[" * 100_000,
    ],
)
def test_a_table_that_somebody_changed_is_refused_or_read(text: str) -> None:
    with pytest.raises(UnreadableError):
        unpack(text)


# --- anything -----------------------------------------------------------------------------------


@given(st.binary(max_size=400))
def test_any_bytes_are_a_table_or_a_trouble(data: bytes) -> None:
    for each in (data, b"PK\x03\x04" + data, b"\xff\xfe" + data):
        trouble_of(each)


@given(st.integers(0, 4_000), st.binary(min_size=1, max_size=8))
def test_a_damaged_workbook_is_a_table_or_a_trouble(place: int, damage: bytes) -> None:
    book = make_raw_workbook(f'<row r="1">{cell("A1", "a@example.org")}</row>')
    place %= len(book)

    trouble_of(book[:place] + damage + book[place + len(damage) :])


@given(st.text())
def test_any_text_is_a_table_or_a_trouble_and_survives_a_page(text: str) -> None:
    try:
        table = read_text(text)
    except UnreadableError:
        return

    assert unpack(pack(table)) == table


@given(st.text(alphabet=st.characters(codec="cp1252", exclude_categories=["Cc"]), min_size=1))
def test_what_windows_wrote_is_read_without_an_error(text: str) -> None:
    assert decode(text.encode("cp1252"))
