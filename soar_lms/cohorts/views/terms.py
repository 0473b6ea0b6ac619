"""What a group agrees on and whether it is open: made, changed and put away by its trainers."""

from __future__ import annotations

from collections.abc import Sequence

from flask import flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue

from soar_lms.access import Access, access
from soar_lms.accounts.current import current_reader
from soar_lms.clock import utc_now
from soar_lms.cohorts import services, terms
from soar_lms.cohorts.group_forms import TermsForm, make_terms_form
from soar_lms.cohorts.group_wording import STATE_WORDS, Difference, say_differences
from soar_lms.cohorts.invitations import count_open
from soar_lms.cohorts.models import Cohort, CohortState
from soar_lms.cohorts.terms import Terms, TermsChangedError
from soar_lms.cohorts.views.blueprint import blueprint
from soar_lms.cohorts.waiting import count_waiting
from soar_lms.database import transaction
from soar_lms.forms import ActionForm
from soar_lms.i18n import gettext
from soar_lms.paging import read_number

_COHORT = "/cohorts/<int:cohort_id>"


@blueprint.route("/cohorts/new", methods=["GET", "POST"])
@access(Access.TRAINER)
def create_cohort() -> ResponseReturnValue:
    form = make_terms_form(time_zone=current_reader().time_zone)
    if form.validate_on_submit():
        with transaction():
            cohort = services.create_cohort(
                current_reader(),
                name=form.name.data,
                organisation=form.organisation.data,
                module_ids=form.modules.data,
                time_zone=form.time_zone.data,
                due_days=form.due_days(),
                now=utc_now(),
            )
        flash(gettext("Your group is ready. Send the link to your learners."), "success")
        return redirect(url_for("cohorts.show_cohort", cohort_id=cohort.id))
    page = render_template("cohorts/cohort_create.html", form=form)
    return page, 422 if form.is_submitted() else 200


@blueprint.route(f"{_COHORT}/settings", methods=["GET", "POST"])
@access(Access.TRAINER)
def edit_terms(cohort_id: int) -> ResponseReturnValue:
    """Change what a group agrees on; what somebody else saved meanwhile is shown, not lost."""
    reader = current_reader()
    cohort = services.get_cohort(reader, cohort_id)
    stored = terms.read_terms(cohort)
    form, version = _form_of(stored), read_number(request.form.get("version"))
    if not form.validate_on_submit():
        return _terms_page(cohort, form, version), 422 if form.is_submitted() else 200
    typed = Terms(
        form.name.data, form.organisation.data or None, form.time_zone.data, form.due_days()
    )
    try:
        with transaction():
            terms.change_terms(
                cohort,
                typed,
                version=version,
                offered=form.module_ids,
                actor=reader,
                now=utc_now(),
            )
    except TermsChangedError as error:
        form.form_errors = [gettext("Somebody else changed this group meanwhile.")]
        differences = say_differences(error.now, typed)
        return _terms_page(cohort, form, error.version, differences), 409
    flash(gettext("The settings are saved."), "success")
    return redirect(url_for("cohorts.edit_terms", cohort_id=cohort.id))


def _form_of(stored: Terms) -> TermsForm:
    return make_terms_form(
        name=stored.name,
        organisation=stored.organisation,
        time_zone=stored.time_zone,
        due_days=stored.due_days,
    )


def _terms_page(
    cohort: Cohort,
    form: TermsForm,
    version: int | None,
    differences: Sequence[Difference] = (),
) -> str:
    """Return the page of the settings.

    :param version: that which the form is about; None: the present one.
    :param differences: what another has just saved otherwise.
    """
    return render_template(
        "cohorts/terms_edit.html",
        cohort=cohort,
        form=form,
        version=version or cohort.version,
        differences=differences,
    )


# --- states -----------------------------------------------------------------------------------


@blueprint.post(f"{_COHORT}/open")
@access(Access.TRAINER)
def open_cohort(cohort_id: int) -> ResponseReturnValue:
    return _change_state(cohort_id, CohortState.OPEN)


@blueprint.post(f"{_COHORT}/close")
@access(Access.TRAINER)
def close_cohort(cohort_id: int) -> ResponseReturnValue:
    return _change_state(cohort_id, CohortState.CLOSED)


@blueprint.route(f"{_COHORT}/archive", methods=["GET", "POST"])
@access(Access.TRAINER)
def archive_cohort(cohort_id: int) -> ResponseReturnValue:
    """Say what the archive means before a group goes there."""
    return _change_state(cohort_id, CohortState.ARCHIVED)


def _change_state(cohort_id: int, state: CohortState) -> ResponseReturnValue:
    """Do what a button asks for; without a good token, ask once more."""
    reader, form = current_reader(), ActionForm()
    cohort = services.get_cohort(reader, cohort_id)
    if not form.validate_on_submit():
        page = render_template(
            "cohorts/state_edit.html",
            cohort=cohort,
            form=form,
            state=state,
            invited=count_open(cohort),
            waiting=count_waiting(cohort),
            **STATE_WORDS[state],
        )
        return page, 422 if form.is_submitted() else 200
    with transaction():
        terms.change_state(cohort, state, actor=reader, now=utc_now())
    flash(str(STATE_WORDS[state]["done"]), "success")
    return redirect(url_for("cohorts.edit_terms", cohort_id=cohort.id))
