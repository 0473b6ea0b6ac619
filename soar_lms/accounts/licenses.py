"""Licenses that somebody chose to write down: offered when credit is claimed, never asked for."""

from __future__ import annotations

import re
from collections.abc import Collection
from datetime import date, datetime

from sqlalchemy import delete, select

from soar_lms.accounts.models import Person, PersonLicense
from soar_lms.database import db
from soar_lms.errors import DomainError
from soar_lms.i18n import lazy_gettext

MOST_LICENSES = 20
_NUMBER = re.compile(r"[A-Za-z0-9 ./#-]+")


class TooManyLicensesError(DomainError):
    """Nobody has so many; something is wrong."""

    title = lazy_gettext("You have too many licenses here")
    message = lazy_gettext("Please remove one first.")


def is_license_number(text: str) -> bool:
    """Return whether a text is made of what boards make numbers of, and of nothing else."""
    return _NUMBER.fullmatch(text) is not None and any(map(str.isalnum, text))


def list_licenses(person_id: int) -> list[PersonLicense]:
    """Return somebody's licenses, by state and number."""
    return list(
        db.session.scalars(
            select(PersonLicense)
            .where(PersonLicense.person_id == person_id)
            .order_by(PersonLicense.territory, PersonLicense.number)
        )
    )


def add_license(
    person: Person,
    *,
    number: str,
    territory: str,
    profession: str | None,
    renews_on: date | None,
    now: datetime,
) -> PersonLicense:
    """Write a license down; one that is there already gets its profession and date anew.

    :raises TooManyLicensesError: when there can be no more.
    """
    mine = _lock_licenses(person)
    row = next((it for it in mine if (it.territory, it.number) == (territory, number)), None)
    if row is None:
        if len(mine) >= MOST_LICENSES:
            raise TooManyLicensesError
        row = PersonLicense(person_id=person.id, territory=territory, number=number, added_at=now)
        db.session.add(row)
    row.profession = profession or None
    row.renews_on = renews_on
    db.session.flush()
    return row


def _lock_licenses(person: Person) -> list[PersonLicense]:
    """Return somebody's licenses, which nobody else can change until the transaction ends."""
    db.session.execute(select(Person.id).where(Person.id == person.id).with_for_update())
    return list_licenses(person.id)


def remove_license(person: Person, license_id: int) -> None:
    """Forget a license of somebody; certificates that name it keep their words."""
    theirs = PersonLicense.person_id == person.id
    db.session.execute(delete(PersonLicense).where(theirs, PersonLicense.id == license_id))


def forget_licenses(person_ids: Collection[int]) -> None:
    """Forget all licenses of people whose accounts are erased."""
    db.session.execute(delete(PersonLicense).where(PersonLicense.person_id.in_(person_ids)))
