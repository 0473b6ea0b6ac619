"""The charts of what a group learned: their numbers, and what of people and questions they show."""

from __future__ import annotations

import csv
from collections import Counter
from collections.abc import Callable, Iterator, Mapping
from dataclasses import replace
from io import StringIO

import pytest
from bs4 import Tag
from flask import Flask
from flask.testing import FlaskClient
from hypothesis import given
from hypothesis import strategies as st
from sqlalchemy import select, update

from soar_lms.accounts.models import Person
from soar_lms.assessments import services as assessments
from soar_lms.assessments.gain import Outcome, summarise
from soar_lms.assessments.item_statistics import Choice, ItemStatistics
from soar_lms.assessments.models import Answer, Attempt
from soar_lms.assessments.results import Counts
from soar_lms.audit.models import AuditEntry
from soar_lms.catalogue.model import Module
from soar_lms.catalogue.schema import FeedbackPolicy
from soar_lms.cohorts import services
from soar_lms.cohorts.exhibits import Exhibit
from soar_lms.cohorts.gains import Learning, Part, measure_learning
from soar_lms.cohorts.learning_charts import EXHIBITS, list_exhibits
from soar_lms.cohorts.models import Cohort
from soar_lms.cohorts.progress import PartCount
from soar_lms.cohorts.subject import Subject
from soar_lms.content import catalogue
from soar_lms.database import db, transaction
from tests.assessments.variants import with_post
from tests.factories import NOW, finish_lessons, make_enrolment, make_person, take_test
from tests.support.page import get_page

CLINIC, SCHOOL = "health-care", "social-services"
QUESTION = "post-define-minor"


def place(cohort: Cohort, end: str = "") -> str:
    return f"/en/cohorts/{cohort.id}/learning{end}"


@pytest.fixture
def join(app: Flask, cohort: Cohort, module: Module) -> Callable[..., None]:
    """Return a function that lets people join who took both tests."""

    def people(count: int, *, setting: str = CLINIC, before: int = 2, after: int = 8) -> None:
        with app.app_context(), transaction():
            for _ in range(count):
                person = make_person()
                services.join_cohort(cohort, person, NOW)
                enrolment = make_enrolment(person, module, setting=setting)
                take_test(enrolment, module, assessments.PRE, right=before)
                finish_lessons(enrolment, module)
                take_test(enrolment, module, assessments.POST, right=after)

    return people


def subject_of(
    module: Module,
    outcomes: list[Outcome],
    *,
    items: Mapping[tuple[str, str], ItemStatistics] | None = None,
    older: int = 0,
    parts: tuple[PartCount, ...] = (),
    gains: Mapping[Part, list[Outcome]] | None = None,
) -> Subject:
    """Return what charts are about, of outcomes that were counted by hand."""
    summaries = {part: summarise(found) for part, found in (gains or {}).items()}
    learning = Learning(
        paired=sum(item.people for item in outcomes),
        unpaired={},
        summary=summarise(outcomes),
        counts=Counts({}, {}, dict(items or {}), older),
        outcomes=outcomes,
        gains={part: summary for part, summary in summaries.items() if summary},
    )
    return Subject(module, "en", learning, parts)


def exhibit(subject: Subject, key: str) -> Exhibit:
    found = EXHIBITS[key](subject)
    assert found is not None
    return found


# --- results and gains --------------------------------------------------------------------------

outcomes = st.lists(
    st.builds(
        Outcome,
        st.integers(0, 8).map(lambda points: 100 * points / 8),
        st.integers(0, 10).map(lambda points: 100 * points / 10),
        st.just(100.0),
        st.integers(1, 3),
    ),
    min_size=1,
    max_size=12,
)


@pytest.fixture(scope="module")
def flagship(session_app: Flask) -> Module:
    with session_app.app_context():
        return next(iter(catalogue().modules.values()))


