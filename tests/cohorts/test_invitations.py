"""Invitations: a line of the roster belongs to whoever accepts it."""

from __future__ import annotations

import hashlib
from collections.abc import Callable
from datetime import timedelta
from functools import partial

import pytest
from click.testing import CliRunner
from flask import Flask
from sqlalchemy import select
from sqlalchemy.exc import IntegrityError

from soar_lms.accounts import emails
from soar_lms.accounts.models import Person, PersonEmail
from soar_lms.administration.merging import merge_people
from soar_lms.administration.undoing import undo_merge
from soar_lms.audit.models import AuditEntry
from soar_lms.audit.services import Actor
from soar_lms.cli import main
from soar_lms.clock import utc_now
from soar_lms.cohorts import invitations, services
from soar_lms.cohorts.filters import Waiting
from soar_lms.cohorts.invitation_list import LineState, list_roster
from soar_lms.cohorts.invitations import Outcome
from soar_lms.cohorts.models import Cohort, CohortMember, RosterLine
from soar_lms.cohorts.roster import Entry
from soar_lms.database import db, transaction
from soar_lms.errors import NotFoundError
from soar_lms.learning.renewal import Status
from soar_lms.messages.models import OutboxMessage
from tests.cohorts.conftest import report_of
from tests.factories import NOW
from tests.support.mail import token_in
from tests.support.queries import statements_of
from tests.support.together import at_once

ANA = Entry("Ana Vega", "ana@clinic.example.org")
BEN = Entry("", "ben@clinic.example.org")
MakePerson = Callable[..., Person]
Invite = Callable[..., Outcome]


@pytest.fixture
def invite(app: Flask, cohort: Cohort, trainer: Person) -> Invite:
    """Return a function that lets the trainer invite people."""

    def do(*entries: Entry) -> Outcome:
        with app.app_context(), transaction():
            return invitations.invite(
                cohort, entries or [ANA], inviter=trainer, language="en", now=NOW
            )

    return do


@pytest.fixture
def token(context: Flask, invite: Invite) -> str:
    """Return the secret that Ana got."""
    invite()
    return newest_token()


def newest_token() -> str:
    mails = select(OutboxMessage).where(OutboxMessage.kind == "invitation")
    return token_in(list(db.session.scalars(mails.order_by(OutboxMessage.id)))[-1])


def lines() -> list[RosterLine]:
    db.session.expire_all()
    return list(db.session.scalars(select(RosterLine).order_by(RosterLine.email)))


def actions() -> list[tuple[str, int | None, int | None]]:
    entries = db.session.scalars(select(AuditEntry).order_by(AuditEntry.id))
    return [(entry.action, entry.actor_id, entry.person_id) for entry in entries]


def accept(token: str, person: Person, *, adds_address: bool = False) -> None:
    with transaction():
        invitations.accept(
            token, db.session.get_one(Person, person.id), adds_address=adds_address, now=NOW
        )


# --- inviting -----------------------------------------------------------------------------------


def test_the_secret_stands_in_the_e_mail_and_nowhere_else(
    context: Flask, cohort: Cohort, trainer: Person, token: str
) -> None:
    (line,) = lines()

    assert line.token_hash == hashlib.sha256(token.encode()).hexdigest()
    assert (line.name, line.email, line.invitations_sent) == ("Ana Vega", ANA.email, 1)
    assert line.expires_at == NOW + timedelta(days=60)
    assert len(token) >= 22  # 128 bits
    assert actions() == [("invited", trainer.id, None)]


def test_nobody_is_invited_twice(context: Flask, invite: Invite) -> None:
    first, second = invite(ANA), invite(ANA, BEN)

    assert (first, second) == (Outcome(1, 0, 0), Outcome(1, 1, 0))
    assert [line.email for line in lines()] == [ANA.email, BEN.email]
    assert db.session.query(OutboxMessage).count() == 2


def test_whoever_is_in_the_group_is_not_invited_by_any_verified_address(
    context: Flask, cohort: Cohort, invite: Invite, person: MakePerson
) -> None:
    member = person(email="ana@home.example.org")
    with transaction():
        services.join_cohort(cohort, member, NOW)
        for email, verified_at in ((ANA.email, NOW), (BEN.email, None)):
            db.session.add(
                PersonEmail(person_id=member.id, email=email, added_at=NOW, verified_at=verified_at)
            )

    outcome = invite(Entry("", "ana@home.example.org"), ANA, BEN)

    assert outcome == Outcome(invited=1, known=0, members=2)
    assert [line.email for line in lines()] == [BEN.email]


