"""What a trainer types into the box of people to invite."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from soar_lms.cohorts.roster import (
    LONGEST_NAME,
    BadLine,
    Entry,
    Fault,
    list_lines,
    read_roster,
)


def read_address(text: str) -> str:
    """Stand in for the reader of addresses: what has one @ and no space is one."""
    name, found, host = text.partition("@")
    if not found or not name or not host or "@" in host or len(text.split()) != 1:
        raise ValueError(text)
    return text.lower()


@pytest.mark.parametrize(
    ("line", "name"),
    [
        ("ana@example.org", ""),
        ("  ANA@Example.org  ", ""),
        ("<ana@example.org>", ""),
        ("Ana Vega <ana@example.org>", "Ana Vega"),
        ("Vega, Ana <ana@example.org>", "Vega, Ana"),
        ('"Ana Vega" <ana@example.org>', "Ana Vega"),
        ("Ana Vega <ana@example.org>,", "Ana Vega"),
        ("Ana  Vega,ana@example.org", "Ana Vega"),
        ("Vega, Ana, ana@example.org", "Vega, Ana"),
        ("Ana Vega; ana@example.org;", "Ana Vega"),
        ("Ana Vega\tana@example.org", "Ana Vega"),
        ("Ana\tVega\tana@example.org", "Ana Vega"),
        (", ana@example.org", ""),
        ("-, ana@example.org", ""),
        ("Nguyễn Thị Hòa, ana@example.org", "Nguyễn Thị Hòa"),
        (f"{'x' * LONGEST_NAME}, ana@example.org", "x" * LONGEST_NAME),
    ],
)
def test_a_line_names_one_person(line: str, name: str) -> None:
    roster = read_roster(line, read_address)

    assert roster.entries == (Entry(name, "ana@example.org"),)
    assert (roster.bad, roster.repeats) == ((), 0)


@pytest.mark.parametrize(
    ("line", "fault"),
    [
        ("Ana Vega", Fault.NO_ADDRESS),
        ("ana@", Fault.NO_ADDRESS),
        ("Ana ana@example.org", Fault.NO_ADDRESS),
        ("ana@example.org, Ana", Fault.SEVERAL),
        ("<>", Fault.NO_ADDRESS),
        ("Ana <ana@example.org> Vega", Fault.NO_ADDRESS),
        (",;,", Fault.NO_ADDRESS),
        ("ana@example.org, ben@example.org", Fault.SEVERAL),
        ("ana@example.org <ana@example.org>", Fault.SEVERAL),
        (f"{'x' * (LONGEST_NAME + 1)}, ana@example.org", Fault.LONG_NAME),
    ],
)
def test_a_line_that_names_nobody_is_kept_as_it_was_typed(line: str, fault: Fault) -> None:
    roster = read_roster(f"ben@example.org\n{line}\n", read_address)

    assert roster.entries == (Entry("", "ben@example.org"),)
    assert roster.bad == (BadLine(line, fault),)


def test_an_address_that_stands_twice_is_one_person_under_the_first_name() -> None:
    text = "Ana, ana@example.org\r\nAnn, ANA@example.org\rben@example.org"

    roster = read_roster(text, read_address)

    assert roster.entries == (Entry("Ana", "ana@example.org"), Entry("", "ben@example.org"))
    assert roster.repeats == 1


pieces = st.sampled_from(["Ana", "ana@example.org", "b@c", "@", ",", ";", "\t", "<", ">", " ", '"'])
lines = st.lists(pieces, max_size=8).map("".join) | st.text(max_size=30)


@given(st.lists(lines, max_size=12), st.sampled_from(["\n", "\r\n", "\r"]))
def test_every_line_that_is_not_blank_is_counted_once(typed: list[str], end: str) -> None:
    text = end.join(typed)

    roster = read_roster(text, read_address)

    counted = len(roster.entries) + len(roster.bad) + roster.repeats
    assert counted == len(list_lines(text))
    assert len({entry.email for entry in roster.entries}) == len(roster.entries)
    assert all(
        len(entry.name) <= LONGEST_NAME and "@" not in entry.name for entry in roster.entries
    )


@given(st.lists(lines, max_size=12))
def test_what_is_bad_stays_bad_when_it_is_sent_again_alone(typed: list[str]) -> None:
    bad = read_roster("\n".join(typed), read_address).bad

    again = read_roster("\n".join(line.text for line in bad), read_address)

    assert again.bad == bad
    assert again.entries == ()
