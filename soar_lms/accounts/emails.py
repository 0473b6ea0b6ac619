"""The addresses of a person: any verified one signs in, mail goes to the primary one.

Whether an address belongs to somebody else is never told to whoever types it in: the page answers
the same, and only the mailbox learns more.
"""

from __future__ import annotations

import hashlib
from collections.abc import Collection
from datetime import datetime, timedelta

from flask import current_app
from flask_security.mail_util import EmailValidateException
from itsdangerous import BadSignature, URLSafeTimedSerializer
from sqlalchemy import bindparam, select, update
from sqlalchemy.exc import IntegrityError

from soar_lms.accounts.followers import tell_followers
from soar_lms.accounts.models import Person, PersonEmail
from soar_lms.audit.services import Action, Actor, record
from soar_lms.database import Among, Numbers, Words, db
from soar_lms.errors import DomainError, NotFoundError
from soar_lms.i18n import lazy_gettext
from soar_lms.messages.bounces import forget_bounces
from soar_lms.messages.services import post_message, public_url

MOST_EMAILS = 5
LINK_LASTS = timedelta(days=3)
_SALT = "verify-email"


class NoAddressError(ValueError):
    """A text that is no e-mail address."""


class EmailLinkOverError(DomainError):
    """The link is too old, incomplete, or its address was taken off the account."""

    status = 410
    title = lazy_gettext("This link no longer works")
    message = lazy_gettext("Go to your profile and ask for a new link to confirm the address.")


class EmailOfAnotherAccountError(DomainError):
    """The address was verified by somebody else; only who has its mailbox is told."""

    title = lazy_gettext("This address belongs to another account")
    message = lazy_gettext(
        "If both accounts are yours, ask the people who run this site to make them one."
    )


class PrimaryEmailError(DomainError):
    """Mail has to go somewhere: the primary address cannot be taken off."""

    title = lazy_gettext("Mail goes to this address")
    message = lazy_gettext("Choose another address for mail first, then remove this one.")


class TooManyEmailsError(DomainError):
    """There are as many addresses as one account may have."""

    title = lazy_gettext("You have as many addresses as an account can have")
    message = lazy_gettext("Remove an address that you no longer use, then add the new one.")


def read_address(text: str) -> str:
    """Return an address as it is stored.

    :raises NoAddressError: when it is none.
    """
    try:
        address: str = current_app.extensions["security"].mail_util.normalize(text)
    except EmailValidateException:
        raise NoAddressError(f'"{text}" is no e-mail address') from None
    return address


def find_owner(address: str) -> Person | None:
    """Return who has shown that an address is theirs, or None."""
    return db.session.scalar(
        select(Person)
        .join(PersonEmail, PersonEmail.person_id == Person.id)
        .where(PersonEmail.email == address, PersonEmail.verified_at.is_not(None))
    )


def list_emails(person_id: int) -> list[PersonEmail]:
    """Return the addresses of a person: the primary one, the verified ones, the others."""
    return list(
        db.session.scalars(
            select(PersonEmail)
            .where(PersonEmail.person_id == person_id)
            .order_by(
                PersonEmail.is_primary.desc(), PersonEmail.verified_at.is_(None), PersonEmail.email
            )
            .execution_options(populate_existing=True)
        )
    )


def list_verified_emails(person_ids: Collection[int]) -> dict[str, int]:
    """Return the verified addresses of people, each with whose it is, in one query."""
    wanted = bindparam("person_ids", list(person_ids), Numbers)
    rows = db.session.execute(
        select(PersonEmail.email, PersonEmail.person_id).where(
            PersonEmail.verified_at.is_not(None), Among(PersonEmail.person_id, wanted)
        )
    )
    return {email: person_id for email, person_id in rows}  # noqa: C416  # rows to a dict


