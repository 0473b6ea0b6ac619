"""Fonts: every glyph that a name may need is there, or is known to be missing."""

from __future__ import annotations

import pytest
from babel import Locale
from hypothesis import given
from hypothesis import strategies as st

from soar_lms.certificates import fonts
from soar_lms.certificates.fonts import (
    CJK,
    FAMILIES,
    clusters,
    face_bytes,
    font_files,
    guess_language,
    measure,
    missing_characters,
    packages_of,
    split_runs,
)


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
        "李小龍",
        "王伟",
        "山田さくら",
        "김민준",
        "יעל כהן",
        "অনিতা দাস",
        "குமரன்",
        "አበበ በቂላ",
        "გიორგი",
        "Անի",
        "សុខា",
        "ẹ̀kọ́ ƙasa ʻokina",
        "Ana 🌻",
        "👩\u200d⚕\ufe0f 👍🏽 🇲🇽",
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
    assert missing_characters("𗀀𗀁 and 𗀀 \ue000 Ana") == ["𗀀", "𗀁", "\ue000"]


def test_a_letter_with_a_mark_that_only_another_font_has_is_named_as_a_whole() -> None:
    """A Thai vowel over a Hebrew letter: each has a font, together they have none."""
    assert missing_characters("Ana אิ") == ["אิ"]


# --- which font prints what ---------------------------------------------------------------------


@pytest.mark.parametrize(
    ("text", "families"),
    [
        ("María José Núñez", ["Public Sans"]),
        ("Nguyễn Thị Ánh Tuyết", ["Public Sans"]),
        ("Amina ƙasa", ["Noto Sans"]),
        ("李小龍", [CJK]),
        ("李小龍 Bruce Lee", [CJK]),
        ("Ana 🌻 Torres", ["Public Sans", "Noto Emoji", "Public Sans"]),
        ("אנה محمد", ["Noto Sans Hebrew", "Public Sans", "IBM Plex Sans Arabic"]),
        ("", ["Public Sans"]),
    ],
)
def test_a_name_has_one_font_where_one_has_all_of_it(text: str, families: list[str]) -> None:
    assert [run.family for run in split_runs(text)] == families


@given(st.text(max_size=40))
def test_runs_are_the_text(text: str) -> None:
    assert "".join(run.text for run in split_runs(text)) == text


@pytest.mark.parametrize(
    ("text", "parts"),
    [
        ("Ana", ["A", "n", "a"]),
        ("e\u0301a", ["e\u0301", "a"]),
        ("न्या", ["न्", "या"]),
        ("👩\u200d⚕\ufe0fA", ["👩\u200d⚕\ufe0f", "A"]),
        ("👍🏽👍", ["👍🏽", "👍"]),
        ("🇲🇽🇺🇸", ["🇲🇽", "🇺🇸"]),
        ("\u0301", ["\u0301"]),
    ],
)
def test_marks_stay_with_their_letter(text: str, parts: list[str]) -> None:
    assert clusters(text) == parts


@pytest.mark.parametrize(
    ("text", "language"),
    [
        ("李小龍", "zh-Hant"),
        ("李小龙", "zh-Hans"),
        ("李明", None),
        ("山田さくら", "ja"),
        ("김민준", "ko"),
        ("Ana", None),
        ("", None),
    ],
)
def test_the_letters_tell_their_language_where_they_can(text: str, language: str | None) -> None:
    assert guess_language(text) == language


# --- widths -----------------------------------------------------------------------------------


def test_widths_are_those_of_the_shaped_text() -> None:
    assert measure("WW", 300) > 6 * measure("i", 300)
    assert measure("AVA", 300) < sum(measure(letter, 300) for letter in "AVA")


# --- files --------------------------------------------------------------------------------------


def test_packages_are_named_once() -> None:
    found = packages_of(["Noto Emoji", "Noto Sans Hebrew", "Public Sans"])

    assert found == ["manimgx-fonts", "fontpkg-public-sans"]


def test_the_weights_are_cut_the_same_way_every_time() -> None:
    light, bold = (face_bytes(f"Public-Sans-{weight}") for weight in (300, 700))

    assert fonts._cut(FAMILIES[0], 700) == bold
    assert light != bold
