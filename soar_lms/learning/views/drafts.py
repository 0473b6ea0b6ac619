"""Finishing later: what was filled in waits in a cookie of that one page, in every language."""

from __future__ import annotations

from typing import Any

from flask import Response, current_app, flash, make_response, redirect, request, url_for
from flask.typing import ResponseReturnValue
from flask_login import current_user
from werkzeug.datastructures import MultiDict

from soar_lms.clock import local_date
from soar_lms.forms import Form, check_token
from soar_lms.i18n import format_day, gettext, languages
from soar_lms.learning.drafts import KEPT, Draft, DraftTooLongError, open_draft, seal_draft
from soar_lms.learning.views.blueprint import blueprint, today_here, utc_now
from soar_lms.sessions import person_of_session

_COOKIE = "draft"
_NEVER_KEPT = {"csrf_token", "go", "step"}
WHICH_FORM = "?form"
"""Stands in a draft for the form that the address asked for; no field is called so."""
_KEPT_FORMS = {"learning.give_evaluation", "learning.confirm_completion"}
"""Forms with more than a click in them."""


def find_draft() -> Draft | None:
    """Return what the reader filled in on this page before, unless the form is just sent."""
    if request.method != "GET":
        return None
    return open_draft(request.cookies.get(_COOKIE, ""), person_of_session(), _secret(), utc_now())


def values_of(draft: Draft | None) -> MultiDict[str, str] | None:
    """Return what fills a form in, as if it had been sent."""
    return MultiDict(list(draft.values)) if draft else None


def finish_later(form: Form) -> ResponseReturnValue | None:
    """Keep what was filled in, whatever is missing, and lead home; None where that was not asked.

    What cannot be kept is said on the form.
    """
    if request.form.get("go") != "later" or not check_token():
        return None
    response = make_response(redirect(url_for("learning.show_home")))
    try:
        _keep(response)
    except DraftTooLongError:
        form.form_errors.append(
            gettext("This is too long to keep it for later. Make it shorter, or hand it in now.")
        )
        return None
    flash(
        gettext(
            "What you filled in is kept on this device until %(day)s. Go on here when you are "
            "ready.",
            day=format_day(today_here() + KEPT),
        ),
        "success",
    )
    return response


def forget_draft(response: ResponseReturnValue) -> Response:
    """Delete what was kept: the form was handed in."""
    made = make_response(response)
    if _COOKIE in request.cookies:
        for path in _paths():
            made.delete_cookie(_COOKIE, path=path)
    return made


@blueprint.after_request
def keep_what_a_session_outlived(response: Response) -> Response:
    """Keep a form that was sent after the session had ended: after signing in it is there again."""
    is_sent = request.method == "POST" and request.endpoint in _KEPT_FORMS
    if is_sent and person_of_session() and not current_user.is_authenticated:
        try:
            _keep(response)
        except DraftTooLongError:
            current_app.logger.info("a draft was too long for a cookie")
    return response


def draft_context(draft: Draft | None) -> dict[str, Any]:
    """Return what a form says of what it was filled in with."""
    if draft is None:
        return {"kept_until": None}
    return {"kept_until": local_date(draft.until, current_user.time_zone)}


def _keep(response: Response) -> None:
    values = [item for item in request.form.items(multi=True) if item[0] not in _NEVER_KEPT]
    values += [(WHICH_FORM, request.args["form"])] if "form" in request.args else []
    sealed = seal_draft(values, person_of_session(), _secret(), utc_now())
    for path in _paths():
        response.set_cookie(
            _COOKIE,
            sealed,
            max_age=KEPT,
            path=path,
            secure=current_app.config["SESSION_COOKIE_SECURE"],
            httponly=True,
            samesite="Lax",
        )


def _paths() -> list[str]:
    """Return the address of this page in every language: no other page is sent the cookie."""
    values = {**(request.view_args or {})}
    return [url_for(str(request.endpoint), **{**values, "language": tag}) for tag in languages()]


def _secret() -> str:
    return str(current_app.secret_key)
