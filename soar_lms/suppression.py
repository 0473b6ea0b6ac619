"""Which numbers of a table can be shown without telling of fewer than ten people. Pure.

A count is a tuple of numbers that tell of the same people, such as people and completions. It is
small when one of its numbers is below the floor and not 0; a 0 tells of nobody and is shown. Three
steps, from the outside in:

1. A table whose total is small is not shown.
2. Lines (and columns) with a small total are put together, with the next larger ones if need be,
   until the group is large enough. Only the group has numbers.
3. Inside, small cells are hidden, and others with them, until no hidden cell follows from the rest.

What follows from the rest is known exactly. In a table whose totals are all known, hidden cells are
the edges of a graph between rows and columns. A hidden number can be another one just when its edge
lies on a cycle along which numbers can go up and down in turn (D. Gusfield, A graph theoretic
approach to statistical data security, SIAM Journal on Computing 17, 1988). Bounds are those of
somebody who knows which hidden cells are small: such a cell stays small, any other stays large.
"""

from __future__ import annotations

from collections import defaultdict, deque
from collections.abc import Collection, Hashable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from itertools import permutations
from typing import Any, Generic, TypeVar

FLOOR = 10
"""The smallest number that is shown. The National Center for Health Statistics asks users of its
data not to publish counts of nine or fewer (https://wonder.cdc.gov, data use restrictions)."""

Count = tuple[int, ...]
Cell = tuple[int, int]
"""A row and a column, by their places."""
Row = TypeVar("Row", bound=Hashable)
Column = TypeVar("Column", bound=Hashable)
Key = TypeVar("Key", bound=Hashable)
Group = tuple[Key, ...]
"""Keys that share one line: one of them, or all that are too small to stand alone."""


@dataclass(frozen=True)
class Protected(Generic[Row, Column]):
    """A table of which everything can be shown."""

    rows: Sequence[Group[Row]]
    """Lines with somebody in them; the group of small ones, if there is one, comes last. A single
    empty group: what there is cannot be told apart, not even by name."""
    columns: Sequence[Group[Column]]
    cells: Mapping[Cell, Count | None]
    """None: hidden. What is not there is 0."""
    row_totals: Sequence[Count]
    column_totals: Sequence[Count]
    total: Count


def protect(
    cells: Mapping[tuple[Row, Column], Count],
    rows: Iterable[Row],
    columns: Iterable[Column],
    floor: int = FLOOR,
) -> Protected[Row, Column] | None:
    """Return what can be shown of a table; None when all of it is about too few.

    :param cells: counts by row and column, each of as many numbers.
    :param rows: all rows that can be, in the order in which they are shown; so are the columns.
    """
    total = _sum(cells.values())
    if is_small(total, floor):
        return None
    by_row, by_column = (_add_up(cells, axis) for axis in (0, 1))
    lines = _join_lines({key: by_row[key] for key in rows if key in by_row}, floor)
    heads = _join_lines({key: by_column[key] for key in columns if key in by_column}, floor)
    row_of, column_of = _places(lines), _places(heads)
    inner: dict[Cell, Count] = {}
    for (row, column), count in cells.items():
        if any(count):
            place = (row_of.get(row, 0), column_of.get(column, 0))
            inner[place] = _plus(inner[place], count) if place in inner else count
    hidden = find_hidden(inner, floor)
    row_sums, column_sums = (_add_up(inner, axis) for axis in (0, 1))
    return Protected(
        rows=lines,
        columns=heads,
        cells={place: None if place in hidden else count for place, count in inner.items()},
        row_totals=[row_sums[place] for place in range(len(lines))],
        column_totals=[column_sums[place] for place in range(len(heads))],
        total=total,
    )


def is_small(count: Count, floor: int = FLOOR) -> bool:
    """Whether a count tells of somebody, and of fewer than the floor."""
    return any(0 < number < floor for number in count)


def round_off(number: int, base: int = FLOOR) -> int:
    """Return a number to the nearest multiple of a base; halves go up."""
    return (2 * number + base) // (2 * base) * base


def _sum(counts: Iterable[Count]) -> Count:
    return tuple(map(sum, zip(*counts, strict=True)))


def _plus(first: Count, second: Count) -> Count:
    return tuple(a + b for a, b in zip(first, second, strict=True))


def _add_up(cells: Mapping[tuple[Any, Any], Count], axis: int) -> dict[Any, Count]:
    """Return the sums of the lines that somebody is in."""
    sums: dict[Any, Count] = {}
    for key, count in cells.items():
        if any(count):
            line = key[axis]
            sums[line] = _plus(sums[line], count) if line in sums else count
    return sums


def _places(groups: Sequence[Group[Key]]) -> dict[Key, int]:
    return {key: place for place, group in enumerate(groups) for key in group}


# --- lines ------------------------------------------------------------------------------------


def _join_lines(lines: Mapping[Key, Count], floor: int) -> list[Group[Key]]:
    """Return the lines as they can be shown, the group of small ones last."""
    by_size = sorted(lines, key=lambda key: (max(lines[key]), str(key)))
    together = [key for key in by_size if is_small(lines[key], floor)]
    larger = deque(key for key in by_size if not is_small(lines[key], floor))
    while together and not _may_stand(together, lines, floor):
        if not larger:
            return [()]
        together.append(larger.popleft())
    alone: list[Group[Key]] = [(key,) for key in lines if key not in together]
    return [*alone, tuple(key for key in lines if key in together)] if together else alone


