"""The learner's way: enrolling, lessons, and everything that leads to completion.

This floor conducts: it asks assessments for attempts and results and tells certificates to issue.
"""

from __future__ import annotations

import json
from collections.abc import Collection, Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from sqlalchemy import literal, select, union_all
from sqlalchemy.dialects import postgresql, sqlite
from sqlalchemy.exc import IntegrityError

from soar_lms.accounts.models import Person
from soar_lms.assessments import services as assessments
from soar_lms.assessments.models import Attempt
from soar_lms.assessments.services import FactSelect
from soar_lms.catalogue.model import Catalogue, Module
from soar_lms.certificates import services as certificates
from soar_lms.certificates.models import Certificate
from soar_lms.certificates.services import Claim, Provider
from soar_lms.database import db
from soar_lms.errors import DomainError, NotFoundError
from soar_lms.i18n import lazy_gettext
from soar_lms.learning.models import SHARED, Enrolment, LessonCompletion
from soar_lms.learning.path import Facts, Path, Step, assess, requirements
from soar_lms.messages.services import post_message, public_url

_LESSON_FACT = "lesson"


class StepNotOpenError(DomainError):
    """Something comes before this step."""

    title = lazy_gettext("This step is not open yet")
    message = lazy_gettext("Something comes before it. Your module page shows what is left.")


@dataclass
class Progress:
    """What an enrolment did so far, as it stands in the database."""

    lessons_done: set[tuple[str, str]] = field(default_factory=set)
    submitted: set[str] = field(default_factory=set)
    passed: bool = False
    evaluation_given: bool = False
    checks: dict[str, list[str]] = field(default_factory=dict)

    def facts(self, *, completed: bool) -> Facts:
        return Facts(
            lessons_done=frozenset(self.lessons_done),
            pre_test_submitted=assessments.PRE in self.submitted,
            post_test_passed=self.passed,
            evaluation_given=self.evaluation_given,
            completed=completed,
        )


@dataclass(frozen=True)
class Standing:
    """An enrolment with where it stands."""

    enrolment: Enrolment
    path: Path
    progress: Progress


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
        enrolment = _insert_enrolment(person, module, setting, language, now)
    change_setting(enrolment, module, setting)
    enrolment.language = language
    if person.setting is None:
        person.setting = setting
    return enrolment


def _insert_enrolment(
    person: Person, module: Module, setting: str, language: str, now: datetime
) -> Enrolment:
    enrolment = Enrolment(
        person_id=person.id,
        module_id=module.id,
        cycle=1,
        setting=setting,
        language=language,
        enrolled_at=now,
    )
    try:
        with db.session.begin_nested():
            db.session.add(enrolment)
    except IntegrityError:  # a second click was faster
        return get_enrolment(person.id, module.id)
    return enrolment


def _check_offered(module: Module, setting: str, language: str) -> None:
    if setting not in module.spec.settings or language not in module.languages:
        raise NotFoundError


def find_enrolment(person_id: int, module_id: str) -> Enrolment | None:
    """Return a person's present enrolment in a module (the latest cycle), or None."""
    return db.session.scalar(
        select(Enrolment)
        .where(Enrolment.person_id == person_id, Enrolment.module_id == module_id)
        .order_by(Enrolment.cycle.desc())
        .limit(1)
    )


def get_enrolment(person_id: int, module_id: str) -> Enrolment:
    """Return a person's present enrolment in a module.

    :raises NotFoundError: when there is none.
    """
    enrolment = find_enrolment(person_id, module_id)
    if enrolment is None:
        raise NotFoundError
    return enrolment


def change_setting(enrolment: Enrolment, module: Module, setting: str) -> None:
    """Go on in another setting: shared lessons stay done, those of the setting are asked for.

    :raises NotFoundError: when the module has no such setting.
    """
    if setting not in module.spec.settings:
        raise NotFoundError
    if enrolment.completed_at is None:
        enrolment.setting = setting


# --- where a learner stands -------------------------------------------------------------------


def load_progress(
    enrolment_ids: Collection[int], *, checks_of: int | None = None
) -> dict[int, Progress]:
    """Return what each enrolment did, in one query; with the checks of one of them if asked."""
    found = {enrolment_id: Progress() for enrolment_id in enrolment_ids}
    if not found:
        return found
    selects: list[FactSelect] = [
        select(
            LessonCompletion.enrolment_id,
            literal(_LESSON_FACT),
            LessonCompletion.lesson_id,
            LessonCompletion.setting,
        ).where(LessonCompletion.enrolment_id.in_(enrolment_ids)),
        *assessments.select_results(enrolment_ids),
    ]
    if checks_of is not None:
        selects.append(assessments.select_checks(checks_of))
    for enrolment_id, kind, key, detail in db.session.execute(union_all(*selects)):
        _note(found[enrolment_id], kind, key, detail)
    return found


