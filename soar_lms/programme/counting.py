"""How many completed something, and how many began: one statement for each question.

A completion is a certificate that counts: neither revoked nor replaced, and of one that was
replaced the last. Its day is the one printed on it. Profession and territory are what the profile
says today; where an account was deleted, nobody has told.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Any

from sqlalchemy import ColumnElement, FromClause, Select, and_, case, func, literal, select

from soar_lms.accounts.models import Person
from soar_lms.certificates.models import Certificate
from soar_lms.clock import start_of_day
from soar_lms.cohorts.models import CohortMember, CohortModule
from soar_lms.database import read
from soar_lms.learning.models import Enrolment
from soar_lms.programme.periods import Period
from soar_lms.programme.questions import Dimension, Format
from soar_lms.suppression import Count

Counts = Mapping[tuple[str, ...], Count]
"""By the values of the dimensions that were asked for."""
_OF_PEOPLE = {Dimension.TERRITORY, Dimension.PROFESSION}
_certificate, _enrolment, _person = (
    Certificate.__table__.c,
    Enrolment.__table__.c,
    Person.__table__.c,
)


@dataclass(frozen=True)
class Span:
    """The days that are counted, and the quarters they are divided into where that is asked."""

    first: date
    last: date
    quarters: Sequence[Period] = ()
    once_a_quarter: bool = False
    """Whether somebody counts in each quarter, and not only in the first of theirs."""


@dataclass(frozen=True)
class _Source:
    """A table of things that people did on a day."""

    table: FromClause
    columns: Any
    person: ColumnElement[Any]
    """Who did it; no other person's number where nobody knows."""
    day: Any
    """What is compared with the days below."""
    moment: Any
    is_counted: Sequence[ColumnElement[bool]] = ()
    zone: str | None = None
    """Where a day begins, if days are moments here."""

    def between(self, first: date, last: date) -> ColumnElement[bool]:
        start: Any = first
        end: Any = last + timedelta(days=1)
        if self.zone is not None:
            start, end = start_of_day(start, self.zone), start_of_day(end, self.zone)
        return and_(self.day >= start, self.day < end)


_COMPLETIONS = _Source(
    table=Certificate.__table__,
    columns=_certificate,
    person=func.coalesce(_certificate.person_id, -_certificate.id),
    day=_certificate.completed_on,
    moment=_certificate.completed_at,
    is_counted=(_certificate.replaced_by_id.is_(None), _certificate.revoked_at.is_(None)),
)


def count_completions(
    span: Span, axes: Sequence[Dimension], filters: Mapping[Dimension, str]
) -> Counts:
    """Return (people, completions) by what is asked for.

    Somebody with several completions counts once, with the first of those that are counted.
    """
    return _count(_COMPLETIONS, span, axes, filters, lambda people, all_: (people, all_))


def count_beginners(
    span: Span, axes: Sequence[Dimension], filters: Mapping[Dimension, str], zone: str
) -> Counts:
    """Return (people,) who began a module, each once, with the first that they began.

    :param zone: where the days of the span begin and end.
    """
    source = _Source(
        table=Enrolment.__table__,
        columns=_enrolment,
        person=_enrolment.person_id,
        day=_enrolment.enrolled_at,
        moment=_enrolment.enrolled_at,
        zone=zone,
    )
    return _count(source, span, axes, filters, lambda people, _all: (people,))


def _count(
    source: _Source,
    span: Span,
    axes: Sequence[Dimension],
    filters: Mapping[Dimension, str],
    make: Any,
) -> Counts:
    rows = read(select_counts(source, span, axes, filters), {})
    return {tuple(map(str, row[:-2])): make(*row[-2:]) for row in rows}


def select_counts(
    source: _Source, span: Span, axes: Sequence[Dimension], filters: Mapping[Dimension, str]
) -> Select[Any]:
    """Return the statement: what was done, each marked where it is somebody's first; then sums."""
    expressions = {
        dimension: _expression(source, dimension, span)
        for dimension in dict.fromkeys((*axes, *filters))
    }
    each = [expressions[Dimension.QUARTER]] if span.once_a_quarter else []
    place = func.row_number().over(
        partition_by=[source.person, *each], order_by=[source.day, source.columns.id]
    )
    done = select(
        *(expressions[dimension].label(f"axis{n}") for n, dimension in enumerate(axes)),
        place.label("place"),
    ).where(
        source.between(span.first, span.last),
        *source.is_counted,
        *(expressions[dimension] == value for dimension, value in filters.items()),
    )
    table = source.table
    if _OF_PEOPLE & expressions.keys():
        table = table.outerjoin(Person.__table__, _person.id == source.columns.person_id)
    rows = done.select_from(table).subquery()
    keys = [rows.c[f"axis{n}"] for n in range(len(axes))]
    people = func.sum(case((rows.c.place == 1, 1), else_=0))
    return select(*keys, func.coalesce(people, 0), func.count()).group_by(*keys)


def _expression(source: _Source, dimension: Dimension, span: Span) -> Any:
    if dimension is Dimension.TERRITORY:
        return func.coalesce(_person.territory, "")
    if dimension is Dimension.PROFESSION:
        return func.coalesce(_person.profession, "")
    if dimension is Dimension.FORMAT:
        return case((_is_with_group(source), Format.GROUP.value), else_=Format.ALONE.value)
    if dimension is Dimension.QUARTER:
        quarters = [
            (source.between(each.first, each.last), literal(each.code)) for each in span.quarters
        ]
        return case(*quarters, else_="")
    name = {Dimension.MODULE: "module_id"}.get(dimension, dimension.value)
    return source.columns[name]


def _is_with_group(source: _Source) -> ColumnElement[bool]:
    """Whether somebody was then in a group that takes the module."""
    member, takes = CohortMember.__table__.c, CohortModule.__table__.c
    return (
        select(literal(1))
        .select_from(
            CohortMember.__table__.join(CohortModule.__table__, takes.cohort_id == member.cohort_id)
        )
        .where(
            member.person_id == source.columns.person_id,
            takes.module_id == source.columns.module_id,
            member.joined_at <= source.moment,
        )
        .exists()
    )
