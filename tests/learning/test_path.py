"""The path to completion: one table, and what holds for every set of facts. Pure."""

from __future__ import annotations

from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from soar_lms.catalogue.model import Module
from soar_lms.learning.path import (
    SHARED,
    Facts,
    LessonKey,
    Requirements,
    State,
    Step,
    assess,
    requirements,
)

ASKED = Requirements(
    lessons=(("start", SHARED), ("tools", "orchard")),
    pre_test=True,
    post_test=True,
    evaluation=True,
)
LESSONS = frozenset(ASKED.lessons)
ALL = Facts(LESSONS, pre_test_submitted=True, post_test_passed=True, evaluation_given=True)

PRE, READ, POST, EVALUATE, CONFIRM = Step


@pytest.mark.parametrize(
    ("facts", "state", "left", "opened"),
    [
        pytest.param(
            Facts(),
            State.NOT_STARTED,
            [PRE, READ, POST, EVALUATE, CONFIRM],
            [PRE, READ],
            id="nothing",
        ),
        pytest.param(
            Facts(pre_test_submitted=True),
            State.IN_PROGRESS,
            [READ, POST, EVALUATE, CONFIRM],
            [READ],
            id="pre-test",
        ),
        pytest.param(
            Facts(frozenset({("start", SHARED)})),
            State.IN_PROGRESS,
            [PRE, READ, POST, EVALUATE, CONFIRM],
            [PRE, READ],
            id="one-lesson-first",
        ),
        pytest.param(
            Facts(LESSONS),
            State.IN_PROGRESS,
            [PRE, POST, EVALUATE, CONFIRM],
            [PRE, READ],
            id="lessons-without-pre-test",
        ),
        pytest.param(
            Facts(LESSONS, pre_test_submitted=True),
            State.IN_PROGRESS,
            [POST, EVALUATE, CONFIRM],
            [READ, POST],
            id="ready-for-the-test",
        ),
        pytest.param(
            Facts(LESSONS, pre_test_submitted=True, post_test_passed=True),
            State.PASSED,
            [EVALUATE, CONFIRM],
            [READ, EVALUATE],
            id="passed",
        ),
        pytest.param(ALL, State.PASSED, [CONFIRM], [READ, CONFIRM], id="only-the-name"),
        pytest.param(
            replace(ALL, lessons_done=frozenset({("start", SHARED), ("tools", "school")})),
            State.IN_PROGRESS,
            [READ, CONFIRM],
            [READ],
            id="passed-then-another-setting",
        ),
        pytest.param(
            replace(ALL, evaluation_given=False, lessons_done=frozenset()),
            State.IN_PROGRESS,
            [READ, EVALUATE, CONFIRM],
            [READ],
            id="passed-without-lessons",
        ),
        pytest.param(replace(ALL, completed=True), State.COMPLETED, [], [], id="completed"),
        pytest.param(
            replace(ALL, pre_test_submitted=False),
            State.PASSED,
            [CONFIRM],
            [READ, CONFIRM],
            id="a-pre-test-that-was-added-later",
        ),
        pytest.param(Facts(completed=True), State.COMPLETED, [], [], id="completed-long-ago"),
    ],
)
def test_facts_say_where_a_learner_stands(
    facts: Facts, state: State, left: list[Step], opened: list[Step]
) -> None:
    path = assess(ASKED, facts)

    assert path.state is state
    assert [status.step for status in path.left] == left
    assert [status.step for status in path.steps if status.open] == opened


def test_the_lessons_left_are_named_in_their_order() -> None:
    path = assess(ASKED, Facts(frozenset({("start", SHARED), ("tools", "school")})))

    status = path.status(READ)
    assert status is not None
    assert status.lessons_left == ("tools",)


@pytest.mark.parametrize(
    ("asked", "steps"),
    [
        pytest.param(ASKED, list(Step), id="everything"),
        pytest.param(replace(ASKED, pre_test=False), [READ, POST, EVALUATE, CONFIRM], id="no-pre"),
        pytest.param(replace(ASKED, post_test=False), [PRE, READ, EVALUATE, CONFIRM], id="no-post"),
        pytest.param(replace(ASKED, evaluation=False), [PRE, READ, POST, CONFIRM], id="no-form"),
        pytest.param(Requirements((), False, False, False), [READ, CONFIRM], id="lessons-only"),
    ],
)
def test_steps_that_a_module_does_not_have_are_left_out(
    asked: Requirements, steps: list[Step]
) -> None:
    path = assess(asked, Facts())

    assert [status.step for status in path.steps] == steps
    assert all(path.is_done(step) for step in Step if step not in steps)


