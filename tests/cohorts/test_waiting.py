"""People who wait to be let into a group, and what becomes of them."""

from __future__ import annotations

from collections.abc import Callable
from datetime import timedelta

import pytest
from flask import Flask
from sqlalchemy import select

from soar_lms.accounts.models import Person
from soar_lms.administration.merging import merge_people
from soar_lms.audit.services import Actor
from soar_lms.cohorts import services, waiting
from soar_lms.cohorts.erasing import delete_places
from soar_lms.cohorts.models import Cohort, CohortMember, CohortState, JoinLink, JoinRequest
from soar_lms.cohorts.waiting import approve, decline, find_door, list_awaited, list_waiting
from soar_lms.database import db, transaction
from soar_lms.messages.models import OutboxMessage
from tests.factories import NOW
from tests.support.together import at_once

Outbox = Callable[[], list[OutboxMessage]]


@pytest.fixture
def link(context: Flask, cohort: Cohort) -> JoinLink:
    with transaction():
        link = db.session.scalars(select(JoinLink)).one()
        link.needs_approval = True
    return link


@pytest.fixture
def wait(link: JoinLink) -> Callable[..., None]:
    """Return a function that lets people wait, the first one longest."""

    def ask(*people: Person) -> None:
        with transaction():
            for place, person in enumerate(people):
                db.session.add(
                    JoinRequest(
                        cohort_id=link.cohort_id,
                        person_id=person.id,
                        link_id=link.id,
                        asked_at=NOW + timedelta(minutes=place),
                    )
                )
            db.session.get_one(JoinLink, link.id).uses += len(people)

    return ask


def members() -> list[int]:
    return list(db.session.scalars(select(CohortMember.person_id)))


def uses(link: JoinLink) -> int:
    return db.session.get_one(JoinLink, link.id, populate_existing=True).uses


def test_those_who_wait_are_listed_the_longest_first_in_pages(
    cohort: Cohort,
    wait: Callable[..., None],
    person: Callable[..., Person],
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    people = [person(name=f"Person {number}") for number in range(3)]
    wait(*people)
    monkeypatch.setattr(waiting, "ROWS_ON_A_PAGE", 2)

    pages = [list_waiting(cohort, asked) for asked in ("1", "2", "nonsense")]

    assert [[item.name for item in page.rows] for page in pages] == [
        ["Person 0", "Person 1"],
        ["Person 2"],
        ["Person 0", "Person 1"],
    ]
    assert find_door(cohort, NOW)[1] == 3


def test_who_is_let_in_is_a_member_and_told(
    cohort: Cohort,
    trainer: Person,
    wait: Callable[..., None],
    person: Callable[..., Person],
    outbox: Outbox,
) -> None:
    ana, ben = person(language="es"), person()
    wait(ana, ben)

    with transaction():
        assert approve(cohort, [ana.id], actor=trainer, now=NOW) == 1
    with transaction():
        assert approve(cohort, [ana.id], actor=trainer, now=NOW) == 0

    assert members() == [ana.id]
    assert [item.person_id for item in list_waiting(cohort, None).rows] == [ben.id]
    (mail,) = outbox()
    assert (mail.kind, mail.recipient, mail.language) == ("join-approved", ana.email, "es")


def test_a_place_of_somebody_declined_is_free_again(
    cohort: Cohort,
    trainer: Person,
    learner: Person,
    link: JoinLink,
    wait: Callable[..., None],
    outbox: Outbox,
) -> None:
    wait(learner)

    for _ in range(2):
        with transaction():
            decline(cohort, [learner.id], actor=trainer, now=NOW)

    assert (members(), uses(link)) == ([], 0)
    assert [mail.kind for mail in outbox()] == ["join-declined"]


def test_somebody_let_in_at_once_by_several_gets_one_e_mail(
    app: Flask,
    cohort: Cohort,
    trainer: Person,
    learner: Person,
    wait: Callable[..., None],
    outbox: Outbox,
) -> None:
    wait(learner)

    counts = at_once(
        app, lambda: None, lambda _: approve(cohort, [learner.id], actor=trainer, now=NOW)
    )

    assert sorted(counts) == [0, 0, 1]
    assert len(outbox()) == 1


@pytest.mark.parametrize(
    ("state", "error"),
    [
        (CohortState.CLOSED, services.GroupClosedError),
        (CohortState.ARCHIVED, services.GroupArchivedError),
    ],
)
def test_nobody_is_let_into_a_group_that_is_not_open(
    cohort: Cohort,
    trainer: Person,
    learner: Person,
    wait: Callable[..., None],
    state: CohortState,
    error: type[Exception],
) -> None:
    wait(learner)
    with transaction():
        db.session.get_one(Cohort, cohort.id).state = state

    with pytest.raises(error), transaction():
        approve(cohort, [learner.id], actor=trainer, now=NOW)

    assert list_awaited(learner.id) == ["Night shift"]


def test_who_comes_in_another_way_waits_no_more(
    cohort: Cohort, learner: Person, wait: Callable[..., None]
) -> None:
    wait(learner)

    with transaction():
        services.join_cohort(cohort, learner, NOW)

    assert list_awaited(learner.id) == []


# --- two accounts, and none ---------------------------------------------------------------------


def test_two_accounts_that_wait_are_one_that_waits_since_the_first(
    wait: Callable[..., None], person: Callable[..., Person]
) -> None:
    other, keep = person(), person()
    wait(other, keep)

    with transaction():
        merge_people(keep.id, other.id, actor=Actor(operator="root"), now=NOW)

    (row,) = db.session.scalars(select(JoinRequest))
    assert (row.person_id, row.asked_at) == (keep.id, NOW)


@pytest.mark.parametrize("who", ["keep", "other"])
def test_who_is_in_with_one_account_does_not_wait_with_the_other(
    cohort: Cohort, wait: Callable[..., None], person: Callable[..., Person], who: str
) -> None:
    people = {"keep": person(), "other": person()}
    member = people[who]
    wait(*(each for name, each in people.items() if name != who))
    with transaction():
        services.join_cohort(cohort, member, NOW)

    with transaction():
        merge_people(people["keep"].id, people["other"].id, actor=Actor(operator="root"), now=NOW)

    assert db.session.query(JoinRequest).count() == 0
    assert members() == [people["keep"].id]


def test_who_is_erased_waits_nowhere(learner: Person, wait: Callable[..., None]) -> None:
    wait(learner)

    with transaction():
        delete_places([learner.id], [learner.email])

    assert db.session.query(JoinRequest).count() == 0
