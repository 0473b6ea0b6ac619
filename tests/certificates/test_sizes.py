"""Sizes: long names get smaller by their width, then wrap, and always fit."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from soar_lms.certificates.sizes import Fit, choose_size, count_lines

NAME = Fit(
    width=212, sizes=(50, 45, 40, 36, 32, 28), wrapped=(28, 24, 20, 16, 13), height=26, weight=300
)


@pytest.mark.parametrize(
    ("name", "size", "lines"),
    [
        ("Li", 50, 1),
        ("María José Núñez de la Cruz", 45, 1),
        ("i" * 60, 40, 1),
        ("W" * 20, 28, 1),
        ("Maximiliana Guadalupe Hernández-Villavicencio de los Ángeles y Fernández", 24, 2),
        ("W" * 60, 20, 2),
        ("W" * 120, 13, 3),
        ("李" * 30, 28, 2),
        ("李" * 120, 13, 3),
    ],
)
def test_long_names_get_smaller_by_their_width_and_then_wrap(
    name: str, size: int, lines: int
) -> None:
    chosen = choose_size(name, NAME)

    assert (chosen, count_lines(name, chosen, NAME.width, NAME.weight)) == (size, lines)


@given(st.text("abcWi -'ñ", min_size=1, max_size=120))
def test_every_name_has_a_size_whose_lines_fit_the_box(name: str) -> None:
    size = choose_size(name, NAME)

    assert count_lines(name, size, NAME.width, NAME.weight) <= NAME.lines(size)
