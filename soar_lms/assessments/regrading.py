"""Judging handed-in attempts again, by the keys that the content has now.

An attempt keeps the key it was graded by. It is compared with the key of today, question by
question; a question that is gone, or that has other options now, keeps its old key.
"""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass
from typing import Any

from sqlalchemy import bindparam, select

from soar_lms.assessments.grading import grade
from soar_lms.assessments.models import Answer, Attempt
from soar_lms.catalogue.model import Module
from soar_lms.database import Among, Numbers, db

Keys = dict[str, tuple[str, ...]]
"""The right options, sorted, by question."""


@dataclass(frozen=True)
class Regrade:
    """An attempt that was graded by other keys than those of today."""

    attempt: Attempt
    keys: Keys
    points: int
    passed: bool | None

    @property
    def gain(self) -> int:
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
    touched = {attempt: new for attempt, new in keys.items() if new != _keys(attempt)}
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
        {**item, "correct": list(regrade.keys[item["question_id"]])} for item in attempt.items
    ]
    attempt.points = regrade.points
    attempt.passed = regrade.passed
    db.session.flush()


def _keys(attempt: Attempt) -> Keys:
    return {item["question_id"]: tuple(sorted(item["correct"])) for item in attempt.items}


def _keys_of_today(attempt: Attempt, module: Module) -> Keys:
    return {item["question_id"]: _key_of_today(item, module) for item in attempt.items}


def _key_of_today(item: dict[str, Any], module: Module) -> tuple[str, ...]:
    question = module.spec.questions.get(item["question_id"])
    if question is None or set(question.options) != set(item["options"]):
        return tuple(sorted(item["correct"]))
    return tuple(sorted(question.correct))


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
