"""The rules of a test's tries: what is left, when the next one opens, when reasons may be shown.

Pure: the content's rules and the attempts made so far in, no query.
"""

from __future__ import annotations

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from soar_lms.assessments.models import Attempt
from soar_lms.catalogue.schema import FeedbackPolicy, PostTest


@dataclass(frozen=True)
class Tries:
    """What a learner may still do with a test."""

    left: int | None
    """How many more may begin; None: there is no limit."""
    opens_at: datetime | None
    """When the next one may begin; None: at once, if one is left."""


def next_number(attempts: Sequence[Attempt]) -> int:
    """Return the number that the try after these gets."""
    return attempts[-1].number + 1 if attempts else 1


def count_tries(
    post: PostTest, attempts: Sequence[Attempt], now: datetime, granted: Collection[int] = ()
) -> Tries:
    """Say what is left after these attempts, the last one last.

    :param granted: the numbers of the tries that somebody gave (`granting`): neither limit nor wait
        applies to them.
    """
    limit = post.attempts.limit
    left = None if limit is None else max(0, limit - len(attempts))
    if next_number(attempts) in granted:
        return Tries(None if left is None else max(1, left), None)
    ended = attempts[-1].submitted_at if attempts else None
    if ended is None or left == 0:
        return Tries(left, None)
    opens_at = ended + timedelta(minutes=post.attempts.wait_minutes)
    return Tries(left, opens_at if now < opens_at else None)


def may_see_reasons(
    post: PostTest, attempts: Sequence[Attempt], now: datetime, granted: Collection[int] = ()
) -> bool:
    """Whether the policy shows the right answers and their reasons after these attempts.

    Whoever passed has nothing left to gain from them; so all of their attempts are explained.
    """
    if post.feedback in {FeedbackPolicy.SCORE_ONLY, FeedbackPolicy.ALWAYS}:
        return post.feedback is FeedbackPolicy.ALWAYS
    if any(attempt.passed for attempt in attempts):
        return True
    is_open = any(attempt.is_open for attempt in attempts)
    used_up = not is_open and count_tries(post, attempts, now, granted).left == 0
    return post.feedback is FeedbackPolicy.AFTER_LAST_ATTEMPT and used_up
