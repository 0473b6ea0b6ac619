"""What is hidden in a table stays hidden: tried by somebody who counts through everything."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from itertools import product

import pytest
from hypothesis import assume, given, settings
from hypothesis import strategies as st

from soar_lms.suppression import (
    Cell,
    Count,
    Protected,
    find_hidden,
    find_pinned,
    is_small,
    protect,
    round_off,
)

FLOOR = 4
"""A low floor lets an attacker try every table there can be."""
LARGEST = 9

Table = Sequence[Sequence[int]]


def cells_of(table: Table) -> dict[Cell, Count]:
    return {
        (row, column): (number,)
        for row, line in enumerate(table)
        for column, number in enumerate(line)
    }


def protect_table(table: Table, floor: int = FLOOR) -> Protected[int, int] | None:
    return protect(cells_of(table), range(len(table)), range(len(table[0])), floor)


def tables(rows: int = 3, columns: int = 3, largest: int = LARGEST) -> st.SearchStrategy[Table]:
    line = st.lists(st.integers(0, largest), min_size=columns, max_size=columns)
    return st.lists(line, min_size=rows, max_size=rows)


# --- the attacker -------------------------------------------------------------------------------


def worlds(
    hidden: dict[Cell, int], shown: dict[Cell, int], floor: int
) -> Iterator[dict[Cell, int]]:
    """Yield every way to fill hidden cells: the totals are known, and which of them are small."""
    order = sorted(hidden)
    sums = {axis: _sums(hidden | shown, axis) for axis in (0, 1)}
    ranges = [
        range(1, floor) if hidden[cell] < floor else range(floor, sums[0][cell[0]] + 1)
        for cell in order
    ]
    for numbers in product(*ranges):
        world = dict(zip(order, numbers, strict=True))
        if all(_sums(world | shown, axis) == sums[axis] for axis in (0, 1)):
            yield world


def _sums(cells: Mapping[Cell, int], axis: int) -> dict[int, int]:
    sums: dict[int, int] = {}
    for cell, number in cells.items():
        sums[cell[axis]] = sums.get(cell[axis], 0) + number
    return sums


def find_known(cells: Mapping[Cell, Count], hidden: set[Cell], floor: int) -> set[Cell]:
    """Return the hidden cells that are the same in every world."""
    secret = {cell: cells[cell][0] for cell in hidden}
    shown = {cell: count[0] for cell, count in cells.items() if cell not in hidden}
    values: dict[Cell, set[int]] = {cell: set() for cell in hidden}
    for world in worlds(secret, shown, floor):
        for cell, number in world.items():
            values[cell].add(number)
    return {cell for cell, found in values.items() if len(found) < 2}


# --- cells, when every total is known ------------------------------------------------------------


@settings(max_examples=150)
@given(table=tables(largest=6))
def test_pinned_cells_are_those_that_counting_through_finds(table: Table) -> None:
    cells = {cell: count for cell, count in cells_of(table).items() if count[0]}
    hidden = {cell for cell, count in cells.items() if is_small(count, FLOOR)}
    assume(0 < len(hidden) < 7)

    pinned = find_pinned({cell: cells[cell] for cell in hidden}, FLOOR)

    assert pinned == find_known(cells, hidden, FLOOR)


@settings(max_examples=150)
@given(table=tables())
def test_no_hidden_cell_follows_from_the_totals(table: Table) -> None:
    cells = {cell: count for cell, count in cells_of(table).items() if count[0]}

    hidden = find_hidden(cells, FLOOR)

    assert {cell for cell, count in cells.items() if is_small(count, FLOOR)} <= hidden
    if hidden != set(cells):
        assert not find_pinned({cell: cells[cell] for cell in hidden}, FLOOR)
    if hidden != set(cells) and len(hidden) < 6:
        assert not find_known(cells, hidden, FLOOR)


@given(table=tables(rows=4, columns=4, largest=14))
def test_what_a_line_hides_is_together_never_a_small_number(table: Table) -> None:
    cells = {cell: count for cell, count in cells_of(table).items() if count[0]}
    sums = [_sums({cell: count[0] for cell, count in cells.items()}, axis) for axis in (0, 1)]
    assume(all(number >= FLOOR for line in sums for number in line.values()))

    hidden = find_hidden(cells, FLOOR)

    left = [_sums({cell: cells[cell][0] for cell in hidden}, axis) for axis in (0, 1)]
    assert all(number >= FLOOR for line in left for number in line.values())


# --- whole tables ---------------------------------------------------------------------------------


@given(table=tables(largest=14))
def test_nothing_that_is_shown_is_small(table: Table) -> None:
    made = protect_table(table)

    total = sum(map(sum, table))
    assert (made is None) == is_small((total,), FLOOR)
    if made is not None:
        shown = [*made.row_totals, *made.column_totals, made.total]
        shown += [count for count in made.cells.values() if count is not None]
        assert not any(is_small(count, FLOOR) for count in shown)


@given(table=tables(largest=14))
def test_a_table_adds_up_to_its_total(table: Table) -> None:
    made = protect_table(table)

    if made is not None and made.total != (0,):
        assert made.total == (sum(map(sum, table)),)
        assert made.total == tuple(map(sum, zip(*made.row_totals, strict=True)))
        assert made.total == tuple(map(sum, zip(*made.column_totals, strict=True)))


@settings(max_examples=200)
@given(numbers=st.lists(st.integers(0, 8), min_size=1, max_size=5))
def test_no_line_of_a_group_follows_from_its_sum(numbers: list[int]) -> None:
    made = protect_table([[number] for number in numbers])

    groups = [group for group in (made.rows if made else ()) if len(group) > 1]
    for group in groups:
        values = [numbers[key] for key in group]
        ranges = [
            range(1, FLOOR) if value < FLOOR else range(FLOOR, sum(values) + 1) for value in values
        ]
        found = [world for world in product(*ranges) if sum(world) == sum(values)]
        assert all(len(set(column)) > 1 for column in zip(*found, strict=True))


PAIRS = st.tuples(st.integers(0, 7), st.integers(0, 2))
"""People, and completions beyond the first of each."""


@settings(max_examples=200)
@given(numbers=st.lists(st.lists(PAIRS, min_size=3, max_size=3), min_size=2, max_size=2))
def test_two_numbers_of_the_same_people_do_not_give_each_other_away(
    numbers: list[list[tuple[int, int]]],
) -> None:
    cells = {
        (row, column): (people, people + more)
        for row, line in enumerate(numbers)
        for column, (people, more) in enumerate(line)
        if people
    }
    hidden = find_hidden(cells, 3)
    can_be_told = len(hidden) < 5 and hidden != set(cells)
    values: dict[Cell, set[Count]] = {cell: set() for cell in hidden if can_be_told}
    for world in _paired_worlds(cells, hidden) if can_be_told else ():
        for cell, count in world.items():
            values[cell].add(count)

    for cell, found in values.items():
        assert len({people for people, _ in found}) > 1, cell
        assert len({completions for _, completions in found}) > 1, cell


def _paired_worlds(cells: Mapping[Cell, Count], hidden: set[Cell]) -> Iterator[dict[Cell, Count]]:
    """Yield what hidden pairs can be: never more people than completions, small where they are."""
    order = sorted(hidden)
    people, completions = (
        list(worlds_of({cell: count[measure] for cell, count in cells.items()}, hidden))
        for measure in (0, 1)
    )
    for first, second in product(people, completions):
        world: dict[Cell, Count] = {cell: (first[cell], second[cell]) for cell in order}
        if all(
            pair[0] <= pair[1] and is_small(pair, 3) == is_small(cells[cell], 3)
            for cell, pair in world.items()
        ):
            yield world


def worlds_of(cells: Mapping[Cell, int], hidden: set[Cell]) -> Iterator[dict[Cell, int]]:
    order = sorted(hidden)
    shown = {cell: number for cell, number in cells.items() if cell not in hidden}
    sums = [_sums(cells, axis) for axis in (0, 1)]
    for numbers in product(*(range(sums[0][cell[0]] + 1) for cell in order)):
        world = dict(zip(order, numbers, strict=True))
        if all(_sums(world | shown, axis) == sums[axis] for axis in (0, 1)):
            yield world


# --- examples -------------------------------------------------------------------------------------


def test_a_small_total_shows_nothing() -> None:
    assert protect_table([[3, 4], [2, 0]], floor=10) is None


def test_nobody_at_all_is_a_table_without_lines() -> None:
    made = protect_table([[0, 0]], floor=10)

    assert made is not None
    assert (made.rows, made.columns, made.cells) == ([], [], {})


def test_small_lines_share_one_with_the_next_larger() -> None:
    made = protect_table([[40], [4], [13], [70], [0]], floor=10)

    assert made is not None
    assert made.rows == [(0,), (3,), (1, 2)]
    assert made.row_totals == [(40,), (70,), (17,)]


def test_lines_that_cannot_be_told_apart_are_not_even_named() -> None:
    """One of the two is below ten, so it is 1 and the other 10."""
    made = protect_table([[1], [10]], floor=10)

    assert made is not None
    assert (made.rows, made.row_totals) == ([()], [(11,)])


def test_a_hidden_cell_takes_three_others_with_it() -> None:
    made = protect_table([[3, 50, 80], [60, 40, 70], [90, 95, 99]], floor=10)

    assert made is not None
    hidden = {place for place, count in made.cells.items() if count is None}
    assert hidden == {(0, 0), (0, 1), (1, 0), (1, 1)}


def test_a_zero_is_shown() -> None:
    made = protect_table([[0, 50], [60, 40]], floor=10)

    assert made is not None
    assert None not in made.cells.values()


@pytest.mark.parametrize(
    ("number", "rounded"), [(0, 0), (10, 10), (14, 10), (15, 20), (25, 30), (1_234, 1_230)]
)
def test_numbers_are_rounded_to_tens(number: int, rounded: int) -> None:
    assert round_off(number, 10) == rounded
