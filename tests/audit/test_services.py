"""The audit trail is only added to, on both databases, whoever asks for something else."""

from __future__ import annotations

from datetime import timedelta

import pytest
from flask import Flask
from sqlalchemy import select, text
from sqlalchemy.exc import DBAPIError

from soar_lms.audit.models import REASON_LENGTH, AuditEntry
from soar_lms.audit.services import Action, Actor, find_entries, note_view, record
from soar_lms.database import db, transaction
from tests.factories import NOW

TRAINER, LEARNER = 7, 11


def _grant(**values: object) -> None:
    record(
        Action.ATTEMPT_GRANTED,
        actor=Actor(person_id=TRAINER),
        now=NOW,
        person_id=LEARNER,
        **values,  # type: ignore[arg-type]  # a test may get it wrong
    )


def _entries() -> list[AuditEntry]:
    return list(db.session.scalars(select(AuditEntry).order_by(AuditEntry.id)))


def test_an_entry_says_who_did_what_to_whose_record_and_why(context: Flask) -> None:
    with transaction():
        _grant(reason="Power cut", module="soar", number=2, cohort=None)

    (entry,) = _entries()
    assert (entry.action, entry.actor_id, entry.operator, entry.person_id) == (
        "attempt-granted",
        TRAINER,
        None,
        LEARNER,
    )
    assert (entry.happened_at, entry.reason) == (NOW, "Power cut")
    assert entry.facts == {"module": "soar", "number": 2}


def test_an_entry_is_part_of_the_transaction(context: Flask) -> None:
    def grant_and_fail() -> None:
        with transaction():
            _grant()
            raise LookupError

    with pytest.raises(LookupError):
        grant_and_fail()

    assert _entries() == []


def test_a_fact_that_the_trail_has_no_place_for_is_refused(context: Flask) -> None:
    with pytest.raises(ValueError, match="no place for email"), transaction():
        _grant(email="ana@example.org")


def test_a_reason_is_kept_up_to_its_length(context: Flask) -> None:
    with transaction():
        _grant(reason="x" * (REASON_LENGTH + 1))

    assert _entries()[0].reason == "x" * REASON_LENGTH


def test_a_view_is_noted_while_a_page_is_only_read(app: Flask) -> None:
    with app.test_request_context("/", method="GET"):
        note_view(Action.RECORD_VIEWED, viewer_id=TRAINER, now=NOW, person_id=LEARNER, cohort=3)

    with app.app_context():
        (entry,) = _entries()
    assert (entry.actor_id, entry.person_id, entry.facts) == (TRAINER, LEARNER, {"cohort": 3})


@pytest.mark.parametrize(
    "statement",
    [
        pytest.param("UPDATE audit_entries SET reason = 'other'", id="changed"),
        pytest.param("UPDATE audit_entries SET actor_id = 1 WHERE id = 1", id="given-to-another"),
        pytest.param("DELETE FROM audit_entries WHERE id = 1", id="deleted"),
    ],
)
def test_no_entry_is_changed_or_taken_away(context: Flask, statement: str) -> None:
    with transaction():
        _grant(reason="Power cut")

    with pytest.raises(DBAPIError, match="the audit trail is only added to"), transaction():
        db.session.execute(text(statement))

    (entry,) = _entries()
    assert (entry.reason, entry.actor_id) == ("Power cut", TRAINER)


def test_no_entry_is_replaced(context: Flask) -> None:
    with transaction():
        _grant(reason="Power cut")
    replace = "OR REPLACE " if db.engine.dialect.name == "sqlite" else ""
    instead = (
        " ON CONFLICT (id) DO UPDATE SET reason = 'other'"
        if db.engine.dialect.name == "postgresql"
        else ""
    )

    with pytest.raises(DBAPIError, match="the audit trail is only added to"), transaction():
        db.session.execute(
            text(
                f"INSERT {replace}INTO audit_entries (id, happened_at, action, reason, facts)"
                f" VALUES (1, '2026-11-22', 'x', 'other', '{{}}'){instead}"
            )
        )

    assert _entries()[0].reason == "Power cut"


def test_the_table_is_not_emptied_at_once(context: Flask) -> None:
    statement = {"postgresql": "TRUNCATE audit_entries", "sqlite": "DELETE FROM audit_entries"}
    with transaction():
        _grant()

    with pytest.raises(DBAPIError, match="the audit trail is only added to"), transaction():
        db.session.execute(text(statement[db.engine.dialect.name]))

    assert len(_entries()) == 1


def test_entries_are_found_by_person_action_and_age(context: Flask) -> None:
    with transaction():
        for minute in range(3):
            record(
                Action.MEMBERS_EXPORTED,
                actor=Actor(person_id=TRAINER),
                now=NOW + timedelta(minutes=minute),
            )
        _grant()
        record(Action.TEST_REGRADED, actor=Actor(operator="root"), now=NOW, person_id=LEARNER)

    def found(**asked: object) -> list[int]:
        entries = db.session.scalars(find_entries(**asked))  # type: ignore[arg-type]  # as asked
        return [entry.id for entry in entries]

    first = _entries()[0].id
    assert found() == [first + 4, first + 3, first + 2, first + 1, first]
    assert found(person_id=LEARNER) == [first + 4, first + 3]
    assert found(person_id=TRAINER, before=first + 3) == [first + 2, first + 1, first]
    assert found(action=Action.ATTEMPT_GRANTED) == [first + 3]
