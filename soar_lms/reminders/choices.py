"""Saying no: to reminders, to those of an invitation, to the weekly summary; and yes again.

A link in each e-mail does it for whoever holds it, without signing in. Its token is signed and has
no end: somebody may open an old e-mail. It can say no, and nothing else.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum

from flask import current_app
from itsdangerous import BadSignature, URLSafeSerializer

from soar_lms.accounts.models import Person
from soar_lms.cohorts.models import RosterLine
from soar_lms.database import db
from soar_lms.errors import NotFoundError
from soar_lms.messages.services import public_url

_SALT = "stop-reminders"


class Mail(StrEnum):
    """What somebody can do without."""

    REMINDERS = "r"
    INVITATION = "i"
    DIGEST = "d"


@dataclass(frozen=True)
class Refusal:
    """What a link is about, and of whom."""

    mail: Mail
    number: int
    """Of the person; of an invitation, that of its line."""


def make_token(mail: Mail, number: int) -> str:
    """Return what a link says no with."""
    return str(_signer().dumps(f"{mail}{number}"))


def stop_url(mail: Mail, number: int, language: str) -> str:
    """Return the address that an e-mail carries."""
    token = make_token(mail, number)
    return public_url("reminders.stop_mail", token=token, language=language)


def _signer() -> URLSafeSerializer:
    return URLSafeSerializer(current_app.config["SOAR"].secret_key, salt=_SALT)


def read_token(token: str) -> Refusal:
    """Return what a link is about.

    :raises NotFoundError: when we never sent such a link.
    """
    try:
        text = str(_signer().loads(token))
    except BadSignature:
        raise NotFoundError from None
    return Refusal(Mail(text[0]), int(text[1:]))


def is_refused(refusal: Refusal) -> bool:
    """Whether somebody has said no already; whoever is not there any more is not written to."""
    if refusal.mail is Mail.INVITATION:
        line = db.session.get(RosterLine, refusal.number)
        return line is None or line.reminders_off_at is not None
    person = db.session.get(Person, refusal.number)
    if person is None:
        return True
    at = person.digest_off_at if refusal.mail is Mail.DIGEST else person.reminders_off_at
    return at is not None


def refuse(refusal: Refusal, now: datetime) -> None:
    """Write no more e-mail of this kind to somebody; a second time it changes nothing."""
    if refusal.mail is Mail.INVITATION:
        line = db.session.get(RosterLine, refusal.number)
        if line is not None:
            line.reminders_off_at = line.reminders_off_at or now
        return
    person = db.session.get(Person, refusal.number)
    if person is not None and refusal.mail is Mail.DIGEST:
        person.digest_off_at = person.digest_off_at or now
    elif person is not None:
        person.reminders_off_at = person.reminders_off_at or now


def choose_mail(person: Person, *, reminders: bool, digest: bool, now: datetime) -> None:
    """Note what somebody wants to get from now on."""
    person.reminders_off_at = None if reminders else person.reminders_off_at or now
    person.digest_off_at = None if digest else person.digest_off_at or now
