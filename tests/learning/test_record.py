"""A learner's record under any sequence of events, legal or not, beside a model of twenty lines.

Hypothesis chooses what the learner does next. What the model allows must happen and nothing else;
what it forbids must be refused by the right error and change nothing. After each event the whole
record is read from the database and compared.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from pathlib import Path as Folder
from typing import Any

import pytest
from flask import Flask
from hypothesis import HealthCheck, Phase, settings
from hypothesis import strategies as st
from hypothesis.stateful import (
    RuleBasedStateMachine,
    invariant,
    precondition,
    rule,
    run_state_machine_as_test,
)
from sqlalchemy import func, select

from soar_lms.accounts.models import Person
from soar_lms.assessments import services as assessments
from soar_lms.assessments.models import Attempt, EvaluationReceipt, EvaluationResponse
from soar_lms.assessments.services import (
    AttemptClosedError,
    AttemptLimitReachedError,
    ImpossibleAnswerError,
)
from soar_lms.catalogue.model import Module
from soar_lms.certificates.models import Certificate
from soar_lms.certificates.services import Provider
from soar_lms.config import Config
from soar_lms.content import catalogue
from soar_lms.database import db, transaction
from soar_lms.errors import DomainError, NotFoundError
from soar_lms.learning import services
from soar_lms.learning.handing_in import hand_in_test
from soar_lms.learning.keeping import find_wrong
from soar_lms.learning.models import Enrolment
from soar_lms.learning.path import SHARED, State, Step
from soar_lms.learning.progress import load_progress
from soar_lms.learning.services import StepNotOpenError
from soar_lms.learning.standing import get_standing
from soar_lms.messages.models import OutboxMessage
from tests.factories import NOW, make_person, some_answer, wrong_answer
from tests.support.databases import close_connections
from tests.support.sites import make_pack_site

SETTINGS = ["greenhouse", "orchard", "school"]
LANGUAGES = ["en", "ar"]
LESSONS = {"start": False, "tools": True}
"""The lessons of the pack, and whether they are by setting."""
LIMIT, NEEDED, DRAWN = 3, 2, 3
EXAMPLES = {"sqlite": 30, "postgresql": 10}
STEPS = 30


@dataclass
class Sitting:
    """What the model knows of an attempt."""

    instrument: str
    items: list[dict[str, Any]]
    answers: dict[str, list[str]] = field(default_factory=dict)
    points: int | None = None

    @property
    def passed(self) -> bool | None:
        if self.points is None or self.instrument == assessments.PRE:
            return None
        return self.points >= NEEDED


@dataclass
class Model:
    """What a learner did, as a child would note it down."""

    setting: str | None = None
    language: str = ""
    lessons: set[tuple[str, str]] = field(default_factory=set)
    sittings: list[Sitting] = field(default_factory=list)
    evaluated: bool = False
    completed: bool = False

    def of(self, instrument: str) -> list[Sitting]:
        return [item for item in self.sittings if item.instrument == instrument]

    @property
    def passed(self) -> bool:
        return any(item.passed for item in self.sittings)

    @property
    def began(self) -> bool:
        return self.passed or any(item.points is not None for item in self.of(assessments.PRE))

    @property
    def left(self) -> list[str]:
        if self.completed:
            return []
        wanted = {name: str(self.setting) if own else SHARED for name, own in LESSONS.items()}
        return [name for name, where in wanted.items() if (name, where) not in self.lessons]

    @property
    def studied(self) -> bool:
        return self.began and not self.left

    def opens(self, step: Step) -> bool:
        return (
            not self.completed
            and {
                Step.PRE_TEST: not self.began,
                Step.LESSONS: True,
                Step.POST_TEST: self.studied and not self.passed,
                Step.EVALUATION: self.studied and self.passed and not self.evaluated,
                Step.CONFIRMATION: self.studied and self.passed and self.evaluated,
            }[step]
        )

    @property
    def state(self) -> State:
        if self.completed:
            return State.COMPLETED
        if self.studied and self.passed:
            return State.PASSED
        return State.IN_PROGRESS if self.lessons or self.began else State.NOT_STARTED


enrolled = precondition(lambda machine: machine.model.setting is not None)
with_tests = precondition(lambda machine: bool(machine.model.sittings))


class Record(RuleBasedStateMachine):
    """Somebody who does whatever comes to mind."""

    def __init__(self, app: Flask) -> None:
        super().__init__()
        self.context = app.app_context()
        self.context.push()
        self.module: Module = catalogue().modules["garden"]
        with transaction():
            self.person_id = make_person().id
        self.enrolment_id = 0
        self.model = Model()
        self.codes: set[str] = set()

    def teardown(self) -> None:
        db.session.rollback()
        self.context.pop()

    # What can happen.

    @rule(
        setting=st.sampled_from([*SETTINGS, "nursery"]),
        language=st.sampled_from([*LANGUAGES, "es"]),
    )
    def enrol(self, setting: str, language: str) -> None:
        def work() -> None:
            person = db.session.get_one(Person, self.person_id)
            self.enrolment_id = services.enrol(
                person, self.module, setting=setting, language=language, now=NOW
            ).id

        is_offered = setting in SETTINGS and language in LANGUAGES
        self.expect(None if is_offered else NotFoundError, work)
        if is_offered:
            self.model.language = language
            self.note_setting(setting)

    @enrolled
    @rule(setting=st.sampled_from([*SETTINGS, "nursery"]))
    def change_setting(self, setting: str) -> None:
        def work() -> None:
            services.change_setting(self.enrolment(), self.module, setting)

        self.expect(None if setting in SETTINGS else NotFoundError, work)
        if setting in SETTINGS:
            self.note_setting(setting)

    def note_setting(self, setting: str) -> None:
        if self.model.setting is None or not self.model.completed:
            self.model.setting = setting

    @enrolled
    @rule(lesson=st.sampled_from([*LESSONS, "nowhere"]))
    def complete_lesson(self, lesson: str) -> None:
        def work() -> None:
            services.complete_lesson(self.enrolment(), self.module, lesson, NOW)

        self.expect(None if lesson in LESSONS else NotFoundError, work)
        if lesson in LESSONS:
            self.model.lessons.add((lesson, str(self.model.setting) if LESSONS[lesson] else SHARED))

    @enrolled
    @rule(
        instrument=st.sampled_from([assessments.PRE, assessments.POST]),
        language=st.sampled_from(LANGUAGES),
    )
    def start(self, instrument: str, language: str) -> None:
        def work() -> list[dict[str, Any]]:
            attempt = services.start_test(
                self.enrolment(), self.module, instrument, language=language, now=NOW
            )
            db.session.refresh(attempt)  # as everybody reads it from now on
            return attempt.items

        step = Step.PRE_TEST if instrument == assessments.PRE else Step.POST_TEST
        earlier = self.model.of(instrument)
        goes_on = bool(earlier) and earlier[-1].points is None
        error: type[DomainError] | None = None
        if not self.model.opens(step):
            error = StepNotOpenError
        elif not goes_on and len(earlier) >= LIMIT:
            error = AttemptLimitReachedError
        items = self.expect(error, work)
        if items is not None and goes_on:
            assert items == earlier[-1].items
        elif items is not None:
            self.model.sittings.append(Sitting(instrument, items))

    @with_tests
    @rule(
        which=st.integers(0, 5),
        place=st.integers(0, DRAWN),
        kind=st.sampled_from(["right", "right", "right", "wrong", "none", "unknown", "twice"]),
    )
    def answer(self, which: int, place: int, kind: str) -> None:
        sitting, attempt = self.sitting(which)
        if place >= len(sitting.items):
            self.expect(NotFoundError, lambda: save(attempt, "check-tools", ["a"]))
            return
        item = sitting.items[place]
        chosen = choose(item, kind)
        error: type[DomainError] | None = None
        if kind in {"unknown", "twice"}:
            error = ImpossibleAnswerError
        elif sitting.points is not None:
            error = AttemptClosedError
        self.expect(error, lambda: save(attempt, item["question_id"], chosen))
        if error is None:
            sitting.answers[item["question_id"]] = chosen

    @with_tests
    @rule(which=st.integers(0, 5), name=st.sampled_from(["right", "wrong"]))
    def answer_all_and_hand_in(self, which: int, name: str) -> None:
        """Do at once what chance would seldom do: all answers, and the end."""
        if self.sitting(which)[0].points is not None:
            return
        for place in range(len(self.sitting(which)[0].items)):
            self.answer(which, place, name)
        self.hand_in(which)

    @with_tests
    @rule(which=st.integers(0, 5))
    def hand_in(self, which: int) -> None:
        sitting, attempt = self.sitting(which)
        place = (self.module, attempt.instrument, attempt.number)
        self.expect(None, lambda: hand_in_test(self.enrolment().person_id, *place, NOW))
        if sitting.points is None:
            sitting.points = sum(
                set(sitting.answers.get(item["question_id"], [])) == set(item["correct"])
                for item in sitting.items
            )

    @enrolled
    @rule()
    def evaluate(self) -> None:
        def work() -> None:
            services.give_evaluation(
                self.enrolment(),
                self.module,
                "short",
                {"sure": {"before": 1, "now": 3}, "useful": 4},
                language="en",
                time_zone="America/New_York",
                now=NOW,
            )

        given = self.model.evaluated or self.model.completed
        may = self.model.opens(Step.EVALUATION)
        self.expect(None if given or may else StepNotOpenError, work)
        self.model.evaluated = given or may

    @enrolled
    @rule(name=st.sampled_from(["Ana", "أنا"]))
    def complete(self, name: str) -> None:
        def work() -> str:
            return services.complete_module(
                db.session.get_one(Person, self.person_id),
                self.enrolment(),
                self.module,
                setting_name="Greenhouse",
                name=name,
                claim=None,
                language="en",
                provider=Provider(None, None),
                now=NOW,
            ).code

        may = self.model.completed or self.model.opens(Step.CONFIRMATION)
        code = self.expect(None if may else StepNotOpenError, work)
        if code is not None:
            self.codes.add(code)
            self.model.language = self.model.language if self.model.completed else "en"
            self.model.completed = True

    @enrolled
    @rule()
    def go_on(self) -> None:
        """Do the next thing as it should be done: chance alone seldom comes to the end."""
        step = next((step for step in Step if self.is_next(step)), None)
        if step in {Step.PRE_TEST, Step.POST_TEST}:
            self.start(assessments.PRE if step is Step.PRE_TEST else assessments.POST, "en")
            self.answer_all_and_hand_in(0, "right")
        elif step is Step.LESSONS:
            self.complete_lesson(self.model.left[0])
        elif step is Step.EVALUATION:
            self.evaluate()
        elif step is Step.CONFIRMATION:
            self.complete("Ana")

    def is_next(self, step: Step) -> bool:
        if step is Step.POST_TEST and len(self.model.of(assessments.POST)) >= LIMIT:
            return False
        return self.model.opens(step) and (step is not Step.LESSONS or bool(self.model.left))

    # What must be so.

    def expect(self, error: type[DomainError] | None, work: Callable[[], Any]) -> Any:
        """Do something in a transaction; it must work, or be refused by this error."""
        if error is None:
            with transaction():
                return work()
        with pytest.raises(error) as refused, transaction():
            work()
        assert type(refused.value) is error
        return None

    def enrolment(self) -> Enrolment:
        return db.session.get_one(Enrolment, self.enrolment_id)

    def sitting(self, which: int) -> tuple[Sitting, Attempt]:
        """Return one of the sittings, the newest ones first, and its attempt."""
        number = -1 - which % len(self.model.sittings)
        attempts = db.session.scalars(
            select(Attempt).where(Attempt.enrolment_id == self.enrolment_id).order_by(Attempt.id)
        )
        return self.model.sittings[number], list(attempts)[number]

    @invariant()
    def the_record_is_what_the_model_says(self) -> None:
        db.session.expire_all()
        if self.model.setting is None:
            assert count(Enrolment, Enrolment.person_id == self.person_id) == 0
            return
        model, enrolment = self.model, self.enrolment()
        path = get_standing(enrolment, self.module).path
        assert (enrolment.setting, enrolment.language) == (model.setting, model.language)
        assert (enrolment.completed_at is not None, path.state) == (model.completed, model.state)
        assert {step: path.is_open(step) for step in Step} == {
            step: model.opens(step) for step in Step
        }
        assert [name for step in path.steps for name in step.lessons_left] == model.left
        assert load_progress([enrolment.id])[enrolment.id].lessons_done == model.lessons

    @invariant()
    def what_is_kept_is_what_would_be_worked_out_anew(self) -> None:
        assert find_wrong([self.person_id], catalogue()) == []

    @invariant()
    def the_tests_are_what_the_model_says(self) -> None:
        attempts = db.session.scalars(
            select(Attempt).where(Attempt.enrolment_id == self.enrolment_id).order_by(Attempt.id)
        ).all()
        seen = [(item.instrument, item.items, item.points, item.passed) for item in attempts]
        assert seen == [
            (item.instrument, item.items, item.points, item.passed) for item in self.model.sittings
        ]
        answers = [assessments.list_answers(attempt.id) for attempt in attempts]
        assert answers == [item.answers for item in self.model.sittings]

    @invariant()
    def what_happens_once_happened_once(self) -> None:
        person = db.session.get_one(Person, self.person_id)
        completed = int(self.model.completed)
        assert count(Certificate, Certificate.person_id == self.person_id) == completed
        assert count(OutboxMessage, OutboxMessage.recipient == person.email) == completed
        assert len(self.codes) == completed
        receipts = count(EvaluationReceipt, EvaluationReceipt.enrolment_id == self.enrolment_id)
        assert receipts == int(self.model.evaluated)
        assert count(EvaluationResponse) == count(EvaluationReceipt)


def choose(item: dict[str, Any], kind: str) -> list[str]:
    """Return an answer of a kind to a question."""
    return {
        "right": list(item["correct"]),
        "wrong": wrong_answer(item),
        "none": [],
        "unknown": ["z"],
        "twice": some_answer(item) * 2,
    }[kind]


def save(attempt: Attempt, question_id: str, chosen: list[str]) -> None:
    assessments.save_answer(attempt, question_id, chosen, NOW)


def count(model: type, *conditions: Any) -> int:
    statement = select(func.count()).select_from(model).where(*conditions)
    return db.session.execute(statement).scalar_one()


@pytest.fixture
def garden(app: Flask, config: Config, tmp_path: Folder) -> Iterator[Flask]:
    """Return a site with the small pack, on the database of the other tests."""
    site = make_pack_site(tmp_path, database_url=config.database_url)
    yield site
    with site.app_context():
        close_connections()


def test_a_record_is_right_after_whatever_a_learner_does(garden: Flask, config: Config) -> None:
    run_state_machine_as_test(
        lambda: Record(garden),  # type: ignore[arg-type]  # any function that makes one will do
        settings=settings(
            max_examples=EXAMPLES["sqlite" if config.uses_sqlite else "postgresql"],
            stateful_step_count=STEPS,
            phases=[Phase.generate],
            suppress_health_check=list(HealthCheck),
        ),
    )


def test_a_learner_who_always_does_the_next_thing_comes_to_the_end(garden: Flask) -> None:
    """What chance is compared with can be reached: the machine above knows the whole way."""
    record = Record(garden)
    record.enrol(SETTINGS[0], LANGUAGES[0])

    for _ in range(len(LESSONS) + 4):  # two tests, the evaluation, the name
        record.go_on()
        record.the_record_is_what_the_model_says()
        record.the_tests_are_what_the_model_says()

    assert (record.model.completed, len(record.codes)) == (True, 1)
    record.teardown()
