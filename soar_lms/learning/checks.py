"""A knowledge check, ready to be shown: its words, what was chosen, and whether that is right."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from soar_lms.assessments.grading import is_correct, is_possible
from soar_lms.catalogue.model import Module
from soar_lms.catalogue.schema import QuestionKind, QuestionSpec, QuestionText
from soar_lms.i18n import gettext


@dataclass(frozen=True)
class OptionView:
    """One option, with its words."""

    id: str
    text: str


@dataclass(frozen=True)
class QuestionView:
    """A question as it is asked: no word of its answer."""

    id: str
    stem: str
    options: tuple[OptionView, ...]
    several: bool


@dataclass(frozen=True)
class CheckView:
    """A check with the answer given, if any, and what to say to it."""

    question: QuestionView
    chosen: tuple[str, ...]
    right: bool | None
    """None while it is not answered: then nothing below may be shown."""
    rationale: str | None
    correct: tuple[str, ...]


def show_question(
    module: Module, question_id: str, language: str, order: tuple[str, ...] | None = None
) -> QuestionView:
    """Put a question into words; `order` is how its options are shown."""
    spec = module.spec.questions[question_id]
    text = module.question_text(question_id, language)
    return QuestionView(
        id=question_id,
        stem=text.stem,
        options=tuple(
            OptionView(option, option_text(spec, text, option)) for option in order or spec.options
        ),
        several=spec.type is QuestionKind.MULTIPLE,
    )


def show_asked(module: Module, item: Mapping[str, Any], language: str) -> QuestionView:
    """Put a question of an attempt into words; one that left the module keeps its place."""
    if item["question_id"] in module.spec.questions:
        return show_question(module, item["question_id"], language, tuple(item["options"]))
    options = tuple(
        OptionView(option, gettext("Answer %(letter)s", letter=option.upper()))
        for option in item["options"]
    )
    stem = gettext("This question has been taken out of the module. Your answer is kept.")
    return QuestionView(item["question_id"], stem, options, item["several"])


def show_graded(
    module: Module, item: Mapping[str, Any], language: str, chosen: list[str]
) -> CheckView:
    """Put a question that was graded into words, by the key it was graded with."""
    text = module.texts[language].questions.get(item["question_id"])
    return CheckView(
        question=show_asked(module, item, language),
        chosen=tuple(chosen),
        right=is_correct(chosen, item["correct"]),
        rationale=text.rationale if text else None,
        correct=tuple(item["correct"]),
    )


def option_text(spec: QuestionSpec, text: QuestionText, option: str) -> str:
    """Return the words of an option; the site knows those of true and false."""
    if spec.type is QuestionKind.TRUE_FALSE and not text.options:
        return str(gettext("True") if option == "true" else gettext("False"))
    return text.options[option]


def show_check(module: Module, question_id: str, language: str, chosen: list[str]) -> CheckView:
    """Put a check into words, with feedback only when it was answered."""
    spec = module.spec.questions[question_id]
    question = show_question(module, question_id, language)
    if not chosen or not is_possible(chosen, spec.options, several=question.several):
        return CheckView(question, (), None, None, ())
    return CheckView(
        question=question,
        chosen=tuple(chosen),
        right=is_correct(chosen, spec.correct),
        rationale=module.question_text(question_id, language).rationale,
        correct=spec.correct,
    )
