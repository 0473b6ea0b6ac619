"""Duplicates, merges and what is in their way, in words: the same for every page."""

from __future__ import annotations

from collections.abc import Mapping

from flask_babel.speaklater import LazyString

from soar_lms.accounts.duplicates import Likeness, Reason
from soar_lms.administration.undoing import Obstacle
from soar_lms.clock import local_date
from soar_lms.i18n import format_day, gettext
from soar_lms.i18n import lazy_gettext as _
from soar_lms.learning.merging import Joint

REASONS: Mapping[Reason, LazyString] = {
    Reason.SAME_MAILBOX: _("the same mailbox"),
    Reason.SAME_NAME_AND_LOCAL_PART: _("the same name, and the same e-mail before the @"),
    Reason.SAME_NAME_AND_COHORT: _("the same name in the same group"),
    Reason.SAME_NAME_AND_PRACTICE: _("the same name, profession, and state"),
}
OBSTACLES: Mapping[Obstacle, LazyString] = {
    Obstacle.UNDONE: _("This was undone already."),
    Obstacle.LATER_MERGE: _(
        "One of the accounts was made one with another later. Undo that first."
    ),
    Obstacle.WENT_ON: _("A module or test that was moved has been gone on with."),
    Obstacle.COMPLETED: _("A module was completed with what was moved into it."),
    Obstacle.CHANGED: _("Something that was moved has been changed or removed."),
}


def say_reasons(likeness: Likeness) -> str:
    """Write why two accounts may be one person's, as a list."""
    return "; ".join(str(words) for reason, words in REASONS.items() if reason in likeness.reasons)


def say_joint(joint: Joint, time_zone: str) -> str:
    """Write what becomes of what both did in a module; the day is that of `time_zone`."""
    moment, completed = joint.present.completed_at, ""
    if moment:
        day = format_day(local_date(moment, time_zone))
        completed = gettext("Completed on %(day)s.", day=day)
    if joint.history is None:
        return str(completed or gettext("Goes on."))
    return str(_say_pair(joint, completed))


def _say_pair(joint: Joint, completed: str) -> str:
    if not joint.combines:
        words = gettext(
            "%(completed)s It was completed twice: the other time is kept as history.",
            completed=completed,
        )
    elif completed:
        words = gettext(
            "%(completed)s What the other account did in it is added.", completed=completed
        )
    else:
        words = gettext("What both accounts did in it is put together.")
    return str(words)
