"""Tests: one question at a time, each answer kept as it is given."""

from __future__ import annotations

from math import ceil
from typing import Any

from flask import jsonify, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue

from soar_lms.access import Access, access
from soar_lms.accounts.current import current_reader
from soar_lms.assessments import services as assessments
from soar_lms.assessments.gain import Pair, Score
from soar_lms.assessments.grading import Shape, is_complete, is_possible, needed_points
from soar_lms.assessments.granting import list_granted
from soar_lms.assessments.items import frozen_key
from soar_lms.assessments.models import Attempt
from soar_lms.assessments.results import get_results
from soar_lms.assessments.tries import Tries, count_tries, may_see_reasons
from soar_lms.catalogue.model import Module
from soar_lms.database import transaction
from soar_lms.errors import NotFoundError
from soar_lms.forms import ActionForm, check_token
from soar_lms.i18n import current_language
from soar_lms.learning import services
from soar_lms.learning.answers import QuestionView, answer_words, clash_note, open_note
from soar_lms.learning.checks import CheckView, show_asked, show_graded
from soar_lms.learning.forms import AnswerForm
from soar_lms.learning.handing_in import hand_in_test
from soar_lms.learning.minutes import minutes_of_question
from soar_lms.learning.path import Step
from soar_lms.learning.standing import get_attempt, get_sitting, get_standing
from soar_lms.learning.views.blueprint import (
    blueprint,
    chosen_words,
    enrolment_in,
    gives_parts,
    offered_module,
    place_on_way,
    points_to_pass,
    utc_now,
)

_TEST = "/learn/<string:module_id>/tests/<any(pre, post):instrument>"
_ATTEMPT = f"{_TEST}/<int:number>"
_GO_ANYWAY = {"back", "later", "stay"}
"""Buttons that lead away from an answer that cannot stay as it is, or say it in another language:
it is kept so far."""
_STEPS = {assessments.PRE: Step.PRE_TEST, assessments.POST: Step.POST_TEST}


@blueprint.get(_TEST)
@access(Access.LEARNER)
def show_test(module_id: str, instrument: str) -> ResponseReturnValue:
    return _show_test(offered_module(module_id), instrument, ActionForm())


@blueprint.post(_TEST)
@access(Access.LEARNER)
def start_test(module_id: str, instrument: str) -> ResponseReturnValue:
    module, form = offered_module(module_id), ActionForm()
    enrolment = enrolment_in(module)
    if not form.validate_on_submit():
        return _show_test(module, instrument, form), 422
    try:
        with transaction():
            attempt = services.start_test(
                enrolment, module, instrument, language=current_language().tag, now=utc_now()
            )
    except assessments.TooSoonError as error:
        return _show_test(module, instrument, form), error.status  # it says when
    return redirect(
        url_for(
            "learning.show_question",
            module_id=module.id,
            instrument=instrument,
            number=attempt.number,
            position=_first_open(attempt),
        )
    )


def _show_test(module: Module, instrument: str, form: ActionForm) -> str:
    standing = get_standing(enrolment_in(module), module)
    if standing.path.status(_STEPS[instrument]) is None:
        raise NotFoundError
    attempts = assessments.list_attempts(standing.enrolment.id, instrument)
    post = module.spec.instruments.post
    return render_template(
        "learning/test_show.html",
        module=module,
        text=module.texts[current_language().tag],
        instrument=instrument,
        standing=standing,
        place=place_on_way(module, standing, _STEPS[instrument]),
        attempts=attempts,
        is_open=standing.path.is_open(_STEPS[instrument]),
        post=post,
        tries=_tries(module, instrument, attempts),
        needed_points=points_to_pass(module),
        gives_parts=gives_parts(module),
        form=form,
    )


def _tries(module: Module, instrument: str, attempts: list[Attempt]) -> Tries:
    """Return what is left of a test; nothing limits the questions to begin."""
    post = module.spec.instruments.post
    if instrument == assessments.PRE or post is None:
        return Tries(None, None)
    return count_tries(post, attempts, utc_now(), _granted(attempts))


def _granted(attempts: list[Attempt]) -> set[int]:
    """Return the numbers of the tries that somebody gave; nobody gives the first one."""
    if not attempts:
        return set()
    enrolment_id = attempts[0].enrolment_id
    return list_granted([enrolment_id])[enrolment_id]


