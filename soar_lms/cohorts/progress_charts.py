"""How far a group has come, in sentences, charts and tables."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from datetime import date

from flask_babel.speaklater import LazyString

from soar_lms.charts.bars import Bar, Kind, Row, draw_bars
from soar_lms.charts.steps import Mark, Step, StepLine, draw_steps
from soar_lms.cohorts.exhibits import (
    Content,
    Exhibit,
    frame_of,
    language_of,
    percent,
    say_people,
    spoken_in,
)
from soar_lms.cohorts.pace import Pace
from soar_lms.cohorts.progress import LessonCount, PartCount, Progress
from soar_lms.cohorts.report_cells import say_language, say_setting
from soar_lms.cohorts.stages import Stage, StageCount
from soar_lms.i18n import format_day, format_number, format_short_day, gettext, ngettext
from soar_lms.i18n import lazy_gettext as _

STAGES: Mapping[Stage, LazyString] = {
    Stage.LISTED: _("Invited or in the group"),
    Stage.JOINED: _("In the group"),
    Stage.BEGUN: _("Started"),
    Stage.PRE_TEST: _("Questions to begin done"),
    Stage.LESSONS: _("All lessons done"),
    Stage.POST_TEST: _("Final test passed"),
    Stage.EVALUATION: _("Evaluation handed in"),
    Stage.COMPLETED: _("Completed"),
}


def list_exhibits(progress: Progress) -> list[Exhibit]:
    """Return the charts of the page, in its order."""
    return [show(progress) for show in EXHIBITS.values()]


# --- day by day -----------------------------------------------------------------------------------


def _show_pace(progress: Progress) -> Exhibit:
    pace = progress.pace
    title, statements = gettext("Completed, day by day"), _say_pace(pace)
    totals = pace.totals()
    rows: list[tuple[str | int | date | None, ...]] = [
        (day, people, total, _is_in_time(pace, day)) for day, people, total in totals
    ]
    if pace.earlier:
        before = gettext("before the group began")
        rows.insert(0, (before, pace.earlier, pace.earlier, None))
    return Exhibit(
        key="days",
        title=title,
        statements=statements,
        drawing=draw_steps(frame_of("days", title, statements), _line_of(pace))
        if pace.people
        else None,
        head=(
            gettext("Day"),
            gettext("Completed on this day"),
            gettext("Completed until then"),
            gettext("By the due day"),
        ),
        rows=tuple(rows),
        notes=(
            gettext("Days are those of the group's time zone. A due day ends at its midnight."),
            gettext(
                "Each person counts on the day they first completed the module. This stays so if "
                "the certificate has expired or is being renewed."
            ),
        ),
    )


def _is_in_time(pace: Pace, day: date) -> str | None:
    if pace.due_on is None:
        return None
    return str(gettext("no") if pace.is_late(day) else gettext("yes"))


def _say_pace(pace: Pace) -> tuple[str, ...]:
    if not pace.people:
        return (gettext("Nobody is in this group yet."),)
    said = [
        ngettext(
            "%(completed)s of %(people)s person has completed the module.",
            "%(completed)s of %(people)s people have completed the module.",
            pace.people,
            completed=format_number(pace.completed),
            people=format_number(pace.people),
        )
    ]
    if pace.due_on is None:
        said.append(gettext("The group has no due day for this module."))
    elif pace.is_overdue:
        said.append(
            gettext(
                "It was due on %(day)s: %(in_time)s completed by then and %(late)s later. "
                "Not completed yet: %(left)s.",
                day=format_day(pace.due_on),
                in_time=format_number(pace.completed - pace.late),
                late=format_number(pace.late),
                left=format_number(pace.left),
            )
        )
    elif pace.due_on == pace.today:
        said.append(gettext("It is due today."))
    else:
        days = (pace.due_on - pace.today).days
        said.append(
            ngettext(
                "It is due on %(day)s, in %(days)s day.",
                "It is due on %(day)s, in %(days)s days.",
                days,
                day=format_day(pace.due_on),
                days=format_number(days),
            )
        )
    return tuple(said)


def _line_of(pace: Pace) -> StepLine:
    """Turn days into places: a day's completions are there at its end."""
    span = (pace.ends_on - pace.began_on).days + 1

    def place(day: date, days: int = 1) -> float:
        return min(1, max(0, ((day - pace.began_on).days + days) / span))

    return StepLine(
        steps=[
            Step(0, pace.earlier / pace.people),
            *(Step(place(day), min(1, total / pace.people)) for day, _, total in pace.totals()),
        ],
        until=place(pace.today),
        due=None
        if pace.due_on is None
        else Mark(place(pace.due_on), gettext("Due: %(day)s", day=format_short_day(pace.due_on))),
        top=ngettext(
            "%(people)s person", "%(people)s people", pace.people, people=format_number(pace.people)
        ),
        first=format_short_day(pace.began_on),
        last=format_short_day(pace.ends_on),
        now=format_number(pace.completed),
    )


# --- stage by stage -------------------------------------------------------------------------------


