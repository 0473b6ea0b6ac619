"""How many completed something, and how many began: one statement for each question.

A completion is a certificate that counts: neither revoked nor replaced, and of one that was
replaced the last. Its day is the one printed on it. Profession and territory are what the profile
says today; where an account was deleted, nobody has told.
"""

from __future__ import annotations

from collections.abc import Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Any

from sqlalchemy import (
    ColumnElement,
    Executable,
    FromClause,
    Select,
    and_,
    case,
    func,
    literal,
    select,
    union_all,
)

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


class Completions:
    """Counts are (people, completions)."""

    nobody: Count = (0, 0)

    def count(
        self, span: Span, axes: Sequence[Dimension], filters: Mapping[Dimension, str]
    ) -> Counts:
        """Count by what is asked for; of several completions the first has its person."""
        return _count(_COMPLETIONS, span, axes, filters, _both)

    def count_quarters(
        self, quarters: Sequence[Period], filters: Mapping[Dimension, str]
    ) -> list[Count]:
        """Count each quarter by itself: somebody may count in several."""
        return _count_quarters(_COMPLETIONS, quarters, filters, _both)


def _both(people: int, things: int) -> Count:
    return people, things


class Beginnings:
    """Counts are (people,), by the day on which they began where the clock shows a zone."""

    nobody: Count = (0,)

    def __init__(self, zone: str) -> None:
        self.source = _Source(
            table=Enrolment.__table__,
            columns=_enrolment,
            person=_enrolment.person_id,
            day=_enrolment.enrolled_at,
            moment=_enrolment.enrolled_at,
            zone=zone,
        )

    def count(
        self, span: Span, axes: Sequence[Dimension], filters: Mapping[Dimension, str]
    ) -> Counts:
        """Count by what is asked for; of several beginnings the first has its person."""
        return _count(self.source, span, axes, filters, _people_only)

    def count_quarters(
        self, quarters: Sequence[Period], filters: Mapping[Dimension, str]
    ) -> list[Count]:
        """Count each quarter by itself: somebody may count in several."""
        return _count_quarters(self.source, quarters, filters, _people_only)


def _people_only(people: int, _things: int) -> Count:
    return (people,)


def _count(
    source: _Source,
    span: Span,
    axes: Sequence[Dimension],
    filters: Mapping[Dimension, str],
    make: Any,
) -> Counts:
    rows = read(_select(source, span, axes, filters), {})
    return {tuple(map(str, row[:-2])): make(*row[-2:]) for row in rows}


def _select(
    source: _Source, span: Span, axes: Sequence[Dimension], filters: Mapping[Dimension, str]
) -> Executable:
    """Return the statement that is quickest: a thing of a person needs no order of what they did.

    Its columns are the axes, then how many people there are, then how many things they did.
    """
    if not set(axes) - _OF_PEOPLE:
        return _select_people(source, span, axes, filters)
    return _select_firsts(source, span, axes, filters)


def _select_people(
    source: _Source, span: Span, axes: Sequence[Dimension], filters: Mapping[Dimension, str]
) -> Select[Any]:
    """Return the statement for what each person is: things by person, then people."""
    done = (
        select(source.person.label("person_id"), func.count().label("things"))
        .select_from(_tables(source, filters))
        .where(*_conditions(source, span, filters))
        .group_by(source.person)
        .subquery()
    )
    table: FromClause = done
    if axes:
        table = done.outerjoin(Person.__table__, _person.id == done.c.person_id)
    keys = [_expression(source, dimension) for dimension in axes]
    return (
        select(*keys, func.count(), func.coalesce(func.sum(done.c.things), 0))
        .select_from(table)
        .group_by(*keys)
    )


def _select_firsts(
    source: _Source, span: Span, axes: Sequence[Dimension], filters: Mapping[Dimension, str]
) -> Select[Any]:
    """Return the statement for what was done: each marked where it is somebody's first."""
    keys = [_expression(source, dimension, span) for dimension in axes]
    place = func.row_number().over(
        partition_by=source.person, order_by=[source.day, source.columns.id]
    )
    rows = (
        select(*(key.label(f"axis{n}") for n, key in enumerate(keys)), place.label("place"))
        .select_from(_tables(source, {*axes, *filters}))
        .where(*_conditions(source, span, filters))
        .subquery()
    )
    named = [rows.c[f"axis{n}"] for n in range(len(axes))]
    people = func.sum(case((rows.c.place == 1, 1), else_=0))
    return select(*named, people, func.count()).group_by(*named)


def _count_quarters(
    source: _Source, quarters: Sequence[Period], filters: Mapping[Dimension, str], make: Any
) -> list[Count]:
    """Return the counts of quarters, each by itself: a range of days for each."""
    parts = [
        select(literal(number), func.count(source.person.distinct()), func.count())
        .select_from(_tables(source, filters))
        .where(*_conditions(source, Span(quarter.first, quarter.last), filters))
        for number, quarter in enumerate(quarters)
    ]
    return [make(*row[1:]) for row in sorted(map(tuple, read(union_all(*parts), {})))]


def _tables(source: _Source, dimensions: Collection[Dimension]) -> FromClause:
    if _OF_PEOPLE & set(dimensions):
        return source.table.outerjoin(Person.__table__, _person.id == source.columns.person_id)
    return source.table


def _conditions(
    source: _Source, span: Span, filters: Mapping[Dimension, str]
) -> Iterator[ColumnElement[bool]]:
    yield source.between(span.first, span.last)
    yield from source.is_counted
    for dimension, value in filters.items():
        yield _expression(source, dimension, span) == value


def _expression(source: _Source, dimension: Dimension, span: Span | None = None) -> Any:
    if dimension is Dimension.TERRITORY:
        return func.coalesce(_person.territory, "")
    if dimension is Dimension.PROFESSION:
        return func.coalesce(_person.profession, "")
    if dimension is Dimension.FORMAT:
        return case((_is_with_group(source), Format.GROUP.value), else_=Format.ALONE.value)
    if dimension is Dimension.QUARTER:
        quarters = [
            (source.between(each.first, each.last), literal(each.code))
            for each in (span.quarters if span else ())
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
