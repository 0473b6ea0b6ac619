"""Fonts: every glyph that a name may need is there, or is known to be missing."""

from __future__ import annotations

import pytest
from babel import Locale

from soar_lms.certificates import fonts
from soar_lms.certificates.fonts import FAMILIES, face_sources, font_files, missing_characters


def test_every_family_is_installed() -> None:
    assert list(font_files()) == list(FAMILIES)


@pytest.mark.parametrize(
    "text",
    [
        "María José Núñez de la Cruz",
        "Nguyễn Thị Ánh Tuyết",
        "Łukasz Żółć, Ørsted, Þór, Ğülşen",
        "Олександра Ґалаґан",
        "Αλέξανδρος",
        "محمد بن عبد الله",
        "प्रिया शर्मा",
        "กัญญา วงศ์สวัสดิ์",
        "O’Neill–Smith “Jo”",
        "a\u200db\u200c",
        "\n\t ",
        "",
    ],
)
def test_these_names_can_be_printed(text: str) -> None:
    assert missing_characters(text) == []


@pytest.mark.parametrize("language", ["es", "vi", "pl", "tr", "uk", "ru", "el", "ar", "hi", "th"])
def test_the_letters_of_these_languages_can_be_printed(language: str) -> None:
    months = Locale.parse(language).months["format"]["wide"]
    days = Locale.parse(language).days["format"]["wide"]

    assert missing_characters("".join([*months.values(), *days.values()])) == []


def test_what_cannot_be_printed_is_named_once_and_in_order() -> None:
    assert missing_characters("李小龍 and 李 🌻") == ["李", "小", "龍", "🌻"]


def test_the_weights_are_cut_the_same_way_every_time() -> None:
    light, bold = (face_sources()[f"Public-Sans-{weight}"][2] for weight in (300, 700))

    assert fonts._cut(font_files()[FAMILIES[0]], 700) == bold
    assert light != bold
