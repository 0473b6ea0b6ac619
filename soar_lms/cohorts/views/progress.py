"""How far a group has come: charts on a page, and the numbers of each as a file."""

from __future__ import annotations

from flask import render_template
from flask.typing import ResponseReturnValue

from soar_lms.access import Access, access
from soar_lms.accounts.current import current_reader
from soar_lms.audit.services import Action, note_view
from soar_lms.clock import utc_now
from soar_lms.cohorts import services
from soar_lms.cohorts.progress import measure_progress
from soar_lms.cohorts.progress_charts import EXHIBITS, list_exhibits
from soar_lms.cohorts.views.blueprint import blueprint
from soar_lms.cohorts.views.files import file_name, send_table
from soar_lms.cohorts.views.modules import asked_module, module_options, modules_of
from soar_lms.errors import NotFoundError
from soar_lms.i18n import gettext


@blueprint.get("/cohorts/<int:cohort_id>/progress")
@access(Access.TRAINER)
def show_progress(cohort_id: int) -> ResponseReturnValue:
    cohort = services.get_cohort(current_reader(), cohort_id)
    modules = modules_of(cohort)
    module = asked_module(modules)
    progress = measure_progress(cohort, module, utc_now())
    return render_template(
        "cohorts/progress_show.html",
        cohort=cohort,
        module=module,
        module_options=module_options(modules),
        exhibits=list_exhibits(progress),
        has_people=progress.pace.people > 0,
        has_outdated=progress.has_outdated,
    )


@blueprint.get("/cohorts/<int:cohort_id>/progress/<string:chart>.csv")
@access(Access.TRAINER)
def export_progress(cohort_id: int, chart: str) -> ResponseReturnValue:
    reader, now = current_reader(), utc_now()
    cohort = services.get_cohort(reader, cohort_id)
    module = asked_module(modules_of(cohort))
    if chart not in EXHIBITS:
        raise NotFoundError
    note_view(
        Action.PROGRESS_EXPORTED, viewer_id=reader.id, now=now, cohort=cohort.id, module=module.id
    )
    exhibit = EXHIBITS[chart](measure_progress(cohort, module, now))
    word = gettext("progress")  # the beginning of a file's name
    name = file_name(f"{word} {cohort.name}", cohort.id, chosen=[module.id, chart])
    return send_table(list(exhibit.head), exhibit.file_rows(), name)
