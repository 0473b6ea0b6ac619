"""What a report is asked: a period, how to divide it, what to leave out. Pure."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from dataclasses import dataclass, field, replace
from enum import StrEnum
from typing import TypeVar

from soar_lms.programme.periods import Kind, Period


class Dimension(StrEnum):
    """What people can be counted by."""

    TERRITORY = "territory"
    PROFESSION = "profession"
    SETTING = "setting"
    LANGUAGE = "language"
    FORMAT = "format"
    MODULE = "module"
    QUARTER = "quarter"


class Format(StrEnum):
    """How somebody took a module."""

    ALONE = "alone"
    GROUP = "group"
    """As a member of a group that takes the module."""


class Measure(StrEnum):
    """What is counted."""

    PEOPLE = "people"
    COMPLETIONS = "completions"
    BEGAN = "began"


E = TypeVar("E", bound=StrEnum)
NOT_TOLD = ""
"""The profession or territory of whoever would rather not say."""
NOT_TOLD_IN_ADDRESS = "not-told"
_NAMES = {dimension: dimension.value for dimension in Dimension} | {Dimension.LANGUAGE: "spoken"}
FILTERED = tuple(dimension for dimension in Dimension if dimension is not Dimension.QUARTER)
"""What can be chosen one value of; a quarter is a period."""


@dataclass(frozen=True)
class Question:
    """What one report shows."""

    period: Period
    rows: Dimension = Dimension.TERRITORY
    columns: Dimension | None = None
    measure: Measure = Measure.PEOPLE
    """What a table with columns counts; one without them shows all."""
    filters: Mapping[Dimension, str] = field(default_factory=dict)
    """The one value that is counted, by dimension."""

    def address(self, **changes: object) -> dict[str, str]:
        """Return what an address must say for this question, with some of it changed."""
        asked = replace(self, **changes)  # type: ignore[arg-type]  # names of fields
        said: dict[str, object] = {
            "period": asked.period.code,
            "rows": asked.rows,
            "columns": asked.columns,
            "count": asked.measure if asked.measure is not Measure.PEOPLE else None,
        }
        if asked.period.kind is Kind.OWN:
            said |= {"first": asked.period.first, "last": asked.period.last}
        for dimension, value in asked.filters.items():
            said[_NAMES[dimension]] = value or NOT_TOLD_IN_ADDRESS
        return {name: str(value) for name, value in said.items() if value}


def read_question(
    asked: Mapping[str, str], period: Period, known: Mapping[Dimension, Collection[str]]
) -> Question:
    """Read an address; what there is not is left out.

    :param known: the values that each dimension can have.
    """
    rows = _one_of(Dimension, asked.get("rows")) or Dimension.TERRITORY
    columns = _one_of(Dimension, asked.get("columns"))
    filters: dict[Dimension, str] = {}
    for dimension in FILTERED:
        word = asked.get(_NAMES[dimension], "")
        value = NOT_TOLD if word == NOT_TOLD_IN_ADDRESS else word
        if word and value in known[dimension]:
            filters[dimension] = value
    return Question(
        period=period,
        rows=rows,
        columns=columns if columns is not rows else None,
        measure=_one_of(Measure, asked.get("count")) or Measure.PEOPLE,
        filters=filters,
    )


def name_in_address(dimension: Dimension) -> str:
    """Return what a filter is called in an address; `language` is the page's own."""
    return _NAMES[dimension]


def _one_of(kind: type[E], word: str | None) -> E | None:
    return kind(word) if word in list(kind) else None
