"""Moving rows from one owner to another, where some of them may be there already.

Tables whose rows stand once for an owner and a thing (a lesson done, a place in a group) have the
owner in their key. Each feature says which of its columns names the owner.
"""

from __future__ import annotations

from typing import Any, cast

from sqlalchemy import ColumnElement, FromClause, Table, and_, delete, exists, select, update

from soar_lms.database import Base, db


def move_missing(model: type[Base], owner: str, old: int, new: int) -> None:
    """Give `new` the rows of `old` that it does not have; the others stay where they are."""
    table, theirs = _table(model), _table(model).alias()
    there = exists().where(theirs.c[owner] == new, _same_thing(table, theirs, owner))
    statement = update(table).where(table.c[owner] == old, ~there)
    db.session.execute(statement.values({owner: new}))


def keep_earliest(model: type[Base], owner: str, moment: str, old: int, new: int) -> None:
    """Where both have a row, give that of `new` the earlier moment of the two."""
    table, theirs = _table(model), _table(model).alias()
    same = and_(theirs.c[owner] == old, _same_thing(table, theirs, owner))
    earlier = exists().where(same, theirs.c[moment] < table.c[moment])
    value = select(theirs.c[moment]).where(same).scalar_subquery()
    statement = update(table).where(table.c[owner] == new, earlier)
    db.session.execute(statement.values({moment: value}))


def drop_rest(model: type[Base], owner: str, old: int) -> None:
    """Take the rows away that `old` has left, once the new owner has each of them too."""
    table = _table(model)
    db.session.execute(delete(table).where(table.c[owner] == old))


def _table(model: type[Base]) -> Table:
    return cast(Table, model.__table__)


def _same_thing(table: Table, theirs: FromClause, owner: str) -> ColumnElement[Any]:
    """Say what makes two rows be about one thing: the key but for its owner."""
    names = [key.name for key in table.primary_key if key.name != owner]
    return and_(True, *(table.c[name] == theirs.c[name] for name in names))
