"""Revoking and restoring: one or many, by filter, safe to repeat, never two that count."""

from __future__ import annotations

from collections.abc import Callable
from datetime import timedelta
from typing import Any

import pytest
from flask import Flask
from sqlalchemy import func, select

from soar_lms.accounts.models import Person
from soar_lms.audit.models import AuditEntry
from soar_lms.audit.services import Actor
from soar_lms.catalogue.model import Module
from soar_lms.certificates import services
from soar_lms.certificates.codes import format_code, make_code
from soar_lms.certificates.correcting import correct_name
from soar_lms.certificates.models import Certificate, Status
from soar_lms.certificates.revoking import (
    NewerCertificateError,
    Restored,
    Selection,
    list_restorable,
    list_revocable,
    make_revocation_number,
    restore_certificate,
    restore_certificates,
    revoke_certificates,
)
from soar_lms.certificates.services import Provider
from soar_lms.database import db, transaction
from soar_lms.messages.models import OutboxMessage
from tests.certificates.test_context import row
from tests.factories import NOW, make_certificate, make_person
from tests.support.together import at_once

ROOT = Actor(operator="root")
REASON = "It was issued before the final test."
NUMBER = "20261122-ABCDEF"


@pytest.fixture
def holder(context: Flask) -> Person:
    with transaction():
        return make_person(language="es")


@pytest.fixture
def certificate(holder: Person, module: Module) -> Certificate:
    with transaction():
        return make_certificate(holder, module)


def revoke(*certificates: Certificate, revocation: str = NUMBER) -> list[Certificate]:
    with transaction():
        return revoke_certificates(
            [item.id for item in certificates],
            reason=REASON,
            revocation=revocation,
            actor=ROOT,
            now=NOW,
        )


def restore(*certificates: Certificate) -> Restored:
    with transaction():
        return restore_certificates(
            [item.id for item in certificates], reason="A mistake", actor=ROOT, now=NOW
        )


def issue_again(certificate: Certificate) -> Certificate:
    """Issue another certificate for the same completion."""
    newer = row(
        code=make_code(), enrolment_id=certificate.enrolment_id, person_id=certificate.person_id
    )
    with transaction():
        db.session.add(newer)
    return newer


def list_mail(kind: str) -> list[OutboxMessage]:
    return list(db.session.scalars(select(OutboxMessage).where(OutboxMessage.kind == kind)))


# --- one ----------------------------------------------------------------------------------------


def test_a_revoked_certificate_says_so_and_comes_back_as_it_was(certificate: Certificate) -> None:
    revoke(certificate)
    between = (certificate.status_at(NOW), certificate.revoked_reason, certificate.revocation)
    restore(certificate)

    db.session.expire_all()
    assert between == (Status.REVOKED, REASON, NUMBER)
    assert certificate.status_at(NOW) is Status.VALID
    assert (certificate.revoked_reason, certificate.revocation) == (None, None)


@pytest.mark.parametrize(
    ("kind", "act"),
    [
        pytest.param("certificate-revoked", lambda item: revoke(item), id="revoked"),
        pytest.param(
            "certificate-restored", lambda item: (revoke(item), restore(item)), id="restored"
        ),
    ],
)
def test_its_holder_is_told_in_their_language(
    certificate: Certificate, holder: Person, kind: str, act: Callable[[Certificate], object]
) -> None:
    act(certificate)

    (mail,) = list_mail(kind)
    assert (mail.recipient, mail.language) == (holder.email, "es")
    assert f"/es/certificates/{certificate.code}" in mail.body
    assert (REASON in mail.body) is (kind == "certificate-revoked")
    assert "22 de noviembre de 2026" in mail.body


def test_the_trail_says_who_and_why(certificate: Certificate, holder: Person) -> None:
    revoke(certificate)
    restore(certificate)

    entries = db.session.scalars(select(AuditEntry).order_by(AuditEntry.id))
    found = [(item.action, item.operator, item.person_id, item.reason) for item in entries]
    assert found == [
        ("certificate-revoked", "root", holder.id, REASON),
        ("certificate-restored", "root", holder.id, "A mistake"),
    ]


def test_a_second_time_changes_nothing(certificate: Certificate) -> None:
    revoke(certificate)
    again = revoke(certificate, revocation="20261123-ABCDEF")
    restore(certificate)
    restored_again = restore(certificate)

    assert (again, restored_again) == ([], Restored())
    assert db.session.scalar(select(func.count(AuditEntry.id))) == 2


def test_a_certificate_without_a_holder_is_revoked_without_mail(context: Flask) -> None:
    with transaction():
        db.session.add(row(code=make_code()))
    (nobodys,) = db.session.scalars(select(Certificate))

    revoke(nobodys)

    assert nobodys.status_at(NOW) is Status.REVOKED
    assert list_mail("certificate-revoked") == []


def test_what_was_replaced_is_not_revoked_but_leads_to_what_is(
    certificate: Certificate, holder: Person
) -> None:
    with transaction():
        successor = correct_name(
            certificate.id, name="Ana N.", quietly=False, reason=None, person=holder, now=NOW
        )

    revoked = revoke(certificate, successor)

    assert revoked == [successor]
    assert certificate.status_at(NOW) is Status.REPLACED


# --- restoring beside a newer one ---------------------------------------------------------------


