"""How far a page of a report reaches: by the counts, into as few parts of its order as hold it.

Each part is read along its indexes until a page is full, whether or not the part before was enough.
Where the counts do not know, a part is guessed at; a wrong guess costs another statement. Pure.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from soar_lms.cohorts.due import NEVER_DONE
from soar_lms.cohorts.filters import Filters
from soar_lms.cohorts.report_query import Part
from soar_lms.cohorts.report_totals import Totals

LIKELY = 100
"""Of so many lines a filter by days likely leaves one; where it does not, more is read."""


@dataclass(frozen=True)
class Reach:
    """What is known beforehand of the lines that a report is asked for."""

    filters: Filters
    modules: Sequence[str]
    """As they fall due, for the parts of an order by days; near, where only such are wanted."""
    totals: Totals

    def into(self, waiting: Sequence[Part], begun: str | None, wanted: int) -> list[Part]:
        """Return the first parts of those that wait which likely hold as many lines as wanted.

        :param begun: the part that the page begins in the middle of.
        """
        reach, held = [], 0
        for part in waiting:
            is_begun = part.name == begun
            if is_begun or self._held(part):
                reach.append(part)
            held += 0 if is_begun else self._likely(part)
            if held >= wanted or (part.is_of_places and reach):
                break
        return reach or [waiting[-1]]

    def _held(self, part: Part) -> int:
        """Return how many lines a part has, or may have where more is asked than is counted."""
        return self.totals.of(part.state or self.filters.state, self._module(part))

    def _likely(self, part: Part) -> int:
        """Return how many lines of a part are wanted, at least and likely.

        Of a search it is not known; what it finds is read at once in any case.
        """
        if self.filters.text:
            return 0
        held = self._held(part)
        if not self.filters.due:
            return held
        if part.module is None:
            return held // LIKELY
        state = self.filters.state
        open_states = NEVER_DONE if state is None else NEVER_DONE.intersection([state])
        count = self.totals.of
        return max(held // LIKELY, sum(count(item, self._module(part)) for item in open_states))

    def _module(self, part: Part) -> str | None:
        return self.filters.module if part.module is None else self.modules[part.module]
