"""Languages: which one answers, and how its dates and numbers look."""

from __future__ import annotations

from datetime import UTC, date, datetime
from pathlib import Path

import pytest
from babel.messages.pofile import read_po
from flask import Flask
from flask.testing import FlaskClient

from soar_lms.i18n import (
    current_language,
    format_day,
    format_decimals,
    format_moment,
    format_number,
    format_share,
    get_language,
    languages,
    speaking,
)
from tests.support.quick import parsed


def spoken(client: FlaskClient, page: str, accept: str | None = None) -> str:
    headers = {} if accept is None else {"Accept-Language": accept}
    (root,) = parsed(client.get(page, headers=headers)).select("html")
    return f"{root['lang']} {root['dir']}"


# --- which one ----------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("accept", "language"),
    [
        pytest.param(None, "en", id="nothing"),
        pytest.param("", "en", id="empty"),
        pytest.param("es", "es", id="spanish"),
        pytest.param("es-419,en-US;q=.8,en;q=.7", "es", id="latin-american-spanish"),
        pytest.param("es-PR", "es", id="puerto-rico"),
        pytest.param("ES-mx", "es", id="capitals"),
        pytest.param("en-GB", "en", id="british"),
        pytest.param("fr,de;q=.9", "en", id="none-of-ours"),
        pytest.param("fr,es;q=0.5", "es", id="the-second-choice"),
        pytest.param("en;q=0.5,es", "es", id="by-weight-not-by-place"),
        pytest.param("es;q=0", "en", id="refused"),
        pytest.param("*", "en", id="any"),
        pytest.param("zh-Hant-TW", "en", id="long-tag"),
        pytest.param("es;q=nonsense", "en", id="weight-is-no-number"),
        pytest.param(",,;;==", "en", id="nonsense"),
        pytest.param("x" * 4000, "en", id="endless"),
    ],
)
def test_a_page_without_a_language_in_its_address_follows_the_browser(
    client: FlaskClient, accept: str | None, language: str
) -> None:
    assert spoken(client, "/nowhere", accept) == f"{language} ltr"


@pytest.mark.parametrize("accept", ["en", "es", "fr", ""])
@pytest.mark.parametrize("language", ["en", "es"])
def test_the_address_decides_whatever_the_browser_asks_for(
    client: FlaskClient, accept: str, language: str
) -> None:
    for page in (f"/{language}/", f"/{language}/safety", f"/{language}/nowhere"):
        assert spoken(client, page, accept) == f"{language} ltr"


@pytest.mark.parametrize("tag", ["fr", "EN", "en-US", "e", "eng", "..", "%00", "messages"])
def test_a_language_that_is_not_spoken_is_not_found(client: FlaskClient, tag: str) -> None:
    for page in (f"/{tag}/", f"/{tag}/sign-in", f"/{tag}/resources"):
        assert client.get(page).status_code == 404


def test_the_languages_are_the_folders_of_the_translations(context: Flask) -> None:
    assert list(languages()) == ["en", "es"]
    assert [item.name for item in languages().values()] == ["English", "Español"]
    assert [item.name_in_text for item in languages().values()] == ["English", "español"]
    assert get_language("xx").tag == "en"


def test_speaking_another_language_ends_where_it_began(context: Flask) -> None:
    with context.test_request_context("/en/"):
        with speaking("es") as language:
            assert (language.tag, current_language().tag) == ("es", "es")
            with speaking("en"):
                assert current_language().tag == "en"
            assert current_language().tag == "es"

        assert current_language().tag == "en"


def test_a_right_to_left_language_says_so(pack_app: Flask) -> None:
    client = pack_app.test_client()

    assert spoken(client, "/ar/") == "ar rtl"
    assert spoken(client, "/nowhere", "ar-EG,en;q=.5") == "ar rtl"
    links = parsed(client.get("/en/")).select("nav.languages a")
    assert [(link["lang"], link["dir"]) for link in links] == [("ar", "rtl")]


def test_the_english_pages_say_what_the_source_says() -> None:
    """English is the source: its catalogue is there to be complete, not to say something else."""
    with Path("translations/en/LC_MESSAGES/messages.po").open("rb") as file:
        catalogue = read_po(file)

    differ = [item.id for item in catalogue if item.id and item.id != item.string]
    assert differ == []


def test_search_engines_are_told_of_each_language_and_of_the_one_for_all_others(
    pack_app: Flask,
) -> None:
    page = parsed(pack_app.test_client().get("/ar/safety?a=b"))

    found = {str(link["hreflang"]): link["href"] for link in page.select("link[rel=alternate]")}
    base = pack_app.config["SOAR"].base_url
    assert found == {
        "ar": f"{base}/ar/safety?a=b",
        "en": f"{base}/en/safety?a=b",
        "x-default": f"{base}/en/safety?a=b",
    }


# --- formats ------------------------------------------------------------------------------------

DAY = date(2026, 2, 1)
MOMENT = datetime(2026, 11, 23, 4, 30, tzinfo=UTC)


@pytest.mark.parametrize(
    ("language", "day", "number", "share", "moment"),
    [
        ("en", "February 1, 2026", "1,234.5", "80%", "Nov 22, 2026, 11:30 PM EST"),
        ("es", "1 de febrero de 2026", "1,234.5", "80%", "22 nov 2026, 11:30 p.m. EST"),
    ],
)
def test_dates_and_numbers_look_as_people_of_the_country_write_them(
    context: Flask, language: str, day: str, number: str, share: str, moment: str
) -> None:
    with speaking(language):
        found = [
            format_day(DAY),
            format_number(1234.5),
            format_share(0.8),
            format_moment(MOMENT, "America/New_York"),
        ]

    assert [item.replace("\u202f", " ").replace("\u00a0", " ") for item in found] == [
        day,
        number,
        share,
        moment,
    ]


@pytest.mark.parametrize(
    ("value", "digits", "shown"),
    [(50, 1, "50.0"), (1234.56, 1, "1,234.6"), (-0.125, 2, "-0.12"), (1234, 0, "1,234")],
)
def test_a_column_of_numbers_has_as_many_digits_in_each(
    context: Flask, value: float, digits: int, shown: str
) -> None:
    with speaking("en"):
        assert format_decimals(value, digits) == shown


def test_a_moment_is_shown_where_the_reader_is(context: Flask) -> None:
    with speaking("en"):
        shown = {
            zone: format_moment(MOMENT, zone).partition(", 2026")[0]
            for zone in ("America/New_York", "Pacific/Honolulu", "UTC", "Pacific/Guam")
        }

    assert shown == {
        "America/New_York": "Nov 22",
        "Pacific/Honolulu": "Nov 22",
        "UTC": "Nov 23",
        "Pacific/Guam": "Nov 23",
    }


@pytest.mark.parametrize(
    ("moment", "shown"),
    [
        pytest.param("2026-11-01T05:30", "Nov 1, 2026, 1:30 AM EDT", id="the-first-time"),
        pytest.param("2026-11-01T06:30", "Nov 1, 2026, 1:30 AM EST", id="the-second-time"),
        pytest.param("2027-03-14T06:59", "Mar 14, 2027, 1:59 AM EST", id="before-the-gap"),
        pytest.param("2027-03-14T07:00", "Mar 14, 2027, 3:00 AM EDT", id="after-the-gap"),
    ],
)
def test_an_hour_that_happens_twice_is_told_apart(context: Flask, moment: str, shown: str) -> None:
    with speaking("en"):
        found = format_moment(
            datetime.fromisoformat(moment).replace(tzinfo=UTC), "America/New_York"
        )

    assert found.replace("\u202f", " ") == shown
