"""Tries of a test: what is left, when the next one opens, who sees reasons. Pure."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime, timedelta

import pytest

from soar_lms.assessments.models import Attempt
from soar_lms.assessments.tries import Tries, count_tries, may_see_reasons
from soar_lms.catalogue.schema import Attempts, FeedbackPolicy, PostTest
from tests.factories import NOW

MINUTE = timedelta(minutes=1)
OPEN, FAILED, PASSED = None, False, True


def post(*, limit: int | None = None, wait_minutes: int = 0, feedback: str = "always") -> PostTest:
    attempts = Attempts(limit=limit, wait_minutes=wait_minutes)
    return PostTest(draw=3, pass_mark=80, attempts=attempts, feedback=FeedbackPolicy(feedback))


def attempt(passed: bool | None, number: int = 1) -> Attempt:
    return Attempt(passed=passed, submitted_at=None if passed is OPEN else NOW, number=number)


def numbered(made: Sequence[bool | None]) -> list[Attempt]:
    return [attempt(passed, number) for number, passed in enumerate(made, start=1)]


@pytest.mark.parametrize(
    ("limit", "made", "left"),
    [
        pytest.param(None, [FAILED] * 9, None, id="no-limit"),
        pytest.param(3, [], 3, id="all"),
        pytest.param(3, [FAILED, OPEN], 1, id="the-open-one-counts"),
        pytest.param(3, [FAILED] * 3, 0, id="none"),
        pytest.param(2, [FAILED] * 3, 0, id="a-limit-that-was-lowered"),
    ],
)
def test_tries_are_counted(limit: int | None, made: list[bool | None], left: int | None) -> None:
    attempts = numbered(made)

    assert count_tries(post(limit=limit), attempts, NOW) == Tries(left, None)


@pytest.mark.parametrize(
    ("now", "opens_at"),
    [
        pytest.param(NOW, NOW + 30 * MINUTE, id="at-once"),
        pytest.param(NOW + 30 * MINUTE - timedelta(seconds=1), NOW + 30 * MINUTE, id="nearly"),
        pytest.param(NOW + 30 * MINUTE, None, id="on-the-minute"),
    ],
)
def test_the_next_try_opens_when_the_wait_is_over(now: datetime, opens_at: datetime | None) -> None:
    waiting = post(wait_minutes=30)

    tries = count_tries(waiting, [attempt(FAILED)], now)

    assert tries == Tries(None, opens_at)


def test_nobody_waits_for_a_try_that_never_comes() -> None:
    assert count_tries(post(limit=1, wait_minutes=30), [attempt(FAILED)], NOW) == Tries(0, None)
    assert count_tries(post(wait_minutes=30), [attempt(OPEN)], NOW) == Tries(None, None)
    assert count_tries(post(wait_minutes=30), [], NOW) == Tries(None, None)


@pytest.mark.parametrize(
    ("rules", "made", "granted", "expected"),
    [
        pytest.param({"limit": 2}, 2, {3}, Tries(1, None), id="beyond-the-limit"),
        pytest.param({"wait_minutes": 30}, 1, {2}, Tries(None, None), id="without-the-wait"),
        pytest.param({"limit": 3, "wait_minutes": 30}, 1, {2}, Tries(2, None), id="within-both"),
        pytest.param({"limit": 2}, 2, {2, 4}, Tries(0, None), id="for-another-try"),
    ],
)
def test_a_try_that_was_granted_may_begin_whatever_the_rules_say(
    rules: dict[str, int], made: int, granted: set[int], expected: Tries
) -> None:
    attempts = numbered([FAILED] * made)

    assert count_tries(post(**rules), attempts, NOW, granted) == expected  # type: ignore[arg-type]  # numbers only


def test_reasons_wait_for_a_try_that_was_granted() -> None:
    rules, used_up = post(limit=2, feedback="after-last-attempt"), numbered([FAILED] * 2)

    assert may_see_reasons(rules, used_up, NOW)
    assert not may_see_reasons(rules, used_up, NOW, {3})
    assert not may_see_reasons(rules, [*used_up, attempt(OPEN, 3)], NOW, {3})


NEVER, AFTER, LAST, ALWAYS = FeedbackPolicy


@pytest.mark.parametrize(
    ("policy", "made", "seen"),
    [
        pytest.param(NEVER, [PASSED], False, id="score-only"),
        pytest.param(ALWAYS, [FAILED], True, id="always"),
        pytest.param(AFTER, [FAILED], False, id="after-passing-failed"),
        pytest.param(AFTER, [FAILED] * 3, False, id="after-passing-used-up"),
        pytest.param(AFTER, [FAILED, PASSED], True, id="after-passing-passed"),
        pytest.param(LAST, [FAILED, FAILED], False, id="one-left"),
        pytest.param(LAST, [FAILED, FAILED, OPEN], False, id="the-last-one-is-open"),
        pytest.param(LAST, [FAILED] * 3, True, id="none-left"),
        pytest.param(LAST, [PASSED], True, id="passed-at-once"),
    ],
)
def test_the_policy_decides_when_reasons_are_seen(
    policy: FeedbackPolicy, made: list[bool | None], seen: bool
) -> None:
    attempts = numbered(made)

    assert may_see_reasons(post(limit=3, feedback=policy), attempts, NOW) is seen
