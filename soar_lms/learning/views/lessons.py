"""Lessons: read by everybody, kept for those who signed in."""

from __future__ import annotations

from typing import Any

from flask import flash, jsonify, make_response, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from flask_login import current_user

from soar_lms.access import Access, access
from soar_lms.accounts.current import current_reader
from soar_lms.catalogue.model import LessonPage, Module
from soar_lms.database import transaction
from soar_lms.errors import NotFoundError
from soar_lms.forms import TOKEN_TOO_OLD, check_token
from soar_lms.fragments import keep_page
from soar_lms.headers import allow_caching
from soar_lms.i18n import current_language
from soar_lms.learning import services
from soar_lms.learning.checks import show_check
from soar_lms.learning.path import SHARED
from soar_lms.learning.standing import Reading, find_reading
from soar_lms.learning.views.blueprint import (
    blueprint,
    chosen_words,
    enrolment_in,
    go_on,
    offered_module,
    utc_now,
)
from soar_lms.learning.views.catalogue import KEPT_SECONDS

_BRIEF = "brief"
_ADDRESS = "/learn/<string:module_id>/<string:setting>/<string:lesson_id>"


@blueprint.get("/learn/<string:module_id>/<string:setting>")
@access(Access.READER)
def show_lessons(module_id: str, setting: str) -> ResponseReturnValue:
    module = offered_module(module_id)
    if setting not in module.spec.settings:
        raise NotFoundError
    page = render_template(
        "learning/lessons_show.html",
        module=module,
        text=module.texts[current_language().tag],
        setting=setting,
        reading=_reading(module),
    )
    return allow_caching(make_response(page), KEPT_SECONDS)


@blueprint.get(_ADDRESS)
@access(Access.READER)
def show_lesson(module_id: str, setting: str, lesson_id: str) -> ResponseReturnValue:
    module = offered_module(module_id)
    brief = _wants_brief()
    page = _find_page(module, setting, lesson_id, brief=brief)
    html = _render(module, setting, page, _reading(module), brief=brief)
    return allow_caching(make_response(html), KEPT_SECONDS)


@blueprint.post(_ADDRESS)
@access(Access.LEARNER)
def complete_lesson(module_id: str, setting: str, lesson_id: str) -> ResponseReturnValue:
    module = offered_module(module_id)
    _find_page(module, setting, lesson_id, brief=False)
    enrolment = enrolment_in(module)
    lesson = module.find_lesson(lesson_id)
    here = url_for(
        "learning.show_lesson",
        version=_BRIEF if _wants_brief() else None,
        **(request.view_args or {}),
    )
    if not check_token():
        flash(str(TOKEN_TOO_OLD), "error")
        return redirect(here)
    if lesson and lesson.by_setting and setting != enrolment.setting:
        return redirect(here)
    with transaction():
        path = services.complete_lesson(
            enrolment, module, lesson_id, utc_now(), language=current_language().tag
        )
    return go_on(module, enrolment, path)


@blueprint.post(f"{_ADDRESS}/checks/<string:question_id>")
@access(Access.LEARNER)
def answer_check(
    module_id: str, setting: str, lesson_id: str, question_id: str
) -> ResponseReturnValue:
    module = offered_module(module_id)
    page = _find_page(module, setting, lesson_id, brief=_wants_brief())
    if question_id not in page.check_ids():
        raise NotFoundError
    enrolment, chosen = enrolment_in(module), chosen_words(request.form)
    place: dict[str, Any] = {
        "module_id": module_id,
        "setting": setting,
        "lesson_id": lesson_id,
        "version": _BRIEF if _wants_brief() else None,
    }
    here = url_for(
        "learning.show_lesson",
        check=None if chosen else question_id,
        _anchor=f"check-{question_id}",
        **place,
    )
    if not check_token():
        flash(str(TOKEN_TOO_OLD), "error")
        return redirect(here)
    if chosen:
        with transaction():
            services.answer_check(enrolment, module, lesson_id, question_id, chosen, now=utc_now())
    if request.accept_mimetypes.best == "application/json":
        check = show_check(module, question_id, current_language().tag, chosen, is_asked=True)
        return jsonify(html=render_template("learning/check_feedback.html", check=check))
    return redirect(here)


def _wants_brief() -> bool:
    """Whether the reader takes the short version: no button leads out of it."""
    return request.args.get("version") == _BRIEF


def _find_page(module: Module, setting: str, lesson_id: str, *, brief: bool) -> LessonPage:
    page = module.find_page(lesson_id, setting, current_language().tag, brief=brief)
    if page is None:
        raise NotFoundError
    return page


def _reading(module: Module) -> Reading | None:
    return find_reading(current_reader().id, module.id) if current_user.is_authenticated else None


def _render(
    module: Module,
    setting: str,
    page: LessonPage,
    reading: Reading | None,
    *,
    brief: bool,
) -> str:
    lessons = module.spec.lessons
    position = next(place for place, item in enumerate(lessons) if item.id == page.lesson_id)
    lesson = lessons[position]
    own = reading is not None and (not lesson.by_setting or reading.setting == setting)
    asked = request.args.get("check")
    answers = tuple(
        (name, _chosen(name, reading if own else None), name == asked) for name in page.check_ids()
    )

    def make_context() -> dict[str, Any]:
        language = current_language().tag
        return {
            "module": module,
            "text": module.texts[language],
            "setting": setting,
            "page": page,
            "lesson": lesson,
            "position": position,
            "previous_id": lessons[position - 1].id if position else None,
            "next_id": lessons[position + 1].id if position + 1 < len(lessons) else None,
            "brief": brief,
            "minutes_after": _minutes_after(module, setting, lesson.id, reading),
            "reading": reading,
            "own": own,
            "checks": {
                name: show_check(module, name, language, chosen, is_asked=is_asked)
                for name, chosen, is_asked in answers
            },
            "answers": answers,
        }

    if request.query_string not in {b"", b"version=brief"}:  # such as a visitor's answer
        return render_template("learning/lesson_show.html", **make_context())
    role = current_reader().role if current_user.is_authenticated else None
    key = (request.path, brief, role, reading, answers)
    return keep_page("learning/lesson_show.html", key, make_context)


def _minutes_after(module: Module, setting: str, lesson_id: str, reading: Reading | None) -> int:
    """Return how long the lessons take that are left beside this one."""
    done = reading.lessons_done if reading else ()
    return sum(
        item.minutes
        for item in module.spec.lessons
        if item.id != lesson_id and (item.id, setting if item.by_setting else SHARED) not in done
    )


def _chosen(question_id: str, reading: Reading | None) -> tuple[str, ...]:
    """Return the answer to a check that is kept, or that a visitor gave in the address."""
    if reading is not None:
        return reading.checks.get(question_id, ())
    if request.args.get("check") == question_id:
        return tuple(chosen_words(request.args))
    return ()
