"""How far a task is, in words."""

from __future__ import annotations

from collections.abc import Mapping

from flask_babel.speaklater import LazyString

from soar_lms.i18n import format_share, gettext
from soar_lms.i18n import lazy_gettext as _
from soar_lms.tasks.kinds import kind_of, order_of
from soar_lms.tasks.models import State, Task

STATES: Mapping[State, LazyString] = {
    State.WAITING: _("Waiting"),
    State.RUNNING: _("Under way"),
    State.DONE: _("Ready"),
    State.FAILED: _("It did not work"),
    State.CANCELLED: _("Stopped"),
}


def say_title(task: Task) -> str:
    """Say what it is."""
    return kind_of(task).say_title(order_of(task))


def say_status(task: Task) -> str:
    """Say in a word or a share how far it is: for the title of the page and for lists."""
    if task.state == State.RUNNING and task.total:
        return format_share(task.done / task.total)
    return str(STATES[State(task.state)])


def say_state(task: Task) -> str:
    """Say in a sentence how far it is."""
    if task.state == State.RUNNING and task.total:
        if task.done >= task.total:
            return str(gettext("Everything is made. It is being put together."))
        return kind_of(task).say_progress(task.done, task.total)
    return str(_SENTENCES[State(task.state)])


_SENTENCES: Mapping[State, LazyString] = {
    State.WAITING: _("It begins as soon as what came before it is done."),
    State.RUNNING: _("It has begun."),
    State.DONE: _("It is ready."),
    State.FAILED: _(
        "It did not work, and nothing was lost. Please ask for it again. "
        "If it fails once more, tell the people who look after this site."
    ),
    State.CANCELLED: _("It was stopped. There is no file."),
}


def say_result(task: Task) -> list[str]:
    """Say what came of it, one sentence each; nothing as long as it is not done."""
    return kind_of(task).say_result(task.tally) if task.state == State.DONE else []
