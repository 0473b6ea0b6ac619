"""How far people have come, stage by stage: who stands at one has done all that comes before. Pure.

Lessons and questions to begin can be done in any order, so somebody may have done a later step and
not an earlier one. They count up to the first step that is left: the numbers never rise again.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from enum import StrEnum

from soar_lms.learning.path import Requirements, Step, read_left
from soar_lms.learning.renewal import Status


class Stage(StrEnum):
    """From the roster to the certificate."""

    LISTED = "listed"
    """Everybody on the roster, invited or in the group."""
    JOINED = "joined"
    BEGUN = "begun"
    """A first step is done."""
    PRE_TEST = "pre-test"
    LESSONS = "lessons"
    POST_TEST = "post-test"
    EVALUATION = "evaluation"
    COMPLETED = "completed"
    """Once at least: who renews has been here before."""


_STAGES: Mapping[Step, Stage] = {
    Step.PRE_TEST: Stage.PRE_TEST,
    Step.LESSONS: Stage.LESSONS,
    Step.POST_TEST: Stage.POST_TEST,
    Step.EVALUATION: Stage.EVALUATION,
    Step.CONFIRMATION: Stage.COMPLETED,
}
_WAITING = {"invited": Stage.LISTED, str(Status.NOT_STARTED): Stage.JOINED}


@dataclass(frozen=True)
class Group:
    """People of a roster who stand alike."""

    state: str
    """As a report line has it."""
    steps_left: str
    """As `path.write_left` writes them."""
    people: int


@dataclass(frozen=True)
class StageCount:
    """How many have come to a stage, and how many of them no further."""

    stage: Stage
    people: int
    waiting: int


def stages_of(asked: Requirements) -> list[Stage]:
    """Return the stages of a module, the first one first: those of steps it has."""
    missing = {
        stage
        for stage, is_asked in (
            (Stage.PRE_TEST, asked.pre_test),
            (Stage.POST_TEST, asked.post_test),
            (Stage.EVALUATION, asked.evaluation),
        )
        if not is_asked
    }
    return [stage for stage in Stage if stage not in missing]


def count_stages(stages: Sequence[Stage], groups: Iterable[Group]) -> list[StageCount]:
    """Return how many have come to each stage."""
    last: Counter[Stage] = Counter()
    for group in groups:
        last[_last_stage(stages, group)] += group.people
    counts, people = [], 0
    for stage in reversed(stages):
        people += last[stage]
        counts.append(StageCount(stage, people, last[stage]))
    return counts[::-1]


def _last_stage(stages: Sequence[Stage], group: Group) -> Stage:
    """Return the last stage before the first that is left."""
    if group.state in _WAITING:
        return _WAITING[group.state]
    if group.state in {Status.COMPLETED, Status.RENEWING}:
        return Stage.COMPLETED
    left = {_STAGES[step] for step, _ in read_left(group.steps_left)} | {Stage.COMPLETED}
    return stages[min(stages.index(stage) for stage in left if stage in stages) - 1]
