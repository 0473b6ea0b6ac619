"""Reminders on their way: into the outbox when their hour has come, and looked at once more there.

A few at a time go into the outbox, so that whoever waits for a new password never stands behind
20,000 reminders. Where somebody stands is asked when the e-mail leaves, not when it was planned.
"""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import Row, and_, delete, insert, select, update

from soar_lms.accounts.models import Person
from soar_lms.clock import local_date
from soar_lms.cohorts.models import Cohort, CohortModule, CohortState, ReportLine
from soar_lms.content import catalogue
from soar_lms.database import db
from soar_lms.learning.standing import find_standing
from soar_lms.messages.attachments import NotWantedError
from soar_lms.messages.bounces import is_bouncing
from soar_lms.messages.care import Fate, NotYetError, look_after, write_now
from soar_lms.messages.models import OutboxMessage
from soar_lms.reminders.choices import Mail, stop_url
from soar_lms.reminders.ladder import LATE_DAYS, civil_moment
from soar_lms.reminders.letters import REMINDER, Letter, when_is, write_letter
from soar_lms.reminders.models import Kind, Reminder, ReminderLadder, State, Why
from soar_lms.reminders.people import is_finished

AT_A_TIME = 20
"""Reminders that are put into the outbox together: as many as a worker sends in one round."""
KEPT_FOR = timedelta(days=365)
"""How long the log stays; the privacy page says it."""
_NO_SYNC = {"synchronize_session": False}


# --- into the outbox ----------------------------------------------------------------------------


def has_planned(now: datetime) -> bool:
    """Whether the hour of some reminder has come; a look that takes no lock."""
    return db.session.scalar(_planned(now).limit(1)) is not None


def _planned(now: datetime) -> Any:
    return (
        select(Reminder.id)
        .where(Reminder.state == State.PLANNED, Reminder.send_at <= now)
        .order_by(Reminder.send_at, Reminder.id)
    )


def post_planned(now: datetime) -> int:
    """Put reminders whose hour has come into the outbox; return how many.

    What another worker holds is left to it.
    """
    held = _planned(now).limit(AT_A_TIME).with_for_update(skip_locked=True)
    numbers = list(db.session.scalars(held))
    rows = db.session.execute(
        select(Reminder.id, Person.email, Person.language)
        .join(Person, Person.id == Reminder.person_id)
        .where(Reminder.id.in_(numbers))
        .order_by(Reminder.id)
    ).all()
    if rows:
        db.session.execute(insert(OutboxMessage), [_message(*row, now) for row in rows])
    db.session.execute(
        update(Reminder).where(Reminder.id.in_(numbers)).values(state=State.WAITING),
        execution_options=_NO_SYNC,
    )
    return len(numbers)


def _message(reminder_id: int, email: str, language: str, now: datetime) -> dict[str, Any]:
    return {
        "kind": REMINDER,
        "key": str(reminder_id),
        "recipient": email,
        "language": language,
        "subject": "",
        "body": "",
        "created_at": now,
        "due_at": now,
        "tries": 0,
    }


# --- at the moment it leaves --------------------------------------------------------------------


def check_reminder(message: OutboxMessage, now: datetime) -> None:
    """See whether a reminder is still true, and write it as things are now.

    :raises NotWantedError: when it is not.
    :raises NotYetError: when its reader sleeps.
    """
    row = _read(int(message.key or 0))
    why = _why_not(row, now)
    if row is None or why is not None:
        raise NotWantedError(why or "")
    reminder, person, cohort = row.Reminder, row.Person, row.Cohort
    later = civil_moment(now, person.time_zone)
    if later > now:
        raise NotYetError(later)
    module = catalogue().modules[reminder.module_id]
    url = stop_url(Mail.REMINDERS, person.id, person.language)
    today = local_date(now, cohort.time_zone)
    letter = Letter(
        name=person.name,
        language=person.language,
        group=cohort.name,
        module=module,
        due_on=row.due_on,
        when=when_is(row.due_on, today),
        stop_url=url,
    )
    is_expired = 0 < row.expires_at <= now.timestamp()
    subject, body = write_letter(letter, find_standing(person.id, module), is_expired=is_expired)
    message.recipient = person.email
    write_now(message, subject=subject, body=body, unsubscribe_url=url)


def _read(reminder_id: int) -> Row[Any] | None:
    """Return a reminder with all that decides whether it is sent, in one query."""
    statement = (
        select(Reminder, Person, Cohort)
        .add_columns(
            CohortModule.due_on,
            ReminderLadder.is_on,
            ReportLine.state,
            ReportLine.expires_at,
            is_bouncing(Person.email).label("is_bouncing"),
        )
        .join(Person, Person.id == Reminder.person_id)
        .join(Cohort, Cohort.id == Reminder.cohort_id)
        .outerjoin(ReminderLadder, ReminderLadder.cohort_id == Reminder.cohort_id)
        .outerjoin(
            CohortModule,
            and_(
                CohortModule.cohort_id == Reminder.cohort_id,
                CohortModule.module_id == Reminder.module_id,
            ),
        )
        .outerjoin(
            ReportLine,
            and_(
                ReportLine.person_id == Reminder.person_id,
                ReportLine.module_id == Reminder.module_id,
                ReportLine.cohort_id == Reminder.cohort_id,
            ),
        )
        .where(Reminder.id == reminder_id)
        .execution_options(populate_existing=True)
    )
    return db.session.execute(statement).first()


def _why_not(row: Row[Any] | None, now: datetime) -> Why | None:
    """Say why a reminder is not true any more; None when it is."""
    if row is None or row.state is None:
        return Why.LEFT
    reminder, person = row.Reminder, row.Person
    is_wrong = reminder.kind == Kind.LADDER and not (row.is_on and row.due_on == reminder.due_on)
    reasons = {
        Why.ARCHIVED: row.Cohort.state == CohortState.ARCHIVED,
        Why.COMPLETED: is_finished(row.state, row.expires_at, now),
        Why.OPTED_OUT: person.reminders_off_at is not None,
        Why.CLOSED: not person.active,
        Why.BOUNCING: row.is_bouncing,
        Why.CHANGED: is_wrong or reminder.module_id not in catalogue().modules,
        Why.LATE: (local_date(now, person.time_zone) - reminder.day).days > LATE_DAYS,
    }
    return next((why for why, is_so in reasons.items() if is_so), None)


def hear_fate(key: str, fate: Fate, why: str, now: datetime) -> None:
    """Note in the log what became of the e-mail of a reminder."""
    values = {"state": State(fate.value), "why": why, "changed_at": now}
    statement = update(Reminder).where(Reminder.id == int(key)).values(values)
    db.session.execute(statement, execution_options=_NO_SYNC)


look_after(REMINDER, check=check_reminder, listen=hear_fate)


# --- keeping no more than needed ----------------------------------------------------------------


def has_old(now: datetime) -> bool:
    """Whether something stands in the log for too long; a look that takes no lock."""
    return db.session.scalar(_old(now).limit(1)) is not None


def _old(now: datetime) -> Any:
    """Rows are older the smaller their number; so the look reads one."""
    first = select(Reminder.id).order_by(Reminder.id).limit(1).scalar_subquery()
    return select(Reminder.id).where(Reminder.id == first, Reminder.created_at <= now - KEPT_FOR)


def tidy_log(now: datetime) -> int:
    """Delete what has stood in the log for a year; return how much that was."""
    old = delete(Reminder).where(Reminder.created_at <= now - KEPT_FOR).returning(Reminder.id)
    return len(db.session.execute(old, execution_options=_NO_SYNC).all())
