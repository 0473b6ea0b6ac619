"""Who is signed in: as plain values for reading, as the record for changing it."""

from __future__ import annotations

from typing import cast

from flask_login import current_user

from soar_lms.accounts.models import Person, Reader
from soar_lms.database import db
from soar_lms.errors import NotFoundError


def current_reader() -> Reader:
    """Return the values of whoever is signed in; the guard has made sure that somebody is."""
    return cast(Reader, current_user._get_current_object())


def current_person() -> Person:
    """Return the record of whoever is signed in, to be changed in a transaction.

    :raises NotFoundError: when the account was deleted meanwhile.
    """
    person = db.session.get(Person, current_user.id)
    if person is None:
        raise NotFoundError
    return person
