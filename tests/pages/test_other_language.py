"""Every page in a language that is written from right to left and has no word of English in it.

The world is made of the small pack in Arabic, whose catalogue puts every message in brackets: a
word outside them was written into code or a template.
"""

from __future__ import annotations

import io
import re
from collections.abc import Iterator
from datetime import date
from typing import Any
from zipfile import ZipFile

import pytest
from bs4 import BeautifulSoup
from sqlalchemy import select
from werkzeug.wrappers import Response

from soar_lms.accounts.models import Passkey, Person, PersonEmail, PersonLicense
from soar_lms.certificates.codes import format_code
from soar_lms.certificates.models import Certificate
from soar_lms.cohorts.models import Cohort, RosterDraft, RosterLine
from soar_lms.content import catalogue
from soar_lms.database import db
from soar_lms.i18n import speaking
from soar_lms.messages.services import compose
from soar_lms.paths import PACKAGE
from soar_lms.programme.wording import ASKED
from tests.pages import walk
from tests.pages.conftest import made_world
from tests.pages.stage import PHONE, Stage
from tests.pages.walk import ENDPOINTS, FORMS, Page
from tests.rules.test_access import ACCESS
from tests.rules.world import World
from tests.support.browser import open_browser
from tests.support.pack import PACK, make_translations
from tests.support.stray import KNOWN, stray_in, stray_words, words_of

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
        texts += [format_code(code) for code in db.session.scalars(select(Certificate.code))]
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


def test_what_is_not_there_is_said_without_a_word_left_untranslated(
    arabic: World, typed: set[str]
) -> None:
    pages = walk.show_missing(arabic, ARABIC)
    faults = [said for page in pages for said in check(page, typed)]

    assert not faults, "\n".join(faults)


# --- e-mails ------------------------------------------------------------------------------------

ADDRESS = "http://localhost:8000/ar/nowhere"
LETTER = {
    **dict.fromkeys(("name", "module", "group", "inviter", "actor", "reason", "left"), "كلمة"),
    **dict.fromkeys(("due_on", "completed_on", "closes_on"), date(2026, 11, 22)),
    **dict.fromkeys(("first_day", "last_day"), date(2026, 11, 22)),
    **dict.fromkeys(("address", "stop_address", "new_password_address"), ADDRESS),
    **dict.fromkeys(("sign_in_address", "confirm_address", "reset_address"), ADDRESS),
    "minutes": 40,
    "days": 14,
    "groups": [
        {"name": "كلمة", "completed": 1, "late": 2, "soon": 3, "bounced": 11, "address": ADDRESS}
    ],
}
"""What services put into letters: nothing of it is a word of ours."""
WAYS: dict[str, list[dict[str, Any]]] = {
    "certificate-issued": [{"is_attached": True}, {"is_attached": False}],
    "follow-up": [{"is_reminder": True}, {"is_reminder": False}],
    "invitation": [{}, {"name": ""}],
    "invitation-reminder": [{}, {"name": ""}],
    "reminder": [
        *({"when": when} for when in ("before", "today", "after", "again")),
        {"is_expired": True},
        {"left": ""},
    ],
}
"""Of letters that are not always the same: their ways to be."""
LETTERS = sorted(path.stem for path in (PACKAGE / "templates" / "mail").glob("*.txt"))


@pytest.mark.parametrize("kind", LETTERS)
def test_no_word_of_a_letter_is_left_untranslated(arabic: World, kind: str) -> None:
    with arabic.app.app_context(), speaking(ARABIC):
        letters = [compose(kind, **(LETTER | way)) for way in WAYS.get(kind, [{}])]

    for subject, body in letters:
        assert subject.startswith("⟦")
        assert stray_in(re.sub(r"https?://\S+", " ", body)) <= KNOWN


# --- files --------------------------------------------------------------------------------------

INVENTED = {"cohorts.download_sample"}
"""Names and addresses of nobody, as they could stand in a list."""
TABLES = sorted(
    {name for name in ENDPOINTS if ACCESS[name, "GET"].address.endswith((".csv", ".xlsx"))}
    - INVENTED
)


@pytest.mark.parametrize("endpoint", TABLES)
def test_no_word_of_a_table_to_download_is_left_untranslated(
    arabic: World, typed: set[str], endpoint: str
) -> None:
    address = walk.address_of(arabic, ACCESS[endpoint, "GET"], ARABIC)
    with arabic.client_of("administrator").get(address) as response:
        text = text_of(response) if response.status_code == 200 else "⟦too few people⟧"

    assert "⟦" in text
    assert stray_in(text) - typed - KNOWN - sources() == set()


def sources() -> set[str]:
    """Return the words of laws and surveys, which are cited by the names they have."""
    return {word for item in ASKED for word in words_of(f"{item.source} {item.address}")}


def text_of(table: Response) -> str:
    """Return the words of a CSV, or of a workbook and its tabs."""
    if table.mimetype == "text/csv":
        return table.get_data(as_text=True)
    with ZipFile(io.BytesIO(table.get_data())) as book:
        parts = [book.read(name).decode() for name in book.namelist() if name.endswith(".xml")]
    return " ".join(re.findall(r'(?<=<sheet name=")[^"]+|(?<=<t>)[^<]+', "".join(parts)))


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
