"""Saying no to reminders: by the link of an e-mail, without signing in, or in the profile."""

from __future__ import annotations

from flask import flash, redirect, render_template, url_for
from flask.typing import ResponseReturnValue

from soar_lms.access import Access, Role, access
from soar_lms.accounts.current import current_person, current_reader
from soar_lms.clock import utc_now
from soar_lms.database import transaction
from soar_lms.forms import ActionForm, is_one_click
from soar_lms.i18n import gettext
from soar_lms.reminders import choices
from soar_lms.reminders.forms import ChooseMailForm
from soar_lms.reminders.views.blueprint import blueprint


@blueprint.route("/reminders/stop/<string:token>", methods=["GET", "POST"])
@access(Access.PUBLIC)
def stop_mail(token: str) -> ResponseReturnValue:
    """Answer the link with a button: programs that look at mail open links, too."""
    refusal, form, clicked = choices.read_token(token), ActionForm(), is_one_click()
    if clicked or form.validate_on_submit():
        with transaction():
            choices.refuse(refusal, utc_now())
        if not clicked:  # a mail program follows no redirect (RFC 8058, section 3.1)
            return redirect(url_for("reminders.stop_mail", token=token))
    is_over = choices.is_refused(refusal)
    page = render_template(
        "reminders/mail_stop.html", form=form, mail=str(refusal.mail), is_over=is_over
    )
    return page, 422 if form.errors and not clicked else 200


@blueprint.route("/profile/reminders", methods=["GET", "POST"])
@access(Access.LEARNER)
def choose_mail() -> ResponseReturnValue:
    form, is_trainer = ChooseMailForm(), current_reader().role != Role.LEARNER
    if form.validate_on_submit():
        with transaction():
            person = current_person()
            choices.choose_mail(
                person,
                reminders=form.reminders.data,
                digest=form.digest.data or not is_trainer,
                now=utc_now(),
            )
        flash(gettext("Your choice is saved."), "success")
        return redirect(url_for("reminders.choose_mail"))
    if not form.is_submitted():
        person = current_person()
        form.reminders.data = person.reminders_off_at is None
        form.digest.data = person.digest_off_at is None
    page = render_template("reminders/mail_edit.html", form=form, is_trainer=is_trainer)
    return page, 422 if form.is_submitted() else 200
