"""A report as an XLSX workbook: a summary, and a sheet for each module with real days and numbers.

Text is always written as text, so nothing that somebody typed is a formula. Rows go to disk as they
come: memory stays the same however many there are.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import date
from typing import Any, BinaryIO

from xlsxwriter import Workbook
from xlsxwriter.worksheet import Worksheet

from soar_lms.cohorts.report import Report
from soar_lms.cohorts.report_cells import Cells, Said, header, say_filters
from soar_lms.cohorts.report_query import Line
from soar_lms.cohorts.report_totals import STATES, Totals
from soar_lms.i18n import gettext

MOST_LINES = 100_000
"""A workbook with more takes longer to write than somebody waits for a page; CSV has no bound."""
LONGEST_SHEET_NAME = 31
_MODULE_COLUMN = 2
_MODULE_OF_LINE = Line._fields.index("module_id")
_WIDTHS = (28, 32, 24, 36, 24, 14, 14, 36, 14, 14, 14, 20)
_NOT_IN_NAMES = str.maketrans(dict.fromkeys("[]:*?/\\'", " "))
_OPTIONS = {
    "constant_memory": True,
    "strings_to_formulas": False,
    "strings_to_urls": False,
    "strings_to_numbers": False,
}


def write_workbook(
    target: BinaryIO, report: Report, cells: Cells, totals: Totals, made_on: date
) -> None:
    """Write the lines that a report is asked for into a file.

    :param made_on: today, where the reader is.
    """
    with Workbook(target, _OPTIONS) as book:
        look = _Look(book)
        _write_summary(book, look, cells, totals, made_on)
        sheets = _add_sheets(book, look, report, cells.titles)
        next_rows = dict.fromkeys(sheets, 1)
        for lines in report.stream():
            for line in lines:
                name = line[_MODULE_OF_LINE]
                _write_row(sheets[name], next_rows[name], cells.values(line), look)
                next_rows[name] += 1
        for name, sheet in sheets.items():
            sheet.autofilter(0, 0, max(1, next_rows[name] - 1), len(_WIDTHS) - 1)


class _Look:
    """The formats of a workbook."""

    def __init__(self, book: Workbook) -> None:
        self.head = book.add_format({"bold": True, "bottom": 1, "text_wrap": True})
        self.title = book.add_format({"bold": True, "font_size": 14})
        self.day = book.add_format({"num_format": "yyyy-mm-dd", "align": "left"})
        self.number = book.add_format({"num_format": "#,##0"})
        self.sum = book.add_format({"num_format": "#,##0", "bold": True, "top": 1})


def _add_sheets(
    book: Workbook, look: _Look, report: Report, titles: Mapping[str, str]
) -> dict[str, Worksheet]:
    sheets, taken = {}, {str(gettext("Summary")).casefold()}
    shown = [report.filters.module] if report.filters.module else report.module_ids
    for module_id in shown:
        name = _sheet_name(titles[module_id], taken)
        sheet = sheets[module_id] = book.add_worksheet(name)
        heads = header()
        del heads[_MODULE_COLUMN]
        for column, (words, width) in enumerate(zip(heads, _WIDTHS, strict=True)):
            sheet.set_column(column, column, width)
            sheet.write_string(0, column, words, look.head)
        sheet.freeze_panes(1, 1)
    return sheets


def _sheet_name(title: str, taken: set[str]) -> str:
    """Return a name that a sheet may have: short, without some signs, and of this sheet only."""
    plain = " ".join(title.translate(_NOT_IN_NAMES).split()) or "-"
    name, number = plain[:LONGEST_SHEET_NAME].strip(), 2
    while name.casefold() in taken:
        end = f" {number}"
        name, number = plain[: LONGEST_SHEET_NAME - len(end)].strip() + end, number + 1
    taken.add(name.casefold())
    return name


def _write_row(
    sheet: Worksheet, row: int, values: Sequence[str | date | None], look: _Look
) -> None:
    kept = [*values[:_MODULE_COLUMN], *values[_MODULE_COLUMN + 1 :]]
    for column, value in enumerate(kept):
        if isinstance(value, date):
            sheet.write_datetime(row, column, value, look.day)
        elif value:
            sheet.write_string(row, column, value)


def _write_summary(
    book: Workbook, look: _Look, cells: Cells, totals: Totals, made_on: date
) -> None:
    sheet = book.add_worksheet(str(gettext("Summary")))
    sheet.set_column(0, 0, 40)
    sheet.set_column(1, len(STATES) + 1, 16)
    sheet.write_string(0, 0, cells.report.cohort.name, look.title)
    sheet.write_string(1, 0, gettext("Made on"))
    sheet.write_datetime(1, 1, made_on, look.day)
    row = _write_filters(sheet, 2, say_filters(cells.report.filters))
    _write_totals(sheet, look, row + 1, cells.titles, totals)


def _write_filters(sheet: Worksheet, row: int, said: Sequence[Said]) -> int:
    if not said:
        sheet.write_string(row, 0, gettext("Everybody on the roster"))
        return row + 1
    sheet.write_string(row, 0, gettext("Only these are listed:"))
    for number, item in enumerate(said, start=row + 1):
        sheet.write_string(number, 0, item.label)
        sheet.write_string(number, 1, item.words)
    return row + 1 + len(said)


def _write_totals(
    sheet: Worksheet, look: _Look, row: int, titles: Mapping[str, str], totals: Totals
) -> None:
    """Write the numbers by module and state; those of the setting and language asked for."""
    states = totals.states
    heads = [gettext("Module"), *(str(STATES[state]) for state in states), gettext("Total")]
    for column, words in enumerate(heads):
        sheet.write_string(row, column, words, look.head)
    for module_id, title in titles.items():
        row += 1
        sheet.write_string(row, 0, title)
        numbers = [totals.of(state, module_id) for state in states]
        _write_numbers(sheet, row, [*numbers, sum(numbers)], look.number)
    sums = [totals.of(state) for state in states]
    _write_numbers(sheet, row + 1, [*sums, sum(sums)], look.sum)
    sheet.write_string(row + 1, 0, gettext("Total"), look.sum)


def _write_numbers(sheet: Worksheet, row: int, numbers: Sequence[int], look: Any) -> None:
    for column, number in enumerate(numbers, start=1):
        sheet.write_number(row, column, number, look)
