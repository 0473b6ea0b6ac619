"""A group's reminders: when they leave, who would get one now, and what became of each."""

from __future__ import annotations

from datetime import date

from flask import flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue

from soar_lms.access import Access, access
from soar_lms.accounts.current import current_reader
from soar_lms.catalogue.model import Module
from soar_lms.clock import local_date, utc_now
from soar_lms.cohorts.models import Cohort
from soar_lms.cohorts.services import count_members, get_cohort, list_due_days, list_module_ids
from soar_lms.content import catalogue, get_module
from soar_lms.database import transaction
from soar_lms.errors import NotFoundError
from soar_lms.forms import ActionForm
from soar_lms.i18n import gettext, languages
from soar_lms.paging import read_number
from soar_lms.reminders import log, planning, services
from soar_lms.reminders.choices import Mail, stop_url
from soar_lms.reminders.forms import LadderForm
from soar_lms.reminders.ladder import write_days
from soar_lms.reminders.letters import Letter, When, when_is, write_letter
from soar_lms.reminders.models import State
from soar_lms.reminders.services import Terms
from soar_lms.reminders.views.blueprint import blueprint
from soar_lms.reminders.wording import STATES, WHENS, WHYS, say_kind, say_outcome, say_state

_REMINDERS = "/cohorts/<int:cohort_id>/reminders"


@blueprint.route(_REMINDERS, methods=["GET", "POST"])
@access(Access.TRAINER)
def edit_ladder(cohort_id: int) -> ResponseReturnValue:
    reader, now = current_reader(), utc_now()
    cohort = get_cohort(reader, cohort_id)
    form, terms = LadderForm(), services.get_terms(cohort)
    if form.validate_on_submit():
        chosen = Terms(form.is_on.data, form.ladder(), int(form.invite_after.data or 0) or None)
        with transaction():
            services.change_terms(cohort, chosen, actor=reader, now=now)
        flash(gettext("The reminders of this group are saved."), "success")
        return redirect(url_for("reminders.edit_ladder", cohort_id=cohort.id))
    if not form.is_submitted():
        _fill(form, terms)
    page = render_template(
        "reminders/ladder_edit.html",
        cohort=cohort,
        form=form,
        terms=terms,
        dates=[
            item
            for item in services.list_dates(cohort, terms, now)
            if item.module_id in catalogue().modules
        ],
        modules=catalogue().modules,
    )
    return page, 422 if form.is_submitted() else 200


def _fill(form: LadderForm, terms: Terms) -> None:
    form.is_on.data = terms.is_on
    form.before.data = write_days(terms.ladder.before, is_before=True)
    form.on_day.data = terms.ladder.on_day
    form.after.data = write_days(terms.ladder.after)
    form.invite_after.data = str(terms.invite_after or "")


# --- a reminder now -----------------------------------------------------------------------------


@blueprint.get(f"{_REMINDERS}/<string:module_id>/send")
@access(Access.TRAINER)
def preview_reminders(cohort_id: int, module_id: str) -> ResponseReturnValue:
    """Show who would get what; the button under it sends it."""
    cohort = get_cohort(current_reader(), cohort_id)
    return _preview_page(cohort, module_of(cohort, module_id), ActionForm())


@blueprint.post(f"{_REMINDERS}/<string:module_id>/send")
@access(Access.TRAINER)
def send_reminders(cohort_id: int, module_id: str) -> ResponseReturnValue:
    reader = current_reader()
    cohort = get_cohort(reader, cohort_id)
    module, form = module_of(cohort, module_id), ActionForm()
    if not form.validate_on_submit():
        return _preview_page(cohort, module, form), 422
    with transaction():
        found = planning.remind(cohort, module.id, actor=reader, now=utc_now())
    say(found)
    return redirect(url_for("reminders.list_reminders", cohort_id=cohort.id))


def say(found: planning.Preview) -> None:
    """Say on the next page who is reminded, and who is not."""
    for words in say_outcome(found):
        flash(words, "success")
    if not found.counts:
        flash(gettext("Nobody needs a reminder: everybody has completed it."), "success")


def module_of(cohort: Cohort, module_id: str) -> Module:
    """Return a module that a cohort takes.

    :raises NotFoundError: when it does not.
    """
    if module_id not in list_module_ids(cohort):
        raise NotFoundError
    return get_module(module_id)


def _preview_page(cohort: Cohort, module: Module, form: ActionForm) -> str:
    now = utc_now()
    due_on = list_due_days(cohort).get(module.id)
    found = planning.preview(cohort, module.id, now)
    return render_template(
        "reminders/reminders_send.html",
        cohort=cohort,
        module=module,
        form=form,
        found=found,
        is_empty=not found.counts and not count_members(cohort),
        outcome=say_outcome(found),
        whys=WHYS,
        letters={tag: _letters(cohort, module, due_on, tag) for tag in languages()},
        when=when_is(due_on, local_date(now, cohort.time_zone)),
        whens=WHENS,
    )


def _letters(
    cohort: Cohort, module: Module, due_on: date | None, tag: str
) -> dict[When, tuple[str, str]]:
    """Return the e-mail of each time in a language, as it goes to somebody who has not begun."""
    reader = current_reader()
    whens = (When.BEFORE, When.TODAY, When.AFTER) if due_on else (When.NO_DAY,)
    url = stop_url(Mail.REMINDERS, 0, tag)
    return {
        when: write_letter(Letter(reader.name, tag, cohort.name, module, due_on, when, url), None)
        for when in whens
    }


# --- the log ------------------------------------------------------------------------------------


@blueprint.get(f"{_REMINDERS}/log")
@access(Access.TRAINER)
def list_reminders(cohort_id: int) -> ResponseReturnValue:
    reader = current_reader()
    cohort = get_cohort(reader, cohort_id)
    asked = request.args.get("state")
    state = State(asked) if asked in set(STATES) else None
    return render_template(
        "reminders/reminders_list.html",
        cohort=cohort,
        page=log.list_log(cohort, state=state, before=read_number(request.args.get("before"))),
        state=state,
        states=STATES,
        whys=WHYS,
        say_kind=say_kind,
        say_state=say_state,
        modules=catalogue().modules,
        time_zone=reader.time_zone,
    )
