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
from soar_lms.cohorts.questions import Question, ask_for_new_lead, ask_for_removal
from soar_lms.cohorts.trainers import NoTrainerError
from soar_lms.cohorts.views.asking import ask
from soar_lms.cohorts.views.blueprint import blueprint
from soar_lms.database import transaction
from soar_lms.forms import ActionForm
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


@blueprint.route(f"{_TRAINER}/remove", methods=["GET", "POST"])
@access(Access.TRAINER)
def remove_trainer(cohort_id: int, person_id: int) -> ResponseReturnValue:
    reader, form = current_reader(), ActionForm()
    cohort = services.get_cohort(reader, cohort_id)
    if not form.validate_on_submit():
        trainer = trainers.get_trainer(cohort, person_id)
        return _ask(cohort, ask_for_removal(trainer, is_self=person_id == reader.id), form)
    with transaction():
        trainers.remove_trainer(cohort, person_id, actor=reader, now=utc_now())
    if person_id == reader.id:
        flash(gettext("You no longer train the group %(name)s.", name=cohort.name), "success")
        return redirect(url_for("cohorts.list_cohorts"))
    flash(gettext("The person no longer trains this group."), "success")
    return _back(cohort)


def _ask(cohort: Cohort, question: Question, form: ActionForm) -> ResponseReturnValue:
    return ask(cohort, question, form, room="cohorts.edit_trainers", label=gettext("Trainers"))


@blueprint.route(f"{_TRAINER}/lead", methods=["GET", "POST"])
@access(Access.TRAINER)
def hand_over(cohort_id: int, person_id: int) -> ResponseReturnValue:
    reader, form = current_reader(), ActionForm()
    cohort = services.get_cohort(reader, cohort_id)
    if not form.validate_on_submit():
        return _ask(cohort, ask_for_new_lead(trainers.get_trainer(cohort, person_id)), form)
    with transaction():
        trainers.hand_over(cohort, person_id, actor=reader, now=utc_now())
    flash(gettext("The group has a new lead."), "success")
    return _back(cohort)
