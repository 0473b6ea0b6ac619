"""What a group learned: figures of the group, on a page and in a file."""

from __future__ import annotations

from flask import render_template, request
from flask.typing import ResponseReturnValue

from soar_lms.access import Access, access
from soar_lms.accounts.current import current_reader
from soar_lms.audit.services import Action, note_view
from soar_lms.catalogue.model import Module
from soar_lms.clock import utc_now
from soar_lms.cohorts import gain_table, services
from soar_lms.cohorts.crowd import FLOOR
from soar_lms.cohorts.exhibits import language_of
from soar_lms.cohorts.gains import Part, measure_learning
from soar_lms.cohorts.learning_charts import list_exhibits
from soar_lms.cohorts.models import Cohort
from soar_lms.cohorts.progress import list_parts
from soar_lms.cohorts.subject import Subject
from soar_lms.cohorts.views.blueprint import blueprint
from soar_lms.cohorts.views.files import file_name, send_table
from soar_lms.cohorts.views.modules import asked_module, module_options, modules_of
from soar_lms.content import catalogue
from soar_lms.errors import NotFoundError
from soar_lms.i18n import current_language, gettext, languages


@blueprint.get("/cohorts/<int:cohort_id>/learning")
@access(Access.TRAINER)
def show_learning(cohort_id: int) -> ResponseReturnValue:
    cohort = services.get_cohort(current_reader(), cohort_id)
    modules = modules_of(cohort)
    module, part = asked_module(modules), _asked_part()
    subject = _measure(cohort, module, part)
    learning, spoken = subject.learning, subject.language
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
        exhibits=list_exhibits(subject),
        **_options(modules, module),
    )


def _options(modules: list[Module], module: Module) -> dict[str, list[tuple[str, str]]]:
    """Return what can be chosen, as (value, words)."""
    tag = current_language().tag
    settings, spoken = catalogue().settings, languages()
    return {
        "module_options": module_options(modules),
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
    reader = current_reader()
    cohort = services.get_cohort(reader, cohort_id)
    module, part = asked_module(modules_of(cohort)), _asked_part()
    note_view(Action.LEARNING_EXPORTED, viewer_id=reader.id, now=utc_now(), cohort=cohort.id)
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
    rows = gain_table.list_file_rows(module, learning, language_of(module))
    learned = gettext("learning")  # the beginning of a file's name
    name = file_name(f"{learned} {cohort.name}", cohort.id)
    return send_table(header, [(*about, *row) for row in rows], name)


@blueprint.get("/cohorts/<int:cohort_id>/learning/<string:chart>.csv")
@access(Access.TRAINER)
def export_learning_chart(cohort_id: int, chart: str) -> ResponseReturnValue:
    reader = current_reader()
    cohort = services.get_cohort(reader, cohort_id)
    module, part = asked_module(modules_of(cohort)), _asked_part()
    subject = _measure(cohort, module, part)
    exhibit = next((item for item in list_exhibits(subject) if item.key == chart), None)
    if exhibit is None:
        raise NotFoundError
    note_view(
        Action.LEARNING_EXPORTED,
        viewer_id=reader.id,
        now=utc_now(),
        cohort=cohort.id,
        module=module.id,
    )
    learned = gettext("learning")
    chosen = [module.id, chart, *filter(None, (part.setting, part.language))]
    name = file_name(f"{learned} {cohort.name}", cohort.id, chosen=chosen)
    return send_table(list(exhibit.head), exhibit.file_rows(), name)


def _measure(cohort: Cohort, module: Module, part: Part) -> Subject:
    """Return all that the charts and tables of a page say."""
    learning = measure_learning(cohort, module, part)
    parts = [item for item in list_parts(cohort, module) if item.setting]
    return Subject(module, language_of(module), learning, parts)


def _asked_part() -> Part:
    """Return the part of the group that the address asks for; what there is not is left out."""
    setting, language = request.args.get("setting"), request.args.get("spoken")
    return Part(
        setting=setting if setting in catalogue().settings else None,
        language=language if language in languages() else None,
    )
