"""Passkeys: added and removed in the profile, used on the sign-in page."""

from __future__ import annotations

import json

from flask import flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from flask_security.utils import login_user

from soar_lms.access import Access, access
from soar_lms.accounts import passkeys, proofs
from soar_lms.accounts.current import current_device, current_person, current_reader
from soar_lms.accounts.forms import PasskeyForm, PasskeySignInForm, StartPasskeyForm
from soar_lms.accounts.passkeys import PasskeyRefusedError
from soar_lms.accounts.views.blueprint import blueprint
from soar_lms.clock import utc_now
from soar_lms.database import transaction
from soar_lms.forms import TOKEN_TOO_OLD, check_token
from soar_lms.i18n import gettext


@blueprint.route("/profile/passkeys", methods=["GET", "POST"])
@access(Access.LEARNER)
def edit_passkeys() -> ResponseReturnValue:
    form = _start_form()
    if form.is_submitted() and not _can_prove(form):
        return redirect(request.path)  # the page has no form for them, and says why
    if not form.validate_on_submit():
        return _passkeys_page(form), 422 if form.is_submitted() else 200
    proofs.begin_passkey(form.name.data, utc_now())
    return redirect(url_for("accounts.create_passkey"))


def _start_form() -> StartPasskeyForm:
    form = StartPasskeyForm.for_password(current_person().password)
    if proofs.is_fresh(utc_now()):
        del form.password
    if form.name.data is None:
        form.name.data = current_device().system
    return form


def _passkeys_page(form: StartPasskeyForm) -> str:
    return render_template(
        "accounts/passkeys_edit.html",
        form=form,
        passkeys=passkeys.list_passkeys(current_reader().id),
        can_prove=_can_prove(form),
    )


def _can_prove(form: StartPasskeyForm) -> bool:
    """Whether whoever asks can show that it is they: by a password, or having just signed in."""
    return proofs.is_fresh(utc_now()) or form.password_hash is not None


@blueprint.route("/profile/passkeys/new", methods=["GET", "POST"])
@access(Access.LEARNER)
def create_passkey() -> ResponseReturnValue:
    """Ask the device for a passkey, and add what it made; its owner gave the password before."""
    name = proofs.passkey_begun()
    if name is None or not proofs.is_fresh(utc_now()):
        return redirect(url_for("accounts.edit_passkeys"))
    form = PasskeyForm()
    if not form.validate_on_submit():
        return _create_page(form), 422 if form.is_submitted() else 200
    with transaction():
        passkeys.add_passkey(
            current_person(),
            name=name,
            answer=form.credential.data,
            challenge=proofs.take_challenge(utc_now()),
            now=utc_now(),
        )
    proofs.end_passkey()
    flash(gettext("The passkey is added. You can sign in with it from now on."), "success")
    return redirect(url_for("accounts.edit_passkeys"))


def _create_page(form: PasskeyForm) -> str:
    reader = current_reader()
    asked = passkeys.ask_to_make(
        reader.id, reader.name, reader.email, proofs.new_challenge(utc_now())
    )
    return render_template("accounts/passkey_create.html", form=form, asked=json.dumps(asked))


@blueprint.post("/profile/passkeys/<int:number>/remove")
@access(Access.LEARNER)
def remove_passkey(number: int) -> ResponseReturnValue:
    if not check_token():
        flash(str(TOKEN_TOO_OLD), "error")
        return _passkeys_page(_start_form()), 422
    with transaction():
        passkeys.remove_passkey(current_person(), number, utc_now())
    flash(gettext("The passkey is removed. Nobody can sign in here with it any more."), "success")
    return redirect(url_for("accounts.edit_passkeys"))


# --- signing in -------------------------------------------------------------------------------


@blueprint.post("/sign-in/passkey/offer")
@access(Access.PUBLIC)
def offer_passkeys() -> ResponseReturnValue:
    """Answer a script with what the browser is asked with; it is the same for everybody."""
    if not check_token():
        return {"error": str(TOKEN_TOO_OLD)}, 422
    return passkeys.ask_to_sign_in(proofs.new_challenge(utc_now()))


@blueprint.post("/sign-in/passkey")
@access(Access.PUBLIC)
def sign_in_with_passkey() -> ResponseReturnValue:
    form = PasskeySignInForm()
    if not form.validate_on_submit():
        flash(gettext("No passkey was used. Try again, or sign in another way."), "error")
        return redirect(url_for("security.login", next=form.next.data or None))
    try:
        with transaction():
            person = passkeys.enter_with_passkey(
                form.credential.data, proofs.take_challenge(utc_now()), utc_now()
            )
            login_user(person, remember=form.remember.data, authn_via=["webauthn"])
    except PasskeyRefusedError as error:
        flash(f"{error.title}. {error.message}", "error")
        return redirect(url_for("security.login", next=form.next.data or None))
    return redirect(form.next.data or url_for("learning.show_home"))
