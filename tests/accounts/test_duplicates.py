"""Guessing who may have two accounts: with reasons, and without comparing everybody."""

from __future__ import annotations

import pytest
from flask import Flask
from hypothesis import given
from hypothesis import strategies as st

from soar_lms.accounts.duplicates import (
    MOST_ALIKE,
    Likeness,
    Reason,
    Sketch,
    find_likenesses,
    normalize_name,
    split_mailbox,
)
from soar_lms.accounts.emails import add_email
from soar_lms.accounts.services import list_sketches
from soar_lms.database import transaction
from tests.factories import NOW, make_person
from tests.support.queries import queries_of

BASE = Sketch(1, "Ana Torres Vega", ("ana@clinic.example.org",))


def reasons(**values: object) -> set[Reason]:
    """Compare somebody with `BASE`; return what is found."""
    given = {"id": 2, "name": "Somebody Else", "emails": ("else@example.org",)} | values
    found = find_likenesses([BASE, Sketch(**given)])  # type: ignore[arg-type]  # its fields
    return set(found[0].reasons) if found else set()


@pytest.mark.parametrize(
    ("values", "wanted"),
    [
        pytest.param({}, set(), id="nothing"),
        pytest.param({"name": "Ana Torres Vega"}, set(), id="a-name-alone-says-nothing"),
        pytest.param(
            {"name": "VEGA  TORRES, aná", "emails": ("ana@home.example.org",)},
            {Reason.SAME_NAME_AND_LOCAL_PART},
            id="case-accents-and-order",
        ),
        pytest.param(
            {"emails": ("ana+soar@clinic.example.org",)}, {Reason.SAME_MAILBOX}, id="a-tag"
        ),
        pytest.param({"emails": ("ana@home.example.org",)}, set(), id="a-local-part-alone"),
    ],
)
def test_two_accounts_share(values: dict[str, object], wanted: set[Reason]) -> None:
    assert reasons(**values) == wanted


def test_the_likeliest_come_first() -> None:
    people = [
        Sketch(1, "Ana Vega", ("a@x.example",), "nurse", "TX", frozenset({7})),
        Sketch(2, "Ana Vega", ("b@x.example",), "nurse", "TX"),
        Sketch(3, "Vega Ana", ("c@x.example",), None, None, frozenset({7})),
    ]

    assert find_likenesses(people) == [
        Likeness(1, 3, frozenset({Reason.SAME_NAME_AND_COHORT})),
        Likeness(1, 2, frozenset({Reason.SAME_NAME_AND_PRACTICE})),
    ]


def test_several_reasons_add_up() -> None:
    both = [
        Sketch(number, "Ana Vega", (f"ana.vega@{number}.example",), "nurse", "TX")
        for number in (1, 2)
    ]

    (found,) = find_likenesses(both)

    assert found.score == 6


def test_what_too_many_share_says_nothing() -> None:
    people = [
        Sketch(number, "María García", (f"m{number}@x.example",), "nurse", "CA")
        for number in range(MOST_ALIKE + 1)
    ]

    assert find_likenesses(people) == []
    assert len(find_likenesses(people[1:])) == MOST_ALIKE * (MOST_ALIKE - 1) / 2


@pytest.mark.parametrize(
    ("email", "mailbox"),
    [
        ("Ana.Vega+x@Gmail.com", ("anavega", "gmail.com")),
        ("anavega@googlemail.com", ("anavega", "gmail.com")),
        ("ana.vega@example.org", ("ana.vega", "example.org")),
        ("ana+a+b@example.org", ("ana", "example.org")),
    ],
)
def test_addresses_of_one_mailbox_are_known(email: str, mailbox: tuple[str, str]) -> None:
    assert split_mailbox(email) == mailbox


@pytest.mark.parametrize(
    ("name", "words"),
    [
        ("\u210cana", ("hana",)),  # a black-letter capital, which decomposes into a plain one
        ("\u3392", ("mhz",)),  # one sign that stands for three letters, two of them capitals
        ("STRASSE", ("strasse",)),
        ("Stra\u00dfe", ("strasse",)),
    ],
)
def test_a_letter_is_the_same_however_it_is_encoded(name: str, words: tuple[str, ...]) -> None:
    assert normalize_name(name) == words


@given(st.text(st.characters(max_codepoint=127), max_size=40))
def test_plain_letters_have_the_words_that_they_have_beside_an_accent(name: str) -> None:
    assert normalize_name(f"{name} \u00e9") == tuple(sorted((*normalize_name(name), "e")))


@given(st.text(max_size=40))
def test_a_name_is_the_same_in_capitals_and_backwards(name: str) -> None:
    key = normalize_name(name)

    assert normalize_name(" ".join(reversed(key))) == key
    assert list(key) == sorted(key)


@given(
    st.lists(
        st.builds(
            Sketch,
            id=st.integers(1, 9),
            name=st.sampled_from(["Ana", "Eva"]),
            emails=st.tuples(st.sampled_from(["a@x.example", "a+b@x.example", "c@y.example"])),
        ),
        unique_by=lambda sketch: sketch.id,
    )
)
def test_no_pair_is_found_twice_or_with_itself(people: list[Sketch]) -> None:
    pairs = [(item.first, item.second) for item in find_likenesses(people)]

    assert len(pairs) == len(set(pairs))
    assert all(first < second for first, second in pairs)


def test_people_are_compared_by_what_they_verified_and_only_if_they_can_sign_in(
    context: Flask,
) -> None:
    with transaction():
        ana = make_person(email="ana@example.org", name="Ana")
        add_email(ana, "claimed@example.org", NOW)
        make_person().active = False
        make_person().confirmed_at = None

    with queries_of(context) as statements:
        found = list_sketches()

    assert found == [Sketch(ana.id, "Ana", ("ana@example.org",))]
    assert len(statements) == 2
