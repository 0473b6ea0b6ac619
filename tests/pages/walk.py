"""Every page of the site, as the access matrix knows it: who may open what, and where it is.

A page is shown to everybody for whom it looks different: somebody who is not signed in, the learner
whose it is, their trainer, an administrator. Forms are shown with their faults as well.
"""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass

import pytest
from werkzeug.test import TestResponse

from soar_lms import database
from tests.rules.test_access import ACCESS, PEOPLE, Row
from tests.rules.world import World
from tests.support.quick import token

LANGUAGES = ("en", "es")
SHOWN_TO = ("anonymous", "owner", "trainer", "administrator")
GONE = "/{language}/nowhere"
"""An address where nothing is."""


@dataclass(frozen=True)
class Page:
    """A page: which view makes it, for whom, and what a browser would get."""

    endpoint: str
    who: str
    person: str | None
    """By which name the world knows them; None: nobody is signed in."""
    address: str
    response: TestResponse
    is_faulty: bool = False

    @property
    def html(self) -> str:
        return self.response.get_data(as_text=True)

    @property
    def name(self) -> str:
        """Return what tells it from every other page, fit for a file."""
        language = self.address.split("/")[1]
        fault = "-fault" if self.is_faulty else ""
        return f"{self.endpoint}-{self.who}-{language}{fault}".replace(" ", "-")


ENDPOINTS = sorted({endpoint for endpoint, method in ACCESS if method == "GET"})
FORMS = sorted({endpoint for endpoint, method in ACCESS if method == "POST"})


def show(world: World, endpoint: str, language: str) -> Iterator[Page]:
    """Open a page in the name of everybody who may; what is no page (a file, a redirect) is not."""
    row = ACCESS[endpoint, "GET"]
    for who, name in _people_of(row):
        address = address_of(world, row, language)
        response = _whole(world.client_of(name).get(address))
        if response.status_code < 300 and response.mimetype == "text/html":
            yield Page(endpoint, who, name, address, response)


def show_missing(world: World, language: str) -> Iterator[Page]:
    """Open what is not there."""
    address = GONE.format(language=language)
    for who in SHOWN_TO:
        name = {"anonymous": None, "owner": "learner"}.get(who, who)
        response = world.client_of(name).get(address)
        yield Page("missing", who, name, address, response, is_faulty=True)


def _whole(response: TestResponse) -> TestResponse:
    """Read a file that is sent in parts, and close it."""
    response.get_data()
    response.close()
    return response


def show_faults(world: World, endpoint: str, language: str) -> Iterator[Page]:
    """Send a form with nothing filled in, or where that is no fault, without its token.

    Nothing is ever written.
    """
    row = ACCESS[endpoint, "POST"]
    for who, name in _people_of(row):
        address = address_of(world, row, language)
        client = world.client_of(name)
        for data in ({"csrf_token": token(client)}, {}):
            try:
                with _nothing_written():
                    response = client.post(address, data=data)
            except WouldWriteError:
                continue
            if response.status_code == 422 and response.mimetype == "text/html":
                yield Page(endpoint, who, name, address, response, is_faulty=True)
                break  # without its token a form shows the same fault, and no other


class WouldWriteError(Exception):
    """A form with nothing filled in was enough: there is no fault to show."""


@contextmanager
def _nothing_written() -> Iterator[None]:
    def refuse() -> None:
        raise WouldWriteError

    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(database, "_check_may_write", refuse)
        yield


def address_of(world: World, row: Row, language: str) -> str:
    """Return the address of a row in a language."""
    address = row.address.format(**world.places)
    return address.replace("/en/", f"/{language}/", 1) if address.startswith("/en/") else address


def _people_of(row: Row) -> Iterator[tuple[str, str | None]]:
    for who, answer in zip(PEOPLE, row.answers, strict=True):
        if who in SHOWN_TO and answer in {200, 422}:
            yield who, {"anonymous": None, "owner": row.owner}.get(who, who)
