"""Verification by anybody: public, without a cookie."""

from __future__ import annotations

from typing import Any

from flask import Response, jsonify, make_response, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue

from soar_lms.access import Access, access
from soar_lms.certificates import services
from soar_lms.certificates.checking import CheckedFile
from soar_lms.certificates.codes import format_code, read_code
from soar_lms.certificates.models import Certificate, Status
from soar_lms.certificates.views.blueprint import blueprint
from soar_lms.clock import utc_now
from soar_lms.headers import allow_caching
from soar_lms.i18n import current_language

KEPT_SECONDS = 60


@blueprint.get("/verify/<string:code>")
@access(Access.PUBLIC)
def verify_code(code: str) -> ResponseReturnValue:
    response = _verify(code)
    response.vary.add("Accept-Language")
    return response


@blueprint.get("/<language:language>/verify/<string:code>")
@access(Access.PUBLIC)
def verify_code_in_language(code: str) -> ResponseReturnValue:
    return _verify(code)


@blueprint.get("/<language:language>/verify")
@access(Access.PUBLIC)
def show_verify_form() -> ResponseReturnValue:
    typed = request.args.get("code", "").strip()[:100]
    code = read_code(typed)
    if code is not None:
        return redirect(url_for("certificates.verify_code_in_language", code=format_code(code)))
    page = render_template("certificates/verify_form.html", typed=typed)
    return (page, 422) if typed else allow_caching(make_response(page), KEPT_SECONDS)


def _verify(code: str) -> Response:
    certificate = services.find_certificate(code)
    if certificate is None:
        return answer({"status": "unknown"}, None)
    facts = describe(certificate, certificate.status_at(utc_now()))
    response = answer(facts, certificate)
    return allow_caching(response, KEPT_SECONDS)


def describe(certificate: Certificate, status: Status) -> dict[str, Any]:
    """Return what anybody with the code may know: no e-mail, no score, no setting.

    A name that was erased is None. Of a certificate that was replaced quietly, neither it nor its
    successor leads to the other.
    """
    expires, revoked_on = certificate.expires_on, certificate.revoked_on
    older, newer = services.find_predecessor(certificate), services.find_successor(certificate)
    return {
        "status": str(status),
        "code": format_code(certificate.code),
        "name": certificate.name if certificate.erased_at is None else None,
        "module": certificate.module_title,
        "language": certificate.language,
        "completed_on": certificate.completed_on.isoformat(),
        "expires_on": expires.isoformat() if expires else None,
        "revoked_on": revoked_on.isoformat() if revoked_on else None,
        "replaced_by": (
            format_code(newer.code) if newer and not certificate.replaced_quietly else None
        ),
        "replaces": format_code(older.code) if older and not older.replaced_quietly else None,
    }


def answer(
    facts: dict[str, Any], certificate: Certificate | None, *, file: CheckedFile | None = None
) -> Response:
    """Answer in the way that was asked for: a page, or JSON for programs."""
    wanted = request.accept_mimetypes.best_match(["text/html", "application/json"])
    if wanted == "application/json":
        response = jsonify(facts)
    else:
        page = render_template(
            "certificates/verify_show.html", facts=facts, certificate=certificate, file=file
        )
        response = make_response(page)
        response.headers["Content-Language"] = current_language().tag
    response.status_code = 404 if certificate is None else 200
    response.vary.add("Accept")
    return response