def list_owners(addresses: Collection[str]) -> dict[str, int]:
    """Return who has verified addresses, by address, in one query."""
    wanted = bindparam("addresses", list(addresses), Words)
    rows = db.session.execute(
        select(PersonEmail.email, PersonEmail.person_id).where(
            PersonEmail.verified_at.is_not(None), Among(PersonEmail.email, wanted)
        )
    )
    return {email: person_id for email, person_id in rows}  # noqa: C416  # rows to a dict


def begin_emails(person: Person) -> None:
    """Note the address that somebody begins with; verified if the account is."""
    db.session.flush()
    db.session.add(
        PersonEmail(
            person_id=person.id,
            email=person.email,
            is_primary=True,
            added_at=person.created_at,
            verified_at=person.confirmed_at,
        )
    )
    db.session.flush()


def verify_first_email(person: Person, now: datetime) -> None:
    """Note that somebody who signed up has confirmed the address.

    :raises EmailOfAnotherAccountError: when somebody else was faster.
    """
    row = _get_email(person.id, person.email)
    _verify(row, now)


# --- adding -----------------------------------------------------------------------------------


def add_email(person: Person, address: str, now: datetime) -> None:
    """Note an address, and ask its mailbox; for one that is there already, ask again.

    :raises TooManyEmailsError: when the account can have no more.
    """
    if _claim(person, address, now).verified_at is None:
        _ask_mailbox(person, address, now)


def _claim(person: Person, address: str, now: datetime) -> PersonEmail:
    """Return an address of a person; one that was not there is noted, and not verified.

    :raises TooManyEmailsError: when the account can have no more.
    """
    mine = {row.email: row for row in _lock_emails(person)}
    if address in mine:
        return mine[address]
    if len(mine) >= MOST_EMAILS:
        raise TooManyEmailsError
    row = PersonEmail(person_id=person.id, email=address, added_at=now)
    db.session.add(row)
    db.session.flush()
    return row


def _lock_emails(person: Person) -> list[PersonEmail]:
    """Return somebody's addresses, which nobody else can change until the transaction ends."""
    _lock(person)
    return list_emails(person.id)


def _lock(person: Person) -> None:
    """Let one request at a time change the addresses of a person (SQLite: of anybody)."""
    db.session.execute(select(Person.id).where(Person.id == person.id).with_for_update())


def _ask_mailbox(person: Person, address: str, now: datetime) -> None:
    """Send the link; where the address is another account's, tell that person instead."""
    owner = find_owner(address)
    if owner is not None:
        post_message(
            "address-wanted", recipient=address, language=owner.language, now=now, name=owner.name
        )
        return
    post_message(
        "address-added",
        recipient=address,
        language=person.language,
        now=now,
        name=person.name,
        address=public_url(
            "accounts.verify_email", token=make_token(person.id, address), language=person.language
        ),
    )


def make_token(person_id: int, address: str) -> str:
    """Return what a mailbox is asked with: it fits one person and one address only."""
    return str(_signer().dumps([person_id, _digest(address)]))


def _signer() -> URLSafeTimedSerializer:
    return URLSafeTimedSerializer(current_app.config["SOAR"].secret_key, salt=_SALT)


def _digest(address: str) -> str:
    """Return what stands for an address in a link: logs of proxies need not read it."""
    return hashlib.sha256(address.encode()).hexdigest()[:32]


def get_email_of_link(person_id: int, token: str) -> PersonEmail:
    """Return the address that a link is about.

    :raises EmailLinkOverError: when it is over, or another account asked for it.
    """
    try:
        owner_id, digest = _signer().loads(token, max_age=int(LINK_LASTS.total_seconds()))
    except BadSignature:  # too old is one of its kinds
        raise EmailLinkOverError from None
    for row in list_emails(person_id):
        if owner_id == person_id and _digest(row.email) == digest:
            return row
    raise EmailLinkOverError


def verify_email(person: Person, token: str, now: datetime) -> PersonEmail:
    """Note that an address is theirs; a second time it changes nothing.

    :raises EmailLinkOverError: when the link is over, or another account asked for it.
    :raises EmailOfAnotherAccountError: when somebody else was faster.
    """
    _lock(person)
    row = get_email_of_link(person.id, token)
    _take_over(person, row, now)
    return row


