"""Pages around an account that Flask-Security does not bring."""

from __future__ import annotations

from flask import Blueprint, flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from flask_security.confirmable import confirm_email_token_status, confirm_user

from soar_lms.access import Access, access
from soar_lms.accounts.current import current_person, current_reader
from soar_lms.accounts.forms import ProfileForm
from soar_lms.accounts.services import update_practice
from soar_lms.accounts.trail import list_trail
from soar_lms.audit.services import find_entries_about
from soar_lms.audit.wording import ACTIONS, ROLES
from soar_lms.content import catalogue
from soar_lms.database import transaction
from soar_lms.forms import ActionForm
from soar_lms.i18n import gettext
from soar_lms.paging import read_number

blueprint = Blueprint("accounts", __name__, url_prefix="/<language:language>")


@blueprint.get("/check-mail")
@access(Access.PUBLIC)
def show_check_mail() -> ResponseReturnValue:
    return render_template("accounts/mail_sent.html")


@access(Access.PUBLIC)
def confirm_email(token: str) -> ResponseReturnValue:
    """Answer the link from the e-mail with a button: opening a link changes nothing.

    Stands at Flask-Security's address, in place of its own view, which confirms on GET.
    """
    form = ActionForm()
    if not form.validate_on_submit():
        page = render_template("accounts/confirmation_edit.html", form=form)
        return page, 422 if form.is_submitted() else 200
    expired, invalid, person = confirm_email_token_status(token)  # type: ignore[no-untyped-call]
    if person is None or invalid or expired:
        flash(gettext("That link is incomplete or has expired. Ask for a new one here."), "error")
        return redirect(url_for("security.send_confirmation"))
    with transaction():
        confirm_user(person)  # type: ignore[no-untyped-call]
    flash(gettext("Thank you. Your e-mail address is confirmed. You can sign in now."), "success")
    return redirect(url_for("security.login"))


@blueprint.get("/sign-out-page")
@access(Access.LEARNER)
def show_sign_out() -> ResponseReturnValue:
    return render_template("accounts/sign_out.html", form=ActionForm())


@blueprint.get("/profile/views")
@access(Access.LEARNER)
def list_views() -> ResponseReturnValue:
    """Show people who looked at their record: what staff see of them is no secret from them."""
    before = read_number(request.args.get("before"))
    return render_template(
        "accounts/views_list.html",
        trail=list_trail(find_entries_about(current_reader().id, before=before)),
        actions=ACTIONS,
        roles=ROLES,
        modules=catalogue().modules,
    )


@blueprint.route("/profile", methods=["GET", "POST"])
@access(Access.LEARNER)
def edit_profile() -> ResponseReturnValue:
    form = ProfileForm(obj=current_reader())
    if form.validate_on_submit():
        with transaction():
            person = current_person()
            person.name = form.name.data
            person.language = form.language.data
            person.time_zone = form.time_zone.data
            update_practice(
                person,
                profession=form.profession.data,
                territory=form.territory.data,
            )
        flash(gettext("Your profile is saved."), "success")
        return redirect(url_for("accounts.edit_profile"))
    status = 422 if form.is_submitted() else 200
    return render_template("accounts/profile_edit.html", form=form), status
