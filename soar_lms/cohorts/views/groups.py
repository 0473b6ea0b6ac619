"""Groups, who in them has finished, and the learner's way into one."""

from __future__ import annotations

from flask import flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from flask_login import current_user

from soar_lms.access import Access, access
from soar_lms.accounts.current import current_reader
from soar_lms.audit.services import Action, note_view
from soar_lms.certificates.codes import format_code
from soar_lms.clock import local_date, utc_now
from soar_lms.cohorts import report, services
from soar_lms.cohorts.forms import CreateCohortForm
from soar_lms.cohorts.models import Cohort
from soar_lms.cohorts.report import ReportRow
from soar_lms.cohorts.views.blueprint import blueprint
from soar_lms.cohorts.views.files import file_name, send_table
from soar_lms.content import catalogue
from soar_lms.database import transaction
from soar_lms.forms import ActionForm
from soar_lms.i18n import current_language, gettext, languages
from soar_lms.learning.wording import say_left
from soar_lms.messages.services import public_url
from soar_lms.paging import turn_to


@blueprint.get("/cohorts")
@access(Access.TRAINER)
def list_cohorts() -> ResponseReturnValue:
    return render_template(
        "cohorts/cohorts_list.html", cohorts=services.list_cohorts(current_reader())
    )


@blueprint.route("/cohorts/new", methods=["GET", "POST"])
@access(Access.TRAINER)
def create_cohort() -> ResponseReturnValue:
    form = CreateCohortForm.with_modules()
    if form.validate_on_submit():
        with transaction():
            cohort = services.create_cohort(
                current_reader(),
                name=form.name.data,
                organisation=form.organisation.data,
                module_ids=form.modules.data,
                now=utc_now(),
            )
        flash(gettext("Your group is ready. Send the link to your learners."), "success")
        return redirect(url_for("cohorts.show_cohort", cohort_id=cohort.id))
    page = render_template("cohorts/cohort_create.html", form=form)
    return page, 422 if form.is_submitted() else 200


@blueprint.get("/cohorts/<int:cohort_id>")
@access(Access.TRAINER)
def show_cohort(cohort_id: int) -> ResponseReturnValue:
    return _show(services.get_cohort(current_reader(), cohort_id), ActionForm())


def _show(cohort: Cohort, form: ActionForm) -> str:
    now = utc_now()
    rows = report.list_rows(cohort, catalogue(), now)
    link = services.find_open_link(cohort, now)
    return render_template(
        "cohorts/cohort_show.html",
        cohort=cohort,
        page=turn_to(rows, request.args.get("page")),
        counts=report.count_states(rows),
        states=report.STATES,
        say_left=say_left,
        modules=catalogue().modules,
        module_ids=sorted({row.module_id for row in rows}),
        link=link,
        link_until=local_date(link.expires_at, current_reader().time_zone) if link else None,
        join_address=public_url("cohorts.show_join", token=link.token) if link else None,
        form=form,
    )


@blueprint.post("/cohorts/<int:cohort_id>/link")
@access(Access.TRAINER)
def replace_link(cohort_id: int) -> ResponseReturnValue:
    cohort, form = services.get_cohort(current_reader(), cohort_id), ActionForm()
    if not form.validate_on_submit():
        return _show(cohort, form), 422
    with transaction():
        services.replace_link(cohort, utc_now())
    flash(gettext("There is a new link. The old one no longer works."), "success")
    return redirect(url_for("cohorts.show_cohort", cohort_id=cohort.id))


@blueprint.get("/cohorts/<int:cohort_id>/members.csv")
@access(Access.TRAINER)
def export_members(cohort_id: int) -> ResponseReturnValue:
    reader = current_reader()
    cohort = services.get_cohort(reader, cohort_id)
    note_view(Action.MEMBERS_EXPORTED, viewer_id=reader.id, now=utc_now(), cohort=cohort.id)
    header = [
        gettext("Name"),
        gettext("E-mail"),
        gettext("Module"),
        gettext("Status"),
        gettext("Still to do"),
        gettext("Professional setting"),
        gettext("Language"),
        gettext("Completed on"),
        gettext("Certificate"),
        gettext("Valid until"),
    ]
    cells = [_cells(row) for row in report.list_rows(cohort, catalogue(), utc_now())]
    return send_table(header, cells, file_name(cohort.name, cohort.id))


def _cells(row: ReportRow) -> list[str]:
    tag = current_language().tag
    setting = catalogue().settings.get(row.setting or "")
    spoken = languages().get(row.language or "")
    return [
        row.name,
        row.email,
        catalogue().modules[row.module_id].title_in(tag),
        str(report.STATES[row.state]),
        say_left(row.left),
        setting.name.get(tag, row.setting or "") if setting else "",
        spoken.name if spoken else row.language or "",
        row.completed_on.isoformat() if row.completed_on else "",
        format_code(row.certificate_code) if row.certificate_code else "",
        row.valid_until.isoformat() if row.valid_until else "",
    ]


# --- joining ----------------------------------------------------------------------------------


@blueprint.get("/join/<string:token>")
@access(Access.PUBLIC)
def show_join(token: str) -> ResponseReturnValue:
    cohort = services.get_cohort_of_link(token, utc_now())
    return _join_page(cohort, ActionForm() if current_user.is_authenticated else None)


def _join_page(cohort: Cohort, form: ActionForm | None) -> str:
    module_ids = services.list_module_ids(cohort)
    return render_template(
        "cohorts/join_edit.html",
        cohort=cohort,
        modules=[module for name, module in catalogue().modules.items() if name in module_ids],
        is_member=current_user.is_authenticated and services.is_member(cohort, current_reader()),
        form=form,
        here=request.path,
    )


@blueprint.post("/join/<string:token>")
@access(Access.LEARNER)
def join_cohort(token: str) -> ResponseReturnValue:
    cohort, form = services.get_cohort_of_link(token, utc_now()), ActionForm()
    if not form.validate_on_submit():
        return _join_page(cohort, form), 422
    with transaction():
        services.join_cohort(cohort, current_reader(), utc_now())
    flash(gettext("You have joined the group %(name)s.", name=cohort.name), "success")
    return redirect(url_for("learning.show_home"))
