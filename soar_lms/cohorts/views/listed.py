"""What a report says of its list: the filters that are set, and how many people they leave."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass

from soar_lms.cohorts.filters import Filters, RowState
from soar_lms.cohorts.report import ReportPage, ReportRow
from soar_lms.cohorts.report_totals import Totals
from soar_lms.i18n import format_number, gettext, ngettext
from soar_lms.learning.renewal import Status

Options = Mapping[str, list[tuple[str, str]]]
_OPEN = (Status.NOT_STARTED, Status.EXPIRED, Status.IN_PROGRESS, Status.PASSED)
"""States in which something is asked of whoever is in them; of those who renew it depends."""


@dataclass(frozen=True)
class SetFilter:
    """A filter that is set, in words, with the address of the list without it."""

    words: str
    address: str


def list_set(
    filters: Filters,
    options: Options,
    states: Mapping[RowState, str],
    address_of: Callable[..., str],
) -> list[SetFilter]:
    """Return the filters that are set, each so that it can be dropped.

    :param options: what can be chosen, as (value, words), by the name of its list.
    :param address_of: makes an address of these filters with some of them changed.
    """
    words = {name: dict(pairs) for name, pairs in options.items()}
    found = (
        ("text", gettext("“%(words)s”", words=filters.text) if filters.text else None),
        ("module", words["module_options"].get(filters.module or "")),
        ("state", states[filters.state] if filters.state else None),
        ("setting", words["setting_options"].get(filters.setting or "")),
        ("language", words["language_options"].get(filters.language or "")),
        ("due", words["due_options"].get(filters.due or "")),
    )
    nothing = Filters()
    return [
        SetFilter(said, address_of(**{name: getattr(nothing, name)}))
        for name, said in found
        if said
    ]


def say_found(shown: int | None, page: ReportPage, *, several: bool) -> str:
    """Say how many lines the filters leave; where they are not counted, how many this page has.

    :param shown: the number, where it is known beforehand.
    :param several: whether there is a line for each person and module.
    """
    is_whole = shown is not None or not (page.before or page.after)
    count = len(page.rows) if shown is None else shown
    number = format_number(count)
    if is_whole and several:
        said = ngettext(
            "%(number)s line: one for each person and module.",
            "%(number)s lines: one for each person and module.",
            count,
            number=number,
        )
    elif is_whole:
        said = ngettext("%(number)s person.", "%(number)s people.", count, number=number)
    elif several:
        said = ngettext(
            "%(number)s line on this page. There are more.",
            "%(number)s lines on this page. There are more.",
            count,
            number=number,
        )
    else:
        said = ngettext(
            "%(number)s person on this page. There are more.",
            "%(number)s people on this page. There are more.",
            count,
            number=number,
        )
    return str(said)


def count_to_remind(filters: Filters, totals: Totals, page: ReportPage, modules: int) -> int | None:
    """Return how many of the people on a list have not completed; None where they are not counted.

    :param modules: how many modules the report is about.
    """
    if not (page.before or page.after):
        return len({row.person_id for row in page.rows if _is_open(row)})
    has_several = modules > 1 and filters.module is None
    if has_several or filters.text or filters.due:
        return None
    wanted = {filters.state} if filters.state else {*_OPEN, Status.RENEWING}
    if Status.RENEWING in wanted and totals.of(Status.RENEWING, filters.module):
        return None
    return sum(totals.of(state, filters.module) for state in _OPEN if state in wanted)


def _is_open(row: ReportRow) -> bool:
    return row.state in _OPEN or (row.state is Status.RENEWING and row.is_expired)
