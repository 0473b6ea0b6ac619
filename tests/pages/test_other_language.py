"""Every page in a language that is written from right to left and has no word of English in it.

The world is made of the small pack in Arabic, whose catalogue puts every message in brackets: a
word outside them was written into code or a template.
"""

from __future__ import annotations

from collections.abc import Iterator

import pytest
from bs4 import BeautifulSoup
from sqlalchemy import select

from soar_lms.accounts.models import Passkey, Person, PersonEmail, PersonLicense
from soar_lms.certificates.models import Certificate
from soar_lms.cohorts.models import Cohort, RosterDraft, RosterLine
from soar_lms.content import catalogue
from soar_lms.database import db
from tests.pages import walk
from tests.pages.conftest import made_world
from tests.pages.stage import PHONE, Stage
from tests.pages.walk import ENDPOINTS, FORMS, Page
from tests.rules.world import World
from tests.support.browser import open_browser
from tests.support.pack import PACK, make_translations
from tests.support.stray import stray_words, words_of

ARABIC = "ar"
TYPED = (
    Person.name,
    Person.email,
    PersonEmail.email,
    PersonLicense.number,
    Passkey.name,
    Cohort.name,
    RosterLine.email,
    Certificate.name,
)
"""What people typed: it stands on pages in whatever language they wrote."""
ZONE = "EST"
"""Where the people of the world are, as their clocks call it."""


@pytest.fixture(scope="module")
def arabic(tmp_path_factory: pytest.TempPathFactory) -> Iterator[World]:
    folder = tmp_path_factory.mktemp("arabic")
    yield from made_world(folder, modules=PACK, translations=make_translations(folder))


@pytest.fixture(scope="module")
def typed(arabic: World) -> set[str]:
    with arabic.app.app_context():
        texts = [text for column in TYPED for text in db.session.scalars(select(column))]
        texts += titles()
        texts += [str(rows) for rows in db.session.scalars(select(RosterDraft.rows))]
    return {ZONE, *(word for text in texts for word in words_of(text))}


def titles() -> Iterator[str]:
    """Return the titles of modules that are not offered in Arabic: they keep their own."""
    for module in catalogue().modules.values():
        if ARABIC not in module.languages:
            yield from (text.title for text in module.texts.values())


@pytest.mark.parametrize("endpoint", ENDPOINTS)
def test_no_word_of_a_page_is_left_untranslated(
    arabic: World, typed: set[str], endpoint: str
) -> None:
    faults = [said for page in walk.show(arabic, endpoint, ARABIC) for said in check(page, typed)]

    assert not faults, "\n".join(faults)


@pytest.mark.parametrize("endpoint", FORMS)
def test_no_fault_of_a_form_is_left_untranslated(
    arabic: World, typed: set[str], endpoint: str
) -> None:
    pages = walk.show_faults(arabic, endpoint, ARABIC)
    faults = [said for page in pages for said in check(page, typed)]

    assert not faults, "\n".join(faults)


def check(page: Page, typed: set[str]) -> Iterator[str]:
    """Return what is wrong with an Arabic page."""
    soup = BeautifulSoup(page.html, "html.parser")
    if page.address.startswith(f"/{ARABIC}/"):
        root = soup.select_one("html")
        if root is None or (root["lang"], root["dir"]) != (ARABIC, "rtl"):
            yield f"{page.name}: is not from right to left"
        if stray := stray_words(soup) - typed:
            yield f"{page.name}: {stray}"


@pytest.mark.browser
@pytest.mark.xdist_group("pages")
def test_no_page_from_right_to_left_is_wider_than_a_phone(arabic: World) -> None:
    faults = []
    with open_browser() as browser:
        stage = Stage(browser, arabic)
        stage.look(dark=False, size=PHONE)
        for page in (page for name in ENDPOINTS for page in walk.show(arabic, name, ARABIC)):
            stage.put(page)
            if stage.overflow():
                faults.append(f"{page.name}: wider than the window")
        faults += stage.complaints
        stage.close()

    assert not faults, "\n".join(faults)
