"""Who may do what. Every view declares a level; a view that declares none is refused."""

from __future__ import annotations

from collections.abc import Callable
from enum import StrEnum
from typing import Any, TypeVar
from urllib.parse import urlencode

from flask import Flask, abort, current_app, redirect, request, url_for
from flask.typing import ResponseReturnValue
from flask_login import current_user

View = TypeVar("View", bound=Callable[..., Any])
_LEVELS = "soar_access"
_LONGEST_CHOICE = 130
"""Two ids of content and what joins them."""


class Role(StrEnum):
    """What a person is on this site; each role may do what those before it may."""

    LEARNER = "learner"
    TRAINER = "trainer"
    ADMINISTRATOR = "administrator"


class Access(StrEnum):
    """Who may open a view. Whose data it may show is for the service to decide."""

    PUBLIC = "public"
    READER = "reader"
    """Everybody where reading is open (SOAR_OPEN_READING), otherwise those who signed in."""
    LEARNER = "learner"
    TRAINER = "trainer"
    PROGRAMME = "programme"
    """Administrators, and those to whom one of them gave the right to read programme reports."""
    ADMINISTRATOR = "administrator"


_ROLES_FOR = {
    Access.READER: frozenset(Role),
    Access.LEARNER: frozenset(Role),
    Access.TRAINER: frozenset({Role.TRAINER, Role.ADMINISTRATOR}),
    Access.PROGRAMME: frozenset({Role.ADMINISTRATOR}),
    Access.ADMINISTRATOR: frozenset({Role.ADMINISTRATOR}),
}


def access(level: Access) -> Callable[[View], View]:
    """Declare who may open a view; stands directly under its route."""

    def declare(view: View) -> View:
        view.access_level = level  # type: ignore[attr-defined]  # a mark on the function
        return view

    return declare


def declare_access(app: Flask, endpoint: str, level: Access) -> None:
    """Declare who may open a view that a library brings."""
    app.extensions.setdefault(_LEVELS, {})[endpoint] = level


def access_level(app: Flask, endpoint: str) -> Access | None:
    """Return the level that a view declares, or None."""
    declared: Access | None = app.extensions.get(_LEVELS, {}).get(endpoint)
    if declared is not None:
        return declared
    found: Access | None = getattr(app.view_functions.get(endpoint), "access_level", None)
    return found


def guard() -> ResponseReturnValue | None:
    """Before each request: let the right people through, send others to sign in, or answer 404."""
    if request.endpoint is None:
        return None
    level = access_level(current_app, request.endpoint)
    if level is None:
        abort(403)
    if level is Access.PUBLIC:
        return None
    if level is Access.READER and current_app.config["SOAR"].open_reading:
        return None
    if not current_user.is_authenticated:
        return redirect(url_for("security.login", next=_way_back()))
    if not _may_open(level):
        abort(404)
    return None


def _may_open(level: Access) -> bool:
    if level is Access.PROGRAMME and current_user.reads_programme:
        return True
    return current_user.role in _ROLES_FOR[level]


def _way_back() -> str | None:
    """Return where to go on after signing in: the page that was asked for, or whose form was sent.

    The options that were chosen come along: a session that ended during a test costs no answer.
    """
    if request.method == "GET":
        return request.full_path.rstrip("?")
    adapter = current_app.create_url_adapter(request)
    if adapter is None or not adapter.test(request.path, "GET"):
        return None
    words = [word for word in request.form.getlist("choice") if word]
    chosen = [("choice", word[:_LONGEST_CHOICE]) for word in words[:20]]
    return f"{request.path}?{urlencode(chosen)}" if chosen else request.path
