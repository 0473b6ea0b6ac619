"""Which passwords may be chosen: long ones that nobody expects, made of anything."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from soar_lms.accounts.strength import FEWEST_CHARACTERS, Fault, find_fault

KNOWN = ("María José Núñez", "mjnunez@example.org", "SOAR Learning")


@pytest.mark.parametrize(
    "password",
    [
        "correct horse battery",
        "mi perro come arroz",
        "verde mesa luna río",
        "peña montaña ventana",
        "Zk7#pQ9!vT2$wX5",
        "четыре разных слова",
        "雨の日は本を読むのが好きです。毎日",
        "four quite different words " * 30,
    ],
)
def test_long_passwords_of_anything_are_welcome(password: str) -> None:
    assert find_fault(password, KNOWN) is None


@pytest.mark.parametrize("password", ["", "Tr0ub4dor&3", "x" * 14, "n\u0303" * 14])
def test_a_short_password_is_refused_however_mixed(password: str) -> None:
    assert find_fault(password, KNOWN) is Fault.SHORT


@pytest.mark.parametrize(
    "password",
    [
        "passwordpassword",
        "Welcome12345678!",
        "password12345678",
        "P@ssw0rdP@ssw0rd",
        "aaaaaaaaaaaaaaaaaaaa",
        "abcdefghijklmnopqrst",
        "qwertyuiopasdfgh",
        "123456789012345678901234567890",
        "contraseñacontraseña",
        "contrasena123456",
        "contraseña secreta",
        "enfermeraenfermera",
        "iloveyouiloveyou",
    ],
)
def test_what_is_common_or_repeats_itself_is_refused(password: str) -> None:
    assert find_fault(password, ()) is Fault.EASY


@pytest.mark.parametrize(
    "password",
    [
        "nunez rain lamp door",
        "NÚÑEZ rain lamp door",
        "rain lamp door mjnunez",
        "lluviamariapuertalampara",
        "soar rain lamp door",
    ],
)
def test_names_of_the_person_and_of_the_site_are_refused(password: str) -> None:
    assert find_fault(password, KNOWN) is Fault.PERSONAL


def test_a_short_name_is_a_part_of_too_many_words_to_be_refused() -> None:
    assert find_fault("banana window violin rock", ("Ana Li",)) is None


def test_the_domain_of_an_address_is_no_secret_of_one_person() -> None:
    assert find_fault("example window violin rock", ("ana@example.org",)) is None


@given(st.text(max_size=200), st.lists(st.text(max_size=60), max_size=3))
def test_every_text_gets_an_answer(password: str, known: list[str]) -> None:
    fault = find_fault(password, known)

    assert fault is Fault.SHORT or len(password) >= FEWEST_CHARACTERS
