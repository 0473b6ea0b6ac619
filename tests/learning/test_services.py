"""Enrolling, going on, finishing: what is kept, and what is refused."""

from __future__ import annotations

from collections.abc import Callable
from datetime import UTC, date, datetime, timedelta
from decimal import Decimal
from functools import partial

import pytest
from flask import Flask
from sqlalchemy import select
from sqlalchemy.exc import IntegrityError

from soar_lms.accounts.models import Person
from soar_lms.assessments import services as assessments
from soar_lms.assessments.models import EvaluationResponse
from soar_lms.catalogue.model import Module
from soar_lms.catalogue.schema import Bank
from soar_lms.certificates.claims import Claim, CreditNotOfferedError
from soar_lms.certificates.models import Certificate
from soar_lms.certificates.services import Provider, list_current_certificates
from soar_lms.content import catalogue
from soar_lms.database import db, transaction
from soar_lms.errors import NotFoundError
from soar_lms.learning import services
from soar_lms.learning.models import Enrolment, FollowUp, LessonCompletion
from soar_lms.learning.path import SHARED, State, Step
from soar_lms.learning.progress import load_progress
from soar_lms.learning.standing import (
    find_enrolment,
    find_reading,
    get_attempt,
    get_enrolment,
    get_standing,
    list_standings,
)
from soar_lms.messages.models import OutboxMessage
from tests.assessments.variants import with_attempts, with_spec
from tests.factories import (
    NOW,
    finish_lessons,
    give_evaluation,
    make_enrolment,
    make_person,
    pass_module,
    take_test,
)
from tests.support.together import at_once


@pytest.fixture
def ana(context: Flask) -> Person:
    with transaction():
        return make_person()


@pytest.fixture
def enrolment(ana: Person, module: Module) -> Enrolment:
    with transaction():
        return make_enrolment(ana, module, setting="health-care")


@pytest.fixture
def passed(enrolment: Enrolment, module: Module) -> Enrolment:
    """Return an enrolment with everything done but the confirmation of the name."""
    with transaction():
        pass_module(enrolment, module)
    return enrolment


def finish(
    person: Person,
    enrolment: Enrolment,
    module: Module,
    *,
    now: datetime = NOW,
    language: str = "en",
) -> Certificate:
    return services.complete_module(
        person,
        enrolment,
        module,
        setting_name="Health care",
        name="Ana Torres Vega",
        claim=None,
        language=language,
        provider=Provider(None, None),
        now=now,
    )


# --- enrolling ----------------------------------------------------------------------------------


def test_enrolling_twice_is_one_enrolment(ana: Person, module: Module) -> None:
    for setting, language in (("health-care", "en"), ("public-health", "es")):
        with transaction():
            make_enrolment(ana, module, setting=setting, language=language)

    (enrolment,) = db.session.scalars(select(Enrolment))
    assert (enrolment.setting, enrolment.language, enrolment.cycle) == ("public-health", "es", 1)
    assert enrolment.enrolled_at == NOW


def test_enrolling_at_once_is_one_enrolment(app: Flask, module: Module) -> None:
    with app.app_context(), transaction():
        ids = [make_person().id for _ in range(4)]

    def enrol(person: Person) -> int:
        return make_enrolment(person, module).id

    for person_id in ids:
        enrolled = at_once(app, partial(db.session.get_one, Person, person_id), enrol)
        assert len(set(enrolled)) == 1
    with app.app_context():
        assert db.session.query(Enrolment).count() == 4


@pytest.mark.parametrize(
    ("setting", "language"), [("astronomy", "en"), ("", "en"), ("health-care", "fr")]
)
def test_what_a_module_does_not_offer_is_not_found(
    ana: Person, module: Module, setting: str, language: str
) -> None:
    with pytest.raises(NotFoundError), transaction():
        services.enrol(ana, module, setting=setting, language=language, now=NOW)

    assert find_enrolment(ana.id, module.id) is None


def test_the_first_setting_becomes_the_persons_own(ana: Person, module: Module) -> None:
    for setting in ("public-health", "health-care"):
        with transaction():
            make_enrolment(ana, module, setting=setting)

    assert ana.setting == "public-health"


# --- settings and languages ---------------------------------------------------------------------


def test_a_change_of_setting_keeps_shared_lessons_and_asks_for_the_others(
    enrolment: Enrolment, module: Module
) -> None:
    with transaction():
        finish_lessons(enrolment, module)
        services.change_setting(enrolment, module, "social-services")

    status = get_standing(enrolment, module).path.status(Step.LESSONS)
    assert status is not None
    assert status.lessons_left == tuple(
        lesson.id for lesson in module.spec.lessons if lesson.by_setting
    )


