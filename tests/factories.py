"""People and what they did, with defaults that make sense. Call inside a transaction."""

from __future__ import annotations

import hashlib
from collections.abc import Mapping
from datetime import UTC, datetime
from itertools import count
from typing import Any

from soar_lms.access import Role
from soar_lms.accounts.models import Person
from soar_lms.accounts.services import create_person
from soar_lms.assessments import services as assessments
from soar_lms.assessments.grading import join
from soar_lms.assessments.items import frozen_key
from soar_lms.assessments.models import Attempt
from soar_lms.catalogue.evaluation import EvaluationItem, ItemKind
from soar_lms.catalogue.model import Module
from soar_lms.certificates.models import Certificate
from soar_lms.certificates.services import Provider
from soar_lms.database import db, write
from soar_lms.demo import wrong_answer as wrong_answer
from soar_lms.learning import services as learning
from soar_lms.learning.handing_in import hand_in_test
from soar_lms.learning.models import Enrolment, FollowUp, FollowUpLink
from soar_lms.learning.standing import get_enrolment

NOW = datetime(2026, 11, 22, 15, 0, tzinfo=UTC)
PASSWORD = "correct horse battery"
_numbers = count(1)
"""With leading zeros, they sort as they were given: how many a worker gave before is chance."""


def make_person(
    *,
    email: str | None = None,
    name: str = "Ana Torres Vega",
    role: Role = Role.LEARNER,
    language: str = "en",
    time_zone: str = "America/New_York",
    password: str | None = None,
    now: datetime = NOW,
) -> Person:
    return create_person(
        email=email or f"person{next(_numbers):06}@example.org",
        name=name,
        role=role,
        language=language,
        time_zone=time_zone,
        now=now,
        password=password,
    )


def make_enrolment(
    person: Person,
    module: Module,
    *,
    setting: str | None = None,
    language: str = "en",
    now: datetime = NOW,
) -> Enrolment:
    chosen = setting or module.spec.settings[0]
    return learning.enrol(person, module, setting=chosen, language=language, now=now)


def take_test(
    enrolment: Enrolment,
    module: Module,
    instrument: str,
    *,
    right: int = 100,
    language: str = "en",
    now: datetime = NOW,
) -> Attempt:
    """Take a test and hand it in, with the first `right` answers right and the others wrong."""
    attempt = learning.start_test(enrolment, module, instrument, language=language, now=now)
    for place, item in enumerate(attempt.items):
        chosen = item["correct"] if place < right else wrong_answer(item)
        assessments.save_answer(attempt, item["question_id"], chosen, now)
    hand_in_test(enrolment.person_id, module, instrument, attempt.number, now)
    db.session.refresh(attempt)
    return attempt


def hand_in(attempt: Attempt, now: datetime = NOW) -> Attempt:
    """Grade an attempt that nobody else works on, without a path that it would lead on."""
    answers = assessments.list_answers(attempt.id)
    result = assessments.grade_answers(attempt.items, answers, attempt.pass_mark)
    write(assessments.CLOSE_ATTEMPT, assessments.make_closing(attempt.id, result, now))
    db.session.refresh(attempt)
    return attempt


def some_answer(item: Mapping[str, Any], place: int = 0) -> list[str]:
    """Return an answer that a question of an attempt can have; another one for each place."""
    key = frozen_key(item)
    if not key.in_rows:
        return [key.options[place]]
    return [join(key.rows[0], key.choices[place])]


def finish_lessons(enrolment: Enrolment, module: Module, *, now: datetime = NOW) -> None:
    for lesson in module.spec.lessons:
        learning.complete_lesson(enrolment, module, lesson.id, now)


def pass_module(enrolment: Enrolment, module: Module, *, now: datetime = NOW) -> None:
    """Do everything up to the confirmation of the name."""
    take_test(enrolment, module, assessments.PRE, right=2, now=now)
    finish_lessons(enrolment, module, now=now)
    take_test(enrolment, module, assessments.POST, now=now)
    give_evaluation(enrolment, module, now=now)


def give_evaluation(
    enrolment: Enrolment,
    module: Module,
    *,
    language: str | None = None,
    time_zone: str = "America/New_York",
    now: datetime = NOW,
) -> None:
    """Hand in the form that comes before the certificate."""
    spec = module.spec.evaluation
    if spec is not None:
        learning.give_evaluation(
            enrolment,
            module,
            spec.completion,
            evaluation_answers(module, spec.completion),
            language=language or enrolment.language,
            time_zone=time_zone,
            now=now,
        )


def evaluation_answers(module: Module, form_id: str) -> dict[str, object]:
    """Answer everything that must be answered."""
    assert module.spec.evaluation is not None
    items = module.spec.evaluation.items_of(form_id)
    return {item_id: _opinion(item) for item_id, item in items.items() if item.required}


def _opinion(item: EvaluationItem) -> object:
    if item.kind is ItemKind.BEFORE_NOW:
        return {"before": 2, "now": 4}
    return item.options[0] if item.options else 4


def make_certificate(
    person: Person,
    module: Module,
    *,
    name: str | None = None,
    setting: str | None = None,
    language: str = "en",
    now: datetime = NOW,
) -> Certificate:
    """Take a module to its certificate."""
    enrolment = make_enrolment(person, module, setting=setting, language=language, now=now)
    pass_module(enrolment, module, now=now)
    return learning.complete_module(
        person,
        enrolment,
        module,
        setting_name=enrolment.setting,
        name=name or person.name,
        claim=None,
        language=language,
        provider=Provider(None, None),
        now=now,
    )


def make_follow_up_link(person: Person, module: Module, token: str) -> str:
    """Give somebody who completed a module a link that an e-mail could have carried."""
    enrolment_id = get_enrolment(person.id, module.id).id
    db.session.get_one(FollowUp, enrolment_id).closes_at = datetime(2100, 1, 1, tzinfo=UTC)
    token_hash = hashlib.sha256(token.encode()).hexdigest()
    db.session.add(FollowUpLink(token_hash=token_hash, enrolment_id=enrolment_id, message_id=0))
    return token