@given(outcomes)
def test_bands_count_everybody_once(
    session_app: Flask, flagship: Module, found: list[Outcome]
) -> None:
    alone = [item for item in found for _ in range(item.people)]
    naive = Counter(min(int((item.before or 0) // 20), 4) for item in alone)
    with session_app.test_request_context("/en/"):
        results = exhibit(subject_of(flagship, found), "results")
        gains = exhibit(subject_of(flagship, found), "gains")

    assert [row[1] for row in results.rows] == [naive[band] for band in range(5)]
    changes = [(item.after or 0) - (item.before or 0) for item in alone]
    assert [row[1] for row in gains.rows] == [
        sum(change < 0 for change in changes),
        sum(change == 0 for change in changes),
        sum(0 < change < 20 for change in changes),
        sum(20 <= change < 40 for change in changes),
        sum(40 <= change < 60 for change in changes),
        sum(change >= 60 for change in changes),
    ]


@pytest.fixture
def page(session_app: Flask) -> Iterator[None]:
    """Speak English, as a page does."""
    with session_app.test_request_context("/en/"):
        yield


@pytest.mark.usefixtures("page")
def test_quarters_are_said_from_ten_people_on(module: Module) -> None:
    few = [Outcome(50, 80, 80, 9)]
    enough = [Outcome(value, 80, 80) for value in (0, 10, 20, 30, 40, 50, 60, 70, 80, 90, 100)]

    assert EXHIBITS["quarters"](subject_of(module, few)) is None
    assert exhibit(subject_of(module, enough), "quarters").rows[0][1:] == (25, 50, 75)


@pytest.mark.usefixtures("page")
def test_a_finding_says_how_many_rose_and_blames_nobody(module: Module) -> None:
    found = [Outcome(50, 80, 80, 4), Outcome(50, 50, 80, 2), Outcome(50, 40, 80, 1)]

    shown = exhibit(subject_of(module, found), "gains")

    assert shown.statements == (
        "Of 7 people, 4 had a higher result after, 2 the same, and 1 a lower one.",
    )


# --- parts --------------------------------------------------------------------------------------


@pytest.mark.usefixtures("page")
def test_completion_and_gain_stand_side_by_side(module: Module) -> None:
    parts = (PartCount(CLINIC, "en", 12, 6), PartCount(SCHOOL, "en", 3, 1))
    gains = {Part(CLINIC): [Outcome(20, 80, 80, 8)], Part(None, "en"): [Outcome(20, 70, 80, 9)]}

    shown = exhibit(subject_of(module, [Outcome(20, 70, 80, 9)], parts=parts, gains=gains), "parts")

    assert shown.rows == (
        ("Health care", "all", 12, 6, 50, 8, 60),
        ("Health care", "English", 12, 6, 50, None, None),
        ("Social services", "all", 3, 1, None, None, None),
        ("Social services", "English", 3, 1, None, None, None),
        ("all", "English", 15, 7, 100 * 7 / 15, 9, 50),
    )
    assert shown.drawing is not None
    assert "+60.0" in shown.drawing


def test_a_part_has_the_gain_that_its_own_page_has(
    context: Flask, cohort: Cohort, module: Module, join: Callable[..., None]
) -> None:
    join(6, before=2)
    join(5, setting=SCHOOL, before=4)

    whole = measure_learning(cohort, module, Part())

    for part in (Part(CLINIC), Part(SCHOOL), Part(None, "en"), Part(SCHOOL, "en")):
        assert whole.gains[part] == measure_learning(cohort, module, part).summary


def test_a_part_that_would_show_somebody_has_no_gain(
    context: Flask, cohort: Cohort, module: Module, join: Callable[..., None]
) -> None:
    """Eleven in clinics and one elsewhere: those of the clinics less those of all are hers."""
    join(11)
    join(1, setting=SCHOOL)

    gains = measure_learning(cohort, module, Part()).gains

    assert set(gains) == {Part(None, "en")}


# --- questions ----------------------------------------------------------------------------------


def item(
    answers: int, right: int, *, mistakes: int = 0, discrimination: float | None = 0.25
) -> ItemStatistics:
    mistake = Choice(("b",), mistakes, 0, 0) if mistakes else None
    return ItemStatistics(answers, right, discrimination, mistake)


def show_questions(module: Module, **found: ItemStatistics) -> Exhibit:
    items = {(assessments.POST, name.replace("_", "-")): value for name, value in found.items()}
    return exhibit(subject_of(module, [Outcome(0, 0, 0, 5)], items=items), "questions-after")


@pytest.mark.usefixtures("page")
def test_the_hardest_question_comes_first_and_too_few_answers_say_nothing(module: Module) -> None:
    shown = show_questions(
        module,
        post_define_minor=item(40, 30),
        post_respond_no=item(10, 2),
        post_ask_interpreter=item(9, 0),
    )

    stems = module.texts["en"].questions
    assert [row[0] for row in shown.rows] == [
        stems["post-respond-no"].stem,
        stems["post-define-minor"].stem,
    ]
    assert shown.statements == (
        "At the question that was hardest, 2 of 10 answers were right.",
        "1 question has fewer than 10 answers: too few to say.",
    )


@pytest.mark.usefixtures("page")
@pytest.mark.parametrize(
    ("found", "cell"),
    [
        (item(29, 10), "too few to say"),
        (item(30, 10), 0.25),
        (item(30, 30, discrimination=None), None),
    ],
)
def test_discrimination_wants_thirty_answers(
    module: Module, found: ItemStatistics, cell: object
) -> None:
    assert show_questions(module, post_define_minor=found).rows[0][4] == cell


@pytest.mark.usefixtures("page")
@pytest.mark.parametrize(
    ("mistakes", "policy", "is_named"),
    [
        (2, FeedbackPolicy.AFTER_PASSING, False),
        (3, FeedbackPolicy.AFTER_PASSING, True),
        (9, FeedbackPolicy.SCORE_ONLY, False),
    ],
)
def test_a_wrong_answer_is_named_where_it_gives_nothing_away(
    module: Module, mistakes: int, policy: FeedbackPolicy, is_named: bool
) -> None:
    module = with_post(module, feedback=policy)

    cells = show_questions(module, post_define_minor=item(20, 10, mistakes=mistakes)).rows[0]

    wrong = module.texts["en"].questions[QUESTION].options["b"]
    assert cells[5:] == ((wrong, mistakes) if is_named else (None, None))


@pytest.mark.usefixtures("page")
def test_words_of_a_question_are_words(module: Module) -> None:
    hostile = "<script>alert(1)</script> & more"
    text = module.texts["en"].questions[QUESTION].model_copy(update={"stem": hostile})
    questions = {**module.texts["en"].questions, QUESTION: text}
    texts = {"en": module.texts["en"].model_copy(update={"questions": questions})}

    shown = show_questions(replace(module, texts=texts), post_define_minor=item(20, 10))

    assert shown.drawing is not None
    assert "<script" not in shown.drawing
    assert "&lt;script&gt;" in shown.drawing


def test_answers_to_another_version_are_never_mixed_in(
    context: Flask, cohort: Cohort, module: Module, join: Callable[..., None]
) -> None:
    join(6)
    with transaction():
        old = db.session.scalars(select(Attempt.id).where(Attempt.instrument == "post")).first()
        db.session.execute(update(Attempt).where(Attempt.id == old).values(module_version="0.9.0"))
    asked = db.session.scalars(select(Answer.question_id).where(Answer.attempt_id == old)).all()

    counts = measure_learning(cohort, module, Part()).counts

    assert counts is not None
    assert counts.older == len(asked)
    answers = [found.answers for (where, _), found in counts.items.items() if where == "post"]
    assert sum(answers) == 5 * len(asked)


def test_statistics_of_questions_are_those_of_each_answer(
    context: Flask, cohort: Cohort, module: Module, join: Callable[..., None]
) -> None:
    join(4, before=8)
    join(3, before=3)

    counts = measure_learning(cohort, module, Part()).counts

    assert counts is not None
    right: Counter[str] = Counter()
    for attempt in db.session.scalars(select(Attempt).where(Attempt.instrument == "pre")):
        keys = {entry["question_id"]: set(entry["correct"]) for entry in attempt.items}
        for answer in db.session.scalars(select(Answer).where(Answer.attempt_id == attempt.id)):
            right[answer.question_id] += set(answer.chosen) == keys[answer.question_id]
    found = {name: stat.right for (where, name), stat in counts.items.items() if where == "pre"}
    assert found == right


# --- the page and its files ---------------------------------------------------------------------


def titles(page: Tag) -> list[str]:
    return [heading.get_text() for heading in page.select(".exhibit h2")]


def test_the_page_has_charts_where_the_group_has_figures(
    as_trainer: FlaskClient, cohort: Cohort, join: Callable[..., None]
) -> None:
    join(4)
    few = get_page(as_trainer, place(cohort))
    join(6)
    many = get_page(as_trainer, place(cohort))

    assert titles(few) == []
    assert titles(many) == [
        "Results before and after",
        "The middle half of the group",
        "How much results changed",
        "By setting and language",
        "Hardest questions of the final test",
        "Hardest questions to begin",
    ]
    for drawing in many.select("svg[role=img]"):
        assert drawing.select_one("title")
        assert drawing.select_one("desc")


def test_a_file_has_the_numbers_of_its_chart(
    app: Flask, as_trainer: FlaskClient, cohort: Cohort, trainer: Person, join: Callable[..., None]
) -> None:
    join(6)

    response = as_trainer.get(place(cohort, "/gains.csv"))

    rows = list(csv.reader(StringIO(response.text.removeprefix("\ufeff"), newline="")))
    assert rows[0] == ["Change, percentage points", "People"]
    assert [row[1] for row in rows[1:]] == ["0", "0", "0", "0", "6", "0"]
    with app.app_context():
        entry = db.session.scalars(select(AuditEntry)).one()
    assert (entry.action, entry.actor_id) == ("learning-exported", trainer.id)


@pytest.mark.parametrize("end", ["/gains.csv", "/nothing.csv"])
def test_of_few_there_is_no_file(
    as_trainer: FlaskClient, cohort: Cohort, join: Callable[..., None], end: str
) -> None:
    join(4)

    assert as_trainer.get(place(cohort, end)).status_code == 404


@pytest.mark.usefixtures("page")
def test_nobody_has_no_charts(module: Module) -> None:
    assert list_exhibits(Subject(module, "en", Learning(0, {}, None, None), ())) == []