def test_inviting_nobody_leaves_no_trace(context: Flask, invite: Invite, token: str) -> None:
    invite(ANA)

    assert len(actions()) == 1
    assert len(lines()) == 1


def test_people_invited_twice_at_once_get_one_e_mail(
    app: Flask, cohort: Cohort, trainer: Person
) -> None:
    outcomes = at_once(
        app,
        partial(db.session.get_one, Cohort, cohort.id),
        lambda found: invitations.invite(
            found, [ANA, BEN], inviter=trainer, language="en", now=NOW
        ),
    )

    assert sorted(outcome.invited for outcome in outcomes) == [0, 0, 2]
    with app.app_context():
        assert len(lines()) == db.session.query(OutboxMessage).count() == 2


# --- sending again, removing --------------------------------------------------------------------


def test_a_new_e_mail_ends_the_link_of_the_old_one(
    context: Flask, cohort: Cohort, trainer: Person, token: str
) -> None:
    later = NOW + timedelta(days=70)
    with transaction():
        assert invitations.send_again(cohort, lines()[0].id, sent=1, inviter=trainer, now=later)

    with pytest.raises(NotFoundError):
        invitations.get_invitation(token, None, later)
    line, found = invitations.get_invitation(newest_token(), None, later)
    assert (line.invitations_sent, line.expires_at) == (2, later + timedelta(days=60))
    assert found.id == cohort.id


def test_clicks_at_once_send_one_e_mail(
    app: Flask, cohort: Cohort, trainer: Person, token: str
) -> None:
    line_id = lines()[0].id

    sent = at_once(
        app,
        partial(db.session.get_one, Cohort, cohort.id),
        lambda found: invitations.send_again(found, line_id, sent=1, inviter=trainer, now=NOW),
    )

    assert sorted(sent) == [False, False, True]
    assert lines()[0].invitations_sent == 2


def test_a_line_that_is_removed_has_no_link_and_can_be_removed_again(
    context: Flask, cohort: Cohort, trainer: Person, token: str
) -> None:
    line_id = lines()[0].id
    for _ in range(2):
        with transaction():
            invitations.withdraw(cohort, line_id, actor=trainer, now=NOW)

    assert lines() == []
    assert [action for action, _, _ in actions()] == ["invited", "invitation-withdrawn"]
    with pytest.raises(NotFoundError):
        invitations.get_invitation(token, None, NOW)
    with pytest.raises(NotFoundError), transaction():
        invitations.send_again(cohort, line_id, sent=1, inviter=trainer, now=NOW)


def test_an_accepted_line_is_neither_sent_nor_removed(
    context: Flask, cohort: Cohort, trainer: Person, learner: Person, token: str
) -> None:
    accept(token, learner)
    line_id = lines()[0].id

    with pytest.raises(invitations.InvitationClosedError), transaction():
        invitations.send_again(cohort, line_id, sent=1, inviter=trainer, now=NOW)
    with pytest.raises(invitations.InvitationClosedError), transaction():
        invitations.withdraw(cohort, line_id, actor=trainer, now=NOW)
    assert len(lines()) == 1


def test_a_line_of_another_group_is_out_of_reach(
    context: Flask, make_cohort: Callable[..., Cohort], trainer: Person, token: str
) -> None:
    other, line_id = make_cohort(name="Other"), lines()[0].id

    with transaction():
        invitations.withdraw(other, line_id, actor=trainer, now=NOW)
    with pytest.raises(NotFoundError), transaction():
        invitations.send_again(other, line_id, sent=1, inviter=trainer, now=NOW)

    assert lines()[0].invitations_sent == 1


# --- accepting ----------------------------------------------------------------------------------


def test_a_line_is_bound_to_whoever_accepts_whatever_the_address(
    context: Flask, cohort: Cohort, learner: Person, token: str
) -> None:
    accept(token, learner)

    (line,) = lines()
    assert (line.person_id, line.accepted_at) == (learner.id, NOW)
    assert services.list_member_ids(cohort) == [learner.id]
    assert actions()[-1] == ("invitation-accepted", learner.id, learner.id)
    assert [row.email for row in emails.list_emails(learner.id)] == [learner.email]


def test_accepting_twice_is_accepting_once(
    context: Flask, cohort: Cohort, learner: Person, token: str
) -> None:
    for _ in range(2):
        accept(token, learner)

    assert [action for action, _, _ in actions()] == ["invited", "invitation-accepted"]
    assert db.session.query(CohortMember).count() == 1