def test_going_back_to_the_first_setting_asks_for_nothing_again(
    enrolment: Enrolment, module: Module
) -> None:
    with transaction():
        finish_lessons(enrolment, module)
        for setting in ("social-services", "health-care"):
            services.change_setting(enrolment, module, setting)

    assert get_standing(enrolment, module).path.is_done(Step.LESSONS)


def test_a_passed_test_stays_passed_in_another_setting(
    enrolment: Enrolment, module: Module
) -> None:
    with transaction():
        pass_module(enrolment, module)
        services.change_setting(enrolment, module, "social-services")
        assert get_standing(enrolment, module).path.state is State.IN_PROGRESS
        finish_lessons(enrolment, module)

    path = get_standing(enrolment, module).path
    assert [status.step for status in path.left] == [Step.CONFIRMATION]


def test_a_setting_the_module_does_not_have_is_not_found(
    enrolment: Enrolment, module: Module
) -> None:
    with pytest.raises(NotFoundError):
        services.change_setting(enrolment, module, "astronomy")

    assert enrolment.setting == "health-care"


def test_another_language_keeps_everything(
    ana: Person, enrolment: Enrolment, module: Module
) -> None:
    check = next(iter(module.questions(Bank.CHECK, "health-care")))
    with transaction():
        take_test(enrolment, module, assessments.PRE, right=3)
        for lesson in module.spec.lessons[:3]:
            services.complete_lesson(enrolment, module, lesson.id, NOW)
        assessments.answer_check(
            module, enrolment_id=enrolment.id, question_id=check, chosen=["a"], now=NOW
        )
    before = get_standing(enrolment, module)

    with transaction():
        services.enrol(ana, module, setting="health-care", language="es", now=NOW)

    after = get_standing(enrolment, module)
    assert (after.path, after.progress) == (before.path, before.progress)
    assert enrolment.language == "es"
    reading = find_reading(ana.id, module.id)
    assert reading is not None
    assert reading.checks == {check: ("a",)}
    assert {name for name, _ in reading.lessons_done} == {
        lesson.id for lesson in module.spec.lessons[:3]
    }


def test_an_attempt_begun_in_one_language_goes_on_in_the_other(
    enrolment: Enrolment, module: Module
) -> None:
    with transaction():
        take_test(enrolment, module, assessments.PRE)
        finish_lessons(enrolment, module)
        first = services.start_test(enrolment, module, "post", language="en", now=NOW)
    with transaction():
        second = services.start_test(enrolment, module, "post", language="es", now=NOW)

    assert (second.id, second.items) == (first.id, first.items)


# --- lessons ------------------------------------------------------------------------------------


def test_a_lesson_done_twice_is_done_once(enrolment: Enrolment, module: Module) -> None:
    for day in range(2):
        with transaction():
            services.complete_lesson(enrolment, module, "observe", NOW + timedelta(days=day))

    (row,) = db.session.scalars(select(LessonCompletion))
    assert (row.lesson_id, row.setting, row.completed_at) == ("observe", "health-care", NOW)
    assert enrolment.last_lesson == "observe"


def test_a_shared_lesson_is_kept_for_all_settings(enrolment: Enrolment, module: Module) -> None:
    with transaction():
        services.complete_lesson(enrolment, module, "welcome", NOW)

    assert get_standing(enrolment, module).progress.lessons_done == {("welcome", SHARED)}


def test_a_lesson_that_is_not_there_cannot_be_done(enrolment: Enrolment, module: Module) -> None:
    with pytest.raises(NotFoundError):
        services.complete_lesson(enrolment, module, "astronomy", NOW)


# --- tests --------------------------------------------------------------------------------------


def test_the_post_test_opens_only_when_pre_test_and_lessons_are_done(
    enrolment: Enrolment, module: Module
) -> None:
    with transaction():
        take_test(enrolment, module, assessments.PRE)
        for lesson in module.spec.lessons[:-1]:
            services.complete_lesson(enrolment, module, lesson.id, NOW)
    with pytest.raises(services.StepNotOpenError), transaction():
        services.start_test(enrolment, module, assessments.POST, language="en", now=NOW)

    with transaction():
        services.complete_lesson(enrolment, module, module.spec.lessons[-1].id, NOW)
        attempt = services.start_test(enrolment, module, "post", language="en", now=NOW)

    assert attempt.is_open


