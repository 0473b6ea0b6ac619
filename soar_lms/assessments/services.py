"""Attempts, answers and checks. Knows enrolments only by their number."""

from __future__ import annotations

import secrets
from collections.abc import Callable
from dataclasses import asdict, dataclass
from datetime import datetime
from random import Random
from typing import Any

from sqlalchemy import (
    ColumnElement,
    Select,
    String,
    Text,
    bindparam,
    case,
    cast,
    literal,
    null,
    select,
    update,
)
from sqlalchemy.dialects import postgresql, sqlite
from sqlalchemy.exc import IntegrityError

from soar_lms.assessments.draw import draw_items
from soar_lms.assessments.evaluations import COMPLETION
from soar_lms.assessments.grading import Grade, grade, is_correct, is_possible
from soar_lms.assessments.granting import list_granted
from soar_lms.assessments.items import frozen_key, frozen_keys, key_of
from soar_lms.assessments.models import (
    Answer,
    Attempt,
    CheckAnswer,
    Document,
    EvaluationReceipt,
)
from soar_lms.assessments.parallel import choose_form, in_form, list_asked, other_form
from soar_lms.assessments.tries import count_tries, next_number
from soar_lms.catalogue.model import Module
from soar_lms.catalogue.schema import Bank
from soar_lms.database import UTCDateTime, db, read, write
from soar_lms.errors import DomainError, NotFoundError
from soar_lms.i18n import lazy_gettext

PRE, POST = "pre", "post"
ATTEMPT_FACT, EVALUATION_FACT, ANSWER_FACT = "attempt", "evaluation", "answer"
PASSED = "passed"


class AttemptClosedError(DomainError):
    """The attempt was handed in: its answers cannot change any more."""

    title = lazy_gettext("This test has already been handed in")
    message = lazy_gettext("Its answers can no longer be changed. You can see the result.")


class AttemptLimitReachedError(DomainError):
    """No attempt is left."""

    title = lazy_gettext("You have used all tries of this test")
    message = lazy_gettext("Please ask the people who run this training how to go on.")


class TooSoonError(DomainError):
    """The wait after a failed attempt is not over."""

    title = lazy_gettext("This test has a short break between tries")
    message = lazy_gettext("The page of the test says when it opens again.")


class ImpossibleAnswerError(DomainError):
    """The answer names options that the question does not have, or too many."""

    status = 422
    title = lazy_gettext("That answer does not fit the question")
    message = lazy_gettext("Please go back, choose from the options shown, and save again.")


# --- attempts ---------------------------------------------------------------------------------


def start_attempt(
    module: Module,
    *,
    enrolment_id: int,
    instrument: str,
    setting: str,
    language: str,
    now: datetime,
) -> Attempt:
    """Return the open attempt of this instrument, or draw a new one.

    :raises AttemptLimitReachedError: when no attempt is left.
    :raises TooSoonError: when the wait after a failed attempt is not over.
    """
    earlier = list_attempts(enrolment_id, instrument)
    if earlier and earlier[-1].is_open:
        return earlier[-1]
    if instrument == POST:
        _check_may_start(module, enrolment_id, earlier, now)
    form = None if earlier else _choose_form(module, instrument, enrolment_id)
    attempt = _draw(module, instrument, setting, form)
    attempt.enrolment_id = enrolment_id
    attempt.number = next_number(earlier)
    attempt.language = language
    attempt.started_at = now
    try:
        with db.session.begin_nested():
            db.session.add(attempt)
    except IntegrityError:  # another request was faster: there is one open attempt, take it
        return list_attempts(enrolment_id, instrument)[-1]
    return attempt


def _check_may_start(
    module: Module, enrolment_id: int, earlier: list[Attempt], now: datetime
) -> None:
    post = module.spec.instruments.post
    if post is None or any(attempt.passed for attempt in earlier):
        raise NotFoundError
    tries = count_tries(post, earlier, now, list_granted([enrolment_id])[enrolment_id])
    if tries.left == 0:
        raise AttemptLimitReachedError
    if tries.opens_at is not None:
        raise TooSoonError


def _choose_form(module: Module, instrument: str, enrolment_id: int) -> str | None:
    """Return the parallel form of a first attempt: the post-test asks the other than before."""
    pre = module.spec.instruments.pre
    if pre is None or not pre.forms:
        return None
    if instrument == PRE:
        return choose_form(module.id, enrolment_id)
    begun_with = [attempt.form for attempt in list_attempts(enrolment_id, PRE) if attempt.form]
    return other_form(begun_with[0]) if begun_with else None