def test_a_module_of_lessons_only_ends_with_the_last_lesson() -> None:
    asked = Requirements((("only", SHARED),), False, False, False)

    assert not assess(asked, Facts()).is_open(CONFIRM)
    assert assess(asked, Facts(frozenset(asked.lessons))).is_open(CONFIRM)


def test_a_module_asks_for_the_lessons_of_the_setting(module: Module) -> None:
    asked = requirements(module, "public-health")

    by_setting = {lesson.id for lesson in module.spec.lessons if lesson.by_setting}
    assert {name for name, setting in asked.lessons if setting == "public-health"} == by_setting
    assert {setting for _, setting in asked.lessons} == {SHARED, "public-health"}


# --- what holds for all facts -------------------------------------------------------------------

keys = st.tuples(st.sampled_from(["a", "b", "c"]), st.sampled_from([SHARED, "x", "y"]))
lessons = st.lists(keys, max_size=5, unique=True)
modules = st.builds(
    Requirements,
    lessons=lessons.map(tuple),
    pre_test=st.booleans(),
    post_test=st.booleans(),
    evaluation=st.booleans(),
)
facts_of_somebody = st.builds(
    Facts,
    lessons_done=st.frozensets(keys),
    pre_test_submitted=st.booleans(),
    post_test_passed=st.booleans(),
    evaluation_given=st.booleans(),
    completed=st.booleans(),
)


def is_everything(asked: Requirements, facts: Facts) -> bool:
    """Whoever passed the test is not asked the questions to begin any more."""
    return (
        set(asked.lessons) <= facts.lessons_done
        and (facts.pre_test_submitted or facts.post_test_passed) >= asked.pre_test
        and facts.post_test_passed >= asked.post_test
        and facts.evaluation_given >= asked.evaluation
    )


@given(modules, facts_of_somebody)
def test_the_confirmation_opens_with_everything_and_with_nothing_less(
    asked: Requirements, facts: Facts
) -> None:
    is_open = assess(asked, facts).is_open(CONFIRM)

    assert is_open == (is_everything(asked, facts) and not facts.completed)


@given(modules, st.data())
def test_every_order_of_the_steps_leads_to_the_same_place(
    asked: Requirements, data: st.DataObject
) -> None:
    deeds: list[tuple[str, LessonKey | None]] = [
        *(("lesson", key) for key in asked.lessons),
        ("pre_test_submitted", None),
        ("post_test_passed", None),
        ("evaluation_given", None),
    ]
    facts = Facts()
    for deed, key in data.draw(st.permutations(deeds)):
        assert not assess(asked, facts).is_open(CONFIRM) or is_everything(asked, facts)
        if key is not None:
            facts = replace(facts, lessons_done=facts.lessons_done | {key})
        else:
            facts = replace(facts, **{deed: True})  # type: ignore[arg-type]  # a flag

    assert assess(asked, facts).is_open(CONFIRM)


@given(modules, facts_of_somebody)
def test_doing_more_never_leaves_more_to_do(asked: Requirements, facts: Facts) -> None:
    before = {status.step for status in assess(asked, facts).left}
    more = replace(facts, lessons_done=facts.lessons_done | set(asked.lessons))

    assert {status.step for status in assess(asked, more).left} <= before


@given(modules, facts_of_somebody)
def test_what_is_completed_stays_completed_whatever_is_asked(
    asked: Requirements, facts: Facts
) -> None:
    path = assess(asked, replace(facts, completed=True))

    assert path.state is State.COMPLETED
    assert path.left == ()
    assert not any(status.open for status in path.steps)


@given(modules, facts_of_somebody)
def test_somebody_who_is_not_done_always_has_a_next_step_that_is_open(
    asked: Requirements, facts: Facts
) -> None:
    path = assess(asked, replace(facts, completed=False))

    assert path.next_step is not None
    assert path.next_step.open
    assert path.state is not State.COMPLETED


@given(modules, facts_of_somebody)
def test_a_step_is_done_or_open_or_later_and_done_steps_keep_nothing_left(
    asked: Requirements, facts: Facts
) -> None:
    for status in assess(asked, facts).steps:
        assert not (status.done and status.lessons_left)
        assert not (status.done and status.open) or status.step is READ
