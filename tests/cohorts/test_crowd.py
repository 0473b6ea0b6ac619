"""What may be shown: never figures from which those of fewer than five people can be worked out."""

from __future__ import annotations

from fractions import Fraction
from itertools import chain, combinations, product

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from soar_lms.cohorts.crowd import FLOOR, Cell, may_show

SETTINGS, LANGUAGES = ("clinic", "school", "street"), ("en", "es")
CELLS = list(product(SETTINGS, LANGUAGES))
VIEWS = [
    [cell for cell in CELLS if setting in {None, cell[0]} and language in {None, cell[1]}]
    for setting in (None, *SETTINGS)
    for language in (None, *LANGUAGES)
]
"""Everything that can be asked for: the whole, a setting, a language, both."""


def in_clinic(*counts: int) -> dict[Cell, int]:
    return dict(zip(CELLS, counts, strict=False))


@pytest.mark.parametrize(
    ("counts", "view", "shown"),
    [
        pytest.param([], CELLS, False, id="nobody"),
        pytest.param([1], CELLS, False, id="one"),
        pytest.param([4], CELLS, False, id="four"),
        pytest.param([5], CELLS, True, id="five"),
        pytest.param([3, 2], CELLS, True, id="five-together"),
        pytest.param([3, 2], CELLS[:1], False, id="a-part-below-five"),
        pytest.param([12, 1], CELLS[:1], False, id="the-rest-is-one-person"),
        pytest.param([12, 5], CELLS[:1], True, id="the-rest-is-five"),
        pytest.param([12, 0, 7], CELLS[:1], True, id="an-empty-part-hides-nothing"),
        pytest.param([9, 3, 2, 20], CELLS[:1], True, id="the-small-parts-are-five-together"),
        pytest.param([9, 3, 2, 20], CELLS[:2], False, id="one-of-the-small-parts-in-it"),
        pytest.param([20, 2, 9], CELLS[2:3], False, id="the-next-larger-hides-a-small-one"),
        pytest.param([20, 2, 9], CELLS[:1], True, id="the-largest-is-not-needed-for-that"),
    ],
)
def test_a_part_is_shown_when_neither_it_nor_the_rest_is_small(
    counts: list[int], view: list[Cell], shown: bool
) -> None:
    assert may_show(view, in_clinic(*counts)) is shown


def test_settings_and_languages_together_give_nobody_away() -> None:
    """Each setting and language has five or more, yet English less clinic is two in school."""
    counts = {("clinic", "en"): 8, ("school", "en"): 2, ("school", "es"): 6}

    assert may_show(list(counts), counts)
    assert not may_show([("clinic", "en"), ("school", "en")], counts)
    assert not may_show([("school", "es")], counts)
    assert may_show([("clinic", "en")], counts)


def rank(vectors: list[list[Fraction]]) -> int:
    """Return how many of the vectors say something that the others do not."""
    rows, found = [list(row) for row in vectors], 0
    for column in range(len(rows[0]) if rows else 0):
        pivot = next((row for row in rows[found:] if row[column]), None)
        if pivot is None:
            continue
        rows.remove(pivot)
        rows.insert(found, pivot)
        for row in rows[found + 1 :]:
            factor = row[column] / pivot[column]
            row[:] = [mine - factor * its for mine, its in zip(row, pivot, strict=True)]
        found += 1
    return found


def find_given_away(views: list[list[Cell]], counts: dict[Cell, int]) -> list[tuple[Cell, ...]]:
    """Return the groups below the floor whose figures follow from the views by plus and minus."""
    people = [cell for cell in counts if counts[cell]]

    def vector(cells: object) -> list[Fraction]:
        return [Fraction(cell in cells) for cell in people]  # type: ignore[operator]  # of cells

    known = [vector(view) for view in views]
    groups = chain.from_iterable(combinations(people, size) for size in range(1, len(people) + 1))
    return [
        group
        for group in groups
        if sum(counts[cell] for cell in group) < FLOOR
        and rank([*known, vector(group)]) == rank(known)
    ]


@given(st.lists(st.integers(0, 12), min_size=6, max_size=6))
@example([8, 0, 2, 6, 0, 0])
@example([12, 1, 0, 0, 0, 0])
def test_no_group_below_five_follows_from_all_that_is_shown(counts: list[int]) -> None:
    people = in_clinic(*counts)
    shown = [view for view in VIEWS if may_show(view, people)]

    assert find_given_away(shown, people) == []


@given(st.lists(st.integers(0, 12), min_size=6, max_size=6))
def test_the_whole_group_is_shown_from_five_people_on(counts: list[int]) -> None:
    assert may_show(CELLS, in_clinic(*counts)) is (sum(counts) >= FLOOR)


@given(st.lists(st.integers(FLOOR, 12), min_size=6, max_size=6))
def test_where_every_part_is_large_all_is_shown(counts: list[int]) -> None:
    assert all(may_show(view, in_clinic(*counts)) for view in VIEWS)


def test_what_follows_by_subtraction_is_noticed() -> None:
    counts = in_clinic(12, 1)

    assert find_given_away([CELLS, CELLS[:1]], counts) == [(CELLS[1],)]
    assert find_given_away([CELLS], counts) == []
