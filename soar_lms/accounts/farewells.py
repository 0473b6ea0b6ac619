"""What is said to whoever is signed out, by themselves or by time: once, on the next page."""

from __future__ import annotations

from flask import Flask, Response, flash, request

from soar_lms.i18n import gettext
from soar_lms.sessions import has_just_ended


def configure_farewells(app: Flask) -> None:
    """Say it, whichever page comes next; a script that asks shows no page."""
    app.before_request(_say_timed_out)
    app.after_request_funcs.setdefault("security", []).append(_say_signed_out)


def _say_timed_out() -> None:
    if has_just_ended():
        flash(
            gettext(
                "You were signed out, because nobody used this site here for a long time. "
                "Nothing that was saved is lost. Sign in to go on."
            ),
            "info",
        )


def _say_signed_out(response: Response) -> Response:
    """Say it also where the session had ended before: they asked."""
    is_done = request.endpoint == "security.logout" and response.status_code == 302
    if is_done and request.method == "POST":
        flash(_farewell(), "success")
    return response


def _farewell() -> str:
    if request.form.get("forget"):
        words = gettext(
            "You are signed out. Your progress is saved. We told the browser to delete what you "
            "wrote in reflections. If other people use this device, delete today from the history "
            "of the browser, too: it still lists the pages you opened."
        )
    else:
        words = gettext(
            "You are signed out. Your progress is saved. What you wrote in reflections is still on "
            "this device. If other people use it, delete today from the history of the browser, "
            "too: it still lists the pages you opened."
        )
    return str(words)
