"""Tables as text: what a spreadsheet would run is text, and everything can be read back."""

from __future__ import annotations

import csv
from collections.abc import Iterator
from io import StringIO

import pytest
from hypothesis import given
from hypothesis import strategies as st

from soar_lms.tables import (
    BYTE_ORDER_MARK,
    defuse,
    write_column,
    write_csv,
    write_part,
    write_pieces,
)


@pytest.mark.parametrize(
    ("cell", "written"),
    [
        ("=1+1", "'=1+1"),
        ("+1", "'+1"),
        ("-1", "'-1"),
        ("@SUM(A1)", "'@SUM(A1)"),
        ("\t=1", "'\t=1"),
        ("\r=1", "'\r=1"),
        ("\n=1", "'\n=1"),
        ("Ana", "Ana"),
        ("a=b", "a=b"),
        ("", ""),
        ("2026-11-22", "2026-11-22"),
    ],
)
def test_a_cell_that_a_spreadsheet_would_run_becomes_text(cell: str, written: str) -> None:
    assert defuse(cell) == written


cells = st.text(st.characters(exclude_categories=["Cs"]), max_size=12)


@given(st.lists(st.lists(cells, min_size=3, max_size=3), max_size=6))
def test_what_is_written_can_be_read_back(rows: list[list[str]]) -> None:
    header = ["Name", "E-mail", "State"]

    text = "".join(write_csv(header, rows))

    assert text.startswith(BYTE_ORDER_MARK)
    read = list(csv.reader(StringIO(text.removeprefix(BYTE_ORDER_MARK), newline="")))
    assert read == [header, *([defuse(cell) for cell in row] for row in rows)]
    assert not any(cell.startswith(("=", "+", "-", "@")) for row in read for cell in row)


def test_a_number_of_ours_stays_a_number() -> None:
    _, _, row = write_csv(["Gain", "Text"], [[-3.5, "-3.5"]])

    assert row == "-3.5,'-3.5\r\n"


def test_the_file_is_written_piece_by_piece() -> None:
    def rows() -> Iterator[list[str]]:
        yield ["Ana"]
        raise AssertionError("the second row was read before the first was written")

    pieces = write_csv(["Name"], rows())

    assert [next(pieces) for _ in range(3)] == [BYTE_ORDER_MARK, "Name\r\n", "Ana\r\n"]


typed = st.lists(
    st.one_of(cells, st.sampled_from(["Ana", '"', "a,b", "=1", "a\nb", "\n", "", "\r"]))
)


@given(typed)
def test_a_column_stands_in_its_lines_as_it_would_in_a_table(column: list[str]) -> None:
    lines = [f"{cell},x\r\n" for cell in write_column(column)]

    assert "".join(lines) == "".join(write_csv([], [[cell, "x"] for cell in column])).replace(
        f"{BYTE_ORDER_MARK}\r\n", ""
    )


@given(st.lists(cells.map(lambda cell: f"x{cell}"), min_size=2, max_size=4))
def test_a_part_of_a_line_is_the_line_without_its_end(part: list[str]) -> None:
    _, _, line = write_csv([], [part])

    assert f"{write_part(part)}\r\n" == line


def test_pieces_follow_their_header() -> None:
    pieces = [*write_pieces(["Name"], iter(["Ana\r\nBea\r\n"]))]

    assert pieces == [BYTE_ORDER_MARK, "Name\r\n", "Ana\r\nBea\r\n"]
