"""The small pack from start to finish in Arabic: other modules, settings, languages, direction.

Its catalogue has every message of the interface in brackets ⟦…⟧, so that words which do not come
from a catalogue (or from the Arabic content) stand out.
"""

from __future__ import annotations

import io
import re
from collections.abc import Callable, Set
from typing import Any

import pypdf
import pytest
from bs4 import BeautifulSoup
from flask import Flask
from flask.testing import FlaskClient

from soar_lms.access import Role
from soar_lms.accounts.models import Person
from soar_lms.assessments.models import Attempt
from soar_lms.certificates.models import Certificate
from soar_lms.database import db, transaction
from soar_lms.messages.models import OutboxMessage
from tests.factories import PASSWORD, make_person
from tests.support.page import get_page, post_form
from tests.support.quick import parsed
from tests.support.stray import KNOWN, stray_in, stray_words, words_of

NAME = "نوفل قنديل"
EMAIL = "nawfal@example.org"
ALLOWED = KNOWN | words_of(EMAIL)
MODULE_IN_ENGLISH = {"The", "second", "module"}
"""A trainer may choose a module that is not offered in Arabic, by its own name."""


def test_the_check_itself_sees_english() -> None:
    page = BeautifulSoup(
        '<p lang="ar">⟦Hello ⟦dear⟧ you⟧ Stray <i lang="en">fine</i>'
        '<a aria-label="Hidden">⟦ok⟧</a></p>',
        "html.parser",
    )

    assert stray_words(page) == {"Stray", "Hidden"}


class Visit:
    """Somebody who reads every page in Arabic and checks it."""

    def __init__(self, client: FlaskClient, *, allowed: Set[str] = frozenset()) -> None:
        self.client, self.allowed = client, allowed

    def look(self, address: str, status: int = 200) -> BeautifulSoup:
        page = get_page(self.client, address, status=status)
        root = page.select_one("html")
        assert root is not None
        assert (root["lang"], root["dir"]) == ("ar", "rtl"), address
        assert stray_words(page) <= ALLOWED | self.allowed, address
        return page

    def send(self, address: str, data: dict[str, Any] | None = None) -> str:
        """Look at the page of a form, send it, and return where it leads."""
        self.look(address)
        return str(post_form(self.client, address, data).location)


@pytest.fixture
def visit(pack_app: Flask) -> Visit:
    return Visit(pack_app.test_client())


def outbox(app: Flask) -> list[OutboxMessage]:
    with app.app_context():
        return list(db.session.query(OutboxMessage).order_by(OutboxMessage.id))


def take(app: Flask, visit: Visit, kind: str) -> None:
    """Take a test and answer everything rightly."""
    first = visit.send(f"/ar/learn/garden/tests/{kind}")
    place = first.rsplit("/", 1)[0]
    with app.app_context():
        attempt = db.session.query(Attempt).order_by(Attempt.id.desc()).first()
        assert attempt is not None
    for position, item in enumerate(attempt.items, 1):
        visit.send(f"{place}/{position}", {"choice": list(item["correct"]), "go": "next"})
    assert visit.send(f"{place}/review") == f"{place}/result"
    visit.look(f"{place}/result")


def test_a_newcomer_goes_all_the_way_in_arabic(pack_app: Flask, visit: Visit) -> None:
    visit.look("/ar/")
    visit.look("/ar/learn/garden")
    visit.look("/ar/learn/garden/orchard/tools")
    place = visit.send(
        "/ar/sign-up",
        {
            "name": NAME,
            "email": EMAIL,
            "password": PASSWORD,
            "language": "ar",
            "time_zone": "America/Chicago",
        },
    )
    visit.look(place)
    (mail,) = outbox(pack_app)
    found = re.search(r"http://127\.0\.0\.1:8000(/ar/confirm/\S+)", mail.body)
    assert found is not None
    visit.send(found.group(1))
    visit.send("/ar/sign-in", {"email": EMAIL, "password": PASSWORD})
    visit.look("/ar/home")

    visit.send("/ar/learn/garden", {"setting": "orchard"})
    visit.look("/ar/learn/garden/setting")
    take(pack_app, visit, "pre")
    for lesson in ("start", "tools"):
        visit.send(f"/ar/learn/garden/orchard/{lesson}")
    take(pack_app, visit, "post")
    visit.send("/ar/learn/garden/evaluation", {"sure-before": "1", "sure-now": "5", "useful": "4"})
    certificate = visit.send(
        "/ar/learn/garden/certificate",
        {"name": NAME, "offer": "hours", "amount": "1.5", "step": "issue"},
    )

    visit.look(certificate)
    visit.look("/ar/home")
    with pack_app.app_context():
        row = db.session.query(Certificate).one()
    assert (row.name, row.language, str(row.credit_amount)) == (NAME, "ar", "1.50")
    document = visit.client.get(f"/certificates/{row.code}.pdf")
    (page,) = pypdf.PdfReader(io.BytesIO(document.data)).pages
    assert set(NAME.replace(" ", "")) <= set(page.extract_text())
    visit.look(f"/ar/verify/{row.code}")


