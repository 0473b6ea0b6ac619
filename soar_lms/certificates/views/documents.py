"""The learner's certificate and its document."""

from __future__ import annotations

from flask import Response, render_template
from flask.typing import ResponseReturnValue

from soar_lms.access import Access, access
from soar_lms.accounts.current import current_reader
from soar_lms.audit.services import Action, note_view
from soar_lms.certificates import services
from soar_lms.certificates.access import can_view
from soar_lms.certificates.badge import has_badges
from soar_lms.certificates.codes import format_code
from soar_lms.certificates.correcting import plan_correction
from soar_lms.certificates.delivery import deliver_document
from soar_lms.certificates.documents import file_name
from soar_lms.certificates.models import Certificate
from soar_lms.certificates.views.blueprint import blueprint
from soar_lms.certificates.wording import CLOSED
from soar_lms.clock import utc_now
from soar_lms.errors import NotFoundError
from soar_lms.i18n import speaking


@blueprint.get("/<language:language>/certificates/<string:code>")
@access(Access.LEARNER)
def show_certificate(code: str) -> ResponseReturnValue:
    certificate = readable(code)
    return render_template(
        "certificates/certificate_show.html",
        certificate=certificate,
        code=format_code(certificate.code),
        status=certificate.status_at(utc_now()),
        correction=plan_correction(current_reader(), certificate, utc_now()),
        closed=CLOSED,
        successor=services.find_successor(certificate),
        has_badge=has_badges(),
    )


@blueprint.get("/<language:language>/certificates")
@access(Access.LEARNER)
def list_certificates() -> ResponseReturnValue:
    now = utc_now()
    held = services.list_all_certificates(current_reader().id)
    return render_template(
        "certificates/certificates_list.html",
        certificates=[(item, item.status_at(now)) for item in held],
        format_code=format_code,
    )


@blueprint.get("/certificates/<string:code>.pdf")
@access(Access.LEARNER)
def download_certificate(code: str) -> ResponseReturnValue:
    certificate = readable(code)
    response = Response(deliver_document(certificate), content_type="application/pdf")
    with speaking(certificate.language):
        name = file_name(certificate)
    response.headers["Content-Disposition"] = f'inline; filename="{name}"'
    return response


def readable(code: str) -> Certificate:
    """Return a certificate to those who may see it; note when staff looked.

    :raises NotFoundError: to everybody else, as if there were none.
    """
    certificate, reader = services.get_certificate(code), current_reader()
    if not can_view(reader, certificate):
        raise NotFoundError
    if certificate.person_id != reader.id:
        note_view(
            Action.CERTIFICATE_VIEWED,
            viewer_id=reader.id,
            now=utc_now(),
            person_id=certificate.person_id,
            certificate=certificate.code,
        )
    return certificate
