"""Codes: random, readable, and wrong when a character is."""

from __future__ import annotations

import re

import pytest
from hypothesis import given
from hypothesis import strategies as st

from soar_lms.certificates import codes
from soar_lms.certificates.codes import ALPHABET, LENGTH, format_code, make_code, read_code

CODE = "0123456789ABCDEFGHJKMNPQRS" + codes._check_character("0123456789ABCDEFGHJKMNPQRS")

bodies = st.text(ALPHABET, min_size=LENGTH - 1, max_size=LENGTH - 1)
good_codes = bodies.map(lambda body: body + codes._check_character(body))


@given(good_codes)
def test_a_code_reads_back_as_it_is_written(code: str) -> None:
    assert read_code(code) == read_code(format_code(code)) == code


def test_codes_are_in_groups_of_four_and_read_back() -> None:
    for _ in range(200):
        written = format_code(make_code())
        assert re.fullmatch(r"([0-9A-HJKMNP-TV-Z]{4}-){6}[0-9A-HJKMNP-TV-Z]{3}", written)
        assert format_code(read_code(written) or "") == written


def test_codes_carry_128_random_bits(monkeypatch: pytest.MonkeyPatch) -> None:
    asked = []

    def randbits(count: int) -> int:
        asked.append(count)
        return (1 << count) - 1

    monkeypatch.setattr("soar_lms.certificates.codes.secrets.randbits", randbits)

    code = make_code()

    number = 0
    for character in code[:-1]:
        number = number * len(ALPHABET) + ALPHABET.index(character)
    assert asked == [128]
    assert number == 2**128 - 1


def test_no_two_codes_are_the_same() -> None:
    assert len({make_code() for _ in range(2000)}) == 2000


@given(
    good_codes,
    st.lists(st.sampled_from(["", " ", "-", "–", "—", "\u2011", "_", ".", "\t", "\u00a0"])),
    st.booleans(),
)
def test_spaces_dashes_and_capitals_do_not_matter(
    code: str, between: list[str], small: bool
) -> None:
    marks = iter(between)
    typed = "".join(character + next(marks, "") for character in code)

    assert read_code(typed.lower() if small else typed) == code


@given(good_codes, st.randoms())
def test_letters_that_look_like_digits_count_as_those(code: str, random: object) -> None:
    looks = {"0": "0Oo", "1": "1IiLl"}
    typed = "".join(
        random.choice(looks.get(character, character))  # type: ignore[attr-defined]  # loosely typed
        for character in code
    )

    assert read_code(typed) == code


@given(good_codes, st.integers(0, LENGTH - 1), st.sampled_from(ALPHABET))
def test_every_single_wrong_character_is_found(code: str, place: int, other: str) -> None:
    wrong = code[:place] + other + code[place + 1 :]

    assert read_code(wrong) == (code if other == code[place] else None)


@given(good_codes, st.integers(0, LENGTH - 2))
def test_every_swap_of_neighbours_is_found_but_one(code: str, place: int) -> None:
    """Luhn's sum cannot see the first and the last digit of its alphabet change places."""
    first, second = code[place], code[place + 1]
    swapped = code[:place] + second + first + code[place + 2 :]

    if first == second or {first, second} == {ALPHABET[0], ALPHABET[-1]}:
        assert read_code(swapped) == swapped
    else:
        assert read_code(swapped) is None


@pytest.mark.parametrize(
    "typed",
    [
        pytest.param("", id="nothing"),
        pytest.param(CODE[:-1], id="too-short"),
        pytest.param(CODE + "0", id="too-long"),
        pytest.param(CODE.replace("5", "U"), id="u-is-in-no-code"),
        pytest.param(CODE.replace("5", "٥"), id="arabic-digit"),
        pytest.param(CODE.replace("5", "５"), id="wide-digit"),
        pytest.param(CODE + "\x00", id="nul"),
        pytest.param("%" * LENGTH, id="percent"),
        pytest.param("ı" * LENGTH, id="dotless-i"),
        pytest.param("ß" * LENGTH, id="grows-when-made-a-capital"),
        pytest.param("\ud800" * LENGTH, id="surrogate"),
        pytest.param("0" * 100_000, id="endless"),
    ],
)
def test_what_cannot_be_a_code_is_none(typed: str) -> None:
    assert read_code(typed) is None


@given(st.text(max_size=60))
def test_reading_never_fails(typed: str) -> None:
    code = read_code(typed)

    assert code is None or read_code(code) == code
