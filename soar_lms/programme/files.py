"""A report as files: CSV for programs, a workbook for people."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from datetime import date
from typing import BinaryIO

from xlsxwriter import Workbook
from xlsxwriter.worksheet import Worksheet

from soar_lms.i18n import gettext
from soar_lms.programme.sheets import Sheet, Sheets, say_rules
from soar_lms.programme.wording import ASKED
from soar_lms.tables import write_csv

_OPTIONS = {
    "constant_memory": True,
    "strings_to_formulas": False,
    "strings_to_urls": False,
    "strings_to_numbers": False,
}


def write_text(sheets: Sheets) -> Iterator[str]:
    """Write a report as CSV, piece by piece: one number in each line, hidden ones in words."""
    header = [
        gettext("Table"),
        gettext("Line"),
        gettext("Column"),
        gettext("Number"),
        gettext("Notes"),
    ]
    hidden = gettext("hidden")
    rows = (
        [sheet.title, line.label, head, hidden if number is None else number, " ".join(sheet.notes)]
        for sheet in sheets.all()
        for line in sheet.lines
        for head, number in zip(sheet.heads, line.numbers, strict=True)
    )
    return write_csv(header, rows)


def write_workbook(target: BinaryIO, sheets: Sheets, made_on: date) -> None:
    """Write a report as a workbook: what it is, then a sheet for each table.

    :param made_on: today, where the reader is.
    """
    with Workbook(target, _OPTIONS) as book:
        look = _Look(book)
        _write_cover(book.add_worksheet(gettext("About this report")), look, sheets, made_on)
        for name, sheet in zip((gettext("Report"), gettext("Quarters")), sheets.all(), strict=True):
            _write_sheet(book.add_worksheet(name), look, sheet)


class _Look:
    """The formats of a workbook."""

    def __init__(self, book: Workbook) -> None:
        self.title = book.add_format({"bold": True, "font_size": 14})
        self.head = book.add_format({"bold": True, "bottom": 1, "text_wrap": True})
        self.text = book.add_format({"text_wrap": True, "valign": "top"})
        self.day = book.add_format({"num_format": "yyyy-mm-dd", "align": "left"})
        self.number = book.add_format({"num_format": "#,##0"})
        self.hidden = book.add_format({"italic": True, "align": "right"})
        self.sum = book.add_format({"num_format": "#,##0", "bold": True, "top": 1})


def _write_cover(page: Worksheet, look: _Look, sheets: Sheets, made_on: date) -> None:
    page.set_column(0, 0, 34)
    page.set_column(1, 1, 90)
    page.write_string(0, 0, gettext("Program report"), look.title)
    page.write_string(1, 0, gettext("Made on"))
    page.write_datetime(1, 1, made_on, look.day)
    row = 2
    for what, words in sheets.say_question():
        page.write_string(row, 0, what)
        page.write_string(row, 1, words)
        row += 1
    row = _write_words(page, look, row + 1, gettext("How it is counted"), say_rules(sheets.report))
    asked = [f"{item.words} {item.source}. {item.address} ({item.read_on})" for item in ASKED]
    row = _write_words(page, look, row + 1, gettext("What is asked of such programs"), asked)
    page.write_string(row + 1, 0, gettext("This is not an official report of any agency."))


def _write_words(page: Worksheet, look: _Look, row: int, head: str, words: Sequence[str]) -> int:
    """Write a heading and sentences below it; return the row after them."""
    page.write_string(row, 0, head, look.head)
    for number, sentence in enumerate(words, start=row):
        page.write_string(number, 1, sentence, look.text)
    return row + max(1, len(words))


def _write_sheet(page: Worksheet, look: _Look, sheet: Sheet) -> None:
    page.set_column(0, 0, 40)
    page.set_column(1, len(sheet.heads), 18)
    page.freeze_panes(1, 1)
    for column, words in enumerate((sheet.head, *sheet.heads)):
        page.write_string(0, column, words, look.head)
    for row, line in enumerate(sheet.lines, start=1):
        is_total = line.kind == "total"
        page.write_string(row, 0, line.label, look.sum if is_total else None)
        for column, number in enumerate(line.numbers, start=1):
            if number is None:
                page.write_string(row, column, gettext("hidden"), look.hidden)
            else:
                page.write_number(row, column, number, look.sum if is_total else look.number)
    _write_notes(page, look, len(sheet.lines) + 2, [sheet.title, *sheet.notes])


def _write_notes(page: Worksheet, look: _Look, row: int, notes: Sequence[str]) -> None:
    for number, words in enumerate(notes, start=row):
        page.write_string(number, 0, words, look.text)
