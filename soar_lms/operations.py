"""What a site's operators ask: is it alive, is it ready, how is it doing."""

from __future__ import annotations

import hmac
import time

import structlog
from flask import Flask, Response, abort, current_app, g, jsonify, request
from flask.typing import ResponseReturnValue
from prometheus_client import CONTENT_TYPE_LATEST, Counter, Histogram, generate_latest

from soar_lms.access import Access, access, declare_access
from soar_lms.config import Config
from soar_lms.migrations import newest_migration, present_migration

log = structlog.get_logger("soar_lms.requests")

REQUESTS = Counter("soar_requests_total", "Requests answered", ("endpoint", "status"))
SECONDS = Histogram("soar_request_seconds", "Time to answer, in seconds", ("endpoint",))


def configure_operations(app: Flask, config: Config) -> None:
    """Add the operators' addresses; count and log every request by its endpoint only."""
    declare_access(app, "static", Access.PUBLIC)
    app.add_url_rule("/healthz", "healthz", show_health)
    app.add_url_rule("/readyz", "readyz", show_readiness)
    app.add_url_rule("/metrics", "metrics", show_metrics)
    if config.log_level in {"debug", "info"} or config.metrics_token:
        app.before_request(_note_start)
        app.after_request(_count)


@access(Access.PUBLIC)
def show_health() -> ResponseReturnValue:
    """Say that the process answers."""
    return jsonify(status="ok")


@access(Access.PUBLIC)
def show_readiness() -> ResponseReturnValue:
    """Say whether the database answers and has the schema of this release."""
    if present_migration() != newest_migration():
        return jsonify(status="the database does not answer or is not migrated"), 503
    return jsonify(status="ok")


@access(Access.PUBLIC)
def show_metrics() -> ResponseReturnValue:
    """Answer Prometheus, when it has the token."""
    token = current_app.config["SOAR"].metrics_token
    given = request.headers.get("Authorization", "").encode()
    if not token or not hmac.compare_digest(f"Bearer {token}".encode(), given):
        abort(404)
    return Response(generate_latest(), content_type=CONTENT_TYPE_LATEST)


def _note_start() -> None:
    g.started = time.perf_counter()


def _count(response: Response) -> Response:
    seconds = time.perf_counter() - g.get("started", time.perf_counter())
    endpoint = request.endpoint or "none"
    REQUESTS.labels(endpoint, response.status_code).inc()
    SECONDS.labels(endpoint).observe(seconds)
    log.info(
        "request",
        endpoint=endpoint,
        method=request.method,
        status=response.status_code,
        ms=round(seconds * 1000, 1),
    )
    return response
