"""What a query of a report is about, as far as its words go: values are parameters.

Two reports that ask alike, of whichever groups, people and moments, are the same statement. It is
made once: to make one takes longer than to run it.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from functools import lru_cache
from typing import Any

from sqlalchemy import (
    BigInteger,
    ColumnElement,
    Select,
    and_,
    bindparam,
    case,
    false,
    func,
    literal_column,
    or_,
    select,
)
from sqlalchemy.orm import aliased

from soar_lms.cohorts.filters import Due, RowState, Sort, Waiting
from soar_lms.cohorts.models import ReportCount, ReportLine, RosterWord
from soar_lms.database import Among, Numbers
from soar_lms.learning.renewal import Status

ORDER: tuple[RowState, ...] = (
    Waiting.INVITED,
    Status.NOT_STARTED,
    Status.EXPIRED,
    Status.IN_PROGRESS,
    Status.PASSED,
    Status.RENEWING,
    Status.RENEWAL_OPEN,
    Status.COMPLETED,
)
"""Those who have something to do first."""
OF_THE_DAY = frozenset({Status.EXPIRED, Status.RENEWAL_OPEN})
KEPT_STATES: tuple[str, ...] = tuple(state for state in ORDER if state not in OF_THE_DAY)
"""Those that are stored; what the day makes of a completed one is not."""
LAST_SIGN = "\U0010ffff"
STATEMENTS = 512
"""Kept at the most of each kind: one for each way of asking."""


def kept_state(state: RowState) -> str:
    """Return how a state is stored."""
    return Status.COMPLETED if state in OF_THE_DAY else state


def above_zero(column: Any) -> ColumnElement[bool]:
    """Return a condition in the words of a partial index, which no parameter would be."""
    condition: ColumnElement[bool] = column > literal_column("0")
    return condition


@dataclass(frozen=True)
class Scope:
    """Which lines a query is about; with the values of `report_asking`, exactly which."""

    sort: Sort = Sort.STATE
    state: RowState | None = None
    due: Due | None = None
    modules: int = 0
    """How many modules an order by days has, or the filter for them leaves."""
    is_of_module: bool = False
    is_of_setting: bool = False
    is_of_language: bool = False
    left_out: int = 0
    """How many modules of the cohort are not in the catalogue."""
    words: int | None = None
    """How many a search asks for; None where nothing is searched for."""
    has_found: bool = False
    """Whether a search found few places, which are named."""
    has_few: bool = False
    """Whether the filters leave few lines, by the counts."""

    @property
    def reads_few_first(self) -> bool:
        return self.has_found or self.has_few

    @property
    def asks_what_is_open(self) -> bool:
        """Whether only lines are wanted in which something must be done by a day."""
        return self.due not in (None, Due.NONE)

    @property
    def is_by_name(self) -> bool:
        """Whether a search found so many that they are listed by name, whatever was asked for."""
        return self.words is not None and not self.reads_few_first

    def make_source(self) -> Any:
        """Return where lines are read from: the table, or those few that are wanted."""
        if not self.reads_few_first:
            return ReportLine
        wanted = self._select_found() if self.has_found else self._select_counted()
        return aliased(ReportLine, wanted.cte("wanted").prefix_with("MATERIALIZED"))

    def _select_found(self) -> Select[*tuple[Any, ...]]:
        found = Among(ReportLine.place_id, bindparam("found", type_=Numbers))
        return select(ReportLine.__table__).where(found)

    def _select_counted(self) -> Select[*tuple[Any, ...]]:
        """Return the lines of the groups that are counted together, by the index of the counts."""
        line, count = ReportLine, ReportCount
        same = (line.module_id, line.state, line.setting, line.language)
        wanted = [getattr(count, column.key) == column for column in same]
        kept = [count.state == kept_state(self.state)] if self.state else []
        return (
            select(line.__table__)
            .select_from(count)
            .outerjoin(line, and_(count.cohort_id == line.cohort_id, *wanted))  # counts come first
            .where(
                count.cohort_id == bindparam("cohort_id"),
                count.people > 0,
                *kept,
                *self._are(count),
            )
        )

    def conditions(
        self, line: Any, states: Sequence[str] = KEPT_STATES, module: int | None = None
    ) -> list[ColumnElement[bool]]:
        """Return what is true of all lines that are wanted.

        :param states: those that the lines can have; of others nothing need be said.
        :param module: of the modules by their days the one that the lines have; None: any.
        """
        where = self._are(line)
        where += [line.module_id != bindparam(f"left_out{place}") for place in range(self.left_out)]
        if module is not None:
            where.append(line.module_id == bindparam(f"module{module}"))
        if self.due:
            where += self._are_due(line, states, module)
        if self.words is not None and self.has_few:
            where += self.have_words(line.place_id)
        return where

    def _are(self, table: Any) -> list[ColumnElement[bool]]:
        module = [table.module_id == bindparam("module")] if self.is_of_module else []
        return [*module, *_of(table, self.is_of_setting, self.is_of_language)]

    def _are_due(
        self, line: Any, states: Sequence[str], module: int | None
    ) -> list[ColumnElement[bool]]:
        """Return what is true of lines that are due so soon and not done: `due.is_done` in SQL."""
        if not self.modules:
            return [false()]
        if self.is_of_module:
            module = 0  # the only one that is left
        end = _end(module) if module is not None else self._find_end(line)
        where = [above_zero(end)] if module is None else []
        can_be_done = {Status.COMPLETED, Status.RENEWING}.intersection(states)
        if self.asks_what_is_open and can_be_done:
            where.append(_is_open(line, states, end))
        return where

    def _find_end(self, line: Any) -> ColumnElement[int]:
        """Return the end of the day of a line's module; 0 where the filter does not leave it.

        As one value, since a list of modules would tempt SQLite away from the index that has the
        order.
        """
        ends = [
            (line.module_id == bindparam(f"module{place}"), _end(place))
            for place in range(self.modules)
        ]
        return case(*ends, else_=literal_column("0"))

    def have_words(self, place_id: Any) -> list[ColumnElement[bool]]:
        """Return what is true of a place that has all words of the search."""
        return [has_word(place_id, place) for place in range(self.words or 0)]


def _end(place: int) -> Any:
    return bindparam(f"end{place}", type_=BigInteger)


def _is_open(line: Any, states: Sequence[str], end: Any) -> ColumnElement[bool]:
    """Return what is true of lines of some states in which something must be done by a day."""
    can_renew = and_(above_zero(line.opens_at), line.opens_at <= bindparam("seconds"))
    expires = (above_zero(line.expires_at), line.expires_at <= end)
    if tuple(states) == (Status.COMPLETED,):
        return and_(can_renew, *expires)
    if tuple(states) == (Status.RENEWING,):
        return and_(*expires)
    has_completed = line.state.in_((Status.COMPLETED, Status.RENEWING))
    return or_(~has_completed, and_(*expires, or_(line.state == Status.RENEWING, can_renew)))


def begins(column: Any, word: str) -> ColumnElement[bool]:
    """Return what is true of a text that begins so.

    :param word: the parameter; the one of this name and `_last` is the last such text there is.
    """
    condition: ColumnElement[bool] = column.between(bindparam(word), bindparam(f"{word}_last"))
    return condition


def has_word(place_id: Any, number: int) -> ColumnElement[bool]:
    """Return what is true of a place that has a word of the search.

    Asked for each place by itself: the offset of nothing keeps PostgreSQL from making a join of it,
    for which it reads that word of everybody, once it plans without looking at the values.
    """
    other = aliased(RosterWord)
    return (
        select(literal_column("1"))
        .select_from(other)
        .where(other.place_id == place_id, begins(other.word, f"word{number}"))
        .limit(literal_column("1"))
        .offset(literal_column("0"))
        .exists()
    )


def _of(table: Any, of_setting: bool, of_language: bool) -> list[ColumnElement[bool]]:
    asked = ((of_setting, "setting"), (of_language, "language"))
    return [getattr(table, name) == bindparam(name) for is_asked, name in asked if is_asked]


# --- counts -------------------------------------------------------------------------------------


@lru_cache
def select_counts(*, of_setting: bool, of_language: bool) -> Select[str, str, int]:
    """Return the select of (module, state, people), of the setting and language asked for.

    They are kept: it reads a few hundred rows, however many people there are.
    """
    count = ReportCount
    return (
        select(count.module_id, count.state, func.sum(count.people))
        .where(count.cohort_id == bindparam("cohort_id"), *_of(count, of_setting, of_language))
        .group_by(count.module_id, count.state)
    )


@lru_cache
def select_opened(*, of_setting: bool, of_language: bool) -> Select[str, int, int]:
    """Return the select of (module, expired, opened): of the completed, what the day made of them.

    Opened are all whose certificates can be renewed by now, the expired ones included.
    """
    line = ReportLine
    expired = func.sum(case((line.expires_at <= bindparam("seconds"), 1), else_=0))
    return (
        select(line.module_id, expired, func.count())
        .where(
            line.cohort_id == bindparam("cohort_id"),
            above_zero(line.opens_at),
            line.opens_at <= bindparam("seconds"),
            line.state == Status.COMPLETED,
            *_of(line, of_setting, of_language),
        )
        .group_by(line.module_id)
    )
