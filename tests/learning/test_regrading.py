"""Regrading: who was marked wrong for the right answer gets the point, and nobody loses by it."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest
from click.testing import CliRunner, Result
from flask import Flask
from sqlalchemy import select

from soar_lms.accounts.models import Person
from soar_lms.assessments import services as assessments
from soar_lms.assessments.items import key_of
from soar_lms.assessments.models import Attempt
from soar_lms.audit.services import Action, find_entries
from soar_lms.catalogue.model import Module
from soar_lms.certificates.models import Certificate
from soar_lms.content import catalogue
from soar_lms.database import db, transaction
from soar_lms.learning import services as learning
from soar_lms.learning.commands import assessments as command
from soar_lms.learning.models import Enrolment
from soar_lms.learning.regrading import find_changes
from soar_lms.messages.models import OutboxMessage
from tests.assessments.test_kinds import HALF
from tests.assessments.variants import with_kinds, with_questions
from tests.factories import (
    NOW,
    finish_lessons,
    hand_in,
    make_certificate,
    make_enrolment,
    make_person,
    take_test,
)
from tests.learning.places import serve

Mend = Callable[..., Module]
Key = Callable[[Any], tuple[str, ...]]


@pytest.fixture
def module(module: Module) -> Module:
    """Return the flagship with questions that ask for options: any of them can be the key."""
    questions = module.spec.questions.items()
    return with_questions(
        module, {name: item for name, item in questions if not key_of(item).in_rows}
    )


@pytest.fixture
def mend(app: Flask, module: Module, monkeypatch: pytest.MonkeyPatch) -> Mend:
    """Return a function that gives questions of an attempt another key, and serves the result."""

    def mended(
        attempt: Attempt, places: slice, options: Callable[[Any], tuple[str, ...]]
    ) -> Module:
        questions = dict(module.spec.questions)
        for item in attempt.items[places]:
            spec = questions[item["question_id"]]
            questions[item["question_id"]] = spec.model_copy(update={"correct": options(item)})
        changed = with_questions(module, questions)
        serve(app, monkeypatch, changed)
        return changed

    return mended


def chosen_by(attempt: Attempt) -> Key:
    """Return what was chosen as the key: it was right after all."""
    answers = assessments.list_answers(attempt.id)
    return lambda item: tuple(answers[item["question_id"]])


def not_chosen_by(attempt: Attempt, *, and_not_right: bool = False) -> Key:
    """Return a key of one option that was not chosen, and perhaps was not right before either."""
    answers = assessments.list_answers(attempt.id)

    def other(item: Any) -> tuple[str, ...]:
        taken = {*answers[item["question_id"]], *(item["correct"] if and_not_right else ())}
        return tuple(option for option in item["options"] if option not in taken)[:1]

    return other


def module_of(app: Flask) -> Module:
    with app.app_context():
        return catalogue().modules["soar-to-health-and-wellness"]


def sit(person: Person, module: Module, *, right: int) -> Attempt:
    enrolment = make_enrolment(person, module)
    take_test(enrolment, module, assessments.PRE, now=NOW)
    finish_lessons(enrolment, module, now=NOW)
    return take_test(enrolment, module, assessments.POST, right=right, now=NOW)


def regrade(app: Flask, *options: str) -> Result:
    name = "soar-to-health-and-wellness"
    return CliRunner().invoke(command, ["regrade", name, *options], obj=lambda: app)


def result_of(app: Flask, attempt: Attempt) -> tuple[Any, bool | None]:
    with app.app_context():
        now = db.session.get_one(Attempt, attempt.id)
        return now.points, now.passed


def trail(app: Flask) -> list[dict[str, Any]]:
    """Return what the audit trail says of tests that were judged anew."""
    with app.app_context():
        entries = db.session.scalars(find_entries(action=Action.TEST_REGRADED)).all()
        return [entry.facts for entry in entries]


@pytest.fixture
def failed(app: Flask, module: Module) -> Attempt:
    with app.app_context(), transaction():
        return sit(make_person(email="ana@example.org"), module, right=7)


def test_a_dry_run_says_who_would_change_and_changes_nothing(
    app: Flask, failed: Attempt, mend: Mend
) -> None:
    with app.app_context():
        mend(failed, slice(7, 9), chosen_by(failed))

    result = regrade(app, "--dry-run")

    assert result.output.splitlines() == [
        "ana@example.org: post-test, try 1: 7 -> 9 of 10 (passes)",
        "1 would change, 0 stay as they are.",
    ]
    assert result_of(app, failed) == (7, False)
    assert trail(app) == []


def test_who_passes_by_it_is_told_once_in_their_language(
    app: Flask, failed: Attempt, mend: Mend
) -> None:
    with app.app_context(), transaction():
        mend(failed, slice(7, 9), chosen_by(failed))
        db.session.scalars(select(Person)).one().language = "es"

    first, second = regrade(app), regrade(app)

    assert first.output.endswith("1 changed, 0 stay as they are.\n")
    assert second.output == "0 changed, 0 stay as they are.\n"
    assert result_of(app, failed) == (9, True)
    assert trail(app) == [
        {"module": "soar-to-health-and-wellness", "instrument": "post", "number": 1}
    ]
    with app.app_context():
        (message,) = db.session.scalars(
            select(OutboxMessage).where(OutboxMessage.kind == "test-regraded")
        )
        assert (message.recipient, message.language) == ("ana@example.org", "es")
        assert "/es/learn/soar-to-health-and-wellness" in message.body
        items = db.session.get_one(Attempt, failed.id).items
        answers = assessments.list_answers(failed.id)
        assert items[7]["correct"] == answers[items[7]["question_id"]]


def test_a_gain_that_does_not_pass_is_kept_without_an_e_mail(
    app: Flask, module: Module, mend: Mend
) -> None:
    with app.app_context(), transaction():
        attempt = sit(make_person(), module, right=3)
    with app.app_context():
        mend(attempt, slice(3, 4), chosen_by(attempt))

    regrade(app)

    assert result_of(app, attempt) == (4, False)
    with app.app_context():
        assert db.session.scalars(select(OutboxMessage)).all() == []


def test_who_gains_and_loses_nothing_is_shown_the_mended_key(
    app: Flask, failed: Attempt, mend: Mend
) -> None:
    """A wrong answer may stay wrong; but the review must not call the old key right."""
    with app.app_context():
        mend(failed, slice(7, 8), not_chosen_by(failed, and_not_right=True))
        (change,) = find_changes(module_of(app))
        mended = list(change.regrade.keys[failed.items[7]["question_id"]].correct)

    said = regrade(app).output

    assert said == "0 changed, 0 stay as they are.\n"
    assert result_of(app, failed) == (7, False)
    with app.app_context():
        assert db.session.get_one(Attempt, failed.id).items[7]["correct"] == mended
        assert mended != failed.items[7]["correct"]


@pytest.mark.parametrize(("options", "result"), [((), (10, True)), (("--also-lower",), (7, False))])
def test_points_are_taken_away_only_when_somebody_decided_so(
    app: Flask, module: Module, mend: Mend, options: tuple[str, ...], result: tuple[int, bool]
) -> None:
    with app.app_context(), transaction():
        attempt = sit(make_person(email="ana@example.org"), module, right=10)
    with app.app_context():
        mend(attempt, slice(0, 3), not_chosen_by(attempt))

    said = regrade(app, *options).output

    assert said.startswith("ana@example.org: post-test, try 1: 10 -> 7 of 10 (would not pass)")
    assert result_of(app, attempt) == result


def test_what_a_certificate_rests_on_stays(app: Flask, module: Module, mend: Mend) -> None:
    with app.app_context(), transaction():
        make_certificate(make_person(email="ana@example.org"), module)
        attempt = db.session.scalars(
            select(Attempt).where(Attempt.instrument == assessments.POST)
        ).one()
    with app.app_context():
        mend(attempt, slice(0, 10), not_chosen_by(attempt))

    said = regrade(app, "--also-lower").output

    assert "- stays, has a certificate" in said
    assert result_of(app, attempt) == (attempt.points, True)
    with app.app_context():
        assert db.session.scalars(select(Certificate.revoked_at)).all() == [None]
        assert db.session.scalars(select(Enrolment.completed_at)).one() is not None


def test_a_question_with_other_options_keeps_its_old_key(
    app: Flask, failed: Attempt, module: Module, mend: Mend
) -> None:
    with app.app_context():
        changed = mend(failed, slice(7, 9), chosen_by(failed))
        questions = dict(changed.spec.questions)
        gone, other = failed.items[7]["question_id"], failed.items[8]["question_id"]
        del questions[gone]
        questions[other] = questions[other].model_copy(update={"options": ("new", "newer")})

        assert find_changes(with_questions(changed, questions)) == []


def test_an_open_attempt_and_other_modules_are_left_alone(
    app: Flask, module: Module, failed: Attempt, mend: Mend
) -> None:
    with app.app_context(), transaction():
        again = assessments.start_attempt(
            module,
            enrolment_id=failed.enrolment_id,
            instrument=assessments.POST,
            setting="health-care",
            language="en",
            now=NOW,
        )
        assessments.save_answer(again, again.items[0]["question_id"], [], NOW)
        mend(again, slice(0, 10), lambda item: tuple(item["options"][:1]))

    regrade(app)

    assert result_of(app, again) == (None, None)


def test_parts_of_points_are_said_in_decimals(
    app: Flask, module: Module, monkeypatch: pytest.MonkeyPatch
) -> None:
    kinds = with_kinds(module)
    with app.app_context(), transaction():
        enrolment = make_enrolment(make_person(email="ana@example.org"), kinds)
        take_test(enrolment, kinds, assessments.PRE, now=NOW)
        finish_lessons(enrolment, kinds, now=NOW)
        attempt = learning.start_test(enrolment, kinds, assessments.POST, language="en", now=NOW)
        for question_id, chosen in HALF.items():
            assessments.save_answer(attempt, question_id, chosen, NOW)
        hand_in(attempt)
    mended = {"correct": ["greet", "listen", "offer", "follow"]}
    serve(app, monkeypatch, with_kinds(module, post_order=mended))

    said = regrade(app).output

    assert said.splitlines()[0] == "ana@example.org: post-test, try 1: 1.66 -> 2 of 4"
    assert result_of(app, attempt) == (2, False)


def test_a_module_that_there_is_not_is_named(app: Flask) -> None:
    result = CliRunner().invoke(command, ["regrade", "gone"], obj=lambda: app)

    assert result.exit_code == 1
    assert 'there is no module "gone"' in result.output