def test_a_pre_test_that_was_handed_in_is_not_taken_again(
    enrolment: Enrolment, module: Module
) -> None:
    with transaction():
        take_test(enrolment, module, assessments.PRE)

    with pytest.raises(services.StepNotOpenError), transaction():
        services.start_test(enrolment, module, assessments.PRE, language="en", now=NOW)


def test_a_passed_test_is_not_taken_again(passed: Enrolment, module: Module) -> None:
    with pytest.raises(services.StepNotOpenError), transaction():
        services.start_test(passed, module, assessments.POST, language="en", now=NOW)


def test_an_attempt_is_found_by_its_owner_only(
    ana: Person, enrolment: Enrolment, module: Module
) -> None:
    with transaction():
        attempt = services.start_test(enrolment, module, "pre", language="en", now=NOW)

    assert get_attempt(ana.id, module.id, "pre", 1).id == attempt.id
    for place in (
        (ana.id + 1, module.id, "pre", 1),
        (ana.id, "astronomy", "pre", 1),
        (ana.id, module.id, "post", 1),
        (ana.id, module.id, "pre", 2),
    ):
        with pytest.raises(NotFoundError):
            get_attempt(*place)


def test_an_attempt_of_an_earlier_cycle_is_not_one_of_the_present_cycle(
    ana: Person, passed: Enrolment, module: Module
) -> None:
    with transaction():
        finish(ana, passed, module)
        db.session.add(
            Enrolment(
                person_id=ana.id,
                module_id=module.id,
                cycle=2,
                setting="health-care",
                language="en",
                enrolled_at=NOW,
            )
        )

    with pytest.raises(NotFoundError):
        get_attempt(ana.id, module.id, "post", 1)


def test_a_reading_knows_who_enrolled_and_where_they_are(
    ana: Person, enrolment: Enrolment, module: Module
) -> None:
    with transaction():
        services.complete_lesson(enrolment, module, "observe", NOW)

    reading = find_reading(ana.id, module.id)

    assert reading is not None
    assert (reading.setting, reading.completed) == ("health-care", False)
    assert reading.lessons_done == (("observe", "health-care"),)
    assert find_reading(ana.id + 1, module.id) is None
    assert find_reading(ana.id, "astronomy") is None


def test_the_best_attempt_is_the_score(enrolment: Enrolment, module: Module) -> None:
    with transaction():
        take_test(enrolment, module, assessments.PRE)
        finish_lessons(enrolment, module)
        for right in (3, 9):
            take_test(enrolment, module, assessments.POST, right=right)

    assert services.best_score(enrolment.id) == 90


def test_whoever_used_the_last_try_without_passing_cannot_finish(
    ana: Person, enrolment: Enrolment, module: Module
) -> None:
    once = with_attempts(module, limit=1)
    with transaction():
        take_test(enrolment, once, assessments.PRE)
        finish_lessons(enrolment, once)
        take_test(enrolment, once, assessments.POST, right=7)

    with pytest.raises(assessments.AttemptLimitReachedError), transaction():
        services.start_test(enrolment, once, assessments.POST, language="en", now=NOW)
    with pytest.raises(services.StepNotOpenError), transaction():
        finish(ana, enrolment, once)


def test_an_evaluation_before_the_test_is_refused(enrolment: Enrolment, module: Module) -> None:
    with pytest.raises(services.StepNotOpenError), transaction():
        give_evaluation(enrolment, module)


@pytest.mark.parametrize(
    ("time_zone", "month"),
    [
        pytest.param("America/New_York", date(2026, 11, 1), id="still-november-in-the-west"),
        pytest.param("UTC", date(2026, 12, 1), id="december-where-the-server-is"),
        pytest.param("Pacific/Guam", date(2026, 12, 1), id="december-in-the-east"),
    ],
)
def test_the_month_of_an_evaluation_is_the_learners(
    enrolment: Enrolment, module: Module, time_zone: str, month: date
) -> None:
    with transaction():
        take_test(enrolment, module, assessments.PRE)
        finish_lessons(enrolment, module)
        take_test(enrolment, module, assessments.POST)
        give_evaluation(
            enrolment, module, time_zone=time_zone, now=datetime(2026, 12, 1, 3, 0, tzinfo=UTC)
        )

    assert db.session.scalars(select(EvaluationResponse.month)).all() == [month]


# --- finishing ----------------------------------------------------------------------------------


