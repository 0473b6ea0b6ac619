"""Who is signed in, and where: plain values for reading, the record for changing it."""

from __future__ import annotations

from datetime import datetime
from typing import NamedTuple, cast

from flask import current_app, g, request, session
from flask_login import current_user

from soar_lms.accounts.devices import Device, read_device
from soar_lms.accounts.models import Person, Reader, SignIn
from soar_lms.accounts.sign_ins import identity
from soar_lms.database import db
from soar_lms.errors import NotFoundError


class Here(NamedTuple):
    """The device that asks, as far as it has a row."""

    number: int
    used_at: datetime


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


def current_sign_in() -> Here | None:
    """Return where the reader is signed in; None with a cookie of the release before."""
    here: Here | None = g.get("sign_in")
    return here


def current_device() -> Device:
    """Return what the browser that asks says of itself."""
    return read_device(request.headers.get("User-Agent", ""))


def keep_signed_in(person: Person, sign_in: SignIn) -> None:
    """Let the cookies of this browser name a sign-in; a remembered one stays remembered."""
    session["_user_id"] = identity(person, sign_in.key)
    if current_app.config["REMEMBER_COOKIE_NAME"] in request.cookies:
        session["_remember"] = "set"  # Flask-Login writes its cookie again
