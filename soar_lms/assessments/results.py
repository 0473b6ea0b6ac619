"""Results of many learners, counted where they are: whatever their number, a few statements.

The answers are counted in the database, by what was asked and chosen: as many rows come back as
there are different answers, and not as there are learners.
"""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from fractions import Fraction
from functools import lru_cache
from typing import Any

from sqlalchemy import (
    ColumnElement,
    Double,
    Select,
    Text,
    and_,
    bindparam,
    case,
    cast,
    func,
    select,
)
from sqlalchemy.orm import aliased

from soar_lms.assessments.gain import Outcome, Results, Score, Share, Shift
from soar_lms.assessments.grading import is_correct
from soar_lms.assessments.item_statistics import Choice, ItemStatistics, measure_item
from soar_lms.assessments.items import key_of
from soar_lms.assessments.models import Answer, Attempt
from soar_lms.assessments.services import POST, PRE
from soar_lms.catalogue.model import Module
from soar_lms.database import db, read

Values = Mapping[str, Any]
FIRST = 1
"""The number of the attempt that counts: a pre-test has one, of post-tests the first is taken."""


# --- results ------------------------------------------------------------------------------------


def get_results(enrolment_id: int) -> Results:
    """Return what an enrolment reached."""
    return _results(list(read(_RESULTS[db.engine.dialect.name], {"enrolment_id": enrolment_id})))


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


def count_outcomes(places: Select[int, str, str], values: Values) -> list[Outcome]:
    """Count enrolments by what was reached in them, and by where they are: one query.

    As many rows come back as there are different outcomes, whatever the number of learners.

    :param places: the select of (enrolment_id, setting, language).
    :param values: those of its parameters.
    """
    return [
        Outcome(row.before, row.after, row.best, row.people, row.setting, row.language)
        for row in read(_make_outcomes(places, db.engine.dialect.name), values)
    ]


@lru_cache(maxsize=32)
def _make_outcomes(places: Select[int, str, str], dialect: str) -> Select[*tuple[Any, ...]]:
    who = places.subquery()
    pre, post, each = aliased(Attempt), aliased(Attempt), aliased(Attempt)
    best = (
        select(func.max(_percent_of(each, dialect)))
        .where(
            each.enrolment_id == who.c.enrolment_id,
            each.instrument == POST,
            each.submitted_at.is_not(None),
        )
        .scalar_subquery()
    )
    is_late = pre.submitted_at > post.started_at
    reached = (
        select(
            case((is_late, None), else_=_percent_of(pre, dialect)).label("before"),
            _percent_of(post, dialect).label("after"),
            best.label("best"),
            who.c.setting,
            who.c.language,
        )
        .select_from(who)
        .outerjoin(pre, and_(pre.enrolment_id == who.c.enrolment_id, _is_first(pre, PRE)))
        .outerjoin(post, and_(post.enrolment_id == who.c.enrolment_id, _is_first(post, POST)))
        .subquery()
    )
    found = reached.c
    alike = (found.before, found.after, found.best)
    where = (found.setting, found.language)
    return select(*alike, *where, func.count().label("people")).group_by(*alike, *where)


def select_paired(places: Select[int, str, str]) -> Select[int]:
    """Return the select of those enrolments that have both tests, one before the other."""
    who = places.subquery()
    pre, post = aliased(Attempt), aliased(Attempt)
    return (
        select(who.c.enrolment_id)
        .join(pre, and_(pre.enrolment_id == who.c.enrolment_id, _is_first(pre, PRE)))
        .join(post, and_(post.enrolment_id == who.c.enrolment_id, _is_first(post, POST)))
        .where(pre.submitted_at <= post.started_at)
    )


def _is_first(attempt: Any, instrument: str) -> ColumnElement[bool]:
    return and_(attempt.instrument == instrument, _is_counted(attempt))


def _is_counted(attempt: Any) -> ColumnElement[bool]:
    return and_(attempt.number == FIRST, attempt.submitted_at.is_not(None))


def _percent_of(attempt: Any, dialect: str) -> ColumnElement[Any]:
    """Return the result of an attempt, not rounded: one division, as `gain.Score` makes it."""
    lengths = {"sqlite": func.json_array_length, "postgresql": func.jsonb_array_length}
    length = lengths[dialect](attempt.items)
    points = cast(100 * attempt.points_numerator, Double)
    of = func.nullif(attempt.points_denominator * length, 0)
    return case((length == 0, 0.0), else_=points / of)


def _make_results(length: Any) -> Select[Any]:
    return (
        select(
            Attempt.instrument,
            Attempt.points_numerator.label("points_numerator"),
            Attempt.points_denominator.label("points_denominator"),
            length(Attempt.items).label("max_points"),
            Attempt.started_at,
            Attempt.submitted_at,
        )
        .where(Attempt.enrolment_id == bindparam("enrolment_id"), Attempt.submitted_at.is_not(None))
        .order_by(Attempt.number)
    )


