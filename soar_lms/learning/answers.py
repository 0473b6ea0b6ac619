"""Answers in words: what was chosen, what is left to choose, what of it was right."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from dataclasses import dataclass

from soar_lms.assessments.grading import (
    Key,
    Shape,
    is_complete,
    join,
    places_taken_twice,
    split,
)
from soar_lms.i18n import gettext


@dataclass(frozen=True)
class OptionView:
    """One option, with its words."""

    id: str
    text: str


@dataclass(frozen=True)
class RowView:
    """What is given a place or an option; each choice is a whole word of the answer."""

    id: str
    text: str
    choices: tuple[OptionView, ...]


@dataclass(frozen=True)
class QuestionView:
    """A question as it is asked: no word of its answer."""

    id: str
    stem: str
    shape: Shape
    options: tuple[OptionView, ...]
    rows: tuple[RowView, ...] = ()
    """For order and pairs."""
    partial: bool = False

    def option_text(self, option: str) -> str:
        return next(item.text for item in self.options if item.id == option)


@dataclass(frozen=True)
class Note:
    """What is said beside a line of a graded answer."""

    text: str
    good: bool


@dataclass(frozen=True)
class Line:
    """A part of a graded question: an option, an item or a pair."""

    text: str
    notes: tuple[Note, ...]
    consequence: str | None = None


def clash_note(key: Key, chosen: Collection[str]) -> str | None:
    """Say which places more than one item was given; None: none was."""
    places = places_taken_twice(chosen, key)
    if not places:
        return None
    return str(
        gettext(
            "More than one item has place %(places)s. Give each item a place of its own.",
            places=", ".join(places),
        )
    )


def open_note(key: Key, chosen: Collection[str]) -> str | None:
    """Say what is left to choose in an answer that was begun; None: nothing."""
    if not chosen or is_complete(chosen, key):
        return None
    clash = clash_note(key, chosen)
    if clash:
        return clash
    if key.shape is Shape.ORDER:
        return str(gettext("Not finished yet: give every item a place."))
    return str(gettext("Not finished yet: choose an answer for every line."))


def answer_words(question: QuestionView, chosen: Collection[str]) -> list[str]:
    """Return what was chosen, line by line; things in order by their place."""
    if question.shape is Shape.ORDER:
        given = split(chosen)
        placed = [(int(given[row.id]), row.text) for row in question.rows if row.id in given]
        return [f"{place}. {text}" for place, text in sorted(placed)]
    if question.shape is Shape.PAIRS:
        given = split(chosen)
        return [
            _pair_words(row.text, question.option_text(given[row.id]))
            for row in question.rows
            if row.id in given
        ]
    return [option.text for option in question.options if option.id in chosen]


def graded_lines(
    question: QuestionView, key: Key, chosen: Collection[str], consequences: Mapping[str, str]
) -> tuple[Line, ...]:
    """Return the right answer line by line, and what was chosen beside it."""
    if question.shape is Shape.ORDER:
        return _graded_order(question, key, chosen)
    if question.shape is Shape.PAIRS:
        return _graded_pairs(question, key, chosen)
    return tuple(
        Line(option.text, _option_notes(option.id, key, chosen), consequences.get(option.id))
        for option in question.options
    )


def _option_notes(option: str, key: Key, chosen: Collection[str]) -> tuple[Note, ...]:
    yours, right = (
        Note(gettext("your answer"), good=False),
        Note(gettext("right answer"), good=True),
    )
    return (yours,) * (option in chosen) + (right,) * (option in key.correct)


def _graded_order(question: QuestionView, key: Key, chosen: Collection[str]) -> tuple[Line, ...]:
    given, wanted = split(chosen), split(key.correct)
    in_order = sorted(question.rows, key=lambda row: int(wanted[row.id]))
    return tuple(Line(row.text, (_place_note(row.id, given, wanted),)) for row in in_order)


def _place_note(item: str, given: Mapping[str, str], wanted: Mapping[str, str]) -> Note:
    if item not in given:
        return Note(gettext("no place given"), good=False)
    if given[item] == wanted[item]:
        return Note(gettext("right place"), good=True)
    return Note(gettext("your place: %(place)s", place=given[item]), good=False)


def _graded_pairs(question: QuestionView, key: Key, chosen: Collection[str]) -> tuple[Line, ...]:
    given, wanted = split(chosen), split(key.correct)
    lines = []
    for row in question.rows:
        right, yours = wanted[row.id], given.get(row.id)
        if yours is None:
            note = Note(gettext("no answer"), good=False)
        elif yours == right:
            note = Note(gettext("right answer"), good=True)
        else:
            words = question.option_text(yours)
            note = Note(gettext("your answer: %(answer)s", answer=words), good=False)
        lines.append(Line(_pair_words(row.text, question.option_text(right)), (note,)))
    return tuple(lines)


def _pair_words(prompt: str, option: str) -> str:
    return str(gettext("%(prompt)s → %(option)s", prompt=prompt, option=option))


def make_rows(
    key: Key, words: Mapping[str, str], options: Mapping[str, str]
) -> tuple[RowView, ...]:
    """Return what is to be given a place or an option; none where options are chosen.

    :param words: the words of each row.
    :param options: the words of each option.
    """
    if not key.in_rows:
        return ()
    return tuple(
        RowView(
            row,
            words[row],
            tuple(
                OptionView(join(row, choice), options.get(choice, choice)) for choice in key.choices
            ),
        )
        for row in key.rows
    )
