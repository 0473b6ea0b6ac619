"""The one blueprint of the learner's pages, and what its views share."""

from __future__ import annotations

from datetime import date
from fractions import Fraction
from typing import Any

from flask import Blueprint, current_app, redirect, render_template, url_for
from flask.typing import ResponseReturnValue
from flask_login import current_user
from werkzeug.datastructures import MultiDict

from soar_lms.accounts.current import current_reader
from soar_lms.assessments.grading import needed_points, shown_points
from soar_lms.assessments.services import find_last_check
from soar_lms.catalogue.credit import RULES
from soar_lms.catalogue.model import Module
from soar_lms.catalogue.schema import Bank, Credit
from soar_lms.clock import local_date, utc_now
from soar_lms.content import get_module
from soar_lms.errors import NotFoundError
from soar_lms.i18n import current_language, format_number
from soar_lms.learning.claiming import say_audience
from soar_lms.learning.credit import depends_on_language, list_eligibility
from soar_lms.learning.minutes import Place, minutes_left, place_of
from soar_lms.learning.models import Enrolment
from soar_lms.learning.path import Path, PathKind, Step, StepStatus, lesson_to_read
from soar_lms.learning.standing import Standing, get_enrolment

blueprint = Blueprint("learning", __name__, url_prefix="/<language:language>")

__all__ = ["blueprint", "offered_module", "utc_now"]


def format_points(points: Fraction | int) -> str:
    """Write points with the language's decimal sign; never more than there are."""
    return format_number(shown_points(points))


blueprint.add_app_template_filter(format_points, "points")
blueprint.add_app_template_filter(say_audience, "audience")


def chosen_words(values: MultiDict[str, str]) -> list[str]:
    """Return what was chosen in a question; a menu that was left alone sends an empty word."""
    return [word for word in values.getlist("choice") if word]


def gives_parts(module: Module) -> bool:
    """Whether some question of the post-test gives a part of a point."""
    questions = module.spec.questions.values()
    return any(item.bank is Bank.POST and item.credit is Credit.PARTIAL for item in questions)


def points_to_pass(module: Module) -> Fraction | None:
    """Return the fewest points that pass the post-test; None when there is none."""
    post = module.spec.instruments.post
    if post is None:
        return None
    return needed_points(post.draw, post.pass_mark, partial=gives_parts(module))


class OtherLanguageError(NotFoundError):
    """A module is not offered in the language of the page; its page leads to those it has."""

    def __init__(self, module: Module) -> None:
        super().__init__(module.id)
        self.module = module


def show_other_languages(error: OtherLanguageError) -> ResponseReturnValue:
    return render_template("learning/module_other_language.html", module=error.module), error.status


blueprint.register_error_handler(OtherLanguageError, show_other_languages)


def offered_module(module_id: str) -> Module:
    """Return a module that is offered in the language of the page.

    :raises OtherLanguageError: when it is not; nothing falls back to another language.
    :raises NotFoundError: when there is none.
    """
    module = get_module(module_id)
    if current_language().tag not in module.languages:
        raise OtherLanguageError(module)
    return module


def today_here() -> date:
    """Return today where the reader is; where the site is, for somebody who is not signed in."""
    zone = (
        current_reader().time_zone
        if current_user.is_authenticated
        else current_app.config["SOAR"].time_zone
    )
    return local_date(utc_now(), zone)


def credit_context(module: Module) -> dict[str, Any]:
    """Return what a page needs to say which credit each language gives today."""
    found = list_eligibility(module, today_here())
    return {
        "eligibility": found,
        "depends_on_language": depends_on_language(found),
        "credit_rules": RULES,
    }


def enrolment_in(module: Module) -> Enrolment:
    """Return the enrolment of the person who is signed in.

    :raises NotFoundError: when there is none.
    """
    return get_enrolment(current_reader().id, module.id)


def address_of_step(module: Module, enrolment: Enrolment, status: StepStatus | None) -> str:
    """Return where a learner goes on."""
    place: dict[str, Any] = {"module_id": module.id}
    if status is None:
        return url_for("learning.show_module", **place)
    if status.step is Step.LESSONS:
        return url_for(
            "learning.show_lesson",
            setting=enrolment.setting,
            lesson_id=lesson_to_read(module, status.lessons_left, enrolment.last_lesson),
            **place,
        )
    if status.step in {Step.PRE_TEST, Step.POST_TEST}:
        instrument = "pre" if status.step is Step.PRE_TEST else "post"
        return url_for("learning.show_test", instrument=instrument, **place)
    if status.step is Step.EVALUATION:
        return url_for("learning.give_evaluation", **place)
    return url_for("learning.confirm_completion", **place)


def address_to_go_on(module: Module, enrolment: Enrolment, status: StepStatus | None) -> str:
    """Return what a button to go on leads to; where in a lesson is looked up when it is pressed."""
    if status is not None and status.step is Step.LESSONS:
        return url_for("learning.continue_module", module_id=module.id)
    return address_of_step(module, enrolment, status)


def address_of_next(module: Module, standing: Standing) -> str:
    """Return the exact place of what is next: in a lesson, the check that was answered last."""
    enrolment, status = standing.enrolment, standing.path.next_step
    place = address_of_step(module, enrolment, status)
    if status is None or status.step is not Step.LESSONS:
        return place
    lesson_id = lesson_to_read(module, status.lessons_left, enrolment.last_lesson)
    page = module.find_page(lesson_id, enrolment.setting, current_language().tag, brief=False)
    last = find_last_check(enrolment.id)
    return f"{place}#check-{last}" if page and last in page.check_ids() else place


def place_on_way(module: Module, standing: Standing, step: Step) -> Place:
    """Return where the page of a step is on somebody's way through a module."""
    return place_of(module, PathKind(standing.enrolment.path), standing.path, step)


def time_left(module: Module, standing: Standing) -> int:
    """Return about how many minutes the rest of a module takes."""
    return minutes_left(module, PathKind(standing.enrolment.path), standing.path)


def go_on(module: Module, enrolment: Enrolment, path: Path) -> ResponseReturnValue:
    """Lead to the next step."""
    return redirect(address_of_step(module, enrolment, path.next_step))
