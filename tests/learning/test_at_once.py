"""Two clicks on the same button, two windows with the same page: each thing is done once."""

from __future__ import annotations

from functools import partial

from flask import Flask

from soar_lms.assessments import services as assessments
from soar_lms.assessments.models import Answer, CheckAnswer
from soar_lms.catalogue.model import Module
from soar_lms.catalogue.schema import Bank, QuestionKind
from soar_lms.database import db, transaction
from soar_lms.learning import services
from soar_lms.learning.models import Enrolment, LessonCompletion
from tests.factories import NOW, make_enrolment, make_person, some_answer
from tests.support.together import at_once

ROUNDS = 4


def enrol(app: Flask, module: Module) -> int:
    with app.app_context(), transaction():
        return make_enrolment(make_person(), module).id


def test_a_lesson_completed_at_once_is_done_once(app: Flask, module: Module) -> None:
    enrolment_id = enrol(app, module)
    lessons = [lesson.id for lesson in module.spec.lessons][:ROUNDS]

    def complete(lesson_id: str, enrolment: Enrolment) -> None:
        services.complete_lesson(enrolment, module, lesson_id, NOW)

    for lesson_id in lessons:
        read = partial(db.session.get_one, Enrolment, enrolment_id)
        at_once(app, read, partial(complete, lesson_id))

    with app.app_context():
        rows = db.session.query(LessonCompletion.lesson_id).order_by(LessonCompletion.lesson_id)
        assert [row.lesson_id for row in rows] == sorted(lessons)


def test_a_check_answered_at_once_is_one_answer(app: Flask, module: Module) -> None:
    enrolment_id = enrol(app, module)
    checks = [
        name
        for name, item in module.spec.questions.items()
        if item.bank is Bank.CHECK and item.type is QuestionKind.SINGLE
    ]

    def answer(question_id: str, option: str) -> str:
        assessments.answer_check(
            module, enrolment_id=enrolment_id, question_id=question_id, chosen=[option], now=NOW
        )
        return option

    for question_id in checks[:ROUNDS]:
        options = iter(module.spec.questions[question_id].options * 2)
        chosen = at_once(app, partial(next, options), partial(answer, question_id))

        with app.app_context():
            (kept,) = db.session.query(CheckAnswer).filter_by(question_id=question_id)
            assert kept.chosen[0] in chosen


def test_an_answer_saved_at_once_is_one_answer(app: Flask, module: Module) -> None:
    enrolment_id = enrol(app, module)
    with app.app_context(), transaction():
        attempt = assessments.start_attempt(
            module,
            enrolment_id=enrolment_id,
            instrument=assessments.POST,
            setting="health-care",
            language="en",
            now=NOW,
        )
        items = attempt.items[:ROUNDS]

    def save(question_id: str, chosen: list[str]) -> list[str]:
        assessments.save_answer(attempt, question_id, chosen, NOW)
        return chosen

    for item in items:
        answers = iter([some_answer(item, place) for place in (0, 1, 0, 1)])
        chosen = at_once(app, partial(next, answers), partial(save, item["question_id"]))

        with app.app_context():
            (kept,) = db.session.query(Answer).filter_by(question_id=item["question_id"])
            assert kept.chosen in chosen
