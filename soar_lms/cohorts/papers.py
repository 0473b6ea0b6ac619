"""A long report on paper: more pages than somebody waits for, made by the worker in slices.

The lines are those that the list had when the work began, in its order; each slice says how they
stand when it is made. Each slice is a PDF of its own, and they become one file.
"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from pathlib import Path

from soar_lms.accounts.models import Person, Reader
from soar_lms.accounts.services import list_people
from soar_lms.audit.services import Action, Actor, record
from soar_lms.certificates.documents import join_merged, plain_name
from soar_lms.clock import local_date, utc_now
from soar_lms.cohorts.filters import Filters, read_filters
from soar_lms.cohorts.models import Cohort
from soar_lms.cohorts.orders import may_have
from soar_lms.cohorts.report import Report
from soar_lms.cohorts.report_cells import Cells, say_filters
from soar_lms.cohorts.report_paper import Extract, make_paper
from soar_lms.content import catalogue
from soar_lms.database import db
from soar_lms.i18n import format_number, gettext, languages, ngettext
from soar_lms.tasks.kinds import Beat, Item, Kind, Order, Tally, add_kind
from soar_lms.tasks.models import Task
from soar_lms.tasks.services import ask_for, list_tasks

AT_ONCE = 50
"""Lines of a paper that is made while somebody waits: about a second of work."""
MOST_LINES = 5_000
"""About three hundred pages: more is no paper that anybody prints."""
SLICE = 100
"""Lines of a slice: some seconds of work."""


def ask_for_paper(report: Report, *, owner: Person | Reader, language: str, now: datetime) -> Task:
    """Have the paper of a report made for a trainer, and note that it was asked for.

    :raises TooManyTasksError: when the trainer has too much under way.
    """
    cohort, filters = report.cohort, report.filters
    record(
        Action.MEMBERS_EXPORTED,
        actor=Actor(person_id=owner.id),
        now=now,
        cohort=cohort.id,
        module=filters.module,
    )
    return ask_for(
        PAPER,
        owner_id=owner.id,
        subject=_subject(cohort.id),
        parameters={"cohort": cohort.id, "filters": filters.address()},
        language=language,
        now=now,
    )


def list_papers(cohort: Cohort, owner: Person | Reader, now: datetime) -> list[Task]:
    """Return the papers that a trainer asked for in this group, the newest first."""
    return list_tasks(owner.id, _subject(cohort.id), now)


def _subject(cohort_id: int) -> str:
    return f"cohort-{cohort_id}-paper"


# --- the kind of task ---------------------------------------------------------------------------


def _report_of(order: Order, now: datetime) -> Report:
    cohort = db.session.get_one(Cohort, order.parameters["cohort"])
    return Report(cohort, _filters_of(order), catalogue(), now)


def _filters_of(order: Order) -> Filters:
    return read_filters(
        order.parameters["filters"],
        modules=catalogue().modules,
        settings=catalogue().settings,
        languages=languages(),
    )


def _plan(order: Order, now: datetime) -> list[Item]:
    """Return every line: its place in the order, and where it is found."""
    rows = _report_of(order, now).list_rows(MOST_LINES)
    return [[number, row.place_id, row.module_id] for number, row in enumerate(rows)]


def _make(order: Order, items: Sequence[Item], target: Path, beat: Beat) -> Tally:
    now = utc_now()
    report, owner = _report_of(order, now), list_people([order.owner_id])[order.owner_id]
    rows = report.rows_at([(place_id, module_id) for _, place_id, module_id in items])
    first, last = items[0][0], items[-1][0]
    beat()
    paper = make_paper(
        report,
        Cells(report, owner.time_zone),
        Extract(rows, first + 1, last + 1),
        None if first else report.count(),
        say_filters(report.filters),
        local_date(now, owner.time_zone),
    )
    target.write_bytes(paper)
    return {"lines": len(rows)}


def _finish(
    order: Order, parts: Sequence[Path], target: Path, beat: Beat, now: datetime
) -> str | None:
    if not parts:
        return None
    join_merged(parts, target)
    cohort = db.session.get_one(Cohort, order.parameters["cohort"])
    owner = list_people([order.owner_id])[order.owner_id]
    name = plain_name(cohort.name) or str(cohort.id)
    return f"{name}-{local_date(now, owner.time_zone)}-{order.language}.pdf"


def _say_title(order: Order) -> str:
    cohort = db.session.get(Cohort, order.parameters["cohort"])
    return str(gettext("List of %(name)s to print", name=cohort.name if cohort else ""))


def _say_progress(done: int, total: int) -> str:
    return str(
        gettext(
            "%(done)s of %(total)s lines are made.",
            done=format_number(done),
            total=format_number(total),
        )
    )


def _say_result(tally: Tally) -> list[str]:
    lines = tally.get("lines", 0)
    return [str(ngettext("It has %(num)d line.", "It has %(num)d lines.", lines))]


PAPER = add_kind(
    Kind(
        name="cohort-report",
        allows=may_have,
        plan=_plan,
        make=_make,
        mark=lambda _order, _items: "",  # how people stood when it was made
        finish=_finish,
        say_title=_say_title,
        say_progress=_say_progress,
        say_result=_say_result,
        came_from=lambda order: (
            "cohorts.show_cohort",
            {"cohort_id": order.parameters["cohort"], **order.parameters["filters"]},
        ),
        slice_size=SLICE,
    )
)
