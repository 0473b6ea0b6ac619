"""A language that somebody begins: its folder is enough, and what it lacks is said, not hidden."""

from __future__ import annotations

from pathlib import Path

import pytest
from click.testing import CliRunner
from flask import Flask
from flask.testing import FlaskClient

from soar_lms import doctor
from soar_lms.access import Role
from soar_lms.cli import main
from soar_lms.content import catalogue
from soar_lms.database import transaction
from tests.factories import make_person
from tests.support.pack import PACK, make_translations
from tests.support.page import get_page, text_of
from tests.support.quick import parsed
from tests.support.sites import make_site

CREOLE = "ht"
MODULES = {'msgid "Modules"\nmsgstr ""': 'msgid "Modules"\nmsgstr "Modil yo"'}


@pytest.fixture(scope="module")
def translations(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Return a folder in which Haitian Creole was begun by the command, with one message."""
    folder = make_translations(tmp_path_factory.mktemp("begun"))
    result = CliRunner().invoke(
        main, ["translations", "--folder", str(folder), "update", CREOLE], catch_exceptions=False
    )
    assert result.exit_code == 0, result.output
    path = folder / CREOLE / "LC_MESSAGES" / "messages.po"
    text = path.read_text(encoding="utf-8")
    for old, new in MODULES.items():
        assert old in text
        text = text.replace(old, new)
    path.write_text(text, encoding="utf-8")
    return folder


@pytest.fixture(scope="module")
def app(tmp_path_factory: pytest.TempPathFactory, translations: Path) -> Flask:
    folder = tmp_path_factory.mktemp("site")
    return make_site(folder, modules=PACK, translations=translations)


@pytest.fixture
def client(app: Flask) -> FlaskClient:
    return app.test_client()


def test_it_is_spoken_to_who_asks_for_it(client: FlaskClient) -> None:
    start = client.get("/", headers={"Accept-Language": "ht-HT,fr;q=0.5"})
    page = get_page(client, str(start.location))

    assert start.location == "/ht/"
    assert text_of(page, "title").startswith("Modil yo")
    assert page.select_one("html[lang=ht][dir=ltr]")


def test_every_page_offers_it_by_its_own_name(client: FlaskClient) -> None:
    links = get_page(client, "/en/safety").select("nav.languages a")

    assert [(link["href"], link.get_text()) for link in links] == [
        ("/ar/safety", "العربية"),
        ("/ht/safety", "Kreyòl Ayisyen"),
    ]


def test_help_lines_have_a_name_before_anybody_translated_them(
    app: Flask, client: FlaskClient
) -> None:
    with app.app_context():
        names = [item.name["en"] for item in catalogue().resources.values()]

    page = get_page(client, "/ht/resources")

    assert [item.get_text() for item in page.select("main .resource-name")] == names


@pytest.mark.parametrize("place", ["", "/orchard", "/orchard/tools", "/sources"])
def test_a_module_says_where_it_is_offered_and_keeps_the_place(
    client: FlaskClient, place: str
) -> None:
    page = get_page(client, f"/ht/learn/garden{place}", status=404)

    links = [str(link["href"]) for link in page.select("main :not(.crumbs) > a")]
    assert links == [f"/{tag}/learn/garden{place}" for tag in ("en", "ar")]
    assert "You can take it in: English, العربية" in page.get_text()


def test_the_rooms_of_trainers_open_in_it(app: Flask, client: FlaskClient) -> None:
    with app.app_context(), transaction():
        trainer = make_person(role=Role.TRAINER, language=CREOLE)
    with client.session_transaction() as session:
        session["_user_id"] = trainer.fs_uniquifier

    for place in ("/ht/home", "/ht/profile", "/ht/cohorts", "/ht/cohorts/new"):
        assert parsed(client.get(place)).select_one("html[lang=ht] h1")


def test_the_doctor_and_the_check_say_what_is_missing(app: Flask, translations: Path) -> None:
    found = {item.words.partition(":")[0]: item for item in doctor.examine(app) if not item.ok}
    checked = CliRunner().invoke(main, ["translations", "--folder", str(translations), "check"])

    assert "settings.orchard, " in found[CREOLE].words
    assert "resources.plant-line" in found[CREOLE].words
    assert checked.exit_code == 1
    assert checked.output.count("ht: is not translated") > 1000


@pytest.mark.parametrize("tag", ["nonsense", "../en", "x"])
def test_what_is_no_language_is_not_begun(tmp_path: Path, tag: str) -> None:
    folder = make_translations(tmp_path)

    result = CliRunner().invoke(main, ["translations", "--folder", str(folder), "update", tag])

    assert result.exit_code == 2
    assert "is no language tag" in result.output
    assert sorted(path.name for path in folder.iterdir()) == ["ar", "en"]
