"""Who trains a group."""

from __future__ import annotations

from flask import flash, redirect, render_template, url_for
from flask.typing import ResponseReturnValue

from soar_lms.access import Access, access
from soar_lms.accounts.current import current_reader
from soar_lms.clock import utc_now
from soar_lms.cohorts import services, trainers
from soar_lms.cohorts.group_forms import AddTrainerForm
from soar_lms.cohorts.models import Cohort
from soar_lms.cohorts.trainers import NoTrainerError
from soar_lms.cohorts.views.blueprint import blueprint
from soar_lms.database import transaction
from soar_lms.forms import TOKEN_TOO_OLD, check_token
from soar_lms.i18n import gettext

_TRAINERS = "/cohorts/<int:cohort_id>/trainers"
_TRAINER = f"{_TRAINERS}/<int:person_id>"


@blueprint.route(_TRAINERS, methods=["GET", "POST"])
@access(Access.TRAINER)
def edit_trainers(cohort_id: int) -> ResponseReturnValue:
    """List the trainers, and add one."""
    reader, form = current_reader(), AddTrainerForm()
    cohort = services.get_cohort(reader, cohort_id)
    if not form.validate_on_submit():
        return _trainers_page(cohort, form), 422 if form.is_submitted() else 200
    try:
        with transaction():
            person = trainers.add_trainer(cohort, form.email.data, actor=reader, now=utc_now())
    except NoTrainerError as error:
        form.refuse(str(error.message))
        return _trainers_page(cohort, form), 422
    flash(gettext("%(name)s trains this group now.", name=person.name), "success")
    return _back(cohort)


def _trainers_page(cohort: Cohort, form: AddTrainerForm) -> str:
    return render_template(
        "cohorts/trainers_edit.html",
        cohort=cohort,
        form=form,
        trainers=trainers.list_trainers(cohort),
        may_choose=trainers.may_choose_trainers(current_reader(), cohort),
        me=current_reader().id,
    )


def _back(cohort: Cohort) -> ResponseReturnValue:
    return redirect(url_for("cohorts.edit_trainers", cohort_id=cohort.id))


def _stale_page(cohort: Cohort) -> ResponseReturnValue:
    """Show the list again to somebody whose button was too old."""
    flash(str(TOKEN_TOO_OLD), "error")
    return _trainers_page(cohort, AddTrainerForm(formdata=None)), 422


@blueprint.post(f"{_TRAINER}/remove")
@access(Access.TRAINER)
def remove_trainer(cohort_id: int, person_id: int) -> ResponseReturnValue:
    reader = current_reader()
    cohort = services.get_cohort(reader, cohort_id)
    if not check_token():
        return _stale_page(cohort)
    with transaction():
        trainers.remove_trainer(cohort, person_id, actor=reader, now=utc_now())
    if person_id == reader.id:
        flash(gettext("You no longer train the group %(name)s.", name=cohort.name), "success")
        return redirect(url_for("cohorts.list_cohorts"))
    flash(gettext("The person no longer trains this group."), "success")
    return _back(cohort)


@blueprint.post(f"{_TRAINER}/lead")
@access(Access.TRAINER)
def hand_over(cohort_id: int, person_id: int) -> ResponseReturnValue:
    reader = current_reader()
    cohort = services.get_cohort(reader, cohort_id)
    if not check_token():
        return _stale_page(cohort)
    with transaction():
        trainers.hand_over(cohort, person_id, actor=reader, now=utc_now())
    flash(gettext("The group has a new lead."), "success")
    return _back(cohort)
