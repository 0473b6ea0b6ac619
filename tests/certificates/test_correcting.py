"""Correcting a name: once by the holder, later by staff; one replacement, and both codes answer."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest
from flask import Flask
from sqlalchemy import func, select

from soar_lms.access import Role
from soar_lms.accounts.models import Person
from soar_lms.audit.models import AuditEntry
from soar_lms.catalogue.model import Module
from soar_lms.certificates import services
from soar_lms.certificates.correcting import (
    NOT_COPIED,
    Closed,
    CorrectionClosedError,
    NameUnchangedError,
    correct_name,
    plan_correction,
)
from soar_lms.certificates.models import Certificate, Status
from soar_lms.database import Base, db, transaction
from soar_lms.errors import NotFoundError
from soar_lms.messages.models import OutboxMessage
from tests.certificates.test_context import row
from tests.factories import NOW, make_certificate, make_person
from tests.support.together import at_once

WRONG, RIGHT = "Ana Torres", "Ana Torres Vega"


@pytest.fixture
def holder(context: Flask) -> Person:
    with transaction():
        return make_person(language="es")


@pytest.fixture
def staff(context: Flask) -> Person:
    with transaction():
        return make_person(role=Role.ADMINISTRATOR)


@pytest.fixture
def certificate(holder: Person, module: Module) -> Certificate:
    with transaction():
        return make_certificate(holder, module, name=WRONG)


def correct(certificate: Certificate, person: Person, **changes: Any) -> Certificate:
    values: dict[str, Any] = {"name": RIGHT, "quietly": False, "reason": None, "now": NOW}
    with transaction():
        return correct_name(certificate.id, person=person, **(values | changes))


# --- the replacement ----------------------------------------------------------------------------


def test_a_correction_is_a_new_certificate_that_replaces_the_old_one(
    certificate: Certificate, holder: Person
) -> None:
    successor = correct(certificate, holder, now=NOW + timedelta(days=1))

    db.session.expire_all()
    assert (certificate.name, certificate.status_at(NOW)) == (WRONG, Status.REPLACED)
    assert (successor.name, successor.status_at(NOW)) == (RIGHT, Status.VALID)
    assert certificate.enrolment_id is not None
    assert services.get_current_certificate(certificate.enrolment_id) is successor


def test_a_replacement_repeats_the_snapshot_but_for_what_is_its_own(
    certificate: Certificate, holder: Person
) -> None:
    successor = correct(certificate, holder, now=NOW + timedelta(days=1))

    changed = {
        column.key
        for column in Certificate.__mapper__.column_attrs
        if getattr(successor, column.key) != getattr(certificate, column.key)
    }
    assert changed == {
        "id",
        "code",
        "name",
        "issued_at",
        "status_index",
        "replaced_by_id",
        "corrected_by_holder",
    }


def test_what_can_be_there_once_is_not_copied() -> None:
    """A column that is added to the model is copied, unless `NOT_COPIED` names it."""
    table = Base.metadata.tables["certificates"]
    indexed = {column for index in table.indexes if index.unique for column in index.columns}
    single = {
        column.name
        for column in table.columns
        if column.unique or column.primary_key or column in indexed
    }

    assert single - set(NOT_COPIED) == set()
    assert set(NOT_COPIED) - set(table.columns.keys()) == set()


def test_a_correction_is_audited_and_mailed_in_the_holders_language(
    certificate: Certificate, staff: Person, holder: Person
) -> None:
    successor = correct(certificate, staff, reason="The second surname was missing.")

    entry = db.session.scalars(select(AuditEntry)).one()
    mail = db.session.scalars(select(OutboxMessage).order_by(OutboxMessage.id.desc())).first()
    assert (entry.action, entry.actor_id, entry.person_id, entry.reason) == (
        "certificate-corrected",
        staff.id,
        holder.id,
        "The second surname was missing.",
    )
    assert (entry.facts["certificate"], entry.facts["successor"]) == (
        certificate.code,
        successor.code,
    )
    assert mail is not None
    assert (mail.kind, mail.recipient, mail.language) == (
        "certificate-corrected",
        holder.email,
        "es",
    )
    assert f"/es/certificates/{successor.code}" in mail.body


# --- once ---------------------------------------------------------------------------------------


def test_the_same_correction_sent_again_gives_the_same_certificate(
    certificate: Certificate, holder: Person
) -> None:
    first = correct(certificate, holder)
    again = correct(certificate, holder)

    assert again is first
    assert db.session.scalar(select(func.count(AuditEntry.id))) == 1


@pytest.mark.parametrize("has_enrolment", [True, False], ids=["enrolled", "module-is-gone"])
def test_corrections_at_once_give_one_replacement_and_one_e_mail(
    app: Flask, certificate: Certificate, holder: Person, has_enrolment: bool
) -> None:
    if not has_enrolment:
        with transaction():
            certificate.enrolment_id = None

    codes = at_once(
        app,
        lambda: db.session.get_one(Certificate, certificate.id).id,
        lambda number: (
            correct_name(
                number, name=RIGHT, quietly=False, reason=None, person=holder, now=NOW
            ).code
        ),
    )

    db.session.expire_all()
    mails = select(func.count()).where(OutboxMessage.kind == "certificate-corrected")
    assert len(set(codes)) == 1
    assert len(services.list_chain(certificate)) == 2
    assert db.session.scalar(mails) == 1


def test_another_name_for_what_was_replaced_is_refused(
    certificate: Certificate, staff: Person
) -> None:
    correct(certificate, staff)

    with pytest.raises(CorrectionClosedError):
        correct(certificate, staff, name="Somebody Else")

    assert db.session.scalar(select(func.count(Certificate.id))) == 2


def test_the_name_that_is_printed_is_no_correction(
    certificate: Certificate, holder: Person
) -> None:
    with pytest.raises(NameUnchangedError):
        correct(certificate, holder, name=WRONG)

    assert (certificate.replaced_by_id, certificate.corrected_by_holder) == (None, False)


def test_the_holder_corrects_once_and_staff_again(
    certificate: Certificate, holder: Person, staff: Person
) -> None:
    first = correct(certificate, holder)

    with pytest.raises(CorrectionClosedError):
        correct(first, holder, name="Ana T. Vega")
    second = correct(first, staff, name="Ana T. Vega")

    assert plan_correction(holder, second, NOW).closed is Closed.USED
    assert [item.name for item in services.list_chain(certificate)] == [WRONG, RIGHT, "Ana T. Vega"]


def test_what_staff_corrected_the_holder_can_still_correct_once(
    certificate: Certificate, holder: Person, staff: Person
) -> None:
    first = correct(certificate, staff, now=NOW + timedelta(days=60))

    assert plan_correction(holder, first, NOW + timedelta(days=90)).closed is None


# --- who, and until when ------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("days", "closed"), [(0, None), (30, None), (31, Closed.OVER)], ids=["at-once", "last", "late"]
)
def test_the_holder_has_thirty_days(
    certificate: Certificate, holder: Person, staff: Person, days: int, closed: Closed | None
) -> None:
    now = NOW + timedelta(days=days)

    assert plan_correction(holder, certificate, now).closed is closed
    assert plan_correction(staff, certificate, now).closed is None


@pytest.mark.parametrize(
    ("changes", "closed"),
    [
        ({"revoked_at": NOW, "revoked_reason": "x"}, Closed.REVOKED),
        ({"erased_at": NOW, "name": ""}, Closed.ERASED),
        ({"replaced_by_id": 7}, Closed.REPLACED),
        ({"corrected_by_holder": True}, None),
    ],
    ids=["revoked", "erased", "replaced", "used-by-holder"],
)
def test_staff_can_correct_what_counts(
    staff: Person, changes: dict[str, Any], closed: Closed | None
) -> None:
    assert plan_correction(staff, row(person_id=None, **changes), NOW).closed is closed


def test_a_certificate_is_corrected_by_its_holder_and_those_who_look_after_it(
    certificate: Certificate, context: Flask
) -> None:
    with transaction():
        stranger = make_person(role=Role.TRAINER)

    with pytest.raises(NotFoundError):
        correct(certificate, stranger)


def test_an_administrator_corrects_their_own_as_everybody_does(
    staff: Person, module: Module
) -> None:
    with transaction():
        own = make_certificate(staff, module, name=WRONG)

    assert plan_correction(staff, own, NOW + timedelta(days=31)).closed is Closed.OVER
