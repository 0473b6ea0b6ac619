"""Hostile requests to every address, as whoever may open most of them: never a 500.

`test_every_address_…` goes through every rule and method with each kind of nonsense once;
`test_anything_…` lets hypothesis mix them, also with things that exist and belong to others.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from typing import Any
from urllib.parse import urlsplit

import pytest
from flask import Flask
from flask.testing import FlaskClient
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from werkzeug.routing import Rule

from soar_lms.accounts.models import Person
from soar_lms.database import db
from soar_lms.learning.standing import find_enrolment
from tests.fuzz.hostile import (
    ACCEPTS,
    BODIES,
    FIELDS,
    NUMBERS,
    PATHS,
    QUERY,
    WORDS,
    Hit,
    fill,
    latin,
    methods_of,
    pairs,
    parameters_of,
    rules_of,
    words,
)
from tests.rules.test_access import ACCESS
from tests.rules.world import make_world
from tests.support.quick import token

EXAMPLES = 120
WHO = ["visitor", "learner", "trainer", "administrator"]


class World:
    """Everybody and everything that the access matrix knows, and how to come to the site."""

    def __init__(self, app: Flask) -> None:
        self.app, self.matrix = app, make_world(app)
        self.people = self.matrix.people
        self._good: dict[str, dict[str, str]] = {}
        adapter = app.url_map.bind("localhost")
        for (endpoint, method), row in ACCESS.items():
            path = urlsplit(row.address.format(**self.matrix.places)).path
            _, values = adapter.match(path, method)
            self._good[endpoint] = {name: str(value) for name, value in values.items()}
        self.known: dict[str, list[str]] = {
            "language": ["en", "es"],
            "token": ["WyIxIiwiYSJd.aaaaaa.bbbbbbbb"],
        }
        for values in self._good.values():
            for name, value in values.items():
                self.known[name] = sorted({*self.known.get(name, []), value})

    def client(self, who: str) -> FlaskClient:
        return self.matrix.client_of(None if who == "visitor" else who)

    def good(self, rule: Rule) -> dict[str, str]:
        """Return values with which a rule leads somewhere."""
        return self._good[rule.endpoint]


@pytest.fixture
def world(app: Flask) -> World:
    return World(app)


def fault_of(client: FlaskClient, hit: Hit) -> str | None:
    """Send a request and say what is wrong with its answer; None: nothing."""
    response = hit.send(client)
    is_text = (response.mimetype or "").startswith("text/") or response.is_json
    text = response.get_data(as_text=True) if is_text else ""
    response.close()
    faults = {
        f"status {response.status_code}": response.status_code >= 500,
        "a header was injected": "X-Injected" in response.headers,
        "no policy": "Content-Security-Policy" not in response.headers,
        "a stack trace": "Traceback (most recent call last)" in text,
        "a script": "<script>alert(1)</script>" in text,
    }
    found = [fault for fault, is_so in faults.items() if is_so]
    return f"{', '.join(found)}: {hit!r:.300}" if found else None


def faults_of(client: FlaskClient, hits: Iterable[Hit]) -> list[str]:
    return [fault for hit in hits if (fault := fault_of(client, hit)) is not None]


# --- every address, every kind of nonsense ------------------------------------------------------


@pytest.mark.parametrize("who", ["trainer", "administrator"])
def test_every_address_takes_nonsense_in_its_path(world: World, who: str) -> None:
    def hits() -> Iterator[Hit]:
        for rule in rules_of(world.app):
            good = world.good(rule)
            for name in good:
                for value in NUMBERS if f"<int:{name}>" in rule.rule else PATHS:
                    yield Hit("GET", fill(rule, good | {name: value}))

    assert faults_of(world.client(who), hits()) == []


@pytest.mark.parametrize("who", ["trainer", "administrator"])
def test_every_address_takes_every_method_and_nonsense_in_its_query(world: World, who: str) -> None:
    nonsense = [(name, value) for name in QUERY for value in ("x", "\x00", "1", "http://[")]

    def hits() -> Iterator[Hit]:
        for rule in rules_of(world.app):
            address = fill(rule, world.good(rule))
            for method in ("GET", "HEAD", "OPTIONS", "POST", "PUT", "DELETE", "TRACE", "X"):
                yield Hit(method, address)
            yield Hit("GET", address, query=nonsense)
            for name in ("next", "endpoint", "language", "_scheme", "code"):
                yield Hit("GET", address, query=[(name, "http://[")])

    assert faults_of(world.client(who), hits()) == []


def forms_of(world: World) -> Iterator[str]:
    for rule in rules_of(world.app):
        if "POST" in methods_of(rule):
            yield fill(rule, world.good(rule))


@pytest.mark.parametrize("who", ["trainer", "administrator"])
def test_every_form_takes_every_kind_of_body(world: World, who: str) -> None:
    def hits() -> Iterator[Hit]:
        for address in forms_of(world):
            for body, kind in BODIES:
                yield Hit("POST", address, body=body, content_type=kind)

    assert faults_of(world.client(who), hits()) == []


@pytest.mark.parametrize("who", ["trainer", "administrator"])
def test_every_form_takes_nonsense_in_every_field(world: World, who: str) -> None:
    faults: list[str] = []
    for address in forms_of(world):
        client = world.client(who)  # a new one for each: the form of signing out is one of them
        secret = token(client)
        for value in WORDS:
            form = [(name, value) for name in FIELDS if name != "csrf_token"]
            hit = Hit("POST", address, form=[("csrf_token", secret), *form])
            faults += faults_of(client, [hit])

    assert faults == []


# --- anything -----------------------------------------------------------------------------------


def hits(world: World, secret: Callable[[], str]) -> Any:
    """Return a strategy of requests to this site."""
    known = sorted({value for values in world.known.values() for value in values})

    @st.composite
    def one(draw: st.DrawFn) -> Hit:
        rule = draw(st.sampled_from(rules_of(world.app)))
        values = {
            name: draw(
                st.one_of(
                    st.sampled_from(world.known.get(name, ["x"])),
                    st.sampled_from(NUMBERS),
                    words,
                )
            )
            for name in parameters_of(rule)
        }
        method = draw(st.sampled_from(methods_of(rule)))
        form, body, kind = None, None, None
        if method == "POST":
            if draw(st.integers(0, 3)):
                form = draw(pairs(FIELDS, st.sampled_from(known)))
                if draw(st.integers(0, 4)):
                    form = [("csrf_token", secret()), *form]
            else:
                body, kind = draw(st.sampled_from(BODIES))
        return Hit(
            method,
            fill(rule, values),
            query=draw(pairs(QUERY, st.sampled_from(known))),
            form=form,
            body=body,
            content_type=kind,
            headers={
                "Accept": draw(st.sampled_from(ACCEPTS)),
                "Accept-Language": draw(latin),
                "Authorization": draw(latin),
                "Range": draw(st.sampled_from(["", "bytes=0-", "bytes=9-1", "x"])),
                "If-Modified-Since": draw(st.sampled_from(["", "yesterday", "\xff"])),
            },
        )

    return one()


@pytest.mark.parametrize("who", WHO)
def test_anything_gets_an_answer_that_is_no_fault_of_ours(world: World, who: str) -> None:
    visitor = world.client(who)

    @settings(
        max_examples=EXAMPLES,
        database=None,
        derandomize=True,
        suppress_health_check=list(HealthCheck),
    )
    @given(hits(world, lambda: token(visitor)))
    def hammer(hit: Hit) -> None:
        client = world.client(who)
        with visitor.session_transaction() as mine, client.session_transaction() as session:
            session["csrf_token"] = mine.get("csrf_token", "")
        assert fault_of(client, hit) is None

    token(visitor)
    hammer()


def test_what_was_sent_changed_nothing_of_others(world: World) -> None:
    """After all of this as a learner, another learner's things are as they were."""
    client = world.client("learner")
    secret = token(client)
    for rule in rules_of(world.app):
        for method in ("GET", "POST"):
            hit = Hit(method, fill(rule, world.good(rule)), form=[("csrf_token", secret)])
            assert fault_of(client, hit) is None

    with world.app.app_context():
        for name in set(world.people) - {"learner"}:
            person = db.session.get_one(Person, world.people[name].id)
            before = world.people[name]
            assert (person.name, person.email, person.role, person.fs_uniquifier) == (
                before.name,
                before.email,
                before.role,
                before.fs_uniquifier,
            )
        module_id = str(world.matrix.places["module"])
        assert find_enrolment(world.people["other trainer"].id, module_id) is None
