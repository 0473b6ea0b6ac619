"""People with two accounts: the likely ones, a merge with its preview, and the way back."""

from __future__ import annotations

from flask import flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue

from soar_lms.access import Access, access
from soar_lms.accounts.current import current_reader
from soar_lms.accounts.merging import MergeRefusedError
from soar_lms.accounts.services import get_person, list_people
from soar_lms.administration import merging, undoing
from soar_lms.administration.duplicates import find_suspicions
from soar_lms.administration.forms import FindAccountsForm, MergeForm
from soar_lms.administration.merging import MergePlan
from soar_lms.administration.people_wording import OBSTACLES, say_joint, say_reasons
from soar_lms.administration.views.blueprint import blueprint
from soar_lms.audit.services import Action, Actor, note_view
from soar_lms.clock import utc_now
from soar_lms.content import catalogue
from soar_lms.database import transaction
from soar_lms.forms import ActionForm
from soar_lms.i18n import gettext
from soar_lms.paging import turn_to

_MERGE = "/people/merge"
_PAIR = f"{_MERGE}/<int:keep_id>/<int:other_id>"


@blueprint.get("/people/duplicates")
@access(Access.ADMINISTRATOR)
def list_duplicates() -> ResponseReturnValue:
    return render_template(
        "administration/duplicates_list.html",
        page=turn_to(find_suspicions(), request.args.get("page")),
        say_reasons=say_reasons,
    )


@blueprint.get(_MERGE)
@access(Access.ADMINISTRATOR)
def ask_for_accounts() -> ResponseReturnValue:
    return _find_page(FindAccountsForm())


@blueprint.post(_MERGE)
@access(Access.ADMINISTRATOR)
def find_accounts() -> ResponseReturnValue:
    """Lead to the two accounts: an e-mail address stands in no address and no log."""
    form = FindAccountsForm()
    if not form.validate_on_submit():
        return _find_page(form), 422
    keep, other = get_person(form.keep.data), get_person(form.other.data)
    return redirect(url_for("administration.show_merge", keep_id=keep.id, other_id=other.id))


def _find_page(form: FindAccountsForm) -> str:
    return render_template("administration/merge_find.html", form=form)


@blueprint.get(_PAIR)
@access(Access.ADMINISTRATOR)
def show_merge(keep_id: int, other_id: int) -> ResponseReturnValue:
    """Show what a merge would do; where it cannot be, say why and ask for other accounts."""
    try:
        return _merge_page(_plan(keep_id, other_id), MergeForm())
    except MergeRefusedError as error:
        people = list_people([keep_id, other_id])
        pair = {"keep": people.get(keep_id), "other": people.get(other_id)}
        form = FindAccountsForm(data={name: each.email for name, each in pair.items() if each})
        form.form_errors = [str(error.message)]
        return _find_page(form), 422


@blueprint.post(_PAIR)
@access(Access.ADMINISTRATOR)
def merge_people(keep_id: int, other_id: int) -> ResponseReturnValue:
    form, reader = MergeForm(), current_reader()
    if not form.validate_on_submit():
        return _merge_page(_plan(keep_id, other_id), form), 422
    with transaction():
        merge = merging.merge_people(keep_id, other_id, actor=Actor(reader.id), now=utc_now())
    flash(gettext("The two accounts are one now. Nothing was lost."), "success")
    return redirect(url_for("administration.show_undo", merge_id=merge.id))


def _merge_page(plan: MergePlan, form: MergeForm) -> str:
    return render_template(
        "administration/merge_edit.html",
        form=form,
        plan=plan,
        modules=catalogue().modules,
        say_joint=say_joint,
    )


def _plan(keep_id: int, other_id: int) -> MergePlan:
    now, viewer_id = utc_now(), current_reader().id
    plan = merging.plan_merge(keep_id, other_id, now)
    for person in (plan.keep, plan.other):
        note_view(Action.RECORD_VIEWED, viewer_id=viewer_id, now=now, person_id=person.id)
    return plan


@blueprint.get("/people/merges")
@access(Access.ADMINISTRATOR)
def list_merges() -> ResponseReturnValue:
    page = turn_to(merging.list_merges(), request.args.get("page"))
    people = list_people(merge.keep_id for merge in page.rows)
    return render_template("administration/merges_list.html", page=page, people=people)


@blueprint.get("/people/merges/<int:merge_id>")
@access(Access.ADMINISTRATOR)
def show_undo(merge_id: int) -> ResponseReturnValue:
    return _undo_page(merge_id, ActionForm())


@blueprint.post("/people/merges/<int:merge_id>")
@access(Access.ADMINISTRATOR)
def undo_merge(merge_id: int) -> ResponseReturnValue:
    form, merge = ActionForm(), merging.get_merge(merge_id)
    if not form.validate_on_submit():
        return _undo_page(merge_id, form), 422
    with transaction():
        undoing.undo_merge(merge.id, actor=Actor(current_reader().id), now=utc_now())
    flash(gettext("The two accounts are as they were before."), "success")
    return redirect(url_for("administration.list_merges"))


def _undo_page(merge_id: int, form: ActionForm) -> str:
    merge = merging.get_merge(merge_id)
    found = {item.obstacle for item in undoing.find_hindrances(merge)}
    return render_template(
        "administration/merge_undo.html",
        form=form,
        merge=merge,
        keep=list_people([merge.keep_id])[merge.keep_id],
        obstacles=[words for obstacle, words in OBSTACLES.items() if obstacle in found],
    )
