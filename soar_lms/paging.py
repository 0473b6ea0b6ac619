"""Long lists, one page at a time."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import Any, Generic, TypeVar

ROWS_ON_A_PAGE = 100

Row = TypeVar("Row")


@dataclass(frozen=True)
class Page(Generic[Row]):
    """A part of a list; pages and rows are counted from 1."""

    rows: Sequence[Row]
    number: int
    last: int
    first_row: int
    total: int

    @property
    def last_row(self) -> int:
        return self.first_row + len(self.rows) - 1


def read_number(asked: str | None) -> int | None:
    """Return the number that came with an address; None for anything else, or nothing."""
    is_number = asked is not None and asked.isascii() and asked.isdigit() and len(asked) < 10
    return int(asked) if asked and is_number else None


def turn_to(rows: Sequence[Row], asked: str | None, size: int = ROWS_ON_A_PAGE) -> Page[Row]:
    """Return the page that an address asks for; what is no page of the list is the nearest one.

    :param asked: the number as it came with the request; anything, or nothing.
    """
    page: Page[Row] = find_page(len(rows), asked, size)
    start = page.first_row - 1
    return replace(page, rows=rows[start : start + size])


def find_page(total: int, asked: str | None, size: int = ROWS_ON_A_PAGE) -> Page[Any]:
    """Return the page that an address asks for without its rows, for a list that is not read.

    :param asked: as `turn_to` has it.
    """
    last = max(1, -(-total // size))
    number = min(max(read_number(asked) or 1, 1), last)
    return Page((), number, last, (number - 1) * size + 1, total)
