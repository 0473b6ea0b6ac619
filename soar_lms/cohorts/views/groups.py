"""Groups: made by trainers; and the learner's way into one."""

from __future__ import annotations

from flask import flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from flask_login import current_user

from soar_lms.access import Access, access
from soar_lms.accounts.current import current_reader
from soar_lms.clock import utc_now
from soar_lms.cohorts import services
from soar_lms.cohorts.forms import CreateCohortForm
from soar_lms.cohorts.models import Cohort
from soar_lms.cohorts.views.blueprint import blueprint
from soar_lms.cohorts.views.report import report_page
from soar_lms.content import catalogue
from soar_lms.database import transaction
from soar_lms.forms import ActionForm
from soar_lms.i18n import gettext


@blueprint.get("/cohorts")
@access(Access.TRAINER)
def list_cohorts() -> ResponseReturnValue:
    return render_template(
        "cohorts/cohorts_list.html", cohorts=services.list_cohorts(current_reader())
    )


@blueprint.route("/cohorts/new", methods=["GET", "POST"])
@access(Access.TRAINER)
def create_cohort() -> ResponseReturnValue:
    form = CreateCohortForm.with_modules()
    if form.validate_on_submit():
        with transaction():
            cohort = services.create_cohort(
                current_reader(),
                name=form.name.data,
                organisation=form.organisation.data,
                module_ids=form.modules.data,
                now=utc_now(),
            )
        flash(gettext("Your group is ready. Send the link to your learners."), "success")
        return redirect(url_for("cohorts.show_cohort", cohort_id=cohort.id))
    page = render_template("cohorts/cohort_create.html", form=form)
    return page, 422 if form.is_submitted() else 200


@blueprint.post("/cohorts/<int:cohort_id>/link")
@access(Access.TRAINER)
def replace_link(cohort_id: int) -> ResponseReturnValue:
    cohort, form = services.get_cohort(current_reader(), cohort_id), ActionForm()
    if not form.validate_on_submit():
        return report_page(cohort, form), 422
    with transaction():
        services.replace_link(cohort, utc_now())
    flash(gettext("There is a new link. The old one no longer works."), "success")
    return redirect(url_for("cohorts.show_cohort", cohort_id=cohort.id))


# --- joining ----------------------------------------------------------------------------------


@blueprint.get("/join/<string:token>")
@access(Access.PUBLIC)
def show_join(token: str) -> ResponseReturnValue:
    cohort = services.get_cohort_of_link(token, utc_now())
    return _join_page(cohort, ActionForm() if current_user.is_authenticated else None)


def _join_page(cohort: Cohort, form: ActionForm | None) -> str:
    module_ids = services.list_module_ids(cohort)
    return render_template(
        "cohorts/join_edit.html",
        cohort=cohort,
        modules=[module for name, module in catalogue().modules.items() if name in module_ids],
        is_member=current_user.is_authenticated and services.is_member(cohort, current_reader()),
        form=form,
        here=request.path,
    )


@blueprint.post("/join/<string:token>")
@access(Access.LEARNER)
def join_cohort(token: str) -> ResponseReturnValue:
    cohort, form = services.get_cohort_of_link(token, utc_now()), ActionForm()
    if not form.validate_on_submit():
        return _join_page(cohort, form), 422
    with transaction():
        services.join_cohort(cohort, current_reader(), utc_now())
    flash(gettext("You have joined the group %(name)s.", name=cohort.name), "success")
    return redirect(url_for("learning.show_home"))
