"""Which questions were hard: what their first tries say, as far as enough people answered.

A question is shown to a trainer with what was answered and how often, never with its right answer:
who trains may be a learner of the module, too. The wrong answer that most people gave is named from
three people on, and only where the module shows reasons to its learners at some time.
"""

from __future__ import annotations

import textwrap
from collections.abc import Sequence
from dataclasses import dataclass

from soar_lms.assessments.item_statistics import ItemStatistics
from soar_lms.assessments.items import key_of
from soar_lms.assessments.services import POST, PRE
from soar_lms.catalogue.schema import FeedbackPolicy
from soar_lms.charts.bars import Bar, Row, draw_bars
from soar_lms.cohorts.exhibits import Content, Exhibit, Ratio, Value, frame_of, spoken_in
from soar_lms.cohorts.subject import Subject
from soar_lms.i18n import format_number, gettext, ngettext
from soar_lms.learning.answers import answer_words
from soar_lms.learning.checks import show_question

LEAST_ANSWERS = 10
"""Of fewer, one answer would be more than ten percent."""
LEAST_FOR_DISCRIMINATION = 30
"""Of fewer, a correlation says little: its standard error at 30 is still about 0.19."""
LEAST_MISTAKES = 3
"""People who gave the same wrong answer: one or two are no pattern, and not many to hide among."""
MOST_DRAWN = 5
_LONGEST_STEM = 75


@dataclass(frozen=True)
class _Item:
    """A question that was asked, and what is said of it."""

    question_id: str
    stem: Content
    found: ItemStatistics


def show_items_after(subject: Subject) -> Exhibit | None:
    """Show the hardest questions of the final test."""
    return _show(subject, POST, "questions-after", gettext("Hardest questions of the final test"))


def show_items_before(subject: Subject) -> Exhibit | None:
    """Show what was hardest before people had learned anything."""
    return _show(subject, PRE, "questions-before", gettext("Hardest questions to begin"))


def _show(subject: Subject, instrument: str, key: str, title: str) -> Exhibit | None:
    items = _list_items(subject, instrument)
    if not items:
        return None
    spoken = spoken_in(subject.language)
    hard = [item for item in items if item.found.answers >= LEAST_ANSWERS]
    statements = _say(subject, hard, others=len(items) - len(hard))
    rows = [
        Row(
            textwrap.shorten(item.stem, _LONGEST_STEM, placeholder="…"),
            (Bar(100 * item.found.difficulty, _say_right(item.found)),),
            spoken,
        )
        for item in hard[:MOST_DRAWN]
    ]
    return Exhibit(
        key=key,
        title=title,
        statements=statements,
        drawing=draw_bars(frame_of(key, title, statements), rows, most=100) if rows else None,
        head=(
            gettext("Question"),
            gettext("Answers"),
            gettext("Right"),
            gettext("Percent right"),
            gettext("Discrimination (-1 to 1)"),
            gettext("Wrong answer chosen most"),
            gettext("People who chose it"),
        ),
        rows=tuple(_row(subject, item) for item in hard),
        notes=(
            gettext(
                "Only first tries of people with both tests count, and only of the present "
                "version of the module."
            ),
            gettext(
                "Discrimination: whether those who do well on the other questions get this one "
                "right more often (corrected point-biserial correlation), from %(least)d answers "
                "on. Near or below 0 the question may be unclear, or its key wrong.",
                least=LEAST_FOR_DISCRIMINATION,
            ),
        ),
        spoken=spoken,
    )


def _list_items(subject: Subject, instrument: str) -> list[_Item]:
    """Return the questions of a test that were asked, the hardest first."""
    counts = subject.learning.counts
    texts = subject.module.texts[subject.language].questions
    items = [
        _Item(name, Content(texts[name].stem), found)
        for (where, name), found in (counts.items if counts else {}).items()
        if where == instrument
    ]
    return sorted(items, key=lambda item: item.found.difficulty)


def _say(subject: Subject, hard: Sequence[_Item], *, others: int) -> tuple[str, ...]:
    said = []
    if hard:
        found = hard[0].found
        said.append(
            gettext(
                "At the question that was hardest, %(right)s of %(answers)s answers were right.",
                right=format_number(found.right),
                answers=format_number(found.answers),
            )
        )
    if others:
        said.append(
            ngettext(
                "%(questions)s question has fewer than %(least)d answers: too few to say.",
                "%(questions)s questions have fewer than %(least)d answers: too few to say.",
                others,
                questions=format_number(others),
                least=LEAST_ANSWERS,
            )
        )
    older = subject.learning.counts.older if subject.learning.counts else 0
    if older:
        said.append(
            ngettext(
                "%(answers)s answer to another version of the module is not counted here.",
                "%(answers)s answers to other versions of the module are not counted here.",
                older,
                answers=format_number(older),
            )
        )
    return tuple(said)


def _say_right(found: ItemStatistics) -> str:
    return str(
        gettext(
            "%(right)s of %(answers)s",
            right=format_number(found.right),
            answers=format_number(found.answers),
        )
    )


def _row(subject: Subject, item: _Item) -> tuple[Value, ...]:
    found = item.found
    mistake = found.mistake if _may_name_mistakes(subject) else None
    if mistake is not None and mistake.people < LEAST_MISTAKES:
        mistake = None
    return (
        item.stem,
        found.answers,
        found.right,
        100 * found.difficulty,
        _say_discrimination(found),
        _say_answer(subject, item.question_id, mistake.chosen) if mistake else None,
        mistake.people if mistake else None,
    )


def _say_discrimination(found: ItemStatistics) -> Value:
    if found.answers < LEAST_FOR_DISCRIMINATION:
        return str(gettext("too few to say"))
    return None if found.discrimination is None else Ratio(found.discrimination)


def _may_name_mistakes(subject: Subject) -> bool:
    """Whether learners of the module are shown right answers at some time."""
    post = subject.module.spec.instruments.post
    return post is not None and post.feedback is not FeedbackPolicy.SCORE_ONLY


def _say_answer(subject: Subject, question_id: str, chosen: Sequence[str]) -> Content:
    """Put an answer into the words of its question."""
    key = key_of(subject.module.spec.questions[question_id])
    question = show_question(subject.module, question_id, subject.language, key)
    return Content("; ".join(answer_words(question, chosen)))
