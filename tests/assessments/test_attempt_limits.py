"""When one more try may begin."""

from __future__ import annotations

from datetime import datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from soar_lms.assessments.attempt_limits import Hurdle, NextAttempt, next_attempt
from soar_lms.catalogue.schema import Attempts
from tests.factories import NOW

HOUR = timedelta(hours=1)

RULES = st.builds(
    Attempts,
    limit=st.none() | st.integers(1, 6),
    wait_minutes=st.integers(0, 200),
)
ENDED = st.lists(st.integers(0, 500).map(lambda minutes: NOW - timedelta(minutes=minutes))).map(
    sorted
)


@pytest.mark.parametrize(
    ("rules", "ended", "expected"),
    [
        pytest.param(Attempts(), [], NextAttempt(1, None), id="first"),
        pytest.param(Attempts(), [NOW] * 50, NextAttempt(51, None), id="no-limit"),
        pytest.param(Attempts(limit=3), [NOW] * 2, NextAttempt(3, None), id="last-of-three"),
        pytest.param(Attempts(limit=3), [NOW] * 3, NextAttempt(4, Hurdle.LIMIT), id="limit"),
        pytest.param(
            Attempts(wait_minutes=60),
            [NOW - HOUR * 5, NOW - HOUR / 2],
            NextAttempt(3, Hurdle.WAIT, NOW + HOUR / 2),
            id="wait-after-the-last",
        ),
        pytest.param(Attempts(wait_minutes=60), [NOW - HOUR], NextAttempt(2, None), id="waited"),
        pytest.param(
            Attempts(limit=1, wait_minutes=60),
            [NOW],
            NextAttempt(2, Hurdle.LIMIT),
            id="waiting-does-not-help",
        ),
    ],
)
def test_limit_and_wait_hold_back_the_next_try(
    rules: Attempts, ended: list[datetime], expected: NextAttempt
) -> None:
    assert next_attempt(rules, ended, (), NOW) == expected


@given(RULES, ENDED)
def test_a_try_that_was_granted_may_begin_whatever_the_rules_say(
    rules: Attempts, ended: list[datetime]
) -> None:
    number = len(ended) + 1

    assert next_attempt(rules, ended, {number}, NOW) == NextAttempt(number, None)


@given(RULES, ENDED, st.sets(st.integers(1, 20)))
def test_a_grant_counts_for_its_own_try_only(
    rules: Attempts, ended: list[datetime], granted: set[int]
) -> None:
    others = granted - {len(ended) + 1}

    assert next_attempt(rules, ended, others, NOW) == next_attempt(rules, ended, (), NOW)
