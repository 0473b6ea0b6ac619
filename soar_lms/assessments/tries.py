"""The rules of a test's tries: what is left, when the next one opens, when reasons may be shown.

Pure: the content's rules and the attempts made so far in, no query.
"""

from __future__ import annotations

from collections.abc import Sequence
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


def count_tries(post: PostTest, attempts: Sequence[Attempt], now: datetime) -> Tries:
    """Say what is left after these attempts, the last one last."""
    limit = post.attempts.limit
    left = None if limit is None else max(0, limit - len(attempts))
    ended = attempts[-1].submitted_at if attempts else None
    if ended is None or left == 0:
        return Tries(left, None)
    opens_at = ended + timedelta(minutes=post.attempts.wait_minutes)
    return Tries(left, opens_at if now < opens_at else None)


def may_see_reasons(post: PostTest, attempts: Sequence[Attempt]) -> bool:
    """Whether the policy shows the right answers and their reasons after these attempts.

    Whoever passed has nothing left to gain from them; so all of their attempts are explained.
    """
    if post.feedback in {FeedbackPolicy.SCORE_ONLY, FeedbackPolicy.ALWAYS}:
        return post.feedback is FeedbackPolicy.ALWAYS
    if any(attempt.passed for attempt in attempts):
        return True
    limit = post.attempts.limit
    used_up = limit is not None and sum(not item.is_open for item in attempts) >= limit
    return post.feedback is FeedbackPolicy.AFTER_LAST_ATTEMPT and used_up
