"""How far a page reaches: no further than the counts say it must."""

from __future__ import annotations

import pytest

from soar_lms.cohorts.filters import Due, Filters, RowState, Sort, Waiting
from soar_lms.cohorts.report_query import parts_of
from soar_lms.cohorts.report_reach import Reach
from soar_lms.cohorts.report_scope import Scope
from soar_lms.cohorts.report_totals import Totals
from soar_lms.learning.renewal import Status

TOTALS = Totals(
    {
        "first": {Status.NOT_STARTED: 30, Status.COMPLETED: 900},
        "second": {Waiting.INVITED: 10, Status.NOT_STARTED: 30, Status.EXPIRED: 5},
        "third": {Status.NOT_STARTED: 1},
    }
)


def reach(wanted: int, begun: str | None = None, **filters: object) -> list[str]:
    """Return the parts that the first page with some filters reaches into, by their names."""
    asked = Filters(**filters)  # type: ignore[arg-type]  # of whichever kind
    modules = sorted(TOTALS.by_module)
    scope = Scope(asked.sort, asked.state, asked.due, modules=len(modules))
    parts = parts_of(scope, TOTALS.states_counted)
    return [part.name for part in Reach(asked, modules, TOTALS).into(parts, begun, wanted)]


@pytest.mark.parametrize(
    ("wanted", "parts"),
    [
        (10, ["invited"]),
        (11, ["invited", "not-started"]),
        (72, ["invited", "not-started", "expired"]),
        (1_000, ["invited", "not-started", "expired", "completed"]),
    ],
)
def test_a_page_reaches_into_as_many_states_as_hold_it(wanted: int, parts: list[str]) -> None:
    assert reach(wanted) == parts


def test_a_part_that_is_begun_may_be_at_its_end() -> None:
    assert reach(5, begun="invited") == ["invited", "not-started"]


@pytest.mark.parametrize(
    ("state", "wanted", "parts"),
    [
        (Status.NOT_STARTED, 30, ["due0"]),
        (Status.NOT_STARTED, 31, ["due0", "due1"]),
        (None, 30, ["due0"]),
        (None, 31, ["due0", "due1"]),
        (Status.EXPIRED, 1, ["due1"]),
    ],
)
def test_who_has_never_completed_what_is_due_is_counted_as_open(
    state: RowState | None, wanted: int, parts: list[str]
) -> None:
    assert reach(wanted, state=state, due=Due.LATE, sort=Sort.DUE) == parts


def test_whether_a_certificate_lasts_long_enough_is_guessed() -> None:
    assert reach(9, state=Status.COMPLETED, due=Due.NONE, sort=Sort.DUE) == ["due0"]
    assert reach(9, due=Due.LATE) == ["invited", "not-started", "expired"]


def test_of_a_search_nothing_is_known() -> None:
    assert reach(1, text="ana") == ["invited", "not-started", "expired", "completed"]
