"""From filters to a question for the database: the scope that makes a statement, and its values."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from soar_lms.cohorts.due import DueDays
from soar_lms.cohorts.filters import Due, Filters, Sort
from soar_lms.cohorts.report_scope import LAST_SIGN, Scope
from soar_lms.cohorts.sorting import fold

LONGEST_OPENING = 368 * 86_400
"""Seconds for which a certificate can be renewable before it expires (`RenewalSpec`), and a day."""
_ANY_DAY = 1
"""The end of the day of a module that has none, where only those are asked for."""


@dataclass(frozen=True)
class Asked:
    """A question: what makes its statement, and the values of the parameters."""

    scope: Scope
    values: Mapping[str, Any]
    modules: Sequence[str]
    """As they fall due: those that the order by days has, and that a filter for days leaves."""


def ask(
    filters: Filters,
    values: Mapping[str, Any],
    *,
    due: DueDays,
    module_ids: Sequence[str],
    left_out: Sequence[str] = (),
    words: Sequence[str] | None = None,
    found: Collection[int] | None = None,
    has_few: bool = False,
) -> Asked:
    """Return the question of a report.

    :param values: those of `values_of`.
    :param left_out: the modules of the cohort that are not in the catalogue.
    :param words: what a search asks for; None where nothing is searched for.
    :param found: the places that it found, if they are few.
    :param has_few: whether the filters leave few lines, by the counts.
    """
    is_by_day = filters.due is not None or filters.sort is Sort.DUE
    modules = _list_by_day(filters, due, module_ids) if is_by_day else []
    scope = Scope(
        sort=filters.sort,
        state=filters.state,
        due=filters.due,
        modules=len(modules),
        is_of_module=filters.module is not None,
        is_of_setting=filters.setting is not None,
        is_of_language=filters.language is not None,
        left_out=len(left_out),
        words=None if words is None else len(words),
        has_found=found is not None,
        has_few=has_few,
    )
    more: dict[str, Any] = {f"left_out{place}": name for place, name in enumerate(left_out)}
    for place, name in enumerate(modules):
        more[f"module{place}"], more[f"end{place}"] = name, due.ends.get(name, _ANY_DAY)
    if words is not None:
        more |= values_of_words(words) | _with_last("begun", fold(filters.text))
    if found is not None:
        more["found"] = found
    return Asked(scope, {**values, **more}, modules)


def values_of(cohort_id: int, filters: Filters, seconds: int) -> dict[str, Any]:
    """Return what every question of a report has a value for.

    :param seconds: the moment, as lines have it.
    """
    return {
        "cohort_id": cohort_id,
        "seconds": seconds,
        "recent": seconds - LONGEST_OPENING,
        "module": filters.module,
        "setting": filters.setting,
        "language": filters.language,
    }


def values_of_words(words: Sequence[str]) -> dict[str, str]:
    """Return the words of a search, each with the last text there is that begins so."""
    values: dict[str, str] = {}
    for place, word in enumerate(words):
        values |= _with_last(f"word{place}", word)
    return values


def _with_last(name: str, word: str) -> dict[str, str]:
    return {name: word, f"{name}_last": word + LAST_SIGN}


def _list_by_day(filters: Filters, due: DueDays, module_ids: Sequence[str]) -> list[str]:
    """Return the modules as they fall due; those without a day at the end."""
    days, known = due.days, module_ids
    if filters.due:
        near = due.modules_that_are(filters.due)
        is_without = filters.due is Due.NONE
        known = [name for name in known if (name not in days if is_without else name in near)]
    names = [name for name in known if filters.module in (None, name)]
    return sorted(names, key=lambda name: (name not in days, days.get(name, due.today), name))
