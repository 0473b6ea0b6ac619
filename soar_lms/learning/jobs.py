"""What the worker does for learners; the command line registers it with the worker."""

from __future__ import annotations

from datetime import datetime

from soar_lms.content import catalogue
from soar_lms.database import transaction
from soar_lms.learning import follow_ups
from soar_lms.learning.keeping import is_outdated, renew_outdated


def write_follow_ups(now: datetime) -> int:
    """Write the e-mails of follow-ups that are due; return how many were looked at."""
    if not follow_ups.has_due(now):
        return 0
    with transaction():
        return follow_ups.write_due(catalogue(), now)


def renew_standings(_now: datetime) -> int:
    """Make kept standings anew that rest on other content than that of today."""
    return renew_outdated(catalogue()) if is_outdated(catalogue()) else 0
