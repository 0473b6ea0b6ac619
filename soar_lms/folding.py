"""Names without accents and case, in the database: how somebody types who has no such keys."""

from __future__ import annotations

import re
import unicodedata
from typing import Any

from sqlalchemy import Engine, String, event
from sqlalchemy.ext.compiler import compiles
from sqlalchemy.sql.compiler import SQLCompiler
from sqlalchemy.sql.expression import FunctionElement

_ACCENTS = r"[\u0300-\u036f]"
"""The marks that Unicode combines with letters of Latin, Greek and Cyrillic."""
_PATTERN = re.compile(_ACCENTS)


def fold_name(text: str) -> str:
    """Return a text without accents and in small letters, as `FoldedName` does."""
    return _PATTERN.sub("", unicodedata.normalize("NFKD", text)).lower()


class FoldedName(FunctionElement[str]):
    """`FoldedName(column)`: the text of a column as `fold_name` makes it. It reads every row."""

    type = String()
    name = "folded_name"
    inherit_cache = True


@compiles(FoldedName, "sqlite")
def _folded_sqlite(element: FoldedName, compiler: SQLCompiler, **options: Any) -> str:
    return f"soar_fold_name({compiler.process(element.clauses, **options)})"


@compiles(FoldedName, "postgresql")
def _folded_postgresql(element: FoldedName, compiler: SQLCompiler, **options: Any) -> str:
    column = compiler.process(element.clauses, **options)
    return f"lower(regexp_replace(normalize({column}, NFKD), '{_ACCENTS}', '', 'g'))"


@event.listens_for(Engine, "connect")
def _teach_sqlite(connection: Any, _record: object) -> None:
    if hasattr(connection, "create_function"):
        connection.create_function("soar_fold_name", 1, _fold_value, deterministic=True)


def _fold_value(value: str | None) -> str | None:
    return None if value is None else fold_name(value)
