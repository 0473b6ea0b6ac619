"""People: made by staff, changed by themselves."""

from __future__ import annotations

import secrets
from datetime import datetime

from flask_security.utils import hash_password
from sqlalchemy import select

from soar_lms.access import Role
from soar_lms.accounts.models import Person
from soar_lms.database import db


def create_person(
    *,
    email: str,
    name: str,
    role: Role,
    language: str,
    time_zone: str,
    now: datetime,
    password: str | None = None,
) -> Person:
    """Add somebody whose address is known to be theirs.

    :raises ValueError: when the address has an account.
    """
    if find_person(email) is not None:
        raise ValueError(f"{email} has an account already")
    person = Person(
        email=email.lower(),
        name=name,
        role=role,
        language=language,
        time_zone=time_zone,
        password=hash_password(password) if password else None,
        fs_uniquifier=secrets.token_hex(16),
        active=True,
        created_at=now,
        confirmed_at=now,
    )
    db.session.add(person)
    db.session.flush()
    return person


def find_person(email: str) -> Person | None:
    """Return the person of an address, or None."""
    return db.session.scalar(select(Person).where(Person.email == email.lower()))


def update_practice(person: Person, *, profession: str | None, territory: str | None) -> None:
    """Note where and as what somebody works; nothing where they would rather not say."""
    person.profession = profession or None
    person.territory = territory or None