def test_a_certificate_is_not_restored_beside_a_newer_one_that_counts(
    certificate: Certificate,
) -> None:
    revoke(certificate)
    newer = issue_again(certificate)

    with (
        pytest.raises(NewerCertificateError) as refused,
        transaction(),
    ):
        restore_certificate(certificate.id, reason="A mistake", actor=ROOT, now=NOW)

    db.session.expire_all()
    assert format_code(newer.code) in str(refused.value.message)
    assert (certificate.revoked_at, certificate.revoked_reason) == (NOW, REASON)
    assert list_mail("certificate-restored") == []


def test_of_two_that_were_revoked_the_newer_one_comes_back(
    certificate: Certificate,
) -> None:
    revoke(certificate)
    newer = issue_again(certificate)
    revoke(newer)

    result = restore(certificate, newer)

    assert (result.done, result.hindered) == ([newer], [(certificate, newer)])
    assert services.get_current_certificate(newer.enrolment_id or 0) is newer


def test_the_others_are_restored_all_the_same(
    certificate: Certificate, module: Module, context: Flask
) -> None:
    with transaction():
        other = make_certificate(make_person(), module)
    revoke(certificate, other)
    issue_again(certificate)

    result = restore(certificate, other)

    assert result.done == [other]
    assert [item for item, _ in result.hindered] == [certificate]


# --- at once ------------------------------------------------------------------------------------


def test_revoking_at_once_is_revoking_once(app: Flask, certificate: Certificate) -> None:
    counts = at_once(
        app,
        lambda: db.session.get_one(Certificate, certificate.id).id,
        lambda number: len(
            revoke_certificates([number], reason=REASON, revocation=NUMBER, actor=ROOT, now=NOW)
        ),
    )

    assert sorted(counts) == [0, 0, 1]
    assert len(list_mail("certificate-revoked")) == 1


def test_restoring_and_issuing_at_once_leaves_one_that_counts(
    app: Flask, certificate: Certificate, module: Module
) -> None:
    revoke(certificate)
    works: list[Callable[[], object]] = [
        lambda: restore_certificates([certificate.id], reason="x", actor=ROOT, now=NOW),
        lambda: _issue_for(certificate.enrolment_id, module),
        lambda: _issue_for(certificate.enrolment_id, module),
    ]

    at_once(app, lambda: works.pop(), lambda work: work())

    db.session.expire_all()
    counting = list_revocable(Selection(module_id=module.id))
    assert len(counting) == 1


def _issue_for(enrolment_id: int | None, module: Module) -> str:
    return services.issue_certificate(
        module,
        setting_name="Health care",
        enrolment_id=enrolment_id or 0,
        person_id=1,
        name="Ana Torres Vega",
        setting="health-care",
        language="en",
        time_zone="America/New_York",
        score=None,
        claim=None,
        provider=Provider(None, None),
        now=NOW,
    ).code


# --- many ---------------------------------------------------------------------------------------


@pytest.fixture
def three(context: Flask) -> dict[str, Certificate]:
    """Return certificates that differ in everything that can be asked for."""
    made = {
        "old": row(code=make_code(), module_version="1.0.0", issued_at=NOW - timedelta(days=9)),
        "spanish": row(code=make_code(), language="es", issued_at=NOW),
        "other": row(code=make_code(), module_id="pond", issued_at=NOW + timedelta(days=1)),
    }
    with transaction():
        db.session.add_all(made.values())
        db.session.flush()
        person = make_person()
        made["other"].person_id = person.id
    return made


@pytest.mark.parametrize(
    ("conditions", "names"),
    [
        ({}, ["old", "other", "spanish"]),
        ({"module_id": "garden"}, ["old", "spanish"]),
        ({"module_ids": frozenset({"pond"})}, ["other"]),
        ({"module_ids": frozenset()}, []),
        ({"module_version": "1.0.0"}, ["old"]),
        ({"language": "es"}, ["spanish"]),
        ({"issued_from": NOW}, ["other", "spanish"]),
        ({"issued_before": NOW}, ["old"]),
        ({"issued_from": NOW, "issued_before": NOW + timedelta(days=1)}, ["spanish"]),
        ({"person_ids": frozenset()}, []),
        ({"codes": frozenset({"x"})}, []),
        ({"module_id": "garden", "language": "en"}, ["old"]),
    ],
)
def test_a_selection_is_what_every_condition_holds_for(
    three: dict[str, Certificate], conditions: dict[str, Any], names: list[str]
) -> None:
    selection = Selection(**conditions)

    found = list_revocable(selection)

    assert sorted(name for name, item in three.items() if item in found) == names
    assert selection.is_everything is (conditions == {})


def test_a_selection_takes_codes_and_holders(three: dict[str, Certificate]) -> None:
    other = three["other"]

    by_code = list_revocable(Selection(codes=frozenset({other.code})))
    by_holder = list_revocable(Selection(person_ids=frozenset({other.person_id or 0})))

    assert by_code == by_holder == [other]


def test_what_was_revoked_together_is_found_by_its_number(three: dict[str, Certificate]) -> None:
    revoke(three["old"], three["spanish"], revocation="20261122-AAAAAA")
    revoke(three["other"], revocation="20261122-BBBBBB")

    found = list_restorable(Selection(revocation="20261122-AAAAAA"))

    assert found == [three["old"], three["spanish"]]
    assert list_revocable(Selection()) == []


def test_numbers_of_revocations_differ_and_name_their_day() -> None:
    numbers = {make_revocation_number(NOW.date()) for _ in range(100)}

    assert len(numbers) == 100
    assert all(number.startswith("20261122-") and len(number) == 15 for number in numbers)
