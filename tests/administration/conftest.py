"""One person with two accounts."""

from __future__ import annotations

from collections.abc import Callable

import pytest
from flask import Flask

from soar_lms.accounts.models import Person
from soar_lms.administration.merging import merge_people
from soar_lms.administration.undoing import undo_merge
from soar_lms.audit.services import Actor
from soar_lms.database import db, transaction
from tests.factories import NOW, PASSWORD, make_person

ROOT = Actor(operator="root")
Pair = tuple[Person, Person]


@pytest.fixture
def pair(context: Flask) -> Pair:
    """Return an account that stays and one that goes."""
    with transaction():
        keep = make_person(email="ana@home.example.org", name="Ana Torres", password=PASSWORD)
        other = make_person(email="ana@clinic.example.org", name="Ana Torres", password=PASSWORD)
    return keep, other


@pytest.fixture
def merge(pair: Pair) -> Callable[[], int]:
    """Return a function that makes them one and returns the number of the merge."""

    def do() -> int:
        keep, other = pair
        with transaction():
            number = merge_people(keep.id, other.id, actor=ROOT, now=NOW).id
        db.session.expire_all()
        return number

    return do


@pytest.fixture
def undo(context: Flask) -> Callable[[int], None]:
    """Return a function that parts them again."""

    def do(number: int) -> None:
        with transaction():
            undo_merge(number, actor=ROOT, now=NOW)
        db.session.expire_all()

    return do
