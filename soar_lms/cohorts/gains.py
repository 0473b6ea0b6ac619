"""What a group learned: its results before and after a module, as figures of the group only."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Mapping
from dataclasses import dataclass

from soar_lms.assessments.gain import Results, Summary, Unpaired, summarise
from soar_lms.assessments.results import Counts, count_answers, list_results
from soar_lms.catalogue.model import Module
from soar_lms.cohorts.crowd import may_show
from soar_lms.cohorts.models import Cohort
from soar_lms.cohorts.services import list_member_ids
from soar_lms.learning.standing import Place, list_places


@dataclass(frozen=True)
class Part:
    """The part of a group that is asked for; None: whatever it is."""

    setting: str | None = None
    language: str | None = None

    @property
    def is_whole(self) -> bool:
        return self.setting is None and self.language is None

    def has(self, place: Place) -> bool:
        return self.setting in {None, place.setting} and self.language in {None, place.language}


@dataclass(frozen=True)
class Learning:
    """What a part of a group learned in a module."""

    paired: int
    unpaired: Mapping[Unpaired, int]
    """How many people cannot be compared, by reason; with `paired` they are everybody."""
    summary: Summary | None
    counts: Counts | None
    """None, as the summary, where people could be recognised."""


def measure_learning(cohort: Cohort, module: Module, part: Part) -> Learning:
    """Compare the results of a group before and after a module.

    Setting and language are those of the enrolment, as in the list of members; who has not begun
    has neither, and is counted with the whole group only. However many members there are, it takes
    five queries.
    """
    member_ids = list_member_ids(cohort)
    places = list_places(module.id, member_ids)
    results = list_results([place.enrolment_id for place in places])
    chosen = [place for place in places if part.has(place)]
    absent = len(member_ids) - len(places) if part.is_whole else 0
    if not _has_both_tests(module):
        return Learning(0, {Unpaired.UNMEASURED: len(chosen) + absent}, None, None)
    pairs = _paired(places, results)
    shown = [place for place in chosen if place in pairs]
    unpaired = _count_unpaired(chosen, results)
    unpaired[Unpaired.NEITHER] += absent
    if not may_show(_cells(shown), _cells(pairs)):
        return Learning(len(shown), unpaired, None, None)
    enrolment_ids = [place.enrolment_id for place in shown]
    return Learning(
        paired=len(shown),
        unpaired=unpaired,
        summary=summarise([results[enrolment_id] for enrolment_id in enrolment_ids]),
        counts=count_answers(module, enrolment_ids),
    )


def _has_both_tests(module: Module) -> bool:
    instruments = module.spec.instruments
    return instruments.pre is not None and instruments.post is not None


def _paired(places: Iterable[Place], results: Mapping[int, Results]) -> set[Place]:
    return {place for place in places if _reason(place, results) is None}


def _count_unpaired(places: Iterable[Place], results: Mapping[int, Results]) -> dict[Unpaired, int]:
    reasons = Counter(_reason(place, results) for place in places)
    asked = (Unpaired.NO_POST, Unpaired.NO_PRE, Unpaired.NEITHER)
    return {reason: reasons[reason] for reason in asked}


def _reason(place: Place, results: Mapping[int, Results]) -> Unpaired | None:
    return results.get(place.enrolment_id, Results()).unpaired


def _cells(places: Iterable[Place]) -> Counter[tuple[str, str]]:
    return Counter((place.setting, place.language) for place in places)
