"""Judging handed-in attempts again, by the keys that the content has now.

An attempt keeps the key it was graded by. It is compared with the key of today (the right answer,
and whether credit is partial), question by question; a question that is gone, or that has another
kind, other options or other prompts now, keeps its old key.
"""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass, replace
from fractions import Fraction
from typing import Any

from sqlalchemy import bindparam, select

from soar_lms.assessments.grading import Key, grade
from soar_lms.assessments.items import frozen_key, frozen_keys, key_of
from soar_lms.assessments.models import Answer, Attempt
from soar_lms.catalogue.model import Module
from soar_lms.database import Among, Numbers, db

Keys = dict[str, Key]
"""By question."""


@dataclass(frozen=True)
class Regrade:
    """An attempt that was graded by other keys than those of today."""

    attempt: Attempt
    keys: Keys
    points: Fraction
    passed: bool | None

    @property
    def gain(self) -> Fraction:
        """Points gained by the keys of today; less than nothing: lost."""
        return self.points - (self.attempt.points or 0)

    @property
    def passes_now(self) -> bool:
        return bool(self.passed) and not self.attempt.passed

    @property
    def fails_now(self) -> bool:
        return self.passed is False and bool(self.attempt.passed)


def find_regrades(module: Module, enrolment_ids: Collection[int]) -> list[Regrade]:
    """Return the attempts of these enrolments that were graded by other keys, in two queries.

    The attempts are locked for the transaction that is open.
    """
    attempts = db.session.scalars(
        select(Attempt)
        .where(
            Among(Attempt.enrolment_id, bindparam("enrolment_ids", enrolment_ids, Numbers)),
            Attempt.submitted_at.is_not(None),
        )
        .order_by(Attempt.id)
        .with_for_update()
        .execution_options(populate_existing=True)
    )
    keys = {attempt: _keys_of_today(attempt, module) for attempt in attempts}
    touched = {attempt: new for attempt, new in keys.items() if new != frozen_keys(attempt.items)}
    answers = _answers([attempt.id for attempt in touched])
    results = {
        attempt: grade(new, answers.get(attempt.id, {}), attempt.pass_mark)
        for attempt, new in touched.items()
    }
    return [
        Regrade(attempt, touched[attempt], result.points, result.passed)
        for attempt, result in results.items()
    ]


def apply_regrade(regrade: Regrade) -> None:
    """Give an attempt its new result, and the keys that it comes from."""
    attempt = regrade.attempt
    attempt.items = [
        {**item, "correct": list(key.correct), "partial": key.partial}
        for item, key in zip(attempt.items, regrade.keys.values(), strict=True)
    ]
    attempt.points = regrade.points
    attempt.passed = regrade.passed
    db.session.flush()


def _keys_of_today(attempt: Attempt, module: Module) -> Keys:
    return {item["question_id"]: _key_of_today(item, module) for item in attempt.items}


def _key_of_today(item: dict[str, Any], module: Module) -> Key:
    """Return the key an item was graded by, with what the content has instead now, if anything."""
    old = frozen_key(item)
    question = module.spec.questions.get(item["question_id"])
    if question is None:
        return old
    new = key_of(question)
    if _asks(new) != _asks(old):
        return old
    same_answer = set(new.correct) == set(old.correct)
    return replace(old, correct=old.correct if same_answer else new.correct, partial=new.partial)


def _asks(key: Key) -> tuple[object, ...]:
    return key.shape, set(key.options), set(key.prompts)


def _answers(attempt_ids: list[int]) -> dict[int, dict[str, list[str]]]:
    found: dict[int, dict[str, list[str]]] = {}
    rows = db.session.execute(
        select(Answer.attempt_id, Answer.question_id, Answer.chosen).where(
            Among(Answer.attempt_id, bindparam("attempt_ids", attempt_ids, Numbers))
        )
    )
    for attempt_id, question_id, chosen in rows:
        found.setdefault(attempt_id, {})[question_id] = chosen
    return found
