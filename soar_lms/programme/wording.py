"""What stands in a report, in words."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date

from babel.dates import format_skeleton
from flask_babel.speaklater import LazyString

from soar_lms.accounts.professions import list_professions, list_territories
from soar_lms.content import catalogue
from soar_lms.i18n import current_language, format_day, gettext, languages
from soar_lms.i18n import lazy_gettext as _
from soar_lms.programme.periods import Kind, Period, list_back, read_period
from soar_lms.programme.questions import NOT_TOLD, Dimension, Format, Measure

DIMENSIONS: Mapping[Dimension, LazyString] = {
    Dimension.TERRITORY: _("State or territory"),
    Dimension.PROFESSION: _("Profession"),
    Dimension.SETTING: _("Professional setting"),
    Dimension.LANGUAGE: _("Language"),
    Dimension.FORMAT: _("Format"),
    Dimension.MODULE: _("Module"),
    Dimension.QUARTER: _("Quarter"),
}
MEASURES: Mapping[Measure, LazyString] = {
    Measure.PEOPLE: _("People trained"),
    Measure.COMPLETIONS: _("Completions"),
    Measure.BEGAN: _("People who began"),
}
FORMATS: Mapping[Format, LazyString] = {
    Format.ALONE: _("Online, on one’s own"),
    Format.GROUP: _("Online, with a group"),
}
KINDS: Mapping[Kind, tuple[LazyString, int]] = {
    Kind.FISCAL_QUARTER: (_("Federal fiscal quarters"), 8),
    Kind.FISCAL_YEAR: (_("Federal fiscal years"), 4),
    Kind.QUARTER: (_("Calendar quarters"), 8),
    Kind.YEAR: (_("Calendar years"), 4),
    Kind.MONTH: (_("Months"), 12),
}
"""What a menu of periods is divided into, and how many there are of each."""


@dataclass(frozen=True)
class Asked:
    """What a law or a grant asks of such programs, as it was read on a day."""

    words: LazyString
    source: str
    address: str
    read_on: date


ASKED: Sequence[Asked] = (
    Asked(
        _(
            "Each year, the Department of Health and Human Services tells Congress how many "
            "people the SOAR program trained, and in which states and territories."
        ),
        "SOAR to Health and Wellness Act of 2018, P.L. 115-398 (42 U.S.C. 300d-54)",
        "https://www.acf.hhs.gov/otip/news/hr-767",
        date(2026, 11, 28),
    ),
    Asked(
        _(
            "Groups with certain federal grants against human trafficking report each quarter on "
            "the training they gave."
        ),
        "OMB 0970-0609",
        "https://omb.report/icr/202502-0970-021/doc/152260300",
        date(2026, 11, 22),
    ),
)


Values = Mapping[Dimension, Mapping[str, str]]
"""The values of each dimension, with their words."""


def list_values() -> Values:
    """Return the values of each dimension with their words, in the order of a page."""
    tag = current_language().tag
    not_told = {NOT_TOLD: str(gettext("Not told"))}
    modules = sorted((module.title_in(tag), name) for name, module in catalogue().modules.items())
    return {
        Dimension.TERRITORY: dict(list_territories()[1:]) | not_told,
        Dimension.PROFESSION: dict(list_professions()[1:]) | not_told,
        Dimension.SETTING: {name: item.name[tag] for name, item in catalogue().settings.items()},
        Dimension.LANGUAGE: {name: item.name for name, item in languages().items()},
        Dimension.FORMAT: {name: str(words) for name, words in FORMATS.items()},
        Dimension.MODULE: {name: title for title, name in modules},
        Dimension.QUARTER: {},
    }


def say_value(values: Values, dimension: Dimension, key: str) -> str:
    """Return what a line is called; its id where the site knows no word for it any more."""
    if dimension is Dimension.QUARTER:
        period = read_period(key)
        return say_period(period) if period else key
    return values[dimension].get(key, key)


def say_period(period: Period) -> str:
    """Say a period without its days."""
    year, number = str(period.year), period.number
    if period.kind is Kind.FISCAL_YEAR:
        return str(gettext("Fiscal year %(year)s", year=year))
    if period.kind is Kind.FISCAL_QUARTER:
        return str(gettext("Fiscal year %(year)s, quarter %(number)d", year=year, number=number))
    if period.kind is Kind.YEAR:
        return str(gettext("Year %(year)s", year=year))
    if period.kind is Kind.QUARTER:
        return str(gettext("%(year)s, quarter %(number)d", year=year, number=number))
    if period.kind is Kind.MONTH:
        words = format_skeleton("yMMMM", period.first, locale=current_language().locale)
        return words[:1].upper() + words[1:]
    return say_days(period)


def say_days(period: Period) -> str:
    """Say from when to when a period is."""
    first, last = format_day(period.first), format_day(period.last)
    return str(gettext("%(first)s to %(last)s", first=first, last=last))


def list_periods(today: date, chosen: Period) -> list[tuple[str, list[tuple[str, str]]]]:
    """Return the periods of a menu in groups, as (code, words); the chosen one is among them."""
    groups = []
    for kind, (words, count) in KINDS.items():
        periods = list_back(kind, today, count)
        if chosen.kind is kind and chosen not in periods:
            periods.append(chosen)
        groups.append((str(words), [(each.code, say_period(each)) for each in periods]))
    return groups
