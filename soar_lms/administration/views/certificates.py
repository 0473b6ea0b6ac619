"""Finding a certificate, seeing what was done to it, revoking and restoring it."""

from __future__ import annotations

from flask import flash, redirect, render_template, url_for
from flask.typing import ResponseReturnValue

from soar_lms.access import Access, access
from soar_lms.accounts.current import current_reader
from soar_lms.administration.certificates import describe_certificate, find_certificates
from soar_lms.administration.forms import FindCertificateForm, ReasonForm
from soar_lms.administration.views.blueprint import blueprint
from soar_lms.audit.services import Action, Actor, note_view
from soar_lms.audit.wording import ACTIONS
from soar_lms.certificates import revoking
from soar_lms.certificates.codes import format_code
from soar_lms.certificates.models import Certificate
from soar_lms.certificates.services import get_certificate
from soar_lms.clock import local_date, utc_now
from soar_lms.database import transaction
from soar_lms.i18n import gettext
from soar_lms.paging import ROWS_ON_A_PAGE

_CERTIFICATES = "/certificates"
_ONE = f"{_CERTIFICATES}/<string:code>"


@blueprint.get(_CERTIFICATES)
@access(Access.ADMINISTRATOR)
def ask_for_certificate() -> ResponseReturnValue:
    return _find_page(FindCertificateForm(), [])


@blueprint.post(_CERTIFICATES)
@access(Access.ADMINISTRATOR)
def find_certificate() -> ResponseReturnValue:
    """Answer with what was found: a name or an e-mail address stands in no address and no log."""
    form = FindCertificateForm()
    if not form.validate_on_submit():
        return _find_page(form, []), 422
    found = find_certificates(form.wanted.data or "")
    if not found:
        form.wanted.errors = [
            gettext(
                "There is no certificate with this code, name, or address. Check it, or type one "
                "word of the name only."
            )
        ]
        return _find_page(form, []), 422
    if len(found) == 1:
        return redirect(url_for("administration.show_certificate", code=found[0].code))
    return _find_page(form, found)


def _find_page(form: FindCertificateForm, found: list[Certificate]) -> str:
    now = utc_now()
    return render_template(
        "administration/certificates_find.html",
        form=form,
        certificates=[(item, item.status_at(now)) for item in found],
        format_code=format_code,
        most=ROWS_ON_A_PAGE,
    )


@blueprint.get(_ONE)
@access(Access.ADMINISTRATOR)
def show_certificate(code: str) -> ResponseReturnValue:
    certificate, reader = get_certificate(code), current_reader()
    note_view(
        Action.CERTIFICATE_VIEWED,
        viewer_id=reader.id,
        now=utc_now(),
        person_id=certificate.person_id,
        certificate=certificate.code,
    )
    return _page(certificate, ReasonForm())


def _page(certificate: Certificate, form: ReasonForm) -> str:
    return render_template(
        "administration/certificate_show.html",
        form=form,
        record=describe_certificate(certificate, utc_now()),
        code=format_code(certificate.code),
        format_code=format_code,
        actions=ACTIONS,
    )


@blueprint.post(f"{_ONE}/revoke")
@access(Access.ADMINISTRATOR)
def revoke_certificate(code: str) -> ResponseReturnValue:
    certificate, reader, form = get_certificate(code), current_reader(), ReasonForm()
    if not form.validate_on_submit():
        return _page(certificate, form), 422
    now = utc_now()
    with transaction():
        revoking.revoke_certificates(
            [certificate.id],
            reason=form.reason.data or "",
            revocation=revoking.make_revocation_number(local_date(now, reader.time_zone)),
            actor=Actor(reader.id),
            now=now,
        )
    flash(gettext("The certificate is revoked. Its holder gets an e-mail."), "success")
    return redirect(url_for("administration.show_certificate", code=certificate.code))


@blueprint.post(f"{_ONE}/restore")
@access(Access.ADMINISTRATOR)
def restore_certificate(code: str) -> ResponseReturnValue:
    certificate, form = get_certificate(code), ReasonForm()
    if not form.validate_on_submit():
        return _page(certificate, form), 422
    with transaction():
        revoking.restore_certificate(
            certificate.id,
            reason=form.reason.data or "",
            actor=Actor(current_reader().id),
            now=utc_now(),
        )
    flash(gettext("The certificate counts again. Its holder gets an e-mail."), "success")
    return redirect(url_for("administration.show_certificate", code=certificate.code))