@blueprint.get(f"{_ATTEMPT}/<int:position>")
@access(Access.LEARNER)
def show_question(
    module_id: str, instrument: str, number: int, position: int
) -> ResponseReturnValue:
    module = offered_module(module_id)
    attempt = _attempt(module, instrument, number)
    if not attempt.is_open:
        return _to_result(module, attempt)
    if _wants_json():
        question_id = _item(attempt, position)["question_id"]
        return jsonify(chosen=assessments.list_answers(attempt.id).get(question_id, []))
    if position == len(attempt.items) + 1:  # one after the last
        place: dict[str, Any] = {"module_id": module.id, "instrument": instrument, "number": number}
        return redirect(url_for("learning.review_attempt", **place))
    return _question(module, attempt, position, AnswerForm())


@blueprint.post(f"{_ATTEMPT}/<int:position>")
@access(Access.LEARNER)
def save_answer(module_id: str, instrument: str, number: int, position: int) -> ResponseReturnValue:
    module = offered_module(module_id)
    sitting = get_sitting(current_reader().id, module.id, instrument, number, position)
    question_id = sitting.items[0]["question_id"]
    if not check_token():
        form = AnswerForm()
        form.validate()
        if _wants_json():
            return jsonify(error=[message for _, message in form.all_errors()]), 422
        return _question(module, _attempt(module, instrument, number), position, form), 422
    chosen = chosen_words(request.form)
    assessments.save_answer(sitting, question_id, chosen, utc_now())
    clash = clash_note(frozen_key(sitting.items[0]), chosen)
    if _wants_json():
        return jsonify(saved=True, note=clash) if clash else jsonify(saved=True)
    if clash and request.form.get("go") not in _GO_ANYWAY:
        form = AnswerForm()
        form.choice.errors = [clash]
        return _question(module, _attempt(module, instrument, number), position, form), 422
    return _after_saving(
        position, {"module_id": module.id, "instrument": instrument, "number": number}
    )


def _after_saving(position: int, place: dict[str, Any]) -> ResponseReturnValue:
    go = request.form.get("go")
    if go == "later":
        return redirect(url_for("learning.show_home"))
    if go == "stay":
        return redirect(url_for("learning.show_question", position=position, **place))
    if go == "back" and position > 1:
        return redirect(url_for("learning.show_question", position=position - 1, **place))
    if go == "review":
        return redirect(url_for("learning.review_attempt", **place))
    return redirect(url_for("learning.show_question", position=position + 1, **place))


def _question(module: Module, attempt: Attempt, position: int, form: AnswerForm) -> str:
    item = _item(attempt, position)
    answers = assessments.list_answers(attempt.id)
    saved = answers.get(item["question_id"], [])
    chosen = _brought_along(item) or saved
    if form.is_submitted():
        chosen = chosen_words(request.form)
    answered = sum(_is_answered(item, answers) for item in attempt.items)
    return render_template(
        "learning/question_show.html",
        module=module,
        text=module.texts[current_language().tag],
        attempt=attempt,
        position=position,
        question=_question_view(module, item),
        chosen=chosen,
        clash=clash_note(frozen_key(item), chosen),
        is_saved=set(chosen) == set(saved),
        answered=answered,
        minutes_left=ceil((len(attempt.items) - answered) * minutes_of_question(module)),
        form=form,
    )


def _brought_along(item: dict[str, Any]) -> list[str]:
    """Return what was chosen when the session had ended: it came back by way of signing in."""
    chosen = chosen_words(request.args)
    return chosen if is_possible(chosen, frozen_key(item)) else []


def _is_answered(item: dict[str, Any], answers: dict[str, list[str]]) -> bool:
    return is_complete(answers.get(item["question_id"], []), frozen_key(item))


@blueprint.get(f"{_ATTEMPT}/review")
@access(Access.LEARNER)
def review_attempt(module_id: str, instrument: str, number: int) -> ResponseReturnValue:
    module = offered_module(module_id)
    attempt = _attempt(module, instrument, number)
    if not attempt.is_open:
        return _to_result(module, attempt)
    return _review(module, attempt, ActionForm())


