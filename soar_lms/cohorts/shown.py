"""Whom a report shows, for features that do something with these people.

They are named by the filters alone, never by a list of people: who belongs to them is asked again
each time, of the database.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Any

from sqlalchemy import union_all

from soar_lms.cohorts.filters import Filters, Sort, read_filters
from soar_lms.cohorts.models import Cohort
from soar_lms.cohorts.report import Report
from soar_lms.cohorts.report_cells import Said, say_filters
from soar_lms.cohorts.report_query import parts_of, select_part
from soar_lms.content import catalogue
from soar_lms.i18n import languages


@dataclass(frozen=True)
class Shown:
    """The lines of a cohort's report that filters leave."""

    cohort: Cohort
    filters: Filters

    def address(self, **changes: object) -> dict[str, str]:
        """Return what an address says for them; a page of the report understands it, too."""
        return self.filters.address(**changes)

    def say(self) -> list[Said]:
        """Say what the report was narrowed to, each as a label and words."""
        return say_filters(self.filters)


def read_shown(cohort: Cohort, asked: Mapping[str, str]) -> Shown:
    """Read from an address which lines are meant; what there is not is left out."""
    filters = read_filters(
        asked,
        modules=catalogue().modules,
        settings=catalogue().settings,
        languages=languages(),
    )
    return Shown(cohort, filters)


def select_shown(shown: Shown, now: datetime) -> Any:
    """Return the lines as a subquery with the columns of `report_query.Line`, in no order.

    It has its values in it, so that it can be a part of any statement.
    """
    filters = replace(shown.filters, sort=Sort.NAME)  # the order that has the fewest parts
    asked = Report(shown.cohort, filters, catalogue(), now).ask()
    parts = [select_part(asked.scope, part).order_by(None) for part in parts_of(asked.scope)]
    lines = parts[0] if len(parts) == 1 else union_all(*parts)
    return lines.params(**asked.values).subquery("shown")
