"""Evaluations: each person once on each occasion, and no query from the words to the person."""

from __future__ import annotations

from collections import Counter
from datetime import date
from functools import partial
from typing import Any

import pytest
from flask import Flask
from sqlalchemy import Table, select, text
from sqlalchemy.exc import DBAPIError

from soar_lms.assessments import evaluations
from soar_lms.assessments.evaluations import COMPLETION, FOLLOW_UP, MIXED, Answered
from soar_lms.assessments.models import EvaluationComment, EvaluationReceipt, EvaluationResponse
from soar_lms.catalogue.model import Module
from soar_lms.database import db, transaction
from soar_lms.errors import NotFoundError
from tests.assessments.variants import with_spec
from tests.factories import make_enrolment, make_person
from tests.support.together import at_once

SETTING = "health-care"
DAY = date(2026, 11, 22)
FORM = {"module_id", "module_version", "form_id", "form_version"}


@pytest.fixture
def enrolment_id(context: Flask, module: Module) -> int:
    with transaction():
        return make_enrolment(make_person(), module, setting=SETTING).id


@pytest.fixture
def twelve(context: Flask, module: Module) -> list[int]:
    with transaction():
        return [make_enrolment(make_person(), module, setting=SETTING).id for _ in range(12)]


def evaluate(
    module: Module,
    enrolment_id: int,
    answers: dict[str, Any],
    *,
    form_id: str = "short",
    occasion: str = COMPLETION,
    language: str = "es",
) -> bool:
    answered = Answered(form_id, answers, SETTING, language, DAY)
    with transaction():
        return evaluations.submit_evaluation(
            module, answered, enrolment_id=enrolment_id, occasion=occasion
        )


def rows(model: type[Any]) -> list[Any]:
    db.session.expire_all()
    return list(db.session.scalars(select(model)))


def table_of(model: type[Any]) -> Table:
    table = model.__table__
    assert isinstance(table, Table)
    return table


def columns(model: type[Any]) -> set[str]:
    return {column.name for column in table_of(model).columns}


# --- once ---------------------------------------------------------------------------------------


def test_an_evaluation_is_kept_once_and_only_by_month(enrolment_id: int, module: Module) -> None:
    kept = [
        evaluate(module, enrolment_id, {"useful": 5}),
        evaluate(module, enrolment_id, {"useful": 1}),
    ]

    (response,) = rows(EvaluationResponse)
    assert kept == [True, False]
    assert response.answers == {"useful": 5}
    assert (response.form_id, response.month) == ("short", date(2026, 11, 1))
    assert (response.language, response.setting) == ("es", SETTING)


def test_the_longer_form_takes_the_place_of_the_short_one(
    enrolment_id: int, module: Module
) -> None:
    evaluate(module, enrolment_id, {"useful": 5}, form_id="long")
    evaluate(module, enrolment_id, {"useful": 1}, form_id="short")

    assert [response.form_id for response in rows(EvaluationResponse)] == ["long"]


def test_the_follow_up_is_an_occasion_of_its_own(enrolment_id: int, module: Module) -> None:
    evaluate(module, enrolment_id, {"useful": 5})
    for _ in range(2):
        evaluate(module, enrolment_id, {"used": "used"}, form_id="follow-up", occasion=FOLLOW_UP)

    assert Counter(response.form_id for response in rows(EvaluationResponse)) == {
        "short": 1,
        "follow-up": 1,
    }
    assert len(rows(EvaluationReceipt)) == 2


@pytest.mark.parametrize(
    ("form_id", "occasion"),
    [("follow-up", COMPLETION), ("short", FOLLOW_UP), ("nonsense", COMPLETION)],
)
def test_a_form_is_taken_on_its_own_occasion_only(
    enrolment_id: int, module: Module, form_id: str, occasion: str
) -> None:
    with pytest.raises(NotFoundError):
        evaluate(module, enrolment_id, {}, form_id=form_id, occasion=occasion)

    assert rows(EvaluationReceipt) == []


def test_a_module_without_an_evaluation_takes_none(enrolment_id: int, module: Module) -> None:
    with pytest.raises(NotFoundError):
        evaluate(with_spec(module, evaluation=None), enrolment_id, {})


def test_an_evaluation_sent_twice_at_once_is_kept_once(
    app: Flask, module: Module, twelve: list[int]
) -> None:
    answered = Answered("short", {"useful": 3, "comment": "Bien."}, SETTING, "es", DAY)

    def submit(enrolment_id: int) -> bool:
        return evaluations.submit_evaluation(
            module, answered, enrolment_id=enrolment_id, occasion=COMPLETION
        )

    kept = [at_once(app, partial(int, enrolment_id), submit) for enrolment_id in twelve[:4]]

    assert [sum(results) for results in kept] == [1] * 4
    assert (len(rows(EvaluationResponse)), len(rows(EvaluationComment))) == (4, 4)


