"""A kind of work that writes numbers, three at a time."""

from __future__ import annotations

import shutil
from collections.abc import Callable, Sequence
from datetime import datetime
from pathlib import Path
from typing import Any

import pytest

from soar_lms.accounts.models import Person
from soar_lms.config import Config
from soar_lms.i18n import current_language
from soar_lms.tasks import kinds
from soar_lms.tasks.kinds import Beat, Item, Kind, Order, Tally
from tests.tasks.asking import ask


class Numbers:
    """What the kind does, and notes that it was asked to do."""

    def __init__(self) -> None:
        self.made: list[list[Item]] = []
        self.errors: list[Exception | None] = []
        self.facts = "as planned"
        self.before_make: Callable[[], None] = lambda: None
        self.is_allowed = True

    def allows(self, _order: Order) -> bool:
        return self.is_allowed

    def plan(self, order: Order, _now: datetime) -> list[Item]:
        return list(range(order.parameters["count"]))

    def mark(self, _order: Order, items: Sequence[Item]) -> str:
        return f"{items[0]} {self.facts}"

    def make(self, _order: Order, items: Sequence[Item], target: Path, beat: Beat) -> Tally:
        self.before_make()
        beat()
        error = self.errors.pop(0) if self.errors else None
        if error is not None:
            raise error
        self.made.append(list(items))
        words = [f"{current_language().tag} {item} {self.facts}\n" for item in items]
        target.write_text("".join(words), encoding="utf-8")
        return {"numbers": len(items), "even": sum(item % 2 == 0 for item in items)}

    def finish(
        self, _order: Order, parts: Sequence[Path], target: Path, _beat: Beat, _now: datetime
    ) -> str | None:
        target.write_text("".join(part.read_text(encoding="utf-8") for part in parts))
        return "numbers.txt" if parts else None

    def kind(self) -> Kind:
        return Kind(
            name="numbers",
            allows=self.allows,
            plan=self.plan,
            mark=self.mark,
            make=self.make,
            finish=self.finish,
            say_title=lambda order: f"Numbers up to {order.parameters['count']}",
            say_progress=lambda done, total: f"{done} of {total} numbers",
            say_result=lambda tally: [f"{tally.get('numbers', 0)} numbers"],
            came_from=lambda _order: ("learning.show_home", {}),
            slice_size=3,
        )


@pytest.fixture(autouse=True)
def _no_files(config: Config) -> None:
    """Begin without files of other tests: the folder is the same for all."""
    shutil.rmtree(config.files_folder, ignore_errors=True)


@pytest.fixture
def numbers(monkeypatch: pytest.MonkeyPatch) -> Numbers:
    numbers = Numbers()
    monkeypatch.setitem(kinds._kinds, "numbers", numbers.kind())
    return numbers


@pytest.fixture
def ask_numbers(numbers: Numbers, learner: Person, app: Any) -> Callable[..., int]:
    """Return a function that asks for numbers in the name of the learner; returns the task's id."""

    def make(count: int = 7, **values: Any) -> int:
        with app.app_context():
            return ask(values.pop("owner_id", learner.id), count, **values)

    return make