def test_nothing_short_of_everything_gives_a_certificate(
    ana: Person, enrolment: Enrolment, module: Module
) -> None:
    with transaction():
        take_test(enrolment, module, assessments.PRE)
        finish_lessons(enrolment, module)
        take_test(enrolment, module, assessments.POST)

    with pytest.raises(services.StepNotOpenError), transaction():
        finish(ana, enrolment, module)

    assert enrolment.completed_at is None
    assert db.session.query(Certificate).count() == 0


def test_finishing_twice_gives_the_same_certificate_and_one_e_mail(
    ana: Person, passed: Enrolment, module: Module
) -> None:
    codes = []
    for day in range(2):
        with transaction():
            codes.append(finish(ana, passed, module, now=NOW + timedelta(days=day)).code)

    assert len(set(codes)) == 1
    assert passed.completed_at == NOW
    assert db.session.query(OutboxMessage).count() == 1


def test_finishing_at_once_gives_one_certificate_and_one_e_mail(app: Flask, module: Module) -> None:
    with app.app_context(), transaction():
        enrolments = [make_enrolment(make_person(), module) for _ in range(3)]
        for enrolment in enrolments:
            pass_module(enrolment, module)
        ids = [enrolment.id for enrolment in enrolments]

    def confirm(enrolment: Enrolment) -> str:
        person = db.session.get_one(Person, enrolment.person_id)
        return finish(person, enrolment, module).code

    for enrolment_id in ids:
        codes = at_once(app, partial(db.session.get_one, Enrolment, enrolment_id), confirm)
        assert len(set(codes)) == 1
    with app.app_context():
        assert db.session.query(Certificate).count() == 3
        assert db.session.query(OutboxMessage).count() == 3
        assert db.session.query(FollowUp).count() == 3


def test_what_is_completed_stays_completed_when_the_module_changes(
    ana: Person, passed: Enrolment, module: Module
) -> None:
    with transaction():
        finish(ana, passed, module)
    lessons = module.spec.lessons
    longer = with_spec(
        module, lessons=(*lessons, lessons[0].model_copy(update={"id": "new-lesson"}))
    )

    with transaction():
        services.change_setting(passed, longer, "public-health")

    assert get_standing(passed, longer).path.state is State.COMPLETED
    assert passed.setting == "health-care"


def test_an_unfinished_enrolment_is_asked_for_a_lesson_that_was_added(
    passed: Enrolment, module: Module
) -> None:
    lessons = module.spec.lessons
    longer = with_spec(
        module, lessons=(*lessons, lessons[0].model_copy(update={"id": "new-lesson"}))
    )

    status = get_standing(passed, longer).path.status(Step.LESSONS)

    assert status is not None
    assert status.lessons_left == ("new-lesson",)


def test_a_claim_that_is_not_offered_leaves_everything_as_it_was(
    ana: Person, passed: Enrolment, module: Module
) -> None:
    with pytest.raises(CreditNotOfferedError), transaction():
        services.complete_module(
            ana,
            passed,
            module,
            setting_name="Health care",
            name="Ana",
            claim=Claim("hours", Decimal(1)),
            language="en",
            provider=Provider(None, None),
            now=NOW,
        )

    db.session.refresh(passed)
    assert passed.completed_at is None
    assert db.session.query(OutboxMessage).count() == 0


@pytest.mark.parametrize(
    ("moment", "zone", "day"),
    [
        pytest.param("2026-11-23T04:30", "America/New_York", "2026-11-22", id="2330-eastern"),
        pytest.param("2026-11-23T05:00", "America/New_York", "2026-11-23", id="midnight-eastern"),
        pytest.param("2026-11-23T09:59", "Pacific/Honolulu", "2026-11-22", id="late-in-honolulu"),
        pytest.param("2026-11-22T14:00", "Pacific/Guam", "2026-11-23", id="early-in-guam"),
        pytest.param("2026-03-08T06:59", "America/New_York", "2026-03-08", id="spring-before"),
        pytest.param("2026-03-09T03:59", "America/New_York", "2026-03-08", id="spring-late"),
        pytest.param("2026-03-09T04:00", "America/New_York", "2026-03-09", id="spring-midnight"),
        pytest.param("2026-11-01T05:30", "America/New_York", "2026-11-01", id="autumn-first-0130"),
        pytest.param("2026-11-02T04:59", "America/New_York", "2026-11-01", id="autumn-late"),
        pytest.param("2026-11-02T05:00", "America/New_York", "2026-11-02", id="autumn-midnight"),
        pytest.param("2026-12-31T23:59", "UTC", "2026-12-31", id="the-last-minute"),
    ],
)
def test_a_certificate_bears_the_day_where_the_learner_is(
    context: Flask, module: Module, moment: str, zone: str, day: str
) -> None:
    now = datetime.fromisoformat(moment).replace(tzinfo=UTC)
    with transaction():
        person = make_person(time_zone=zone)
        enrolment = make_enrolment(person, module, now=now)
        pass_module(enrolment, module, now=now)
        certificate = finish(person, enrolment, module, now=now)

    assert certificate.completed_on == date.fromisoformat(day)
    assert (certificate.completed_at, certificate.time_zone) == (now, zone)


