"""Giving a learner one more try of the final test: a person decides, says why, and is on record."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import datetime

from soar_lms.accounts.models import Person
from soar_lms.assessments import services as assessments
from soar_lms.assessments.granting import keep_grant, list_granted
from soar_lms.assessments.models import Attempt
from soar_lms.assessments.tries import count_tries, next_number
from soar_lms.audit.services import Action, Actor, record
from soar_lms.catalogue.model import Module
from soar_lms.errors import DomainError
from soar_lms.i18n import lazy_gettext
from soar_lms.learning.models import Enrolment
from soar_lms.learning.path import Path, Step
from soar_lms.learning.standing import get_standing
from soar_lms.messages.services import post_message, public_url


class GrantNotNeededError(DomainError):
    """Nothing stands before the learner's next try, or there is none to come."""

    title = lazy_gettext("No further try is needed")
    message = lazy_gettext(
        "This learner can begin the final test now, is taking it, or has passed it."
    )


@dataclass(frozen=True)
class HeldBack:
    """A try of the final test that the rules hold back, and that somebody may give."""

    number: int
    opens_at: datetime | None
    """When its wait is over; None: no try is left."""


def find_held_back(enrolment: Enrolment, module: Module, now: datetime) -> HeldBack | None:
    """Return the try of the final test that limit or wait hold back, or None."""
    path = get_standing(enrolment, module).path
    earlier = assessments.list_attempts(enrolment.id, assessments.POST)
    return held_back(module, path, earlier, list_granted([enrolment.id])[enrolment.id], now)


def held_back(
    module: Module,
    path: Path,
    attempts: Sequence[Attempt],
    granted: Collection[int],
    now: datetime,
) -> HeldBack | None:
    """Return the try that is held back, for an enrolment that is known, or None.

    Where the final test is not the learner's to take now, or is being taken, there is none.
    """
    earlier = [attempt for attempt in attempts if attempt.instrument == assessments.POST]
    post = module.spec.instruments.post
    if post is None or not path.is_open(Step.POST_TEST) or any(item.is_open for item in earlier):
        return None
    tries = count_tries(post, earlier, now, granted)
    if tries.left != 0 and tries.opens_at is None:
        return None
    return HeldBack(next_number(earlier), tries.opens_at)


def grant_attempt(
    person: Person,
    enrolment: Enrolment,
    module: Module,
    *,
    number: int,
    reason: str,
    actor: Actor,
    now: datetime,
) -> None:
    """Allow one try more, put it on record, and tell the learner; a second time, nothing.

    :param number: the try that is meant, as the page said: a second click gives no second one.
    :raises GrantNotNeededError: when no such try is held back.
    """
    held = find_held_back(enrolment, module, now)
    if held is None and number in list_granted([enrolment.id])[enrolment.id]:
        return
    if held is None or held.number != number:
        raise GrantNotNeededError
    if not keep_grant(enrolment.id, number, now):
        return
    record(
        Action.ATTEMPT_GRANTED,
        actor=actor,
        now=now,
        person_id=person.id,
        reason=reason,
        module=module.id,
        instrument=assessments.POST,
        number=number,
    )
    post_message(
        "attempt-granted",
        recipient=person.email,
        language=person.language,
        now=now,
        name=person.name,
        module=module.title_in(person.language),
        address=public_url("learning.show_module", module_id=module.id, language=person.language),
    )
