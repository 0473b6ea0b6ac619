"""The audit trail, to be read and never to be written."""

from __future__ import annotations

from flask import redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue

from soar_lms.access import Access, access
from soar_lms.accounts.services import find_person
from soar_lms.accounts.trail import list_trail
from soar_lms.administration.forms import FindEntriesForm
from soar_lms.administration.views.blueprint import blueprint
from soar_lms.audit.services import Action, find_entries
from soar_lms.audit.wording import ACTIONS, ROLES
from soar_lms.content import catalogue
from soar_lms.paging import read_number

_AUDIT = "/audit"


@blueprint.get(_AUDIT)
@access(Access.ADMINISTRATOR)
def list_entries() -> ResponseReturnValue:
    return _show(FindEntriesForm(action=request.args.get("action")))


@blueprint.post(_AUDIT)
@access(Access.ADMINISTRATOR)
def search_entries() -> ResponseReturnValue:
    """Lead to what was asked for: an e-mail address stands in no address and no log."""
    form = FindEntriesForm()
    if not form.validate_on_submit():
        return _show(form), 422
    person = find_person(form.person.data or "")
    return redirect(
        url_for(
            "administration.list_entries",
            person=person.id if person else None,
            action=form.action.data or None,
        )
    )


def _show(form: FindEntriesForm) -> str:
    person_id, action = read_number(request.args.get("person")), request.args.get("action")
    return render_template(
        "administration/audit_list.html",
        form=form,
        trail=list_trail(
            find_entries(
                person_id=person_id,
                action=Action(action) if action in list(Action) else None,
                before=read_number(request.args.get("before")),
            )
        ),
        person_id=person_id,
        action=action,
        actions=ACTIONS,
        roles=ROLES,
        modules=catalogue().modules,
    )
