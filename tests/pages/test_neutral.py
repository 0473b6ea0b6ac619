"""What others can read over a shoulder or later: titles, subjects, names of files tell nothing."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest
from bs4 import BeautifulSoup
from jinja2 import DictLoader
from sqlalchemy import select

from soar_lms.accounts.models import Person
from soar_lms.certificates.documents import file_name
from soar_lms.certificates.models import Certificate
from soar_lms.database import db
from soar_lms.i18n import speaking
from soar_lms.messages.services import SUBJECT_PREFIX
from soar_lms.paths import PACKAGE
from soar_lms.telling import find_telling_word
from tests.pages import walk
from tests.pages.test_markup import title_of
from tests.pages.walk import ENDPOINTS, FORMS, LANGUAGES
from tests.rules.test_access import ACCESS
from tests.rules.world import World

FOR_EVERYBODY = {
    "static",
    "pages.show_font",
    "learning.show_media",
    *(name for name in ENDPOINTS if name.startswith("certificates.show_badge")),
}
"""Files that are the same for everybody; badges are public to whoever has their code."""
LETTERS = sorted((PACKAGE / "templates" / "mail").glob("*.txt"))


def titles(world: World, language: str) -> Iterator[tuple[str, str]]:
    """Give each page of the site with its title."""
    pages = [page for name in ENDPOINTS for page in walk.show(world, name, language)]
    pages += [page for name in FORMS for page in walk.show_faults(world, name, language)]
    pages += walk.show_missing(world, language)
    for page in pages:
        yield page.name, title_of(BeautifulSoup(page.html, "html.parser"))


@pytest.mark.parametrize("language", LANGUAGES)
def test_no_title_tells_what_the_site_is_about_or_names_a_person(
    world: World, language: str
) -> None:
    with world.app.app_context():
        rows = db.session.execute(select(Person.name, Person.email))
        people = [text for row in rows for text in row if text]

    faults = {
        name: title
        for name, title in titles(world, language)
        if find_telling_word(title) or any(text in title for text in people)
    }

    assert faults == {}


@pytest.mark.parametrize("endpoint", sorted(set(ENDPOINTS) - FOR_EVERYBODY))
def test_nothing_that_somebody_opened_stays_in_the_browser(world: World, endpoint: str) -> None:
    row = ACCESS[endpoint, "GET"]
    kept = set()
    for name in (row.owner, "trainer", "administrator"):
        with world.client_of(name).get(walk.address_of(world, row, "en")) as response:
            kept.add(response.headers["Cache-Control"])

    assert kept == {"no-store"}


@pytest.mark.parametrize("letter", LETTERS, ids=lambda path: path.stem)
def test_no_subject_tells_what_the_site_is_about_or_names_anything(
    world: World, letter: Path
) -> None:
    first, _, _ = letter.read_text(encoding="utf-8").partition("\n")
    environment = world.app.jinja_env.overlay(loader=DictLoader({"subject": first}))
    with world.app.test_request_context():
        for language in LANGUAGES:
            with speaking(language):
                subject = environment.get_template("subject").render().strip()
            assert subject.startswith(SUBJECT_PREFIX)
            assert len(subject) > len(SUBJECT_PREFIX)
            assert find_telling_word(subject) is None


def test_no_subject_has_a_gap_for_a_name_or_a_module() -> None:
    first_lines = {path.stem: path.read_text(encoding="utf-8").split("\n")[0] for path in LETTERS}

    assert {name: line for name, line in first_lines.items() if "{{" in line} == {}


@pytest.mark.parametrize(
    ("language", "begins"), [("en", "certificate-2026"), ("es", "certificado-2026")]
)
def test_a_certificate_is_saved_under_a_name_in_its_language_that_tells_nothing(
    world: World, language: str, begins: str
) -> None:
    with world.app.app_context(), speaking(language):
        name = file_name(db.session.scalars(select(Certificate)).first() or Certificate())

    assert name.startswith(begins)
    assert "soar" not in name
