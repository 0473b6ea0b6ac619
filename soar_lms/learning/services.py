"""The learner's way: enrolling, and the steps that lead to completion.

This floor conducts: it asks assessments for attempts and results and tells certificates to issue.
What it reads to know where a learner stands is in `standing`.
"""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date, datetime
from typing import Any

from sqlalchemy import select
from sqlalchemy.dialects import postgresql, sqlite
from sqlalchemy.exc import IntegrityError

from soar_lms.accounts.models import Person
from soar_lms.assessments import evaluations
from soar_lms.assessments import services as assessments
from soar_lms.assessments.evaluations import Answered
from soar_lms.assessments.models import Attempt
from soar_lms.catalogue.model import Module
from soar_lms.catalogue.schema import RefresherSpec
from soar_lms.certificates import services as certificates
from soar_lms.certificates.claims import Claim
from soar_lms.certificates.designs import BUILT_IN_LOOK, Look
from soar_lms.certificates.enclosing import enclose
from soar_lms.certificates.models import Certificate
from soar_lms.certificates.services import Provider
from soar_lms.clock import local_date
from soar_lms.database import db
from soar_lms.errors import DomainError, NotFoundError
from soar_lms.i18n import format_day, gettext, lazy_gettext
from soar_lms.learning.follow_ups import plan_follow_up
from soar_lms.learning.keeping import keep
from soar_lms.learning.models import Enrolment, LessonCompletion
from soar_lms.learning.path import SHARED, Path, PathKind, Step
from soar_lms.learning.standing import find_enrolment, find_renewal, get_enrolment, get_standing
from soar_lms.messages.services import attach, post_message, public_url


class StepNotOpenError(DomainError):
    """Something comes before this step."""

    title = lazy_gettext("This step is not open yet")
    message = lazy_gettext("Another step comes first. Your module page shows what is left.")


class RenewalNotOpenError(DomainError):
    """The certificate is still valid for longer than a renewal may come before its end."""

    title = lazy_gettext("It is too early to renew")

    def __init__(self, opens_on: date) -> None:
        self.message = gettext(
            "Your certificate is still valid. You can renew it from %(day)s.",
            day=format_day(opens_on),
        )


class RefresherOverError(DomainError):
    """The days on which the refresher can be begun are over, or the module has none."""

    title = lazy_gettext("The refresher can no longer be started")
    message = lazy_gettext(
        "Please go back to the module page. You can renew by taking the whole module again."
    )


# --- enrolling --------------------------------------------------------------------------------


def enrol(
    person: Person, module: Module, *, setting: str, language: str, now: datetime
) -> Enrolment:
    """Begin a module, or go on with it in `setting`.

    :raises NotFoundError: when the module has no such setting or language.
    """
    _check_offered(module, setting, language)
    enrolment = find_enrolment(person.id, module.id)
    if enrolment is None:
        enrolment = _insert_enrolment(
            Enrolment(
                person_id=person.id,
                module_id=module.id,
                cycle=1,
                setting=setting,
                language=language,
                enrolled_at=now,
            )
        )
    _go_on_in(setting, enrolment)
    enrolment.language = language
    if person.setting is None:
        person.setting = setting
    keep(enrolment, module)
    return enrolment


def _insert_enrolment(enrolment: Enrolment) -> Enrolment:
    try:
        with db.session.begin_nested():
            db.session.add(enrolment)
    except IntegrityError:  # a second click was faster
        return get_enrolment(enrolment.person_id, enrolment.module_id)
    return enrolment