def _draw(module: Module, instrument: str, setting: str, form: str | None) -> Attempt:
    seed = secrets.randbits(31)
    random = Random(seed)  # noqa: S311  # a draw that can be repeated from its seed, no secret
    post = module.spec.instruments.post
    bank, pairs = module.questions(Bank(instrument), setting), module.pairs(setting)
    if form:
        bank = in_form(form, pairs, bank, module.spec.questions)
    if instrument == POST and post is not None:
        items = draw_items(
            bank,
            random,
            count=post.draw,
            from_setting=post.from_setting,
            always=list_asked(form, pairs) if form else (),
        )
    else:
        items = draw_items(bank, random, shuffle=False)
    return Attempt(
        form=form,
        instrument=instrument,
        seed=seed,
        items=[asdict(item) for item in items],
        pass_mark=post.pass_mark if instrument == POST and post else None,
        module_version=module.spec.version,
        setting=setting,
    )


def list_attempts(enrolment_id: int, instrument: str) -> list[Attempt]:
    """Return the attempts of an enrolment, the first one first."""
    return list(
        db.session.scalars(
            select(Attempt)
            .where(Attempt.enrolment_id == enrolment_id, Attempt.instrument == instrument)
            .order_by(Attempt.number)
        )
    )


def list_answers(attempt_id: int) -> dict[str, list[str]]:
    """Return the options chosen so far, by question."""
    return {row.question_id: row.chosen for row in read(_ANSWERS, {"attempt_id": attempt_id})}


@dataclass(frozen=True)
class Sitting:
    """What saving an answer needs of an attempt: which it is, and the question that was asked."""

    id: int
    items: list[dict[str, Any]]


def save_answer(
    attempt: Attempt | Sitting,
    question_id: str,
    chosen: list[str],
    now: datetime,
) -> None:
    """Keep an answer; the last one counts.

    It is one statement: in the caller's transaction, or in one of its own. The attempt is locked
    against being handed in meanwhile: what was acknowledged is graded.

    :raises NotFoundError: when the question was not drawn.
    :raises ImpossibleAnswerError: when the question has no such options.
    :raises AttemptClosedError: when the attempt was handed in.
    """
    item = next((item for item in attempt.items if item["question_id"] == question_id), None)
    if item is None:
        raise NotFoundError
    if not is_possible(chosen, frozen_key(item)):
        raise ImpossibleAnswerError
    values = {
        "attempt_id": attempt.id,
        "question_id": question_id,
        "chosen": chosen,
        "saved_at": now,
    }
    if write(_SAVE[db.engine.dialect.name], values) is None:
        raise AttemptClosedError


def _make_save(insert: Any) -> Any:
    """Return the statement that keeps an answer if the attempt is open, and locks it meanwhile."""
    attempt = (
        select(
            Attempt.id,
            bindparam("question_id", type_=String),
            bindparam("chosen", type_=Document),
            bindparam("saved_at", type_=UTCDateTime),
        )
        .where(Attempt.id == bindparam("attempt_id"), Attempt.submitted_at.is_(None))
        .with_for_update(read=True)
    )
    columns = ["attempt_id", "question_id", "chosen", "saved_at"]
    statement = insert(Answer).from_select(columns, attempt)
    return statement.on_conflict_do_update(
        index_elements=columns[:2],
        set_={name: statement.excluded[name] for name in columns[2:]},
    ).returning(Answer.attempt_id)  # a count of rows is not known for every driver


_SAVE = {"sqlite": _make_save(sqlite.insert), "postgresql": _make_save(postgresql.insert)}


def grade_answers(
    items: list[dict[str, Any]], answers: dict[str, list[str]], pass_mark: int | None
) -> Grade:
    """Grade the frozen questions of an attempt by the options chosen, by question."""
    return grade(frozen_keys(items), answers, pass_mark)


def make_closing(attempt_id: int, result: Grade, now: datetime) -> dict[str, Any]:
    """Return the values of `CLOSE_ATTEMPT`: with them, a test that is open is handed in.

    The caller has locked it before its answers were read: none comes, and nobody else hands it in,
    until the transaction ends. An `Attempt` that the session has already read does not change.
    """
    points, points_of = result.points.as_integer_ratio()
    return {
        "closed_attempt_id": attempt_id,
        "closed_at": now,
        "graded_points": points,
        "graded_of": points_of,
        "graded_passed": result.passed,
    }