def test_of_two_who_accept_at_once_one_is_bound_and_the_other_told(
    app: Flask, cohort: Cohort, person: MakePerson, token: str
) -> None:
    turns = iter([person(), person()])

    def try_to_accept(someone: Person) -> str:
        try:
            invitations.accept(token, someone, adds_address=False, now=NOW)
        except invitations.InvitationTakenError:
            return "taken"
        return "bound"

    results = at_once(
        app, lambda: db.session.get_one(Person, next(turns).id), try_to_accept, threads=2
    )

    assert sorted(results) == ["bound", "taken"]
    assert services.list_member_ids(cohort) == [lines()[0].person_id]


def test_an_invitation_works_until_it_expires(context: Flask, learner: Person, token: str) -> None:
    end = NOW + timedelta(days=60)
    invitations.get_invitation(token, None, end - timedelta(seconds=1))

    with pytest.raises(invitations.InvitationOverError):
        invitations.get_invitation(token, learner, end)
    with pytest.raises(invitations.InvitationOverError), transaction():
        invitations.accept(token, learner, adds_address=False, now=end)
    assert lines()[0].accepted_at is None


def test_who_accepted_can_open_the_link_afterwards_and_nobody_else(
    context: Flask, learner: Person, person: MakePerson, token: str
) -> None:
    accept(token, learner)
    later = NOW + timedelta(days=100)

    line, _ = invitations.get_invitation(token, learner, later)
    assert line.person_id == learner.id
    for other in (None, person()):
        with pytest.raises(invitations.InvitationTakenError):
            invitations.get_invitation(token, other, later)


@pytest.mark.parametrize("wrong", ["", "nonsense", "' OR 1=1 --", "%", "\u2603" * 500, "\ud800"])
def test_a_link_that_never_was_is_not_found(context: Flask, token: str, wrong: str) -> None:
    with pytest.raises(NotFoundError):
        invitations.get_invitation(wrong, None, NOW)


def test_the_hash_in_the_database_is_no_way_in(context: Flask, token: str) -> None:
    with pytest.raises(NotFoundError):
        invitations.get_invitation(lines()[0].token_hash, None, NOW)


# --- the address --------------------------------------------------------------------------------


def test_the_address_becomes_theirs_if_they_want_it(
    context: Flask, learner: Person, token: str
) -> None:
    accept(token, learner, adds_address=True)

    assert {row.email for row in emails.list_emails(learner.id) if row.verified_at} == {
        learner.email,
        ANA.email,
    }
    mails = list(db.session.scalars(select(OutboxMessage)))
    assert [(mail.kind, mail.recipient) for mail in mails[1:]] == [
        ("addresses-changed", learner.email)
    ]
    assert [action for action, _, _ in actions()][-1] == "email-added"


def test_an_address_of_another_account_is_not_taken_and_nothing_is_half_done(
    context: Flask, cohort: Cohort, learner: Person, person: MakePerson, token: str
) -> None:
    person(email=ANA.email)
    assert not emails.may_add_proven(learner.id, ANA.email)

    with pytest.raises(emails.EmailOfAnotherAccountError):
        accept(token, learner, adds_address=True)

    db.session.rollback()
    assert lines()[0].accepted_at is None
    assert services.list_member_ids(cohort) == []


def test_an_account_with_all_its_addresses_is_not_offered_one_more(
    context: Flask, learner: Person, token: str
) -> None:
    assert emails.may_add_proven(learner.id, ANA.email)
    with transaction():
        for number in range(emails.MOST_EMAILS - 1):
            db.session.add(
                PersonEmail(person_id=learner.id, email=f"{number}@example.org", added_at=NOW)
            )

    assert not emails.may_add_proven(learner.id, ANA.email)
    assert emails.may_add_proven(learner.id, "0@example.org")
    with pytest.raises(emails.TooManyEmailsError):
        accept(token, learner, adds_address=True)


# --- the list and the report --------------------------------------------------------------------


def test_the_list_says_how_far_everybody_is(
    context: Flask, cohort: Cohort, invite: Invite, learner: Person, person: MakePerson, token: str
) -> None:
    accept(token, learner)
    invite(BEN, Entry("Carla", "carla@example.org"), Entry("", "dan@example.org"))
    carla = person(email="carla@example.org")
    with transaction():
        services.join_cohort(cohort, carla, NOW)
        last = lines()[-1]
        last.invited_at, last.expires_at = NOW - timedelta(days=60), NOW

    found = list_roster(cohort, NOW)

    listed = found.rows
    assert found.counts == dict.fromkeys(LineState, 1)
    assert [(item.line.email, item.state) for item in listed] == [
        (BEN.email, LineState.OPEN),
        ("dan@example.org", LineState.EXPIRED),
        ("carla@example.org", LineState.JOINED),
        (ANA.email, LineState.ACCEPTED),
    ]
    assert [item.person.id if item.person else None for item in listed] == [
        None,
        None,
        None,
        learner.id,
    ]


