"""Deleting one's own account: what goes and what stays is said before."""

from __future__ import annotations

from flask import Blueprint, flash, redirect, render_template, url_for
from flask.typing import ResponseReturnValue
from flask_login import logout_user

from soar_lms.access import Access, access
from soar_lms.accounts.current import current_person, current_reader
from soar_lms.administration.erasing import erase_person, plan_erasure
from soar_lms.administration.forms import DeleteAccountForm
from soar_lms.audit.services import Actor
from soar_lms.clock import utc_now
from soar_lms.database import transaction
from soar_lms.i18n import gettext

blueprint = Blueprint("account", __name__, url_prefix="/<language:language>/profile")


@blueprint.route("/delete", methods=["GET", "POST"])
@access(Access.LEARNER)
def delete_account() -> ResponseReturnValue:
    reader = current_reader()
    form = DeleteAccountForm.for_password(current_person().password)
    if not form.validate_on_submit():
        page = render_template(
            "administration/account_delete.html", form=form, plan=plan_erasure(reader.id)
        )
        return page, 422 if form.is_submitted() else 200
    with transaction():
        erase_person(reader.id, actor=Actor(reader.id), now=utc_now())
    logout_user()
    flash(gettext("Your account is deleted. Take care."), "success")
    return redirect(url_for("learning.show_catalogue"))
