"""Taking an account away: who may be, and what belongs to the account itself."""

from __future__ import annotations

from collections.abc import Collection

from flask_babel.speaklater import LazyString
from sqlalchemy import BindParameter, bindparam, delete, func, select

from soar_lms.access import Role
from soar_lms.accounts.licenses import forget_licenses
from soar_lms.accounts.links import drop_links
from soar_lms.accounts.models import Person, PersonEmail
from soar_lms.accounts.passkeys import forget_passkeys
from soar_lms.accounts.sign_ins import end_all
from soar_lms.database import Among, Numbers, db
from soar_lms.errors import DomainError, NotFoundError
from soar_lms.i18n import lazy_gettext


class ErasureRefusedError(DomainError):
    """This account cannot be taken away, or not yet."""

    title = lazy_gettext("This account cannot be deleted")

    def __init__(self, message: LazyString | str) -> None:
        super().__init__(str(message))
        self.message = message


def lock_person(person_id: int) -> Person:
    """Return somebody as they are now, so that nothing is added to them meanwhile.

    :raises NotFoundError: when there is nobody of this number.
    :raises ErasureRefusedError: when nobody could administer the site without them.
    """
    person = db.session.scalar(
        select(Person)
        .where(Person.id == person_id)
        .with_for_update()
        .execution_options(populate_existing=True)
    )
    if person is None:
        raise NotFoundError
    if person.role == Role.ADMINISTRATOR and _count_administrators() == 1:
        raise ErasureRefusedError(
            lazy_gettext(
                "This is the only administrator. Make somebody else an administrator first."
            )
        )
    return person


def _count_administrators() -> int:
    administrators = select(func.count(Person.id)).where(
        Person.role == Role.ADMINISTRATOR, Person.active
    )
    return db.session.scalar(administrators) or 0


def list_addresses(person_ids: Collection[int]) -> set[str]:
    """Return every address of people, verified or only claimed."""
    theirs = select(PersonEmail.email).where(Among(PersonEmail.person_id, _numbers(person_ids)))
    primary = select(Person.email).where(Among(Person.id, _numbers(person_ids)))
    return {*db.session.scalars(theirs), *db.session.scalars(primary)}


def delete_people(person_ids: Collection[int]) -> None:
    """Delete accounts with their addresses and licenses, and the merges they were in."""
    db.session.flush()
    forget_licenses(person_ids)
    end_all(person_ids)
    drop_links(person_ids)
    forget_passkeys(person_ids)
    db.session.execute(
        delete(PersonEmail)
        .where(Among(PersonEmail.person_id, _numbers(person_ids)))
        .execution_options(synchronize_session=False)
    )
    db.session.execute(
        delete(Person)
        .where(Among(Person.id, _numbers(person_ids)))
        .execution_options(synchronize_session=False)
    )


def _numbers(person_ids: Collection[int]) -> BindParameter[Collection[int]]:
    return bindparam("people", list(person_ids), Numbers)
