"""Verification of a file: compared in memory, kept nowhere."""

from __future__ import annotations

import structlog
from flask import Response, jsonify, make_response, render_template, request
from flask.typing import ResponseReturnValue
from flask_babel.speaklater import LazyString
from werkzeug.exceptions import RequestEntityTooLarge

from soar_lms.access import Access, access
from soar_lms.certificates.checking import Fault, NotOursError, check_file
from soar_lms.certificates.documents import PDFError, RenderersBusyError
from soar_lms.certificates.views.blueprint import blueprint
from soar_lms.certificates.views.verify import answer, describe
from soar_lms.clock import utc_now
from soar_lms.i18n import lazy_gettext
from soar_lms.uploads import allow_files, drain

log = structlog.get_logger(__name__)

LARGEST = 5_000_000
"""Bytes of a request; a certificate has some 25,000."""

NOTHING = "nothing"
TOO_LARGE = "too-large"
BUSY = "busy"
FAILED = "failed"
_WORDS: dict[str, LazyString] = {
    NOTHING: lazy_gettext("Choose the PDF file of the certificate first."),
    TOO_LARGE: lazy_gettext(
        "This file is larger than 5 MB. Our certificates are much smaller: choose the PDF itself."
    ),
    BUSY: lazy_gettext(
        "Many people are opening certificates right now. Choose the file again in a few seconds, "
        "or type the code that is printed on it."
    ),
    FAILED: lazy_gettext(
        "We cannot compare files right now. Type the code that is printed on it: "
        "the page shows what we issued."
    ),
    Fault.NOT_PDF: lazy_gettext("This file is not a PDF. Choose the PDF that was issued."),
    Fault.INCOMPLETE: lazy_gettext(
        "The end of this file is missing. Ask for it again, or type the code that is printed on it."
    ),
    Fault.FOREIGN: lazy_gettext(
        "This PDF is not one of our certificates, or a program saved it anew. Type the code that "
        "is printed on it."
    ),
}

_RETRY_SECONDS = {BUSY: 3, FAILED: 120}
_COMPARED = {True: "unchanged", False: "changed", None: "unknown"}


@blueprint.post("/<language:language>/verify")
@access(Access.PUBLIC)
def check_upload() -> ResponseReturnValue:
    """Say whether a file is as it was issued.

    Nothing is written, so no form token is asked for, and none is needed by whoever has no cookie.
    """
    allow_files(LARGEST)
    try:
        file = request.files.get("file")
    except RequestEntityTooLarge:
        drain()
        return _refuse(TOO_LARGE, RequestEntityTooLarge.code)
    data = file.read() if file else b""
    if not data:
        return _refuse(NOTHING)
    try:
        found = check_file(data)
    except NotOursError as error:
        return _refuse(error.fault)
    except RenderersBusyError:
        return _refuse(BUSY, 503)
    except PDFError as error:
        log.error("document_failed", reason=str(error))
        return _refuse(FAILED, 503)
    certificate = found.certificate
    if certificate is None:
        return answer({"status": "unknown", "file": "unknown"}, None, file=found)
    facts = describe(certificate, certificate.status_at(utc_now()))
    facts["file"] = _COMPARED[found.unchanged]
    return answer(facts, certificate, file=found)


def _refuse(fault: str, status: int = 422) -> Response:
    words = str(_WORDS[fault])
    wanted = request.accept_mimetypes.best_match(["text/html", "application/json"])
    if wanted == "application/json":
        response = jsonify(file=fault, message=words)
    else:
        page = render_template("certificates/verify_form.html", typed="", file_error=words)
        response = make_response(page)
    response.status_code = status
    if fault in _RETRY_SECONDS:
        response.headers["Retry-After"] = str(_RETRY_SECONDS[fault])
    return response
