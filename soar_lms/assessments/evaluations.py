"""Evaluations: what somebody thought of a module, kept so that no query finds who it was.

`docs/decisions/0010-evaluations-without-names.md` says against what this guards, and what remains.
"""

from __future__ import annotations

import secrets
import uuid
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from typing import Any

from sqlalchemy import Table, delete, insert, select
from sqlalchemy.dialects import postgresql, sqlite

from soar_lms.assessments.models import EvaluationComment, EvaluationReceipt, EvaluationResponse
from soar_lms.catalogue.evaluation import EvaluationSpec, ItemKind
from soar_lms.catalogue.model import Module
from soar_lms.database import db
from soar_lms.errors import NotFoundError

COMPLETION, FOLLOW_UP = "completion", "follow-up"
"""The occasions: each person answers once on each, with one of the forms it offers."""
MIXED = 50
"""How many rows that look the same are written anew with each that comes."""


@dataclass(frozen=True)
class Answered:
    """A form as it was filled in; `answers` by item, without those that were left out."""

    form_id: str
    answers: Mapping[str, Any]
    setting: str
    language: str
    today: date


def submit_evaluation(
    module: Module, answered: Answered, *, enrolment_id: int, occasion: str
) -> bool:
    """Keep what somebody answered, apart from who it was; on the same occasion again, nothing.

    Return whether it was kept.

    :raises NotFoundError: when the module offers no such form on this occasion.
    """
    spec = module.spec.evaluation
    if spec is None or answered.form_id not in _forms_of(spec, occasion):
        raise NotFoundError
    if not _note_receipt(enrolment_id, occasion):
        return False
    form = {
        "module_id": module.id,
        "module_version": module.spec.version,
        "form_id": answered.form_id,
        "form_version": spec.forms[answered.form_id].version,
    }
    items, answers = spec.items_of(answered.form_id), dict(answered.answers)
    texts = [item_id for item_id, item in items.items() if item.kind is ItemKind.TEXT]
    for item_id in texts:
        words = answers.pop(item_id, None)
        if words:
            _keep_among_others(EvaluationComment, {**form, "item_id": item_id}, "words", words)
    group = {
        "setting": answered.setting,
        "language": answered.language,
        "month": answered.today.replace(day=1),
    }
    _keep_among_others(EvaluationResponse, {**form, **group}, "answers", answers)
    return True


def _forms_of(spec: EvaluationSpec, occasion: str) -> tuple[str, ...]:
    if occasion == COMPLETION:
        return spec.at_completion
    return (spec.follow_up.form,) if spec.follow_up else ()


def _note_receipt(enrolment_id: int, occasion: str) -> bool:
    """Note that an enrolment answered; return whether it had not yet.

    In one statement without a savepoint: the rows of one transaction look all the same.
    """
    dialect = postgresql if db.engine.dialect.name == "postgresql" else sqlite
    statement = (
        dialect.insert(EvaluationReceipt)
        .values(enrolment_id=enrolment_id, occasion=occasion)
        .on_conflict_do_nothing()
        .returning(EvaluationReceipt.enrolment_id)
    )
    return db.session.execute(statement).first() is not None


def _keep_among_others(
    model: type[EvaluationResponse | EvaluationComment],
    alike: Mapping[str, Any],
    name: str,
    value: object,
) -> None:
    """Write a row together with others that look like it, all with new keys, in no order.

    PostgreSQL notes with each row which transaction wrote it: the receipt's would lead to this row
    alone. So it leads to up to MIXED others as well, and none stands where it was first written.
    Rows that another transaction is mixing at this moment are left to it.
    """
    table = model.__table__
    assert isinstance(table, Table)
    others = db.session.execute(
        select(table.c.id, table.c[name])
        .where(*(table.c[key] == wanted for key, wanted in alike.items()))
        .order_by(table.c.id < uuid.uuid4(), table.c.id)
        .limit(MIXED)
        .with_for_update(skip_locked=True)
    ).all()
    db.session.execute(delete(table).where(table.c.id.in_([row.id for row in others])))
    values = [value, *(row[1] for row in others)]
    secrets.SystemRandom().shuffle(values)
    db.session.execute(insert(table), [{**alike, name: item} for item in values])
