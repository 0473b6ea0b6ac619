"""Two accounts of one person: which may become one; what becomes of addresses and licenses."""

from __future__ import annotations

from flask_babel.speaklater import LazyString
from sqlalchemy import delete, select, update

from soar_lms.access import Role
from soar_lms.accounts.licenses import list_licenses
from soar_lms.accounts.links import drop_links
from soar_lms.accounts.models import Passkey, Person, PersonEmail
from soar_lms.accounts.sign_ins import end_all
from soar_lms.database import db
from soar_lms.errors import DomainError
from soar_lms.i18n import lazy_gettext

_RANKS = list(Role)


class MergeRefusedError(DomainError):
    """These two accounts cannot become one, or not this way round."""

    title = lazy_gettext("These accounts cannot be made one")

    def __init__(self, message: LazyString | str) -> None:
        super().__init__(str(message))
        self.message = message


def lock_people(keep_id: int, other_id: int) -> tuple[Person, Person]:
    """Return two people as they are now, so that nobody changes them meanwhile.

    :raises MergeRefusedError: when they cannot become one.
    """
    rows = db.session.scalars(
        select(Person)
        .where(Person.id.in_((keep_id, other_id)))
        .order_by(Person.id)
        .with_for_update()
        .execution_options(populate_existing=True)
    )
    people = {person.id: person for person in rows}
    if keep_id not in people or other_id not in people:
        raise MergeRefusedError(lazy_gettext("There is no such account."))
    keep, other = people[keep_id], people[other_id]
    _check_mergeable(keep, other)
    return keep, other


def _check_mergeable(keep: Person, other: Person) -> None:
    if keep.id == other.id:
        raise MergeRefusedError(lazy_gettext("This is one account already."))
    if not keep.active or not other.active:
        raise MergeRefusedError(
            lazy_gettext("One of them is closed, or was made one with another already.")
        )
    if keep.confirmed_at is None or other.confirmed_at is None:
        raise MergeRefusedError(
            lazy_gettext(
                "One of them was never confirmed: nobody has shown that the address is theirs."
            )
        )
    if _may_do_more(other, keep):
        raise MergeRefusedError(
            lazy_gettext(
                "The account that goes may do more than the one that stays. Keep the other one: "
                "nobody is given rights by this."
            )
        )


def _may_do_more(other: Person, keep: Person) -> bool:
    has_more = other.reads_programme and not (
        keep.reads_programme or keep.role == Role.ADMINISTRATOR
    )
    return has_more or _RANKS.index(Role(other.role)) > _RANKS.index(Role(keep.role))


def close_into(keep: Person, other: Person) -> None:
    """Close an account; its addresses sign in to the one that stays, which gets its licenses.

    The address in its record becomes one that cannot exist (RFC 6761, section 6.4), since an
    address is one account's. Being closed ends its sessions. Who wants no reminders at one of them
    wants none.
    """
    keep.reminders_off_at = keep.reminders_off_at or other.reminders_off_at
    keep.digest_off_at = keep.digest_off_at or other.digest_off_at
    other.active = False
    other.email = f"merged-{other.id}@merged.invalid"
    db.session.flush()
    end_all([other.id])
    drop_links([other.id])
    _drop_claims(keep.id, other.id)
    _drop_claims(other.id, keep.id)
    db.session.execute(
        update(PersonEmail)
        .where(PersonEmail.person_id == other.id)
        .values(person_id=keep.id, is_primary=False)
    )
    db.session.execute(
        update(Passkey).where(Passkey.person_id == other.id).values(person_id=keep.id)
    )
    _unite_licenses(keep.id, other.id)


def _unite_licenses(keep_id: int, other_id: int) -> None:
    """Give all licenses to the account that stays; one that both have stands once."""
    there = {(item.territory, item.number) for item in list_licenses(keep_id)}
    for item in list_licenses(other_id):
        if (item.territory, item.number) in there:
            db.session.delete(item)
        else:
            item.person_id = keep_id
    db.session.flush()


def _drop_claims(person_id: int, twin_id: int) -> None:
    """Take away what one account only claims and the other one has or claims too."""
    theirs = select(PersonEmail.email).where(PersonEmail.person_id == twin_id)
    db.session.execute(
        delete(PersonEmail)
        .where(
            PersonEmail.person_id == person_id,
            PersonEmail.verified_at.is_(None),
            PersonEmail.email.in_(theirs),
        )
        .execution_options(synchronize_session=False)
    )
