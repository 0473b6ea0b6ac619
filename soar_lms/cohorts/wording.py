"""States and steps in words, for trainers: the same on the page and in the file."""

from __future__ import annotations

from collections.abc import Iterable, Mapping

from flask_babel.speaklater import LazyString

from soar_lms.i18n import lazy_gettext as _
from soar_lms.i18n import ngettext
from soar_lms.learning.path import State, Step, StepStatus

STATES: Mapping[State, LazyString] = {
    State.NOT_STARTED: _("Not started"),
    State.IN_PROGRESS: _("In progress"),
    State.PASSED: _("Passed, last steps open"),
    State.COMPLETED: _("Completed"),
}
STEPS: Mapping[Step, LazyString] = {
    Step.PRE_TEST: _("questions to begin"),
    Step.LESSONS: _("lessons"),
    Step.POST_TEST: _("final test"),
    Step.EVALUATION: _("evaluation"),
    Step.CONFIRMATION: _("name on the certificate"),
}


def say_left(left: Iterable[StepStatus]) -> str:
    """Write what is left as a list: `3 lessons, final test, evaluation`."""
    return ", ".join(_say(status) for status in left)


def _say(status: StepStatus) -> str:
    count = len(status.lessons_left)
    if status.step is Step.LESSONS:
        return str(ngettext("%(num)d lesson", "%(num)d lessons", count))
    return str(STEPS[status.step])
