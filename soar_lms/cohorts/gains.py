"""What a group learned: its results before and after a module, as figures of the group only."""

from __future__ import annotations

from collections import Counter
from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from functools import lru_cache

from sqlalchemy import Select, bindparam

from soar_lms.assessments.gain import Outcome, Summary, Unpaired, summarise
from soar_lms.assessments.results import Counts, count_answers, count_outcomes, select_paired
from soar_lms.catalogue.model import Module
from soar_lms.cohorts.crowd import Cell, may_show
from soar_lms.cohorts.models import Cohort
from soar_lms.cohorts.services import MEMBERS, count_members
from soar_lms.learning.standing import select_places


@dataclass(frozen=True)
class Part:
    """The part of a group that is asked for; None: whatever it is."""

    setting: str | None = None
    language: str | None = None

    @property
    def is_whole(self) -> bool:
        return self.setting is None and self.language is None

    def has(self, setting: str, language: str) -> bool:
        return self.setting in {None, setting} and self.language in {None, language}

    def values(self) -> dict[str, str]:
        """Return what narrows a query to this part."""
        asked = {"setting": self.setting, "language": self.language}
        return {name: value for name, value in asked.items() if value is not None}


@dataclass(frozen=True)
class Learning:
    """What a part of a group learned in a module."""

    paired: int
    unpaired: Mapping[Unpaired, int]
    """How many people cannot be compared, by reason; with `paired` they are everybody."""
    summary: Summary | None
    counts: Counts | None
    """None, as the summary, where people could be recognised."""
    outcomes: Sequence[Outcome] = ()
    """Of those who are paired; nothing where the summary is None."""
    gains: Mapping[Part, Summary] = field(default_factory=dict)
    """Of the whole group's settings, languages and both together: those that may be shown."""


def measure_learning(cohort: Cohort, module: Module, part: Part) -> Learning:
    """Compare the results of a group before and after a module.

    Setting and language are those of the enrolment, as in the list of members; who has not begun
    has neither, and is counted with the whole group only. However many members there are, it takes
    four queries, and what comes back is counted already.
    """
    members = count_members(cohort)
    values = {"module_id": module.id, "cohort_id": cohort.id}
    outcomes = count_outcomes(_PLACES, values)
    chosen = [item for item in outcomes if part.has(item.setting, item.language)]
    absent = members - _people(outcomes) if part.is_whole else 0
    if not _has_both_tests(module):
        return Learning(0, {Unpaired.UNMEASURED: _people(chosen) + absent}, None, None)
    pairs = [item for item in outcomes if item.unpaired is None]
    shown = [item for item in chosen if item.unpaired is None]
    unpaired = _count_unpaired(chosen)
    unpaired[Unpaired.NEITHER] += absent
    gains = _compare_parts(pairs)
    if not may_show(_cells(shown), _cells(pairs)):
        return Learning(_people(shown), unpaired, None, None, gains=gains)
    return Learning(
        paired=_people(shown),
        unpaired=unpaired,
        summary=summarise(shown),
        counts=count_answers(module, _paired(*part.values()), values | part.values()),
        outcomes=shown,
        gains=gains,
    )


# Built once: putting these statements together costs more than running them.
_PLACES = select_places(MEMBERS)


@lru_cache
def _paired(*narrowed: str) -> Select[int]:
    """Return the select of those who are compared, by the columns that a part names."""
    columns = _PLACES.selected_columns
    return select_paired(_PLACES.where(*(columns[name] == bindparam(name) for name in narrowed)))


def _has_both_tests(module: Module) -> bool:
    instruments = module.spec.instruments
    return instruments.pre is not None and instruments.post is not None


def _people(outcomes: Iterable[Outcome]) -> int:
    return sum(item.people for item in outcomes)


def _count_unpaired(outcomes: Iterable[Outcome]) -> dict[Unpaired, int]:
    reasons: Counter[Unpaired | None] = Counter()
    for item in outcomes:
        reasons[item.unpaired] += item.people
    asked = (Unpaired.NO_POST, Unpaired.NO_PRE, Unpaired.NEITHER)
    return {reason: reasons[reason] for reason in asked}


def _cells(outcomes: Iterable[Outcome]) -> Counter[Cell]:
    cells: Counter[Cell] = Counter()
    for item in outcomes:
        cells[item.setting, item.language] += item.people
    return cells


def _compare_parts(pairs: Collection[Outcome]) -> dict[Part, Summary]:
    """Summarise each part of a group that could be asked for, and may be shown."""
    cells = _cells(pairs)
    parts = {
        part
        for setting, language in cells
        for part in (Part(setting), Part(None, language), Part(setting, language))
    }
    found = {}
    for part in parts:
        inside = [item for item in pairs if part.has(item.setting, item.language)]
        summary = summarise(inside) if may_show(_cells(inside), cells) else None
        if summary is not None:
            found[part] = summary
    return found
