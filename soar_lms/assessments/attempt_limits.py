"""Whether one more attempt may begin. Pure: rules and what was done in, a verdict out."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum

from soar_lms.catalogue.schema import Attempts


class Hurdle(StrEnum):
    """What stands before an attempt."""

    LIMIT = "limit"
    WAIT = "wait"


@dataclass(frozen=True)
class NextAttempt:
    """The attempt that would be next."""

    number: int
    hurdle: Hurdle | None
    opens_at: datetime | None = None
    """When the wait is over; only where that is the hurdle."""


def next_attempt(
    rules: Attempts, ended: Sequence[datetime], granted: Collection[int], now: datetime
) -> NextAttempt:
    """Say which attempt is next, and what stands before it.

    An attempt that somebody granted may begin: neither limit nor wait applies to it.

    :param ended: when the attempts so far were handed in, the first one first; none was passed.
    :param granted: the numbers of the attempts that were granted.
    """
    number = len(ended) + 1
    if number in granted:
        return NextAttempt(number, None)
    if rules.limit is not None and number > rules.limit:
        return NextAttempt(number, Hurdle.LIMIT)
    opens_at = ended[-1] + timedelta(minutes=rules.wait_minutes) if ended else now
    if now < opens_at:
        return NextAttempt(number, Hurdle.WAIT, opens_at)
    return NextAttempt(number, None)
