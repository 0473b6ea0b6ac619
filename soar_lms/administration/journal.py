"""Everything the database holds of people, and what changed in it: the way back from a merge.

It follows the foreign keys from `people` down, so a new table is followed too. It reads and
restores rows of all features, which nobody else does: an undo has to bring back what was there,
whatever it was. Values are kept as JSON, moments and numbers as text.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Callable, Collection, Iterator, Mapping
from datetime import date, datetime
from decimal import Decimal
from functools import cache
from typing import Any
from uuid import UUID

from sqlalchemy import Column, ColumnElement, ForeignKey, Table, and_, bindparam, or_, select
from sqlalchemy.exc import IntegrityError
from sqlalchemy.types import TypeDecorator

from soar_lms.database import Among, Base, Numbers, db

Key = tuple[Any, ...]
Row = dict[str, Any]
Rows = dict[str, dict[Key, Row]]
"""Rows by table and key, with values as JSON."""
Change = dict[str, Any]
"""{table, key, before, after}: rows as they were and are; None where there was or is none."""

NOT_FOLLOWED = frozenset(
    {
        *("person_merges", "tasks", "roster_drafts", "reminders", "weekly_digests"),
        *("sign_ins", "sign_in_links", "standings", "roster_places", "report_lines"),
    }
)
"""Merges point to people, and are no part of what is merged; tasks, lists and ways in are gone in
days, and which e-mail was written is no record of learning. The others are worked out from what is,
and no records themselves."""

_FROM_TEXT: Mapping[type, Callable[[str], Any]] = {
    datetime: datetime.fromisoformat,
    date: date.fromisoformat,
    Decimal: Decimal,
    UUID: UUID,
}


# --- reading ----------------------------------------------------------------------------------


def read_rows(person_ids: Collection[int]) -> Rows:
    """Return every row that belongs to people, in any table, directly or by what is theirs."""
    people = Base.metadata.tables["people"]
    found: Rows = {"people": _read(people, [_one_of(people.c.id, person_ids)])}
    for table in Base.metadata.sorted_tables:
        if table.name == "people" or table.name in NOT_FOLLOWED:
            continue
        belongs = [
            _one_of(key.parent, [row[key.column.name] for row in found[parent].values()])
            for parent, key in _parents(table)
            if found.get(parent)
        ]
        if belongs:
            found[table.name] = _read(table, belongs)
    return found


def _parents(table: Table) -> Iterator[tuple[str, ForeignKey]]:
    """Yield the tables that a table points to, but for itself, each with the key that does."""
    for key in sorted(table.foreign_keys, key=lambda item: str(item.parent)):
        if key.column.table is not table:
            yield key.column.table.name, key


def _one_of(column: Column[Any], numbers: Collection[int]) -> ColumnElement[bool]:
    return Among(column, bindparam("numbers", list(numbers), Numbers, unique=True))


def _read(table: Table, belongs: list[ColumnElement[bool]]) -> dict[Key, Row]:
    rows = db.session.execute(select(table).where(or_(*belongs))).mappings()
    found = [{name: _to_json(value) for name, value in row.items()} for row in rows]
    return {tuple(row[column.name] for column in table.primary_key): row for row in found}


def _to_json(value: Any) -> Any:
    if isinstance(value, datetime | date):
        return value.isoformat()
    return str(value) if isinstance(value, Decimal | UUID) else value


def _from_json(column: Column[Any], value: Any) -> Any:
    kind = column.type.impl_instance if isinstance(column.type, TypeDecorator) else column.type
    read = _FROM_TEXT.get(kind.python_type)
    return read(value) if read is not None and value is not None else value


def list_pointers_to(rows: Rows, person_id: int) -> set[tuple[str, str]]:
    """Return which columns of which tables point to a person, as (table, column)."""
    return {
        (table, key.parent.name)
        for table, key in _children("people")
        if any(row[key.parent.name] == person_id for row in rows.get(table, {}).values())
    }


# --- comparing --------------------------------------------------------------------------------


def list_changes(before: Rows, after: Rows) -> list[Change]:
    """Return every row that is new, gone or another; of the last only the columns that changed."""
    return [
        change
        for table in sorted(before.keys() | after.keys())
        for key in sorted(before.get(table, {}).keys() | after.get(table, {}).keys())
        if (change := _compare(table, key, before, after)) is not None
    ]


def _compare(table: str, key: Key, before: Rows, after: Rows) -> Change | None:
    old, new = before.get(table, {}).get(key), after.get(table, {}).get(key)
    if old == new:
        return None
    if old is not None and new is not None:
        names = [name for name in old if old[name] != new[name]]
        old, new = ({name: row[name] for name in names} for row in (old, new))
    return {"table": table, "key": list(key), "before": old, "after": new}


def digest(rows: Rows, table: str, key: Key) -> str:
    """Return what stands for a row with all that belongs to it: as long as nothing goes on."""
    text = json.dumps(_with_parts(rows, table, key), sort_keys=True)
    return hashlib.sha256(text.encode()).hexdigest()


def _with_parts(rows: Rows, table: str, key: Key) -> list[Any]:
    row = rows.get(table, {}).get(key)
    parts = [
        _with_parts(rows, child, part)
        for child, pointer in _children(table)
        for part, values in sorted(rows.get(child, {}).items())
        if row is not None and values[pointer.parent.name] == row[pointer.column.name]
    ]
    return [table, row, parts]


@cache
def _children(name: str) -> list[tuple[str, ForeignKey]]:
    """Return the tables that point to a table, each with the key that does."""
    return [
        (table.name, key)
        for table in Base.metadata.sorted_tables
        for parent, key in _parents(table)
        if parent == name
    ]


def find_changed_since(changes: list[Change], rows: Rows) -> list[str]:
    """Return the tables in which a row is not as the changes left it."""
    return sorted({item["table"] for item in changes if not _is_as_left(item, rows)})


def _is_as_left(change: Change, rows: Rows) -> bool:
    row = rows.get(change["table"], {}).get(tuple(change["key"]))
    if change["after"] is None or row is None:
        return change["after"] is None and row is None
    return all(row[name] == value for name, value in change["after"].items())


# --- bringing back ----------------------------------------------------------------------------


class NotRestorableError(Exception):
    """A row cannot come back: something that is there now has its place."""


def restore(changes: list[Change]) -> None:
    """Bring every row back to what it was before the changes.

    :raises NotRestorableError: when something new has the place of a row.
    """
    order = {table.name: place for place, table in enumerate(Base.metadata.sorted_tables)}
    in_order = sorted(changes, key=lambda item: order[item["table"]])
    for change in reversed(in_order):
        if change["before"] is None:
            table = Base.metadata.tables[change["table"]]
            db.session.execute(table.delete().where(_is_row(table, change["key"])))
    _bring_back([item for item in in_order if item["before"] is not None])


def _bring_back(changes: list[Change]) -> None:
    """Bring rows back, those first whose old place is free."""
    left = [change for change in changes if not _try_to_bring_back(change)]
    if left and len(left) == len(changes):
        raise NotRestorableError(left[0]["table"])
    if left:
        _bring_back(left)


def _try_to_bring_back(change: Change) -> bool:
    table = Base.metadata.tables[change["table"]]
    values = _values(table, change["before"])
    row = _is_row(table, change["key"])
    is_gone = change["after"] is None
    try:
        with db.session.begin_nested():
            db.session.execute(
                table.insert().values(values)
                if is_gone
                else table.update().where(row).values(values)
            )
    except IntegrityError:
        return False
    return True


def _is_row(table: Table, key: list[Any]) -> ColumnElement[bool]:
    return and_(
        True,
        *(
            column == _from_json(column, value)
            for column, value in zip(table.primary_key, key, strict=True)
        ),
    )


def _values(table: Table, row: Row) -> Row:
    return {name: _from_json(table.c[name], value) for name, value in row.items()}
