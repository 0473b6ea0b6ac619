"""The rules of questions that need more than one value: keys and words that fit their kind."""

from __future__ import annotations

from collections.abc import Iterable, Iterator

from soar_lms.catalogue.schema import Credit, QuestionKind, QuestionSpec, QuestionText
from soar_lms.catalogue.yaml_source import KeyPath

Fault = tuple[KeyPath, str]
"""Where below the question, and what is wrong there."""

_ONE_RIGHT_ANSWER = {QuestionKind.SINGLE, QuestionKind.TRUE_FALSE, QuestionKind.SCENARIO}
FEWEST_TO_ORDER, FEWEST_TO_MATCH = 3, 2


def key_faults(question: QuestionSpec) -> Iterator[Fault]:
    """Say what is wrong with the options of a question and with its answer key."""
    if len(set(question.options)) < len(question.options):
        yield ("options",), "an option stands twice"
    if question.credit is Credit.PARTIAL and not question.type.can_be_partly_right:
        message = "is for multiple, ordering and matching: a {} question is right or wrong"
        yield ("credit",), message.format(question.type)
    if question.type is QuestionKind.MATCHING:
        yield from _matching_faults(question)
        return
    if question.prompts:
        yield ("prompts",), "only a matching question has prompts"
    if not question.correct:
        yield ("correct",), "needs at least one: say what is right"
    yield from _correct_faults(question)
    yield from _kind_faults(question)


def _correct_faults(question: QuestionSpec) -> Iterator[Fault]:
    for option in question.correct:
        if option not in question.options:
            yield ("correct",), _not_an_option(option, question)
    if len(set(question.correct)) < len(question.correct):
        yield ("correct",), "an option stands twice"
    if question.type in _ONE_RIGHT_ANSWER and len(question.correct) > 1:
        yield ("correct",), f"a {question.type} question has one right answer, not several"


def _kind_faults(question: QuestionSpec) -> Iterator[Fault]:
    names_all = set(question.correct) == set(question.options)
    if question.type is QuestionKind.TRUE_FALSE and set(question.options) != {"true", "false"}:
        yield ("options",), "must be [true, false] for a true-false question"
    if question.type is QuestionKind.MULTIPLE and names_all:
        yield ("correct",), "every option is right: a multiple question needs a wrong one"
    if question.type is not QuestionKind.ORDERING:
        return
    if len(question.options) < FEWEST_TO_ORDER:
        yield ("options",), f"an ordering question needs at least {FEWEST_TO_ORDER}"
    if not names_all:
        yield ("correct",), "must name every option, in the right order"
    elif question.correct == question.options:
        yield ("options",), "stand in the right order: mix them, for learners may see them so"


def _matching_faults(question: QuestionSpec) -> Iterator[Fault]:
    if question.correct:
        yield ("correct",), "leave it out: prompts say which option belongs to what"
    if len(question.prompts) < FEWEST_TO_MATCH:
        yield ("prompts",), f"a matching question needs at least {FEWEST_TO_MATCH}"
    used: set[str] = set()
    for prompt, option in question.prompts.items():
        if option not in question.options:
            yield ("prompts", prompt), _not_an_option(option, question)
        if option in used:
            yield ("prompts", prompt), f'"{option}" belongs to another prompt already'
        used.add(option)
    in_order = tuple(option for option in question.options if option in used)
    if len(in_order) > 1 and in_order == tuple(question.prompts.values()):
        message = "stand in the order of the prompts: mix them, for learners may see them so"
        yield ("options",), message


def _not_an_option(option: str, question: QuestionSpec) -> str:
    return f'"{option}" is not among the options ({", ".join(question.options)})'


def wanted_words(question: QuestionSpec, text: QuestionText) -> Iterator[tuple[str, list[str]]]:
    """Give each part of a question's words, and the ids that it must have words for."""
    yield "prompts", list(question.prompts)
    if not (question.type is QuestionKind.TRUE_FALSE and not text.options):
        yield "options", list(question.options)


def consequence_faults(question: QuestionSpec, text: QuestionText) -> Iterable[Fault]:
    """Say which options of a scenario lead nowhere, and which consequences belong to no option."""
    if question.type is not QuestionKind.SCENARIO:
        if text.consequences:
            yield ("consequences",), "only a scenario has consequences"
        return
    for option in question.options:
        if option not in text.consequences:
            yield ("consequences",), f'"{option}" has no consequence: say what happens then'
    for option in text.consequences:
        if option not in question.options:
            yield ("consequences", option), _not_an_option(option, question)
