"""What a group learned, in rows: the page and the file are both made of them."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass

from flask_babel.speaklater import LazyString

from soar_lms.assessments.gain import Share, Shift, Summary, Unpaired
from soar_lms.catalogue.model import Module
from soar_lms.cohorts.crowd import FLOOR
from soar_lms.cohorts.gains import Learning
from soar_lms.i18n import lazy_gettext as _

UNPAIRED: Mapping[Unpaired, LazyString] = {
    Unpaired.NO_POST: _("Questions to begin done, no final test yet"),
    Unpaired.NO_PRE: _("Final test done, but no questions to begin before it"),
    Unpaired.NEITHER: _("Neither of the two yet"),
    Unpaired.UNMEASURED: _("The module does not have both tests"),
}


@dataclass(frozen=True)
class Figure:
    """A number with its name; None where it cannot be said."""

    label: LazyString
    value: float | None
    digits: int = 0
    """How many are shown after the point."""


@dataclass(frozen=True)
class ObjectiveRow:
    """How many answers to an objective's questions were right, in percent."""

    text: str
    before: float | None
    after: float | None


@dataclass(frozen=True)
class ShiftRow:
    """Two parallel questions, and how people's answers to them changed."""

    stem: str
    counterpart: str
    asked: int
    shift: Shift | None
    """None where too few were asked both."""


def list_figures(summary: Summary) -> list[Figure]:
    """Return the figures of a group."""
    return [
        Figure(_("People with both tests"), summary.count),
        Figure(_("Mean before (percent)"), summary.mean_before, 1),
        Figure(_("Mean after, first try (percent)"), summary.mean_after, 1),
        Figure(_("Mean after, best try (percent)"), summary.mean_best, 1),
        Figure(_("Median before (percent)"), summary.median_before, 1),
        Figure(_("Median after, first try (percent)"), summary.median_after, 1),
        Figure(_("Mean gain (percentage points)"), summary.mean_gain, 1),
        Figure(_("Standard deviation of the gains (percentage points)"), summary.deviation, 1),
        Figure(_("Normalized gain (1 is all that could be gained)"), summary.normalised, 2),
        Figure(_("Effect size for paired results"), summary.effect, 2),
    ]


def list_unpaired(learning: Learning) -> list[Figure]:
    """Return how many people cannot be compared, by reason."""
    return [Figure(UNPAIRED[reason], count) for reason, count in learning.unpaired.items()]


def list_objectives(module: Module, learning: Learning, language: str) -> list[ObjectiveRow]:
    """Return the objectives that were asked about, in the order of the module."""
    texts = module.texts[language].objectives
    return [
        ObjectiveRow(texts[name], _percent(before), _percent(after))
        for name, (before, after) in (learning.counts.objectives if learning.counts else {}).items()
        if before.asked or after.asked
    ]


def _percent(share: Share) -> float | None:
    return None if share.value is None else 100 * share.value


def list_shifts(module: Module, learning: Learning, language: str) -> list[ShiftRow]:
    """Return the pairs of questions; how people answered only where enough were asked both."""
    texts = module.texts[language].questions
    return [
        ShiftRow(
            stem=texts[before].stem,
            counterpart=texts[after].stem,
            asked=shift.count,
            shift=shift if shift.count >= FLOOR else None,
        )
        for (before, after), shift in (learning.counts.shifts if learning.counts else {}).items()
    ]


SHIFTS: Mapping[str, LazyString] = {
    "learned": _("Wrong, then right"),
    "kept": _("Right both times"),
    "lost": _("Right, then wrong"),
    "missed": _("Wrong both times"),
}

Row = tuple[str, str, str, float | str]


def list_file_rows(module: Module, learning: Learning, language: str) -> Iterator[Row]:
    """Yield what the page shows as (part, about, figure, value), one number to a row."""
    for figure in list_figures(learning.summary) if learning.summary else ():
        yield str(_("The group")), "", str(figure.label), _written(figure.value, figure.digits)
    for figure in list_unpaired(learning):
        yield str(_("Not compared")), "", str(figure.label), _written(figure.value, figure.digits)
    for objective in list_objectives(module, learning, language):
        part = str(_("By objective"))
        yield part, objective.text, str(_("Right before (percent)")), _written(objective.before, 1)
        yield part, objective.text, str(_("Right after (percent)")), _written(objective.after, 1)
    for row in list_shifts(module, learning, language):
        yield from _shift_rows(row)


def _shift_rows(row: ShiftRow) -> Iterator[Row]:
    part, about = str(_("By question")), f"{row.stem} | {row.counterpart}"
    yield part, about, str(_("People asked both")), row.asked
    for name, label in SHIFTS.items():
        yield part, about, str(label), _written(getattr(row.shift, name, None), 0)


def _written(value: float | None, digits: int) -> float | str:
    return "" if value is None else round(value, digits or None)