def test_the_report_has_those_who_have_not_accepted_and_nothing_more_about_them(
    context: Flask, cohort: Cohort, invite: Invite, learner: Person, person: MakePerson, token: str
) -> None:
    accept(token, learner)
    invite(BEN, Entry("Carla", "carla@example.org"))
    carla = person(email="carla@example.org", name="Carla")
    with transaction():
        services.join_cohort(cohort, carla, NOW)

    rows = report_of(cohort).list_rows()

    invited = rows[0]
    assert (invited.person_id, invited.name, invited.email) == (None, "", BEN.email)
    assert (invited.setting, invited.left, invited.completed_on) == (None, (), None)
    counts = report_of(cohort).count()
    assert [counts.of(state) for state in (Waiting.INVITED, Status.NOT_STARTED)] == [1, 2]
    assert counts.of() == len(rows) == 3


def test_the_report_counts_the_invited_in_each_module(
    context: Flask, make_cohort: Callable[..., Cohort], trainer: Person
) -> None:
    cohort = make_cohort(module_ids=["soar-to-health-and-wellness", "gone"])
    with transaction():
        invitations.invite(cohort, [ANA, BEN], inviter=trainer, language="en", now=NOW)

    rows = report_of(cohort).list_rows()

    assert [(row.email, row.module_id) for row in rows] == [
        (ANA.email, "soar-to-health-and-wellness"),
        (BEN.email, "soar-to-health-and-wellness"),
    ]


def test_inviting_many_asks_as_often_as_inviting_few(
    context: Flask, cohort: Cohort, trainer: Person
) -> None:
    costs = []
    for many in (2, 60):
        entries = [Entry("", f"{many}-{number}@example.org") for number in range(many)]
        with statements_of(db.engine) as statements, transaction():
            invitations.invite(cohort, entries, inviter=trainer, language="en", now=NOW)
        costs.append(sum(statement.startswith("SELECT") for statement in statements))

    assert costs == [6, 6]


# --- what happens to lines ----------------------------------------------------------------------


def test_two_accounts_made_one_keep_the_lines_of_both_and_an_undo_parts_them(
    context: Flask, person: MakePerson, token: str
) -> None:
    keep, other = person(), person()
    accept(token, other)

    with transaction():
        merge = merge_people(keep.id, other.id, actor=Actor(operator="root"), now=NOW)
    assert lines()[0].person_id == keep.id

    with transaction():
        undo_merge(merge.id, actor=Actor(operator="root"), now=NOW)
    assert lines()[0].person_id == other.id


def test_a_line_that_is_bound_says_since_when(context: Flask, learner: Person, token: str) -> None:
    with pytest.raises(IntegrityError, match="accepted_when_bound"), transaction():
        lines()[0].person_id = learner.id


def test_an_account_that_is_deleted_leaves_its_line_to_be_tidied_away(
    context: Flask, cohort: Cohort, learner: Person, token: str
) -> None:
    accept(token, learner)
    with transaction():
        db.session.query(CohortMember).delete()
        db.session.delete(db.session.get_one(Person, learner.id))
    assert lines()[0].person_id is None

    with transaction():
        assert invitations.tidy_roster(NOW) == 1
    assert lines() == []


def test_what_nobody_accepted_is_deleted_90_days_after_its_end(
    context: Flask, invite: Invite, learner: Person, token: str
) -> None:
    accept(token, learner)
    invite(BEN)
    end = NOW + timedelta(days=150)

    counts = []
    for moment in (end - timedelta(seconds=1), end, end):
        with transaction():
            counts.append(invitations.tidy_roster(moment))

    assert counts == [0, 1, 0]
    assert [line.email for line in lines()] == [ANA.email]


def test_the_command_says_how_many_it_deleted(app: Flask, invite: Invite) -> None:
    invite(ANA)
    with app.app_context(), transaction():
        (line,) = lines()
        line.invited_at = utc_now() - timedelta(days=200)
        line.expires_at = utc_now() - timedelta(days=91)

    result = CliRunner().invoke(main.commands["cohorts"], ["tidy"], obj=lambda: app)

    assert (result.exit_code, result.output) == (0, "Deleted 1 invitation.\n")
