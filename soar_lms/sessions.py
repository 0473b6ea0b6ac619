"""Flask's signed session cookie and Flask-WTF's form token, with their signers made once.

Both libraries build a new signer for every request, which costs more than the signature. Formats
and salts are theirs, so whatever they sign can be read here and the other way round.
"""

from __future__ import annotations

from datetime import datetime
from functools import lru_cache
from time import time
from typing import Any

from flask import Flask, current_app, g, session
from flask.sessions import SecureCookieSessionInterface, session_json_serializer
from flask_wtf.csrf import generate_csrf
from itsdangerous import SignatureExpired, URLSafeTimedSerializer

_TOKEN_SALT = "wtf-csrf-token"  # noqa: S105  # the name of a salt, no secret


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

    def _verify(self, cookie: str) -> tuple[str, datetime]:
        values, signed_at = self._signer.loads(cookie, return_timestamp=True)
        return session_json_serializer.dumps(values), signed_at


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
