"""A module whose certificate expires, somebody who holds it, and a clock that can be set."""

from __future__ import annotations

from datetime import UTC, date, datetime
from importlib import import_module

import pytest

from soar_lms.accounts.models import Person
from soar_lms.assessments import services as assessments
from soar_lms.catalogue.model import Module
from soar_lms.catalogue.schema import CertificateSpec, RefresherSpec, RenewalSpec
from soar_lms.certificates.claims import Claim
from soar_lms.certificates.models import Certificate
from soar_lms.certificates.services import Provider
from soar_lms.learning import services
from soar_lms.learning.models import Enrolment
from tests.assessments.variants import with_spec
from tests.factories import NOW, take_test

REFRESHER = RefresherSpec(minutes=20, lessons=("ask-in-practice", "welcome"))
RENEWAL = RenewalSpec(opens_days_before=90, grace_days=30, refresher=REFRESHER)
EXPIRES = date(2028, 11, 22)
"""Of a certificate earned at `NOW`; a renewal opens on August 24, 2028."""
CLOCKS = (
    "soar_lms.learning.views.blueprint",
    "soar_lms.learning.views.catalogue",
    "soar_lms.learning.views.completion",
    "soar_lms.learning.views.home",
    "soar_lms.learning.views.renewal",
    "soar_lms.cohorts.views.files",
    "soar_lms.cohorts.views.groups",
    "soar_lms.cohorts.views.members",
    "soar_lms.cohorts.views.report",
)


def renewable(module: Module, renewal: RenewalSpec | None = RENEWAL, months: int = 24) -> Module:
    return with_spec(module, certificate=CertificateSpec(valid_months=months), renewal=renewal)


def noon(day: date | str) -> datetime:
    """Return noon in New York (winter), when it is the same day in most of the world."""
    return datetime.fromisoformat(f"{day}T17:00").replace(tzinfo=UTC)


def set_clock(monkeypatch: pytest.MonkeyPatch, moment: datetime) -> None:
    """Let every page believe that it is another moment."""
    for place in CLOCKS:
        monkeypatch.setattr(import_module(place), "utc_now", lambda: moment)


def take_refresher(enrolment: Enrolment, module: Module, now: datetime) -> None:
    """Do everything that the refresher asks for, up to the confirmation of the name."""
    for lesson_id in REFRESHER.lessons:
        services.complete_lesson(enrolment, module, lesson_id, now)
    take_test(enrolment, module, assessments.POST, now=now)


def finish(
    person: Person,
    enrolment: Enrolment,
    module: Module,
    now: datetime = NOW,
    claim: Claim | None = None,
) -> Certificate:
    return services.complete_module(
        person,
        enrolment,
        module,
        setting_name="Health care",
        name=person.name,
        claim=claim,
        language="en",
        provider=Provider(None, None),
        now=now,
    )