def _may_stand(together: Collection[Key], lines: Mapping[Key, Count], floor: int) -> bool:
    """Whether the sum of some lines can be known: it is no small one, and gives no line away."""
    counts = {key: lines[key] for key in together}
    if is_small(_sum(counts.values()), floor):
        return False
    up = {key for key, count in counts.items() if _can_change(count, 1, floor)}
    down = {key for key, count in counts.items() if _can_change(count, -1, floor)}
    return all((key in up and down - {key}) or (key in down and up - {key}) for key in counts)


def _can_change(count: Count, by: int, floor: int) -> bool:
    """Whether all numbers of a hidden cell could be one more, or less, for all one can know.

    They change together: so there are never more people than completions.
    """
    changed = tuple(number + by for number in count)
    if is_small(count, floor):
        return min(changed) >= 0 and is_small(changed, floor)
    return min(changed) >= floor


# --- cells ------------------------------------------------------------------------------------


def find_hidden(cells: Mapping[Cell, Count], floor: int = FLOOR) -> set[Cell]:
    """Return which cells to hide where every total of a row and a column is known.

    Where hiding some is not enough, that is all of them.
    """
    grid = _Grid(cells, floor)
    hidden = {cell for cell, count in cells.items() if is_small(count, floor)}
    while True:
        more = grid.complete_sums(hidden)
        for cell in sorted(find_pinned({cell: cells[cell] for cell in hidden}, floor)):
            found = grid.find_cycle(hidden | more, cell)
            if found is None:
                return set(cells)
            more |= found
        if more <= hidden:
            return hidden
        hidden |= more


Node = tuple[int, int]
"""An axis and a place: a row (0) or a column (1)."""


def _ends(cell: Cell) -> tuple[Node, Node]:
    return (0, cell[0]), (1, cell[1])


class _Grid:
    """The cells of a table by their lines, and which numbers could be one more or one less."""

    def __init__(self, cells: Mapping[Cell, Count], floor: int) -> None:
        self.cells, self.floor = cells, floor
        self.lines: dict[Node, list[Cell]] = defaultdict(list)
        for cell in sorted(cells):
            for node in _ends(cell):
                self.lines[node].append(cell)
        self.changeable = {
            by: {cell for cell, count in cells.items() if _can_change(count, by, floor)}
            for by in (1, -1)
        }

    def complete_sums(self, hidden: Collection[Cell]) -> set[Cell]:
        """Return one more cell of each line whose hidden ones are together below the floor.

        Their sum is what the others leave of the total: it would be a small number itself.
        """
        more: set[Cell] = set()
        for node in {node for cell in hidden for node in _ends(cell)}:
            shown = [cell for cell in self.lines[node] if cell not in hidden]
            left = _sum(self.cells[cell] for cell in self.lines[node] if cell in hidden)
            if shown and is_small(left, self.floor):
                more.add(min(shown, key=lambda cell: (max(self.cells[cell]), cell)))
        return more

    def find_cycle(self, hidden: Collection[Cell], cell: Cell) -> set[Cell] | None:
        """Return the three cells that cost least to hide so that a fourth can be another number.

        Up and down in turn, the sums of both rows and both columns stay. None: there are none.
        """
        found = [
            (self._cost(hidden, others), others)
            for by in (1, -1)
            if cell in self.changeable[by]
            for others in self._list_corners(cell, by)
        ]
        return set(min(found)[1]) if found else None

    def _list_corners(self, cell: Cell, by: int) -> Iterator[tuple[Cell, Cell, Cell]]:
        """Yield the other corners of rectangles that can change with a cell."""
        row, column = _ends(cell)
        same, opposite = self.changeable[by], self.changeable[-by]
        below = [item for item in self.lines[column] if item != cell and item in opposite]
        for first in self.lines[row]:
            if first == cell or first not in opposite:
                continue
            for second in below:
                across = (second[0], first[1])
                if across in same:
                    yield first, second, across

    def _cost(self, hidden: Collection[Cell], corners: Iterable[Cell]) -> int:
        return sum(max(self.cells[cell]) for cell in corners if cell not in hidden)


def find_pinned(hidden: Mapping[Cell, Count], floor: int = FLOOR) -> set[Cell]:
    """Return the hidden cells that can have no other number, when every total is known.

    An arc leads from a row to a column where the number can go up, and back where it can go down. A
    number is free when some way leads from the end of its arc back to the beginning, by others.
    """
    arcs: dict[Node, set[Node]] = defaultdict(set)
    back: dict[Node, set[Node]] = defaultdict(set)
    for cell, count in hidden.items():
        row, column = _ends(cell)
        for by, start, end in ((1, row, column), (-1, column, row)):
            if _can_change(count, by, floor):
                arcs[start].add(end)
                back[end].add(start)
    return {
        cell
        for cell in hidden
        if not any(
            end in arcs[start] and _leads(end, start, arcs, back)
            for start, end in permutations(_ends(cell))
        )
    }


def _leads(
    start: Node, end: Node, arcs: Mapping[Node, set[Node]], back: Mapping[Node, set[Node]]
) -> bool:
    """Whether a way leads from one node to another that is not the arc between them."""
    goals = back[end] - {start}
    seen, waiting = {start, end}, [start]
    while waiting:
        found = arcs[waiting.pop()] - seen
        if not found.isdisjoint(goals):
            return True
        seen |= found
        waiting.extend(found)
    return False
