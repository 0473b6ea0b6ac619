"""Reminders in words: when, what became of each, and why somebody got none."""

from __future__ import annotations

from collections.abc import Mapping

from flask_babel.speaklater import LazyString

from soar_lms.i18n import format_number, gettext, ngettext
from soar_lms.i18n import lazy_gettext as _
from soar_lms.reminders.letters import When
from soar_lms.reminders.models import Kind, Reminder, State, Why
from soar_lms.reminders.planning import TODAY, Preview
from soar_lms.reminders.shown import INVITED, UNCONFIRMED, Tally

STATES: Mapping[State, LazyString] = {
    State.WAITING: _("Waiting"),
    State.SENT: _("Sent"),
    State.WITHDRAWN: _("Not sent"),
    State.FAILED: _("Failed"),
    State.BOUNCED: _("Came back"),
}
"""What a log can be narrowed to; what is planned waits, too."""
WHYS: Mapping[str, LazyString] = {
    Why.COMPLETED: _("completed meanwhile"),
    Why.OPTED_OUT: _("does not want reminders"),
    Why.BOUNCING: _("e-mail to this address comes back"),
    Why.LEFT: _("not in the group any more"),
    Why.ARCHIVED: _("the group does not remind any more"),
    Why.CHANGED: _("the group reminds on other days now"),
    Why.CLOSED: _("the account is closed"),
    Why.ACCEPTED: _("accepted meanwhile"),
    Why.LATE: _("too late by now"),
    TODAY: _("had a reminder today"),
}
LEFT_OUT: Mapping[str, LazyString] = {
    Why.COMPLETED: _("has completed"),
    INVITED: _("has not accepted the invitation"),
    TODAY: WHYS[TODAY],
    Why.OPTED_OUT: WHYS[Why.OPTED_OUT],
    Why.BOUNCING: WHYS[Why.BOUNCING],
    UNCONFIRMED: _("has not confirmed the e-mail address"),
    Why.CLOSED: WHYS[Why.CLOSED],
}
"""Why somebody whom the report shows would get no e-mail now."""
WHENS: Mapping[When, LazyString] = {
    When.BEFORE: _("Before the due day"),
    When.TODAY: _("On the due day"),
    When.AFTER: _("After the due day"),
    When.NO_DAY: _("Without a due day"),
}


def say_state(reminder: Reminder) -> str:
    """Say what became of a reminder."""
    return str(STATES.get(State(reminder.state), STATES[State.WAITING]))


def say_kind(reminder: Reminder) -> str:
    """Say why it was written."""
    if reminder.kind == Kind.INVITATION:
        return str(gettext("invitation not accepted"))
    if reminder.step is None:
        return str(gettext("sent by a trainer"))
    if reminder.step == 0:
        return str(gettext("on the due day"))
    days = abs(reminder.step)
    if reminder.step < 0:
        return str(ngettext("%(num)d day before", "%(num)d days before", days))
    return str(ngettext("%(num)d day after", "%(num)d days after", days))


def say_outcome(found: Preview) -> list[str]:
    """Say how many are reminded, and how many are not for which reason."""
    counts = {
        "": ngettext(
            "%(num)d person is reminded.", "%(num)d people are reminded.", found.counts.get("", 0)
        ),
        TODAY: ngettext(
            "%(num)d person had a reminder of this module today and gets no second one.",
            "%(num)d people had a reminder of this module today and get no second one.",
            found.counts.get(TODAY, 0),
        ),
        Why.OPTED_OUT: ngettext(
            "%(num)d person does not want reminders.",
            "%(num)d people do not want reminders.",
            found.counts.get(Why.OPTED_OUT, 0),
        ),
        Why.BOUNCING: ngettext(
            "%(num)d person cannot be reached: e-mail to the address comes back.",
            "%(num)d people cannot be reached: e-mail to their addresses comes back.",
            found.counts.get(Why.BOUNCING, 0),
        ),
    }
    return [str(words) for why, words in counts.items() if found.counts.get(why)]


def say_tally(tally: Tally) -> list[str]:
    """Say how many reminders are planned for those whom the report shows, and why not more."""
    said = [
        ngettext(
            "%(number)s reminder is on its way.",
            "%(number)s reminders are on their way.",
            tally.mails,
            number=format_number(tally.mails),
        )
        if tally.mails
        else gettext("Nobody needs a reminder now. Nothing is sent.")
    ]
    reasons = [
        f"{words} ({format_number(tally.counts[why])})"
        for why, words in LEFT_OUT.items()
        if tally.counts.get(why)
    ]
    if reasons:
        said.append(gettext("No e-mail: %(reasons)s.", reasons=", ".join(reasons)))
    return [str(words) for words in said]
