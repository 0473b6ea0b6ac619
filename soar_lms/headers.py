"""Response headers: what a browser may load, keep and tell others."""

from __future__ import annotations

from flask import Flask, Response, request, session

_SOURCES = {
    "default-src": "'none'",
    "style-src": "'self'",
    "script-src": "'self'",
    "img-src": "'self' data:",
    "font-src": "'self'",
    "media-src": "'self'",
    "connect-src": "'self'",
    "form-action": "'self'",
    "frame-ancestors": "'none'",
    "base-uri": "'none'",
}
_ALWAYS = {
    "Content-Security-Policy": "; ".join(f"{kind} {who}" for kind, who in _SOURCES.items()),
    "Cross-Origin-Opener-Policy": "same-origin",
    "Cross-Origin-Resource-Policy": "same-origin",
    "Permissions-Policy": "camera=(), geolocation=(), microphone=()",
    "Referrer-Policy": "no-referrer",
    "X-Content-Type-Options": "nosniff",
    "X-Frame-Options": "DENY",
}
ONE_YEAR = 31_536_000


def configure_headers(app: Flask, *, secure: bool) -> None:
    """Set the headers of every response; what no view allowed to be kept is not kept."""
    fixed = dict(_ALWAYS)
    if secure:
        fixed["Strict-Transport-Security"] = f"max-age={ONE_YEAR}; includeSubDomains"

    @app.after_request
    def set_headers(response: Response) -> Response:
        for name, value in fixed.items():
            response.headers[name] = value
        if request.endpoint == "static" and response.status_code in {200, 206, 304}:
            response.headers["Cache-Control"] = f"public, max-age={ONE_YEAR}, immutable"
        elif "Cache-Control" not in response.headers:
            response.headers["Cache-Control"] = "no-store"
        return response


def allow_caching(response: Response, seconds: int) -> Response:
    """Let a proxy keep a page for all who come without a session; others get it fresh.

    A message that was all a session held is on this page now, and is for nobody else.
    """
    response.vary.add("Cookie")
    if not session and not session.modified:
        response.headers["Cache-Control"] = f"public, max-age={seconds}"
    return response
