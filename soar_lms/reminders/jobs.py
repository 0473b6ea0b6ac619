"""What the worker does about reminders; the command line registers it with the worker."""

from __future__ import annotations

from datetime import datetime

from soar_lms.content import catalogue
from soar_lms.database import transaction
from soar_lms.messages.bounces import tidy_bounces
from soar_lms.reminders import digests, invited, planning, sending


def plan_reminders(now: datetime) -> int:
    """Plan the e-mails of ladders whose day and hour has come; return how many."""
    planned = 0
    for plan in planning.list_plans(catalogue(), now):
        with transaction():
            planned += planning.plan_step(plan, now, planning.BATCH - planned)
        if planned >= planning.BATCH:
            break
    return planned


def post_reminders(now: datetime) -> int:
    """Put a few reminders into the outbox; return how many."""
    if not sending.has_planned(now):
        return 0
    with transaction():
        return sending.post_planned(now)


def remind_invited(now: datetime) -> int:
    """Write to people who have not accepted an invitation; return to how many."""
    groups = invited.list_waiting_groups(now)
    if not groups:
        return 0
    with transaction():
        return invited.remind_invited(groups, now)


def write_digests(now: datetime) -> int:
    """Write the weekly summaries that are due; return how many weeks were looked at."""
    mornings = digests.list_mornings(now)
    if not mornings:
        return 0
    with transaction():
        return digests.write_digests(mornings[0], now)


def tidy_reminders(now: datetime) -> int:
    """Delete what has stood in the log for too long; return how much that was."""
    if not sending.has_old(now):
        return 0
    with transaction():
        return sending.tidy_log(now) + tidy_bounces(now)
