"""Keeping where everybody stands, so that lists need not work it out.

A row of `standings` is what `path.assess` says of a person's present enrolment, written anew in the
transaction of whatever changes it: a function of the records, and never a record itself. Why it is
so: `docs/decisions/0022-kept-standings.md`.
"""

from __future__ import annotations

from collections.abc import Collection, Iterator, Mapping
from datetime import date, timedelta
from typing import Any

from sqlalchemy import ColumnElement, and_, bindparam, delete, event, or_, select
from sqlalchemy.dialects import postgresql, sqlite
from sqlalchemy.orm import Session

from soar_lms.catalogue.model import Catalogue, Module
from soar_lms.certificates.models import Certificate
from soar_lms.certificates.services import CertificateDays, list_newest_days
from soar_lms.clock import start_of_day
from soar_lms.content import catalogue as catalogue_here
from soar_lms.database import Among, Numbers, db, read, transaction
from soar_lms.learning.models import Enrolment, KeptStanding
from soar_lms.learning.path import Path, fingerprint, write_left
from soar_lms.learning.progress import Dated, load_dated, load_dated_of
from soar_lms.learning.renewal import make_renewal, overall_status
from soar_lms.learning.standing import standing_of

BATCH = 500
"""People whose rows are made anew in one transaction."""
_KEY = ("person_id", "module_id")
_MOVED = "people_with_moved_certificates"
Row = dict[str, Any]
"""The values of a row of `standings`."""
Held = Mapping[tuple[int, str], CertificateDays]
"""The newest certificates, by person and module."""


# --- working out --------------------------------------------------------------------------------


def work_out(enrolments: Collection[Enrolment], modules: Mapping[str, Module]) -> list[Row]:
    """Return the rows that present enrolments must have, in two queries.

    :param modules: those of the enrolments, by id; of others there is no row.
    """
    known = [item for item in enrolments if item.module_id in modules]
    return [row for row, _ in _assess(known, modules)] if known else []


def _assess(
    known: Collection[Enrolment], modules: Mapping[str, Module]
) -> Iterator[tuple[Row, Path]]:
    dated, held = load_dated(known), _list_held(known)
    for item in known:
        yield _place(item, modules[item.module_id], dated[item.id], held)


def _list_held(known: Collection[Enrolment]) -> Held:
    holders = {item.person_id for item in known if item.completed_at or item.cycle > 1}
    return list_newest_days(holders) if holders else {}


def _place(item: Enrolment, module: Module, dated: Dated, held: Held) -> tuple[Row, Path]:
    path = standing_of(item, module, dated.progress).path
    row = {
        "person_id": item.person_id,
        "module_id": item.module_id,
        "enrolment_id": item.id,
        "cycle": item.cycle,
        "state": str(overall_status(path.state, item.cycle, None)),
        "steps_left": write_left(path.left),
        "setting": item.setting,
        "language": item.language,
        "active_at": int(dated.active_at.timestamp()),
        "content": fingerprint(module),
        **_certified(held.get((item.person_id, item.module_id)), module),
    }
    return row, path


def _certified(certificate: CertificateDays | None, module: Module) -> Row:
    """Return what the newest certificate says: its code, days and moments."""
    if certificate is None:
        return {"certificate_code": None, "completed_day": 0, **_NO_END}
    return {
        "certificate_code": certificate.code,
        "completed_day": certificate.completed_on.toordinal(),
        **_end(certificate.expires_on, certificate.time_zone, module),
    }


_NO_END = {"valid_until_day": 0, "opens_at": 0, "expires_at": 0}


def _end(expires_on: date | None, time_zone: str, module: Module) -> Row:
    if expires_on is None:
        return _NO_END
    opens_on = make_renewal(module.spec.renewal, expires_on, expires_on).opens_on
    return {
        "valid_until_day": expires_on.toordinal(),
        "opens_at": int(start_of_day(opens_on, time_zone).timestamp()),
        "expires_at": int(start_of_day(expires_on + timedelta(days=1), time_zone).timestamp()),
    }


# --- keeping ------------------------------------------------------------------------------------


def keep(enrolment: Enrolment, module: Module) -> Path:
    """Write the row of a present enrolment, after something in it has changed; return its path.

    One at a time: of two lessons done at once, the later row knows of both.
    """
    is_locked = db.session.is_modified(enrolment)  # by the statement that the flush sends
    db.session.flush()
    if db.engine.dialect.name == "postgresql" and not is_locked:  # SQLite has one writer anyway
        read(_LOCK, {"enrolment_id": enrolment.id})
    row, path = _place(enrolment, module, load_dated_of(enrolment), _list_held([enrolment]))
    _write(row)
    return path


def place(enrolment: Enrolment, module: Module, dated: Dated) -> Row:
    """Return the row that a present enrolment must have by what it did."""
    return _place(enrolment, module, dated, _list_held([enrolment]))[0]


_LOCK = (
    select(Enrolment.id)
    .where(Enrolment.id == bindparam("enrolment_id"))
    .with_for_update(key_share=True)
)


def keep_people(person_ids: Collection[int], catalogue: Catalogue) -> None:
    """Write every row of people anew, after any of what they did has changed or moved."""
    db.session.flush()
    _keep_flushed(person_ids, catalogue)


def _keep_flushed(person_ids: Collection[int], catalogue: Catalogue) -> None:
    latest = list_latest(person_ids)
    wanted = bindparam("person_ids", list(person_ids), Numbers)
    begun = select(Enrolment.id).where(
        Enrolment.person_id == KeptStanding.person_id, Enrolment.module_id == KeptStanding.module_id
    )
    db.session.execute(
        delete(KeptStanding).where(Among(KeptStanding.person_id, wanted), ~begun.exists()),
        execution_options={"synchronize_session": False},
    )
    _write(work_out(latest, catalogue.modules))


