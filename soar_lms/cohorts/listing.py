"""The groups of a trainer as a list: those at work, and the archive."""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import date, datetime

from sqlalchemy import func, select

from soar_lms.accounts.models import Person, Reader
from soar_lms.clock import local_date
from soar_lms.cohorts.models import Cohort, CohortMember, CohortModule, CohortState, JoinRequest
from soar_lms.cohorts.services import visible_to
from soar_lms.cohorts.sorting import fold
from soar_lms.database import db
from soar_lms.paging import Page, turn_to

GROUPS_ON_A_PAGE = 50
LONGEST_SEARCH = 100


@dataclass(frozen=True)
class CohortSummary:
    """A cohort in a list."""

    cohort: Cohort
    members: int
    waiting: int
    next_due: date | None
    """The nearest day on which a module is due, today or later, where the cohort is."""


@dataclass(frozen=True)
class CohortList:
    """A page of the list, and how many there are without the words that were looked for."""

    page: Page[CohortSummary]
    total: int
    archived: int


def list_cohorts(
    person: Person | Reader,
    now: datetime,
    *,
    archived: bool = False,
    words: str = "",
    asked: str | None = None,
) -> CohortList:
    """Return the cohorts a person may see, the newest first.

    :param archived: those of the archive, and no others.
    :param words: part of the name or the organization, whatever its case and accents.
    :param asked: the number of the page as it came with the request.
    """
    visible = list(
        db.session.scalars(visible_to(person).order_by(Cohort.created_at.desc(), Cohort.id.desc()))
    )
    there = [item for item in visible if (item.state == CohortState.ARCHIVED) is archived]
    wanted = fold(words[:LONGEST_SEARCH])
    found = [item for item in there if wanted in fold(f"{item.name} {item.organisation or ''}")]
    page = turn_to(found, asked, GROUPS_ON_A_PAGE)
    summaries = Page(_summarize(page.rows, now), page.number, page.last, page.first_row, page.total)
    hidden = len(visible) - len(there)
    return CohortList(summaries, len(there), len(there) if archived else hidden)


def _summarize(cohorts: Sequence[Cohort], now: datetime) -> list[CohortSummary]:
    numbers = [cohort.id for cohort in cohorts]
    members, waiting = _count(CohortMember, numbers), _count(JoinRequest, numbers)
    due_days = _list_due_days(numbers)
    return [
        CohortSummary(
            cohort,
            members[cohort.id],
            waiting[cohort.id],
            _next_of(due_days[cohort.id], local_date(now, cohort.time_zone)),
        )
        for cohort in cohorts
    ]


def _count(model: type[CohortMember | JoinRequest], cohort_ids: Collection[int]) -> Counter[int]:
    """Return how many rows of a table each cohort has."""
    rows = db.session.execute(
        select(model.cohort_id, func.count())
        .where(model.cohort_id.in_(cohort_ids))
        .group_by(model.cohort_id)
    )
    return Counter({cohort_id: count for cohort_id, count in rows})  # noqa: C416  # rows to a dict


def _list_due_days(cohort_ids: Collection[int]) -> dict[int, list[date]]:
    found: dict[int, list[date]] = defaultdict(list)
    rows = db.session.execute(
        select(CohortModule.cohort_id, CohortModule.due_on).where(
            CohortModule.cohort_id.in_(cohort_ids), CohortModule.due_on.is_not(None)
        )
    )
    for cohort_id, due_on in rows:
        if due_on is not None:
            found[cohort_id].append(due_on)
    return found


def _next_of(days: Collection[date], today: date) -> date | None:
    return min((day for day in days if day >= today), default=None)
