"""Pages around an account that Flask-Security does not bring."""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime

from flask import flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from flask_security.confirmable import confirm_email_token_status, confirm_user

from soar_lms.access import Access, access
from soar_lms.accounts import emails, licenses
from soar_lms.accounts.current import current_person, current_reader
from soar_lms.accounts.forms import AddEmailForm, AddLicenseForm, ProfileForm
from soar_lms.accounts.models import Person
from soar_lms.accounts.professions import PROFESSIONS, TERRITORIES
from soar_lms.accounts.services import rename, update_practice
from soar_lms.accounts.trail import list_trail
from soar_lms.accounts.views.blueprint import blueprint
from soar_lms.audit.services import find_entries_about
from soar_lms.audit.wording import ACTIONS, ROLES
from soar_lms.clock import utc_now
from soar_lms.content import catalogue
from soar_lms.database import transaction
from soar_lms.forms import TOKEN_TOO_OLD, ActionForm, check_token
from soar_lms.i18n import gettext
from soar_lms.paging import read_number


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
        emails.verify_first_email(person, utc_now())
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
            rename(person, form.name.data)
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


# --- e-mail addresses -------------------------------------------------------------------------


@blueprint.route("/profile/emails", methods=["GET", "POST"])
@access(Access.LEARNER)
def edit_emails() -> ResponseReturnValue:
    form = AddEmailForm.for_password(current_person().password)
    if not form.validate_on_submit():
        return _emails_page(form), 422 if form.is_submitted() else 200
    with transaction():
        emails.add_email(current_person(), form.email.data, utc_now())
    flash(
        gettext(
            "We sent an e-mail to %(email)s. Open the link in it to confirm the address.",
            email=form.email.data,
        ),
        "success",
    )
    return redirect(url_for("accounts.edit_emails"))


def _emails_page(form: AddEmailForm) -> str:
    return render_template(
        "accounts/emails_edit.html", form=form, emails=emails.list_emails(current_reader().id)
    )


@blueprint.post("/profile/emails/<int:email_id>/remove")
@access(Access.LEARNER)
def remove_email(email_id: int) -> ResponseReturnValue:
    return _change_emails(emails.remove_email, email_id, gettext("The address is removed."))


@blueprint.post("/profile/emails/<int:email_id>/primary")
@access(Access.LEARNER)
def choose_primary(email_id: int) -> ResponseReturnValue:
    said = gettext("From now on, e-mail goes to that address.")
    return _change_emails(emails.choose_primary, email_id, said)


def _change_emails(
    change: Callable[[Person, int, datetime], None], email_id: int, said: str
) -> ResponseReturnValue:
    if not check_token():
        flash(str(TOKEN_TOO_OLD), "error")
        return _emails_page(AddEmailForm()), 422
    with transaction():
        change(current_person(), email_id, utc_now())
    flash(said, "success")
    return redirect(url_for("accounts.edit_emails"))


@blueprint.route("/profile/emails/verify/<string:token>", methods=["GET", "POST"])
@access(Access.LEARNER)
def verify_email(token: str) -> ResponseReturnValue:
    """Answer the link from the e-mail with a button, to whoever asked for it and signed in."""
    address = emails.get_email_of_link(current_reader().id, token).email
    form = ActionForm()
    if not form.validate_on_submit():
        page = render_template("accounts/email_verify.html", form=form, email=address)
        return page, 422 if form.is_submitted() else 200
    with transaction():
        emails.verify_email(current_person(), token, utc_now())
    flash(gettext("%(email)s is confirmed. You can sign in with it.", email=address), "success")
    return redirect(url_for("accounts.edit_emails"))


# --- licenses ---------------------------------------------------------------------------------


@blueprint.route("/profile/licenses", methods=["GET", "POST"])
@access(Access.LEARNER)
def edit_licenses() -> ResponseReturnValue:
    form = AddLicenseForm(profession=current_reader().profession)
    if not form.validate_on_submit():
        return _licenses_page(form), 422 if form.is_submitted() else 200
    with transaction():
        licenses.add_license(
            current_person(),
            number=form.number.data,
            territory=form.territory.data,
            profession=form.profession.data,
            renews_on=form.renews_on.data,
            now=utc_now(),
        )
    flash(gettext("The license is saved."), "success")
    return redirect(url_for("accounts.edit_licenses"))


def _licenses_page(form: AddLicenseForm) -> str:
    return render_template(
        "accounts/licenses_edit.html",
        form=form,
        licenses=licenses.list_licenses(current_reader().id),
        professions=PROFESSIONS,
        territories=TERRITORIES,
    )


@blueprint.post("/profile/licenses/<int:license_id>/remove")
@access(Access.LEARNER)
def remove_license(license_id: int) -> ResponseReturnValue:
    if not check_token():
        flash(str(TOKEN_TOO_OLD), "error")
        return _licenses_page(AddLicenseForm()), 422
    with transaction():
        licenses.remove_license(current_person(), license_id)
    flash(gettext("The license is removed."), "success")
    return redirect(url_for("accounts.edit_licenses"))
