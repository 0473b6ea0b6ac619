"""The list of invitations, turned page by page: nothing is shown twice, and nothing is left out."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from datetime import timedelta

import pytest
from flask import Flask
from sqlalchemy import delete, select, update

from soar_lms.accounts.models import Person
from soar_lms.cohorts import invitations, services
from soar_lms.cohorts.invitation_list import (
    InvitationList,
    LineState,
    LineTurn,
    list_roster,
    read_line_turn,
)
from soar_lms.cohorts.models import Cohort, RosterLine
from soar_lms.cohorts.roster import Entry
from soar_lms.database import db, transaction
from tests.factories import NOW, make_person

pytestmark = pytest.mark.usefixtures("context")

NAMES = ("Ana", "ána", "Ana", "", "Ben Vega", "", "Zoe", "Élise", "ben vega", "Carla", "Dan", "Eva")
"""Some stand at the same place in the order of names; the addresses are in the other direction."""


@pytest.fixture
def roster(app: Flask, cohort: Cohort, trainer: Person) -> Cohort:
    """Return a group with three invitations of each state, all sent at the same moment."""
    entries = [Entry(name, f"p{99 - number}@example.org") for number, name in enumerate(NAMES)]
    with transaction():
        invitations.invite(cohort, entries, inviter=trainer, language="en", now=NOW)
        for entry in entries[3:12:4]:
            services.join_cohort(cohort, make_person(email=entry.email), NOW)
    for number in range(4, 12, 4):
        set_line(entries[number].email, expires_at=NOW, invited_at=NOW - timedelta(days=60))
        set_line(entries[number + 1].email, accepted_at=NOW)
    return cohort


def set_line(email: str, **values: object) -> None:
    with transaction():
        db.session.execute(update(RosterLine).where(RosterLine.email == email).values(values))


def remove_line(line_id: int) -> None:
    with transaction():
        db.session.execute(delete(RosterLine).where(RosterLine.id == line_id))


def numbers(page: InvitationList) -> list[int]:
    return [item.line.id for item in page.rows]


def turn_over(
    cohort: Cohort, turn_of: Callable[[InvitationList], LineTurn | None], turn: LineTurn | None
) -> Iterator[InvitationList]:
    page = list_roster(cohort, NOW, turn, 2)
    yield page
    while following := turn_of(page):
        page = list_roster(cohort, NOW, following, 2)
        yield page


def test_forwards_every_line_is_shown_once_in_the_order_of_the_whole(roster: Cohort) -> None:
    whole = list_roster(roster, NOW)

    pages = list(turn_over(roster, lambda page: page.after, None))

    assert {item.state for item in whole.rows} == set(LineState)
    assert [number for page in pages for number in numbers(page)] == numbers(whole)
    assert (pages[0].before, whole.before, whole.after) == (None, None, None)


def test_backwards_the_same_pages_come_again(roster: Cohort) -> None:
    pages = list(turn_over(roster, lambda page: page.after, None))

    back = list(turn_over(roster, lambda page: page.before, pages[-1].before))

    assert [numbers(page) for page in reversed(back)] == [numbers(page) for page in pages[:-1]]


@pytest.mark.parametrize("size", [2, 3, 5])
def test_what_is_removed_meanwhile_moves_nothing_out_of_sight(roster: Cohort, size: int) -> None:
    """By numbers of pages, the first line of the second page would be skipped."""
    rest = numbers(list_roster(roster, NOW))[size:]
    page = list_roster(roster, NOW, size=size)
    remove_line(page.rows[0].line.id)

    following = list_roster(roster, NOW, page.after)

    assert numbers(following) == rest


def test_whoever_accepts_meanwhile_keeps_the_place_at_which_the_page_begins(roster: Cohort) -> None:
    rest = numbers(list_roster(roster, NOW))[2:]
    page = list_roster(roster, NOW, size=2)
    set_line(page.rows[1].line.email, accepted_at=NOW)

    following = list_roster(roster, NOW, page.after)

    assert [number for number in numbers(following) if number in rest] == rest


def test_where_the_line_of_the_turn_is_gone_the_list_begins_again(roster: Cohort) -> None:
    page = list_roster(roster, NOW, size=2)
    remove_line(page.rows[1].line.id)

    following = list_roster(roster, NOW, page.after, 2)

    assert following.before is None
    assert numbers(following)[0] == page.rows[0].line.id


def test_a_line_of_another_group_is_no_place_to_begin(
    roster: Cohort, make_cohort: Callable[..., Cohort], trainer: Person
) -> None:
    other = make_cohort(name="Other")
    with transaction():
        entry = Entry("Ana", "ana@example.org")
        invitations.invite(other, [entry], inviter=trainer, language="en", now=NOW)
    number = db.session.scalars(select(RosterLine.id).where(RosterLine.cohort_id == other.id)).one()

    found = list_roster(roster, NOW, LineTurn(LineState.OPEN, number))

    assert numbers(found) == numbers(list_roster(roster, NOW))


@pytest.mark.parametrize(
    ("asked", "turn"),
    [
        ({"after": "open.7"}, LineTurn(LineState.OPEN, 7)),
        ({"before": "accepted.7"}, LineTurn(LineState.ACCEPTED, 7, backwards=True)),
        ({}, None),
        ({"page": "2"}, None),
        ({"after": "open"}, None),
        ({"after": "open.x"}, None),
        ({"after": "open.-1"}, None),
        ({"after": "nonsense.7"}, None),
        ({"after": "open.99999999999999999999"}, None),
    ],
)
def test_an_address_says_where_a_page_begins(asked: dict[str, str], turn: LineTurn | None) -> None:
    assert read_line_turn(asked) == turn
