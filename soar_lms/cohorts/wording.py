"""Reports and invitations in words: orders, days, how far each has come, what is wrong with it."""

from __future__ import annotations

from collections.abc import Mapping

from flask_babel.speaklater import LazyString

from soar_lms.cohorts.due import Timing
from soar_lms.cohorts.filters import Due, Sort
from soar_lms.cohorts.invitation_list import LineState
from soar_lms.cohorts.invitations import Outcome
from soar_lms.cohorts.roster import LONGEST_NAME, BadLine, Fault
from soar_lms.i18n import gettext, ngettext
from soar_lms.i18n import lazy_gettext as _

LINE_STATES: Mapping[LineState, LazyString] = {
    LineState.OPEN: _("Invited"),
    LineState.EXPIRED: _("Expired"),
    LineState.JOINED: _("In the group by another way"),
    LineState.ACCEPTED: _("Accepted"),
}
SORTS: Mapping[Sort, LazyString] = {
    Sort.STATE: _("What is still to do first"),
    Sort.NAME: _("Name"),
    Sort.COMPLETED: _("Completed last"),
    Sort.ACTIVE: _("Active last"),
    Sort.DUE: _("Due first"),
}
DUES: Mapping[Due, LazyString] = {
    Due.LATE: _("Late"),
    Due.WEEK: _("Due in the next 7 days"),
    Due.LATER: _("Due later"),
    Due.NONE: _("No due date"),
}
TIMINGS: Mapping[Timing, LazyString] = {
    Timing.LATE: _("Late"),
    Timing.COMPLETED_LATE: _("Completed late"),
}
_FAULTS: Mapping[Fault, LazyString] = {
    Fault.NO_ADDRESS: _("there is no e-mail address like name@example.org at its end."),
    Fault.SEVERAL: _("there is more than one e-mail address. Write one person on each line."),
    Fault.LONG_NAME: _("the name is longer than %(most)d characters.", most=LONGEST_NAME),
}


def say_fault(number: int, line: BadLine) -> str:
    """Say what is wrong with a line; `number` is its place in the box."""
    return str(gettext("Line %(number)d: %(fault)s", number=number, fault=_FAULTS[line.fault]))


def say_outcome(outcome: Outcome, repeats: int) -> list[str]:
    """Say how many were invited, and how many were not because they need not be."""
    said = [
        ngettext("%(num)d person is invited.", "%(num)d people are invited.", outcome.invited),
        ngettext(
            "%(num)d person was invited before and got no second e-mail.",
            "%(num)d people were invited before and got no second e-mail.",
            outcome.known,
        ),
        ngettext(
            "%(num)d person is in the group already.",
            "%(num)d people are in the group already.",
            outcome.members,
        ),
        ngettext(
            "%(num)d line had an address that stood above it.",
            "%(num)d lines had an address that stood above them.",
            repeats,
        ),
    ]
    counts = (outcome.invited, outcome.known, outcome.members, repeats)
    return [str(words) for words, count in zip(said, counts, strict=True) if count]
