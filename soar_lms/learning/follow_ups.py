"""Follow-ups: planned at completion, written by the worker when due, answered by a link.

Nothing here notes when somebody answered or declined; what was answered is with the evaluations.
"""

from __future__ import annotations

import hashlib
import secrets
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import bindparam, select, update

from soar_lms.accounts.models import Person
from soar_lms.accounts.services import list_people
from soar_lms.assessments import evaluations
from soar_lms.assessments.evaluations import Answered
from soar_lms.catalogue.evaluation import FollowUpSpec
from soar_lms.catalogue.model import Catalogue, Module
from soar_lms.clock import local_date
from soar_lms.database import Among, Numbers, db
from soar_lms.errors import DomainError, NotFoundError
from soar_lms.i18n import lazy_gettext
from soar_lms.learning.follow_up_dates import (
    civil_moment,
    closes_at,
    closing_day,
    due_day,
    opens_at,
)
from soar_lms.learning.models import Enrolment, FollowUp, FollowUpLink, FollowUpState
from soar_lms.messages.services import post_message, public_url, withdraw_messages

BATCH = 50


class FollowUpOverError(DomainError):
    """The time to answer is over, or the module asks this no more."""

    status = 410
    title = lazy_gettext("This survey is over")
    message = lazy_gettext("Thank you for coming back. There is nothing left to answer here.")


@dataclass(frozen=True)
class Asked:
    """A follow-up that a link leads to, and whose it is."""

    follow_up: FollowUp
    enrolment: Enrolment

    @property
    def is_answered(self) -> bool:
        return self.follow_up.state == FollowUpState.ANSWERED

    @property
    def is_declined(self) -> bool:
        return self.follow_up.state == FollowUpState.DECLINED


def plan_follow_up(enrolment: Enrolment, module: Module, time_zone: str, now: datetime) -> None:
    """Plan to ask again; part of the transaction in which the enrolment is completed.

    Who asked us once not to write about a module is not written to after a renewal either.
    """
    spec = _spec_of(module)
    if spec is None or _declined_before(enrolment):
        return
    due_on = due_day(now, time_zone, spec.after_months)
    db.session.add(
        FollowUp(
            enrolment_id=enrolment.id,
            form_id=spec.form,
            due_on=due_on,
            closes_at=closes_at(due_on, time_zone),
            next_at=opens_at(due_on, time_zone),
        )
    )


def _declined_before(enrolment: Enrolment) -> bool:
    statement = (
        select(FollowUp.enrolment_id)
        .join(Enrolment, Enrolment.id == FollowUp.enrolment_id)
        .where(
            Enrolment.person_id == enrolment.person_id,
            Enrolment.module_id == enrolment.module_id,
            FollowUp.state == FollowUpState.DECLINED,
        )
        .limit(1)
    )
    return db.session.scalar(statement) is not None


def _spec_of(module: Module | None) -> FollowUpSpec | None:
    if module is None or module.spec.evaluation is None:
        return None
    return module.spec.evaluation.follow_up


# --- e-mail -----------------------------------------------------------------------------------


def has_due(now: datetime) -> bool:
    """Whether any e-mail is due; a look that takes no lock."""
    return db.session.scalar(_due(now).limit(1)) is not None


def write_due(catalogue: Catalogue, now: datetime) -> int:
    """Write the e-mails that are due; return how many follow-ups were looked at.

    The rows are locked until the transaction ends, and what another worker holds is left to it: so
    each e-mail is written once.
    """
    due = _due(now).limit(BATCH).with_for_update(skip_locked=True)
    found = list(db.session.scalars(due.execution_options(populate_existing=True)))
    enrolments = _list_enrolments([follow_up.enrolment_id for follow_up in found])
    people = list_people(enrolment.person_id for enrolment in enrolments.values())
    for follow_up in found:
        enrolment = enrolments[follow_up.enrolment_id]
        module = catalogue.find_module(enrolment.module_id)
        _take_turn(Asked(follow_up, enrolment), people[enrolment.person_id], module, now)
    return len(found)


def _due(now: datetime) -> Any:
    return (
        select(FollowUp)
        .where(FollowUp.next_at <= now)
        .order_by(FollowUp.next_at, FollowUp.enrolment_id)
    )


def _list_enrolments(enrolment_ids: list[int]) -> dict[int, Enrolment]:
    wanted = bindparam("enrolment_ids", enrolment_ids, Numbers)
    rows = db.session.scalars(select(Enrolment).where(Among(Enrolment.id, wanted)))
    return {enrolment.id: enrolment for enrolment in rows}


