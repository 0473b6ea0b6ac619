"""Flask's signed session cookie and Flask-WTF's form token, with their signers made once.

Both libraries build a new signer for every request, which costs more than the signature. Formats
and salts are theirs, so whatever they sign can be read here and the other way round.
"""

from __future__ import annotations

from functools import lru_cache

from flask import Flask, current_app, g, session
from flask.sessions import SecureCookieSessionInterface
from flask_wtf.csrf import generate_csrf
from itsdangerous import URLSafeTimedSerializer

_TOKEN_SALT = "wtf-csrf-token"  # noqa: S105  # the name of a salt, no secret


class SessionInterface(SecureCookieSessionInterface):
    """The signed cookie, with one signer for the life of the application."""

    def __init__(self) -> None:
        self._signer: URLSafeTimedSerializer | None = None

    def get_signing_serializer(self, app: Flask) -> URLSafeTimedSerializer | None:
        """Return the signer; configuration is frozen, so it never changes."""
        if self._signer is None:
            self._signer = super().get_signing_serializer(app)
        return self._signer


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