_RESULTS = {
    "sqlite": _make_results(func.json_array_length),
    "postgresql": _make_results(func.jsonb_array_length),
}


# --- answers ------------------------------------------------------------------------------------


ItemKey = tuple[str, str]
"""An instrument and a question."""


@dataclass(frozen=True)
class Counts:
    """How paired learners answered, before and after."""

    objectives: dict[str, tuple[Share, Share]]
    """By objective, in the order of the module."""
    shifts: dict[tuple[str, str], Shift]
    """By the pair of parallel questions: of the bank `pre`, of the bank `post`."""
    items: dict[ItemKey, ItemStatistics]
    """Of the module's present version only."""
    older: int
    """How many answers were given to other versions: they are in the objectives, not in items."""


def count_answers(module: Module, enrolments: Select[int], values: Values) -> Counts:
    """Count the answers of paired enrolments in their pre-test and first post-test: two queries.

    Answers are judged by the keys that the content has now: a key that was mended is right for
    everybody. Questions that have left the module are not counted (nobody knows what they
    measured), nor are those that a learner never opened.

    :param values: those of the parameters of the select.
    """
    objectives = {name: (Share(), Share()) for name in module.spec.objectives}
    choices: dict[ItemKey, list[Choice]] = {}
    older = 0
    for row in read(_by_question(enrolments), values):
        question = module.spec.questions.get(row.question_id)
        if question is None:
            continue
        chosen = tuple(json.loads(row.chosen))
        share = objectives[question.objective][row.instrument == POST]
        share.add(row.people, right=is_correct(chosen, key_of(question)))
        if row.module_version == module.spec.version:
            choice = Choice(chosen, row.people, row.points, row.squares)
            choices.setdefault((row.instrument, row.question_id), []).append(choice)
        else:
            older += row.people
    return Counts(
        objectives,
        _count_shifts(module, enrolments, values),
        _measure_items(module, choices),
        older,
    )


def _measure_items(
    module: Module, choices: Mapping[ItemKey, Sequence[Choice]]
) -> dict[ItemKey, ItemStatistics]:
    """Return what is said of each question, in the order of the module."""
    order = {name: place for place, name in enumerate(module.spec.questions)}
    return {
        item: measure_item(key_of(module.spec.questions[item[1]]), choices[item])
        for item in sorted(choices, key=lambda item: (item[0] == POST, order[item[1]]))
    }


def _count_shifts(
    module: Module, enrolments: Select[int], values: Values
) -> dict[tuple[str, str], Shift]:
    """Count how answers changed; with forms, either question of a pair may be the one before."""
    after = module.pairs()
    others = after | {counterpart: name for name, counterpart in after.items()}
    shifts = {pair: Shift() for pair in after.items()}
    if not shifts:
        return shifts
    for row in read(_by_pair(tuple(others.items()), enrolments), values):
        first = row.question_id if row.question_id in after else others[row.question_id]
        shifts[first, after[first]].add(
            row.people,
            before=_is_right(module, row.question_id, row.chosen),
            after=_is_right(module, others[row.question_id], row.chosen_after),
        )
    return shifts


def _is_right(module: Module, question_id: str, chosen: str) -> bool:
    return is_correct(json.loads(chosen), key_of(module.spec.questions[question_id]))


_CHOSEN = cast(Answer.chosen, Text)


@lru_cache(maxsize=32)
def _by_question(enrolments: Select[int]) -> Select[*tuple[Any, ...]]:
    """Return how often a question was answered how, with the points of those who did."""
    points = cast(Attempt.points_numerator, Double) / Attempt.points_denominator
    return (
        select(
            Attempt.instrument,
            Attempt.module_version,
            Answer.question_id,
            _CHOSEN.label("chosen"),
            func.count().label("people"),
            func.sum(points).label("points"),
            func.sum(points * points).label("squares"),
        )
        .join_from(Attempt, Answer, Answer.attempt_id == Attempt.id)
        .where(Attempt.enrolment_id.in_(enrolments), _is_counted(Attempt))
        .group_by(Attempt.instrument, Attempt.module_version, Answer.question_id, _CHOSEN)
    )


@lru_cache(maxsize=128)
def _by_pair(
    others: tuple[tuple[str, str], ...], enrolments: Select[int]
) -> Select[str, str, str, int]:
    """Return how often a question was answered how before, and its counterpart how after.

    :param others: the counterpart of each question.
    """
    post, answer = aliased(Attempt), aliased(Answer)
    counterpart = case(dict(others), value=Answer.question_id)
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
            Attempt.enrolment_id.in_(enrolments),
            Attempt.instrument == PRE,
            _is_counted(Attempt),
            _is_counted(post),
        )
        .group_by(Answer.question_id, _CHOSEN, chosen_after)
    )
