"""The last steps: the evaluation, and the name as it shall be printed."""

from __future__ import annotations

from base64 import b64encode
from typing import Any

from flask import current_app, flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from werkzeug.datastructures import MultiDict

from soar_lms.access import Access, access
from soar_lms.accounts.current import current_person, current_reader
from soar_lms.accounts.licenses import list_licenses
from soar_lms.accounts.services import update_practice
from soar_lms.accounts.time_zones import time_zone_name
from soar_lms.catalogue.model import Module
from soar_lms.certificates.designs import Look, choose_look
from soar_lms.certificates.documents import PDFError, RenderersBusyError, make_pictures
from soar_lms.certificates.services import Provider, get_latest_certificate
from soar_lms.clock import local_date
from soar_lms.content import catalogue
from soar_lms.database import transaction
from soar_lms.errors import NotFoundError
from soar_lms.i18n import current_language, gettext
from soar_lms.learning import services
from soar_lms.learning.claiming import list_choices
from soar_lms.learning.forms import CHANGE, ISSUE, ConfirmCompletionForm, make_evaluation_form
from soar_lms.learning.minutes import Place
from soar_lms.learning.models import Enrolment
from soar_lms.learning.path import Step
from soar_lms.learning.standing import Standing, get_standing
from soar_lms.learning.views.blueprint import (
    blueprint,
    credit_context,
    enrolment_in,
    go_on,
    offered_module,
    place_on_way,
    utc_now,
)
from soar_lms.learning.views.drafts import (
    WHICH_FORM,
    draft_context,
    find_draft,
    finish_later,
    forget_draft,
    values_of,
)


@blueprint.route("/learn/<string:module_id>/evaluation", methods=["GET", "POST"])
@access(Access.LEARNER)
def give_evaluation(module_id: str) -> ResponseReturnValue:
    module = offered_module(module_id)
    enrolment = enrolment_in(module)
    standing = get_standing(enrolment, module)
    if not standing.path.is_open(Step.EVALUATION):
        return _too_early(module, standing, Step.EVALUATION)
    draft = find_draft()
    form_id, other_id = _chosen_form(module, values_of(draft))
    form = make_evaluation_form(module, form_id, values_of(draft))
    if later := finish_later(form):
        return later
    if not form.form_errors and form.validate_on_submit():
        with transaction():
            services.give_evaluation(
                enrolment,
                module,
                form_id,
                form.answers(),
                language=current_language().tag,
                time_zone=current_person().time_zone,
                now=utc_now(),
            )
        return forget_draft(redirect(url_for("learning.confirm_completion", module_id=module.id)))
    page = render_template(
        "learning/evaluation_edit.html",
        module=module,
        text=module.texts[current_language().tag],
        form=form,
        form_id=form_id,
        other_id=other_id,
        place=place_on_way(module, standing, Step.EVALUATION),
        **draft_context(draft),
    )
    return page, 422 if form.is_submitted() else 200


def _too_early(module: Module, standing: Standing, step: Step) -> ResponseReturnValue:
    """Lead to what comes first, and say so; a step that was done leads on without a word."""
    if not standing.path.is_done(step):
        flash(gettext("Something else comes before this step. You can go on with it here."), "info")
    return go_on(module, standing.enrolment, standing.path)


def _chosen_form(module: Module, kept: MultiDict[str, str] | None) -> tuple[str, str | None]:
    """Return the form that the address asks for, and the one that may be taken in its place.

    Whoever filled one in before goes on with that one.

    :raises NotFoundError: when the module does not offer it before the certificate.
    """
    spec = module.spec.evaluation
    offered = spec.at_completion if spec else ()
    before = kept.get(WHICH_FORM) if kept else None
    usual = before if before in offered else next(iter(offered), None)
    form_id = request.args.get("form", usual)
    if form_id is None or form_id not in offered:
        raise NotFoundError
    return form_id, next((other for other in offered if other != form_id), None)