@pytest.mark.parametrize(
    ("language", "subject", "words"),
    [
        ("en", "Your certificate is ready", "You have completed your module"),
        ("es", "Su certificado está listo", "Usted completó el módulo"),
    ],
)
def test_the_e_mail_about_the_certificate_is_in_the_learners_language(
    context: Flask, module: Module, language: str, subject: str, words: str
) -> None:
    with transaction():
        person = make_person(language=language)
        enrolment = make_enrolment(person, module, language=language)
        pass_module(enrolment, module)
        certificate = finish(person, enrolment, module, language=language)

    (message,) = db.session.scalars(select(OutboxMessage))
    assert (message.subject, message.language, message.recipient) == (
        subject,
        language,
        person.email,
    )
    assert words in message.body
    assert f"http://127.0.0.1:8000/{language}/certificates/{certificate.code}" in message.body


def test_e_mail_follows_the_profile_also_when_the_module_is_taken_in_another_language(
    context: Flask, module: Module
) -> None:
    """The profile says: e-mail comes in this language; you can read the site in any language."""
    with transaction():
        person = make_person(language="es")
        enrolment = make_enrolment(person, module, language="en")
        pass_module(enrolment, module)
        certificate = finish(person, enrolment, module, language="en")

    (message,) = db.session.scalars(select(OutboxMessage))
    assert (certificate.language, message.language) == ("en", "es")


# --- many at once -------------------------------------------------------------------------------


def test_the_standings_of_many_people_cost_two_queries(
    context: Flask, module: Module, count_queries: Callable[[], list[str]]
) -> None:
    with transaction():
        people = [make_person() for _ in range(6)]
        for number, person in enumerate(people):
            enrolment = make_enrolment(person, module)
            for lesson in module.spec.lessons[:number]:
                services.complete_lesson(enrolment, module, lesson.id, NOW)
    seen = count_queries()

    found = list_standings(catalogue(), [person.id for person in people], [module.id])

    assert len(seen) == 2
    assert [len(found[person.id, module.id].progress.lessons_done) for person in people] == [
        0,
        1,
        2,
        3,
        4,
        5,
    ]


def test_many_people_are_not_too_many_for_a_statement(
    context: Flask, ana: Person, enrolment: Enrolment, module: Module
) -> None:
    """SQLite takes 32,766 parameters in a statement, PostgreSQL 65,535."""
    crowd = range(1, 70_000)

    found = list_standings(catalogue(), crowd, [module.id])

    assert list(found) == [(ana.id, module.id)]
    assert len(load_progress(crowd)) == len(crowd)
    assert list_current_certificates(crowd) == {}


def test_the_latest_cycle_counts(ana: Person, passed: Enrolment, module: Module) -> None:
    with transaction():
        finish(ana, passed, module)
        renewal = Enrolment(
            person_id=ana.id,
            module_id=module.id,
            cycle=2,
            setting="health-care",
            language="en",
            enrolled_at=NOW,
        )
        db.session.add(renewal)

    found = list_standings(catalogue(), [ana.id], [module.id])

    assert found[ana.id, module.id].path.state is State.NOT_STARTED
    assert get_enrolment(ana.id, module.id).id == renewal.id


@pytest.mark.parametrize("changes", [{"cycle": 1}, {"cycle": 0}, {"person_id": -1, "cycle": 2}])
def test_the_database_refuses_impossible_enrolments(
    enrolment: Enrolment, changes: dict[str, int]
) -> None:
    values = {
        "person_id": enrolment.person_id,
        "module_id": enrolment.module_id,
        "setting": "health-care",
        "language": "en",
        "enrolled_at": NOW,
    }

    with pytest.raises(IntegrityError), transaction():
        db.session.add(Enrolment(**(values | changes)))
