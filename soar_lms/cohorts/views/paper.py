"""Who in a group has finished, on paper: at once if it is short, else in the background."""

from __future__ import annotations

from flask import Response, flash, redirect, render_template, url_for
from flask.typing import ResponseReturnValue

from soar_lms.access import Access, access
from soar_lms.accounts.current import current_reader
from soar_lms.clock import local_date, utc_now
from soar_lms.cohorts import papers, services
from soar_lms.cohorts.report import Report
from soar_lms.cohorts.report_cells import Cells, say_filters
from soar_lms.cohorts.report_paper import Extract, make_paper
from soar_lms.cohorts.views.blueprint import blueprint
from soar_lms.cohorts.views.report import ReportTooLongError, asked_report, note_export, report_name
from soar_lms.database import transaction
from soar_lms.forms import TOKEN_TOO_OLD, check_token
from soar_lms.i18n import current_language
from soar_lms.tasks.wording import say_status, say_title


@blueprint.get("/cohorts/<int:cohort_id>/members.pdf")
@access(Access.TRAINER)
def export_paper(cohort_id: int) -> ResponseReturnValue:
    report = asked_report(services.get_cohort(current_reader(), cohort_id))
    lines = _count_lines(report)
    if lines > papers.AT_ONCE:
        return _page(report, lines)
    note_export(report)
    response = Response(_make(report), content_type="application/pdf")
    name = report_name(report, "pdf")
    response.headers["Content-Disposition"] = f'attachment; filename="{name}"'
    return response


def _count_lines(report: Report) -> int:
    """Return how many lines a paper has.

    :raises ReportTooLongError: when nobody would print so many.
    """
    lines = report.count_exactly()
    if lines > papers.MOST_LINES:
        raise ReportTooLongError(lines, papers.MOST_LINES)
    return lines


def _make(report: Report) -> bytes:
    zone = current_reader().time_zone
    return make_paper(
        report,
        Cells(report, zone),
        Extract(report.list_rows(papers.AT_ONCE)),
        report.count(),
        say_filters(report.filters),
        local_date(utc_now(), zone),
    )


def _page(report: Report, lines: int) -> str:
    """Return the page on which a long paper is asked for."""
    reader = current_reader()
    return render_template(
        "cohorts/paper_export.html",
        cohort=report.cohort,
        filters=report.filters,
        said=say_filters(report.filters),
        lines=lines,
        files=papers.list_papers(report.cohort, reader, utc_now()),
        say_title=say_title,
        say_status=say_status,
        time_zone=reader.time_zone,
    )


@blueprint.post("/cohorts/<int:cohort_id>/members.pdf")
@access(Access.TRAINER)
def ask_for_paper(cohort_id: int) -> ResponseReturnValue:
    """Have a paper made in the background; it has a page of its own."""
    reader = current_reader()
    report = asked_report(services.get_cohort(reader, cohort_id))
    lines = _count_lines(report)
    if not check_token():
        flash(str(TOKEN_TOO_OLD), "error")
        return _page(report, lines), 422
    with transaction():
        task = papers.ask_for_paper(
            report, owner=reader, language=current_language().tag, now=utc_now()
        )
    return redirect(url_for("tasks.show_task", task_id=task.id))
