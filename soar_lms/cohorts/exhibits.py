"""What a page shows of numbers: sentences, a chart, and the table behind it, which is a file."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from datetime import date
from typing import NamedTuple

from markupsafe import Markup

from soar_lms.catalogue.model import Module
from soar_lms.charts.svg import Frame
from soar_lms.i18n import (
    current_language,
    format_day,
    format_decimals,
    format_number,
    format_share,
    gettext,
)
from soar_lms.tables import Cell

LEAST_FOR_PERCENT = 10
"""People: of fewer, a share is said as numbers, since one person would be more than ten percent."""


class Content(str):
    """Words of a module: where it is not offered in the page's language, they are in another."""


class Ratio(float):
    """A figure around one, which needs two decimals."""


class Shown(NamedTuple):
    """A cell as a page shows it."""

    words: str
    is_content: bool
    """Whether they are words of the module: long ones, perhaps in another language."""


Value = str | int | float | date | None
"""Text, people, a figure, a day; None: nothing can be said."""


@dataclass(frozen=True)
class Exhibit:
    """One chart of a page with what it says, and its numbers."""

    key: str
    """Its name in addresses."""
    title: str
    statements: tuple[str, ...]
    """What it shows, in sentences; the chart says the same to those who do not see it."""
    drawing: Markup | None
    """None: there is nothing to draw."""
    head: tuple[str, ...]
    rows: tuple[tuple[Value, ...], ...]
    notes: tuple[str, ...] = ()
    """How its numbers are made."""
    spoken: str | None = None
    """The language of its words from the content, where that is another one than the page's."""

    def cells(self) -> Iterator[Sequence[Shown]]:
        """Yield the rows as the page shows them."""
        for row in self.rows:
            yield [Shown(say(value), isinstance(value, Content)) for value in row]

    def file_rows(self) -> Iterator[Sequence[Cell]]:
        """Yield the rows as a file has them."""
        for row in self.rows:
            yield [_written(value) for value in row]

    def is_number(self, column: int) -> bool:
        """Whether a column has numbers, where it has anything."""
        return any(isinstance(row[column], int | float) for row in self.rows)


def frame_of(key: str, title: str, statements: Iterable[str]) -> Frame:
    """Return the frame of a chart on a page of the present language."""
    is_rtl = current_language().direction == "rtl"
    return Frame(f"chart-{key}", title, " ".join(statements), is_rtl)


def language_of(module: Module) -> str:
    """Return the language of the page, or the module's own where it is not offered in that one."""
    tag = current_language().tag
    return tag if tag in module.languages else module.spec.source_language


def spoken_in(language: str) -> str | None:
    """Return a language where it is another one than the page's."""
    return None if language == current_language().tag else language


def say(value: Value) -> str:
    """Write a value for a page."""
    if value is None:
        return "–"
    if isinstance(value, date):
        return format_day(value)
    if isinstance(value, int):
        return format_number(value)
    return format_decimals(value, _digits(value)) if isinstance(value, float) else value


def _digits(value: float) -> int:
    return 2 if isinstance(value, Ratio) else 1


def _written(value: Value) -> Cell:
    if value is None:
        return ""
    if isinstance(value, date):
        return value.isoformat()
    return round(float(value), _digits(value)) if isinstance(value, float) else value


def percent(part: int, whole: int) -> float | None:
    """Return a share in percent; None where it is of too few to be said so."""
    return 100 * part / whole if whole >= LEAST_FOR_PERCENT else None


def say_people(part: int, whole: int) -> str:
    """Write a number of people, with their share of the whole where that says something."""
    if whole < LEAST_FOR_PERCENT or not part:
        return format_number(part)
    return str(
        gettext(
            "%(people)s (%(share)s)", people=format_number(part), share=format_share(part / whole)
        )
    )


def say_gain(points: float) -> str:
    """Write percentage points with their sign."""
    sign = "+" if points > 0 else "−" if points < 0 else ""
    return sign + format_decimals(abs(points), 1)
