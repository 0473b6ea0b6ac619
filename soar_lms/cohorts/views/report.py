"""Who in a group has finished, and who has not: on a page, as files, on paper."""

from __future__ import annotations

import tempfile
from collections.abc import Iterator
from typing import Any, BinaryIO
from urllib.parse import quote_plus, urlencode

from flask import Response, render_template, request, stream_with_context, url_for
from flask.typing import ResponseReturnValue

from soar_lms.access import Access, access
from soar_lms.accounts.current import current_reader
from soar_lms.audit.services import Action, note_view
from soar_lms.clock import local_date, utc_now
from soar_lms.cohorts import services
from soar_lms.cohorts.filters import Filters, Sort, read_filters, read_turn
from soar_lms.cohorts.joining import last_day
from soar_lms.cohorts.models import Cohort
from soar_lms.cohorts.report import Report
from soar_lms.cohorts.report_cells import Cells, header
from soar_lms.cohorts.report_lines import Lines
from soar_lms.cohorts.report_totals import STATES
from soar_lms.cohorts.report_workbook import MOST_LINES, write_workbook
from soar_lms.cohorts.views.blueprint import blueprint
from soar_lms.cohorts.views.files import file_name
from soar_lms.cohorts.views.listed import count_to_remind, list_set, say_found
from soar_lms.cohorts.waiting import find_door
from soar_lms.cohorts.wording import DUES, SORTS, TIMINGS
from soar_lms.content import catalogue, title_here
from soar_lms.errors import DomainError
from soar_lms.i18n import current_language, gettext, languages, lazy_gettext
from soar_lms.learning.wording import say_steps
from soar_lms.messages.services import public_url
from soar_lms.tables import write_pieces

_PIECE = 65_536
XLSX = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"


class ReportTooLongError(DomainError):
    """There are more lines than a file of this kind is made of while somebody waits."""

    status = 422
    title = lazy_gettext("This list is too long for such a file")

    def __init__(self, lines: int, most: int) -> None:
        self.message = gettext(
            "The list has %(lines)d lines, and this file can have %(most)d. Go back and choose "
            "less, for example one module or one status, or download CSV, which has no limit.",
            lines=lines,
            most=most,
        )


@blueprint.get("/cohorts/<int:cohort_id>")
@access(Access.TRAINER)
def show_cohort(cohort_id: int) -> ResponseReturnValue:
    cohort = services.get_cohort(current_reader(), cohort_id)
    zone = current_reader().time_zone
    report = asked_report(cohort)
    totals = report.count()
    page = report.read_page(read_turn(request.args), totals)
    link, waiting = find_door(cohort, utc_now())
    options, places = _options(report), _Places(cohort, report.filters)
    states = {state: str(words) for state, words in STATES.items()}
    shown = report.count_shown(totals)
    return render_template(
        "cohorts/cohort_show.html",
        cohort=cohort,
        filters=report.filters,
        set_filters=list_set(report.filters, options, states, places.of_changed),
        page=page,
        totals=totals,
        is_counted=shown is not None,
        found=say_found(shown, page, several=len(report.module_ids) > 1),
        to_remind=count_to_remind(report.filters, totals, page, len(report.module_ids)),
        has_outdated=report.has_outdated,
        states=states,
        timings={timing: str(words) for timing, words in TIMINGS.items()},
        say_steps=say_steps,
        titles={name: title_here(catalogue().modules[name]) for name in report.module_ids},
        places=places,
        time_zone=zone,
        link=link,
        waiting=waiting,
        link_until=last_day(link, cohort) if link else None,
        join_address=public_url("cohorts.show_join", token=link.token) if link else None,
        **options,
    )


class _Places:
    """Addresses that a page has many of: the part that they share is made once."""

    def __init__(self, cohort: Cohort, filters: Filters) -> None:
        self.here = url_for("cohorts.show_cohort", cohort_id=cohort.id)
        self.certificates = url_for("certificates.show_certificate", code="0")[:-1]
        self.filters = filters
        self.chosen = {"module": filters.module, "state": filters.state}
        self.others = urlencode(filters.address(module=None, state=None))

    def of(self, **changes: str | None) -> str:
        """Return the address of this report with another module or state: totals have many."""
        chosen = {**self.chosen, **changes}
        asked = [f"{name}={quote_plus(value)}" for name, value in chosen.items() if value]
        return f"{self.here}?{'&'.join(filter(None, (*asked, self.others)))}#report"

    def of_changed(self, **changes: object) -> str:
        """Return the address of this report with any of its filters changed."""
        return f"{self.here}?{urlencode(self.filters.address(**changes))}#report"

    def of_everybody(self) -> str:
        """Return the address of this report in its order, without filters."""
        kept = Filters(sort=self.filters.sort).address()
        return f"{self.here}?{urlencode(kept)}#report" if kept else f"{self.here}#report"

    def of_member(self, person_id: int) -> str:
        return f"{self.here}/members/{person_id}"

    def of_certificate(self, code: str) -> str:
        return f"{self.certificates}{code}"


