"""What a cohort agrees on: its name, its zone, its modules and when they are due; and its state.

Two trainers may change it at once. The page of each knows the version it was made from; whoever
comes second is told what is different now, and nothing is overwritten unseen.
"""

from __future__ import annotations

from collections.abc import Collection, Mapping
from dataclasses import dataclass
from datetime import date, datetime

from sqlalchemy import delete, select

from soar_lms.accounts.models import Person, Reader
from soar_lms.audit.services import Action, Actor, record
from soar_lms.cohorts.models import Cohort, CohortModule, CohortState
from soar_lms.cohorts.places import follow_modules
from soar_lms.cohorts.services import lock_cohort, require_running
from soar_lms.database import db
from soar_lms.errors import DomainError
from soar_lms.i18n import lazy_gettext

_NOTED = {
    CohortState.OPEN: Action.GROUP_OPENED,
    CohortState.CLOSED: Action.GROUP_CLOSED,
    CohortState.ARCHIVED: Action.GROUP_ARCHIVED,
}


@dataclass(frozen=True)
class Terms:
    """What can be changed of a cohort."""

    name: str
    organisation: str | None
    time_zone: str
    due_days: Mapping[str, date | None]
    """The modules it takes, each with its last day in time, in the zone of the cohort."""


class TermsChangedError(DomainError):
    """Somebody else has changed the cohort since the page was made."""

    title = lazy_gettext("Somebody else changed this group meanwhile")
    message = lazy_gettext("Nothing was saved. Open the settings again to see what is different.")

    def __init__(self, now: Terms, version: int) -> None:
        self.now = now
        self.version = version


def read_terms(cohort: Cohort) -> Terms:
    """Return what a cohort agrees on."""
    rows = db.session.execute(
        select(CohortModule.module_id, CohortModule.due_on)
        .where(CohortModule.cohort_id == cohort.id)
        .order_by(CohortModule.module_id)
    )
    due_days = {module_id: due_on for module_id, due_on in rows}  # noqa: C416  # rows to a dict
    return Terms(cohort.name, cohort.organisation, cohort.time_zone, due_days)


def change_terms(
    cohort: Cohort,
    terms: Terms,
    *,
    version: int | None,
    offered: Collection[str],
    actor: Person | Reader,
    now: datetime,
) -> None:
    """Change what a cohort agrees on; the same once more changes nothing.

    :param version: that of the cohort when the page was made; None: nobody knows.
    :param offered: the modules that could be chosen; others that it takes are left alone.
    :raises TermsChangedError: when somebody else has changed it since.
    :raises GroupArchivedError: when it is history.
    """
    cohort = lock_cohort(cohort)
    require_running(cohort)
    present = read_terms(cohort)
    kept = {name: day for name, day in present.due_days.items() if name not in offered}
    wanted = Terms(terms.name, terms.organisation, terms.time_zone, kept | dict(terms.due_days))
    if wanted == present:
        return
    if version != cohort.version:
        raise TermsChangedError(present, cohort.version)
    cohort.name, cohort.organisation = wanted.name, wanted.organisation
    cohort.time_zone = wanted.time_zone
    cohort.version += 1
    _set_modules(cohort, present.due_days, wanted.due_days)
    record(Action.GROUP_CHANGED, actor=Actor(actor.id), now=now, cohort=cohort.id)


def _set_modules(
    cohort: Cohort, present: Mapping[str, date | None], wanted: Mapping[str, date | None]
) -> None:
    for module_id, due_on in wanted.items():
        if module_id not in present:
            db.session.add(CohortModule(cohort_id=cohort.id, module_id=module_id, due_on=due_on))
        elif present[module_id] != due_on:
            db.session.get_one(CohortModule, (cohort.id, module_id)).due_on = due_on
    gone = present.keys() - wanted.keys()
    db.session.flush()
    db.session.execute(
        delete(CohortModule).where(
            CohortModule.cohort_id == cohort.id, CohortModule.module_id.in_(gone)
        )
    )
    if present.keys() != wanted.keys():
        follow_modules(cohort.id)


def change_state(
    cohort: Cohort, state: CohortState, *, actor: Person | Reader, now: datetime
) -> None:
    """Open, close or archive a cohort; a second time it changes nothing."""
    cohort = lock_cohort(cohort)
    if cohort.state == state:
        return
    cohort.state = state
    db.session.flush()
    record(_NOTED[state], actor=Actor(actor.id), now=now, cohort=cohort.id)
