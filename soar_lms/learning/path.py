"""The path to completion. Pure: facts in; where a learner stands, and what is left, out.

The learner's pages, the trainer's list and the certificate all ask this one function.
`docs/architecture.md` has it as a table.
"""

from __future__ import annotations

import hashlib
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from enum import StrEnum

from soar_lms.catalogue.model import Module

SHARED = ""
"""Stands for the setting of a lesson that all settings share."""

LessonKey = tuple[str, str]
"""Lesson id and setting; SHARED for a lesson that all settings share."""


class Step(StrEnum):
    """The steps of a module, in order; those a module does not have are left out."""

    PRE_TEST = "pre-test"
    LESSONS = "lessons"
    POST_TEST = "post-test"
    EVALUATION = "evaluation"
    CONFIRMATION = "confirmation"


class State(StrEnum):
    """Where a learner stands with a module: each is in exactly one of these."""

    NOT_STARTED = "not-started"
    IN_PROGRESS = "in-progress"
    PASSED = "passed"
    COMPLETED = "completed"


class PathKind(StrEnum):
    """What a cycle asks: chosen when it begins, and never changed."""

    FULL = "full"
    REFRESHER = "refresher"


@dataclass(frozen=True)
class Requirements:
    """What a module asks of a learner of one setting."""

    lessons: tuple[LessonKey, ...]
    pre_test: bool
    post_test: bool
    evaluation: bool


@dataclass(frozen=True)
class Facts:
    """What a learner did in one enrolment."""

    lessons_done: frozenset[LessonKey] = frozenset()
    pre_test_submitted: bool = False
    post_test_passed: bool = False
    evaluation_given: bool = False
    completed: bool = False


@dataclass(frozen=True)
class StepStatus:
    """One step: whether it is done, whether it can be done now, which lessons it still wants."""

    step: Step
    done: bool
    open: bool
    lessons_left: tuple[str, ...] = ()


@dataclass(frozen=True)
class Path:
    """Where a learner stands, and what is left."""

    state: State
    steps: tuple[StepStatus, ...]

    @property
    def left(self) -> tuple[StepStatus, ...]:
        return tuple(status for status in self.steps if not status.done)

    @property
    def next_step(self) -> StepStatus | None:
        return next(iter(self.left), None)

    def status(self, step: Step) -> StepStatus | None:
        return next((item for item in self.steps if item.step == step), None)

    def is_open(self, step: Step) -> bool:
        status = self.status(step)
        return status is not None and status.open

    def is_done(self, step: Step) -> bool:
        status = self.status(step)
        return status is None or status.done


def requirements(module: Module, setting: str, kind: PathKind = PathKind.FULL) -> Requirements:
    """Return what `module` asks of a learner of `setting`.

    A refresher asks for the lessons and steps that the content names for it. Where the content has
    no refresher any more, it is the whole module: nothing shorter is left.
    """
    spec = module.spec
    short = spec.refresher if kind is PathKind.REFRESHER else None
    return Requirements(
        lessons=tuple(
            (lesson.id, setting if lesson.by_setting else SHARED)
            for lesson in spec.lessons
            if short is None or lesson.id in short.lessons
        ),
        pre_test=spec.instruments.pre is not None and (short is None or short.pre),
        post_test=spec.instruments.post is not None and (short is None or short.post),
        evaluation=spec.evaluation is not None and (short is None or short.evaluation),
    )


def assess(asked: Requirements, facts: Facts) -> Path:
    """Say where a learner stands and what is left.

    A completed enrolment stays completed, whatever is asked later. The pre-test and the lessons may
    be done in any order; the post-test opens when both are done, the evaluation when the post-test
    is passed, the confirmation when everything is. Questions to begin make no sense after the test:
    whoever passed it is not asked them any more.
    """
    left = tuple(key[0] for key in asked.lessons if key not in facts.lessons_done)
    done = {
        Step.PRE_TEST: not asked.pre_test or facts.pre_test_submitted or facts.post_test_passed,
        Step.LESSONS: not left,
        Step.POST_TEST: not asked.post_test or facts.post_test_passed,
        Step.EVALUATION: not asked.evaluation or facts.evaluation_given,
        Step.CONFIRMATION: facts.completed,
    }
    if facts.completed:
        done = dict.fromkeys(done, True)
        left = ()
    studied = done[Step.PRE_TEST] and done[Step.LESSONS]
    passed = studied and done[Step.POST_TEST]
    opens = {
        Step.PRE_TEST: not done[Step.PRE_TEST],
        Step.LESSONS: True,
        Step.POST_TEST: studied and not done[Step.POST_TEST],
        Step.EVALUATION: passed and not done[Step.EVALUATION],
        Step.CONFIRMATION: passed and done[Step.EVALUATION] and not facts.completed,
    }
    steps = tuple(
        StepStatus(
            step,
            done=done[step],
            open=opens[step] and not facts.completed,
            lessons_left=left if step is Step.LESSONS else (),
        )
        for step in Step
        if _is_asked(asked, step)
    )
    return Path(_state(facts, passed=passed), steps)


def _is_asked(asked: Requirements, step: Step) -> bool:
    return {
        Step.PRE_TEST: asked.pre_test,
        Step.POST_TEST: asked.post_test,
        Step.EVALUATION: asked.evaluation,
    }.get(step, True)


def _state(facts: Facts, *, passed: bool) -> State:
    if facts.completed:
        return State.COMPLETED
    if passed and facts.post_test_passed:
        return State.PASSED
    if facts.lessons_done or facts.pre_test_submitted or facts.post_test_passed:
        return State.IN_PROGRESS
    return State.NOT_STARTED


def lesson_to_read(module: Module, left: Sequence[str], last: str | None) -> str:
    """Return which of the lessons that are left comes now.

    It is the one where something was done last; once that is done, the next one after it; then the
    first of all.
    """
    order = [lesson.id for lesson in module.spec.lessons]
    start = order.index(last) if last in order else 0
    return next((name for name in order[start:] if name in left), left[0])


# --- kept -------------------------------------------------------------------------------------


def fingerprint(module: Module) -> str:
    """Return what stands for all that a module asks and for how long it counts.

    Texts and questions are no part of it: mending a word moves nobody.
    """
    spec = module.spec
    rules = (
        [(lesson.id, lesson.by_setting) for lesson in spec.lessons],
        spec.instruments.pre is not None,
        spec.instruments.post is not None,
        spec.evaluation is not None,
        spec.renewal.model_dump_json() if spec.renewal else "",
    )
    return hashlib.sha256(repr(rules).encode()).hexdigest()[:16]


def write_left(left: Iterable[StepStatus]) -> str:
    """Write the steps that are left, to be kept: `lessons:3 post-test confirmation`."""
    return " ".join(
        f"{item.step}:{len(item.lessons_left)}" if item.step is Step.LESSONS else item.step
        for item in left
    )


def read_left(written: str) -> list[tuple[Step, int]]:
    """Read what `write_left` wrote: each step, and how many lessons it still wants."""
    parts = (word.partition(":") for word in written.split())
    return [(Step(step), int(count or 0)) for step, _, count in parts]
