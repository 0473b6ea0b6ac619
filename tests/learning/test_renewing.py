"""Renewing: a new cycle, begun once and in its days; everything of the old one stays."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta
from decimal import Decimal
from functools import partial

import pytest
from flask import Flask
from sqlalchemy import select, text
from sqlalchemy.exc import IntegrityError

from soar_lms.accounts.models import Person
from soar_lms.assessments import services as assessments
from soar_lms.assessments.models import Attempt
from soar_lms.catalogue.model import Module
from soar_lms.certificates.claims import Claim, CreditNotOfferedError
from soar_lms.certificates.models import Certificate, Status
from soar_lms.certificates.services import list_newest_certificates
from soar_lms.database import Base, db, transaction
from soar_lms.errors import NotFoundError
from soar_lms.i18n import speaking
from soar_lms.learning import services
from soar_lms.learning.follow_ups import decline_follow_up
from soar_lms.learning.models import Enrolment, FollowUp
from soar_lms.learning.path import PathKind, State, Step
from soar_lms.learning.services import RefresherOverError, RenewalNotOpenError
from soar_lms.learning.standing import get_attempt, get_enrolment, get_standing
from tests.assessments.variants import with_spec
from tests.factories import (
    NOW,
    give_evaluation,
    make_certificate,
    make_enrolment,
    make_person,
    pass_module,
    take_test,
)
from tests.learning.renewals import (
    EXPIRES,
    RENEWAL,
    finish,
    noon,
    renewable,
    take_refresher,
)
from tests.learning.renewals import (
    REFRESHER as SHORT,
)
from tests.support.together import at_once

FULL, REFRESHER = PathKind.FULL, PathKind.REFRESHER
IN_TIME = noon("2028-09-01")


@pytest.fixture
def expiring(module: Module) -> Module:
    return renewable(module)


@pytest.fixture
def ana(context: Flask) -> Person:
    with transaction():
        return make_person()


@pytest.fixture
def certificate(ana: Person, expiring: Module) -> Certificate:
    with transaction():
        return make_certificate(ana, expiring)


def renew(
    person: Person, module: Module, kind: PathKind = FULL, now: datetime = IN_TIME
) -> Enrolment:
    with transaction():
        return services.renew(person, module, kind=kind, language="en", now=now)


def rows_of(table: str) -> list[str]:
    found = db.session.execute(select(Base.metadata.tables[table]))
    return sorted(repr(tuple(row)) for row in found)


@pytest.mark.usefixtures("certificate")
def test_a_renewal_is_a_new_cycle_in_the_same_setting(ana: Person, expiring: Module) -> None:
    first = get_enrolment(ana.id, expiring.id)

    enrolment = renew(ana, expiring, REFRESHER)

    assert (enrolment.cycle, enrolment.path, enrolment.setting) == (2, "refresher", first.setting)
    assert (enrolment.enrolled_at, enrolment.completed_at) == (IN_TIME, None)
    assert get_enrolment(ana.id, expiring.id).id == enrolment.id
    assert get_standing(enrolment, expiring).path.state is State.NOT_STARTED


@pytest.mark.usefixtures("certificate")
@pytest.mark.parametrize("kind", PathKind)
def test_everything_of_the_old_cycle_stays(ana: Person, expiring: Module, kind: PathKind) -> None:
    tables = ("enrolments", "lesson_completions", "attempts", "answers", "certificates")
    before = {table: rows_of(table) for table in tables}

    enrolment = renew(ana, expiring, kind)
    with transaction():
        if kind is REFRESHER:
            take_refresher(enrolment, expiring, IN_TIME)
        else:
            pass_module(enrolment, expiring, now=IN_TIME)
        finish(ana, enrolment, expiring, IN_TIME)

    for table in tables:
        assert set(before[table]) < set(rows_of(table)), table


def test_the_new_certificate_belongs_to_the_new_cycle_and_the_old_one_ends_on_its_own_day(
    ana: Person, expiring: Module, certificate: Certificate
) -> None:
    enrolment = renew(ana, expiring, REFRESHER)
    with transaction():
        take_refresher(enrolment, expiring, IN_TIME)
        new = finish(ana, enrolment, expiring, IN_TIME)

    assert (new.enrolment_id, new.minutes) == (enrolment.id, 20)
    assert new.expires_on == date(2030, 9, 1)
    assert certificate.expires_on == EXPIRES
    assert certificate.status_at(noon("2028-11-22")) is Status.VALID
    assert certificate.status_at(noon("2028-11-23")) is Status.EXPIRED
    assert list_newest_certificates([ana.id], [expiring.id]) == {(ana.id, expiring.id): new}


@pytest.mark.usefixtures("certificate")
def test_a_refresher_asks_for_its_own_steps_only(ana: Person, expiring: Module) -> None:
    enrolment = renew(ana, expiring, REFRESHER)

    path = get_standing(enrolment, expiring).path

    assert [status.step for status in path.steps] == [
        Step.LESSONS,
        Step.POST_TEST,
        Step.CONFIRMATION,
    ]
    assert path.steps[0].lessons_left == ("welcome", "ask-in-practice")


@pytest.mark.usefixtures("certificate")
def test_the_whole_module_asks_for_everything_again(ana: Person, expiring: Module) -> None:
    enrolment = renew(ana, expiring)

    path = get_standing(enrolment, expiring).path

    assert [status.step for status in path.left] == list(Step)
    assert len(path.left[1].lessons_left) == len(expiring.spec.lessons)


@pytest.mark.usefixtures("certificate")
@pytest.mark.parametrize(
    ("kind", "asks", "planned"),
    [
        pytest.param(FULL, False, 2, id="the-whole-module"),
        pytest.param(REFRESHER, True, 2, id="a-refresher-with-an-evaluation"),
        pytest.param(REFRESHER, False, 1, id="a-refresher-without-one"),
    ],
)
def test_a_renewal_is_followed_up_where_it_asks_for_an_evaluation(
    ana: Person, expiring: Module, kind: PathKind, asks: bool, planned: int
) -> None:
    short = SHORT.model_copy(update={"evaluation": asks})
    module = renewable(expiring, RENEWAL.model_copy(update={"refresher": short}))
    complete_again(ana, module, kind)

    assert db.session.query(FollowUp).count() == planned


@pytest.mark.usefixtures("certificate")
def test_who_said_no_is_not_asked_again_after_a_renewal(ana: Person, expiring: Module) -> None:
    with transaction():
        decline_follow_up(get_enrolment(ana.id, expiring.id).id)

    complete_again(ana, expiring, FULL)

    assert [item.state for item in db.session.query(FollowUp)] == ["declined"]


def complete_again(person: Person, module: Module, kind: PathKind) -> None:
    enrolment = renew(person, module, kind)
    with transaction():
        if kind is FULL:
            pass_module(enrolment, module, now=IN_TIME)
        else:
            take_refresher(enrolment, module, IN_TIME)
            if get_standing(enrolment, module).asked.evaluation:
                give_evaluation(enrolment, module, now=IN_TIME)
        finish(person, enrolment, module, IN_TIME)


@pytest.mark.usefixtures("certificate")
def test_a_refresher_gives_no_credit(ana: Person, expiring: Module) -> None:
    enrolment = renew(ana, expiring, REFRESHER)
    with transaction():
        take_refresher(enrolment, expiring, IN_TIME)

    with pytest.raises(CreditNotOfferedError), transaction():
        finish(ana, enrolment, expiring, IN_TIME, Claim("hours", Decimal(1)))


@pytest.mark.usefixtures("certificate")
def test_tries_are_counted_anew_in_each_cycle(ana: Person, expiring: Module) -> None:
    enrolment = renew(ana, expiring)
    with transaction():
        attempt = services.start_test(
            enrolment, expiring, assessments.PRE, language="en", now=IN_TIME
        )

    assert attempt.number == 1
    assert get_attempt(ana.id, expiring.id, assessments.PRE, 1).id == attempt.id
    assert db.session.query(Attempt).filter(Attempt.instrument == assessments.PRE).count() == 2


# --- once ---------------------------------------------------------------------------------------


@pytest.mark.usefixtures("certificate")
def test_renewing_twice_is_one_new_cycle_and_the_first_choice_stays(
    ana: Person, expiring: Module
) -> None:
    first = renew(ana, expiring, REFRESHER)
    second = renew(ana, expiring, FULL)

    assert (second.id, second.path) == (first.id, "refresher")


def test_renewing_at_once_is_one_new_cycle(app: Flask, expiring: Module) -> None:
    with app.app_context(), transaction():
        people = [make_person() for _ in range(4)]
        for person in people:
            make_certificate(person, expiring)

    def begin(person: Person) -> int:
        return services.renew(person, expiring, kind=FULL, language="en", now=IN_TIME).id

    for person in people:
        begun = at_once(app, partial(db.session.get_one, Person, person.id), begin)
        assert len(set(begun)) == 1
    with app.app_context():
        cycles = db.session.scalars(select(Enrolment.cycle).order_by(Enrolment.cycle))
        assert list(cycles) == [1] * 4 + [2] * 4


@pytest.mark.usefixtures("certificate")
def test_a_third_cycle_follows_the_second(ana: Person, expiring: Module) -> None:
    enrolment = renew(ana, expiring, REFRESHER)
    with transaction():
        take_refresher(enrolment, expiring, IN_TIME)
        finish(ana, enrolment, expiring, IN_TIME)
    with pytest.raises(RenewalNotOpenError):
        renew(ana, expiring)

    third = renew(ana, expiring, now=noon("2030-09-02"))

    assert (third.cycle, third.path) == (3, "full")


# --- in its days --------------------------------------------------------------------------------


@pytest.mark.usefixtures("certificate")
@pytest.mark.parametrize(
    ("language", "message"),
    [
        ("en", "Your certificate is still valid. You can renew it from August 24, 2028."),
        (
            "es",
            "Su certificado sigue siendo válido. "
            "Puede renovarlo a partir del 24 de agosto de 2028.",
        ),
    ],
)
def test_before_its_days_a_renewal_says_when_they_begin(
    ana: Person, expiring: Module, language: str, message: str
) -> None:
    with speaking(language), pytest.raises(RenewalNotOpenError) as error:
        renew(ana, expiring, now=noon("2028-08-23"))

    assert error.value.message == message
    assert db.session.query(Enrolment).count() == 1


@pytest.mark.usefixtures("certificate")
@pytest.mark.parametrize(
    ("day", "refused"),
    [("2028-12-22", False), ("2028-12-23", True)],
    ids=["the-last-day-of-grace", "the-day-after"],
)
def test_a_refresher_is_begun_until_its_days_of_grace_are_over(
    ana: Person, expiring: Module, day: str, refused: bool
) -> None:
    if not refused:
        assert renew(ana, expiring, REFRESHER, noon(day)).path == "refresher"
        return
    with pytest.raises(RefresherOverError):
        renew(ana, expiring, REFRESHER, noon(day))
    assert renew(ana, expiring, FULL, noon(day)).cycle == 2


@pytest.mark.usefixtures("certificate")
def test_what_was_begun_in_time_is_finished_as_it_was_begun(ana: Person, expiring: Module) -> None:
    enrolment = renew(ana, expiring, REFRESHER)
    later = noon("2029-03-01")

    with transaction():
        take_refresher(enrolment, expiring, later)
        new = finish(ana, enrolment, expiring, later)

    assert new.completed_on == date(2029, 3, 1)


@pytest.mark.usefixtures("certificate")
def test_new_rules_of_the_content_change_nothing_for_who_takes_the_whole_module(
    ana: Person, expiring: Module, module: Module
) -> None:
    other = renewable(module, RENEWAL.model_copy(update={"refresher": None}))
    enrolment = renew(ana, other)

    asked = get_standing(enrolment, expiring).asked

    assert asked == get_standing(enrolment, other).asked
    assert len(asked.lessons) == len(module.spec.lessons)


@pytest.mark.usefixtures("certificate")
def test_without_rules_an_expired_certificate_is_renewed_by_the_whole_module(
    ana: Person, module: Module
) -> None:
    plain = renewable(module, renewal=None)

    with pytest.raises(RenewalNotOpenError):
        renew(ana, plain, now=noon(EXPIRES))
    day_after = noon(EXPIRES + timedelta(days=1))
    with pytest.raises(RefresherOverError):
        renew(ana, plain, REFRESHER, day_after)
    assert renew(ana, plain, FULL, day_after).path == "full"


@pytest.mark.parametrize(
    ("zone", "last_moment"),
    [
        pytest.param("Pacific/Honolulu", "2028-08-24T09:59:59", id="honolulu"),
        pytest.param("Pacific/Guam", "2028-08-23T13:59:59", id="guam"),
        pytest.param("Pacific/Auckland", "2028-08-23T11:59:59", id="auckland"),
        pytest.param("Australia/Adelaide", "2028-08-23T14:29:59", id="adelaide-and-its-half-hour"),
        pytest.param("America/New_York", "2028-08-24T03:59:59", id="new-york-in-summer"),
    ],
)
def test_the_day_begins_where_the_learner_is(
    context: Flask, expiring: Module, zone: str, last_moment: str
) -> None:
    """All of them complete on November 22, 2026, by their own calendar."""
    with transaction():
        person = make_person(time_zone=zone)
        first = make_certificate(person, expiring, now=datetime(2026, 11, 22, 10, 30, tzinfo=UTC))
    assert first.completed_on == date(2026, 11, 22)
    before = datetime.fromisoformat(last_moment).replace(tzinfo=UTC)

    with pytest.raises(RenewalNotOpenError):
        renew(person, expiring, now=before)

    assert renew(person, expiring, now=before + timedelta(seconds=1)).cycle == 2


# --- what is no renewal -------------------------------------------------------------------------


def test_who_never_began_has_nothing_to_renew(ana: Person, expiring: Module) -> None:
    with pytest.raises(NotFoundError):
        renew(ana, expiring)


def test_who_is_on_the_way_goes_on(ana: Person, expiring: Module) -> None:
    with transaction():
        enrolment = make_enrolment(ana, expiring)
        take_test(enrolment, expiring, assessments.PRE)

    assert renew(ana, expiring, REFRESHER).id == enrolment.id


def test_a_certificate_that_does_not_expire_is_not_renewed(ana: Person, module: Module) -> None:
    with transaction():
        make_certificate(ana, module)

    with pytest.raises(NotFoundError):
        renew(ana, renewable(module))


def test_a_certificate_that_was_revoked_is_not_renewed(
    ana: Person, expiring: Module, certificate: Certificate
) -> None:
    with transaction():
        certificate.revoked_at, certificate.revoked_reason = NOW, "issued by mistake"

    with pytest.raises(NotFoundError):
        renew(ana, expiring)


@pytest.mark.usefixtures("certificate")
def test_a_language_that_the_module_does_not_have_is_not_found(
    ana: Person, expiring: Module
) -> None:
    with pytest.raises(NotFoundError), transaction():
        services.renew(ana, expiring, kind=FULL, language="fr", now=IN_TIME)


@pytest.mark.usefixtures("certificate")
def test_a_setting_that_left_the_module_is_replaced_by_its_first(
    ana: Person, expiring: Module
) -> None:
    fewer = with_spec(expiring, settings=("public-health", "social-services"))

    assert renew(ana, fewer).setting == "public-health"


@pytest.mark.parametrize("changes", [{"cycle": 1, "path": "refresher"}, {"path": "short-cut"}])
def test_the_database_refuses_impossible_paths(
    ana: Person, module: Module, changes: dict[str, object]
) -> None:
    values: dict[str, object] = {"cycle": 2, **changes}
    enrolment = Enrolment(
        person_id=ana.id,
        module_id=module.id,
        setting="health-care",
        language="en",
        enrolled_at=NOW,
        **values,
    )

    with pytest.raises(IntegrityError), transaction():
        db.session.add(enrolment)


def test_an_enrolment_of_the_release_before_takes_the_whole_module(ana: Person) -> None:
    """It serves while the database is brought to this one, and knows nothing of paths."""
    with transaction():
        db.session.execute(
            text(
                "INSERT INTO enrolments"
                " (person_id, module_id, cycle, setting, language, enrolled_at)"
                " VALUES (:person, 'any', 1, 'health-care', 'en', '2026-11-22 15:00:00+00:00')"
            ),
            {"person": ana.id},
        )

    assert db.session.scalars(select(Enrolment.path)).all() == ["full"]
