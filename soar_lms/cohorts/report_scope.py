"""What a query of a report is about: a group, filters, a search, and what the counts say of it."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any

from sqlalchemy import (
    ColumnElement,
    Select,
    and_,
    bindparam,
    case,
    false,
    func,
    literal,
    literal_column,
    or_,
    select,
)
from sqlalchemy.orm import aliased

from soar_lms.cohorts.due import DueDays
from soar_lms.cohorts.filters import Due, Filters, RowState, Waiting
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


def kept_state(state: RowState) -> str:
    """Return how a state is stored."""
    return Status.COMPLETED if state in OF_THE_DAY else state


def above_zero(column: Any) -> ColumnElement[bool]:
    """Return a condition in the words of a partial index, which no parameter would be."""
    condition: ColumnElement[bool] = column > literal_column("0")
    return condition


@dataclass(frozen=True)
class Scope:
    """Which lines a query is about, at a moment."""

    cohort_id: int
    filters: Filters
    seconds: int
    due: DueDays
    module_ids: tuple[str, ...] = ()
    """Those of the cohort that are in the catalogue."""
    left_out: tuple[str, ...] = ()
    """Those that are not."""
    words: tuple[str, ...] | None = None
    """What a search asks for; None where nothing is searched for."""
    found: tuple[int, ...] | None = None
    """The places that a search found, if they are few."""
    has_few: bool = False
    """Whether the filters leave few lines, by the counts."""
    line: Any = field(init=False)
    """Where lines are read from: the table, or those few that are wanted."""

    def __post_init__(self) -> None:
        line: Any = ReportLine
        if self.reads_few_first:
            wanted = self._select_found() if self.found is not None else self._select_counted()
            line = aliased(ReportLine, wanted.cte("wanted").prefix_with("MATERIALIZED"))
        object.__setattr__(self, "line", line)

    @property
    def reads_few_first(self) -> bool:
        return self.found is not None or self.has_few

    @property
    def asks_what_is_open(self) -> bool:
        """Whether only lines are wanted in which something must be done by a day."""
        return self.filters.due not in (None, Due.NONE)

    @property
    def is_by_name(self) -> bool:
        """Whether a search found so many that they are listed by name, whatever was asked for."""
        return self.words is not None and not self.reads_few_first

    def _select_found(self) -> Select[*tuple[Any, ...]]:
        found = Among(ReportLine.place_id, bindparam("found", self.found, Numbers))
        return select(ReportLine.__table__).where(found)

    def _select_counted(self) -> Select[*tuple[Any, ...]]:
        """Return the lines of the groups that are counted together, by the index of the counts."""
        line, count = ReportLine, ReportCount
        same = (line.module_id, line.state, line.setting, line.language)
        wanted = [getattr(count, column.key) == column for column in same]
        filters = self.filters
        kept = [count.state == kept_state(filters.state)] if filters.state else []
        return (
            select(line.__table__)
            .select_from(count)
            .outerjoin(line, and_(count.cohort_id == line.cohort_id, *wanted))  # counts come first
            .where(
                count.cohort_id == self.cohort_id,
                count.people > 0,
                *kept,
                *_are(count, filters),
            )
        )

    def conditions(self) -> list[ColumnElement[bool]]:
        """Return what is true of all lines that are wanted."""
        line, filters = self.line, self.filters
        where = _are(line, filters)
        if self.left_out:
            where.append(line.module_id.not_in(self.left_out))
        if filters.due:
            where.append(self._is_due(filters.due))
        if self.words is not None and self.has_few:
            where += [has_word(line.place_id, word) for word in self.words]
        return where

    def _is_due(self, due: Due) -> ColumnElement[bool]:
        """Return what is true of lines that are due so soon and not done: `due.is_done` in SQL."""
        line = self.line
        if due is Due.NONE:
            return line.module_id.not_in(list(self.due.days))  # type: ignore[no-any-return]  # of a line
        has_completed = line.state.in_((Status.COMPLETED, Status.RENEWING))
        can_renew = or_(
            line.state == Status.RENEWING,
            and_(above_zero(line.opens_at), line.opens_at <= self.seconds),
        )
        sides = [
            and_(
                line.module_id == module_id,
                or_(
                    ~has_completed,
                    and_(
                        above_zero(line.expires_at),
                        line.expires_at <= self.due.ends[module_id],
                        can_renew,
                    ),
                ),
            )
            for module_id in self.due.modules_that_are(due)
        ]
        return or_(false(), *sides)


def _are(table: Any, filters: Filters) -> list[ColumnElement[bool]]:
    asked = (
        (table.module_id, filters.module),
        (table.setting, filters.setting),
        (table.language, filters.language),
    )
    return [column == value for column, value in asked if value]


def begins(column: Any, word: str) -> ColumnElement[bool]:
    condition: ColumnElement[bool] = column.between(word, word + LAST_SIGN)
    return condition


def has_word(place_id: Any, word: str) -> ColumnElement[bool]:
    other = aliased(RosterWord)
    return (
        select(literal(1))
        .select_from(other)
        .where(other.place_id == place_id, begins(other.word, word))
        .exists()
    )


# --- counts -------------------------------------------------------------------------------------


def select_counts(cohort_id: int, filters: Filters) -> Select[str, str, int]:
    """Return the select of (module, state, people), of the setting and language asked for.

    They are kept: it reads a few hundred rows, however many people there are.
    """
    count = ReportCount
    return (
        select(count.module_id, count.state, func.sum(count.people))
        .where(count.cohort_id == cohort_id, *_part_of_people(filters, count))
        .group_by(count.module_id, count.state)
    )


def select_opened(cohort_id: int, filters: Filters, seconds: int) -> Select[str, int, int]:
    """Return the select of (module, expired, opened): of the completed, what the day made of them.

    Opened are all whose certificates can be renewed by now, the expired ones included.
    """
    line = ReportLine
    expired = func.sum(case((line.expires_at <= seconds, 1), else_=0))
    return (
        select(line.module_id, expired, func.count())
        .where(
            line.cohort_id == cohort_id,
            above_zero(line.opens_at),
            line.opens_at <= seconds,
            line.state == Status.COMPLETED,
            *_part_of_people(filters, line),
        )
        .group_by(line.module_id)
    )


def _part_of_people(filters: Filters, table: Any) -> list[ColumnElement[bool]]:
    asked = ((table.setting, filters.setting), (table.language, filters.language))
    return [column == value for column, value in asked if value]
