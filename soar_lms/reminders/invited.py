"""Reminding those who were invited to a group and have not accepted.

Whoever was invited has no account, so the hour is that of the group. Each e-mail carries a new
link, since the secret of the one before is kept nowhere. At most two reminders follow an
invitation, however it is sent: nobody is asked for ever.
"""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import select

from soar_lms.clock import local_date
from soar_lms.cohorts.invitations import renew_link
from soar_lms.cohorts.models import Cohort, CohortState, RosterLine, RosterPlace
from soar_lms.cohorts.services import LINK_LASTS
from soar_lms.database import db
from soar_lms.messages.attachments import NotWantedError
from soar_lms.messages.bounces import find_bounce, is_bouncing
from soar_lms.messages.care import NotYetError, look_after
from soar_lms.messages.models import OutboxMessage
from soar_lms.messages.services import post_message
from soar_lms.reminders.choices import Mail, stop_url
from soar_lms.reminders.ladder import civil_moment
from soar_lms.reminders.models import Kind, Reminder, ReminderLadder, State, Why
from soar_lms.reminders.sending import hear_fate

AT_A_TIME = 50
MOST_REMINDERS = 2
"""E-mails that follow the first one."""


def list_waiting_groups(now: datetime) -> list[int]:
    """Return the groups in which somebody is to be reminded at this hour; it takes no lock."""
    rows = select(Cohort.id, Cohort.time_zone, ReminderLadder.invite_after).join(
        ReminderLadder, ReminderLadder.cohort_id == Cohort.id
    )
    found = db.session.execute(
        rows.where(
            ReminderLadder.is_on,
            ReminderLadder.invite_after.is_not(None),
            Cohort.state == CohortState.OPEN,
        ).order_by(Cohort.id)
    )
    return [
        cohort_id
        for cohort_id, zone, days in found
        if civil_moment(now, zone) == now
        and db.session.scalar(_waiting(cohort_id, days or 0, now).limit(1)) is not None
    ]


def _waiting(cohort_id: int, days: int, now: datetime) -> Any:
    """Return the select of the lines of a group that wait for so many days."""
    return (
        select(RosterLine)
        .join(RosterPlace, RosterPlace.line_id == RosterLine.id)
        .where(
            RosterLine.cohort_id == cohort_id,
            RosterLine.accepted_at.is_(None),
            RosterLine.reminders_off_at.is_(None),
            RosterLine.invited_at <= now - timedelta(days=days),
            RosterLine.expires_at > now,
            RosterLine.invitations_sent <= MOST_REMINDERS,
            ~is_bouncing(RosterLine.email),
        )
        .order_by(RosterLine.id)
    )


def remind_invited(cohort_ids: list[int], now: datetime) -> int:
    """Write the e-mails of groups that are due; return how many, a few at a time.

    The lines are locked meanwhile, and what another worker holds is left to it.
    """
    written = 0
    for cohort_id in cohort_ids:
        cohort = db.session.get_one(Cohort, cohort_id)
        ladder = db.session.get_one(ReminderLadder, cohort_id)
        due = _waiting(cohort_id, ladder.invite_after or 0, now).limit(AT_A_TIME - written)
        held = due.with_for_update(of=RosterLine, skip_locked=True)
        for line in db.session.scalars(held.execution_options(populate_existing=True)).all():
            _write(line, cohort, now)
            written += 1
    return written


def _write(line: RosterLine, cohort: Cohort, now: datetime) -> None:
    reminder = Reminder(
        cohort_id=cohort.id,
        line_id=line.id,
        module_id="",
        day=local_date(now, cohort.time_zone),
        kind=Kind.INVITATION,
        send_at=now,
        state=State.WAITING,
        why="",
        created_at=now,
        changed_at=now,
    )
    db.session.add(reminder)
    db.session.flush()
    url = stop_url(Mail.INVITATION, line.id, line.language)
    message = post_message(
        "invitation-reminder",
        recipient=line.email,
        language=line.language,
        now=now,
        name=line.name,
        group=cohort.name,
        days=LINK_LASTS.days,
        address=renew_link(line, now),
        stop_address=url,
    )
    message.key, message.unsubscribe_url = str(reminder.id), url


def check_invited(message: OutboxMessage, now: datetime) -> None:
    """See whether somebody is still to be reminded of an invitation.

    :raises NotWantedError: when not.
    :raises NotYetError: at night.
    """
    row = db.session.execute(
        select(RosterLine, Cohort)
        .join(Reminder, Reminder.line_id == RosterLine.id)
        .join(Cohort, Cohort.id == RosterLine.cohort_id)
        .where(Reminder.id == int(message.key or 0))
        .execution_options(populate_existing=True)
    ).first()
    why = Why.ACCEPTED if row is None else _why_not(row.RosterLine, row.Cohort)
    if row is None or why is not None:
        raise NotWantedError(why or "")
    later = civil_moment(now, row.Cohort.time_zone)
    if later > now:
        raise NotYetError(later)


def _why_not(line: RosterLine, cohort: Cohort) -> Why | None:
    reasons = {
        Why.ARCHIVED: cohort.state != CohortState.OPEN,
        Why.ACCEPTED: line.accepted_at is not None,
        Why.OPTED_OUT: line.reminders_off_at is not None,
        Why.BOUNCING: find_bounce(line.email) is not None,
    }
    return next((why for why, is_so in reasons.items() if is_so), None)


look_after("invitation-reminder", check=check_invited, listen=hear_fate)
