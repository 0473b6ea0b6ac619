"""The encrypted facts of claims: opened for one report, encrypted anew, deleted in time."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from datetime import date

from sqlalchemy import bindparam, delete, select

from soar_lms.certificates.models import Certificate, CreditDetails
from soar_lms.certificates.vault import PharmacyFacts, WrongKeyError, renew, unlock
from soar_lms.clock import add_months
from soar_lms.database import Among, Numbers, db


def open_facts(
    certificates: Collection[Certificate], keys: Sequence[str]
) -> dict[int, PharmacyFacts]:
    """Return what the body wants to know of claims, by the number of their certificate.

    Of a certificate that replaced another it is with the first one. What was deleted is not there.

    :raises WrongKeyError: when none of the keys opens it.
    """
    origins = _origins({certificate.id for certificate in certificates})
    rows = db.session.scalars(
        select(CreditDetails).where(
            Among(CreditDetails.certificate_id, bindparam("origins", list(origins), Numbers))
        )
    )
    return {origins[row.certificate_id]: unlock(row.locked, keys) for row in rows}


def _origins(numbers: set[int]) -> Mapping[int, int]:
    """Return certificates and all that they replaced, each with the one that counts now."""
    found = {number: number for number in numbers}
    newest = numbers
    while newest:
        earlier = db.session.execute(
            select(Certificate.id, Certificate.replaced_by_id).where(
                Among(Certificate.replaced_by_id, bindparam("newest", list(newest), Numbers))
            )
        )
        replaced = {old: found[new] for old, new in earlier if new and old not in found}
        found |= replaced
        newest = set(replaced)
    return found


def renew_facts(keys: Sequence[str]) -> int:
    """Encrypt everything anew with the first key, and return how many rows that were.

    :raises WrongKeyError: when none of the keys opens one of them; nothing is changed then.
    """
    rows = list(db.session.scalars(select(CreditDetails).order_by(CreditDetails.certificate_id)))
    for row in rows:
        row.locked = renew(row.locked, keys)
    db.session.flush()
    return len(rows)


def is_opened_by(keys: Sequence[str]) -> bool:
    """Return whether the oldest and the newest of what is kept can be opened with the keys."""
    for order in (CreditDetails.certificate_id.asc(), CreditDetails.certificate_id.desc()):
        row = db.session.scalar(select(CreditDetails).order_by(order).limit(1))
        try:
            if row is not None:
                unlock(row.locked, keys)
        except WrongKeyError:
            return False
    return True


def last_day_kept(today: date, years: int) -> date:
    """Return the last day of completion whose facts need not be kept any more."""
    return add_months(today, -12 * years)


def list_overdue(today: date, years: int) -> list[int]:
    """Return the certificates whose facts have been kept for long enough."""
    return list(
        db.session.scalars(
            select(CreditDetails.certificate_id)
            .join(Certificate, Certificate.id == CreditDetails.certificate_id)
            .where(Certificate.completed_on < last_day_kept(today, years))
        )
    )


def delete_facts(certificate_ids: Collection[int]) -> None:
    """Delete what is kept of claims; their certificates stay as they are."""
    db.session.execute(
        delete(CreditDetails).where(
            Among(CreditDetails.certificate_id, bindparam("ids", certificate_ids, Numbers))
        )
    )