@blueprint.post(f"{_ATTEMPT}/review")
@access(Access.LEARNER)
def submit_attempt(module_id: str, instrument: str, number: int) -> ResponseReturnValue:
    module = offered_module(module_id)
    if not check_token():
        form = ActionForm()
        form.validate()
        return _review(module, _attempt(module, instrument, number), form), 422
    with transaction():
        hand_in_test(current_reader().id, module, instrument, number, utc_now())
    return redirect(
        url_for("learning.show_result", module_id=module.id, instrument=instrument, number=number)
    )


def _review(module: Module, attempt: Attempt, form: ActionForm) -> str:
    answers = assessments.list_answers(attempt.id)
    return render_template(
        "learning/attempt_review.html",
        module=module,
        text=module.texts[current_language().tag],
        attempt=attempt,
        questions=[
            _reviewed(module, item, answers.get(item["question_id"], [])) for item in attempt.items
        ],
        count_open=sum(not _is_answered(item, answers) for item in attempt.items),
        form=form,
    )


def _reviewed(module: Module, item: dict[str, Any], chosen: list[str]) -> dict[str, Any]:
    """Return what the review shows of a question: its words, the answer, what is left of it."""
    question = _question_view(module, item)
    return {
        "stem": question.stem,
        "answer": answer_words(question, chosen),
        "is_numbered": question.shape is Shape.ORDER,
        "note": open_note(frozen_key(item), chosen),
    }


@blueprint.get(f"{_ATTEMPT}/result")
@access(Access.LEARNER)
def show_result(module_id: str, instrument: str, number: int) -> ResponseReturnValue:
    module = offered_module(module_id)
    attempt = _attempt(module, instrument, number)
    if attempt.is_open:
        return redirect(url_for("learning.review_attempt", **(request.view_args or {})))
    standing = get_standing(enrolment_in(module), module)
    attempts = assessments.list_attempts(standing.enrolment.id, instrument)
    keys = [frozen_key(item) for item in attempt.items]
    return render_template(
        "learning/attempt_result.html",
        module=module,
        text=module.texts[current_language().tag],
        attempt=attempt,
        standing=standing,
        place=place_on_way(module, standing, _STEPS[instrument]),
        post=module.spec.instruments.post,
        tries=_tries(module, instrument, attempts),
        pair=_pair(attempt),
        feedback=_feedback(module, attempt, attempts),
        needed_points=needed_points(
            attempt.max_points, attempt.pass_mark or 0, partial=any(key.partial for key in keys)
        ),
    )


def _pair(attempt: Attempt) -> Pair | None:
    """Return this result with the one before, where both are there."""
    if attempt.instrument == assessments.PRE or attempt.points is None:
        return None
    before = get_results(attempt.enrolment_id).before
    return Pair(before, Score(attempt.points, attempt.max_points)) if before else None


def _feedback(module: Module, attempt: Attempt, attempts: list[Attempt]) -> list[CheckView]:
    """Return the reasons, where the policy of the test shows them now."""
    post = module.spec.instruments.post
    if attempt.instrument == assessments.PRE or post is None:
        return []  # the post-test asks after the same things
    if not may_see_reasons(post, attempts, utc_now(), _granted(attempts)):
        return []
    answers = assessments.list_answers(attempt.id)
    language = current_language().tag
    return [
        show_graded(module, item, language, answers.get(item["question_id"], []))
        for item in attempt.items
    ]


def _question_view(module: Module, item: dict[str, Any]) -> QuestionView:
    return show_asked(module, item, current_language().tag)


def _attempt(module: Module, instrument: str, number: int) -> Attempt:
    return get_attempt(current_reader().id, module.id, instrument, number)


def _item(attempt: Attempt, position: int) -> dict[str, Any]:
    if not 1 <= position <= len(attempt.items):
        raise NotFoundError
    return attempt.items[position - 1]


def _first_open(attempt: Attempt) -> int:
    """Return the position of the first question that is not answered in full: where to go on."""
    answers = assessments.list_answers(attempt.id)
    positions = enumerate(attempt.items, 1)
    waiting = (place for place, item in positions if not _is_answered(item, answers))
    return next(waiting, len(attempt.items))


def _to_result(module: Module, attempt: Attempt) -> ResponseReturnValue:
    return redirect(
        url_for(
            "learning.show_result",
            module_id=module.id,
            instrument=attempt.instrument,
            number=attempt.number,
        )
    )


def _wants_json() -> bool:
    return request.accept_mimetypes.best == "application/json"
