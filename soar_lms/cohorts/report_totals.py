"""The numbers of a report: how many lines there are, by module and state."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cached_property
from itertools import product

from flask_babel.speaklater import LazyString

from soar_lms.cohorts.filters import RowState, Waiting
from soar_lms.cohorts.report_scope import ORDER
from soar_lms.i18n import lazy_gettext as _
from soar_lms.learning.renewal import Status
from soar_lms.learning.wording import STATUSES

STATES: Mapping[RowState, LazyString] = {
    state: _("Invited") if isinstance(state, Waiting) else STATUSES[state] for state in ORDER
}
"""In the order of the list: those who have something to do first."""
_ALWAYS_COUNTED = (Status.NOT_STARTED, Status.IN_PROGRESS, Status.PASSED, Status.COMPLETED)
"""The others are counted where there are any: many modules are never renewed."""


@dataclass(frozen=True)
class Totals:
    """How many lines of a report there are, by module and state; they add up to the roster."""

    by_module: Mapping[str, Mapping[RowState, int]]

    @cached_property
    def states(self) -> list[RowState]:
        """The states that stand in a table: four always, others where there are any."""
        return [state for state in STATES if self.of(state) or state in _ALWAYS_COUNTED]

    @property
    def states_counted(self) -> list[RowState]:
        """The states that somebody is in."""
        return [state for state in STATES if self.of(state)]

    def of(self, state: RowState | None = None, module_id: str | None = None) -> int:
        """Return how many lines are in a state and module; None: in any."""
        return self._sums[state, module_id]

    @cached_property
    def _sums(self) -> Counter[tuple[RowState | None, str | None]]:
        """Added up once: a page with a table of them asks for each number, and for some twice."""
        sums: Counter[tuple[RowState | None, str | None]] = Counter()
        for name, counts in self.by_module.items():
            for found, count in counts.items():
                for key in product((found, None), (name, None)):
                    sums[key] += count
        return sums