def renew(
    person: Person, module: Module, *, kind: PathKind, language: str, now: datetime
) -> Enrolment:
    """Begin a new cycle in the setting of the last one; go on with the one that is under way.

    Everything of earlier cycles stays as it is, and their certificates are valid to their own end.

    :raises NotFoundError: when there is nothing that could be renewed.
    :raises RenewalNotOpenError: before the first day of the renewal.
    :raises RefresherOverError: when the refresher is asked for and not offered today.
    """
    last = get_enrolment(person.id, module.id)
    if last.completed_at is None:
        return last
    newest = certificates.list_newest_certificates([person.id], [module.id])
    renewal = find_renewal(module, newest.get((person.id, module.id)), now)
    setting = last.setting if last.setting in module.spec.settings else module.spec.settings[0]
    _check_offered(module, setting, language)
    if renewal is None:
        raise NotFoundError
    if not renewal.is_open:
        raise RenewalNotOpenError(renewal.opens_on)
    if kind is PathKind.REFRESHER and not renewal.has_refresher:
        raise RefresherOverError
    enrolment = _insert_enrolment(
        Enrolment(
            person_id=person.id,
            module_id=module.id,
            cycle=last.cycle + 1,
            path=kind,
            setting=setting,
            language=language,
            enrolled_at=now,
        )
    )
    keep(enrolment, module)
    return enrolment


def _check_offered(module: Module, setting: str, language: str) -> None:
    if setting not in module.spec.settings or language not in module.languages:
        raise NotFoundError


def change_setting(enrolment: Enrolment, module: Module, setting: str) -> None:
    """Go on in another setting: shared lessons stay done, those of the setting are asked for.

    :raises NotFoundError: when the module has no such setting.
    """
    if setting not in module.spec.settings:
        raise NotFoundError
    _go_on_in(setting, enrolment)
    keep(enrolment, module)


def _go_on_in(setting: str, enrolment: Enrolment) -> None:
    if enrolment.completed_at is None:
        enrolment.setting = setting


# --- steps ------------------------------------------------------------------------------------


def complete_lesson(
    enrolment: Enrolment, module: Module, lesson_id: str, now: datetime, language: str | None = None
) -> Path:
    """Note that a lesson is done, and return the path; a second time it changes nothing.

    :param language: that of the page, which the learner goes on in; None: the one before.
    :raises NotFoundError: when the module has no such lesson.
    """
    lesson = module.find_lesson(lesson_id)
    if lesson is None:
        raise NotFoundError
    insert = postgresql.insert if db.engine.dialect.name == "postgresql" else sqlite.insert
    db.session.execute(
        insert(LessonCompletion)
        .values(
            enrolment_id=enrolment.id,
            lesson_id=lesson_id,
            setting=enrolment.setting if lesson.by_setting else SHARED,
            completed_at=now,
        )
        .on_conflict_do_nothing()
    )
    enrolment.last_lesson = lesson_id
    enrolment.language = language or enrolment.language
    return keep(enrolment, module)


def answer_check(
    enrolment: Enrolment,
    module: Module,
    lesson_id: str,
    question_id: str,
    chosen: list[str],
    *,
    now: datetime,
) -> None:
    """Keep the answer to a knowledge check; the learner goes on in its lesson.

    :raises NotFoundError: when there is no such check.
    :raises ImpossibleAnswerError: when the question has no such options.
    """
    assessments.answer_check(
        module, enrolment_id=enrolment.id, question_id=question_id, chosen=chosen, now=now
    )
    enrolment.last_lesson = lesson_id


def start_test(
    enrolment: Enrolment, module: Module, instrument: str, *, language: str, now: datetime
) -> Attempt:
    """Open a test, or go on with the attempt that is open.

    :raises StepNotOpenError: when something comes before it, or it was passed.
    :raises AttemptLimitReachedError: when no attempt is left.
    :raises TooSoonError: when the wait after a failed attempt is not over.
    """
    step = {assessments.PRE: Step.PRE_TEST, assessments.POST: Step.POST_TEST}[instrument]
    if not get_standing(enrolment, module).path.is_open(step):
        raise StepNotOpenError
    return assessments.start_attempt(
        module,
        enrolment_id=enrolment.id,
        instrument=instrument,
        setting=enrolment.setting,
        language=language,
        now=now,
    )


