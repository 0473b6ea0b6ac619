"""Programme reports: on a page, and as files."""

from __future__ import annotations

import tempfile
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import BinaryIO

from flask import Blueprint, Response, current_app, render_template, request, stream_with_context
from flask.typing import ResponseReturnValue

from soar_lms.access import Access, access
from soar_lms.accounts.current import current_reader
from soar_lms.audit.services import Action, note_view
from soar_lms.clock import local_date, utc_now
from soar_lms.i18n import current_language, gettext
from soar_lms.programme.files import write_text, write_workbook
from soar_lms.programme.forms import DaysForm
from soar_lms.programme.periods import Kind, Period, find_around, own_period, read_period
from soar_lms.programme.questions import (
    FILTERED,
    NOT_TOLD,
    NOT_TOLD_IN_ADDRESS,
    Dimension,
    Question,
    name_in_address,
    read_question,
)
from soar_lms.programme.services import make_report
from soar_lms.programme.sheets import Sheets, say_rules
from soar_lms.programme.wording import (
    ASKED,
    DIMENSIONS,
    MEASURES,
    Values,
    list_periods,
    list_values,
)

blueprint = Blueprint("programme", __name__, url_prefix="/<language:language>/programme")

XLSX = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"
_PIECE = 65_536
_REPORTS = "/reports"


@dataclass(frozen=True)
class _Asked:
    """What an address asks; no question where its days are none."""

    form: DaysForm
    period: Period
    question: Question | None
    values: Values
    """What there is to ask for, with its words: read once for a page."""


def _read_address() -> _Asked:
    values = list_values()
    today = local_date(utc_now(), current_app.config["SOAR"].time_zone)
    code = request.args.get("period", "")
    is_own = code == Kind.OWN
    form = DaysForm(formdata=request.args if is_own else None)
    period = read_period(code) or find_around(Kind.FISCAL_QUARTER, today)
    if is_own:
        if not form.validate():
            return _Asked(form, own_period(today, today), None, values)
        period = own_period(form.first.data, form.last.data)
    return _Asked(form, period, read_question(request.args, period, values), values)


@blueprint.get(_REPORTS)
@access(Access.PROGRAMME)
def show_report() -> ResponseReturnValue:
    asked = _read_address()
    sheets = _answer(asked.question, asked.values) if asked.question else None
    page = render_template(
        "programme/report_show.html",
        form=asked.form,
        question=asked.question,
        sheets=sheets,
        rules=say_rules(sheets.report) if sheets else [],
        sources=ASKED,
        measures=MEASURES,
        **_options(asked),
    )
    return page, 200 if sheets else 422


def _answer(question: Question, values: Values) -> Sheets:
    config = current_app.config["SOAR"]
    report = make_report(
        question,
        values,
        floor=config.smallest_count,
        zone=config.time_zone,
        now=utc_now(),
    )
    return Sheets(report, values)


def _options(asked: _Asked) -> dict[str, object]:
    """Return what can be chosen, as (value, words)."""
    today = local_date(utc_now(), current_app.config["SOAR"].time_zone)
    chosen = asked.question.filters if asked.question else {}
    return {
        "periods": list_periods(today, asked.period),
        "period_code": asked.period.code,
        "row_options": [(each.value, str(words)) for each, words in DIMENSIONS.items()],
        "measure_options": [(each.value, str(words)) for each, words in MEASURES.items()],
        "filter_fields": [
            (
                name_in_address(dimension),
                str(DIMENSIONS[dimension]),
                _in_address(chosen.get(dimension)),
                [(_in_address(key), words) for key, words in asked.values[dimension].items()],
            )
            for dimension in FILTERED
        ],
    }


def _in_address(value: str | None) -> str:
    return NOT_TOLD_IN_ADDRESS if value == NOT_TOLD else value or ""


# --- files ------------------------------------------------------------------------------------


@blueprint.get(f"{_REPORTS}.csv")
@access(Access.PROGRAMME)
def export_text() -> ResponseReturnValue:
    return _export("csv", _make_text)


def _make_text(sheets: Sheets) -> Response:
    return Response(stream_with_context(write_text(sheets)), content_type="text/csv; charset=utf-8")


@blueprint.get(f"{_REPORTS}.xlsx")
@access(Access.PROGRAMME)
def export_workbook() -> ResponseReturnValue:
    return _export("xlsx", _make_workbook)


def _make_workbook(sheets: Sheets) -> Response:
    file = tempfile.TemporaryFile()  # noqa: SIM115  # closed when it has been sent
    write_workbook(file, sheets, local_date(utc_now(), current_reader().time_zone))
    response = Response(_pieces(file), content_type=XLSX)
    response.call_on_close(file.close)  # also where nothing of it is sent, as for HEAD
    return response


def _pieces(file: BinaryIO) -> Iterator[bytes]:
    with file:
        file.seek(0)
        while piece := file.read(_PIECE):
            yield piece


def _export(ending: str, make: Callable[[Sheets], Response]) -> Response:
    """Answer with a file, and note that it is taken; a period that is none has no file."""
    asked, reader = _read_address(), current_reader()
    question = asked.question
    if question is None:
        return Response(gettext("Choose the first and the last day."), 422, mimetype="text/plain")
    sheets, now = _answer(question, asked.values), utc_now()
    period = question.period
    note_view(
        Action.PROGRAMME_EXPORTED,
        viewer_id=reader.id,
        now=now,
        period=f"{period.first}/{period.last}",
        module=question.filters.get(Dimension.MODULE),
    )
    response = make(sheets)
    today = local_date(now, reader.time_zone)
    name = f"programme-{period.code}-{today}-{current_language().tag}.{ending}"
    response.headers["Content-Disposition"] = f'attachment; filename="{name}"'
    return response
