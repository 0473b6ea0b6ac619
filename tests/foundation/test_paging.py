"""Pages of a long list: whatever is asked for is a page that exists, and none lacks a row."""

from __future__ import annotations

from itertools import chain

import pytest
from hypothesis import given
from hypothesis import strategies as st

from soar_lms.paging import turn_to


@given(st.integers(0, 40), st.integers(1, 7))
def test_the_pages_together_are_the_list(count: int, size: int) -> None:
    rows = list(range(count))
    last = turn_to(rows, None, size).last

    pages = [turn_to(rows, str(number), size) for number in range(1, last + 1)]

    assert list(chain.from_iterable(page.rows for page in pages)) == rows
    assert all(page.last == last and page.total == count for page in pages)
    assert [row for page in pages for row in range(page.first_row, page.last_row + 1)] == [
        row + 1 for row in rows
    ]


@pytest.mark.parametrize(
    ("asked", "number"),
    [
        (None, 1),
        ("", 1),
        ("2", 2),
        ("0", 1),
        ("4", 3),
        ("999999999", 3),
        ("9" * 5_000, 1),
        ("-1", 1),
        ("1.5", 1),
        ("²", 1),
        ("٢", 1),
        ("x", 1),
    ],
)
def test_what_is_no_page_is_the_nearest_one(asked: str | None, number: int) -> None:
    assert turn_to("abcdefghi", asked, 3).number == number
