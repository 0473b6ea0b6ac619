"""What is counted: certificates that count, people once, beginnings where the site is."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta

import pytest
from flask import Flask

from soar_lms.administration.erasing import erase_person
from soar_lms.audit.services import Actor
from soar_lms.cohorts.models import Cohort, CohortMember, CohortModule
from soar_lms.database import db, transaction
from soar_lms.programme.counting import Beginnings, Completions, Counts, Span
from soar_lms.programme.periods import list_quarters
from soar_lms.programme.questions import Dimension
from tests.factories import NOW
from tests.programme.people import DAY, MODULE, begin, complete, make_people, noon

SPAN = Span(date(2026, 10, 1), date(2026, 12, 31))
ZONE = "America/New_York"


def completions(*axes: Dimension, span: Span = SPAN, **filters: str) -> Counts:
    chosen = {Dimension(name): value for name, value in filters.items()}
    return Completions().count(span, axes, chosen)


def test_nobody_is_zero(context: Flask) -> None:
    assert completions() == {(): (0, 0)}
    assert completions(Dimension.TERRITORY) == {}


def test_a_person_counts_once_and_each_completion_counts(context: Flask) -> None:
    with transaction():
        people = make_people(2)
        complete(people)
        complete(people[:1], module="another", day=DAY + timedelta(days=1))

    assert completions() == {(): (2, 3)}
    assert completions(Dimension.MODULE) == {(MODULE,): (2, 2), ("another",): (0, 1)}


def test_where_something_is_left_out_the_first_of_the_rest_counts(context: Flask) -> None:
    with transaction():
        people = make_people(1)
        complete(people)
        complete(people, module="another", day=DAY + timedelta(days=1))

    assert completions(Dimension.MODULE, module="another") == {("another",): (1, 1)}


def test_revoked_and_replaced_certificates_do_not_count(context: Flask) -> None:
    with transaction():
        people = make_people(3)
        complete(people[:1], revoked_at=NOW, revoked_reason="issued too early")
        (successor,) = complete(people[1:2])
        successor.enrolment_id = None
        db.session.flush()
        complete(people[1:2], cycle=2, replaced_by_id=successor.id)
        complete(people[2:])

    assert completions() == {(): (2, 2)}


@pytest.mark.parametrize(
    ("day", "counts"),
    [
        pytest.param(date(2026, 9, 30), 0, id="the-day-before"),
        pytest.param(date(2026, 10, 1), 1, id="first"),
        pytest.param(date(2026, 12, 31), 1, id="last"),
        pytest.param(date(2027, 1, 1), 0, id="the-day-after"),
    ],
)
def test_the_day_on_the_certificate_decides(context: Flask, day: date, counts: int) -> None:
    with transaction():
        complete(make_people(1), day=day)

    assert completions() == {(): (counts, counts)}


def test_a_renewal_is_one_more_completion(context: Flask) -> None:
    with transaction():
        people = make_people(1)
        complete(people)
        complete(people, cycle=2, day=DAY + timedelta(days=20))

    assert completions() == {(): (1, 2)}


def test_people_are_counted_by_their_profile(context: Flask) -> None:
    with transaction():
        complete(make_people(2, territory="PR", profession="nurse"))
        complete(make_people(1, territory="GU"))

    assert completions(Dimension.TERRITORY, Dimension.PROFESSION) == {
        ("PR", "nurse"): (2, 2),
        ("GU", ""): (1, 1),
    }


def test_what_was_completed_still_counts_when_the_account_is_gone(context: Flask) -> None:
    with transaction():
        people = make_people(2, territory="PR")
        complete(people)
        for person in people:
            erase_person(person.id, actor=Actor(operator="root"), now=NOW)

    assert completions(Dimension.TERRITORY) == {("",): (2, 2)}


def test_with_a_group_means_that_it_takes_the_module_by_then(context: Flask) -> None:
    with transaction():
        before, later, other, alone = make_people(4)
        cohort = Cohort(name="Night shift", created_at=NOW)
        db.session.add(cohort)
        db.session.flush()
        db.session.add(CohortModule(cohort_id=cohort.id, module_id=MODULE))
        for person, days in ((before, -1), (later, 1), (other, -1)):
            joined = noon(DAY + timedelta(days=days))
            db.session.add(CohortMember(cohort_id=cohort.id, person_id=person.id, joined_at=joined))
        complete([before, later, alone])
        complete([other], module="another")

    assert completions(Dimension.FORMAT) == {("group",): (1, 1), ("alone",): (3, 3)}
    assert completions(format="group") == {(): (1, 1)}


def test_somebody_can_count_once_in_each_quarter(context: Flask) -> None:
    span = Span(date(2026, 7, 1), date(2026, 12, 31))
    quarters = list_quarters(span.first, span.last)
    with transaction():
        people = make_people(1)
        complete(people, day=date(2026, 9, 30))
        complete(people, module="another", day=date(2026, 10, 1))

    divided = completions(Dimension.QUARTER, span=Span(span.first, span.last, quarters))

    assert divided == {("fy2026-q4",): (1, 1), ("fy2027-q1",): (0, 1)}
    assert Completions().count_quarters(quarters, {}) == [(1, 1), (1, 1)]


@pytest.mark.parametrize(
    ("moment", "counts"),
    [
        pytest.param(datetime(2026, 10, 1, 3, 59, tzinfo=UTC), 0, id="still-september-there"),
        pytest.param(datetime(2026, 10, 1, 4, 0, tzinfo=UTC), 1, id="october-there"),
        pytest.param(datetime(2027, 1, 1, 4, 59, tzinfo=UTC), 1, id="still-december-there"),
        pytest.param(datetime(2027, 1, 1, 5, 0, tzinfo=UTC), 0, id="january-there"),
    ],
)
def test_a_beginning_has_its_day_where_the_site_is(
    context: Flask, moment: datetime, counts: int
) -> None:
    with transaction():
        begin(make_people(1)[0], at=moment)

    assert Beginnings(ZONE).count(SPAN, (), {}) == {(): (counts,)}


def test_who_begins_two_modules_counts_once(context: Flask) -> None:
    with transaction():
        (person,) = make_people(1, territory="TX")
        begin(person)
        begin(person, module="another", day=DAY + timedelta(days=1))

    assert Beginnings(ZONE).count(SPAN, (Dimension.TERRITORY,), {}) == {("TX",): (1,)}
