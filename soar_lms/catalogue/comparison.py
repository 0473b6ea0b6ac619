"""Compare two content models key by key, whatever their fields are.

It knows no field by name, so that a field added to `schema.py` tomorrow is noticed, not ignored.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from enum import Enum, StrEnum
from typing import Any

from pydantic import BaseModel

Path = tuple[str, ...]


class Change(StrEnum):
    """What became of a key."""

    ADDED = "added"
    REMOVED = "removed"
    CHANGED = "changed"


@dataclass(frozen=True)
class Difference:
    """A key that is not what it was. What lies below a key that came or went is not listed."""

    path: Path
    change: Change
    old: Any = None
    new: Any = None


def compare(
    old: object, new: object, sets: frozenset[Path], path: Path = ()
) -> Iterator[Difference]:
    """Yield the differences of two models, or of two mappings of models.

    Things with an id are compared by their id, wherever they stand in their list; then
    their order is one difference more, with `order` as its key.

    :param sets: paths (`*` for any key) of lists of bare ids, which are also compared id by id.
    """
    was, now = _keys(old, path, sets), _keys(new, path, sets)
    if was is None or now is None:
        if old != new:
            yield Difference(path, Change.CHANGED, old, new)
        return
    for key in [*was, *(key for key in now if key not in was)]:
        here = (*path, key)
        if key not in now:
            yield Difference(here, Change.REMOVED, old=was[key])
        elif key not in was:
            yield Difference(here, Change.ADDED, new=now[key])
        else:
            yield from compare(was[key], now[key], sets, here)
    kept = [key for key in was if key in now]
    if isinstance(old, tuple) and kept != [key for key in now if key in was]:
        yield Difference((*path, "order"), Change.CHANGED, tuple(was), tuple(now))


def _keys(value: object, path: Path, sets: frozenset[Path]) -> dict[str, Any] | None:
    """Return what stands below a value, by key; None for a value with nothing below it."""
    if isinstance(value, BaseModel):
        fields = type(value).model_fields.items()
        found = {info.alias or name: getattr(value, name) for name, info in fields}
        return {key: item for key, item in found.items() if item is not None}
    if isinstance(value, Mapping):
        return dict(value)
    if isinstance(value, tuple) and value and all(hasattr(item, "id") for item in value):
        return {item.id: item for item in value}
    if isinstance(value, tuple) and any(matches(path, pattern) for pattern in sets):
        return dict.fromkeys(value, True)
    return {} if value == () else None


def matches(path: Path, pattern: Path) -> bool:
    """Whether a path is one that a pattern means; `*` stands for any one key."""
    return len(path) == len(pattern) and all(
        wanted in {"*", key} for key, wanted in zip(path, pattern, strict=True)
    )


def in_words(value: object) -> str:
    """Write a value as an author would: `80`, `a, b`, `nothing`."""
    if value is None or value == ():
        return "nothing"
    if isinstance(value, tuple):
        return ", ".join(in_words(item) for item in value)
    if isinstance(value, bool):
        return str(value).lower()
    if isinstance(value, BaseModel):
        below = _keys(value, (), frozenset()) or {}
        return "{" + ", ".join(f"{key}: {in_words(item)}" for key, item in below.items()) + "}"
    return str(value.value if isinstance(value, Enum) else value)
