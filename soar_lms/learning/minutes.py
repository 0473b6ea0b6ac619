"""About how long what is left takes. Pure: a module and a path in, minutes out.

An author states the minutes of the whole module and of each lesson. What the lessons leave of the
whole is shared out among the other steps, by what they ask: so the minutes that are left at the
beginning are those that the module promises.
"""

from __future__ import annotations

from dataclasses import dataclass
from math import ceil

from soar_lms.catalogue.model import Module
from soar_lms.catalogue.schema import Bank
from soar_lms.learning.path import Path, PathKind, Step, StepStatus, requirements

_CONFIRMING = 2
"""The last step counts as two questions: the name, and a look at what will be printed."""
_USUAL = 0.5
"""Minutes for a question, where the stated minutes leave nothing for questions."""


@dataclass(frozen=True)
class Place:
    """Where a page is on the way: step `number` of `total`, and the minutes from its beginning."""

    number: int
    total: int
    minutes: int
    next: StepStatus | None
    """The step after this one; None on the last."""


def place_of(module: Module, kind: PathKind, path: Path, step: Step) -> Place:
    """Return where `step` is on a path that has it."""
    number = [status.step for status in path.steps].index(step) + 1
    following = [status for status in path.steps[number:] if not status.done]
    return Place(
        number, len(path.steps), minutes_left(module, kind, path), next(iter(following), None)
    )


def minutes_left(module: Module, kind: PathKind, path: Path) -> int:
    """Return about how many minutes the steps that are left take; 0 when nothing is."""
    lessons = {name for status in path.left for name in status.lessons_left}
    reading = sum(item.minutes for item in module.spec.lessons if item.id in lessons)
    weights = _weights(module)
    asked = sum(weights.get(status.step, 0) for status in path.left)
    return reading + ceil(asked * minutes_of_question(module, kind) - 1e-9)


def minutes_of_question(module: Module, kind: PathKind = PathKind.FULL) -> float:
    """Return about how long one question of a test or an evaluation takes, in minutes."""
    short = module.spec.refresher if kind is PathKind.REFRESHER else None
    wanted = requirements(module, module.spec.settings[0], kind)
    read = {key[0] for key in wanted.lessons}
    whole = short.minutes if short else module.spec.minutes
    rest = whole - sum(item.minutes for item in module.spec.lessons if item.id in read)
    weights = _weights(module)
    steps = {
        Step.PRE_TEST: wanted.pre_test,
        Step.POST_TEST: wanted.post_test,
        Step.EVALUATION: wanted.evaluation,
        Step.CONFIRMATION: True,
    }
    asked = sum(weights[step] for step, is_asked in steps.items() if is_asked)
    return rest / asked if rest > 0 else _USUAL


def _weights(module: Module) -> dict[Step, int]:
    """Return how many questions each step asks, those of lessons aside."""
    spec = module.spec
    post, evaluation = spec.instruments.post, spec.evaluation
    return {
        Step.PRE_TEST: len(module.questions(Bank.PRE, spec.settings[0])),
        Step.POST_TEST: post.draw if post else 0,
        Step.EVALUATION: len(evaluation.items_of(evaluation.completion)) if evaluation else 0,
        Step.CONFIRMATION: _CONFIRMING,
    }
