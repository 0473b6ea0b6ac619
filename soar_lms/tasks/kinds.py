"""Kinds of tasks: what a feature says of work that it wants done.

Tasks know no feature; each feature adds its kinds (`add_kind`), as it adds jobs to the worker.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import Any

from soar_lms.tasks.models import Task

Item = Any
"""A piece of a plan: anything that JSON can hold, as small as a number."""
Tally = Mapping[str, int]
"""Counts of what was done, by names of the kind's own."""
Beat = Callable[[], None]
"""To be called between two pieces of work: keeps the task, or stops the work when it is lost."""


@dataclass(frozen=True)
class Order:
    """What somebody asked for."""

    owner_id: int
    parameters: Mapping[str, Any]
    language: str
    """Of whatever is written; it is spoken while a slice is made and while it is finished."""


@dataclass(frozen=True)
class Kind:
    """How work of one kind is done.

    Every function may be called again, by another worker, after a crash: a slice is made at least
    once and counted exactly once. None is called inside a transaction.
    """

    name: str
    allows: Callable[[Order], bool]
    """Whether the owner may have this still; asked before each slice and each download."""
    plan: Callable[[Order, datetime], list[Item]]
    """Returns everything there is to do, in order."""
    make: Callable[[Order, Sequence[Item], Path, Beat], Tally]
    """Does a slice of the plan, and writes what it has to keep of it to a file."""
    mark: Callable[[Order, Sequence[Item]], str]
    """Returns what stands for the facts a slice is made of: it is made again when they changed."""
    finish: Callable[[Order, Sequence[Path], Path, Beat, datetime], str | None]
    """Puts the files of the slices together into one; returns what that is called, in ASCII.

    None: there is nothing to put together, and no file."""
    say_title: Callable[[Order], str]
    """The heading of its page."""
    say_progress: Callable[[int, int], str]
    """How far it is: done of total."""
    say_result: Callable[[Tally], list[str]]
    """What came of it, one sentence each."""
    came_from: Callable[[Order], tuple[str, Mapping[str, Any]]]
    """The page where it was asked for: endpoint and values."""
    slice_size: int = 50
    """Items of one slice: some seconds of work, after which others have their turn."""


_kinds: dict[str, Kind] = {}


def add_kind(kind: Kind) -> Kind:
    """Let a kind of work be asked for."""
    _kinds[kind.name] = kind
    return kind


def known_kinds() -> list[str]:
    """Return the kinds that this release can do: a newer one may have asked for others."""
    return sorted(_kinds)


def kind_of(task: Task) -> Kind:
    """Return how a task of a known kind is done."""
    return _kinds[task.kind]


def order_of(task: Task) -> Order:
    """Return what a task was asked to do."""
    return Order(task.owner_id, task.parameters, task.language)
