"""Erasing a person: what goes, what stays without a name, and who cannot go."""

from __future__ import annotations

from collections.abc import Callable

import pytest
from click.testing import CliRunner, Result
from flask import Flask
from sqlalchemy import select

from soar_lms.access import Role
from soar_lms.accounts.erasing import ErasureRefusedError
from soar_lms.accounts.models import Person
from soar_lms.administration.commands import people as command
from soar_lms.administration.erasing import Fate, erase_person, plan_erasure
from soar_lms.assessments.models import EvaluationResponse
from soar_lms.audit.models import AuditEntry
from soar_lms.catalogue.model import Module
from soar_lms.certificates import services
from soar_lms.certificates.documents import DocumentErasedError, make_document
from soar_lms.certificates.models import Certificate, Status
from soar_lms.certificates.revoking import revoke_certificates
from soar_lms.cohorts import services as cohorts
from soar_lms.database import db, transaction
from soar_lms.errors import NotFoundError
from soar_lms.messages.models import OutboxMessage
from tests.administration.conftest import ROOT, Pair
from tests.factories import NOW, make_certificate, make_person
from tests.rules.world import read_database
from tests.support.together import at_once


@pytest.fixture
def holder(context: Flask) -> Person:
    with transaction():
        return make_person(email="ana@example.org", name="Ana Torres")


@pytest.fixture
def code(holder: Person, module: Module) -> str:
    with transaction():
        return make_certificate(holder, module).code


def erase(person: Person) -> None:
    with transaction():
        erase_person(person.id, actor=ROOT, now=NOW)


# --- the certificate ----------------------------------------------------------------------------


def test_a_certificate_stays_without_a_name_and_still_answers(holder: Person, code: str) -> None:
    erase(holder)

    left = services.get_certificate(code)
    assert (left.name, left.person_id, left.enrolment_id, left.setting) == ("", None, None, "")
    assert (left.erased_at, left.status_at(NOW)) == (NOW, Status.VALID)


def test_a_revoked_one_stays_revoked_without_what_was_written_about_them(
    holder: Person, code: str
) -> None:
    number = services.get_certificate(code).id
    with transaction():
        revoke_certificates(
            [number], reason="Ana was not there", revocation="20261122-ABCDEF", actor=ROOT, now=NOW
        )

    erase(holder)

    left = services.get_certificate(code)
    assert (left.status_at(NOW), left.revoked_reason) == (Status.REVOKED, "")


def test_its_document_cannot_be_made_any_more(holder: Person, code: str) -> None:
    erase(holder)

    with pytest.raises(DocumentErasedError):
        make_document(services.get_certificate(code))


# --- everything else ----------------------------------------------------------------------------


def test_what_is_theirs_goes_and_what_is_nobodys_or_others_stays(
    context: Flask, holder: Person, code: str, module: Module
) -> None:
    with transaction():
        other = make_person()
        make_certificate(other, module)
        cohort = cohorts.create_cohort(
            holder, name="Night shift", organisation=None, module_ids=[module.id], now=NOW
        )
        for each in (holder, other):
            cohorts.join_cohort(cohort, each, NOW)
    answers = db.session.query(EvaluationResponse).count()

    erase(holder)

    assert list(db.session.scalars(select(Person.id))) == [other.id]
    assert cohorts.list_member_ids(cohort) == [other.id]
    assert db.session.query(EvaluationResponse).count() == answers == 2
    recipients = set(db.session.scalars(select(OutboxMessage.recipient)))
    assert recipients == {other.email}


def test_accounts_that_were_made_one_go_together(
    pair: Pair, merge: Callable[[], int], app: Flask
) -> None:
    numbers = tuple(each.id for each in pair)
    merge()

    with transaction():
        plan = erase_person(numbers[0], actor=ROOT, now=NOW)

    assert plan.person_ids == numbers
    assert db.session.query(Person).count() == 0
    entries = list(
        db.session.scalars(select(AuditEntry).where(AuditEntry.action == "person-erased"))
    )
    assert [(entry.person_id, entry.facts) for entry in entries] == [
        (number, {}) for number in numbers
    ]


def test_half_of_two_accounts_that_were_made_one_is_refused(
    pair: Pair, merge: Callable[[], int]
) -> None:
    _, other = pair
    merge()

    with pytest.raises(ErasureRefusedError):
        erase(other)


def test_the_only_administrator_cannot_go(context: Flask) -> None:
    with transaction():
        first = make_person(role=Role.ADMINISTRATOR)

    with pytest.raises(ErasureRefusedError):
        erase(first)
    with transaction():
        make_person(role=Role.ADMINISTRATOR)
    erase(first)

    assert db.session.query(Person).count() == 1


def test_a_plan_counts_and_changes_nothing(app: Flask, holder: Person, code: str) -> None:
    before = read_database(app)

    plan = plan_erasure(holder.id)

    assert plan.counts[Fate.NAMELESS] == {"certificates": 1}
    assert plan.counts[Fate.DELETED]["enrolments"] == 1
    assert plan.addresses == {"ana@example.org"}
    assert read_database(app) == before


def test_erasing_at_once_happens_once(app: Flask, holder: Person, code: str) -> None:
    def work(number: int) -> bool:
        try:
            erase_person(number, actor=ROOT, now=NOW)
        except NotFoundError:
            return False
        return True

    done = at_once(app, lambda: db.session.scalar(select(Person.id)) or 0, work)

    assert sorted(done) == [False, False, True]
    assert db.session.query(AuditEntry).filter_by(action="person-erased").count() == 1


# --- the command --------------------------------------------------------------------------------


def run(app: Flask, *arguments: str, answer: str = "") -> Result:
    return CliRunner().invoke(command, ["erase", *arguments], obj=lambda: app, input=answer)


def test_a_dry_run_says_what_would_go_and_what_stays(app: Flask, holder: Person, code: str) -> None:
    result = run(app, holder.email, "--dry-run")

    lines = result.output.splitlines()
    assert lines[0] == f"{holder.id} <ana@example.org>, learner"
    assert "     1  enrolments deleted" in lines
    assert lines[-2:] == ["     1  certificates stay without a name", "Nothing was changed."]
    assert db.session.query(Person).count() == 1


def test_a_person_is_erased_after_being_asked_for(app: Flask, holder: Person, code: str) -> None:
    refused = run(app, holder.email, answer="n\n")
    done = run(app, holder.email, answer="y\n")

    assert (refused.exit_code, done.exit_code) == (1, 0)
    db.session.expire_all()
    assert db.session.query(Person).count() == 0
    assert db.session.query(Certificate).one().name == ""


@pytest.mark.parametrize("who", ["nobody@example.org", "4711"])
def test_somebody_who_is_not_there_is_said(app: Flask, who: str) -> None:
    result = run(app, who, "--yes")

    assert (result.exit_code, result.output) == (1, "Error: there is no such account or merge\n")
