"""Issuing and finding certificates, on the real databases."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, date, datetime, timedelta
from itertools import chain, repeat
from typing import Any

import pytest
from flask import Flask
from sqlalchemy import select, update
from sqlalchemy.exc import IntegrityError

from soar_lms.catalogue.model import Module
from soar_lms.catalogue.schema import CertificateSpec
from soar_lms.certificates import services, status_places
from soar_lms.certificates.codes import format_code, make_code
from soar_lms.certificates.designs import Look, Paper
from soar_lms.certificates.models import Certificate, Status
from soar_lms.certificates.services import Provider
from soar_lms.database import db, transaction
from soar_lms.errors import NotFoundError
from tests.assessments.variants import with_spec
from tests.certificates.test_context import row
from tests.factories import NOW, make_enrolment, make_person


@pytest.fixture
def enrolment_id(context: Flask, module: Module) -> int:
    with transaction():
        return make_enrolment(make_person(), module).id


def issue(module: Module, enrolment_id: int, **changes: Any) -> Certificate:
    values: dict[str, Any] = {
        "setting_name": "Health care",
        "enrolment_id": enrolment_id,
        "person_id": 1,
        "name": "Ana Torres Vega",
        "setting": "health-care",
        "language": "en",
        "time_zone": "America/New_York",
        "score": 90,
        "claim": None,
        "provider": Provider("Riverside", "https://example.org"),
        "now": NOW,
    }
    with transaction():
        return services.issue_certificate(module, **(values | changes))


# --- issuing ------------------------------------------------------------------------------------


def test_a_certificate_is_a_snapshot_of_everything_it_prints(
    enrolment_id: int, module: Module
) -> None:
    certificate = issue(module, enrolment_id, language="es", setting_name="Atención médica")

    db.session.expire_all()
    assert {
        name: getattr(certificate, name)
        for name in (
            "name",
            "module_title",
            "module_version",
            "setting_name",
            "minutes",
            "provider",
        )
    } == {
        "name": "Ana Torres Vega",
        "module_title": module.texts["es"].title,
        "module_version": module.spec.version,
        "setting_name": "Atención médica",
        "minutes": module.spec.minutes,
        "provider": "Riverside",
    }
    assert certificate.credit_amount is None
    assert (certificate.design, certificate.template_version) == ("soar", 1)
    assert certificate.paper == "letter"


def test_a_certificate_keeps_the_design_it_was_issued_with(
    enrolment_id: int, module: Module
) -> None:
    certificate = issue(module, enrolment_id, look=Look("riverside", 3, Paper.A4))

    db.session.expire_all()
    assert (certificate.design, certificate.template_version) == ("riverside", 3)
    assert certificate.paper == "a4"
    assert services.list_looks() == [("riverside", 3)]


def test_a_place_that_somebody_else_drew_meanwhile_is_drawn_again(
    enrolment_id: int, module: Module, monkeypatch: pytest.MonkeyPatch
) -> None:
    with transaction():
        db.session.add(row(status_index=5))
    drawn = chain([5] * 8, repeat(7))
    monkeypatch.setattr(status_places, "_list_taken", lambda *_: set())  # committed a moment later
    monkeypatch.setattr(
        "soar_lms.certificates.status_places.secrets.randbelow", lambda _: next(drawn)
    )

    certificate = issue(module, enrolment_id)

    db.session.expire_all()
    assert certificate.status_index == 7


def test_a_draft_is_in_no_database(enrolment_id: int, module: Module) -> None:
    draft = services.draft_certificate(
        module,
        setting_name="Health care",
        name="Ana",
        setting="health-care",
        language="en",
        time_zone="America/New_York",
        score=None,
        claim=None,
        provider=Provider(None, None),
        now=NOW,
    )

    assert (draft.code, draft.name) == (services.NO_CODE, "Ana")
    assert list(db.session.scalars(select(Certificate))) == []


@pytest.mark.parametrize(("show", "score"), [(True, 90), (False, None)])
def test_the_score_is_kept_only_where_the_module_shows_it(
    enrolment_id: int, module: Module, show: bool, score: int | None
) -> None:
    changed = with_spec(module, certificate=CertificateSpec(show_score=show))

    assert issue(changed, enrolment_id).score == score


def test_an_enrolment_has_one_current_certificate(enrolment_id: int, module: Module) -> None:
    first = issue(module, enrolment_id)
    second = issue(module, enrolment_id, name="Somebody Else")

    assert second.id == first.id
    assert second.name == "Ana Torres Vega"


@pytest.mark.parametrize("kind", ["second", "code", "reason"])
def test_the_database_refuses_impossible_certificates(
    enrolment_id: int, module: Module, kind: str
) -> None:
    first = issue(module, enrolment_id)
    copied = {
        column.key: getattr(first, column.key)
        for column in Certificate.__table__.columns
        if column.key != "id"
    }
    changes: dict[str, dict[str, Any]] = {
        "second": {"code": make_code()},
        "code": {"enrolment_id": None},
        "reason": {"code": make_code(), "enrolment_id": None, "revoked_at": NOW},
    }

    with pytest.raises(IntegrityError), transaction():
        db.session.add(Certificate(**(copied | changes[kind])))


def test_after_a_replacement_the_new_one_is_current(enrolment_id: int, module: Module) -> None:
    old = issue(module, enrolment_id)
    with transaction():
        old.revoked_at, old.revoked_reason = NOW, "wrong name"
    new = issue(module, enrolment_id, name="Ana T. Vega")

    assert new.id != old.id
    assert services.get_current_certificate(enrolment_id).id == new.id


def test_the_latest_certificate_is_the_revoked_one_where_none_counts(
    enrolment_id: int, module: Module
) -> None:
    first = issue(module, enrolment_id)
    with transaction():
        first.revoked_at, first.revoked_reason = NOW, "issued too early"
    revoked_only = services.get_latest_certificate(enrolment_id)
    second = issue(module, enrolment_id)

    assert revoked_only is first
    assert services.get_latest_certificate(enrolment_id) is second


@pytest.mark.parametrize(
    ("completed", "months", "expires"),
    [
        pytest.param("2026-11-22", 12, "2027-11-22", id="a-year"),
        pytest.param("2026-01-31", 1, "2026-02-28", id="end-of-january"),
        pytest.param("2024-01-31", 1, "2024-02-29", id="leap-february"),
        pytest.param("2024-02-29", 12, "2025-02-28", id="leap-day"),
        pytest.param("2024-02-29", 48, "2028-02-29", id="leap-day-to-leap-day"),
        pytest.param("2026-12-15", 1, "2027-01-15", id="over-the-year"),
        pytest.param("2026-11-30", 13, "2027-12-30", id="december"),
        pytest.param("2026-10-31", 6, "2027-04-30", id="end-of-april"),
        pytest.param("2026-11-22", 120, "2036-11-22", id="ten-years"),
        pytest.param("2026-11-22", None, None, id="for-ever"),
    ],
)
def test_a_certificate_expires_on_the_same_day_of_the_month(
    enrolment_id: int, module: Module, completed: str, months: int | None, expires: str | None
) -> None:
    changed = with_spec(module, certificate=CertificateSpec(valid_months=months))
    now = datetime.fromisoformat(f"{completed}T17:00").replace(tzinfo=UTC)

    certificate = issue(changed, enrolment_id, now=now)

    assert certificate.expires_on == (date.fromisoformat(expires) if expires else None)


@pytest.mark.parametrize(
    ("zone", "moment", "months", "completed", "expires"),
    [
        pytest.param(
            "Pacific/Honolulu",
            "2027-01-01T09:59:59",
            12,
            "2026-12-31",
            "2027-12-31",
            id="still-the-old-year",
        ),
        pytest.param(
            "Pacific/Guam", "2026-12-31T14:00:00", 12, "2027-01-01", "2028-01-01", id="new-year"
        ),
        pytest.param(
            "Pacific/Auckland",
            "2028-02-28T11:00:00",
            12,
            "2028-02-29",
            "2029-02-28",
            id="leap-day-in-auckland",
        ),
        pytest.param(
            "America/New_York",
            "2028-03-01T04:59:59",
            24,
            "2028-02-29",
            "2030-02-28",
            id="leap-day-in-new-york",
        ),
        pytest.param(
            "Australia/Adelaide",
            "2026-10-03T14:30:00",
            24,
            "2026-10-04",
            "2028-10-04",
            id="the-night-without-an-hour",
        ),
        pytest.param(
            "America/New_York",
            "2026-11-01T05:30:00",
            12,
            "2026-11-01",
            "2027-11-01",
            id="the-hour-that-happens-twice",
        ),
    ],
)
def test_days_of_a_certificate_are_those_of_the_learners_zone(
    enrolment_id: int,
    module: Module,
    zone: str,
    moment: str,
    months: int,
    completed: str,
    expires: str,
) -> None:
    changed = with_spec(module, certificate=CertificateSpec(valid_months=months))
    now = datetime.fromisoformat(moment).replace(tzinfo=UTC)

    certificate = issue(changed, enrolment_id, now=now, time_zone=zone)

    assert str(certificate.completed_on) == completed
    assert str(certificate.expires_on) == expires


# --- finding and status -------------------------------------------------------------------------


def test_a_certificate_is_found_however_its_code_is_typed(
    enrolment_id: int, module: Module
) -> None:
    certificate = issue(module, enrolment_id)
    written = format_code(certificate.code)

    for typed in (written, written.lower(), written.replace("-", " "), f"  {written}  "):
        assert services.get_certificate(typed).id == certificate.id


@pytest.mark.parametrize(
    "typed", ["", "nonsense", "0" * 27, "4CF3YVME82FSFC0P0KRXJG9P0AH", "\x00", "%"]
)
def test_a_code_that_was_never_issued_is_not_found(context: Flask, typed: str) -> None:
    assert services.find_certificate(typed) is None
    with pytest.raises(NotFoundError):
        services.get_certificate(typed)


DAY = date(2027, 11, 22)


@pytest.mark.parametrize(
    ("changes", "today", "status"),
    [
        pytest.param({}, DAY, Status.VALID, id="for-ever"),
        pytest.param({"expires_on": DAY}, DAY, Status.VALID, id="on-its-last-day"),
        pytest.param(
            {"expires_on": DAY}, DAY + timedelta(days=1), Status.EXPIRED, id="the-day-after"
        ),
        pytest.param({"replaced_by_id": 7}, DAY, Status.REPLACED, id="replaced"),
        pytest.param(
            {"revoked_at": NOW, "expires_on": date(2020, 1, 1), "replaced_by_id": 7},
            DAY,
            Status.REVOKED,
            id="revoked-says-more-than-the-others",
        ),
        pytest.param(
            {"expires_on": date(2020, 1, 1), "replaced_by_id": 7},
            DAY,
            Status.REPLACED,
            id="replaced-says-more-than-expired",
        ),
    ],
)
def test_the_status_is_computed_for_a_day(
    changes: dict[str, Any], today: date, status: Status
) -> None:
    assert Certificate(**changes).status(today) is status


def test_a_list_has_the_newest_first_and_no_replaced_ones(context: Flask, module: Module) -> None:
    with transaction():
        person = make_person()
        enrolment = make_enrolment(person, module)
    old = issue(module, enrolment.id, person_id=person.id)
    with transaction():
        old.enrolment_id = None
    new = issue(module, enrolment.id, person_id=person.id, now=NOW + timedelta(days=1))

    assert [item.id for item in services.list_certificates(person.id)] == [new.id, old.id]
    with transaction():
        old.replaced_by_id = new.id
    assert [item.id for item in services.list_certificates(person.id)] == [new.id]
    assert (services.find_successor(old), services.find_successor(new)) == (new, None)
    assert (services.find_predecessor(old), services.find_predecessor(new)) == (None, old)
    assert services.list_chain(old) == services.list_chain(new) == [old, new]
    assert services.list_all_certificates(person.id) == [new, old]


def test_a_certificate_outlives_its_person_and_enrolment(enrolment_id: int, module: Module) -> None:
    from soar_lms.accounts.models import Person
    from soar_lms.learning.models import Enrolment

    certificate = issue(module, enrolment_id, person_id=db.session.scalar(select(Person.id)))
    code = certificate.code

    with transaction():
        db.session.execute(update(Person).values(setting=None))
        db.session.delete(db.session.get_one(Enrolment, enrolment_id))
        db.session.flush()
        db.session.delete(db.session.scalars(select(Person)).one())

    db.session.expire_all()
    kept = services.get_certificate(code)
    assert (kept.person_id, kept.enrolment_id, kept.name) == (None, None, "Ana Torres Vega")


def test_a_provider_may_be_nobody(enrolment_id: int, module: Module) -> None:
    nobody = replace(Provider("x", "y"), name=None, url=None)

    certificate = issue(module, enrolment_id, provider=nobody)

    assert (certificate.provider, certificate.provider_url) == (None, None)
