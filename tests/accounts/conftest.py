"""People who sign up and in as people do: through the pages."""

from __future__ import annotations

import re
from collections.abc import Callable

import pytest
from flask import Flask
from flask.testing import FlaskClient
from werkzeug.test import TestResponse

from soar_lms.accounts.models import Person
from soar_lms.database import db
from tests.factories import PASSWORD
from tests.support.quick import post

NEWCOMER = {
    "name": "María",
    "email": "maria@example.org",
    "password": PASSWORD,
    "language": "en",
    "time_zone": "America/Chicago",
}
SHORT = (
    "Choose a password of at least 15 characters. Three or four words that do not belong together "
    "are a good choice."
)
BASE = "http://127.0.0.1:8000"


@pytest.fixture
def people(app: Flask) -> Callable[[], list[Person]]:
    """Return a function that lists everybody with an account."""

    def found() -> list[Person]:
        with app.app_context():
            return list(db.session.query(Person).order_by(Person.id))

    return found


def sign_up(client: FlaskClient, *, page: str = "en", **changes: str) -> TestResponse:
    return post(client, f"/{page}/sign-up", NEWCOMER | changes)


def log_in(
    client: FlaskClient, email: str, password: str = PASSWORD, *, page: str = "en", **more: str
) -> TestResponse:
    return post(client, f"/{page}/sign-in", {"email": email, "password": password, **more})


def link_in(body: str, path: str) -> str:
    """Return the address in a mail that leads below `path`, without the site's own base."""
    found = re.search(rf"{re.escape(BASE)}(/\S*{path}/\S+)", body)
    assert found is not None, body
    return found.group(1)


def is_signed_in(client: FlaskClient) -> bool:
    return client.get("/en/home").status_code == 200
