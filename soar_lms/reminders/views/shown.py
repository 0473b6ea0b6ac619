"""Reminding those whom the report shows: the address has its filters, and nobody's number."""

from __future__ import annotations

from flask import flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue

from soar_lms.access import Access, access
from soar_lms.accounts.current import current_reader
from soar_lms.clock import utc_now
from soar_lms.cohorts.services import get_cohort
from soar_lms.cohorts.shown import Shown, read_shown
from soar_lms.content import catalogue
from soar_lms.database import transaction
from soar_lms.forms import ActionForm
from soar_lms.i18n import languages
from soar_lms.reminders import shown as reminders
from soar_lms.reminders.views.blueprint import blueprint
from soar_lms.reminders.wording import LEFT_OUT, say_tally

_SEND = "/cohorts/<int:cohort_id>/reminders/send"


@blueprint.get(_SEND)
@access(Access.TRAINER)
def preview_shown(cohort_id: int) -> ResponseReturnValue:
    """Show who would get what; the button under it sends it."""
    return _page(_asked(cohort_id), ActionForm())


@blueprint.post(_SEND)
@access(Access.TRAINER)
def remind_shown(cohort_id: int) -> ResponseReturnValue:
    shown, form = _asked(cohort_id), ActionForm()
    if not form.validate_on_submit():
        return _page(shown, form), 422
    with transaction():
        tally = reminders.remind_shown(shown, actor=current_reader(), now=utc_now())
    for words in say_tally(tally):
        flash(words, "success")
    return redirect(url_for("reminders.list_reminders", cohort_id=cohort_id))


def _asked(cohort_id: int) -> Shown:
    return read_shown(get_cohort(current_reader(), cohort_id), request.args)


def _page(shown: Shown, form: ActionForm) -> str:
    found = reminders.preview_shown(shown, utc_now())
    modules = catalogue().modules
    return render_template(
        "reminders/shown_send.html",
        cohort=shown.cohort,
        shown=shown,
        form=form,
        found=found,
        most=reminders.MOST,
        modules=[(modules[name], count) for name, count in sorted(found.tally.modules.items())],
        left_out=LEFT_OUT,
        languages=languages(),
    )
