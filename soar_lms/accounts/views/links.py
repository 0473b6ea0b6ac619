"""Signing in by a link from an e-mail."""

from __future__ import annotations

from flask import redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from flask_security.utils import login_user

from soar_lms.access import Access, access
from soar_lms.accounts import links
from soar_lms.accounts.forms import AskForLinkForm
from soar_lms.accounts.views.blueprint import blueprint
from soar_lms.clock import utc_now
from soar_lms.database import transaction
from soar_lms.forms import ActionForm


@blueprint.route("/sign-in/link", methods=["GET", "POST"])
@access(Access.PUBLIC)
def ask_for_link() -> ResponseReturnValue:
    form = AskForLinkForm(next=request.args.get("next", ""))
    if not form.validate_on_submit():
        page = render_template("accounts/link_edit.html", form=form)
        return page, 422 if form.is_submitted() else 200
    with transaction():
        links.send_link(form.email.data, form.next.data, utc_now())
    return redirect(url_for("accounts.show_link_sent"))


@blueprint.get("/sign-in/link-sent")
@access(Access.PUBLIC)
def show_link_sent() -> ResponseReturnValue:
    return render_template("accounts/link_sent.html")


@blueprint.route("/sign-in/link/<string:token>", methods=["GET", "POST"])
@access(Access.PUBLIC)
def use_link(token: str) -> ResponseReturnValue:
    """Answer the link from the e-mail with a button: opening a link changes nothing."""
    links.check_link(token, utc_now())
    form = ActionForm()
    if not form.validate_on_submit():
        page = render_template("accounts/link_use.html", form=form)
        return page, 422 if form.is_submitted() else 200
    with transaction():
        entered = links.use_link(token, utc_now())
        login_user(entered.person, remember=False, authn_via=["email"])
    return redirect(entered.place or url_for("learning.show_home"))
