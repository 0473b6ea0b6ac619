"""Passkeys: added, listed and removed by their owner; each of them is a whole sign-in."""

from __future__ import annotations

import hashlib
import secrets
from base64 import urlsafe_b64encode
from collections.abc import Collection
from datetime import datetime
from ipaddress import ip_address
from typing import TYPE_CHECKING, Any
from urllib.parse import urlsplit

from flask import current_app
from sqlalchemy import delete, select
from sqlalchemy.exc import IntegrityError

from soar_lms.accounts.models import Passkey, Person
from soar_lms.audit.services import Action, Actor, record
from soar_lms.database import db
from soar_lms.errors import DomainError
from soar_lms.i18n import lazy_gettext
from soar_lms.messages.services import post_message, public_url

if TYPE_CHECKING:
    from soar_lms.accounts.ceremonies import Site

MOST_PASSKEYS = 10


class PasskeyRefusedError(DomainError):
    """The device's answer does not prove that it has a passkey of somebody here."""

    status = 422
    title = lazy_gettext("That passkey did not work")
    message = lazy_gettext(
        "Go back and try again. You can also sign in with your password, or with a link from an "
        "e-mail."
    )


class TooManyPasskeysError(DomainError):
    """There are as many passkeys as one account may have."""

    title = lazy_gettext("Your account has the most passkeys it can have")
    message = lazy_gettext("Remove a passkey that you no longer use, then add the new one.")


def can_have_passkeys() -> bool:
    """Whether browsers let this site have passkeys: it needs a name, a bare number will not do."""
    host = urlsplit(current_app.config["SOAR"].base_url).hostname or ""
    try:
        ip_address(host)
    except ValueError:
        return True
    return False


def make_challenge() -> str:
    """Return what a device is to sign, once."""
    return secrets.token_urlsafe(32)


def list_passkeys(person_id: int) -> list[Passkey]:
    """Return somebody's passkeys, in the order in which they were added."""
    theirs = select(Passkey).where(Passkey.person_id == person_id).order_by(Passkey.id)
    return list(db.session.scalars(theirs))


def ask_to_make(person_id: int, name: str, address: str, challenge: str) -> dict[str, Any]:
    """Return what the browser of somebody is asked with, to make a passkey."""
    from soar_lms.accounts import ceremonies

    mine = list_passkeys(person_id)
    return ceremonies.ask_to_make(
        _site(),
        name=name,
        address=address,
        user_handle=_handle_for(mine, challenge),
        known=[item.credential_id for item in mine],
        challenge=challenge,
    )


def add_passkey(
    person: Person, *, name: str, answer: str, challenge: str, now: datetime
) -> Passkey:
    """Add the passkey that a device made, and tell its owner by e-mail.

    :raises PasskeyRefusedError: when the answer proves nothing, or the passkey is there already.
    :raises TooManyPasskeysError: when the account can have no more.
    """
    from soar_lms.accounts import ceremonies

    db.session.execute(select(Person.id).where(Person.id == person.id).with_for_update())
    mine = list_passkeys(person.id)
    if len(mine) >= MOST_PASSKEYS:
        raise TooManyPasskeysError
    try:
        made = ceremonies.read_made(_site(), answer, challenge)
    except ceremonies.RefusedError:
        raise PasskeyRefusedError from None
    passkey = Passkey(
        person_id=person.id,
        credential_id=made.credential_id,
        public_key=made.public_key,
        user_handle=_handle_for(mine, challenge),
        sign_count=made.sign_count,
        name=name,
        added_at=now,
    )
    try:
        with db.session.begin_nested():
            db.session.add(passkey)
    except IntegrityError:
        raise PasskeyRefusedError from None
    record(Action.PASSKEY_ADDED, actor=Actor(person.id), now=now, person_id=person.id)
    _tell(person, now)
    return passkey


def remove_passkey(person: Person, number: int, now: datetime) -> None:
    """Forget a passkey; one that is not there stays so."""
    theirs = delete(Passkey).where(Passkey.person_id == person.id, Passkey.id == number)
    if db.session.execute(theirs.returning(Passkey.id)).first() is not None:
        record(Action.PASSKEY_REMOVED, actor=Actor(person.id), now=now, person_id=person.id)
        _tell(person, now)


def forget_passkeys(person_ids: Collection[int]) -> None:
    """Forget all passkeys of people whose accounts are erased."""
    gone = delete(Passkey).where(Passkey.person_id.in_(person_ids))
    db.session.execute(gone.execution_options(synchronize_session=False))


def ask_to_sign_in(challenge: str) -> dict[str, Any]:
    """Return what a browser is asked with, to sign somebody in."""
    from soar_lms.accounts import ceremonies

    return ceremonies.ask_to_sign_in(_site(), challenge)


def enter_with_passkey(answer: str, challenge: str, now: datetime) -> Person:
    """Return who a device has shown to be there.

    :raises PasskeyRefusedError: when it has shown nothing, or the account is closed.
    """
    from soar_lms.accounts import ceremonies

    try:
        credential_id, user_handle = ceremonies.read_owner(answer)
        passkey = db.session.scalar(
            select(Passkey).where(Passkey.credential_id == credential_id).with_for_update()
        )
        if passkey is None or user_handle != passkey.user_handle:
            raise PasskeyRefusedError
        count = ceremonies.check_sign_in(
            _site(),
            answer,
            challenge=challenge,
            public_key=passkey.public_key,
            sign_count=passkey.sign_count,
        )
    except ceremonies.RefusedError:
        raise PasskeyRefusedError from None
    person = db.session.get_one(Person, passkey.person_id)
    if not person.active or person.confirmed_at is None:
        raise PasskeyRefusedError
    passkey.sign_count = count
    passkey.used_at = now
    db.session.flush()
    return person


def _site() -> Site:
    """Return what passkeys are for: the address people type, never what a request claims it is."""
    from soar_lms.accounts.ceremonies import Site

    config = current_app.config["SOAR"]
    base = urlsplit(config.base_url)
    host = base.hostname or ""
    is_usual = base.port in {None, 443 if base.scheme == "https" else 80}
    return Site(
        config.site_name, host, f"{base.scheme}://{host}" + ("" if is_usual else f":{base.port}")
    )


def _handle_for(mine: list[Passkey], challenge: str) -> str:
    """Return what devices know somebody by: the handle there is, or one as random as a challenge.

    It is made of the challenge, so that asking and adding know the same one with nothing stored.
    """
    if mine:
        return mine[0].user_handle
    return urlsafe_b64encode(hashlib.sha256(challenge.encode()).digest()).decode().rstrip("=")


def _tell(person: Person, now: datetime) -> None:
    post_message(
        "passkeys-changed",
        recipient=person.email,
        language=person.language,
        now=now,
        name=person.name,
        address=public_url("accounts.edit_passkeys", language=person.language),
        new_password_address=public_url("security.forgot_password", language=person.language),
    )
