"""The list of modules, a module, its settings and its sources. Open to everybody."""

from __future__ import annotations

from collections.abc import Collection

from flask import make_response, redirect, render_template, send_file, url_for
from flask.typing import ResponseReturnValue
from flask_login import current_user

from soar_lms.access import Access, access
from soar_lms.accounts.current import current_person, current_reader
from soar_lms.assessments.gain import Pair
from soar_lms.assessments.results import get_results
from soar_lms.catalogue.model import Module
from soar_lms.certificates.models import Certificate
from soar_lms.certificates.services import list_certificates
from soar_lms.content import catalogue
from soar_lms.database import transaction
from soar_lms.errors import NotFoundError
from soar_lms.forms import Form
from soar_lms.headers import allow_caching
from soar_lms.i18n import current_language
from soar_lms.learning import services
from soar_lms.learning.forms import ChooseSettingForm
from soar_lms.learning.path import SHARED, LessonKey, PathKind, requirements
from soar_lms.learning.standing import Standing, find_renewal, find_standing, get_standing
from soar_lms.learning.views.blueprint import (
    address_of_next,
    address_to_go_on,
    blueprint,
    credit_context,
    go_on,
    offered_module,
    points_to_pass,
    time_left,
    utc_now,
)

KEPT_SECONDS = 300


@blueprint.get("/")
@access(Access.PUBLIC)
def show_catalogue() -> ResponseReturnValue:
    page = render_template("learning/catalogue_show.html", modules=catalogue().modules.values())
    return allow_caching(make_response(page), KEPT_SECONDS)


@blueprint.get("/learn/<string:module_id>")
@access(Access.PUBLIC)
def show_module(module_id: str) -> ResponseReturnValue:
    module = offered_module(module_id)
    form = ChooseSettingForm.for_module(module) if current_user.is_authenticated else None
    if form:
        form.setting.data = current_reader().setting
    return allow_caching(make_response(module_page(module, form)), KEPT_SECONDS)


def _pair(standing: Standing | None) -> Pair | None:
    """Return the results before and after of somebody who has completed: the best one counts."""
    if standing is None or standing.enrolment.completed_at is None:
        return None
    found = get_results(standing.enrolment.id)
    return Pair(found.before, found.best) if found.before and found.best else None


@blueprint.post("/learn/<string:module_id>")
@access(Access.LEARNER)
def enrol(module_id: str) -> ResponseReturnValue:
    module = offered_module(module_id)
    form = ChooseSettingForm.for_module(module)
    if not form.validate_on_submit():
        if form.setting.errors and _standing(module):  # begun in another window: it has no choice
            return redirect(url_for("learning.show_module", module_id=module.id))
        return module_page(module, form), 422
    with transaction():
        enrolment = services.enrol(
            current_person(),
            module,
            setting=form.setting.data,
            language=current_language().tag,
            now=utc_now(),
        )
    return go_on(module, enrolment, get_standing(enrolment, module).path)


def module_page(module: Module, form: Form | None) -> str:
    """Render the page of a module for whoever reads it; `form` is what was sent, or can be."""
    standing = _standing(module)
    held = _certificates(module) if standing else []
    return render_template(
        "learning/module_show.html",
        module=module,
        text=module.texts[current_language().tag],
        standing=standing,
        pair=_pair(standing),
        form=form,
        next_address=_next_address(module, standing),
        minutes_left=time_left(module, standing) if standing else None,
        needed_points=points_to_pass(module),
        held=held,
        refresher=services.refresher_of(standing.enrolment, module) if standing else None,
        renewal=find_renewal(module, held[0], utc_now()) if held else None,
        **credit_context(module),
    )


def _certificates(module: Module) -> list[Certificate]:
    """Return the certificates that the reader holds for a module, the newest first."""
    found = list_certificates(current_reader().id)
    return [item for item in found if item.module_id == module.id and item.revoked_at is None]


@blueprint.get("/learn/<string:module_id>/continue")
@access(Access.LEARNER)
def continue_module(module_id: str) -> ResponseReturnValue:
    """Lead to the next step, whatever it is now; in a lesson, to where something was done last."""
    module = offered_module(module_id)
    standing = find_standing(current_reader().id, module)
    if standing is None:
        return redirect(url_for("learning.show_module", module_id=module.id))
    return redirect(address_of_next(module, standing))


@blueprint.get("/learn/<string:module_id>/setting")
@access(Access.LEARNER)
def choose_setting(module_id: str) -> ResponseReturnValue:
    module = offered_module(module_id)
    standing = _standing(module)
    if standing is None or standing.enrolment.completed_at:
        return redirect(url_for("learning.show_module", module_id=module.id))
    return render_template(
        "learning/setting_edit.html",
        module=module,
        text=module.texts[current_language().tag],
        standing=standing,
        form=ChooseSettingForm.for_module(module, chosen=standing.enrolment.setting),
        shared=_titles(module, standing.progress.lessons_done & _asked(module, standing, SHARED)),
        own=_titles(
            module,
            standing.progress.lessons_done & _asked(module, standing, standing.enrolment.setting),
        ),
        added={
            setting: _titles(
                module, _asked(module, standing, setting) - standing.progress.lessons_done
            )
            for setting in module.spec.settings
        },
    )


def _asked(module: Module, standing: Standing, setting: str) -> set[LessonKey]:
    """Return the lessons that an enrolment asks for and that are written for just this setting."""
    kind = PathKind(standing.enrolment.path)
    asked = requirements(module, setting, kind).lessons
    return {key for key in asked if key[1] == setting}


def _titles(module: Module, keys: Collection[LessonKey]) -> list[str]:
    """Return the titles of lessons in the order of the module."""
    titles, wanted = module.texts[current_language().tag].lessons, {key[0] for key in keys}
    return [titles[lesson.id].title for lesson in module.spec.lessons if lesson.id in wanted]


@blueprint.get("/learn/<string:module_id>/sources")
@access(Access.PUBLIC)
def show_sources(module_id: str) -> ResponseReturnValue:
    module = offered_module(module_id)
    page = render_template(
        "learning/sources_show.html", module=module, text=module.texts[current_language().tag]
    )
    return allow_caching(make_response(page), KEPT_SECONDS)


@blueprint.get("/learn/<string:module_id>/media/<string:name>")
@access(Access.READER)
def show_media(module_id: str, name: str) -> ResponseReturnValue:
    module = offered_module(module_id)
    path = module.media.get((current_language().tag, name))
    if path is None:
        raise NotFoundError
    response = send_file(path.absolute(), max_age=KEPT_SECONDS, conditional=True)
    return allow_caching(response, KEPT_SECONDS)


def _standing(module: Module) -> Standing | None:
    if not current_user.is_authenticated:
        return None
    return find_standing(current_reader().id, module)


def _next_address(module: Module, standing: Standing | None) -> str | None:
    if standing is None or standing.path.next_step is None:
        return None
    return address_to_go_on(module, standing.enrolment, standing.path.next_step)
