"""Questions ready to be shown: their words, what was chosen, and whether that is right."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from fractions import Fraction
from typing import Any

from soar_lms.assessments.grading import Key, Shape, earned, is_possible
from soar_lms.assessments.items import frozen_key, key_of
from soar_lms.catalogue.model import Module
from soar_lms.catalogue.schema import QuestionKind, QuestionSpec, QuestionText
from soar_lms.i18n import gettext
from soar_lms.learning.answers import (
    Line,
    OptionView,
    QuestionView,
    graded_lines,
    make_rows,
    open_note,
)


@dataclass(frozen=True)
class CheckView:
    """A question with the answer given, if any, and what to say to it."""

    question: QuestionView
    chosen: tuple[str, ...] = ()
    note: str | None = None
    """What is left to choose: then nothing below may be shown."""
    points: Fraction | None = None
    """The part of the point that the answer earns; None while it is not answered."""
    rationale: str | None = None
    consequences: tuple[str, ...] = ()
    """Of a scenario: what happens after what was chosen."""
    lines: tuple[Line, ...] = ()
    """The right answer beside the one given; only of a question that was graded."""


def show_question(module: Module, question_id: str, language: str, key: Key) -> QuestionView:
    """Put a question into words; the key says in which order its parts are shown.

    What left the content since the question was asked is named by a letter.
    """
    spec = module.spec.questions[question_id]
    text = module.question_text(question_id, language)
    options = _option_texts(spec, text, key)
    prompts = {name: text.prompts.get(name) or _nameless(name) for name in key.prompts}
    return _question(question_id, text.stem, key, prompts, options)


def show_asked(module: Module, item: Mapping[str, Any], language: str) -> QuestionView:
    """Put a question of an attempt into words; one that left the module keeps its place."""
    key = frozen_key(item)
    if item["question_id"] in module.spec.questions:
        return show_question(module, item["question_id"], language, key)
    stem = gettext("This question has been taken out of the module. Your answer is kept.")
    options = {option: _nameless(option) for option in key.options}
    prompts = {prompt: _nameless(prompt) for prompt in key.prompts}
    return _question(item["question_id"], stem, key, prompts, options)


def _question(
    question_id: str, stem: str, key: Key, prompts: Mapping[str, str], options: Mapping[str, str]
) -> QuestionView:
    is_order = key.shape is Shape.ORDER
    return QuestionView(
        id=question_id,
        stem=stem,
        shape=key.shape,
        options=tuple(OptionView(option, words) for option, words in options.items()),
        rows=make_rows(key, options if is_order else prompts, {} if is_order else options),
        partial=key.partial,
    )


def _option_texts(spec: QuestionSpec, text: QuestionText, key: Key) -> dict[str, str]:
    """Return the words of the options; the site knows those of true and false."""
    known = dict(text.options)
    if spec.type is QuestionKind.TRUE_FALSE and not known:
        known = {"true": str(gettext("True")), "false": str(gettext("False"))}
    return {option: known.get(option) or _nameless(option) for option in key.options}


def _nameless(name: str) -> str:
    return str(gettext("Answer %(letter)s", letter=name.upper()))


def show_graded(
    module: Module, item: Mapping[str, Any], language: str, chosen: list[str]
) -> CheckView:
    """Put a question that was graded into words, by the key it was graded with."""
    text = module.texts[language].questions.get(item["question_id"])
    question, key = show_asked(module, item, language), frozen_key(item)
    if not is_possible(chosen, key):
        chosen = []
    return CheckView(
        question=question,
        chosen=tuple(chosen),
        points=earned(chosen, key),
        rationale=text.rationale if text else None,
        lines=graded_lines(question, key, chosen, text.consequences if text else {}),
    )


def show_check(
    module: Module,
    question_id: str,
    language: str,
    chosen: Sequence[str],
    *,
    is_asked: bool = False,
) -> CheckView:
    """Put a check into words, with feedback only when it was answered in full.

    :param is_asked: whether the button was pressed; without a choice this says what to do first.
    """
    key = key_of(module.spec.questions[question_id])
    question = show_question(module, question_id, language, key)
    if not chosen and is_asked:
        return CheckView(question, note=gettext("Choose an answer first, then check it."))
    if not chosen or not is_possible(chosen, key):
        return CheckView(question)
    note = open_note(key, chosen)
    if note:
        return CheckView(question, tuple(chosen), note)
    text = module.question_text(question_id, language)
    return CheckView(
        question=question,
        chosen=tuple(chosen),
        points=earned(chosen, key),
        rationale=text.rationale,
        consequences=tuple(text.consequences[name] for name in chosen if name in text.consequences),
    )
