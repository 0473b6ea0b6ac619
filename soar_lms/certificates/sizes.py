"""How large a name may be printed: measured, not counted in characters."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from soar_lms.certificates.fonts import clusters, guess_language, measure

LINE_HEIGHT = 1.2
"""Of texts that are fitted into a box, in their size."""

_MILLIMETRES_PER_POINT = 25.4 / 72


@dataclass(frozen=True)
class Fit:
    """How large a text may be: sizes to try, in points, in a box of so many millimetres."""

    width: int
    sizes: Sequence[int]
    """For one line, the largest first; the last ones may wrap."""
    wrapped: Sequence[int]
    """For more than one line, the largest first; the last one is taken in any case."""
    height: int
    weight: int

    def lines(self, size: float) -> int:
        """Return how many lines of a size the box has room for."""
        return max(1, int(self.height / (size * LINE_HEIGHT * _MILLIMETRES_PER_POINT)))


def choose_size(text: str, fit: Fit) -> int:
    """Return the size in points at which a text fits: smaller first, and then in more lines."""
    for size in fit.sizes:
        if count_lines(text, size, fit.width, fit.weight) == 1:
            return size
    for size in fit.wrapped:
        if count_lines(text, size, fit.width, fit.weight) <= fit.lines(size):
            return size
    return fit.wrapped[-1]


def count_lines(text: str, size: float, width: float, weight: int) -> int:
    """Return how many lines a text takes: `size` in points, `width` in millimetres."""
    room = width / _MILLIMETRES_PER_POINT / size
    lines, used, space = 1, 0.0, measure(" ", weight)
    for word in text.split():
        for piece in _breakable(word, room, weight):
            length = measure(piece, weight)
            gap = space if used and piece == word else 0.0
            if used and used + gap + length > room:
                lines, used = lines + 1, length
            else:
                used += gap + length
    return lines


def _breakable(word: str, room: float, weight: int) -> list[str]:
    """Return a word in the pieces between which a line may end: Han anywhere, others if too long.

    A piece that is a whole word stands after a space.
    """
    if measure(word, weight) <= room and guess_language(word) is None:
        return [word]
    return clusters(word)
