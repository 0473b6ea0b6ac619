"""Follow-ups: answered by the link of an e-mail, without signing in; and saying no to them.

These pages name nobody. The link is the key: who has it is asked nothing else.
"""

from __future__ import annotations

from flask import flash, redirect, render_template, url_for
from flask.typing import ResponseReturnValue

from soar_lms.access import Access, access
from soar_lms.catalogue.model import Module
from soar_lms.content import catalogue
from soar_lms.database import transaction
from soar_lms.errors import NotFoundError
from soar_lms.forms import TOKEN_TOO_OLD, ActionForm, check_token
from soar_lms.i18n import current_language, gettext
from soar_lms.learning import follow_ups
from soar_lms.learning.follow_ups import Asked
from soar_lms.learning.forms import make_evaluation_form
from soar_lms.learning.views.blueprint import (
    blueprint,
    enrolment_in,
    offered_module,
    utc_now,
)


@blueprint.route("/follow-up/<string:token>", methods=["GET", "POST"])
@access(Access.PUBLIC)
def give_follow_up(token: str) -> ResponseReturnValue:
    asked = follow_ups.get_asked(token)
    if asked.is_answered:
        return render_template("learning/follow_up_done.html")
    module = _open_module(asked)
    form = make_evaluation_form(module, asked.follow_up.form_id)
    if form.validate_on_submit():
        with transaction():
            follow_ups.answer_follow_up(
                asked, module, form.answers(), language=current_language().tag, now=utc_now()
            )
        return redirect(url_for("learning.give_follow_up", token=token))
    page = render_template(
        "learning/follow_up_edit.html",
        module=module,
        text=module.texts[current_language().tag],
        form=form,
        form_id=asked.follow_up.form_id,
        token=token,
    )
    return page, 422 if form.is_submitted() else 200


@blueprint.route("/follow-up/<string:token>/stop", methods=["GET", "POST"])
@access(Access.PUBLIC)
def stop_follow_up(token: str) -> ResponseReturnValue:
    asked = follow_ups.get_asked(token)
    form = ActionForm()
    if form.validate_on_submit():
        with transaction():
            follow_ups.decline_follow_up(asked.enrolment.id)
        return redirect(url_for("learning.stop_follow_up", token=token))
    is_over = asked.is_declined or asked.is_answered
    page = render_template("learning/follow_up_stop.html", form=form, is_over=is_over)
    return page, 422 if form.is_submitted() else 200


@blueprint.post("/learn/<string:module_id>/follow-up")
@access(Access.LEARNER)
def decline_follow_up(module_id: str) -> ResponseReturnValue:
    """Say no before the first e-mail came, on the page of the module."""
    module = offered_module(module_id)
    enrolment = enrolment_in(module)
    if not check_token():
        flash(str(TOKEN_TOO_OLD), "error")
        return redirect(url_for("learning.show_module", module_id=module.id))
    with transaction():
        follow_ups.decline_follow_up(enrolment.id)
    flash(gettext("We will not write to you about this."), "success")
    return redirect(url_for("learning.show_module", module_id=module.id))


def _open_module(asked: Asked) -> Module:
    """Return the module that is asked about, if it is offered in the language of the page.

    :raises FollowUpOverError: when it is too late, or the module asks this no more.
    :raises NotFoundError: when it speaks another language.
    """
    found = catalogue().find_module(asked.enrolment.module_id)
    module = follow_ups.check_is_open(asked, found, utc_now())
    if current_language().tag not in module.languages:
        raise NotFoundError
    return module
