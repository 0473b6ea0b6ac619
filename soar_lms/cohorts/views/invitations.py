"""Inviting people to a group by e-mail, and the way of the invited into it."""

from __future__ import annotations

from flask import flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from flask_login import current_user

from soar_lms.access import Access, access
from soar_lms.accounts.current import current_person, current_reader
from soar_lms.accounts.emails import may_add_proven, read_address
from soar_lms.accounts.models import Reader
from soar_lms.clock import utc_now
from soar_lms.cohorts import invitations, services
from soar_lms.cohorts.forms import AcceptInvitationForm, InvitePeopleForm, SendAgainForm
from soar_lms.cohorts.invitation_list import list_roster, read_line_turn
from soar_lms.cohorts.models import Cohort, RosterLine
from soar_lms.cohorts.questions import ask_for_withdrawal
from soar_lms.cohorts.roster import read_roster
from soar_lms.cohorts.views.asking import ask
from soar_lms.cohorts.views.blueprint import blueprint
from soar_lms.cohorts.wording import LINE_STATES, say_fault, say_outcome
from soar_lms.content import catalogue
from soar_lms.database import transaction
from soar_lms.forms import TOKEN_TOO_OLD, ActionForm
from soar_lms.i18n import gettext

_INVITATIONS = "/cohorts/<int:cohort_id>/invitations"
_INVITATION = "/invitation/<string:token>"


# --- the trainer ------------------------------------------------------------------------------


@blueprint.route(_INVITATIONS, methods=["GET", "POST"])
@access(Access.TRAINER)
def invite_people(cohort_id: int) -> ResponseReturnValue:
    """Invite those whose lines can be read; the other lines stay in the box, with their faults."""
    reader = current_reader()
    cohort = services.get_cohort(reader, cohort_id)
    form = InvitePeopleForm.with_languages()
    if not form.validate_on_submit():
        return _roster_page(cohort, form), 422 if form.is_submitted() else 200
    roster = read_roster(form.people.data, read_address)
    with transaction():
        outcome = invitations.invite(
            cohort, roster.entries, inviter=reader, language=form.language.data, now=utc_now()
        )
    for said in say_outcome(outcome, roster.repeats):
        flash(said, "success")
    if not roster.bad:
        return _back_to_roster(cohort)
    form.leave_bad(
        [line.text for line in roster.bad],
        [say_fault(number, line) for number, line in enumerate(roster.bad, start=1)],
    )
    return _roster_page(cohort, form), 422


def _roster_page(cohort: Cohort, form: InvitePeopleForm) -> str:
    return render_template(
        "cohorts/invitations_list.html",
        cohort=cohort,
        form=form,
        page=list_roster(cohort, utc_now(), read_line_turn(request.args)),
        states=LINE_STATES,
        time_zone=current_reader().time_zone,
    )


def _back_to_roster(cohort: Cohort) -> ResponseReturnValue:
    return redirect(url_for("cohorts.invite_people", cohort_id=cohort.id))


@blueprint.post(f"{_INVITATIONS}/<int:line_id>/send")
@access(Access.TRAINER)
def send_again(cohort_id: int, line_id: int) -> ResponseReturnValue:
    reader = current_reader()
    cohort, form = services.get_cohort(reader, cohort_id), SendAgainForm()
    if not form.validate_on_submit():
        return _stale_page(cohort)
    with transaction():
        was_sent = invitations.send_again(
            cohort, line_id, sent=form.sent.data, inviter=reader, now=utc_now()
        )
    if was_sent:
        flash(gettext("The invitation is sent again. Its old link no longer works."), "success")
    return _back_to_roster(cohort)


@blueprint.route(f"{_INVITATIONS}/<int:line_id>/remove", methods=["GET", "POST"])
@access(Access.TRAINER)
def withdraw_invitation(cohort_id: int, line_id: int) -> ResponseReturnValue:
    reader, form = current_reader(), ActionForm()
    cohort = services.get_cohort(reader, cohort_id)
    if not form.validate_on_submit():
        question = ask_for_withdrawal(invitations.get_open_line(cohort, line_id))
        return ask(
            cohort, question, form, room="cohorts.invite_people", label=gettext("Invitations")
        )
    with transaction():
        invitations.withdraw(cohort, line_id, actor=reader, now=utc_now())
    flash(gettext("The invitation is removed. Its link no longer works."), "success")
    return _back_to_roster(cohort)


def _stale_page(cohort: Cohort) -> ResponseReturnValue:
    """Show the list again to somebody whose button was too old."""
    flash(str(TOKEN_TOO_OLD), "error")
    return _roster_page(cohort, InvitePeopleForm.with_languages()), 422


# --- whoever was invited ----------------------------------------------------------------------


@blueprint.get(_INVITATION)
@access(Access.PUBLIC)
def show_invitation(token: str) -> ResponseReturnValue:
    reader = current_reader() if current_user.is_authenticated else None
    line, cohort = invitations.get_invitation(token, reader, utc_now())
    return _invitation_page(line, cohort, reader, AcceptInvitationForm() if reader else None)


def _invitation_page(
    line: RosterLine, cohort: Cohort, reader: Reader | None, form: AcceptInvitationForm | None
) -> str:
    module_ids = services.list_module_ids(cohort)
    return render_template(
        "cohorts/invitation_edit.html",
        cohort=cohort,
        modules=[module for name, module in catalogue().modules.items() if name in module_ids],
        reader=reader,
        is_accepted=line.accepted_at is not None,
        email=line.email if reader and may_add_proven(reader.id, line.email) else None,
        form=form,
        here=request.path,
    )


@blueprint.post(_INVITATION)
@access(Access.LEARNER)
def accept_invitation(token: str) -> ResponseReturnValue:
    reader = current_reader()
    line, cohort = invitations.get_invitation(token, reader, utc_now())
    form = AcceptInvitationForm.for_password(current_person().password)
    if not form.validate_on_submit():
        return _invitation_page(line, cohort, reader, form), 422
    with transaction():
        invitations.accept(
            token, current_person(), adds_address=form.adds_address.data, now=utc_now()
        )
    flash(gettext("You have joined the group %(name)s.", name=cohort.name), "success")
    return redirect(url_for("learning.show_home"))
