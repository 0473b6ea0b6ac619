"""The words by which a search finds somebody, and those that somebody types."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from soar_lms.cohorts.sorting import LONGEST_KEY, MOST_TYPED, MOST_WORDS, read_words, words_of


@pytest.mark.parametrize(
    ("name", "email", "words"),
    [
        ("Élise Paz", "e@x.org", ["elise", "paz", "e@x.org", "x.org"]),
        ("O'Brien", "o@x.org", ["obrien", "brien", "o@x.org", "x.org"]),
        ("Ana García-Márquez", "", ["ana", "garcia-marquez", "marquez"]),
        ("", "ana.paz+1@x.org", ["ana.paz+1@x.org", "paz+1@x.org", "1@x.org", "x.org"]),
        ("王小明", "", ["王小明", "小明", "明"]),
        ("X", "", ["x"]),
        ("...", "", []),
    ],
)
def test_words_of_somebody_are_those_of_name_and_address(
    name: str, email: str, words: list[str]
) -> None:
    assert words_of(name, email) == list(words)


@pytest.mark.parametrize(
    ("typed", "words"),
    [
        ("  Élise  PAZ ", ["elise", "paz"]),
        ("Paz, Elise M.", ["paz", "elise", "m"]),
        ("o’brien", ["obrien"]),
        ("garcia-marquez", ["garcia", "marquez"]),
        ("ana-paz@x.org", ["ana-paz@x.org"]),
        ("@x.org", ["x.org"]),
        ("Ana <ana@x.org>;", ["ana", "ana@x.org"]),
        ("a a A", ["a"]),
        ("%_\\ !", []),
    ],
)
def test_what_is_typed_is_read_as_words(typed: str, words: list[str]) -> None:
    assert read_words(typed) == words


@given(st.text(max_size=120), st.emails())
def test_everybody_is_found_by_the_whole_name_and_the_whole_address(name: str, email: str) -> None:
    words = words_of(name, email)

    typed = read_words(email)
    assert all(any(word.startswith(item) for word in words) for item in typed)
    assert len(words) <= MOST_WORDS
    assert all(0 < len(word) <= LONGEST_KEY for word in words)


@given(st.text())
def test_anything_typed_is_some_words(typed: str) -> None:
    words = read_words(typed)

    assert len(words) <= MOST_TYPED
    assert all(words)
