"""Another language in the middle of a form of Flask-Security, which would take it as sent.

It would say that a link is on its way, or write to whoever has an account already. So these forms
are shown again, as they were filled in, before its views are asked; passwords never come back.
"""

from __future__ import annotations

from flask import Flask, current_app, render_template, request
from flask.typing import ResponseReturnValue

from soar_lms.forms import TURN

_TYPED = {
    "security.login": ("login_form", "security/login_user.html"),
    "security.register": ("register_form", "security/register_user.html"),
    "security.forgot_password": ("forgot_password_form", "security/forgot_password.html"),
    "security.send_confirmation": ("send_confirmation_form", "security/send_confirmation.html"),
}
"""Pages with more to fill in than a password: its form, as Flask-Security calls it, and ours."""


def configure_turning(app: Flask) -> None:
    """Ask before the views of Flask-Security, and after what they refuse."""
    app.before_request_funcs.setdefault("security", []).append(_turn)


def _turn() -> ResponseReturnValue | None:
    if request.endpoint not in _TYPED or TURN not in request.form:
        return None
    name, template = _TYPED[request.endpoint]
    kind = current_app.extensions["security"].forms[name]
    form = kind.instantiator(name, kind.cls, formdata=request.form)
    return render_template(template, form=form)