def test_people_who_answer_at_once_are_all_kept(
    app: Flask, module: Module, twelve: list[int]
) -> None:
    """They mix the same rows: none may be lost, and none be there twice."""
    turns = iter(range(12))

    def submit(_nothing: int) -> bool:
        number = next(turns)
        words = {"useful": number % 5 + 1, "comment": f"Words {number}"}
        return evaluations.submit_evaluation(
            module,
            Answered("short", words, SETTING, "es", DAY),
            enrolment_id=twelve[number],
            occasion=COMPLETION,
        )

    kept = [at_once(app, int, submit) for _ in range(4)]

    assert all(all(results) for results in kept)
    assert Counter(row.words for row in rows(EvaluationComment)) == Counter(
        f"Words {number}" for number in range(12)
    )
    assert Counter(row.answers["useful"] for row in rows(EvaluationResponse)) == Counter(
        number % 5 + 1 for number in range(12)
    )


# --- apart from the person ----------------------------------------------------------------------


def test_no_column_leads_to_a_person() -> None:
    assert columns(EvaluationResponse) == {
        *FORM,
        *("id", "setting", "language", "month", "answers"),
    }
    assert columns(EvaluationComment) == {*FORM, "id", "item_id", "words"}
    for model in (EvaluationResponse, EvaluationComment):
        assert not table_of(model).foreign_keys


def test_a_receipt_says_neither_which_form_nor_when() -> None:
    assert columns(EvaluationReceipt) == {"enrolment_id", "occasion"}


def test_words_stand_apart_from_answers(enrolment_id: int, module: Module) -> None:
    """In a group of one, setting, language and month would name who wrote them."""
    evaluate(module, enrolment_id, {"useful": 5, "comment": "Gracias."})

    (comment,), (response,) = rows(EvaluationComment), rows(EvaluationResponse)
    assert (comment.item_id, comment.words) == ("comment", "Gracias.")
    assert response.answers == {"useful": 5}
    assert comment.id != response.id


@pytest.mark.parametrize(
    ("model", "name"), [(EvaluationResponse, "answers"), (EvaluationComment, "words")]
)
def test_the_order_of_rows_is_not_the_order_of_people(
    module: Module, twelve: list[int], model: type[Any], name: str
) -> None:
    for number, enrolment_id in enumerate(twelve):
        evaluate(module, enrolment_id, {"useful": number, "comment": f"{number:02}"})

    as_stored = [getattr(row, name) for row in rows(model)]

    came = [{"useful": number} if name == "answers" else f"{number:02}" for number in range(12)]
    assert as_stored != came
    assert sorted(as_stored, key=str) == sorted(came, key=str)


def test_sqlite_keeps_no_number_of_the_order_in_which_rows_came(context: Flask) -> None:
    if db.engine.dialect.name != "sqlite":
        return
    for model in (EvaluationResponse, EvaluationComment):
        with pytest.raises(DBAPIError, match="no such column: rowid"):
            db.session.execute(text(f"SELECT rowid FROM {table_of(model).name}"))
        db.session.rollback()


def test_the_transaction_of_a_receipt_leads_to_everybodys_rows(
    module: Module, twelve: list[int]
) -> None:
    """PostgreSQL tells of each row which transaction wrote it."""
    for number, enrolment_id in enumerate(twelve):
        evaluate(module, enrolment_id, {"useful": number % 5, "comment": f"Words {number}"})
    if db.engine.dialect.name != "postgresql":
        return

    for table in ("evaluation_responses", "evaluation_comments"):
        joined = db.session.execute(
            text(
                "SELECT receipt.enrolment_id, count(*) FROM evaluation_receipts receipt "
                f"JOIN {table} answer ON answer.xmin = receipt.xmin GROUP BY 1"
            )
        ).all()

        assert [tuple(row) for row in joined] == [(twelve[-1], 12)]


def test_only_rows_that_look_the_same_are_mixed(module: Module, twelve: list[int]) -> None:
    evaluate(module, twelve[0], {"useful": 1}, language="en")
    (english,) = rows(EvaluationResponse)
    key = english.id

    for enrolment_id in twelve[1:4]:
        evaluate(module, enrolment_id, {"useful": 2}, language="es")

    by_language = Counter((row.language, row.answers["useful"]) for row in rows(EvaluationResponse))
    assert by_language == {("en", 1): 1, ("es", 2): 3}
    assert db.session.get(EvaluationResponse, key) is not None


def test_no_more_rows_are_written_anew_than_stated(module: Module, twelve: list[int]) -> None:
    spec = module.spec.evaluation
    assert spec is not None
    form = {
        "module_id": module.id,
        "module_version": module.spec.version,
        "form_id": "short",
        "form_version": spec.forms["short"].version,
    }
    with transaction():
        for number in range(MIXED + 20):
            row = EvaluationComment(**form, item_id="comment", words=f"Old {number}")
            db.session.add(row)
    before = {row.id for row in rows(EvaluationComment)}

    evaluate(module, twelve[0], {"comment": "New"})

    after = rows(EvaluationComment)
    assert len(after) == MIXED + 21
    assert len({row.id for row in after} - before) == MIXED + 1
