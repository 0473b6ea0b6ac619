"""No document of the project has a word that comes from no catalogue: it is printed and kept.

As `test_other_language` does with pages. Lines cut a message into pieces, and a language that is
written from right to left turns them around, so here each word is marked: with accents.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from datetime import UTC, date, datetime
from decimal import Decimal
from io import BytesIO
from typing import Any

import pytest
from pypdf import PdfReader
from pypdf.generic import ArrayObject, DictionaryObject
from sqlalchemy import select

from soar_lms.accounts.models import Person
from soar_lms.accounts.professions import PROFESSIONS
from soar_lms.catalogue.credit import ActivityFormat
from soar_lms.certificates.documents import make_unsealed
from soar_lms.certificates.models import Certificate
from soar_lms.certificates.services import NO_CODE
from soar_lms.cohorts.models import Cohort, JoinLink, RosterLine
from soar_lms.cohorts.poster import Paper, make_poster
from soar_lms.content import catalogue, get_module
from soar_lms.database import db
from tests.pages.conftest import made_world
from tests.rules.world import World
from tests.support.pack import PACK, make_translations, with_accents

ARABIC = "ar"
WORD = "كلمة"
"""Whatever people or authors wrote."""
SPOKEN = ("/Alt", "/ActualText", "/Desc", "/Title", "/E")
"""What readers of a PDF say or show besides its text (ISO 32000-2, 14.9.3, 7.11.3, 14.3.3)."""
KNOWN = {
    *("PDF", "QR", "TTY", "UAN", "SOAR", "Learning", "Open", "Badges"),  # no language translates
    *("http", "localhost", "verify", "join", "en", "ar"),  # of addresses
    "LEAF",  # the pack's help line
}
ZONE = "EST"
"""Where the people of the world are, as their clocks call it."""
MOMENT = datetime(2026, 11, 22, 15, tzinfo=UTC)
BARE: dict[str, Any] = {
    "code": NO_CODE,
    "name": "محمد بن عبد الله",
    "module_id": "garden",
    "module_title": WORD,
    "module_version": "1.2.0",
    "setting": "orchard",
    "setting_name": WORD,
    "language": ARABIC,
    "minutes": 40,
    "completed_at": MOMENT,
    "completed_on": MOMENT.date(),
    "time_zone": "America/New_York",
    "issued_at": MOMENT,
    "design": "soar",
    "template_version": 1,
    "paper": "letter",
}
CREDIT: dict[str, Any] = {
    **BARE,
    **dict.fromkeys(("provider", "credit_unit", "credit_provider", "credit_joint_provider"), WORD),
    "expires_on": date(2028, 11, 22),
    "score": 90,
    "credit_amount": Decimal("1.25"),
    "credit_provider_number": "7",
    "credit_event_number": "8",
    "credit_uan": "9",
    "credit_format": ActivityFormat.ENDURING,
    "credit_released_on": date(2026, 1, 10),
    "credit_expires_on": date(2028, 1, 9),
    "credit_license_territory": "TX",
    "credit_license_number": "12",
    "credit_profession": next(iter(PROFESSIONS)),
    "credit_statement": WORD,
}
LONG = {**CREDIT, "credit_format": ActivityFormat.LIVE, "credit_statement": f"{WORD} " * 900}


@pytest.fixture(scope="module")
def accented(tmp_path_factory: pytest.TempPathFactory) -> Iterator[World]:
    folder = tmp_path_factory.mktemp("accented")
    yield from made_world(
        folder, modules=PACK, translations=make_translations(folder, with_accents)
    )


def stray_in(document: bytes) -> set[str]:
    """Return the words without an accent that a document shows or says."""
    reader = PdfReader(BytesIO(document))
    said = [page.extract_text() for page in reader.pages]
    said += [reader.metadata.title or ""] if reader.metadata else []
    said += spoken_in(reader)
    return words_without_accent(" ".join(said)) - KNOWN


def spoken_in(reader: PdfReader) -> Iterator[str]:
    """Yield the descriptions in the structure of a document and of what is attached to it."""
    for number in range(1, len(reader.xref_objStm) + sum(map(len, reader.xref.values())) + 1):
        item = reader.get_object(number)
        for part in item if isinstance(item, ArrayObject) else [item]:
            if isinstance(part, DictionaryObject):
                yield from (str(part[name]) for name in SPOKEN if name in part)


def words_without_accent(text: str) -> set[str]:
    """Return the words of plain Latin letters; single letters are none."""
    return set(re.findall(r"(?<![^\W\d_])[A-Za-z]{2,}(?![^\W\d_])", text))


@pytest.mark.parametrize(
    "facts",
    [
        pytest.param(BARE, id="without-credit"),
        pytest.param(CREDIT, id="with-credit"),
        pytest.param(LONG, id="with-a-long-statement"),
    ],
)
def test_no_word_of_a_certificate_is_left_untranslated(
    accented: World, facts: dict[str, Any]
) -> None:
    with accented.app.test_request_context():
        document = make_unsealed(Certificate(**facts))

    assert stray_in(document) == set()


@pytest.mark.parametrize("paper", [*Paper])
def test_no_word_of_a_poster_is_left_untranslated(accented: World, paper: Paper) -> None:
    with accented.app.test_request_context("/ar/"):
        accented.app.preprocess_request()
        module = get_module("garden")
        document = make_poster(
            Cohort(name=WORD, organisation=WORD, time_zone="America/Denver"),
            JoinLink(code="2345678923", expires_at=MOMENT),
            modules=[module] * 9,
            due_days={module.id: date(2027, 5, 31)},
            address="http://localhost/ar/join/22222",
            paper=paper,
        )

    assert stray_in(document) == set()


@pytest.mark.parametrize(
    "narrowed",
    [
        pytest.param("", id="everybody"),
        pytest.param("?state=completed&setting=orchard&spoken=ar&due=late&sort=name", id="some"),
        pytest.param("?state=in-progress", id="on-their-way"),
    ],
)
def test_no_word_of_a_report_is_left_untranslated(accented: World, narrowed: str) -> None:
    address = f"/ar/cohorts/{accented.places['cohort']}/members.pdf{narrowed}"
    with accented.client_of("administrator").get(address) as response:
        document = response.get_data()

    assert response.mimetype == "application/pdf"
    assert stray_in(document) - typed_in(accented) == set()


def typed_in(world: World) -> set[str]:
    """Return the words of people, groups, and modules that are not offered in Arabic."""
    with world.app.app_context():
        texts = [
            text
            for column in (Person.name, Person.email, RosterLine.email, Cohort.name)
            for text in db.session.scalars(select(column))
        ]
        for module in catalogue().modules.values():
            texts += [] if ARABIC in module.languages else [module.texts["en"].title]
    return words_without_accent(" ".join(texts)) | {ZONE}


def test_a_word_that_comes_from_no_catalogue_is_seen(accented: World) -> None:
    with accented.app.test_request_context():
        document = make_unsealed(Certificate(**{**BARE, "setting_name": "Health care"}))

    assert stray_in(document) == {"Health", "care"}


def test_placeholders_and_markup_are_not_marked() -> None:
    message = "<b>Call</b> %(number)s in %(count)d days&nbsp;now"

    assert with_accents(message) == "<b>Cáll</b> %(number)s íñ %(count)d dáýs&nbsp;ñów"
