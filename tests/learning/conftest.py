"""Fixtures of the learner's way."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import Any

import pytest
from flask import Flask
from sqlalchemy import event

from soar_lms.accounts.models import Person
from soar_lms.catalogue.model import Module
from soar_lms.certificates.services import Provider
from soar_lms.database import db, transaction
from soar_lms.learning import services
from soar_lms.learning.standing import get_enrolment
from tests.factories import NOW, give_evaluation


@pytest.fixture
def count_queries(context: Flask) -> Iterator[Callable[[], list[str]]]:
    """Return a function that begins to note every statement, in the list it returns."""
    seen: list[str] = []

    def note(_c: Any, _cursor: Any, statement: str, *_rest: Any) -> None:
        if statement.startswith(("SELECT", "INSERT", "UPDATE", "DELETE", "WITH")):
            seen.append(statement)

    def begin() -> list[str]:
        event.listen(db.engine, "before_cursor_execute", note)
        return seen

    yield begin
    if event.contains(db.engine, "before_cursor_execute", note):
        event.remove(db.engine, "before_cursor_execute", note)


@pytest.fixture
def complete(app: Flask, module: Module) -> Callable[..., str]:
    """Return a function that takes a person's last steps and gives the certificate's code."""

    def finish(person: Person, *, language: str = "en") -> str:
        with app.app_context(), transaction():
            enrolment = get_enrolment(person.id, module.id)
            give_evaluation(enrolment, module, language=language)
            return services.complete_module(
                person,
                enrolment,
                module,
                setting_name="Health care",
                name=person.name,
                claim=None,
                language=language,
                provider=Provider(None, None),
                now=NOW,
            ).code

    return finish
