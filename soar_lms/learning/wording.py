"""Where somebody stands, and what is left, in words: for trainers' pages and files, and support."""

from __future__ import annotations

from collections.abc import Iterable, Mapping

from flask_babel.speaklater import LazyString

from soar_lms.i18n import lazy_gettext as _
from soar_lms.i18n import ngettext
from soar_lms.learning.path import Step, StepStatus
from soar_lms.learning.renewal import Status

STATUSES: Mapping[Status, LazyString] = {
    Status.NOT_STARTED: _("Not started"),
    Status.EXPIRED: _("Expired, to be renewed"),
    Status.IN_PROGRESS: _("In progress"),
    Status.PASSED: _("Passed, last steps open"),
    Status.RENEWING: _("Renewal in progress"),
    Status.RENEWAL_OPEN: _("Completed, can be renewed"),
    Status.COMPLETED: _("Completed"),
}
"""In the order of a trainer's list: those who have something to do first."""
STEPS: Mapping[Step, LazyString] = {
    Step.PRE_TEST: _("questions to begin"),
    Step.LESSONS: _("lessons"),
    Step.POST_TEST: _("final test"),
    Step.EVALUATION: _("evaluation"),
    Step.CONFIRMATION: _("name on the certificate"),
}


def say_left(left: Iterable[StepStatus]) -> str:
    """Write what is left as a list: `3 lessons, final test, evaluation`."""
    return say_steps((status.step, len(status.lessons_left)) for status in left)


def say_steps(steps: Iterable[tuple[Step, int]]) -> str:
    """Write steps as a list; the number is that of the lessons that are left."""
    return ", ".join(_say(step, count) for step, count in steps)


def _say(step: Step, count: int) -> str:
    if step is Step.LESSONS:
        return str(ngettext("%(num)d lesson", "%(num)d lessons", count))
    return str(STEPS[step])
