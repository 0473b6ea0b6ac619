"""Which figures can be shown without showing a person. Pure.

Figures of a group are shown from five people on. That alone is not enough where a group can be
looked at in parts: who sees the figures of all twelve and of the eleven in one setting has those of
the twelfth. So the parts that are too small are put together, with the next larger one if need be,
into one block of at least five; and what is shown holds the whole block or nothing of it. Then
whatever is added and subtracted, a group below five never comes out.

Two things are not prevented. The figures of one day and of the next can be subtracted, and when all
in a group answered alike, its figure is everybody's.
"""

from __future__ import annotations

from collections.abc import Collection, Mapping

FLOOR = 5
"""People: the smallest group that has figures."""

Cell = tuple[str, str]
"""The smallest part that can be asked for: a setting and a language."""


def may_show(view: Collection[Cell], counts: Mapping[Cell, int]) -> bool:
    """Whether the figures of some cells together can be shown.

    :param counts: how many people there are in each cell that there is.
    """
    chosen = {cell for cell in view if counts.get(cell)}
    block = _block(counts)
    in_one_piece = block <= chosen or not block & chosen
    return in_one_piece and sum(counts[cell] for cell in chosen) >= FLOOR


def _block(counts: Mapping[Cell, int]) -> set[Cell]:
    """Return the cells that are too small to be told apart; none, if none is."""
    block: set[Cell] = set()
    people = 0
    for cell in sorted(counts, key=lambda cell: (counts[cell], cell)):
        if counts[cell] >= FLOOR and (people >= FLOOR or not block):
            break
        if counts[cell]:
            block.add(cell)
            people += counts[cell]
    return block
