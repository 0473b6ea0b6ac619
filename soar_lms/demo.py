"""Demo people: made once, by the same services that everybody uses."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from soar_lms.access import Role
from soar_lms.accounts.models import Person
from soar_lms.accounts.services import create_person, find_person
from soar_lms.assessments import services as assessments
from soar_lms.assessments.grading import Shape, join, split
from soar_lms.assessments.items import frozen_key
from soar_lms.catalogue.evaluation import EvaluationItem, ItemKind
from soar_lms.catalogue.model import Catalogue, Module
from soar_lms.certificates.services import Provider
from soar_lms.cohorts import services as cohorts
from soar_lms.learning import services as learning
from soar_lms.learning.handing_in import hand_in_test
from soar_lms.learning.models import Enrolment
from soar_lms.learning.path import Step
from soar_lms.learning.standing import get_standing

PASSWORD = "demo-password"  # noqa: S105  # printed on the screen: it protects nothing
TIME_ZONE = "America/New_York"
TRAINER = "trainer@example.org"


@dataclass(frozen=True)
class DemoAccount:
    """Somebody a visitor of the demo can sign in as."""

    email: str
    name: str
    role: Role
    what: str


ACCOUNTS = (
    DemoAccount("halfway@example.org", "Ana Torres Vega", Role.LEARNER, "a learner half-way"),
    DemoAccount("done@example.org", "Samuel Okonkwo", Role.LEARNER, "a learner with a certificate"),
    DemoAccount(TRAINER, "Grace Lindqvist", Role.TRAINER, "a trainer with a group"),
    DemoAccount("admin@example.org", "Noor Haddad", Role.ADMINISTRATOR, "an administrator"),
)
_MEMBERS = (
    ("Aaliyah Brooks", "en"),
    ("Ben Kowalski", "en"),
    ("Carmen Díaz Rivera", "es"),
    ("Daniel Nguyễn", "en"),
    ("Elena Castillo Peña", "es"),
    ("Farid Rahimi", "en"),
    ("Gabriela Muñoz", "es"),
    ("Henry Begay", "en"),
    ("Imani Walker", "en"),
    ("José Luis Ortega Marín", "es"),
    ("Kim Tran", "en"),
    ("Lucía Fernández", "es"),
    ("Maya Cohen", "en"),
    ("Noah O’Neill", "en"),
    ("Olga Petrova", "en"),
    ("Pablo Jiménez Soto", "es"),
    ("Quinn Harper", "en"),
    ("Rosa Salazar", "es"),
    ("Sofía Herrera", "es"),
    ("Tariq Aziz", "en"),
    ("Uma Krishnan", "en"),
    ("Valeria Cruz Molina", "es"),
    ("William Chen", "en"),
    ("Ximena Rojas", "es"),
)
_STAGES = ("nothing", "begun", "lessons", "tested", "passed", "done")
_SECOND_TRY = 3
"""Every fifth member passes at the second try only."""


def make_demo(catalogue: Catalogue, now: datetime) -> None:
    """Make the demo people, their progress and their group; a second time it changes nothing."""
    if find_person(ACCOUNTS[0].email) is not None:
        return
    people = {
        account.email: _person(account.email, account.name, account.role, "en", now, PASSWORD)
        for account in ACCOUNTS
    }
    module = next(iter(catalogue.modules.values()))
    _take(people["halfway@example.org"], module, catalogue, "lessons", 1, now)
    _take(people["done@example.org"], module, catalogue, "done", 0, now - timedelta(days=9))
    cohort = cohorts.create_cohort(
        people[TRAINER],
        name="Riverside Clinic, autumn",
        organisation="Riverside Community Health",
        module_ids=[module.id],
        now=now - timedelta(days=20),
    )
    for number, (name, language) in enumerate(_MEMBERS):
        member = _person(f"member{number + 1}@example.org", name, Role.LEARNER, language, now, None)
        joined = now - timedelta(days=18 - number % 12)
        cohorts.join_cohort(cohort, member, joined)
        _take(member, module, catalogue, _STAGES[number * 5 % len(_STAGES)], number, joined)
    cohorts.join_cohort(cohort, people["halfway@example.org"], now)
    cohorts.join_cohort(cohort, people["done@example.org"], now)


def _person(
    email: str, name: str, role: Role, language: str, now: datetime, password: str | None
) -> Person:
    return create_person(
        email=email,
        name=name,
        role=role,
        language=language,
        time_zone=TIME_ZONE,
        now=now,
        password=password,
    )


def _take(
    person: Person, module: Module, catalogue: Catalogue, stage: str, number: int, now: datetime
) -> None:
    """Walk somebody along the module up to a stage."""
    reached = _STAGES.index(stage)
    if not reached:
        return
    language = person.language if person.language in module.languages else module.languages[0]
    setting = module.spec.settings[number % len(module.spec.settings)]
    enrolment = learning.enrol(person, module, setting=setting, language=language, now=now)
    if module.spec.instruments.pre:
        _answer(
            enrolment, module, assessments.PRE, language, now, right=number % 4 + 3, skip=number
        )
    lessons = [lesson.id for lesson in module.spec.lessons]
    finished = len(lessons) if reached >= _STAGES.index("tested") else reached * 2
    for lesson_id in lessons[:finished]:
        learning.complete_lesson(enrolment, module, lesson_id, now)
    post = module.spec.instruments.post
    for count, right in enumerate(_final_tests(stage, number) if post else ()):
        later = now + count * timedelta(minutes=post.attempts.wait_minutes if post else 0)
        _answer(enrolment, module, assessments.POST, language, later, right=right, skip=number)
    if stage == "done":
        _finish(person, enrolment, module, catalogue, language, now)


def _final_tests(stage: str, number: int) -> tuple[int, ...]:
    """Return how many answers are right in each try of the final test."""
    if stage == "tested":
        return (5 + number // 3 % 3,)
    if stage in {"passed", "done"}:
        return (7, 10) if number % 5 == _SECOND_TRY else (8 + number // 3 % 3,)
    return ()


def _answer(
    enrolment: Enrolment,
    module: Module,
    instrument: str,
    language: str,
    now: datetime,
    *,
    right: int,
    skip: int,
) -> None:
    """Take a test with `right` answers right, after so many places, and the others wrong."""
    attempt = learning.start_test(enrolment, module, instrument, language=language, now=now)
    for place, item in enumerate(attempt.items):
        is_right = (place - skip) % len(attempt.items) < right
        chosen = item["correct"] if is_right else wrong_answer(item)
        assessments.save_answer(attempt, item["question_id"], chosen, now)
    hand_in_test(enrolment.person_id, module, instrument, attempt.number, now)


def wrong_answer(item: Mapping[str, Any]) -> list[str]:
    """Return an answer to a question of an attempt that is complete and earns nothing."""
    key = frozen_key(item)
    if not key.in_rows:
        return [option for option in key.options if option not in key.correct][:1]
    right = split(key.correct)
    given = list(right.values())
    given = given[::-1] if key.shape is Shape.ORDER else given[1:] + given[:1]
    return [join(row, choice) for row, choice in zip(right, given, strict=True)]


def _finish(
    person: Person,
    enrolment: Enrolment,
    module: Module,
    catalogue: Catalogue,
    language: str,
    now: datetime,
) -> None:
    form = module.spec.evaluation
    if form and not get_standing(enrolment, module).path.is_done(Step.EVALUATION):
        items = form.items_of(form.completion).items()
        answers = {item_id: _opinion(item) for item_id, item in items if item.required}
        learning.give_evaluation(
            enrolment,
            module,
            form.completion,
            answers,
            language=language,
            time_zone=person.time_zone,
            now=now,
        )
    learning.complete_module(
        person,
        enrolment,
        module,
        setting_name=catalogue.settings[enrolment.setting].name[language],
        name=person.name,
        claim=None,
        language=language,
        provider=Provider(None, None),
        now=now,
    )


def _opinion(item: EvaluationItem) -> object:
    """Return an answer to an item that must be answered."""
    if item.kind is ItemKind.BEFORE_NOW:
        return {"before": 2, "now": 4}
    return item.options[0] if item.options else 4
