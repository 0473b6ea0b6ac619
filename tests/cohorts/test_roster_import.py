"""Importing a list in the background: once, whoever asks and whatever dies meanwhile."""

from __future__ import annotations

import csv
import io
import os
import shutil
import signal
from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from functools import partial
from pathlib import Path
from typing import Any

import pytest
from flask import Flask
from sqlalchemy import delete, select

from soar_lms.access import Role
from soar_lms.accounts.models import Person
from soar_lms.app import create_app
from soar_lms.audit.models import AuditEntry
from soar_lms.cohorts import places, roster_import, services
from soar_lms.cohorts.models import (
    Cohort,
    CohortState,
    CohortTrainer,
    RosterDraft,
    RosterLine,
    RosterPlace,
)
from soar_lms.cohorts.roster_drafts import (
    DraftOverError,
    find_waiting,
    get_draft,
    judge_rows,
    keep_draft,
    tidy_drafts,
)
from soar_lms.cohorts.roster_import import ask_for_import, import_rows
from soar_lms.cohorts.roster_rows import Fault, Outcome, Row
from soar_lms.cohorts.roster_words import say_result
from soar_lms.config import Config
from soar_lms.database import db, transaction
from soar_lms.messages.models import OutboxMessage
from soar_lms.tables import BYTE_ORDER_MARK
from soar_lms.tasks import kinds
from soar_lms.tasks.kinds import Beat, Item, Order, Tally
from soar_lms.tasks.models import State, Task
from soar_lms.tasks.services import cancel_task, get_file
from soar_lms.tasks.worker import work
from tests.factories import NOW, make_person
from tests.support.queries import statements_of
from tests.support.together import at_once
from tests.tasks.asking import Clock, read_task, run_until_killed

ANA, BEN, CY = (f"{name}@clinic.example.org" for name in ("ana", "ben", "cy"))
FACTS: dict[str, Any] = {"unused": [], "clients": [], "sheet": None}
MakePerson = Callable[..., Person]
COST_OF_A_SLICE = 19


def rows_of(*people: tuple[str, str, str]) -> list[Row]:
    """Return rows of (name, address, language), from the second on."""
    return [Row(number, *person) for number, person in enumerate(people, start=2)]


@dataclass(frozen=True)
class Room:
    """A group, its trainer, and what the trainer does."""

    cohort: Cohort
    trainer: Person

    def send(self, rows: Sequence[Row], language: str = "en", now: datetime = NOW) -> int:
        with transaction():
            return keep_draft(
                self.cohort, rows, facts=FACTS, language=language, owner=self.trainer, now=now
            ).id

    def ask(self, draft_id: int, language: str = "en", now: datetime = NOW) -> int:
        with transaction():
            return ask_for_import(
                self.cohort, draft_id, owner=self.trainer, language=language, now=now
            ).id

    def bring_in(self, *people: tuple[str, str, str], language: str = "en") -> Task:
        return finish(self.ask(self.send(rows_of(*people)), language))


@pytest.fixture
def room(context: Flask, cohort: Cohort, trainer: Person) -> Room:
    shutil.rmtree(context.config["SOAR"].files_folder, ignore_errors=True)
    return Room(cohort, trainer)


def finish(task_id: int, clock: Clock | None = None) -> Task:
    """Let a worker do all of it."""
    clock = clock or Clock()
    for _ in range(30):
        work(clock(), clock)
    task = read_task(task_id)
    assert isinstance(task, Task)
    return task


def lines() -> dict[str, RosterLine]:
    db.session.expire_all()
    return {line.email: line for line in db.session.scalars(select(RosterLine))}


def mails() -> list[OutboxMessage]:
    return list(db.session.scalars(select(OutboxMessage).order_by(OutboxMessage.recipient)))


def drafts() -> list[RosterDraft]:
    return list(db.session.scalars(select(RosterDraft)))


def result_of(task: Task) -> list[list[str]]:
    text = get_file(task).read_bytes().decode()
    assert text.startswith(BYTE_ORDER_MARK)
    return list(csv.reader(io.StringIO(text.removeprefix(BYTE_ORDER_MARK))))


@pytest.fixture
def small_slices(monkeypatch: pytest.MonkeyPatch) -> None:
    """Have two rows done at a time."""
    monkeypatch.setitem(kinds._kinds, "roster-import", replace(roster_import.IMPORT, slice_size=2))


