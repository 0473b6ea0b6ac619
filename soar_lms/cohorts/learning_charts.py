"""What a group learned, in sentences, charts and tables."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from statistics import quantiles

from soar_lms.assessments.gain import Outcome, Summary
from soar_lms.charts.bars import Bar, Kind, Row, draw_bars
from soar_lms.charts.spreads import Spread, draw_spreads
from soar_lms.cohorts.exhibits import Exhibit, Value, frame_of, percent, say_gain, say_people
from soar_lms.cohorts.gains import Learning, Part
from soar_lms.cohorts.item_charts import show_items_after, show_items_before
from soar_lms.cohorts.progress import PartCount
from soar_lms.cohorts.report_cells import say_language, say_setting
from soar_lms.cohorts.subject import Subject
from soar_lms.i18n import format_decimals, format_number, format_share, gettext

BAND = 20
"""Percent, and percentage points: how wide a band of results is."""
LEAST_FOR_QUARTERS = 10
"""People: of fewer, quarters of them are hardly more than single results."""


def list_exhibits(subject: Subject) -> list[Exhibit]:
    """Return the charts of the page, in its order; none where people could be recognised."""
    if subject.learning.summary is None:
        return []
    found = [show(subject) for show in EXHIBITS.values()]
    return [exhibit for exhibit in found if exhibit is not None]


# --- results --------------------------------------------------------------------------------------


def _show_results(subject: Subject) -> Exhibit:
    """Show how many reached how much, before and after."""
    outcomes, summary = subject.learning.outcomes, subject.summary
    title = gettext("Results before and after")
    statements = (
        gettext(
            "Half of the people had at least %(before)s percent right before, and at least "
            "%(after)s percent at the first try after.",
            before=format_decimals(summary.median_before, 0),
            after=format_decimals(summary.median_after, 0),
        ),
    )
    before = _count_bands(outcomes, lambda item: item.before)
    after = _count_bands(outcomes, lambda item: item.after)
    labels = [_band_label(band) for band in range(0, 100, BAND)]
    rows = [
        Row(
            label,
            (
                Bar(before[place], say_people(before[place], summary.count), Kind.OUTLINE),
                Bar(after[place], say_people(after[place], summary.count)),
            ),
        )
        for place, label in enumerate(labels)
    ]
    legend = [(Kind.OUTLINE, gettext("Before")), (Kind.SOLID, gettext("After, first try"))]
    return Exhibit(
        key="results",
        title=title,
        statements=statements,
        drawing=draw_bars(frame_of("results", title, statements), rows, legend=legend),
        head=(gettext("Right answers"), gettext("People before"), gettext("People after")),
        rows=tuple(zip(labels, before, after, strict=True)),
        notes=(
            gettext(
                "The band from 80 to 100 includes 100. Every other band ends just before its "
                "last number."
            ),
        ),
    )


def _count_bands(outcomes: Iterable[Outcome], of: Callable[[Outcome], float | None]) -> list[int]:
    """Return how many people are in each band of percents; the last one holds 100."""
    counts = [0] * (100 // BAND)
    for item in outcomes:
        value = of(item)
        if value is not None:
            counts[min(int(value // BAND), len(counts) - 1)] += item.people
    return counts


def _band_label(start: int) -> str:
    return str(gettext("%(low)d to %(high)d percent", low=start, high=start + BAND))


# --- quarters -------------------------------------------------------------------------------------


def _show_quarters(subject: Subject) -> Exhibit | None:
    """Show where the middle half of the results lies."""
    if subject.summary.count < LEAST_FOR_QUARTERS:
        return None
    title = gettext("The middle half of the group")
    before = _quarters(subject.learning.outcomes, lambda item: item.before)
    after = _quarters(subject.learning.outcomes, lambda item: item.after)
    statements = (
        gettext(
            "The middle half lies between %(low_before)s and %(high_before)s percent before, and "
            "between %(low_after)s and %(high_after)s after.",
            low_before=format_decimals(before[0], 0),
            high_before=format_decimals(before[2], 0),
            low_after=format_decimals(after[0], 0),
            high_after=format_decimals(after[2], 0),
        ),
    )
    named = ((gettext("Before"), before), (gettext("After, first try"), after))
    spreads = [Spread(name, *found, shown=_say_quarters(found)) for name, found in named]
    marks = [format_share(place) for place in (0, 0.5, 1)]
    return Exhibit(
        key="quarters",
        title=title,
        statements=statements,
        drawing=draw_spreads(frame_of("quarters", title, statements), spreads, (0, 100), marks),
        head=(
            gettext("Test"),
            gettext("A quarter is below (percent)"),
            gettext("Half is below (percent)"),
            gettext("Three quarters are below (percent)"),
        ),
        rows=tuple((name, *found) for name, found in named),
        notes=(
            gettext("The box holds the middle half of the people, and the mark is the median."),
        ),
    )


def _quarters(
    outcomes: Iterable[Outcome], of: Callable[[Outcome], float | None]
) -> tuple[float, float, float]:
    """Return the quartiles, as type 7 of Hyndman and Fan has them (American Statistician, 1996)."""
    values = [value for item in outcomes for value in [of(item)] * item.people if value is not None]
    low, middle, high = quantiles(values, n=4, method="inclusive")
    return low, middle, high


def _say_quarters(found: tuple[float, float, float]) -> str:
    low, middle, high = (format_decimals(value, 0) for value in found)
    return str(
        gettext("%(low)s to %(high)s, median %(middle)s percent", low=low, middle=middle, high=high)
    )


# --- gains ----------------------------------------------------------------------------------------


@dataclass(frozen=True)
class _GainBand:
    """Gains from `low` on and below `high`, in percentage points."""

    label: str
    low: float
    high: float
    kind: Kind = Kind.SOLID

    def count(self, outcomes: Iterable[Outcome]) -> int:
        return sum(
            item.people
            for item in outcomes
            if item.gain is not None and self.low <= item.gain < self.high
        )


_LEAST_GAIN = 1e-9
"""Anything less is rounding: the result is the same."""


def _gain_bands() -> list[_GainBand]:
    starts = [_LEAST_GAIN, *range(BAND, 61, BAND)]
    ends = [*range(BAND, 61, BAND)]
    words = [
        gettext("Higher by less than %(high)d points", high=BAND),
        *(
            gettext("Higher by %(low)d to %(high)d points", low=end - BAND, high=end)
            for end in ends[1:]
        ),
        gettext("Higher by %(low)d points or more", low=ends[-1]),
    ]
    return [
        _GainBand(gettext("Lower than before"), -200, -_LEAST_GAIN, Kind.STRIPED),
        _GainBand(gettext("The same"), -_LEAST_GAIN, _LEAST_GAIN, Kind.OUTLINE),
        *(
            _GainBand(label, low, high)
            for label, low, high in zip(words, starts, [*ends, 200], strict=True)
        ),
    ]


def _show_gains(subject: Subject) -> Exhibit:
    """Show how many gained how much."""
    summary, bands = subject.summary, _gain_bands()
    counts = [band.count(subject.learning.outcomes) for band in bands]
    title = gettext("How much results changed")
    statements = (
        gettext(
            "Of %(people)s people, %(up)s had a higher result after, %(same)s the same, and "
            "%(down)s a lower one.",
            people=format_number(summary.count),
            up=format_number(sum(counts[2:])),
            same=format_number(counts[1]),
            down=format_number(counts[0]),
        ),
    )
    rows = [
        Row(band.label, (Bar(count, say_people(count, summary.count), band.kind),))
        for band, count in zip(bands, counts, strict=True)
    ]
    return Exhibit(
        key="gains",
        title=title,
        statements=statements,
        drawing=draw_bars(frame_of("gains", title, statements), rows),
        head=(gettext("Change, percentage points"), gettext("People")),
        rows=tuple((band.label, count) for band, count in zip(bands, counts, strict=True)),
        notes=(
            gettext("A lower result can be chance: the two tests ask different questions."),
            gettext("A band begins with its first number and ends before its last."),
        ),
    )


# --- parts ----------------------------------------------------------------------------------------


def _show_parts(subject: Subject) -> Exhibit:
    """Show completion and gain of settings and languages side by side: of the whole group."""
    learning, counts = subject.learning, subject.parts
    title = gettext("By setting and language")
    rows = [
        Row(_say_part(part), (Bar(gain.mean_gain, say_gain(gain.mean_gain)),))
        for part, gain in _sorted(learning)
        if part.setting is None or part.language is None
    ]
    statements = _say_parts(bool(rows))
    return Exhibit(
        key="parts",
        title=title,
        statements=statements,
        drawing=draw_bars(frame_of("parts", title, statements), rows) if rows else None,
        head=(
            gettext("Professional setting"),
            gettext("Language"),
            gettext("People"),
            gettext("Completed"),
            gettext("Percent completed"),
            gettext("With both tests"),
            gettext("Mean gain (percentage points)"),
        ),
        rows=tuple(_part_row(part, counts, learning.gains.get(part)) for part in _parts_of(counts)),
        notes=(
            gettext("A percent is shown for 10 people or more. For fewer, the numbers say more."),
        ),
    )


def _say_parts(has_gains: bool) -> tuple[str, ...]:
    if not has_gains:
        return (
            gettext(
                "The gain of settings and languages is not shown: they are so small that a person "
                "could be recognized."
            ),
        )
    return (
        gettext("How much the results of the whole group rose, in percentage points (mean)."),
        gettext(
            "Settings and languages with so few people that one could be recognized are not shown."
        ),
    )


def _sorted(learning: Learning) -> list[tuple[Part, Summary]]:
    """Return the parts that may be shown: settings first, then languages."""
    return sorted(learning.gains.items(), key=lambda item: _order(item[0]))


def _order(part: Part) -> tuple[bool, str, str]:
    return part.setting is None, part.setting or "", part.language or ""


def _parts_of(counts: Sequence[PartCount]) -> list[Part]:
    """Return all parts of a group, each setting before its languages; languages alone come last."""
    parts = {
        part
        for item in counts
        for part in (
            Part(item.setting),
            Part(None, item.language),
            Part(item.setting, item.language),
        )
    }
    return sorted(parts, key=_order)


def _part_row(part: Part, counts: Sequence[PartCount], gain: Summary | None) -> tuple[Value, ...]:
    inside = [item for item in counts if part.has(item.setting, item.language)]
    people = sum(item.people for item in inside)
    completed = sum(item.completed for item in inside)
    return (
        say_setting(part.setting) if part.setting else gettext("all"),
        say_language(part.language) if part.language else gettext("all"),
        people,
        completed,
        percent(completed, people),
        gain.count if gain else None,
        gain.mean_gain if gain else None,
    )


def _say_part(part: Part) -> str:
    return say_setting(part.setting) if part.setting else say_language(part.language or "")


EXHIBITS: Mapping[str, Callable[[Subject], Exhibit | None]] = {
    "results": _show_results,
    "quarters": _show_quarters,
    "gains": _show_gains,
    "parts": _show_parts,
    "questions-after": show_items_after,
    "questions-before": show_items_before,
}
"""By their names in addresses; None where there is nothing to show."""
