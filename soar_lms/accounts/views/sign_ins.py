"""Where somebody is signed in, and how to end it elsewhere."""

from __future__ import annotations

from flask import flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from flask_login import current_user

from soar_lms.access import Access, access
from soar_lms.accounts import sign_ins
from soar_lms.accounts.current import (
    current_device,
    current_person,
    current_reader,
    current_sign_in,
    keep_signed_in,
)
from soar_lms.accounts.views.blueprint import blueprint
from soar_lms.clock import utc_now
from soar_lms.database import transaction
from soar_lms.forms import TOKEN_TOO_OLD, check_token
from soar_lms.i18n import gettext
from soar_lms.sessions import seconds_left, stay_signed_in


@blueprint.get("/profile/sessions")
@access(Access.LEARNER)
def list_sign_ins() -> ResponseReturnValue:
    return _sign_ins_page()


def _sign_ins_page() -> str:
    here = current_sign_in()
    rows = sign_ins.list_sign_ins(current_reader().id, utc_now())
    return render_template(
        "accounts/sign_ins_list.html",
        here=next((row for row in rows if here and row.id == here.number), None),
        others=[row for row in rows if here is None or row.id != here.number],
        device=current_device(),
    )


@blueprint.get("/signed-in")
@access(Access.PUBLIC)
def show_time_left() -> ResponseReturnValue:
    """Answer a script with the seconds until the reader is signed out; null where that is long.

    Asking is no use of the site, unless somebody pressed the button to stay.
    """
    if not current_user.is_authenticated:
        return {"left": 0}
    if "stay" in request.args:
        stay_signed_in()
    return {"left": seconds_left()}


@blueprint.post("/profile/sessions/<int:number>/end")
@access(Access.LEARNER)
def end_sign_in(number: int) -> ResponseReturnValue:
    if not check_token():
        flash(str(TOKEN_TOO_OLD), "error")
        return _sign_ins_page(), 422
    with transaction():
        sign_ins.end_sign_in(current_reader().id, number)
    flash(gettext("That device is signed out."), "success")
    return redirect(url_for("accounts.list_sign_ins"))


@blueprint.post("/profile/sessions/end-others")
@access(Access.LEARNER)
def end_other_sign_ins() -> ResponseReturnValue:
    if not check_token():
        flash(str(TOKEN_TOO_OLD), "error")
        return _sign_ins_page(), 422
    here = current_sign_in()
    with transaction():
        person = current_person()
        row = sign_ins.end_others(person, here and here.number, utc_now(), current_device())
        keep_signed_in(person, row)
    flash(gettext("All other devices are signed out."), "success")
    return redirect(url_for("accounts.list_sign_ins"))
