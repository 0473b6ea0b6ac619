"""People who completed modules, in any number: rows as the services write them."""

from __future__ import annotations

from datetime import UTC, date, datetime, time
from itertools import count
from typing import Any

from sqlalchemy import null

from soar_lms.accounts.models import Person
from soar_lms.certificates.models import Certificate
from soar_lms.database import db
from soar_lms.learning.models import Enrolment

DAY = date(2026, 11, 10)
"""In fiscal year 2027, quarter 1."""
MODULE = "soar-to-health-and-wellness"
_numbers = count(1)


def noon(day: date) -> datetime:
    return datetime.combine(day, time(17), UTC)


def make_people(number: int, **values: Any) -> list[Person]:
    """Make people with a profile, and nothing done."""
    made = []
    for _ in range(number):
        name = f"crowd-{next(_numbers)}"
        made.append(
            Person(
                **{
                    "email": f"{name}@example.org",
                    "name": "Ana Torres",
                    "fs_uniquifier": name,
                    "language": "en",
                    "time_zone": "America/New_York",
                    "created_at": noon(DAY),
                }
                | values
            )
        )
    db.session.add_all(made)
    db.session.flush()
    return made


def complete(
    people: list[Person],
    *,
    day: date = DAY,
    module: str = MODULE,
    setting: str = "health-care",
    language: str = "en",
    cycle: int = 1,
    **values: Any,
) -> list[Certificate]:
    """Let people begin and complete a module on a day."""
    made = []
    enrolments = [
        begin(person, day=day, module=module, setting=setting, cycle=cycle) for person in people
    ]
    db.session.flush()
    for person, enrolment in zip(people, enrolments, strict=True):
        certificate = Certificate(
            **{
                "code": f"CROWD{next(_numbers):027}",
                "enrolment_id": enrolment.id,
                "person_id": person.id,
                "name": person.name,
                "module_id": module,
                "module_title": module,
                "module_version": "1.0",
                "setting": setting,
                "setting_name": setting,
                "language": language,
                "minutes": 60,
                "completed_at": noon(day),
                "completed_on": day,
                "time_zone": "America/New_York",
                "issued_at": noon(day),
                "template_version": 1,
                "status_index": null(),  # None would draw one: by chance, and twice in one flush
            }
            | values
        )
        made.append(certificate)
    db.session.add_all(made)
    db.session.flush()
    return made


def begin(
    person: Person,
    *,
    day: date = DAY,
    module: str = MODULE,
    setting: str = "health-care",
    language: str = "en",
    cycle: int = 1,
    at: datetime | None = None,
) -> Enrolment:
    """Let somebody begin a module on a day."""
    enrolment = Enrolment(
        person_id=person.id,
        module_id=module,
        cycle=cycle,
        setting=setting,
        language=language,
        enrolled_at=at or noon(day),
    )
    db.session.add(enrolment)
    return enrolment
