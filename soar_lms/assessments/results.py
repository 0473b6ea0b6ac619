"""Results of many learners, counted where they are: whatever their number, a few statements.

The answers are counted in the database, by what was asked and chosen: as many rows come back as
there are different answers, and not as there are learners.
"""

from __future__ import annotations

import json
from collections.abc import Collection, Mapping
from dataclasses import dataclass
from fractions import Fraction
from typing import Any

from sqlalchemy import ColumnElement, Select, Text, and_, case, cast, func, select
from sqlalchemy.orm import aliased

from soar_lms.assessments.gain import Results, Score, Share, Shift
from soar_lms.assessments.grading import is_correct
from soar_lms.assessments.items import key_of
from soar_lms.assessments.models import Answer, Attempt
from soar_lms.assessments.services import ENROLMENTS, POST, PRE
from soar_lms.catalogue.model import Module
from soar_lms.database import Among, db, read

FIRST = 1
"""The number of the attempt that counts: a pre-test has one, of post-tests the first is taken."""


# --- results ------------------------------------------------------------------------------------


def list_results(enrolment_ids: Collection[int]) -> dict[int, Results]:
    """Return what each enrolment reached, in one query; those without any result are left out."""
    found: dict[int, list[Any]] = {}
    statement = _RESULTS[db.engine.dialect.name]
    for row in read(statement, {ENROLMENTS.key: enrolment_ids}):
        found.setdefault(row.enrolment_id, []).append(row)
    return {enrolment_id: _results(rows) for enrolment_id, rows in found.items()}


def get_results(enrolment_id: int) -> Results:
    """Return what an enrolment reached."""
    return list_results([enrolment_id]).get(enrolment_id, Results())


def _results(rows: list[Any]) -> Results:
    """Put the attempts of an enrolment together, the first one first.

    A pre-test that was handed in after the post-test began says nothing about before. (It can be,
    where a module was given its pre-test later.)
    """
    before = next((row for row in rows if row.instrument == PRE), None)
    posts = [row for row in rows if row.instrument == POST]
    if before and posts and before.submitted_at > posts[0].started_at:
        before = None
    scores = [_score(row) for row in posts]
    return Results(
        before=_score(before) if before else None,
        after=scores[0] if scores else None,
        best=max(scores, key=lambda score: score.percent, default=None),
    )


def _score(row: Any) -> Score:
    return Score(Fraction(row.points_numerator, row.points_denominator), row.max_points)


def _make_results(length: Any) -> Select[Any]:
    return (
        select(
            Attempt.enrolment_id,
            Attempt.instrument,
            Attempt.points_numerator.label("points_numerator"),
            Attempt.points_denominator.label("points_denominator"),
            length(Attempt.items).label("max_points"),
            Attempt.started_at,
            Attempt.submitted_at,
        )
        .where(Among(Attempt.enrolment_id, ENROLMENTS), Attempt.submitted_at.is_not(None))
        .order_by(Attempt.enrolment_id, Attempt.number)
    )


_RESULTS = {
    "sqlite": _make_results(func.json_array_length),
    "postgresql": _make_results(func.jsonb_array_length),
}


# --- answers ------------------------------------------------------------------------------------


@dataclass(frozen=True)
class Counts:
    """How paired learners answered, before and after."""

    objectives: dict[str, tuple[Share, Share]]
    """By objective, in the order of the module."""
    shifts: dict[tuple[str, str], Shift]
    """By the pair of parallel questions: of the bank `pre`, of the bank `post`."""


def count_answers(module: Module, enrolment_ids: Collection[int]) -> Counts:
    """Count the answers of paired enrolments in their pre-test and first post-test: two queries.

    Answers are judged by the keys that the content has now: a key that was mended is right for
    everybody. Questions that have left the module are not counted (nobody knows what they
    measured), nor are those that a learner never opened.
    """
    values = {ENROLMENTS.key: enrolment_ids}
    objectives = {name: (Share(), Share()) for name in module.spec.objectives}
    for row in read(_BY_QUESTION, values):
        question = module.spec.questions.get(row.question_id)
        if question is not None:
            share = objectives[question.objective][row.instrument == POST]
            share.add(row.people, right=is_correct(json.loads(row.chosen), key_of(question)))
    return Counts(objectives, _count_shifts(module, values))


def _count_shifts(module: Module, values: Mapping[str, Any]) -> dict[tuple[str, str], Shift]:
    """Count how answers changed; with forms, either question of a pair may be the one before."""
    after = module.pairs()
    others = after | {counterpart: name for name, counterpart in after.items()}
    shifts = {pair: Shift() for pair in after.items()}
    if not shifts:
        return shifts
    for row in read(_by_pair(others), values):
        first = row.question_id if row.question_id in after else others[row.question_id]
        shifts[first, after[first]].add(
            row.people,
            before=_is_right(module, row.question_id, row.chosen),
            after=_is_right(module, others[row.question_id], row.chosen_after),
        )
    return shifts


def _is_right(module: Module, question_id: str, chosen: str) -> bool:
    return is_correct(json.loads(chosen), key_of(module.spec.questions[question_id]))


def _is_counted(attempt: type[Attempt]) -> ColumnElement[bool]:
    return and_(attempt.number == FIRST, attempt.submitted_at.is_not(None))


_CHOSEN = cast(Answer.chosen, Text)
_BY_QUESTION = (
    select(
        Attempt.instrument,
        Answer.question_id,
        _CHOSEN.label("chosen"),
        func.count().label("people"),
    )
    .join_from(Attempt, Answer, Answer.attempt_id == Attempt.id)
    .where(Among(Attempt.enrolment_id, ENROLMENTS), _is_counted(Attempt))
    .group_by(Attempt.instrument, Answer.question_id, _CHOSEN)
)


def _by_pair(others: Mapping[str, str]) -> Select[str, str, str, int]:
    """Return how often a question was answered how before, and its counterpart how after.

    :param others: the counterpart of each question.
    """
    post, answer = aliased(Attempt), aliased(Answer)
    counterpart = case(others, value=Answer.question_id)
    chosen_after = cast(answer.chosen, Text)
    return (
        select(
            Answer.question_id,
            _CHOSEN.label("chosen"),
            chosen_after.label("chosen_after"),
            func.count().label("people"),
        )
        .join_from(Attempt, Answer, Answer.attempt_id == Attempt.id)
        .join(post, and_(post.enrolment_id == Attempt.enrolment_id, post.instrument == POST))
        .join(answer, and_(answer.attempt_id == post.id, answer.question_id == counterpart))
        .where(
            Among(Attempt.enrolment_id, ENROLMENTS),
            Attempt.instrument == PRE,
            _is_counted(Attempt),
            _is_counted(post),
        )
        .group_by(Answer.question_id, _CHOSEN, chosen_after)
    )
