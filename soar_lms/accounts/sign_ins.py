"""Where somebody is signed in: each device has a row, and without its row its cookie is nothing.

A cookie names the person and the row (`identity`). Cookies of the release before name the person
only: they work until they are too old, or until all others are ended.
"""

from __future__ import annotations

import secrets
from collections.abc import Collection
from datetime import datetime, timedelta

from sqlalchemy import Select, bindparam, delete, select, update

from soar_lms.accounts.devices import Device
from soar_lms.accounts.models import Person, SignIn
from soar_lms.audit.services import Action, Actor, record
from soar_lms.database import db, write

LASTS = timedelta(days=30)
"""From signing in: NIST SP 800-63B-4, section 2.1.3, has people sign in anew after 30 days."""
MOST_SIGN_INS = 20
NOTED_EVERY = timedelta(days=1)
_TIDIED_AT_ONCE = 1_000

_NOTE_USE = (
    update(SignIn)
    .where(SignIn.id == bindparam("number"))
    .values(used_at=bindparam("now"))
    .returning(SignIn.id)
)


def identity(person: Person, key: str) -> str:
    """Return what a cookie names: who it is, and on which device."""
    return f"{person.fs_uniquifier}.{key}"


def begin_sign_in(person: Person, device: Device, now: datetime) -> SignIn:
    """Note that somebody signed in; of very many devices the ones used least recently are ended."""
    ended = select(SignIn.id).where(SignIn.person_id == person.id)
    ended = ended.order_by(SignIn.used_at.desc(), SignIn.id.desc()).offset(MOST_SIGN_INS - 1)
    row = SignIn(
        person_id=person.id,
        key=secrets.token_urlsafe(16),
        browser=device.browser,
        system=device.system,
        began_at=now,
        used_at=now,
    )
    old = list(db.session.scalars(ended))
    db.session.add(row)
    db.session.flush()
    _delete(old)
    return row


def list_sign_ins(person_id: int, now: datetime) -> list[SignIn]:
    """Return where somebody is signed in, the latest use first."""
    rows = select(SignIn).where(SignIn.person_id == person_id, SignIn.began_at > now - LASTS)
    return list(db.session.scalars(rows.order_by(SignIn.used_at.desc(), SignIn.id.desc())))


def end_sign_in(person_id: int, number: int) -> None:
    """Sign somebody out on one device; where they are signed out already, that stays so."""
    theirs = SignIn.person_id == person_id
    db.session.execute(delete(SignIn).where(theirs, SignIn.id == number))


def end_key(key: str) -> None:
    """Forget the sign-in of a browser that is signed in anew."""
    db.session.execute(delete(SignIn).where(SignIn.key == key))


def end_others(person: Person, number: int | None, now: datetime, device: Device) -> SignIn:
    """Sign somebody out everywhere but here, and return the row of here.

    Cookies that name the person only end too. One of those may be the reader's own: its device
    gets a row now.
    """
    here = db.session.get(SignIn, number) if number is not None else None
    person.fs_uniquifier = secrets.token_hex(16)
    others = delete(SignIn).where(SignIn.person_id == person.id, SignIn.id != (number or 0))
    db.session.execute(others.execution_options(synchronize_session=False))
    record(Action.SIGN_INS_ENDED, actor=Actor(person.id), now=now, person_id=person.id)
    return here or begin_sign_in(person, device, now)


def end_all(person_ids: Collection[int]) -> None:
    """Sign people out everywhere."""
    gone = delete(SignIn).where(SignIn.person_id.in_(person_ids))
    db.session.execute(gone.execution_options(synchronize_session=False))


def note_use(number: int, used_at: datetime, now: datetime) -> None:
    """Note that something is done on a device: once a day is enough to recognize it by."""
    if now - used_at >= NOTED_EVERY:
        write(_NOTE_USE, {"number": number, "now": now})


def has_old_sign_ins(now: datetime) -> bool:
    """Whether there is anything for `tidy_sign_ins`."""
    return db.session.scalar(_old(now).limit(1)) is not None


def tidy_sign_ins(now: datetime) -> int:
    """Forget devices whose time is over; return how many."""
    old = list(db.session.scalars(_old(now).limit(_TIDIED_AT_ONCE)))
    _delete(old)
    return len(old)


def _old(now: datetime) -> Select[int]:
    return select(SignIn.id).where(SignIn.began_at <= now - LASTS)


def _delete(numbers: Collection[int]) -> None:
    gone = delete(SignIn).where(SignIn.id.in_(numbers))
    db.session.execute(gone.execution_options(synchronize_session=False))
