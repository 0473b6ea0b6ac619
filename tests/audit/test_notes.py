"""What staff do to the records of others leaves a line; what people do with their own does not."""

from __future__ import annotations

from collections.abc import Callable

import pytest
from flask import Flask
from sqlalchemy import func, select, update

from soar_lms.audit.models import AuditEntry
from soar_lms.cohorts.models import CohortModule
from soar_lms.database import db, transaction
from tests.rules.world import World, make_world

CERTIFICATE = "/en/certificates/{code}"
DOCUMENT = "/certificates/{code}.pdf"
MEMBERS = "/en/cohorts/{cohort}/members.csv"
LEARNING = "/en/cohorts/{cohort}/learning.csv"

Trail = Callable[[], list[tuple[str, int | None, int | None]]]


@pytest.fixture
def world(app: Flask) -> World:
    return make_world(app)


@pytest.fixture
def trail(app: Flask, world: World) -> Trail:
    """Return a function that lists what was noted in the world: action, who, whose record."""
    with app.app_context():
        before = db.session.scalar(select(func.count()).select_from(AuditEntry)) or 0

    def read() -> list[tuple[str, int | None, int | None]]:
        with app.app_context():
            entries = db.session.scalars(select(AuditEntry).order_by(AuditEntry.id)).all()
            return [(entry.action, entry.actor_id, entry.person_id) for entry in entries[before:]]

    return read


@pytest.mark.parametrize(
    ("address", "action", "owner"),
    [
        pytest.param(CERTIFICATE, "certificate-viewed", "graduate", id="certificate"),
        pytest.param(DOCUMENT, "certificate-viewed", "graduate", id="document"),
        pytest.param(MEMBERS, "members-exported", None, id="members"),
        pytest.param(LEARNING, "learning-exported", None, id="learning"),
    ],
)
@pytest.mark.parametrize("who", ["trainer", "administrator"])
def test_what_staff_look_at_is_noted(
    world: World, trail: Trail, who: str, address: str, action: str, owner: str | None
) -> None:
    world.client_of(who).get(address.format(**world.places))

    whose = world.people[owner].id if owner else None
    assert trail() == [(action, world.people[who].id, whose)]


@pytest.mark.parametrize("address", [CERTIFICATE, DOCUMENT])
def test_what_people_do_with_their_own_is_not_noted(
    world: World, trail: Trail, address: str
) -> None:
    assert world.client_of("graduate").get(address.format(**world.places)).status_code == 200

    assert trail() == []


@pytest.mark.parametrize("address", [CERTIFICATE, DOCUMENT, MEMBERS, LEARNING])
def test_who_may_not_look_leaves_no_line(world: World, trail: Trail, address: str) -> None:
    client = world.client_of("other trainer")

    assert client.get(address.format(**world.places)).status_code == 404
    assert trail() == []


def test_a_file_that_there_is_not_leaves_no_line(app: Flask, world: World, trail: Trail) -> None:
    with app.app_context(), transaction():
        db.session.execute(update(CohortModule).values(module_id="gone"))

    response = world.client_of("trainer").get(LEARNING.format(**world.places))

    assert response.status_code == 404
    assert trail() == []
