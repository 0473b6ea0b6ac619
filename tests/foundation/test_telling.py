"""Words that tell too much: found in either language, in any case, and not inside other words."""

from __future__ import annotations

import pytest

from soar_lms.telling import find_telling_word


@pytest.mark.parametrize(
    ("text", "word"),
    [
        ("Human Trafficking 101", "Trafficking"),
        ("For survivors", "survivors"),
        ("Sexual violence", "Sexual"),
        ("La trata de personas", "trata"),
        ("Detección de VÍCTIMAS", "VÍCTIMAS"),
        ("Líneas de ayuda", "Líneas de ayuda"),
    ],
)
def test_a_telling_word_is_found(text: str, word: str) -> None:
    assert find_telling_word(text) == word


@pytest.mark.parametrize(
    "text", ["SOAR to Health and Wellness", "Tratamiento y bienestar", "Su perfil", "Essex County"]
)
def test_a_neutral_title_is_left_alone(text: str) -> None:
    assert find_telling_word(text) is None
