"""A group in words: its state, what a change of it means, what two trainers do not agree on."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import date

from flask_babel.speaklater import LazyString

from soar_lms.accounts.time_zones import time_zone_name
from soar_lms.cohorts.models import CohortState
from soar_lms.cohorts.terms import Terms
from soar_lms.content import catalogue, title_here
from soar_lms.i18n import format_day, gettext
from soar_lms.i18n import lazy_gettext as _

STATE_NAMES: Mapping[str, LazyString] = {
    CohortState.OPEN: _("Open"),
    CohortState.CLOSED: _("Closed"),
    CohortState.ARCHIVED: _("In the archive"),
}
STATE_WORDS: Mapping[CohortState, Mapping[str, LazyString]] = {
    CohortState.OPEN: {
        "title": _("Open the group"),
        "done": _("The group is open. People can join it."),
    },
    CohortState.CLOSED: {
        "title": _("Close the group"),
        "done": _("The group is closed. People in it can go on, and nobody else can join."),
    },
    CohortState.ARCHIVED: {
        "title": _("Archive the group"),
        "done": _("The group is in the archive. You can still read its report."),
    },
}
"""What a state is called where it is chosen, and what is said when it has changed."""


@dataclass(frozen=True)
class Difference:
    """Something that is saved otherwise than somebody wants it."""

    label: str
    saved: str


def say_differences(saved: Terms, wanted: Terms) -> list[Difference]:
    """Say what of a group is not as somebody wants it, and how it is saved now."""
    return list(_differences(saved, wanted))


def _differences(saved: Terms, wanted: Terms) -> Iterator[Difference]:
    if saved.name != wanted.name:
        yield Difference(gettext("Name of the group"), saved.name)
    if saved.organisation != wanted.organisation:
        yield Difference(gettext("Organization"), saved.organisation or gettext("none"))
    if saved.time_zone != wanted.time_zone:
        yield Difference(gettext("Time zone"), time_zone_name(saved.time_zone))
    for module_id, module in catalogue().modules.items():
        is_taken = module_id in saved.due_days
        if is_taken != (module_id in wanted.due_days) or (
            is_taken and saved.due_days[module_id] != wanted.due_days[module_id]
        ):
            words = _say_due(saved.due_days[module_id]) if is_taken else gettext("not taken")
            yield Difference(title_here(module), words)


def _say_due(day: date | None) -> str:
    if day is None:
        return str(gettext("taken, without a due date"))
    return str(gettext("taken, due on %(day)s", day=format_day(day)))
