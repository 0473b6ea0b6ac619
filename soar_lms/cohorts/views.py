"""The trainer's first room, and the learner's way into it."""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence

from flask import (
    Blueprint,
    Response,
    flash,
    redirect,
    render_template,
    request,
    url_for,
)
from flask.typing import ResponseReturnValue
from flask_login import current_user

from soar_lms.access import Access, access
from soar_lms.accounts.current import current_reader
from soar_lms.catalogue.model import Module
from soar_lms.certificates.codes import format_code
from soar_lms.clock import utc_now
from soar_lms.cohorts import gain_table, report, services
from soar_lms.cohorts.crowd import FLOOR
from soar_lms.cohorts.forms import CreateCohortForm
from soar_lms.cohorts.gains import Part, measure_learning
from soar_lms.cohorts.models import Cohort
from soar_lms.cohorts.report import Cell, ReportRow
from soar_lms.cohorts.wording import STATES, say_left
from soar_lms.content import catalogue
from soar_lms.database import transaction
from soar_lms.errors import NotFoundError
from soar_lms.forms import ActionForm
from soar_lms.i18n import current_language, gettext, languages
from soar_lms.messages.services import public_url
from soar_lms.paging import turn_to

blueprint = Blueprint("cohorts", __name__, url_prefix="/<language:language>")


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
    rows = report.list_rows(cohort, catalogue())
    link = services.find_open_link(cohort, utc_now())
    return render_template(
        "cohorts/cohort_show.html",
        cohort=cohort,
        page=turn_to(rows, request.args.get("page")),
        counts=report.count_states(rows),
        states=STATES,
        say_left=say_left,
        modules=catalogue().modules,
        module_ids=sorted({row.module_id for row in rows}),
        link=link,
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
    cohort = services.get_cohort(current_reader(), cohort_id)
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
    ]
    cells = [_cells(row) for row in report.list_rows(cohort, catalogue())]
    return _file(header, cells, _file_name(cohort.name, cohort.id))


def _file(header: list[str], rows: Iterable[Sequence[Cell]], name: str) -> Response:
    response = Response(report.write_csv(header, rows), content_type="text/csv; charset=utf-8")
    response.headers["Content-Disposition"] = f'attachment; filename="{name}"'
    return response


def _cells(row: ReportRow) -> list[str]:
    tag = current_language().tag
    setting = catalogue().settings.get(row.setting or "")
    spoken = languages().get(row.language or "")
    return [
        row.name,
        row.email,
        catalogue().modules[row.module_id].title_in(tag),
        str(STATES[row.state]),
        say_left(row.left),
        setting.name.get(tag, row.setting or "") if setting else "",
        spoken.name if spoken else row.language or "",
        row.completed_on.isoformat() if row.completed_on else "",
        format_code(row.certificate_code) if row.certificate_code else "",
    ]


def _file_name(name: str, number: int) -> str:
    plain = re.sub(r"[^a-z0-9]+", "-", name.lower()).strip("-")[:40] or str(number)
    return f"{plain}-{utc_now():%Y-%m-%d}-{current_language().tag}.csv"


# --- what the group learned -------------------------------------------------------------------


@blueprint.get("/cohorts/<int:cohort_id>/learning")
@access(Access.TRAINER)
def show_learning(cohort_id: int) -> ResponseReturnValue:
    cohort = services.get_cohort(current_reader(), cohort_id)
    modules = _modules_of(cohort)
    module, part = _asked_module(modules), _asked_part()
    learning = measure_learning(cohort, module, part)
    spoken = _language_of(module)
    return render_template(
        "cohorts/learning_show.html",
        cohort=cohort,
        modules=modules,
        module=module,
        part=part,
        spoken=spoken,
        learning=learning,
        floor=FLOOR,
        figures=gain_table.list_figures(learning.summary) if learning.summary else [],
        unpaired=gain_table.list_unpaired(learning),
        objectives=gain_table.list_objectives(module, learning, spoken),
        shifts=gain_table.list_shifts(module, learning, spoken),
        shift_names=gain_table.SHIFTS,
        **_options(modules, module),
    )


def _options(modules: list[Module], module: Module) -> dict[str, list[tuple[str, str]]]:
    """Return what can be chosen, as (value, words)."""
    tag = current_language().tag
    settings, spoken = catalogue().settings, languages()
    return {
        "module_options": [(item.id, item.title_in(tag)) for item in modules],
        "setting_options": [
            (name, settings[name].name.get(tag, name)) for name in module.spec.settings
        ],
        "language_options": [
            (name, spoken[name].name) for name in module.languages if name in spoken
        ],
    }


@blueprint.get("/cohorts/<int:cohort_id>/learning.csv")
@access(Access.TRAINER)
def export_learning(cohort_id: int) -> ResponseReturnValue:
    cohort = services.get_cohort(current_reader(), cohort_id)
    module, part = _asked_module(_modules_of(cohort)), _asked_part()
    learning = measure_learning(cohort, module, part)
    header = [
        gettext("Module"),
        gettext("Professional setting"),
        gettext("Language"),
        gettext("Part"),
        gettext("About"),
        gettext("Figure"),
        gettext("Value"),
    ]
    tag = current_language().tag
    about = (
        module.title_in(tag),
        catalogue().settings[part.setting].name.get(tag, part.setting) if part.setting else "",
        languages()[part.language].name if part.language else "",
    )
    rows = gain_table.list_file_rows(module, learning, _language_of(module))
    learned = gettext("learning")  # the beginning of a file's name
    name = _file_name(f"{learned} {cohort.name}", cohort.id)
    return _file(header, [(*about, *row) for row in rows], name)


def _modules_of(cohort: Cohort) -> list[Module]:
    """Return the modules of a cohort that there still are.

    :raises NotFoundError: when there is none.
    """
    module_ids = services.list_module_ids(cohort)
    found = [module for name, module in catalogue().modules.items() if name in module_ids]
    if not found:
        raise NotFoundError
    return found


def _asked_module(modules: list[Module]) -> Module:
    """Return the module that the address asks for; the first one where it asks for none."""
    asked = request.args.get("module")
    return next((module for module in modules if module.id == asked), modules[0])


def _asked_part() -> Part:
    """Return the part of the group that the address asks for; what there is not is left out."""
    setting, language = request.args.get("setting"), request.args.get("spoken")
    return Part(
        setting=setting if setting in catalogue().settings else None,
        language=language if language in languages() else None,
    )


def _language_of(module: Module) -> str:
    """Return the language of the page, or the module's own where it is not offered in that one."""
    tag = current_language().tag
    return tag if tag in module.languages else module.spec.source_language


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