@blueprint.route("/learn/<string:module_id>/certificate", methods=["GET", "POST"])
@access(Access.LEARNER)
def confirm_completion(module_id: str) -> ResponseReturnValue:
    module = offered_module(module_id)
    enrolment = enrolment_in(module)
    if enrolment.completed_at is not None:
        certificate = get_latest_certificate(enrolment.id)
        return redirect(url_for("certificates.show_certificate", code=certificate.code))
    standing = get_standing(enrolment, module)
    if not standing.path.is_open(Step.CONFIRMATION):
        return _too_early(module, standing, Step.CONFIRMATION)
    place = place_on_way(module, standing, Step.CONFIRMATION)
    draft = find_draft()
    form = _confirmation_form(module, enrolment, values_of(draft))
    if later := finish_later(form):
        return later
    if form.form_errors or not form.validate_on_submit() or form.step.data == CHANGE:
        page = render_template(
            "learning/completion_confirm.html",
            module=module,
            text=module.texts[current_language().tag],
            form=form,
            place=place,
            today=local_date(utc_now(), current_reader().time_zone),
            time_zone=time_zone_name(current_reader().time_zone),
            refresher=services.refresher_of(enrolment, module),
            **draft_context(draft),
            **credit_context(module),
        )
        return page, 422 if form.errors else 200
    if form.step.data != ISSUE:
        return _show_result(module, enrolment, form, place)
    with transaction():
        update_practice(
            current_person(), profession=form.profession.data, territory=form.territory.data
        )
        certificate = services.complete_module(
            current_person(), enrolment, module, **_confirmed(module, enrolment, form)
        )
    flash(
        gettext("Congratulations. You have completed the module. Nothing is left to do."), "success"
    )
    return forget_draft(redirect(url_for("certificates.show_certificate", code=certificate.code)))


def _show_result(
    module: Module, enrolment: Enrolment, form: ConfirmCompletionForm, place: Place
) -> str:
    """Show the certificate as it would be printed; it is not issued before it was seen."""
    draft = services.draft_certificate(
        current_person(), enrolment, module, **_confirmed(module, enrolment, form)
    )
    try:
        pictures = make_pictures(draft)
    except (PDFError, RenderersBusyError):
        current_app.logger.exception("no picture of a certificate")
        pictures = []
    return render_template(
        "learning/completion_preview.html",
        module=module,
        text=module.texts[current_language().tag],
        form=form,
        place=place,
        certificate=draft,
        pictures=[f"data:image/png;base64,{b64encode(item).decode()}" for item in pictures],
    )


def _confirmed(module: Module, enrolment: Enrolment, form: ConfirmCompletionForm) -> dict[str, Any]:
    """Return what the certificate is made from, the same for its picture and for itself."""
    return {
        "setting_name": catalogue().settings[enrolment.setting].name[current_language().tag],
        "name": form.name.data,
        "claim": form.claim(current_app.config["SOAR"].credit_key),
        "language": current_language().tag,
        "provider": _provider(),
        "look": _look(module),
        "now": utc_now(),
    }


def _confirmation_form(
    module: Module, enrolment: Enrolment, kept: MultiDict[str, str] | None
) -> ConfirmCompletionForm:
    """Return the form of the last step, as it was filled in before."""
    filled = {} if kept is None else {"formdata": kept}
    form = ConfirmCompletionForm(obj=current_reader(), **filled)
    choice = list_choices(
        module,
        current_language().tag,
        local_date(utc_now(), current_reader().time_zone),
        has_key=bool(current_app.config["SOAR"].credit_key),
        is_refresher=services.refresher_of(enrolment, module) is not None,
    )
    form.fill(choice, list_licenses(current_reader().id) if choice.offers else [])
    return form


def _provider() -> Provider:
    config = current_app.config["SOAR"]
    return Provider(config.provider, config.provider_url)


def _look(module: Module) -> Look:
    config = current_app.config["SOAR"]
    return choose_look(
        config.designs, module.spec.certificate.design or config.design, config.paper
    )