# --- what comes of it ---------------------------------------------------------------------------


def test_everybody_who_is_new_gets_a_line_a_place_and_one_e_mail(room: Room) -> None:
    task = room.bring_in(("Ana Vega", ANA, ""), ("Ñ", BEN, ""))

    assert {line.name for line in lines().values()} == {"Ana Vega", "Ñ"}
    assert [mail.recipient for mail in mails()] == [ANA, BEN]
    assert set(db.session.scalars(select(RosterPlace.email))) == {ANA, BEN}
    assert places.find_wrong_lines(room.cohort.id) == []
    assert (task.state, dict(task.tally)) == (State.DONE, {"invite": 2})


def test_e_mail_is_in_the_language_of_the_row_else_of_the_account_else_as_chosen(
    room: Room, person: MakePerson
) -> None:
    person(email=BEN, language="es")

    room.bring_in(("Ana", ANA, "es"), ("Ben", BEN, ""), ("Cy", CY, ""))

    assert [mail.language for mail in mails()] == ["es", "es", "en"]
    assert [lines()[email].language for email in (ANA, BEN, CY)] == ["es", "es", "en"]


def test_the_row_counts_more_than_the_account(room: Room, person: MakePerson) -> None:
    person(email=BEN, language="es")

    room.bring_in(("Ben", BEN, "en"))

    assert [mail.language for mail in mails()] == ["en"]


def test_the_result_says_what_became_of_each_row(room: Room, person: MakePerson) -> None:
    member = person(email=CY)
    with transaction():
        services.join_cohort(room.cohort, member, NOW)
    room.bring_in(("Ben", BEN, ""), ("Dee", "dee@example.org", ""))
    rows = [
        *rows_of(("=1+1", ANA, "es"), ("Benjamin", BEN, ""), ("", "dee@example.org", "es")),
        *(Row(5, "Cy", CY, ""), Row(6, "Ana", ANA, "", first=2)),
        Row(7, "X", "none", "", Fault.BAD_ADDRESS, "B7"),
    ]

    task = finish(room.ask(room.send(rows)))

    assert result_of(task) == [
        ["Row", "Name", "E-mail", "Language", "Result"],
        ["2", "'=1+1", ANA, "Español", "Invited now"],
        ["3", "Benjamin", BEN, "", "Invited before; the name was changed"],
        [
            *("4", "", "dee@example.org", "Español"),
            "Invited before; no second e-mail (further e-mail is in this language: español)",
        ],
        ["5", "Cy", CY, "", "In the group already"],
        ["6", "Ana", ANA, "", "Repeated (the same address stands in row 2)"],
        ["7", "X", "none", "", "Not invited (B7: this is not an e-mail address)"],
    ]
    assert sum(task.tally.values()) == len(rows)
    assert task.file_name == "imported-list-night-shift-2026-11-22.csv"


def test_the_result_is_in_the_language_it_was_asked_for_in(room: Room) -> None:
    task = room.bring_in(("Ana", ANA, ""), language="es")

    assert result_of(task)[0] == ["Fila", "Nombre", "Correo electrónico", "Idioma", "Resultado"]
    assert task.file_name == "lista-importada-night-shift-2026-11-22.csv"


def test_the_list_is_deleted_when_it_has_been_imported(room: Room) -> None:
    room.bring_in(("Ana", ANA, ""))

    assert drafts() == []


def test_importing_again_changes_nothing_and_writes_to_nobody(room: Room) -> None:
    people = [("Ana", ANA, ""), ("Ben", BEN, "es")]
    room.bring_in(*people)
    before = {email: (line.token_hash, line.name) for email, line in lines().items()}

    task = room.bring_in(*people)

    assert {email: (line.token_hash, line.name) for email, line in lines().items()} == before
    assert len(mails()) == 2
    assert dict(task.tally) == {"known": 2}


def test_a_new_name_and_language_are_taken_over_and_an_empty_name_is_not(room: Room) -> None:
    room.bring_in(("Ana", ANA, ""), ("Ben", BEN, ""))

    room.bring_in(("Ana Vega", ANA, "es"), ("", BEN, ""))

    found = lines()
    assert (found[ANA].name, found[ANA].language, found[BEN].name) == ("Ana Vega", "es", "Ben")
    kept = {place.email: place for place in db.session.scalars(select(RosterPlace))}
    assert (kept[ANA].name, kept[ANA].sort_name) == ("Ana Vega", "ana vega")
    assert places.find_wrong_lines(room.cohort.id) == []