def _show_stages(progress: Progress) -> Exhibit:
    counts = progress.stages
    title, statements = gettext("Step by step"), _say_stages(counts)
    everybody = counts[0].people
    rows = [
        Row(str(STAGES[item.stage]), (Bar(item.people, say_people(item.people, everybody)),))
        for item in counts
    ]
    return Exhibit(
        key="steps",
        title=title,
        statements=statements,
        drawing=draw_bars(frame_of("steps", title, statements), rows, most=everybody)
        if everybody
        else None,
        head=(
            gettext("Step"),
            gettext("People who have come to it"),
            gettext("Percent of all"),
            gettext("Now at this step"),
        ),
        rows=tuple(
            (
                str(STAGES[item.stage]),
                item.people,
                percent(item.people, everybody),
                item.waiting if item.stage is not Stage.COMPLETED else None,
            )
            for item in counts
        ),
        notes=(
            gettext(
                "People at a step have done everything before it. If somebody has done a later "
                "step already, we count only up to the first step they have left."
            ),
        ),
    )


def _say_stages(counts: Sequence[StageCount]) -> tuple[str, ...]:
    waiting = [item for item in counts if item.stage is not Stage.COMPLETED and item.waiting]
    if not waiting:
        return (
            gettext("Everybody has come to the end.")
            if counts[0].people
            else gettext("Nobody is in this group yet."),
        )
    most = max(waiting, key=lambda item: item.waiting)
    following = counts[[item.stage for item in counts].index(most.stage) + 1]
    return (
        gettext(
            "“%(step)s” is the next step for more people than any other: %(people)s.",
            step=str(STAGES[following.stage]),
            people=format_number(most.waiting),
        ),
    )


# --- lesson by lesson -----------------------------------------------------------------------------


def _show_lessons(progress: Progress) -> Exhibit:
    begun = next(item.people for item in progress.stages if item.stage is Stage.BEGUN)
    language = language_of(progress.module)
    texts, spoken = progress.module.texts[language].lessons, spoken_in(language)
    title, statements = gettext("Lesson by lesson"), _say_lessons(progress.lessons, begun)
    rows = [
        Row(
            texts[item.lesson_id].title,
            (Bar(item.people, say_people(item.people, begun)),),
            spoken,
        )
        for item in progress.lessons
    ]
    return Exhibit(
        key="lessons",
        title=title,
        statements=statements,
        drawing=draw_bars(frame_of("lessons", title, statements), rows, most=begun)
        if begun
        else None,
        head=(
            gettext("Lesson"),
            gettext("People who have done it"),
            gettext("Percent of those who started"),
        ),
        rows=tuple(
            (Content(texts[item.lesson_id].title), item.people, percent(item.people, begun))
            for item in progress.lessons
        ),
        notes=(gettext("Lessons can be done in any order."),),
        spoken=spoken,
    )


def _say_lessons(lessons: Sequence[LessonCount], begun: int) -> tuple[str, ...]:
    if not begun:
        return (gettext("Nobody has started yet."),)
    fewest = min(item.people for item in lessons)
    return (
        gettext(
            "People who have started: %(begun)s. The lesson that fewest of them have done: "
            "%(fewest)s.",
            begun=format_number(begun),
            fewest=format_number(fewest),
        ),
    )


# --- part by part ---------------------------------------------------------------------------------


def _show_parts(progress: Progress) -> Exhibit:
    parts = [part for part in progress.parts if part.setting]
    title, statements = gettext("By setting and language"), _say_parts(progress)
    rows = [
        Row(label, _bars_of(people, completed))
        for label, people, completed in (
            *_add_up(parts, lambda part: say_setting(part.setting)),
            *_add_up(parts, lambda part: say_language(part.language)),
        )
    ]
    legend = [
        (Kind.OUTLINE, gettext("Started or chose the setting")),
        (Kind.SOLID, gettext("Completed")),
    ]
    return Exhibit(
        key="parts",
        title=title,
        statements=statements,
        drawing=draw_bars(frame_of("parts", title, statements), rows, legend=legend)
        if rows
        else None,
        head=(
            gettext("Professional setting"),
            gettext("Language"),
            gettext("People"),
            gettext("Completed"),
            gettext("Percent completed"),
        ),
        rows=tuple(
            (
                say_setting(part.setting),
                say_language(part.language),
                part.people,
                part.completed,
                percent(part.completed, part.people),
            )
            for part in parts
        ),
        notes=(
            gettext("A percent is shown for 10 people or more. For fewer, the numbers say more."),
        ),
    )


def _bars_of(people: int, completed: int) -> tuple[Bar, ...]:
    return (
        Bar(people, format_number(people), Kind.OUTLINE),
        Bar(completed, say_people(completed, people)),
    )


def _add_up(
    parts: list[PartCount], name_of: Callable[[PartCount], str]
) -> list[tuple[str, int, int]]:
    """Return the parts by a name, with how many people there are and how many completed."""
    names = dict.fromkeys(name_of(part) for part in parts)
    return [
        (
            name,
            sum(part.people for part in parts if name_of(part) == name),
            sum(part.completed for part in parts if name_of(part) == name),
        )
        for name in names
    ]


def _say_parts(progress: Progress) -> tuple[str, ...]:
    absent = sum(part.people for part in progress.parts if not part.setting)
    begun = sum(part.people for part in progress.parts if part.setting)
    said = [
        ngettext(
            "%(people)s person has chosen a setting.",
            "%(people)s people have chosen a setting.",
            begun,
            people=format_number(begun),
        )
    ]
    if absent:
        said.append(
            ngettext(
                "%(people)s person has none yet and is not in this chart.",
                "%(people)s people have none yet and are not in this chart.",
                absent,
                people=format_number(absent),
            )
        )
    return tuple(said)


EXHIBITS: Mapping[str, Callable[[Progress], Exhibit]] = {
    "days": _show_pace,
    "steps": _show_stages,
    "lessons": _show_lessons,
    "parts": _show_parts,
}
"""By their names in addresses."""
