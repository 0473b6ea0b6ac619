"""Flask's signed session cookie and Flask-WTF's form token, with their signers made once.

Both libraries build a new signer for every request, which costs more than the signature. Formats
and salts are theirs, so whatever they sign can be read here and the other way round.

A session that is not remembered ends when nobody has used it for a while (`SOAR_IDLE_MINUTES`). Its
time is that of the cookie's signature: a cookie that is used is signed again now and then. Only who
is signed in is forgotten; the form token stays, so a page left open can still be sent afterwards.
"""

from __future__ import annotations

from datetime import datetime
from functools import lru_cache
from time import time
from typing import Any

from flask import Flask, Request, current_app, g, request, session
from flask.sessions import (
    SecureCookieSession,
    SecureCookieSessionInterface,
    session_json_serializer,
)
from flask_wtf.csrf import generate_csrf
from itsdangerous import SignatureExpired, URLSafeTimedSerializer

_TOKEN_SALT = "wtf-csrf-token"  # noqa: S105  # the name of a salt, no secret


TIMED, LEFT = "timed", "left"
"""In a session: that it ends when nobody uses it; who was signed in when it did."""
_SIGNED_AGAIN = 0.1
"""Of the time that a session may be idle: so much has passed before its cookie is signed again."""
ONLY_LOOKS = "/signed-in"
"""The end of the address that asks how much time is left, which is no use of the site."""


class SessionInterface(SecureCookieSessionInterface):
    """The signed cookie, with one signer for the life of the application."""

    def __init__(self) -> None:
        self._signer: RememberingSigner | None = None

    def get_signing_serializer(self, app: Flask) -> RememberingSigner | None:  # type: ignore[override]  # used for these two methods only
        """Return the signer; configuration is frozen, so it never changes."""
        if self._signer is None:
            signer = super().get_signing_serializer(app)
            self._signer = RememberingSigner(signer) if signer else None
        return self._signer

    def open_session(self, app: Flask, request: Request) -> SecureCookieSession | None:
        """Read the cookie; one that was idle for too long does not say any more who it is."""
        found = super().open_session(app, request)
        if not found or not found.get(TIMED, False):
            return found
        idle = app.config["SOAR"].idle_seconds
        age = self.age_of(app, request)
        if age > idle:
            found[LEFT] = found.pop("_user_id", "")
            found.pop(TIMED)
            g.session_ended = True
        elif age > idle * _SIGNED_AGAIN and not request.path.endswith(ONLY_LOOKS):
            found.modified = True
        return found

    def age_of(self, app: Flask, request: Request) -> float:
        """Return how many seconds ago the cookie of a request was signed."""
        cookie = request.cookies.get(self.get_cookie_name(app), "")
        return self._signer.age_of(cookie) if self._signer and cookie else 0.0


class RememberingSigner:
    """Flask's signer of sessions; a cookie that was verified is not verified again.

    A reader sends the same cookie with every page. Only good cookies are remembered, by all of
    their characters; their age is judged each time.
    """

    def __init__(self, signer: URLSafeTimedSerializer) -> None:
        self._signer = signer
        self._verified = lru_cache(maxsize=2_048)(self._verify)

    def dumps(self, values: Any) -> str | bytes:
        return self._signer.dumps(values)

    def loads(self, cookie: str, max_age: int) -> Any:
        """Return the values of a cookie, anew each time.

        :raises BadSignature: when it is not ours, or older than `max_age` seconds.
        """
        text, signed_at = self._verified(cookie)
        if time() - signed_at.timestamp() > max_age:
            raise SignatureExpired("the session is too old", date_signed=signed_at)
        return session_json_serializer.loads(text)

    def age_of(self, cookie: str) -> float:
        """Return how many seconds ago a cookie was signed.

        :raises BadSignature: when it is not ours.
        """
        _, signed_at = self._verified(cookie)
        return time() - signed_at.timestamp()

    def _verify(self, cookie: str) -> tuple[str, datetime]:
        values, signed_at = self._signer.loads(cookie, return_timestamp=True)
        return session_json_serializer.dumps(values), signed_at


def seconds_left() -> int | None:
    """Return how long the reader stays signed in without doing anything; None where it is long."""
    if not session.get(TIMED, False):
        return None
    if g.get("signed_again", False):
        return int(current_app.config["SOAR"].idle_seconds)
    interface = current_app.session_interface
    age = interface.age_of(current_app, request) if isinstance(interface, SessionInterface) else 0.0
    return max(0, int(current_app.config["SOAR"].idle_seconds - age))


def has_just_ended() -> bool:
    """Whether this is the first request after a session that nobody used has ended."""
    return bool(g.get("session_ended", False))


def person_of_session() -> str:
    """Return what stands for whoever is signed in, or was when this session ended; or nothing."""
    who, _, _ = str(session.get("_user_id") or session.get(LEFT, "")).partition(".")
    return who


def stay_signed_in() -> None:
    """Let the time of this session begin anew: its cookie is signed again."""
    session.modified = True
    g.signed_again = True


def csrf_token() -> str:
    """Return the token that a form of this page carries."""
    raw = session.get("csrf_token")
    if raw is None or "csrf_token" in g:
        return str(generate_csrf())
    g.csrf_token = _sign(str(current_app.secret_key), raw)
    return str(g.csrf_token)


@lru_cache(maxsize=4_096)
def _sign(secret: str, raw: str) -> str:
    """Sign a session's token. It is valid as long as the session, so it need not be new."""
    return str(_token_signer(secret).dumps(raw))


@lru_cache(maxsize=4)
def _token_signer(secret: str) -> URLSafeTimedSerializer:
    return URLSafeTimedSerializer(secret, salt=_TOKEN_SALT)