def test_whether_an_address_has_an_account_does_not_show(room: Room, person: MakePerson) -> None:
    """A trainer who sends a list twice must not learn the language of an account."""
    person(email=BEN, language="es")
    people = [("Ana", ANA, ""), ("Ben", BEN, "")]
    room.bring_in(*people)

    for language in ("", "en", "es"):
        judged = judge_rows(room.cohort, [Row(2, "", email, language) for email in (ANA, BEN)])[0]
        assert judged == [Outcome.KNOWN] * 2


def test_what_is_imported_is_noted_in_numbers(room: Room) -> None:
    room.bring_in(("Ana", ANA, ""), ("Ben", BEN, ""))

    noted = db.session.scalars(select(AuditEntry).order_by(AuditEntry.id))

    assert [(entry.action, entry.actor_id, entry.facts) for entry in noted] == [
        ("roster-imported", room.trainer.id, {"cohort": room.cohort.id, "number": 2}),
        ("invited", room.trainer.id, {"cohort": room.cohort.id, "number": 2}),
    ]


# --- once, and whole ----------------------------------------------------------------------------


def test_two_trainers_with_the_same_list_at_once_write_to_everybody_once(
    app: Flask, room: Room, person: MakePerson
) -> None:
    other = person(role=Role.TRAINER)
    with transaction():
        db.session.add(CohortTrainer(cohort_id=room.cohort.id, person_id=other.id))
    rows = rows_of(("Ana", ANA, ""), ("Ben", BEN, ""))
    sent = [room.send(rows), Room(room.cohort, other).send(rows)]
    numbers = iter(sent)

    outcomes = at_once(
        app,
        lambda: db.session.get_one(RosterDraft, next(numbers)),
        lambda draft: import_rows(draft, rows, NOW),
        threads=2,
    )

    assert sorted(map(tuple, outcomes)) == [("invite",) * 2, ("known",) * 2]
    assert len(lines()) == len(mails()) == 2


def test_a_second_click_is_the_same_import(room: Room) -> None:
    draft = room.send(rows_of(("Ana", ANA, "")))

    tasks = {room.ask(draft), room.ask(draft, now=NOW + timedelta(seconds=1))}

    assert len(tasks) == 1
    noted = db.session.scalars(select(AuditEntry.action)).all()
    assert noted == ["roster-imported"]


def die_after_the_second_slice(config: Config) -> None:
    """Be a worker that is killed when a slice is written, and before it says so."""
    app, clock, left = create_app(config), Clock(), iter(range(1))

    def make(order: Order, items: Sequence[Item], target: Path, beat: Beat) -> Tally:
        tally = roster_import.IMPORT.make(order, items, target, beat)
        if next(left, None) is None:
            os.kill(os.getpid(), signal.SIGKILL)
        return tally

    kinds.add_kind(replace(roster_import.IMPORT, slice_size=2, make=make))
    with app.app_context():
        for _ in range(5):
            work(clock(), clock)


@pytest.mark.usefixtures("small_slices")
def test_a_worker_killed_in_the_middle_writes_to_nobody_twice(room: Room, config: Config) -> None:
    people = [(f"P{number}", f"p{number}@example.org", "") for number in range(5)]
    task_id = room.ask(room.send(rows_of(*people)))

    ended = run_until_killed(die_after_the_second_slice, config)
    killed = read_task(task_id)
    done, written = killed.done, len(mails())
    task = finish(task_id, Clock(killed.due_at))

    assert (ended, done, written) == (-signal.SIGKILL, 2, 4)
    assert len(lines()) == len(mails()) == 5
    assert [row[-1] for row in result_of(task)[1:]] == ["Invited now"] * 5
    assert dict(task.tally) == {"invite": 5}


@pytest.mark.usefixtures("small_slices")
def test_an_import_that_was_stopped_can_be_asked_for_again(room: Room) -> None:
    draft = room.send(rows_of(*((name, f"{name}@example.org", "") for name in "abcd")))
    task_id, clock = room.ask(draft), Clock()
    for _ in range(2):
        work(clock(), clock)
    with transaction():
        cancel_task(db.session.get_one(Task, task_id), NOW)

    waiting = find_waiting(room.cohort, room.trainer, NOW)
    task = finish(room.ask(draft, now=NOW + timedelta(hours=1)), Clock(NOW + timedelta(hours=1)))

    assert waiting is not None
    assert dict(task.tally) == {"invite": 2, "known": 2}
    assert len(mails()) == 4