def _take_turn(asked: Asked, person: Person, module: Module | None, now: datetime) -> None:
    """Write the e-mail whose turn it is, wait for a civil hour, or write no more at all."""
    follow_up, spec = asked.follow_up, _spec_of(module)
    if module is None or spec is None or not _may_write(follow_up, spec, person, now):
        follow_up.next_at = None
        return
    moment = civil_moment(now, person.time_zone)
    if moment > now:
        follow_up.next_at = moment
        return
    _write(asked, person, module, now)
    follow_up.sent += 1
    again = civil_moment(now + timedelta(days=spec.every_days), person.time_zone)
    follow_up.next_at = again if follow_up.sent <= spec.reminders else None


def _may_write(follow_up: FollowUp, spec: FollowUpSpec, person: Person, now: datetime) -> bool:
    is_reached = person.active and person.confirmed_at is not None
    is_asked = spec.form == follow_up.form_id and follow_up.sent <= spec.reminders
    return is_reached and is_asked and now < follow_up.closes_at


def _write(asked: Asked, person: Person, module: Module, now: datetime) -> None:
    token = secrets.token_urlsafe(24)
    enrolment = asked.enrolment
    # A page is in a language of the module, the e-mail around it in that of the person.
    offered = [tag for tag in (person.language, enrolment.language) if tag in module.languages]
    place = {"token": token, "language": (*offered, *module.languages)[0]}
    message = post_message(
        "follow-up",
        recipient=person.email,
        language=person.language,
        now=now,
        name=person.name,
        module=module.title_in(person.language),
        completed_on=local_date(enrolment.completed_at or now, person.time_zone),
        closes_on=closing_day(asked.follow_up.due_on),
        is_reminder=asked.follow_up.sent > 0,
        address=public_url("learning.give_follow_up", **place),
        stop_address=public_url("learning.stop_follow_up", **place),
    )
    db.session.flush()  # the message has its number from here on
    link = FollowUpLink(token_hash=_hash(token), enrolment_id=enrolment.id, message_id=message.id)
    db.session.add(link)


# --- answering, and declining -----------------------------------------------------------------


def get_asked(token: str) -> Asked:
    """Return what a link leads to.

    :raises NotFoundError: when no e-mail carried this link.
    """
    row = db.session.execute(
        select(FollowUp, Enrolment)
        .join(FollowUpLink, FollowUpLink.enrolment_id == FollowUp.enrolment_id)
        .join(Enrolment, Enrolment.id == FollowUp.enrolment_id)
        .where(FollowUpLink.token_hash == _hash(token))
    ).first()
    if row is None:
        raise NotFoundError
    return Asked(*row)


def check_is_open(asked: Asked, module: Module | None, now: datetime) -> Module:
    """Return the module whose form can still be answered.

    :raises FollowUpOverError: when it is too late, or the module asks this no more.
    """
    spec = _spec_of(module)
    is_asked = spec is not None and spec.form == asked.follow_up.form_id
    if module is None or not is_asked or now >= asked.follow_up.closes_at:
        raise FollowUpOverError
    return module


def answer_follow_up(
    asked: Asked, module: Module, answers: Mapping[str, Any], *, language: str, now: datetime
) -> None:
    """Hand in the follow-up; a second time it changes nothing.

    Who asked us not to write may still answer.

    :raises FollowUpOverError: when it is too late, or the module asks this no more.
    """
    check_is_open(asked, module, now)
    enrolment = asked.enrolment
    if not _end(enrolment.id, FollowUpState.ANSWERED):
        return
    person = list_people([enrolment.person_id])[enrolment.person_id]
    evaluations.submit_evaluation(
        module,
        Answered(
            form_id=asked.follow_up.form_id,
            answers=answers,
            setting=enrolment.setting,
            language=language,
            today=local_date(now, person.time_zone),
        ),
        enrolment_id=enrolment.id,
        occasion=evaluations.FOLLOW_UP,
    )


def decline_follow_up(enrolment_id: int) -> None:
    """Write no more about this follow-up; what was answered stays answered."""
    _end(enrolment_id, FollowUpState.DECLINED)


def _end(enrolment_id: int, state: FollowUpState) -> bool:
    """End a follow-up that is not answered yet, with its e-mails; return whether it was not."""
    statement = (
        update(FollowUp)
        .where(FollowUp.enrolment_id == enrolment_id, FollowUp.state != FollowUpState.ANSWERED)
        .values(state=state, next_at=None)
        .returning(FollowUp.enrolment_id)
    )
    if db.session.execute(statement).first() is None:
        return False
    sent = select(FollowUpLink.message_id).where(FollowUpLink.enrolment_id == enrolment_id)
    withdraw_messages(db.session.scalars(sent).all())
    return True


def _hash(token: str) -> str:
    return hashlib.sha256(token.encode()).hexdigest()
