"""What can happen in a group that is open, closed, or in the archive."""

from __future__ import annotations

from collections.abc import Callable

import pytest
from flask import Flask

from soar_lms.accounts.models import Person
from soar_lms.cohorts import services
from soar_lms.cohorts.invitations import accept, get_invitation, invite, send_again, withdraw
from soar_lms.cohorts.models import Cohort, CohortMember, CohortState, RosterLine
from soar_lms.cohorts.roster import Entry
from soar_lms.database import db, transaction
from soar_lms.messages.models import OutboxMessage
from tests.factories import NOW
from tests.support.mail import token_in

ENTRIES = [Entry("", "invited@example.org")]


@pytest.fixture
def line(context: Flask, cohort: Cohort, trainer: Person) -> RosterLine:
    with transaction():
        invite(cohort, ENTRIES, inviter=trainer, language="en", now=NOW)
    return db.session.query(RosterLine).one()


def put_into(cohort: Cohort, state: CohortState) -> None:
    with transaction():
        db.session.get_one(Cohort, cohort.id).state = state


def test_a_group_of_a_stale_page_is_judged_by_what_it_is_now(
    context: Flask, cohort: Cohort
) -> None:
    assert cohort.state == CohortState.OPEN
    put_into(cohort, CohortState.ARCHIVED)

    with pytest.raises(services.GroupArchivedError):
        services.require_running(cohort)


@pytest.mark.parametrize(
    ("state", "error"),
    [
        (CohortState.CLOSED, services.GroupClosedError),
        (CohortState.ARCHIVED, services.GroupArchivedError),
    ],
)
def test_nobody_is_invited_to_a_group_that_is_not_open(
    cohort: Cohort, trainer: Person, line: RosterLine, state: CohortState, error: type[Exception]
) -> None:
    put_into(cohort, state)

    with pytest.raises(error), transaction():
        invite(cohort, [Entry("", "b@example.org")], inviter=trainer, language="en", now=NOW)
    with pytest.raises(error), transaction():
        send_again(cohort, line.id, sent=1, inviter=trainer, now=NOW)
    assert db.session.query(OutboxMessage).count() == 1


def test_an_invitation_can_be_taken_back_until_the_archive(
    cohort: Cohort, trainer: Person, line: RosterLine
) -> None:
    put_into(cohort, CohortState.ARCHIVED)
    with pytest.raises(services.GroupArchivedError), transaction():
        withdraw(cohort, line.id, actor=trainer, now=NOW)

    put_into(cohort, CohortState.CLOSED)
    with transaction():
        withdraw(cohort, line.id, actor=trainer, now=NOW)

    assert db.session.query(RosterLine).count() == 0


def test_a_link_of_the_archive_stays_as_it_is(context: Flask, cohort: Cohort) -> None:
    link = services.find_open_link(cohort, NOW)
    assert link is not None
    put_into(cohort, CohortState.ARCHIVED)

    with pytest.raises(services.GroupArchivedError), transaction():
        services.replace_link(cohort, NOW)

    assert services.find_open_link(cohort, NOW) == link


@pytest.mark.parametrize("state", [CohortState.CLOSED, CohortState.ARCHIVED])
def test_an_invitation_to_a_group_that_is_not_open_lets_nobody_in(
    cohort: Cohort,
    line: RosterLine,
    learner: Person,
    outbox: Callable[[], list[OutboxMessage]],
    state: CohortState,
) -> None:
    token = token_in(outbox()[0])
    put_into(cohort, state)

    with pytest.raises(services.NobodyJoinsError):
        get_invitation(token, learner, NOW)
    with pytest.raises(services.NobodyJoinsError), transaction():
        accept(token, db.session.get_one(Person, learner.id), adds_address=False, now=NOW)
    assert db.session.query(CohortMember).count() == 0


def test_who_is_in_a_closed_group_still_finds_the_invitation(
    cohort: Cohort,
    line: RosterLine,
    learner: Person,
    outbox: Callable[[], list[OutboxMessage]],
) -> None:
    token = token_in(outbox()[0])
    with transaction():
        accept(token, db.session.get_one(Person, learner.id), adds_address=False, now=NOW)
    put_into(cohort, CohortState.CLOSED)

    found, _ = get_invitation(token, learner, NOW)

    assert found.person_id == learner.id
