"""The database: aware moments, one commit, and writers that wait their turn."""

from __future__ import annotations

import threading
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, datetime, timedelta, timezone
from pathlib import Path

import pytest
from flask import Flask, g
from sqlalchemy import bindparam, select, text, update
from sqlalchemy.exc import IntegrityError, StatementError

from soar_lms.accounts.models import Person
from soar_lms.cohorts.models import Cohort
from soar_lms.config import SQLiteSynchronous
from soar_lms.database import (
    Among,
    Numbers,
    UTCDateTime,
    Words,
    WriteWithoutCSRFError,
    db,
    transaction,
    write,
)
from soar_lms.learning.models import LessonCompletion
from tests.factories import NOW, make_person
from tests.support.pack import PACK
from tests.support.sites import make_site
from tests.support.together import MEETING_SECONDS


def names() -> list[str]:
    db.session.expire_all()
    return list(db.session.scalars(select(Person.name).order_by(Person.id)))


# --- moments ------------------------------------------------------------------------------------


def test_a_moment_without_a_time_zone_is_refused(context: Flask) -> None:
    naive = datetime(2026, 11, 22, 15, 0)  # noqa: DTZ001  # that is the point

    with pytest.raises(StatementError, match="a moment without a time zone"), transaction():
        make_person(now=naive)

    assert names() == []


@pytest.mark.parametrize(
    "moment",
    [
        NOW,
        datetime(2026, 11, 22, 10, 0, tzinfo=timezone(timedelta(hours=-5))),
        datetime(2026, 11, 23, 1, 0, 0, 123456, tzinfo=timezone(timedelta(hours=10))),
    ],
)
def test_a_moment_comes_back_the_same_and_in_utc(context: Flask, moment: datetime) -> None:
    with transaction():
        person_id = make_person(now=moment).id
    db.session.expunge_all()

    found = db.session.get_one(Person, person_id).created_at

    assert found == moment
    assert found.tzinfo is UTC


def test_no_moment_is_still_no_moment() -> None:
    kind = UTCDateTime()

    assert kind.process_bind_param(None, None) is None  # type: ignore[arg-type]  # not asked
    assert kind.process_result_value(None, None) is None  # type: ignore[arg-type]  # not asked


# --- transactions -------------------------------------------------------------------------------


def test_what_happens_inside_is_kept_together(context: Flask) -> None:
    with transaction():
        make_person(name="Ana")
        make_person(name="Ben")

    assert names() == ["Ana", "Ben"]


def test_an_error_inside_takes_everything_back(context: Flask) -> None:
    with pytest.raises(ZeroDivisionError), transaction():
        write_and_fail()

    assert names() == []
    with transaction():
        make_person(name="Ben")
    assert names() == ["Ben"]


def test_a_rule_of_the_database_takes_everything_back(context: Flask) -> None:
    with pytest.raises(IntegrityError), transaction():
        write_a_king()

    assert names() == []


def write_and_fail() -> None:
    make_person(name="Ana")
    db.session.flush()
    raise ZeroDivisionError


def write_a_king() -> None:
    make_person(name="Ana")
    make_person(name="Ben").role = "king"
    db.session.flush()


def test_transactions_do_not_nest(context: Flask) -> None:
    with pytest.raises(RuntimeError, match="do not nest"), transaction(), transaction():
        pass  # pragma: no cover  # never reached

    with transaction():
        make_person(name="Ana")
    assert names() == ["Ana"]


@pytest.mark.parametrize("method", ["GET", "HEAD", "OPTIONS"])
def test_a_request_that_only_reads_may_not_write(context: Flask, method: str) -> None:
    with context.test_request_context("/en/", method=method):
        g.csrf_checked = True
        with pytest.raises(WriteWithoutCSRFError, match="a GET never writes"), transaction():
            pass  # pragma: no cover  # never reached


def test_a_request_may_write_only_after_its_form_was_checked(context: Flask) -> None:
    with context.test_request_context("/en/", method="POST"):
        with pytest.raises(WriteWithoutCSRFError, match="check the form"), transaction():
            pass  # pragma: no cover  # never reached
        g.csrf_checked = True
        with transaction():
            make_person(name="Ana")

    assert names() == ["Ana"]


RENAME = update(Person).values(name=bindparam("new")).returning(Person.id)


def name_of(app: Flask, person_id: int) -> str | None:
    """Ask on a connection of its own."""
    with app.app_context(), db.engine.connect() as connection:
        return connection.scalar(select(Person.name).where(Person.id == person_id))


def test_a_single_write_is_kept_when_it_returns(app: Flask) -> None:
    with app.app_context(), transaction():
        person = make_person(name="Ana")

    with app.app_context():
        row = write(RENAME, {"new": "Bea"})
        seen = name_of(app, person.id)

    assert row is not None
    assert (row.id, seen) == (person.id, "Bea")