def test_every_mail_is_arabic_from_subject_to_end(pack_app: Flask, visit: Visit) -> None:
    with pack_app.app_context(), transaction():
        make_person(email=EMAIL, name=NAME, language="ar", password=PASSWORD)

    post_form(visit.client, "/ar/new-password", {"email": EMAIL}, status=200)
    post_form(visit.client, "/ar/sign-up", {"name": "x", "email": EMAIL, "password": PASSWORD})

    mails = outbox(pack_app)
    assert [mail.kind for mail in mails] == ["reset-instructions", "welcome-existing"]
    for mail in mails:
        words = re.sub(r"https?://\S+", " ", f"{mail.subject} {mail.body}")
        assert stray_in(words) <= ALLOWED
        assert mail.language == "ar"


@pytest.mark.parametrize(
    "address",
    [
        "/ar/sign-in",
        "/ar/sign-up",
        "/ar/new-password",
        "/ar/confirm",
        "/ar/check-mail",
        "/ar/verify",
        "/ar/resources",
        "/ar/safety",
        "/ar/privacy",
        "/ar/learn/garden/orchard",
        "/ar/learn/garden/sources",
    ],
)
def test_every_open_page_is_arabic(visit: Visit, address: str) -> None:
    visit.look(address)


@pytest.mark.parametrize(
    "address", ["/ar/nowhere", "/ar/learn/second", "/ar/verify/nonsense", "/ar/join/nonsense"]
)
def test_every_page_about_a_mistake_is_arabic(visit: Visit, address: str) -> None:
    visit.look(address, status=404)


@pytest.fixture
def staff(pack_app: Flask) -> Callable[[Role], Visit]:
    def sign_in(role: Role) -> Visit:
        with pack_app.app_context(), transaction():
            person: Person = make_person(name=NAME, email=EMAIL, role=role, language="ar")
        client = pack_app.test_client()
        with client.session_transaction() as session:
            session["_user_id"] = person.fs_uniquifier
        return Visit(client, allowed=MODULE_IN_ENGLISH)

    return sign_in


def test_the_trainers_rooms_are_arabic(staff: Callable[[Role], Visit]) -> None:
    trainer = staff(Role.TRAINER)
    trainer.look("/ar/cohorts")

    form = {"name": "المجموعة", "modules": ["garden"], "time_zone": "America/Chicago"}
    place = trainer.send("/ar/cohorts/new", form)

    (field,) = trainer.look(place).select("input.address")
    link = str(field["value"]).removeprefix("http://127.0.0.1:8000")
    trainer.send(link)
    trainer.look(place)
    file = trainer.client.get(f"{place}/members.csv").text
    assert stray_in(file) <= ALLOWED | {"second"}
    trainer.look("/ar/profile")
    trainer.look("/ar/profile/password")
    trainer.look("/ar/sign-out-page")


@pytest.mark.parametrize(
    ("address", "data"),
    [
        ("/ar/sign-up", {"name": "", "email": "x", "password": "y", "language": "xx"}),
        ("/ar/sign-in", {"email": "x@example.org", "password": "y"}),
        ("/ar/new-password", {"email": "x"}),
        ("/ar/confirm", {"email": "x"}),
    ],
)
def test_every_fault_of_a_visitors_form_is_explained_in_arabic(
    visit: Visit, address: str, data: dict[str, str]
) -> None:
    response = post_form(visit.client, address, data, status=422)

    assert stray_words(parsed(response)) <= ALLOWED | {"name"}


@pytest.mark.parametrize(
    ("address", "data"),
    [
        (
            "/ar/profile",
            {"name": "\u202e", "language": "xx", "time_zone": "x", "profession": "king"},
        ),
        ("/ar/cohorts/new", {"name": "x" * 200, "modules": ["nothing"]}),
        ("/ar/profile/password", {"password": "x", "new_password": "y"}),
        ("/ar/learn/garden", {"setting": "market"}),
    ],
)
def test_every_fault_of_a_members_form_is_explained_in_arabic(
    staff: Callable[[Role], Visit], address: str, data: dict[str, str]
) -> None:
    trainer = staff(Role.TRAINER)

    response = post_form(trainer.client, address, data, status=422)

    assert stray_words(parsed(response)) <= ALLOWED | MODULE_IN_ENGLISH