def list_latest(person_ids: Collection[int], *, locked: bool = True) -> list[Enrolment]:
    """Return the present enrolments of people, in one query.

    :param locked: whether nothing may happen in them until the transaction ends.
    """
    statement = (
        select(Enrolment)
        .where(Among(Enrolment.person_id, bindparam("person_ids", list(person_ids), Numbers)))
        .order_by(Enrolment.person_id, Enrolment.module_id, Enrolment.cycle)
        .execution_options(populate_existing=True)
    )
    rows = db.session.scalars(statement.with_for_update(key_share=True) if locked else statement)
    return list({(item.person_id, item.module_id): item for item in rows}.values())


def work_out_now(person_ids: Collection[int], catalogue: Catalogue) -> dict[tuple[int, str], Row]:
    """Return the rows of people as they must be by the content of today; nothing is written."""
    rows = work_out(list_latest(person_ids, locked=False), catalogue.modules)
    return {(row["person_id"], row["module_id"]): row for row in rows}


def _write(rows: Row | list[Row]) -> None:
    if rows:
        db.session.connection().execute(UPSERT[db.engine.dialect.name], rows)


def _make_upsert(insert: Any) -> Any:
    statement = insert(KeptStanding)
    names = [column.name for column in KeptStanding.__table__.columns if column.name not in _KEY]
    return statement.on_conflict_do_update(
        index_elements=_KEY, set_={name: statement.excluded[name] for name in names}
    )


UPSERT = {"sqlite": _make_upsert(sqlite.insert), "postgresql": _make_upsert(postgresql.insert)}
"""Writes a row of `standings`, by its values."""


# Certificates know nothing of learning: whoever revokes, restores or replaces one need not either.


@event.listens_for(Session, "after_flush")
def _note_moved_certificates(session: Session, _context: object) -> None:
    owners = {
        item.person_id
        for item in session.dirty
        if isinstance(item, Certificate) and item.person_id is not None
    }
    if owners:
        session.info.setdefault(_MOVED, set()).update(owners)


@event.listens_for(Session, "after_flush_postexec")
def _follow_moved_certificates(session: Session, _context: object) -> None:
    owners = session.info.pop(_MOVED, None)
    if owners:
        _keep_flushed(owners, catalogue_here())


# --- proving and repairing ----------------------------------------------------------------------


def find_wrong(person_ids: Collection[int], catalogue: Catalogue) -> list[str]:
    """Return which rows of people are not what they must be, as `person module`; none is written.

    The rows of modules that are no longer in the catalogue are left as they were.
    """
    names = [column.name for column in KeptStanding.__table__.columns]
    kept = {
        (row.person_id, row.module_id): row._asdict()
        for row in read(_KEPT, {"person_ids": person_ids})
        if row.module_id in catalogue.modules
    }
    right = {
        key: {name: row[name] for name in names}
        for key, row in work_out_now(person_ids, catalogue).items()
    }
    wrong = {key for key in kept.keys() | right.keys() if kept.get(key) != right.get(key)}
    return [f"{person_id} {module_id}" for person_id, module_id in sorted(wrong)]


_KEPT = select(*KeptStanding.__table__.columns).where(
    Among(KeptStanding.person_id, bindparam("person_ids", type_=Numbers))
)


def list_batches() -> Iterator[list[int]]:
    """Yield everybody who has begun something or has a row, in batches."""
    after = 0
    while batch := [row[0] for row in read(_EVERYBODY, {"after": after, "most": BATCH})]:
        yield batch
        after = batch[-1]


_EVERYBODY = (
    select(Enrolment.person_id)
    .where(Enrolment.person_id > bindparam("after"))
    .union(select(KeptStanding.person_id).where(KeptStanding.person_id > bindparam("after")))
    .order_by("person_id")
    .limit(bindparam("most"))
)


def rebuild(catalogue: Catalogue) -> int:
    """Make every row anew, one batch of people in a transaction each; return how many people."""
    count = 0
    for batch in list_batches():
        with transaction():
            keep_people(batch, catalogue)
        count += len(batch)
    return count


def is_outdated(catalogue: Catalogue) -> bool:
    """Whether some row was worked out by content that has changed since."""
    statement = select(KeptStanding.person_id).where(_is_outdated(catalogue)).limit(1)
    return read(statement, {}).first() is not None


def renew_outdated(catalogue: Catalogue) -> int:
    """Make the rows anew that rest on other content, or are missing; return how many people.

    In batches, each in a transaction of its own: the site goes on meanwhile.
    """
    count = 0
    while batch := _list_outdated(catalogue):
        with transaction():
            keep_people(batch, catalogue)
        count += len(batch)
    return count


def _list_outdated(catalogue: Catalogue) -> list[int]:
    old = select(KeptStanding.person_id).where(_is_outdated(catalogue)).limit(BATCH)
    missing = (
        select(Enrolment.person_id)
        .outerjoin(
            KeptStanding,
            and_(
                KeptStanding.person_id == Enrolment.person_id,
                KeptStanding.module_id == Enrolment.module_id,
            ),
        )
        .where(KeptStanding.person_id.is_(None), Enrolment.module_id.in_(list(catalogue.modules)))
        .limit(BATCH)
    )
    return sorted({row[0] for statement in (old, missing) for row in read(statement, {})})


def _is_outdated(catalogue: Catalogue) -> ColumnElement[bool]:
    """Two ranges of the index instead of `<>`, which none can answer."""
    return or_(
        False,
        *(
            and_(KeptStanding.module_id == module.id, side)
            for module in catalogue.modules.values()
            for side in (
                KeptStanding.content < fingerprint(module),
                KeptStanding.content > fingerprint(module),
            )
        ),
    )