def test_a_single_write_inside_a_transaction_is_part_of_it(app: Flask) -> None:
    with app.app_context(), transaction():
        person = make_person(name="Ana")

    def fail() -> None:
        with transaction():
            write(RENAME, {"new": "Bea"})
            raise ZeroDivisionError

    with app.app_context(), pytest.raises(ZeroDivisionError):
        fail()

    assert name_of(app, person.id) == "Ana"


@pytest.mark.parametrize(("method", "checked"), [("GET", True), ("HEAD", True), ("POST", False)])
def test_a_single_write_is_guarded_like_a_transaction(
    app: Flask, method: str, checked: bool
) -> None:
    with app.test_request_context("/en/", method=method):
        g.csrf_checked = checked
        with pytest.raises(WriteWithoutCSRFError):
            write(RENAME, {"new": "Bea"})


def test_what_was_read_stays_usable_after_the_commit(app: Flask) -> None:
    with app.app_context(), transaction():
        person = make_person(name="Ana")

    assert person.name == "Ana"


def test_others_see_nothing_before_the_commit(app: Flask) -> None:
    def look() -> list[str]:
        with app.app_context():
            return names()

    with ThreadPoolExecutor(1) as pool, app.app_context():
        with transaction():
            make_person(name="Ana")
            db.session.flush()
            assert pool.submit(look).result(timeout=MEETING_SECONDS) == []
        assert pool.submit(look).result(timeout=MEETING_SECONDS) == ["Ana"]


def test_many_writers_wait_for_each_other(app: Flask) -> None:
    """Each reads and then writes what it read: nobody's work is lost, nobody is refused."""
    with app.app_context(), transaction():
        person_id = make_person(name="0").id
    barrier = threading.Barrier(4)

    def add_one(_number: int) -> None:
        barrier.wait(timeout=MEETING_SECONDS)
        for _ in range(5):
            with app.app_context(), transaction():
                person = db.session.scalars(
                    select(Person).where(Person.id == person_id).with_for_update()
                ).one()
                person.name = str(int(person.name) + 1)

    with ThreadPoolExecutor(4) as pool:
        list(pool.map(add_one, range(4)))

    with app.app_context():
        assert names() == ["20"]


# --- SQLite -------------------------------------------------------------------------------------


@pytest.fixture
def sqlite(tmp_path: Path) -> Callable[..., Flask]:
    return lambda **values: make_site(tmp_path, modules=PACK, **values)


@pytest.mark.parametrize(
    ("synchronous", "number"), [(SQLiteSynchronous.FULL, 2), (SQLiteSynchronous.NORMAL, 1)]
)
def test_sqlite_is_opened_the_safe_way(
    sqlite: Callable[..., Flask], synchronous: SQLiteSynchronous, number: int
) -> None:
    app = sqlite(sqlite_synchronous=synchronous)

    with app.app_context():
        found = {
            name: db.session.scalar(text(f"PRAGMA {name}"))
            for name in ("journal_mode", "foreign_keys", "synchronous", "busy_timeout")
        }

    assert found == {
        "journal_mode": "wal",
        "foreign_keys": 1,
        "synchronous": number,
        "busy_timeout": 15_000,
    }


def test_on_sqlite_a_transaction_takes_the_right_to_write_at_its_beginning(
    sqlite: Callable[..., Flask],
) -> None:
    app = sqlite()

    with app.app_context(), transaction():
        raw = db.session.connection().connection.dbapi_connection
        assert raw is not None
        assert raw.in_transaction


def test_on_sqlite_reading_takes_no_lock(sqlite: Callable[..., Flask]) -> None:
    app = sqlite()

    with app.app_context():
        names()
        raw = db.session.connection().connection.dbapi_connection
        assert raw is not None
        assert not raw.in_transaction


def test_one_of_many_numbers_is_looked_up_in_an_index(context: Flask) -> None:
    statement = select(LessonCompletion.lesson_id).where(
        Among(LessonCompletion.enrolment_id, bindparam("numbers", [1, 2], Numbers))
    )

    written = str(statement.compile(db.engine))

    assert "= 1" not in written
    assert written.rstrip().endswith(")")


def test_texts_of_every_kind_are_found_among_many(context: Flask) -> None:
    names = ["Ñandú", 'a "b"', "back\\slash", "🙂"]
    with transaction():
        db.session.add_all(Cohort(name=name, created_at=NOW) for name in [*names, "other"])
    wanted = bindparam("names", names, Words)

    found = db.session.scalars(select(Cohort.name).where(Among(Cohort.name, wanted)))

    assert sorted(found) == sorted(names)