def _take_over(person: Person, row: PersonEmail, now: datetime) -> None:
    """Make an address verified, and tell the address that mail goes to.

    :raises EmailOfAnotherAccountError: when somebody else has it.
    """
    if row.verified_at is not None:
        return
    _free_from_unconfirmed(row.email, person.id)
    _verify(row, now)
    forget_bounces([row.email])
    tell_followers([person.id])
    _tell_of_change(person, person.email, now)
    record(Action.EMAIL_ADDED, actor=Actor(person.id), now=now, person_id=person.id)


def may_add_proven(person_id: int, address: str) -> bool:
    """Whether somebody who has the mailbox of an address can make it theirs."""
    if find_owner(address) is not None:
        return False
    mine = {row.email for row in list_emails(person_id)}
    return address in mine or len(mine) < MOST_EMAILS


def add_proven_email(person: Person, address: str, now: datetime) -> None:
    """Note an address whose mailbox is known to be theirs: they opened a secret sent to it.

    Whoever calls this has asked for the password, as `AddEmailForm` does.

    :raises TooManyEmailsError: when the account can have no more.
    :raises EmailOfAnotherAccountError: when somebody else has it.
    """
    _take_over(person, _claim(person, address, now), now)


def _free_from_unconfirmed(address: str, person_id: int) -> None:
    """Take an account away that somebody began with the address and never could enter."""
    begun = db.session.scalar(
        select(Person).where(
            Person.email == address, Person.confirmed_at.is_(None), Person.id != person_id
        )
    )
    if begun is None:
        return
    db.session.delete(begun)
    db.session.flush()


def _verify(row: PersonEmail, now: datetime) -> None:
    try:
        with db.session.begin_nested():
            row.verified_at = now
    except IntegrityError:
        raise EmailOfAnotherAccountError from None


# --- removing, choosing -----------------------------------------------------------------------


def remove_email(person: Person, email_id: int, now: datetime) -> None:
    """Take an address off the account; one that is not there stays so.

    :raises PrimaryEmailError: when mail goes to it.
    """
    row = _find_email(_lock_emails(person), email_id)
    if row is None:
        return
    if row.is_primary:
        raise PrimaryEmailError
    db.session.delete(row)
    db.session.flush()
    if row.verified_at is not None:
        tell_followers([person.id])
        _tell_of_change(person, row.email, now)
        record(Action.EMAIL_REMOVED, actor=Actor(person.id), now=now, person_id=person.id)


def choose_primary(person: Person, email_id: int, now: datetime) -> None:
    """Send mail to another verified address from now on, and tell the one before.

    :raises NotFoundError: when the person has no such verified address.
    """
    row = _find_email(_lock_emails(person), email_id)
    if row is None or row.verified_at is None:
        raise NotFoundError
    if row.is_primary:
        return
    before = person.email
    _free_from_unconfirmed(row.email, person.id)
    db.session.execute(
        update(PersonEmail).where(PersonEmail.person_id == person.id).values(is_primary=False)
    )
    row.is_primary = True
    person.email = row.email
    db.session.flush()
    tell_followers([person.id])
    _tell_of_change(person, before, now)
    record(Action.EMAIL_CHOSEN, actor=Actor(person.id), now=now, person_id=person.id)


def _find_email(rows: list[PersonEmail], email_id: int) -> PersonEmail | None:
    return next((row for row in rows if row.id == email_id), None)


def _tell_of_change(person: Person, recipient: str, now: datetime) -> None:
    post_message(
        "addresses-changed",
        recipient=recipient,
        language=person.language,
        now=now,
        name=person.name,
        address=public_url("accounts.edit_emails", language=person.language),
        new_password_address=public_url("security.forgot_password", language=person.language),
    )


def _get_email(person_id: int, address: str) -> PersonEmail:
    return db.session.scalars(
        select(PersonEmail).where(PersonEmail.person_id == person_id, PersonEmail.email == address)
    ).one()
