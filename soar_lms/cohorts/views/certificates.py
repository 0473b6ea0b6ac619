"""The certificates of a group as one file."""

from __future__ import annotations

from flask import redirect, render_template, url_for
from flask.typing import ResponseReturnValue

from soar_lms.access import Access, access
from soar_lms.accounts.current import current_reader
from soar_lms.accounts.emails import read_address
from soar_lms.certificates.bundles import Form
from soar_lms.clock import utc_now
from soar_lms.cohorts import certificates, services
from soar_lms.cohorts.certificates import MOST_IN_A_PDF, Wish
from soar_lms.cohorts.forms import ExportCertificatesForm
from soar_lms.cohorts.models import Cohort
from soar_lms.cohorts.roster import list_lines, read_roster
from soar_lms.cohorts.views.blueprint import blueprint
from soar_lms.cohorts.wording import say_fault
from soar_lms.content import catalogue
from soar_lms.database import transaction
from soar_lms.i18n import current_language, format_number, gettext
from soar_lms.tasks.wording import say_status, say_title


@blueprint.route("/cohorts/<int:cohort_id>/certificates", methods=["GET", "POST"])
@access(Access.TRAINER)
def export_certificates(cohort_id: int) -> ResponseReturnValue:
    """Ask for a file; it is made in the background, and has a page of its own."""
    reader = current_reader()
    cohort = services.get_cohort(reader, cohort_id)
    form = ExportCertificatesForm.with_modules(_module_ids(cohort))
    wish = _read_wish(cohort, form) if form.validate_on_submit() else None
    if wish is None:
        return _page(cohort, form), 422 if form.is_submitted() else 200
    with transaction():
        task = certificates.ask_for_certificates(
            cohort, wish, owner=reader, language=current_language().tag, now=utc_now()
        )
    return redirect(url_for("tasks.show_task", task_id=task.id))


def _module_ids(cohort: Cohort) -> list[str]:
    return [name for name in services.list_module_ids(cohort) if name in catalogue().modules]


def _page(cohort: Cohort, form: ExportCertificatesForm) -> str:
    reader, now = current_reader(), utc_now()
    return render_template(
        "cohorts/certificates_export.html",
        cohort=cohort,
        form=form,
        count=certificates.count_certificates(cohort, now),
        has_several_modules=len(_module_ids(cohort)) > 1,
        files=certificates.list_files(cohort, reader, now),
        say_title=say_title,
        say_status=say_status,
        time_zone=reader.time_zone,
    )


def _read_wish(cohort: Cohort, form: ExportCertificatesForm) -> Wish | None:
    """Return what was asked for; None when it cannot be had, and the form says why."""
    roster = read_roster(form.people.data or "", read_address)
    person_ids, strangers = certificates.find_people(
        cohort, [entry.email for entry in roster.entries]
    )
    typed = list_lines(form.people.data or "")
    faults = [say_fault(typed.index(line.text) + 1, line) for line in roster.bad]
    if strangers:
        faults.append(
            gettext("No member of this group has the address %(them)s.", them=", ".join(strangers))
        )
    wish = Wish(
        form=Form(form.file_form.data),
        module_id=form.module.data or None,
        with_expired=form.which.data == "all",
        person_ids=person_ids if roster.entries else None,
    )
    if faults:
        form.refuse_people(faults)
        return None
    return wish if _can_be_made(cohort, wish, form) else None


def _can_be_made(cohort: Cohort, wish: Wish, form: ExportCertificatesForm) -> bool:
    count = certificates.count_wanted(cohort, wish, utc_now())
    if not count:
        form.refuse(gettext("There is no certificate like that yet. Choose others, or wait."))
    elif wish.form is Form.PDF and count > MOST_IN_A_PDF:
        form.refuse(
            gettext(
                "These are %(count)s certificates, and one PDF holds %(most)s. "
                "Choose the ZIP, one module, or some of the people.",
                count=format_number(count),
                most=format_number(MOST_IN_A_PDF),
            )
        )
    return not form.form_errors
