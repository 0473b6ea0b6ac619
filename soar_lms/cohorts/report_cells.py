"""The lines of a report as cells of a table, in the language of the page.

A file may have a million of them: words are looked up once, and days are written once.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import dataclass
from datetime import date, datetime
from functools import lru_cache
from typing import Any, Generic, TypeVar
from zoneinfo import ZoneInfo

from soar_lms.certificates.codes import format_code
from soar_lms.cohorts.filters import Filters
from soar_lms.cohorts.report import Report
from soar_lms.cohorts.report_query import Line, state_of
from soar_lms.cohorts.report_totals import STATES
from soar_lms.cohorts.wording import DUES, TIMINGS
from soar_lms.content import catalogue
from soar_lms.i18n import current_language, gettext, languages
from soar_lms.learning.path import read_left
from soar_lms.learning.wording import say_steps
from soar_lms.tables import defuse

Key = TypeVar("Key")
Value = TypeVar("Value")


class Once(dict[Key, Value], Generic[Key, Value]):
    """Values that are made when they are asked for, and kept."""

    def __init__(self, make: Callable[[Key], Value]) -> None:
        super().__init__()
        self.make = make

    def __missing__(self, key: Key) -> Value:
        value = self[key] = self.make(key)
        return value


_DAY = 86_400
_FIRST_DAY = date(1970, 1, 1).toordinal()


class LocalDays:
    """The days of moments in a time zone, as text: worked out once for each day."""

    def __init__(self, zone: ZoneInfo) -> None:
        self.zone = zone
        self.shifts = Once[int, int | None](self._find_shift)
        self.days = Once[int, str](lambda day: date.fromordinal(day + _FIRST_DAY).isoformat())

    def find_days(self, moments: Iterable[int]) -> list[str]:
        """Return the days of moments, in seconds since 1970; of 0, which is none, nothing."""
        shifts, days = self.shifts, self.days
        return [
            self._read_day(moment)
            if not moment or (shift := shifts[moment // _DAY]) is None
            else days[(moment + shift) // _DAY]
            for moment in moments
        ]

    def _read_day(self, moment: int) -> str:
        return datetime.fromtimestamp(moment, self.zone).date().isoformat() if moment else ""

    def _find_shift(self, day: int) -> int | None:
        """Return how far the zone is from UTC on a day of UTC; None where that changes."""
        ends = (day * _DAY, (day + 1) * _DAY)
        first, last = (datetime.fromtimestamp(end, self.zone).utcoffset() for end in ends)
        return int(first.total_seconds()) if first is not None and first == last else None


@lru_cache
def local_days(time_zone: str) -> LocalDays:
    """Return the days of a time zone: what one report has worked out, the next has."""
    return LocalDays(ZoneInfo(time_zone))


_DAYS = (7, 9, 10, 11)
"""Which of the cells are days."""
Way = tuple[str | None, str, str]
"""What is left of a module, in which setting and language: few lines differ in them."""


def header() -> list[str]:
    """Return the heads of the columns."""
    return [
        gettext("Name"),
        gettext("E-mail"),
        gettext("Module"),
        gettext("Status"),
        gettext("Still to do"),
        gettext("Professional setting"),
        gettext("Language"),
        gettext("Completed on"),
        gettext("Certificate"),
        gettext("Valid until"),
        gettext("Last activity"),
        gettext("Due"),
        gettext("Against the due date"),
    ]


class Cells:
    """Turns lines into cells."""

    def __init__(self, report: Report, time_zone: str) -> None:
        tag = current_language().tag
        self.report, self.seconds = report, report.seconds
        self.titles = {
            name: report.catalogue.modules[name].title_in(tag) for name in report.module_ids
        }
        self.states: dict[str, str] = {state: str(words) for state, words in STATES.items()}
        self.settings = Once(say_setting)
        self.languages = Once(say_language)
        self.left = Once[str | None, str](lambda code: say_steps(read_left(code or "")))
        self.days = Once[int | None, str](
            lambda number: date.fromordinal(number).isoformat() if number else ""
        )
        self.find_days = local_days(time_zone).find_days
        self.due = {name: day.isoformat() for name, day in report.due.days.items()}
        self.timings = {timing: str(words) for timing, words in TIMINGS.items()}

    def texts(self, line: tuple[Any, ...]) -> tuple[str, ...]:
        """Return a line as text, with what people typed defused; days as YYYY-MM-DD."""
        # Taken apart at once: by names it would take as long as all the rest.
        _, _, _, name, email, _, *facts = line
        module, state, setting, language, completed, active, opens, expires, *rest = facts
        left, code, until, cycle, _ = rest
        state = self.find_state(state, opens, expires)
        return (
            defuse(name),
            defuse(email),
            self.titles[module],
            self.states[state],
            *self.say_way((left, setting, language)),
            self.days[completed],
            format_code(code) if code else "",
            self.days[until],
            *self.find_days([active]),
            self.due.get(module, ""),
            self.find_timing(module, state, expires, completed, cycle),
        )

    def find_state(self, state: Any, opens: int, expires: int) -> Any:
        """Return the state that a line is in today."""
        return state_of(state, opens, expires, self.seconds) if opens else state

    def find_timing(
        self, module: str, state: Any, expires: int, completed: int, cycle: int | None
    ) -> str:
        """Return what there is to say of a line and the day on which its module is due."""
        if module not in self.due:
            return ""
        timing = self.report.due.timing(module, state, expires, completed, cycle or 1)
        return self.timings[timing] if timing else ""

    def say_way(self, way: Way) -> tuple[str, str, str]:
        """Return the cells of what is left, setting and language."""
        left, setting, language = way
        return self.left[left], self.settings[setting], self.languages[language]

    def values(self, line: tuple[Any, ...]) -> list[str | date | None]:
        """Return a line as text, as it was typed, and days; None for nothing."""
        cells: list[str | date | None] = [cell or None for cell in self.texts(line)]
        cells[:2] = line[_NAME] or None, line[_NAME + 1] or None
        for place in _DAYS:
            written = cells[place]
            cells[place] = date.fromisoformat(written) if isinstance(written, str) else None
        return cells


_NAME = Line._fields.index("name")


@dataclass(frozen=True)
class Said:
    """One filter in words."""

    label: str
    words: str


def say_filters(filters: Filters) -> list[Said]:
    """Say what a report was narrowed to; nothing where it shows everybody."""
    tag = current_language().tag
    module = catalogue().find_module(filters.module or "")
    said = [
        (gettext("Module"), module.title_in(tag) if module else ""),
        (gettext("Status"), str(STATES[filters.state]) if filters.state else ""),
        (gettext("Professional setting"), say_setting(filters.setting or "")),
        (gettext("Language"), say_language(filters.language or "")),
        (gettext("Due"), str(DUES[filters.due]) if filters.due else ""),
        (gettext("Name or e-mail"), filters.text),
    ]
    return [Said(str(label), words) for label, words in said if words]


def say_setting(name: str) -> str:
    """Return what a setting is called; its id where it is no longer there."""
    setting = catalogue().settings.get(name)
    return setting.name.get(current_language().tag, name) if setting else name


def say_language(tag: str) -> str:
    """Return what a language calls itself; its tag where the site does not speak it."""
    spoken = languages().get(tag)
    return spoken.name if spoken else tag
