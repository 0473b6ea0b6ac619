"""Those who asked to join a group and wait for an answer."""

from __future__ import annotations

from flask import flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue

from soar_lms.access import Access, access
from soar_lms.accounts.current import current_reader
from soar_lms.clock import utc_now
from soar_lms.cohorts import services, waiting
from soar_lms.cohorts.models import Cohort
from soar_lms.cohorts.views.blueprint import blueprint
from soar_lms.database import transaction
from soar_lms.forms import TOKEN_TOO_OLD, check_token
from soar_lms.i18n import ngettext
from soar_lms.paging import read_number

_WAITING = "/cohorts/<int:cohort_id>/waiting"


@blueprint.get(_WAITING)
@access(Access.TRAINER)
def list_waiting(cohort_id: int) -> ResponseReturnValue:
    return _waiting_page(services.get_cohort(current_reader(), cohort_id))


def _waiting_page(cohort: Cohort) -> str:
    return render_template(
        "cohorts/waiting_list.html",
        cohort=cohort,
        page=waiting.list_waiting(cohort, request.args.get("page")),
        time_zone=current_reader().time_zone,
    )


@blueprint.post(f"{_WAITING}/approve")
@access(Access.TRAINER)
def approve_waiting(cohort_id: int) -> ResponseReturnValue:
    reader = current_reader()
    cohort = services.get_cohort(reader, cohort_id)
    if not check_token():
        return _stale_page(cohort)
    with transaction():
        count = waiting.approve(cohort, _chosen(), actor=reader, now=utc_now())
    said = ngettext(
        "%(num)d person is in the group now.", "%(num)d people are in the group now.", count
    )
    return _answered(cohort, said, count)


@blueprint.post(f"{_WAITING}/decline")
@access(Access.TRAINER)
def decline_waiting(cohort_id: int) -> ResponseReturnValue:
    reader = current_reader()
    cohort = services.get_cohort(reader, cohort_id)
    if not check_token():
        return _stale_page(cohort)
    with transaction():
        count = waiting.decline(cohort, _chosen(), actor=reader, now=utc_now())
    said = ngettext("%(num)d person was declined.", "%(num)d people were declined.", count)
    return _answered(cohort, said, count)


def _chosen() -> list[int]:
    """Return the people whom the form names: one of them, or all that its page showed."""
    numbers = (read_number(word) for word in request.form.getlist("person"))
    return [number for number in numbers if number is not None]


def _answered(cohort: Cohort, said: str, count: int) -> ResponseReturnValue:
    if count:
        flash(said, "success")
    return redirect(url_for("cohorts.list_waiting", cohort_id=cohort.id))


def _stale_page(cohort: Cohort) -> ResponseReturnValue:
    """Show the list again to somebody whose button was too old."""
    flash(str(TOKEN_TOO_OLD), "error")
    return _waiting_page(cohort), 422
