"""The certificates of thousands of people: as lines of a list, and in numbers."""

from __future__ import annotations

import unicodedata
from collections.abc import Collection
from dataclasses import dataclass
from datetime import date, datetime

from sqlalchemy import ColumnElement, Select, bindparam, func, select

from soar_lms.certificates.models import Certificate
from soar_lms.clock import local_date
from soar_lms.database import Among, Numbers, db


@dataclass(frozen=True)
class Line:
    """A certificate in a list: what is asked of thousands of them, and no more."""

    certificate_id: int
    person_id: int | None
    module_id: str
    name: str
    completed_on: date
    expires_on: date | None
    time_zone: str

    def is_valid(self, now: datetime) -> bool:
        """Say whether its last day is not over, where its owner is."""
        return _is_valid(self.expires_on, self.time_zone, now)


@dataclass(frozen=True)
class Count:
    """How many certificates there are."""

    valid: int
    all_together: int


def _is_valid(expires_on: date | None, time_zone: str, now: datetime) -> bool:
    return expires_on is None or local_date(now, time_zone) <= expires_on


def list_newest_lines(person_ids: Collection[int], module_ids: Collection[str]) -> list[Line]:
    """Return the newest certificate that counts of each person and module, by name.

    Accents do not matter for the order, so that Ángel stands before Bea.
    """
    rows = db.session.execute(
        select(
            Certificate.id,
            Certificate.person_id,
            Certificate.module_id,
            Certificate.name,
            Certificate.completed_on,
            Certificate.expires_on,
            Certificate.time_zone,
        )
        .where(among(person_ids), *_count_for(module_ids))
        .order_by(Certificate.issued_at, Certificate.id)
    )
    newest = {(line.person_id, line.module_id): line for line in (Line(*row) for row in rows)}
    return sorted(newest.values(), key=_place_in_list)


def count_newest(
    people: Select[int], module_ids: Collection[str], now: datetime, *chosen: ColumnElement[bool]
) -> Count:
    """Return how many lines `list_newest_lines` has, without reading them.

    :param people: the select of them.
    :param chosen: what else must be true of a certificate.
    """
    place = func.row_number().over(
        partition_by=(Certificate.person_id, Certificate.module_id),
        order_by=(Certificate.issued_at.desc(), Certificate.id.desc()),
    )
    lines = (
        select(Certificate.expires_on, Certificate.time_zone, place.label("place"))
        .where(Certificate.person_id.in_(people), *_count_for(module_ids), *chosen)
        .subquery()
    )
    ends = (lines.c.expires_on, lines.c.time_zone)
    counts = db.session.execute(
        select(*ends, func.count()).where(lines.c.place == 1).group_by(*ends)
    ).all()
    valid = sum(count for expires_on, zone, count in counts if _is_valid(expires_on, zone, now))
    return Count(valid, sum(count for *_, count in counts))


def among(person_ids: Collection[int]) -> ColumnElement[bool]:
    """Return what is true of the certificates of some people."""
    return Among(Certificate.person_id, bindparam("person_ids", person_ids, Numbers))


def _count_for(module_ids: Collection[str]) -> list[ColumnElement[bool]]:
    """Return what is true of certificates that count for modules."""
    return [
        Certificate.module_id.in_(module_ids),
        Certificate.replaced_by_id.is_(None),
        Certificate.revoked_at.is_(None),
    ]


def _place_in_list(line: Line) -> tuple[str, str, date, int]:
    apart = unicodedata.normalize("NFKD", line.name.casefold())
    letters = "".join(item for item in apart if not unicodedata.combining(item))
    return letters, line.module_id, line.completed_on, line.certificate_id
