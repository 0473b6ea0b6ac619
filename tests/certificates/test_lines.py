"""Certificates in numbers: as many as there are lines, whatever became of some."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta
from typing import Any

import pytest
from flask import Flask
from sqlalchemy import select

from soar_lms.accounts.models import Person
from soar_lms.catalogue.model import Module
from soar_lms.certificates.codes import make_code
from soar_lms.certificates.lines import Count, among, count_newest, list_newest_lines
from soar_lms.certificates.models import Certificate
from soar_lms.database import db, transaction
from tests.factories import NOW, make_certificate, make_person

LAST_DAY = date(2027, 3, 1)
LATE = datetime(2027, 3, 2, 3, tzinfo=UTC)
"""Still the last day in New York, and no more in London."""
LOST = {"revoked_at": NOW, "revoked_reason": "a mistake"}


@pytest.fixture
def ids(context: Flask, module: Module) -> list[int]:
    """Return people whose certificates end at different times, and what became of some."""
    kept: list[tuple[str, list[dict[str, Any]]]] = [
        ("forever", [{"expires_on": None}]),
        ("here", [{}]),
        ("there", [{"time_zone": "America/New_York"}]),
        ("renewed", [{}, {"expires_on": LAST_DAY + timedelta(days=365)}]),
        ("renewed in vain", [{}, {"expires_on": None, **LOST}]),
        ("lost", [LOST]),
    ]
    with transaction():
        original = make_certificate(make_person(), module)
        names = {column.name for column in Certificate.__table__.columns}
        common = {name: getattr(original, name) for name in names - {"id", "status_index"}}
        common |= {"enrolment_id": None, "time_zone": "Europe/London", "expires_on": LAST_DAY}
        people = []
        for name, certificates in kept:
            people.append(make_person(name=name))
            for number, changes in enumerate(certificates):
                own = {"person_id": people[-1].id, "name": name, "code": make_code()}
                own["issued_at"] = NOW + timedelta(days=number)
                db.session.add(Certificate(**common | own | changes))
    return [person.id for person in people]


@pytest.mark.parametrize(("now", "valid"), [(NOW, 5), (LATE, 3), (LATE + timedelta(days=1), 2)])
def test_the_newest_that_counts_of_each_person_is_counted(
    ids: list[int], module: Module, now: datetime, valid: int
) -> None:
    lines = list_newest_lines(ids, [module.id])

    count = count_newest(select(Person.id), [module.id], now, among(ids))

    assert count == Count(valid, 5)
    assert count == Count(sum(line.is_valid(now) for line in lines), len(lines))


def test_of_other_people_and_modules_there_is_nothing(ids: list[int], module: Module) -> None:
    nobody = select(Person.id).where(Person.id < 0)

    assert count_newest(nobody, [module.id], NOW) == Count(0, 0)
    assert count_newest(select(Person.id), ["another-module"], NOW) == Count(0, 0)
