"""Those who asked to join a group and wait for an answer."""

from __future__ import annotations

from collections.abc import Callable, Sequence

from flask import flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue

from soar_lms.access import Access, access
from soar_lms.accounts.current import current_reader
from soar_lms.clock import utc_now
from soar_lms.cohorts import services, waiting
from soar_lms.cohorts.models import Cohort
from soar_lms.cohorts.questions import Question, ask_for_approval, ask_for_refusal
from soar_lms.cohorts.views.asking import ask
from soar_lms.cohorts.views.blueprint import blueprint
from soar_lms.cohorts.waiting import Waiting
from soar_lms.database import transaction
from soar_lms.forms import TOKEN_TOO_OLD, ActionForm, check_token
from soar_lms.i18n import gettext, ngettext
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
    cohort = services.get_cohort(current_reader(), cohort_id)
    return _approve(cohort) if check_token() else _stale_page(cohort)


@blueprint.route(f"{_WAITING}/approve-all", methods=["GET", "POST"])
@access(Access.TRAINER)
def approve_all(cohort_id: int) -> ResponseReturnValue:
    """Let in all whom a page showed; who came meanwhile is not among them."""
    reader, form = current_reader(), ActionForm()
    cohort = services.get_cohort(reader, cohort_id)
    if not form.validate_on_submit():
        return _ask(cohort, ask_for_approval, form)
    return _approve(cohort)


def _approve(cohort: Cohort) -> ResponseReturnValue:
    with transaction():
        count = waiting.approve(cohort, _chosen(), actor=current_reader(), now=utc_now())
    said = ngettext(
        "%(num)d person is in the group now.", "%(num)d people are in the group now.", count
    )
    return _answered(cohort, said, count)


@blueprint.route(f"{_WAITING}/decline", methods=["GET", "POST"])
@access(Access.TRAINER)
def decline_waiting(cohort_id: int) -> ResponseReturnValue:
    reader, form = current_reader(), ActionForm()
    cohort = services.get_cohort(reader, cohort_id)
    if not form.validate_on_submit():
        return _ask(cohort, ask_for_refusal, form)
    with transaction():
        count = waiting.decline(cohort, _chosen(), actor=reader, now=utc_now())
    said = ngettext("%(num)d person was declined.", "%(num)d people were declined.", count)
    return _answered(cohort, said, count)


def _chosen() -> list[int]:
    """Return the people whom the request names: one of them, or all that its page showed."""
    numbers = (read_number(word) for word in request.values.getlist("person"))
    return [number for number in numbers if number is not None]


def _ask(
    cohort: Cohort, question: Callable[[Sequence[Waiting]], Question], form: ActionForm
) -> ResponseReturnValue:
    """Ask about those who were chosen, or if nobody was, the first page of all who wait."""
    chosen = _chosen()
    people = waiting.list_chosen(cohort, chosen) if chosen else _first_page(cohort)
    if not people:
        return redirect(url_for("cohorts.list_waiting", cohort_id=cohort.id))
    label = gettext("People waiting to join")
    return ask(cohort, question(people), form, room="cohorts.list_waiting", label=label)


def _first_page(cohort: Cohort) -> Sequence[Waiting]:
    return waiting.list_waiting(cohort, None).rows


def _answered(cohort: Cohort, said: str, count: int) -> ResponseReturnValue:
    if count:
        flash(said, "success")
    return redirect(url_for("cohorts.list_waiting", cohort_id=cohort.id))


def _stale_page(cohort: Cohort) -> ResponseReturnValue:
    """Show the list again to somebody whose button was too old."""
    flash(str(TOKEN_TOO_OLD), "error")
    return _waiting_page(cohort), 422