def asked_report(cohort: Cohort) -> Report:
    """Return the report that the address asks for."""
    filters = read_filters(
        request.args,
        modules=catalogue().modules,
        settings=catalogue().settings,
        languages=languages(),
    )
    return Report(cohort, filters, catalogue(), utc_now())


def _options(report: Report) -> dict[str, list[tuple[str, str]]]:
    """Return what can be chosen, as (value, words)."""
    tag, modules = current_language().tag, catalogue().modules
    chosen = [modules[name] for name in report.module_ids]
    has_due = bool(report.due.days)
    settings = dict.fromkeys(name for module in chosen for name in module.spec.settings)
    spoken = dict.fromkeys(tag for module in chosen for tag in module.languages)
    return {
        "module_options": [(module.id, module.title_in(tag)) for module in chosen],
        "setting_options": [(name, catalogue().settings[name].name[tag]) for name in settings],
        "language_options": [
            (name, languages()[name].name) for name in spoken if name in languages()
        ],
        "due_options": [(due, str(words)) for due, words in DUES.items() if has_due],
        "sort_options": [
            (sort, str(words)) for sort, words in SORTS.items() if has_due or sort is not Sort.DUE
        ],
    }


# --- files ------------------------------------------------------------------------------------


@blueprint.get("/cohorts/<int:cohort_id>/members.csv")
@access(Access.TRAINER)
def export_members(cohort_id: int) -> ResponseReturnValue:
    report = _exported(cohort_id)
    lines = Lines(Cells(report, current_reader().time_zone))
    text = write_pieces(header(), lines.pieces())
    response = Response(stream_with_context(text), content_type="text/csv; charset=utf-8")
    response.headers["Content-Disposition"] = f'attachment; filename="{report_name(report, "csv")}"'
    return response


@blueprint.get("/cohorts/<int:cohort_id>/members.xlsx")
@access(Access.TRAINER)
def export_workbook(cohort_id: int) -> ResponseReturnValue:
    report = _exported(cohort_id, most=MOST_LINES)
    zone = current_reader().time_zone
    file = tempfile.TemporaryFile()  # noqa: SIM115  # closed when it has been sent
    totals, today = report.count(), local_date(utc_now(), zone)
    write_workbook(file, report, Cells(report, zone), totals, today)
    response = Response(_pieces(file), content_type=XLSX)
    response.call_on_close(file.close)  # also where nothing of it is sent, as for HEAD
    response.headers["Content-Disposition"] = (
        f'attachment; filename="{report_name(report, "xlsx")}"'
    )
    return response


def _pieces(file: BinaryIO) -> Iterator[bytes]:
    with file:
        file.seek(0)
        while piece := file.read(_PIECE):
            yield piece


def _exported(cohort_id: int, most: int | None = None) -> Report:
    """Return the report for a file, and note that it is taken.

    :param most: the lines that such a file can have.
    :raises ReportTooLongError: when it has more.
    """
    report = asked_report(services.get_cohort(current_reader(), cohort_id))
    if most is not None:
        lines = report.count_exactly()
        if lines > most:
            raise ReportTooLongError(lines, most)
    note_export(report)
    return report


def note_export(report: Report) -> None:
    """Note that a reader takes a report as a file."""
    note_view(
        Action.MEMBERS_EXPORTED,
        viewer_id=current_reader().id,
        now=utc_now(),
        cohort=report.cohort.id,
        module=report.filters.module,
    )


def report_name(report: Report, ending: str) -> str:
    """Return a file's name: the group, what it was narrowed to, the day, the language."""
    filters: Filters = report.filters
    chosen: list[Any] = [
        *(filters.module, filters.state, filters.setting, filters.language, filters.due)
    ]
    return file_name(
        report.cohort.name, report.cohort.id, ending, [str(item) for item in chosen if item]
    )
