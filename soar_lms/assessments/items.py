"""Questions as they are asked and frozen in an attempt, and the keys they are graded by. Pure.

Items that earlier releases froze have no shape, no prompts and no credit: they ask for options, and
are graded all or nothing.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from soar_lms.assessments.grading import Key, Shape, join
from soar_lms.catalogue.schema import Credit, QuestionKind, QuestionSpec

_SHAPES = {
    QuestionKind.MULTIPLE: Shape.SEVERAL,
    QuestionKind.ORDERING: Shape.ORDER,
    QuestionKind.MATCHING: Shape.PAIRS,
}


@dataclass(frozen=True)
class Item:
    """A question as it is asked in one attempt."""

    question_id: str
    options: tuple[str, ...]
    """In the order shown."""
    correct: tuple[str, ...]
    """The right answer as it was when the attempt began, in the words of `grading`."""
    several: bool
    """Whether more than one option may be chosen: what the release before reads."""
    shape: Shape
    prompts: tuple[str, ...]
    """In the order shown."""
    partial: bool


def make_item(question_id: str, question: QuestionSpec, options: Sequence[str]) -> Item:
    """Return a question as it is asked, its options in the order given."""
    key = key_of(question)
    return Item(
        question_id=question_id,
        options=tuple(options),
        correct=key.correct,
        several=key.shape is Shape.SEVERAL,
        shape=key.shape,
        prompts=key.prompts,
        partial=key.partial,
    )


def key_of(question: QuestionSpec) -> Key:
    """Return the key that a question has now."""
    shape = _SHAPES.get(question.type, Shape.ONE)
    correct = question.correct
    if shape is Shape.ORDER:
        correct = tuple(join(item, place) for place, item in enumerate(correct, 1))
    elif shape is Shape.PAIRS:
        correct = tuple(join(prompt, option) for prompt, option in question.prompts.items())
    return Key(
        shape=shape,
        options=question.options,
        correct=correct,
        prompts=tuple(question.prompts),
        partial=question.credit is Credit.PARTIAL,
    )


def frozen_key(item: Mapping[str, Any]) -> Key:
    """Return the key that a question of an attempt was asked with."""
    old_shape = Shape.SEVERAL if item["several"] else Shape.ONE
    return Key(
        shape=Shape(item.get("shape", old_shape)),
        options=tuple(item["options"]),
        correct=tuple(item["correct"]),
        prompts=tuple(item.get("prompts", ())),
        partial=bool(item.get("partial", False)),
    )


def frozen_keys(items: Sequence[Mapping[str, Any]]) -> dict[str, Key]:
    """Return the keys of an attempt, by question."""
    return {item["question_id"]: frozen_key(item) for item in items}
