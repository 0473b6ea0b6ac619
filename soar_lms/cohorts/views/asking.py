"""The page that asks before something is done that cannot be undone."""

from __future__ import annotations

from flask import render_template
from flask.typing import ResponseReturnValue

from soar_lms.cohorts.models import Cohort
from soar_lms.cohorts.questions import Question
from soar_lms.forms import ActionForm


def ask(
    cohort: Cohort, question: Question, form: ActionForm, *, room: str, label: str
) -> ResponseReturnValue:
    """Ask; whoever answered with a token that was too old is asked once more.

    :param room: the endpoint of the room that the question belongs to, and of the way back.
    :param label: what that room is called.
    """
    page = render_template(
        "cohorts/action_confirm.html",
        cohort=cohort,
        question=question,
        form=form,
        room=room,
        label=label,
    )
    return page, 422 if form.is_submitted() else 200