def _note(progress: Progress, kind: str, key: str, detail: str) -> None:
    if kind == _LESSON_FACT:
        progress.lessons_done.add((key, detail))
    elif kind == assessments.ATTEMPT_FACT:
        progress.submitted.add(key)
        progress.passed = progress.passed or detail == assessments.PASSED
    elif kind == assessments.EVALUATION_FACT:
        progress.evaluation_given = True
    else:
        progress.checks[key] = json.loads(detail)


def find_standing(person_id: int, module: Module, *, checks: bool = False) -> Standing | None:
    """Return where a person stands in a module, or None when they did not begin it."""
    enrolment = find_enrolment(person_id, module.id)
    return None if enrolment is None else get_standing(enrolment, module, checks=checks)


def get_standing(enrolment: Enrolment, module: Module, *, checks: bool = False) -> Standing:
    """Return where an enrolment stands."""
    checks_of = enrolment.id if checks else None
    progress = load_progress([enrolment.id], checks_of=checks_of)[enrolment.id]
    return _standing(enrolment, module, progress)


def _standing(enrolment: Enrolment, module: Module, progress: Progress) -> Standing:
    facts = progress.facts(completed=enrolment.completed_at is not None)
    return Standing(enrolment, assess(requirements(module, enrolment.setting), facts), progress)


def list_standings(
    catalogue: Catalogue, person_ids: Collection[int], module_ids: Collection[str]
) -> dict[tuple[int, str], Standing]:
    """Return where people stand in modules, by (person, module), in two queries."""
    enrolments = db.session.scalars(
        select(Enrolment)
        .where(Enrolment.person_id.in_(person_ids), Enrolment.module_id.in_(module_ids))
        .order_by(Enrolment.cycle)
    )
    latest = {
        (item.person_id, item.module_id): item
        for item in enrolments
        if item.module_id in catalogue.modules
    }
    progress = load_progress([item.id for item in latest.values()])
    return {
        key: _standing(item, catalogue.modules[item.module_id], progress[item.id])
        for key, item in latest.items()
    }


# --- steps ------------------------------------------------------------------------------------


def complete_lesson(enrolment: Enrolment, module: Module, lesson_id: str, now: datetime) -> None:
    """Note that a lesson is done; a second time it changes nothing.

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
    answers: Mapping[str, Any],
    *,
    language: str,
    now: datetime,
) -> None:
    """Hand in the evaluation; a second time it changes nothing.

    :raises StepNotOpenError: when something comes before it.
    """
    path = get_standing(enrolment, module).path
    if path.is_done(Step.EVALUATION):
        return
    if not path.is_open(Step.EVALUATION):
        raise StepNotOpenError
    assessments.submit_evaluation(
        module,
        enrolment_id=enrolment.id,
        setting=enrolment.setting,
        language=language,
        answers=answers,
        today=now.date(),
    )


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
) -> Certificate:
    """Take the last step: with the name confirmed, the module is complete and certified.

    A second time it returns the same certificate.

    :raises StepNotOpenError: when something is left to do.
    """
    _lock(enrolment)
    if enrolment.completed_at is not None:
        return certificates.get_current_certificate(enrolment.id)
    if not get_standing(enrolment, module).path.is_open(Step.CONFIRMATION):
        raise StepNotOpenError
    enrolment.completed_at = now
    enrolment.language = language
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
    )
    post_message(
        "certificate-issued",
        recipient=person.email,
        language=language,
        now=now,
        name=person.name,
        address=public_url(
            "certificates.show_certificate", code=certificate.code, language=language
        ),
    )
    return certificate


def _lock(enrolment: Enrolment) -> None:
    statement = select(Enrolment).where(Enrolment.id == enrolment.id).with_for_update()
    db.session.execute(statement.execution_options(populate_existing=True))


def best_score(enrolment_id: int) -> int | None:
    """Return the best result of the post-test in percent, or None."""
    attempts = assessments.list_attempts(enrolment_id, assessments.POST)
    scores = [attempt.percent for attempt in attempts if attempt.percent is not None]
    return max(scores, default=None)