_ANSWERS = select(Answer.question_id, Answer.chosen).where(
    Answer.attempt_id == bindparam("attempt_id")
)
CLOSE_ATTEMPT = (
    update(Attempt)
    .where(Attempt.id == bindparam("closed_attempt_id"))
    .values(
        submitted_at=bindparam("closed_at"),
        points_numerator=bindparam("graded_points"),
        points_denominator=bindparam("graded_of"),
        passed=bindparam("graded_passed"),
    )
    .returning(Attempt.id)
)
"""Keeps the result of one attempt, by the values of `make_closing`."""


# --- knowledge checks -------------------------------------------------------------------------


def answer_check(
    module: Module,
    *,
    enrolment_id: int,
    question_id: str,
    chosen: list[str],
    now: datetime,
) -> bool:
    """Keep the answer to a knowledge check; return whether it is right.

    :raises NotFoundError: when there is no such check.
    :raises ImpossibleAnswerError: when the question has no such options.
    """
    right = judge_check(module, question_id, chosen)
    _upsert(
        CheckAnswer,
        {"enrolment_id": enrolment_id, "question_id": question_id},
        {"chosen": chosen, "is_correct": right, "answered_at": now},
    )
    return right


def find_last_check(enrolment_id: int) -> str | None:
    """Return the knowledge check that was answered last in an enrolment, or None."""
    return db.session.scalar(
        select(CheckAnswer.question_id)
        .where(CheckAnswer.enrolment_id == enrolment_id)
        .order_by(CheckAnswer.answered_at.desc())
        .limit(1)
    )


def judge_check(module: Module, question_id: str, chosen: list[str]) -> bool:
    """Say whether an answer to a knowledge check is right, and keep nothing.

    :raises NotFoundError: when there is no such check.
    :raises ImpossibleAnswerError: when the question has no such options.
    """
    question = module.spec.questions.get(question_id)
    if question is None or question.bank is not Bank.CHECK:
        raise NotFoundError
    key = key_of(question)
    if not chosen or not is_possible(chosen, key):
        raise ImpossibleAnswerError
    return is_correct(chosen, key)


# --- facts for the path -----------------------------------------------------------------------

FactSelect = Select[int, str, str, str, datetime | None]
"""Rows of (enrolment, kind, key, detail, moment), made to be joined by UNION ALL."""


def select_results(is_meant: Callable[[Any], ColumnElement[bool]]) -> tuple[FactSelect, FactSelect]:
    """Return selects of the tests handed in and of the evaluations at completion.

    Of a test, the key is its instrument and the detail `PASSED` or empty. Of an evaluation nothing
    says on which day somebody gave it.

    :param is_meant: says of a column of enrolments whose facts are asked for.
    """
    tests = select(
        Attempt.enrolment_id,
        literal(ATTEMPT_FACT),
        Attempt.instrument,
        case((Attempt.passed.is_(True), PASSED), else_=""),
        Attempt.submitted_at,
    ).where(is_meant(Attempt.enrolment_id), Attempt.submitted_at.is_not(None))
    evaluations = select(
        EvaluationReceipt.enrolment_id,
        literal(EVALUATION_FACT),
        literal(""),
        literal(""),
        null(),
    ).where(is_meant(EvaluationReceipt.enrolment_id), EvaluationReceipt.occasion == COMPLETION)
    return tests, evaluations


CHECK_COLUMNS = (CheckAnswer.question_id, cast(CheckAnswer.chosen, Text))
"""A knowledge check that was answered: its question, and the options as a JSON list."""

ANSWERS: FactSelect = (
    select(
        Attempt.enrolment_id,
        literal(ANSWER_FACT),
        Answer.question_id,
        cast(Answer.chosen, Text),
        null(),
    )
    .join_from(Answer, Attempt, Attempt.id == Answer.attempt_id)
    .where(Answer.attempt_id == bindparam("attempt_id"))
)
"""The answers of the attempt `attempt_id` (key: question, detail: the options as a JSON list)."""


def _upsert(model: type[Any], key: dict[str, Any], values: dict[str, Any]) -> None:
    insert = postgresql.insert if db.engine.dialect.name == "postgresql" else sqlite.insert
    statement = insert(model).values(**key, **values)
    db.session.execute(statement.on_conflict_do_update(index_elements=list(key), set_=values))
