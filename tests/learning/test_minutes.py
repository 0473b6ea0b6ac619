"""About how long the rest takes. Pure."""

from __future__ import annotations

from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from soar_lms.catalogue.loader import load_catalogue
from soar_lms.catalogue.model import Module
from soar_lms.learning.minutes import minutes_left, minutes_of_question, place_of
from soar_lms.learning.path import Facts, Path, PathKind, Step, assess, requirements
from soar_lms.paths import bundled

FULL = PathKind.FULL
SETTING = "health-care"


@pytest.fixture(scope="module")
def module() -> Module:
    """Return the flagship as it is on disk: no database has a part in this."""
    return load_catalogue(bundled("modules")).modules["soar-to-health-and-wellness"]


def path_of(module: Module, **facts: object) -> Path:
    return assess(requirements(module, SETTING), Facts(**facts))  # type: ignore[arg-type]  # by name


def test_at_the_beginning_it_is_what_the_module_promises(module: Module) -> None:
    assert minutes_left(module, FULL, path_of(module)) == module.spec.minutes


def test_at_the_end_nothing_is_left(module: Module) -> None:
    assert minutes_left(module, FULL, path_of(module, completed=True)) == 0


def test_a_lesson_that_is_done_takes_its_own_minutes_away(module: Module) -> None:
    first = module.spec.lessons[0]

    left = minutes_left(module, FULL, path_of(module, lessons_done=frozenset({(first.id, "")})))

    assert left == module.spec.minutes - first.minutes


@given(st.data())
def test_every_step_that_is_done_leaves_less(module: Module, data: st.DataObject) -> None:
    lessons = requirements(module, SETTING).lessons
    done = data.draw(st.frozensets(st.sampled_from(lessons)))
    facts = Facts(done, pre_test_submitted=data.draw(st.booleans()))
    more = [
        replace(facts, lessons_done=frozenset(lessons)),
        replace(facts, pre_test_submitted=True),
        replace(facts, post_test_passed=True),
        replace(facts, evaluation_given=True),
    ]

    before, *after = (
        minutes_left(module, FULL, assess(requirements(module, SETTING), item))
        for item in (facts, *more)
    )
    assert all(0 < minutes <= before for minutes in after)


def test_questions_take_some_time_where_the_stated_minutes_leave_none(module: Module) -> None:
    lessons = sum(item.minutes for item in module.spec.lessons)
    tight = replace(module, spec=module.spec.model_copy(update={"minutes": lessons}))

    assert minutes_of_question(tight) == 0.5
    assert minutes_left(tight, FULL, path_of(tight)) > lessons


@pytest.mark.parametrize(
    ("step", "number", "following"),
    [
        (Step.PRE_TEST, 1, Step.LESSONS),
        (Step.POST_TEST, 3, Step.EVALUATION),
        (Step.CONFIRMATION, 5, None),
    ],
)
def test_a_page_knows_its_step_and_the_one_after_it(
    module: Module, step: Step, number: int, following: Step | None
) -> None:
    place = place_of(module, FULL, path_of(module), step)

    assert (place.number, place.total) == (number, 5)
    assert (place.next.step if place.next else None) is following