def give_evaluation(
    enrolment: Enrolment,
    module: Module,
    form_id: str,
    answers: Mapping[str, Any],
    *,
    language: str,
    time_zone: str,
    now: datetime,
) -> None:
    """Hand in the evaluation, by the one form or the longer one; a second time it changes nothing.

    The month that is kept with the answers is that of `time_zone`, where the learner is.

    :raises StepNotOpenError: when something comes before it.
    :raises NotFoundError: when the module does not ask this form now.
    """
    path = get_standing(enrolment, module).path
    if path.is_done(Step.EVALUATION):
        return
    if not path.is_open(Step.EVALUATION):
        raise StepNotOpenError
    evaluations.submit_evaluation(
        module,
        Answered(
            form_id=form_id,
            answers=answers,
            setting=enrolment.setting,
            language=language,
            today=local_date(now, time_zone),
        ),
        enrolment_id=enrolment.id,
        occasion=evaluations.COMPLETION,
    )
    keep(enrolment, module)


def complete_module(
    person: Person,
    enrolment: Enrolment,
    module: Module,
    *,
    setting_name: str,
    name: str,
    claim: Claim | None,
    language: str,
    provider: Provider,
    now: datetime,
    look: Look = BUILT_IN_LOOK,
) -> Certificate:
    """Take the last step: with the name confirmed, the module is complete and certified.

    A second time it returns the same certificate.

    :raises StepNotOpenError: when something is left to do.
    """
    _lock(enrolment)
    if enrolment.completed_at is not None:
        return certificates.get_latest_certificate(enrolment.id)
    standing = get_standing(enrolment, module)
    if not standing.path.is_open(Step.CONFIRMATION):
        raise StepNotOpenError
    enrolment.completed_at = now
    enrolment.language = language
    if standing.asked.evaluation:
        plan_follow_up(enrolment, module, person.time_zone, now)
    certificate = certificates.issue_certificate(
        module,
        setting_name=setting_name,
        enrolment_id=enrolment.id,
        person_id=person.id,
        name=name,
        setting=enrolment.setting,
        language=language,
        time_zone=person.time_zone,
        score=best_score(enrolment.id),
        claim=claim,
        provider=provider,
        now=now,
        refresher=refresher_of(enrolment, module),
        look=look,
    )
    keep(enrolment, module)
    _tell_of(certificate, person, now)
    return certificate


def _tell_of(certificate: Certificate, person: Person, now: datetime) -> None:
    enclosure = enclose(certificate)
    message = post_message(
        "certificate-issued",
        recipient=person.email,
        language=person.language,
        now=now,
        name=person.name,
        address=public_url(
            "certificates.show_certificate", code=certificate.code, language=person.language
        ),
        is_attached=enclosure is not None,
    )
    if enclosure is not None:
        attach(message, enclosure)


def draft_certificate(
    person: Person,
    enrolment: Enrolment,
    module: Module,
    *,
    setting_name: str,
    name: str,
    claim: Claim | None,
    language: str,
    provider: Provider,
    now: datetime,
    look: Look = BUILT_IN_LOOK,
) -> Certificate:
    """Return the certificate that `complete_module` would write; nothing is written.

    :raises CreditNotOfferedError: when the claim does not fit what is offered.
    """
    return certificates.draft_certificate(
        module,
        setting_name=setting_name,
        name=name,
        setting=enrolment.setting,
        language=language,
        time_zone=person.time_zone,
        score=best_score(enrolment.id),
        claim=claim,
        provider=provider,
        now=now,
        refresher=refresher_of(enrolment, module),
        look=look,
    )


def refresher_of(enrolment: Enrolment, module: Module) -> RefresherSpec | None:
    """Return the refresher that an enrolment takes; None for the whole module."""
    return module.spec.refresher if enrolment.path == PathKind.REFRESHER else None


def _lock(enrolment: Enrolment) -> None:
    statement = select(Enrolment).where(Enrolment.id == enrolment.id).with_for_update()
    db.session.execute(statement.execution_options(populate_existing=True)).scalar_one()


def best_score(enrolment_id: int) -> int | None:
    """Return the best result of the post-test in percent, or None."""
    attempts = assessments.list_attempts(enrolment_id, assessments.POST)
    scores = [attempt.percent for attempt in attempts if attempt.percent is not None]
    return max(scores, default=None)
