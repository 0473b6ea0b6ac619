"""Errors that people see: one family, one table, one handler, in the language of the page."""

from __future__ import annotations

import structlog
from flask import Flask, g, jsonify, make_response, redirect, render_template, request
from flask.typing import ResponseReturnValue
from flask_babel.speaklater import LazyString
from sqlalchemy.exc import DataError, OperationalError
from werkzeug.exceptions import HTTPException, InternalServerError, NotFound

from soar_lms.i18n import lazy_gettext

log = structlog.get_logger(__name__)


class DomainError(Exception):
    """Something a person may not do now; says what it is and what to do."""

    status = 409
    title: LazyString | str = lazy_gettext("This cannot be done now")
    message: LazyString | str = lazy_gettext("Please go back and try again.")
    retry_after: int | None = None
    """In how many seconds it can be done, if that is known; browsers ask again if it is soon."""


class NotFoundError(DomainError):
    """There is no such thing, or none that this person may see."""

    status = 404


# Status -> (title, what to do). What is not here is answered as its class: 4xx as 400, 5xx as 500.
_PAGES: dict[int, tuple[LazyString, LazyString]] = {
    400: (
        lazy_gettext("We could not read that request"),
        lazy_gettext("Please go back, check what you entered, and send it again."),
    ),
    403: (
        lazy_gettext("This page is closed"),
        lazy_gettext("You do not have access to this page."),
    ),
    404: (
        lazy_gettext("We could not find that page"),
        lazy_gettext("Check the address, or start from the list of modules."),
    ),
    405: (
        lazy_gettext("This page cannot be opened that way"),
        lazy_gettext("Please go back and use the button on the page."),
    ),
    413: (
        lazy_gettext("That is too large"),
        lazy_gettext("Please go back and send less at a time."),
    ),
    429: (
        lazy_gettext("Too many tries"),
        lazy_gettext("Please wait a few minutes, then try again. Nothing was lost."),
    ),
    500: (
        lazy_gettext("Something went wrong on our side"),
        lazy_gettext("What you saved before is safe. Please try again in a few minutes."),
    ),
    503: (
        lazy_gettext("The site cannot answer right now"),
        lazy_gettext("What you saved before is safe. Please try again in a minute."),
    ),
}

_SOON_SECONDS = 10
"""A page waits that long by itself; more would surprise its reader."""

_KEPT_HEADERS = frozenset({"Allow", "Retry-After"})
"""What an error says to programs, besides its page."""


def configure_errors(app: Flask) -> None:
    """Answer every error with a page (or JSON, where that was asked for) that helps."""
    app.register_error_handler(DomainError, _domain_error)
    app.register_error_handler(HTTPException, _http_error)
    app.register_error_handler(OperationalError, _database_error)
    app.register_error_handler(DataError, _data_error)
    app.register_error_handler(Exception, _unexpected_error)


def _domain_error(error: DomainError) -> ResponseReturnValue:
    if error.status == NotFound.code:
        return _http_error(NotFound())
    response = make_response(_page(error.status, str(error.title), str(error.message)))
    if error.retry_after is not None:
        response.headers["Retry-After"] = str(error.retry_after)
        if request.method == "GET" and error.retry_after <= _SOON_SECONDS:
            response.headers["Refresh"] = str(error.retry_after)
    return response


def _http_error(error: HTTPException) -> ResponseReturnValue:
    if error.response is not None or error.code is None or error.code < 400:
        return error
    fallback = 500 if error.code >= 500 else 400
    title, message = _PAGES.get(error.code, _PAGES[fallback])
    response = make_response(_page(error.code, str(title), str(message)))
    for name, value in error.get_headers():
        if name in _KEPT_HEADERS:
            response.headers[name] = value
    return response


def _database_error(error: OperationalError) -> ResponseReturnValue:
    if error.connection_invalidated:
        # The server went away while our connection slept. The pool has dropped such connections, so
        # the same request is asked for again on a fresh one: 307 repeats a POST with its body, and
        # every POST here is safe to repeat. If the server is still away, that fails as below.
        return redirect(request.full_path, code=307)
    log.error("database_unavailable", error=type(error.orig).__name__, endpoint=request.endpoint)
    g.database_is_away = True  # so that nobody asks it who reads this page
    title, message = _PAGES[503]
    return _page(503, str(title), str(message))


def _data_error(_error: DataError) -> ResponseReturnValue:
    """Answer a value that no row can hold, such as a NUL in an address: there is no such thing."""
    return _http_error(NotFound())


def _unexpected_error(error: Exception) -> ResponseReturnValue:
    log.error("unexpected_error", endpoint=request.endpoint, exc_info=error)
    title, message = _PAGES[500]
    return _page(InternalServerError.code, str(title), str(message))


def _page(status: int, title: str, message: str) -> ResponseReturnValue:
    if request.accept_mimetypes.best_match(["text/html", "application/json"]) == "application/json":
        return jsonify(error={"status": status, "title": title, "message": message}), status
    try:
        page = render_template("errors/error.html", status=status, title=title, message=message)
    except OperationalError as error:
        if g.get("database_is_away", False):
            raise
        return _database_error(error)  # it went away before anybody had asked who is signed in
    return page, status
