"""Correcting the name on a certificate: by its holder once, by staff with a reason."""

from __future__ import annotations

from flask import flash, redirect, render_template, url_for
from flask.typing import ResponseReturnValue

from soar_lms.access import Access, access
from soar_lms.accounts.current import current_reader
from soar_lms.certificates import correcting
from soar_lms.certificates.codes import format_code
from soar_lms.certificates.correcting import Correction, plan_correction
from soar_lms.certificates.forms import CorrectNameAsStaffForm, CorrectNameForm
from soar_lms.certificates.models import Certificate
from soar_lms.certificates.views.blueprint import blueprint
from soar_lms.certificates.views.documents import readable
from soar_lms.certificates.wording import CLOSED
from soar_lms.clock import utc_now
from soar_lms.database import transaction
from soar_lms.i18n import gettext


@blueprint.route("/<language:language>/certificates/<string:code>/name", methods=["GET", "POST"])
@access(Access.LEARNER)
def correct_name(code: str) -> ResponseReturnValue:
    certificate, reader = readable(code), current_reader()
    plan = plan_correction(reader, certificate, utc_now())
    form = _form(certificate, plan)
    if not form.validate_on_submit():
        page = render_template(
            "certificates/name_edit.html",
            form=form,
            certificate=certificate,
            code=format_code(certificate.code),
            plan=plan,
            closed=CLOSED[plan.closed] if plan.closed else None,
        )
        return page, 422 if form.is_submitted() else 200
    with transaction():
        successor = correcting.correct_name(
            certificate.id,
            name=form.name.data,
            quietly=form.quietly.data,
            reason=form.reason.data if isinstance(form, CorrectNameAsStaffForm) else None,
            person=reader,
            now=utc_now(),
        )
    flash(gettext("The name is corrected. This is the new certificate."), "success")
    return redirect(url_for("certificates.show_certificate", code=successor.code))


def _form(certificate: Certificate, plan: Correction) -> CorrectNameForm:
    kind = CorrectNameForm if plan.by_holder else CorrectNameAsStaffForm
    form = kind(name=certificate.name)
    form.printed_name = certificate.name
    return form
