"""One member of a group: what they were reminded of, and one more reminder."""

from __future__ import annotations

from flask import redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue

from soar_lms.access import Access, access
from soar_lms.accounts.current import current_reader
from soar_lms.accounts.models import Person
from soar_lms.audit.services import Action, note_view
from soar_lms.clock import utc_now
from soar_lms.cohorts.members import get_member
from soar_lms.cohorts.models import Cohort
from soar_lms.cohorts.services import get_cohort, list_module_ids
from soar_lms.content import catalogue
from soar_lms.database import transaction
from soar_lms.paging import read_number
from soar_lms.reminders import log, planning
from soar_lms.reminders.forms import RemindMemberForm
from soar_lms.reminders.views.blueprint import blueprint
from soar_lms.reminders.views.groups import module_of, say
from soar_lms.reminders.wording import WHYS, say_kind, say_state

_REMINDERS = "/cohorts/<int:cohort_id>/members/<int:person_id>/reminders"


@blueprint.get(_REMINDERS)
@access(Access.TRAINER)
def show_member(cohort_id: int, person_id: int) -> ResponseReturnValue:
    reader = current_reader()
    cohort = get_cohort(reader, cohort_id)
    person = get_member(cohort, person_id)
    note_view(
        Action.RECORD_VIEWED,
        viewer_id=reader.id,
        now=utc_now(),
        person_id=person.id,
        cohort=cohort.id,
    )
    return _page(cohort, person, RemindMemberForm())


def _page(cohort: Cohort, person: Person, form: RemindMemberForm) -> str:
    now, modules = utc_now(), catalogue().modules
    return render_template(
        "reminders/member_show.html",
        cohort=cohort,
        person=person,
        form=form,
        whys_not=planning.list_open_modules(cohort, person.id, now),
        module_ids=[name for name in list_module_ids(cohort) if name in modules],
        page=log.list_log(
            cohort, person_id=person.id, before=read_number(request.args.get("before"))
        ),
        modules=modules,
        whys=WHYS,
        say_kind=say_kind,
        say_state=say_state,
        time_zone=current_reader().time_zone,
    )


@blueprint.post(_REMINDERS)
@access(Access.TRAINER)
def remind_member(cohort_id: int, person_id: int) -> ResponseReturnValue:
    reader = current_reader()
    cohort = get_cohort(reader, cohort_id)
    person, form = get_member(cohort, person_id), RemindMemberForm()
    if not form.validate_on_submit():
        return _page(cohort, person, form), 422
    module = module_of(cohort, form.module.data or "")
    with transaction():
        found = planning.remind(
            cohort, module.id, actor=reader, now=utc_now(), person_ids=[person.id]
        )
    say(found)
    return redirect(url_for("reminders.show_member", cohort_id=cohort.id, person_id=person.id))
