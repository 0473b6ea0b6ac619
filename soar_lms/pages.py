"""Pages that belong to no feature: the way in, the way out, help, and what the site promises."""

from __future__ import annotations

from datetime import timedelta

from flask import (
    Blueprint,
    current_app,
    make_response,
    redirect,
    render_template,
    send_file,
    url_for,
)
from flask.typing import ResponseReturnValue
from flask_login import current_user

from soar_lms.access import Access, access
from soar_lms.accounts.current import current_reader
from soar_lms.certificates.fonts import font_files
from soar_lms.clock import utc_now
from soar_lms.content import catalogue
from soar_lms.errors import NotFoundError
from soar_lms.headers import allow_caching
from soar_lms.i18n import current_language
from soar_lms.learning.whereabouts import Whereabouts, list_whereabouts
from soar_lms.messages.services import find_oldest_waiting

blueprint = Blueprint("pages", __name__)

KEPT_SECONDS = 300
STATUS_KEPT_SECONDS = 60
MAIL_IS_LATE_AFTER = timedelta(minutes=10)
"""What is younger waits for a worker or a second try; people are told to wait so long."""
FONT_KEPT_SECONDS = 30 * 24 * 3600


@blueprint.get("/")
@access(Access.PUBLIC)
def start() -> ResponseReturnValue:
    """Lead to the list of modules in the language the browser asks for."""
    response = redirect(url_for("learning.show_catalogue", language=current_language().tag))
    response.vary.add("Accept-Language")
    return response


@blueprint.get("/fonts/public-sans.ttf")
@access(Access.PUBLIC)
def show_font() -> ResponseReturnValue:
    """Serve the site's typeface from its wheel: no other host is asked, no copy is kept."""
    path = font_files().get("Public Sans")
    if path is None:
        raise NotFoundError
    return send_file(path, mimetype="font/ttf", max_age=FONT_KEPT_SECONDS)


@blueprint.get("/exit")
@access(Access.PUBLIC)
def leave() -> ResponseReturnValue:
    """Leave the site at once for a neutral one: the quick exit where scripts are off."""
    return redirect(current_app.config["SOAR"].exit_url, code=303)


@blueprint.get("/<language:language>/resources")
@access(Access.PUBLIC)
def show_resources() -> ResponseReturnValue:
    return _page("pages/resources.html")


@blueprint.get("/<language:language>/safety")
@access(Access.PUBLIC)
def show_safety() -> ResponseReturnValue:
    return _page("pages/safety.html")


@blueprint.get("/<language:language>/help")
@access(Access.PUBLIC)
def show_help() -> ResponseReturnValue:
    """Answer what people ask most, and say whether e-mail goes out: most of them wait for one."""
    waiting = find_oldest_waiting()
    is_late = waiting is not None and utc_now() - waiting > MAIL_IS_LATE_AFTER
    page = render_template("pages/help.html", mail_is_late=is_late, whereabouts=_whereabouts())
    return allow_caching(make_response(page), STATUS_KEPT_SECONDS)


def _whereabouts() -> list[Whereabouts] | None:
    """Return where the reader's certificates are; None for a visitor."""
    if not current_user.is_authenticated:
        return None
    return list_whereabouts(catalogue(), current_reader().id)


@blueprint.get("/<language:language>/privacy")
@access(Access.PUBLIC)
def show_privacy() -> ResponseReturnValue:
    return _page("pages/privacy.html")


def _page(template: str) -> ResponseReturnValue:
    return allow_caching(make_response(render_template(template)), KEPT_SECONDS)
