"""What is kept of everybody's standing: always what would be worked out anew."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from datetime import UTC, date, datetime, timedelta
from functools import partial

import pytest
from click.testing import CliRunner
from flask import Flask
from sqlalchemy import select, update

from soar_lms.accounts.models import Person
from soar_lms.assessments import services as assessments
from soar_lms.audit.services import Actor
from soar_lms.catalogue.model import Catalogue, Module
from soar_lms.certificates.models import Certificate
from soar_lms.cli import main
from soar_lms.content import catalogue
from soar_lms.database import db, transaction
from soar_lms.learning import jobs, services
from soar_lms.learning.keeping import (
    find_wrong,
    is_outdated,
    keep_people,
    list_batches,
    rebuild,
    renew_outdated,
)
from soar_lms.learning.models import Enrolment, KeptStanding
from soar_lms.learning.path import (
    Facts,
    PathKind,
    assess,
    fingerprint,
    read_left,
    requirements,
    write_left,
)
from soar_lms.learning.regrading import apply_change, find_changes
from tests.assessments.variants import with_spec
from tests.factories import (
    NOW,
    finish_lessons,
    make_certificate,
    make_enrolment,
    make_person,
    take_test,
)
from tests.learning.renewals import renewable
from tests.support.together import at_once

LATER = NOW + timedelta(days=3)


def kept(person: Person) -> KeptStanding | None:
    db.session.expire_all()
    return db.session.scalar(select(KeptStanding).where(KeptStanding.person_id == person.id))


def wrong(person: Person) -> list[str]:
    return find_wrong([person.id], catalogue())


# --- what is kept -------------------------------------------------------------------------------


def test_whoever_begins_has_a_row_that_says_what_is_left(
    context: Flask, learner: Person, module: Module
) -> None:
    with transaction():
        make_enrolment(learner, module, setting="public-health", language="es")

    row = kept(learner)
    assert row is not None
    assert (row.state, row.setting, row.language) == ("not-started", "public-health", "es")
    count = len(module.spec.lessons)
    assert row.steps_left == f"pre-test lessons:{count} post-test evaluation confirmation"
    assert (row.completed_day, row.certificate_code) == (0, None)


def test_a_lesson_is_counted_in_its_own_transaction(
    context: Flask, learner: Person, module: Module
) -> None:
    with transaction():
        enrolment = make_enrolment(learner, module)
        services.complete_lesson(enrolment, module, "welcome", LATER, language="es")

    row = kept(learner)
    assert row is not None
    assert (row.state, row.language) == ("in-progress", "es")
    assert f"lessons:{len(module.spec.lessons) - 1}" in row.steps_left
    assert row.active_at == int(LATER.timestamp())


def test_a_certificate_gives_its_code_and_days(
    context: Flask, learner: Person, module: Module
) -> None:
    short = renewable(module, months=24)
    with transaction():
        certificate = make_certificate(learner, short)

    row = kept(learner)
    assert row is not None
    assert (row.state, row.steps_left, row.certificate_code) == ("completed", "", certificate.code)
    assert date.fromordinal(row.completed_day) == certificate.completed_on
    assert date.fromordinal(row.valid_until_day) == certificate.expires_on == date(2028, 11, 22)
    moments = [datetime.fromtimestamp(moment, UTC) for moment in (row.opens_at, row.expires_at)]
    assert moments == [
        datetime(2028, 8, 24, 4, tzinfo=UTC),  # midnight in New York, in summer and in winter
        datetime(2028, 11, 23, 5, tzinfo=UTC),
    ]


def test_a_new_cycle_is_a_renewal_and_keeps_the_days_of_the_certificate(
    context: Flask, learner: Person, module: Module
) -> None:
    short = renewable(module, months=1)
    with transaction():
        make_certificate(learner, short)
    with transaction():
        services.renew(
            learner, short, kind=PathKind.FULL, language="en", now=NOW + timedelta(days=40)
        )

    row = kept(learner)
    assert row is not None
    assert (row.state, row.cycle) == ("renewing", 2)
    assert date.fromordinal(row.valid_until_day) == date(2026, 12, 22)


def test_a_certificate_that_is_revoked_and_restored_is_followed(
    context: Flask, learner: Person, module: Module
) -> None:
    with transaction():
        certificate = make_certificate(learner, module)
    seen = []

    for revoked_at, reason in ((NOW, "Made by mistake"), (None, None)):
        with transaction():
            row = db.session.get_one(Certificate, certificate.id)
            row.revoked_at, row.revoked_reason = revoked_at, reason
        found = kept(learner)
        seen.append(found and found.certificate_code)
        assert wrong(learner) == []

    assert seen == [None, certificate.code]


def test_a_test_that_is_graded_again_is_followed(
    context: Flask, learner: Person, module: Module
) -> None:
    with transaction():
        enrolment = make_enrolment(learner, module)
        take_test(enrolment, module, assessments.PRE)
        finish_lessons(enrolment, module)
        attempt = take_test(enrolment, module, assessments.POST, right=0)
        items = [item | {"correct": ["z"]} for item in attempt.items]
        attempt.items = items
    with transaction():
        for change in find_changes(module):
            apply_change(change, module, actor=Actor(operator="root"), now=NOW)

    assert wrong(learner) == []


def test_two_lessons_done_at_once_are_both_counted(app: Flask, module: Module) -> None:
    with app.app_context(), transaction():
        person = make_person()
        enrolment_id = make_enrolment(person, module).id
    names = iter([lesson.id for lesson in module.spec.lessons[:3]])

    def read() -> tuple[Enrolment, str]:
        return db.session.get_one(Enrolment, enrolment_id), next(names)

    def work(found: tuple[Enrolment, str]) -> None:
        services.complete_lesson(found[0], module, found[1], NOW)

    at_once(app, read, work)

    with app.app_context():
        row = kept(person)
        assert row is not None
        assert f"lessons:{len(module.spec.lessons) - 3}" in row.steps_left


def test_enrolling_at_once_keeps_one_row(app: Flask, module: Module) -> None:
    with app.app_context(), transaction():
        person = make_person()

    at_once(
        app,
        partial(lambda: None),
        lambda _: make_enrolment(db.session.get_one(Person, person.id), module).id,
    )

    with app.app_context():
        assert wrong(person) == []


# --- proving and repairing ----------------------------------------------------------------------


def with_lesson_gone(whole: Catalogue) -> Catalogue:
    """Return the catalogue of a release in which the first module has one lesson less."""
    first = next(iter(whole.modules.values()))
    shorter = with_spec(first, lessons=first.spec.lessons[:-1], renewal=None)
    return replace(whole, modules={**whole.modules, first.id: shorter})


def test_a_row_that_is_wrong_is_found_and_made_anew(
    context: Flask, learner: Person, module: Module
) -> None:
    with transaction():
        make_enrolment(learner, module)
        db.session.execute(update(KeptStanding).values(state="passed"))
    found = wrong(learner)

    count = rebuild(catalogue())

    assert found == [f"{learner.id} {module.id}"]
    assert (count, wrong(learner)) == (1, [])


def test_new_content_makes_rows_outdated_until_they_are_made_anew(
    context: Flask, learner: Person, module: Module
) -> None:
    shorter = with_lesson_gone(catalogue())
    with transaction():
        make_enrolment(learner, module)
    before = (is_outdated(catalogue()), is_outdated(shorter))

    count = renew_outdated(shorter)

    assert before == (False, True)
    assert (count, is_outdated(shorter), find_wrong([learner.id], shorter)) == (1, False, [])


def test_missing_rows_are_made(context: Flask, learner: Person, module: Module) -> None:
    with transaction():
        make_enrolment(learner, module)
        db.session.query(KeptStanding).delete()

    assert (renew_outdated(catalogue()), wrong(learner)) == (1, [])


def test_a_row_without_anything_behind_it_goes(
    context: Flask, learner: Person, module: Module
) -> None:
    with transaction():
        enrolment = make_enrolment(learner, module)
        db.session.execute(update(KeptStanding).values(module_id="gone"))

    with transaction():
        keep_people([learner.id], catalogue())

    row = kept(learner)
    assert row is not None
    assert (row.module_id, row.enrolment_id) == (module.id, enrolment.id)


def test_the_worker_makes_outdated_rows_anew_and_else_does_nothing(
    context: Flask, learner: Person, module: Module
) -> None:
    with transaction():
        make_enrolment(learner, module)
    before = jobs.renew_standings(NOW)
    with transaction():
        db.session.execute(update(KeptStanding).values(content="another"))

    assert (before, jobs.renew_standings(NOW), wrong(learner)) == (0, 1, [])


def test_everybody_is_in_one_batch(
    context: Flask, module: Module, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("soar_lms.learning.keeping.BATCH", 2)
    with transaction():
        people = [make_person() for _ in range(5)]
        for person in people:
            make_enrolment(person, module)

    batches = list(list_batches())

    assert [len(batch) for batch in batches] == [2, 2, 1]
    assert [number for batch in batches for number in batch] == [person.id for person in people]


def test_the_command_checks_and_repairs(
    app: Flask, person: Callable[..., Person], module: Module
) -> None:
    with app.app_context(), transaction():
        make_enrolment(make_person(), module)
        db.session.execute(update(KeptStanding).values(state="passed"))
    run = partial(CliRunner().invoke, main.commands["learners"], obj=lambda: app)

    checks = [run(["standings", option]) for option in ("--check", "--rebuild", "--check")]

    assert [result.exit_code for result in checks] == [1, 0, 0]
    assert "1 wrong" in checks[0].output
    assert checks[2].output == "Checked 1 people: 0 wrong.\n"


# --- pure ---------------------------------------------------------------------------------------


def test_what_is_left_is_read_as_it_was_written(module: Module) -> None:
    left = assess(requirements(module, "health-care"), Facts()).left

    assert read_left(write_left(left)) == [
        (status.step, len(status.lessons_left)) for status in left
    ]
    assert read_left("") == []


def test_a_mended_text_changes_no_fingerprint_and_a_new_rule_does(module: Module) -> None:
    same = with_spec(module, version="9.9.9", minutes=1)
    others = [
        with_spec(module, lessons=module.spec.lessons[:-1], renewal=None),
        with_spec(module, evaluation=None),
        renewable(module),
    ]

    assert fingerprint(same) == fingerprint(module)
    assert fingerprint(module) not in {fingerprint(other) for other in others}
