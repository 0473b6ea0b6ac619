"""Signing in by a link from an e-mail: once, soon, and only for whoever has the mailbox.

The page answers the same whether or not an address has an account; only the mailbox learns more.
Opening a link changes nothing (mail scanners open links too): it leads to a button.
"""

from __future__ import annotations

import hashlib
import secrets
from collections.abc import Collection
from datetime import datetime, timedelta
from typing import NamedTuple

from sqlalchemy import Select, delete, func, select

from soar_lms.accounts.emails import find_owner
from soar_lms.accounts.models import Person, SignInLink
from soar_lms.database import db
from soar_lms.errors import DomainError
from soar_lms.i18n import lazy_gettext
from soar_lms.messages.services import post_message, public_url

LASTS = timedelta(minutes=15)
MOST_LINKS = 3
"""Open at a time: nobody's mailbox is flooded by somebody else."""


class SignInLinkOverError(DomainError):
    """The link is too old, incomplete, or was used."""

    status = 410
    title = lazy_gettext("This link no longer works")
    message = lazy_gettext(
        "A link to sign in works once, for 15 minutes. Go to “Sign in” and ask for a new one."
    )


class Entered(NamedTuple):
    """Who signs in, and where they go on."""

    person: Person
    place: str | None


def send_link(address: str, place: str | None, now: datetime) -> None:
    """Send a link to an address, if somebody has shown that it is theirs.

    :param place: where they wanted to go on this site.
    """
    person = find_owner(address)
    if person is None or not person.active or person.confirmed_at is None:
        return
    if _count_open(person.id, now) >= MOST_LINKS:
        return
    token = make_link(person.id, place, now)
    post_message(
        "sign-in-link",
        recipient=address,
        language=person.language,
        now=now,
        name=person.name,
        address=public_url("accounts.use_link", token=token, language=person.language),
    )


def make_link(person_id: int, place: str | None, now: datetime) -> str:
    """Return the token of a new link."""
    token = secrets.token_urlsafe(32)
    db.session.add(
        SignInLink(
            token_hash=_hash(token),
            person_id=person_id,
            place=place or None,
            expires_at=now + LASTS,
        )
    )
    db.session.flush()
    return token


def check_link(token: str, now: datetime) -> None:
    """Look whether a link would work; it is not used up by that.

    :raises SignInLinkOverError: when it would not.
    """
    if db.session.scalar(_open(now).where(SignInLink.token_hash == _hash(token))) is None:
        raise SignInLinkOverError


def use_link(token: str, now: datetime) -> Entered:
    """Use a link up, and every other one of its owner; tell the owner.

    :raises SignInLinkOverError: when it was used, or its time is over.
    """
    used = delete(SignInLink).where(
        SignInLink.token_hash == _hash(token), SignInLink.expires_at > now
    )
    row = db.session.execute(used.returning(SignInLink.person_id, SignInLink.place)).first()
    person = db.session.get(Person, row.person_id) if row else None
    if row is None or person is None or not person.active:
        raise SignInLinkOverError
    drop_links([person.id])
    post_message(
        "signed-in-by-link",
        recipient=person.email,
        language=person.language,
        now=now,
        name=person.name,
        address=public_url("accounts.list_sign_ins", language=person.language),
        new_password_address=public_url("security.forgot_password", language=person.language),
    )
    return Entered(person, row.place)


def drop_links(person_ids: Collection[int]) -> None:
    """Make every link of people void."""
    gone = delete(SignInLink).where(SignInLink.person_id.in_(person_ids))
    db.session.execute(gone.execution_options(synchronize_session=False))


def has_old_links(now: datetime) -> bool:
    """Whether there is anything for `tidy_links`."""
    old = select(SignInLink.token_hash).where(SignInLink.expires_at <= now)
    return db.session.scalar(old.limit(1)) is not None


def tidy_links(now: datetime) -> int:
    """Forget links whose time is over; return how many."""
    gone = delete(SignInLink).where(SignInLink.expires_at <= now)
    return len(db.session.execute(gone.returning(SignInLink.token_hash)).all())


def _open(now: datetime) -> Select[str]:
    return select(SignInLink.token_hash).where(SignInLink.expires_at > now)


def _count_open(person_id: int, now: datetime) -> int:
    theirs = _open(now).where(SignInLink.person_id == person_id).subquery()
    return db.session.scalar(select(func.count()).select_from(theirs)) or 0


def _hash(token: str) -> str:
    return hashlib.sha256(token.encode(errors="replace")).hexdigest()
