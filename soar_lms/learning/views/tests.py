"""Tests: one question at a time, each answer kept as it is given."""

from __future__ import annotations

from typing import Any

from flask import jsonify, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue

from soar_lms.access import Access, access
from soar_lms.accounts.current import current_reader
from soar_lms.assessments import services as assessments
from soar_lms.assessments.gain import Pair, Score
from soar_lms.assessments.grading import is_possible, needed_points
from soar_lms.assessments.models import Attempt
from soar_lms.assessments.results import get_results
from soar_lms.catalogue.model import Module
from soar_lms.catalogue.schema import FeedbackPolicy
from soar_lms.database import transaction
from soar_lms.errors import NotFoundError
from soar_lms.forms import ActionForm, check_token
from soar_lms.i18n import current_language
from soar_lms.learning import services
from soar_lms.learning.checks import CheckView, QuestionView, show_asked, show_graded
from soar_lms.learning.forms import AnswerForm
from soar_lms.learning.path import Step
from soar_lms.learning.standing import get_attempt, get_sitting, get_standing
from soar_lms.learning.views.blueprint import (
    blueprint,
    enrolment_in,
    offered_module,
    utc_now,
)

_TEST = "/learn/<string:module_id>/tests/<any(pre, post):instrument>"
_ATTEMPT = f"{_TEST}/<int:number>"
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
    with transaction():
        attempt = services.start_test(
            enrolment, module, instrument, language=current_language().tag, now=utc_now()
        )
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
        attempts=attempts,
        is_open=standing.path.is_open(_STEPS[instrument]),
        post=post,
        needed_points=needed_points(post.draw, post.pass_mark) if post else None,
        form=form,
    )


@blueprint.get(f"{_ATTEMPT}/<int:position>")
@access(Access.LEARNER)
def show_question(
    module_id: str, instrument: str, number: int, position: int
) -> ResponseReturnValue:
    module = offered_module(module_id)
    attempt = _attempt(module, instrument, number)
    if not attempt.is_open:
        return _to_result(module, attempt)
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
    assessments.save_answer(sitting, question_id, request.form.getlist("choice"), utc_now())
    if _wants_json():
        return jsonify(saved=True)
    return _after_saving(
        position, {"module_id": module.id, "instrument": instrument, "number": number}
    )


def _after_saving(position: int, place: dict[str, Any]) -> ResponseReturnValue:
    go = request.form.get("go")
    if go == "later":
        return redirect(url_for("learning.show_home"))
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
        chosen = form.choice.data or []
    return render_template(
        "learning/question_show.html",
        module=module,
        text=module.texts[current_language().tag],
        attempt=attempt,
        position=position,
        question=_question_view(module, item),
        chosen=chosen,
        is_saved=set(chosen) == set(saved),
        answered=len([name for name, options in answers.items() if options]),
        form=form,
    )


def _brought_along(item: dict[str, Any]) -> list[str]:
    """Return what was chosen when the session had ended: it came back by way of signing in."""
    chosen = request.args.getlist("choice")
    return chosen if is_possible(chosen, item["options"], several=item["several"]) else []


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
    module, form = offered_module(module_id), ActionForm()
    attempt = _attempt(module, instrument, number)
    if not form.validate_on_submit():
        return _review(module, attempt, form), 422
    with transaction():
        assessments.submit_attempt(attempt, utc_now())
    return _to_result(module, attempt)


def _review(module: Module, attempt: Attempt, form: ActionForm) -> str:
    answers = assessments.list_answers(attempt.id)
    return render_template(
        "learning/attempt_review.html",
        module=module,
        text=module.texts[current_language().tag],
        attempt=attempt,
        questions=[
            (_question_view(module, item), answers.get(item["question_id"], []))
            for item in attempt.items
        ],
        form=form,
    )


@blueprint.get(f"{_ATTEMPT}/result")
@access(Access.LEARNER)
def show_result(module_id: str, instrument: str, number: int) -> ResponseReturnValue:
    module = offered_module(module_id)
    attempt = _attempt(module, instrument, number)
    if attempt.is_open:
        return redirect(url_for("learning.review_attempt", **(request.view_args or {})))
    standing = get_standing(enrolment_in(module), module)
    return render_template(
        "learning/attempt_result.html",
        module=module,
        text=module.texts[current_language().tag],
        attempt=attempt,
        standing=standing,
        pair=_pair(attempt),
        feedback=_feedback(module, attempt),
        needed_points=needed_points(attempt.max_points, attempt.pass_mark or 0),
    )


def _pair(attempt: Attempt) -> Pair | None:
    """Return this result with the one before, where both are there."""
    if attempt.instrument == assessments.PRE or attempt.points is None:
        return None
    before = get_results(attempt.enrolment_id).before
    return Pair(before, Score(attempt.points, attempt.max_points)) if before else None


def _feedback(module: Module, attempt: Attempt) -> list[CheckView]:
    """Return the rationales, where the policy of the test shows them now."""
    post = module.spec.instruments.post
    if attempt.instrument == assessments.PRE or post is None:
        return []  # the post-test asks after the same things
    if post.feedback is FeedbackPolicy.SCORE_ONLY:
        return []
    if post.feedback is FeedbackPolicy.AFTER_PASSING and not attempt.passed:
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
    """Return the position of the first question without an answer: where to go on."""
    answers = assessments.list_answers(attempt.id)
    positions = enumerate(attempt.items, 1)
    waiting = (place for place, item in positions if not answers.get(item["question_id"]))
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