@pytest.mark.usefixtures("small_slices")
@pytest.mark.parametrize("state", [CohortState.CLOSED, CohortState.ARCHIVED])
def test_a_group_that_is_closed_meanwhile_takes_nobody_else(room: Room, state: CohortState) -> None:
    task_id = room.ask(room.send(rows_of(*((n, f"{n}@example.org", "") for n in "abc"))))
    clock = Clock()
    for _ in range(2):
        work(clock(), clock)
    with transaction():
        db.session.get_one(Cohort, room.cohort.id).state = state

    task = finish(task_id, clock)

    assert (len(mails()), dict(task.tally)) == (2, {"closed": 1, "invite": 2})
    assert say_result(task.tally)[-1] == "1 person was not invited: the group was closed meanwhile."


def test_a_trainer_who_left_the_group_imports_nothing(room: Room) -> None:
    task_id = room.ask(room.send(rows_of(("Ana", ANA, ""))))
    with transaction():
        db.session.execute(delete(CohortTrainer))

    assert finish(task_id).state == State.FAILED
    assert mails() == []


def test_a_slice_takes_as_many_statements_however_many_are_in_it(room: Room) -> None:
    """Also where half are invited already and have other names and languages now."""
    costs = []
    for size in (4, 40, 240):
        half = [(f"P{n}", f"p{size}-{n}@example.org", "") for n in range(size // 2)]
        draft = db.session.get_one(RosterDraft, room.send(rows_of(*half)))
        with transaction():
            import_rows(draft, rows_of(*half), NOW)
        people = [(f"Q{n}", f"p{size}-{n}@example.org", "es") for n in range(size)]
        with statements_of(db.engine) as statements, transaction():
            import_rows(draft, rows_of(*people), NOW)
        costs.append(len(statements))

    assert costs == [COST_OF_A_SLICE] * 3


# --- lists that wait ----------------------------------------------------------------------------


def test_a_list_takes_the_place_of_the_one_that_waited(room: Room) -> None:
    room.send(rows_of(("Ana", ANA, "")))
    newer = room.send(rows_of(("Ben", BEN, "")))

    assert [draft.id for draft in drafts()] == [newer]


def test_a_list_that_is_being_imported_stays_when_another_is_sent(room: Room) -> None:
    older = room.send(rows_of(("Ana", ANA, "")))
    task_id = room.ask(older)
    newer = room.send(rows_of(("Ben", BEN, "")))

    assert {draft.id for draft in drafts()} == {older, newer}
    assert finish(task_id).state == State.DONE
    assert [mail.recipient for mail in mails()] == [ANA]


def test_a_list_is_for_whoever_sent_it_and_for_a_day(room: Room, person: MakePerson) -> None:
    draft = room.send(rows_of(("Ana", ANA, "")))
    late = NOW + timedelta(days=1)

    assert get_draft(room.cohort, room.trainer, draft, NOW).rows
    for owner, now in ((person(role=Role.TRAINER), NOW), (room.trainer, late)):
        with pytest.raises(DraftOverError):
            get_draft(room.cohort, owner, draft, now)
    assert tidy_drafts(late - timedelta(seconds=1)) == 0
    assert tidy_drafts(late) == 1
    assert drafts() == []


def test_what_has_been_imported_cannot_be_asked_for_again(room: Room) -> None:
    draft = room.send(rows_of(("Ana", ANA, "")))
    finish(room.ask(draft))

    with pytest.raises(DraftOverError):
        room.ask(draft)


def test_a_line_that_is_accepted_by_another_account_is_a_member(room: Room) -> None:
    room.bring_in(("Ana", ANA, ""))
    with transaction():
        line = db.session.scalars(select(RosterLine)).one()
        line.accepted_at, line.person_id = NOW, make_person().id

    assert judge_rows(room.cohort, rows_of(("Other", ANA, "")))[0] == [Outcome.MEMBER]


def test_places_are_renamed_only_where_there_are_any(room: Room) -> None:
    room.bring_in(("Ana", ANA, ""))
    line = lines()[ANA]
    rename = partial(places.rename_lines, [places.Source(line.id, "Ana Vega", ANA)])
    with transaction():
        places.take_line(line)
        rename()

    assert db.session.scalars(select(RosterPlace)).all() == []
