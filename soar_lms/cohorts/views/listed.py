"""What a report says of its list: the filters that are set, and how many lines they leave."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass

from soar_lms.cohorts.filters import Filters, RowState
from soar_lms.cohorts.report import ReportPage
from soar_lms.i18n import format_number, gettext, ngettext

Options = Mapping[str, list[tuple[str, str]]]


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
