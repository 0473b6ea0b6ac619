"""People: made by staff, changed by themselves."""

from __future__ import annotations

import secrets
from collections import defaultdict
from collections.abc import Iterable
from datetime import datetime

from flask_security.utils import hash_password
from sqlalchemy import bindparam, select

from soar_lms.access import Role
from soar_lms.accounts.duplicates import Sketch
from soar_lms.accounts.emails import begin_emails, find_owner, read_address
from soar_lms.accounts.followers import tell_followers
from soar_lms.accounts.models import NAME_LENGTH, Person, PersonEmail
from soar_lms.database import Among, Numbers, db
from soar_lms.errors import NotFoundError
from soar_lms.forms import clean_line, has_letters
from soar_lms.paging import read_number


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

    :raises ValueError: when the address or the name is none, or the address has an account.
    """
    address = read_address(email)
    if find_person(address) is not None:
        raise ValueError(f"{email} has an account already")
    name = clean_line(name)
    if not has_letters(name) or len(name) > NAME_LENGTH:
        raise ValueError(f"a name has letters, and at most {NAME_LENGTH} characters")
    person = Person(
        email=address,
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
    begin_emails(person)
    return person


def find_person(email: str) -> Person | None:
    """Return the person of an address, or None.

    Whoever verified it comes first, before somebody who only typed it in at sign-up.
    """
    address = email.lower()
    owner = find_owner(address)
    return owner or db.session.scalar(select(Person).where(Person.email == address))


def get_person(typed: str) -> Person:
    """Return the person of a number or an address, as staff type it.

    :raises NotFoundError: when there is none.
    """
    typed = typed.strip()
    number = read_number(typed)
    person = find_person(typed) if number is None else db.session.get(Person, number)
    if person is None:
        raise NotFoundError
    return person


def list_people(person_ids: Iterable[int]) -> dict[int, Person]:
    """Return people by their number, in one query."""
    wanted = bindparam("person_ids", set(person_ids), Numbers)
    people = db.session.scalars(select(Person).where(Among(Person.id, wanted)))
    return {person.id: person for person in people}


def list_sketches() -> list[Sketch]:
    """Return what is compared of everybody who can sign in, in two queries."""
    emails: dict[int, list[str]] = defaultdict(list)
    rows = select(PersonEmail.person_id, PersonEmail.email)
    for person_id, email in db.session.execute(rows.where(PersonEmail.verified_at.is_not(None))):
        emails[person_id].append(email)
    people = db.session.execute(
        select(Person.id, Person.name, Person.profession, Person.territory)
        .where(Person.active, Person.confirmed_at.is_not(None))
        .order_by(Person.id)
    )
    return [
        Sketch(person_id, name, tuple(emails[person_id]), profession, territory)
        for person_id, name, profession, territory in people
    ]


def rename(person: Person, name: str) -> None:
    """Call somebody by another name from now on; their certificates keep the one they bear."""
    if person.name != name:
        person.name = name
        db.session.flush()
        tell_followers([person.id])


def update_practice(person: Person, *, profession: str | None, territory: str | None) -> None:
    """Note where and as what somebody works; nothing where they would rather not say."""
    person.profession = profession or None
    person.territory = territory or None
