"""Importing a list: what a trainer asks for, and the worker does, 250 rows at a time.

A slice is one transaction, with what became of its rows. So it happens once, whatever becomes of
the worker: the next one finds the outcomes and only writes them down again.
"""

from __future__ import annotations

import json
from collections import Counter
from collections.abc import Collection, Iterator, Mapping, Sequence
from datetime import datetime
from pathlib import Path

from sqlalchemy import update

from soar_lms.accounts.emails import list_owners
from soar_lms.accounts.models import Person, Reader
from soar_lms.accounts.services import list_people
from soar_lms.audit.services import Action, Actor, record
from soar_lms.certificates.documents import plain_name
from soar_lms.clock import local_date, utc_now
from soar_lms.cohorts.invitations import add_lines
from soar_lms.cohorts.models import Cohort, CohortState, RosterDraft, RosterLine
from soar_lms.cohorts.orders import may_have
from soar_lms.cohorts.places import Source, rename_lines
from soar_lms.cohorts.roster import Entry
from soar_lms.cohorts.roster_drafts import (
    KEPT_FOR,
    delete_draft,
    judge_rows,
    lock_draft,
    subject_of,
)
from soar_lms.cohorts.roster_rows import KnownLine, Outcome, Row
from soar_lms.cohorts.roster_words import say_done, say_progress, say_result
from soar_lms.cohorts.services import lock_cohort
from soar_lms.database import db, transaction
from soar_lms.i18n import gettext, languages
from soar_lms.tables import write_csv
from soar_lms.tasks.kinds import Beat, Item, Kind, Order, Tally, add_kind
from soar_lms.tasks.models import Task
from soar_lms.tasks.services import ask_for

_CHANGES = (Outcome.INVITE, Outcome.RENAME, Outcome.KNOWN)
"""What a row can come to that a closed group keeps it from."""


def ask_for_import(
    cohort: Cohort,
    draft_id: int,
    *,
    owner: Person | Reader,
    language: str,
    now: datetime,
) -> Task:
    """Have a list imported, and note that it was asked for; a second click changes nothing.

    :param language: of the file with the result.
    :raises DraftOverError: when the list is not there any more.
    :raises TooManyTasksError: when the owner has too much under way.
    """
    draft = lock_draft(draft_id)
    task = ask_for(
        IMPORT,
        owner_id=owner.id,
        subject=subject_of(cohort.id),
        parameters={"cohort": cohort.id, "draft": draft.id},
        language=language,
        now=now,
    )
    if task.created_at == now:  # what an earlier one made of the list was stopped
        draft.outcomes, draft.expires_at = {}, now + KEPT_FOR
        record(
            Action.ROSTER_IMPORTED,
            actor=Actor(owner.id),
            now=now,
            cohort=cohort.id,
            number=draft.facts["rows"],
        )
    return task


# --- the kind of task ---------------------------------------------------------------------------


def _plan(order: Order, _now: datetime) -> list[Item]:
    draft = db.session.get_one(RosterDraft, order.parameters["draft"])
    return list(range(draft.facts["rows"]))


def _make(order: Order, items: Sequence[Item], target: Path, _beat: Beat) -> Tally:
    with transaction():
        draft = lock_draft(order.parameters["draft"])
        rows = [Row.unpack(values) for values in draft.rows[items[0] : items[-1] + 1]]
        place = str(items[0])
        if place not in draft.outcomes:
            outcomes = import_rows(draft, rows, utc_now())
            draft.outcomes = draft.outcomes | {place: [str(outcome) for outcome in outcomes]}
        made = draft.outcomes[place]
    target.write_text(json.dumps([row.pack() for row in rows] + [made]))
    return Counter(made)


def import_rows(draft: RosterDraft, rows: Sequence[Row], now: datetime) -> list[Outcome]:
    """Invite those of a slice who are new, and rename those who are called otherwise now."""
    cohort = lock_cohort(db.session.get_one(Cohort, draft.cohort_id))
    outcomes, lines = judge_rows(cohort, rows)
    if cohort.state != CohortState.OPEN:
        return [Outcome.CLOSED if outcome in _CHANGES else outcome for outcome in outcomes]
    pairs = list(zip(rows, outcomes, strict=True))
    new = [row for row, outcome in pairs if outcome is Outcome.INVITE]
    add_lines(
        cohort,
        _list_entries(new),
        inviter=list_people([draft.owner_id])[draft.owner_id],
        language=draft.language,
        now=now,
    )
    _rename([row for row, outcome in pairs if outcome is Outcome.RENAME], lines)
    _respeak([row for row, outcome in pairs if outcome in _CHANGES and row.language], lines)
    return outcomes


def _list_entries(rows: Collection[Row]) -> list[Entry]:
    """Return whom to invite: in the language of the row, else in that of the account, if any."""
    owners = list_owners([row.email for row in rows if not row.language])
    people = list_people(owners.values())
    spoken = {email: people[number].language for email, number in owners.items()}
    return [Entry(row.name, row.email, row.language or spoken.get(row.email)) for row in rows]


def _rename(rows: Collection[Row], lines: Mapping[str, KnownLine]) -> None:
    names = [{"id": lines[row.email].id, "name": row.name} for row in rows]
    if names:
        db.session.execute(update(RosterLine), names)
    rename_lines([Source(lines[row.email].id, row.name, row.email) for row in rows])


def _respeak(rows: Collection[Row], lines: Mapping[str, KnownLine]) -> None:
    """Have further e-mail written in the language of the list; that of new lines is so already."""
    spoken = [
        {"id": lines[row.email].id, "language": row.language} for row in rows if row.email in lines
    ]
    if spoken:
        db.session.execute(update(RosterLine), spoken)


def _finish(
    order: Order, parts: Sequence[Path], target: Path, _beat: Beat, now: datetime
) -> str | None:
    """Write the result, and delete the list."""
    with target.open("w", encoding="utf-8", newline="") as file:
        for text in write_csv(_header(), _result(parts)):
            file.write(text)
    with transaction():
        delete_draft(order.parameters["draft"])
    cohort = db.session.get_one(Cohort, order.parameters["cohort"])
    zone = list_people([order.owner_id])[order.owner_id].time_zone
    names = (plain_name(gettext("imported list")), plain_name(cohort.name))
    return f"{'-'.join(filter(None, names))}-{local_date(now, zone)}.csv"


def _header() -> list[str]:
    return [
        gettext("Row"),
        gettext("Name"),
        gettext("E-mail"),
        gettext("Language"),
        gettext("Result"),
    ]


def _result(parts: Sequence[Path]) -> Iterator[list[str | int]]:
    spoken = languages()
    for part in parts:
        *rows, outcomes = json.loads(part.read_text())
        for values, outcome in zip(rows, outcomes, strict=True):
            row = Row.unpack(values)
            language = spoken[row.language].name if row.language in spoken else row.language
            done = say_done(row, Outcome(outcome))
            yield [row.number, row.name, row.email, language, done]


def _say_title(order: Order) -> str:
    cohort = db.session.get(Cohort, order.parameters["cohort"])
    return str(gettext("Import of a list for %(name)s", name=cohort.name if cohort else ""))


IMPORT = add_kind(
    Kind(
        name="roster-import",
        allows=may_have,
        plan=_plan,
        make=_make,
        mark=lambda _order, _items: "",
        finish=_finish,
        say_title=_say_title,
        say_progress=say_progress,
        say_result=say_result,
        came_from=lambda order: (
            "cohorts.import_roster",
            {"cohort_id": order.parameters["cohort"]},
        ),
        slice_size=250,
    )
)
