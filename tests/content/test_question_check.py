"""`content check` of questions: keys and words that do not fit their kind, line by line."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.content.test_check import problems_of
from tests.support.pack import change, copy_pack

QUESTION = "{bank: check, type: single, objective: tools, options: [a, b], correct: [b]}"
START = "{bank: check, objective: tools, type: "
MODULE, ENGLISH, ARABIC = "garden/module.yaml", "garden/en/text.yaml", "garden/ar/text.yaml"


def with_question(tmp_path: Path, rest: str) -> Path:
    """Return the pack with another knowledge check in place of a single one."""
    root = copy_pack(tmp_path)
    change(root, MODULE, QUESTION, START + rest)
    return root


@pytest.mark.parametrize(
    ("rest", "faults"),
    [
        pytest.param(
            "single, options: [a, b], correct: [b], credit: partial}",
            [
                "90: questions.check-tools.credit: is for multiple, ordering and matching: "
                "a single question is right or wrong"
            ],
            id="partial-credit-for-one-option",
        ),
        pytest.param(
            "scenario, options: [a, b], correct: [b], credit: partial}",
            [
                "92: questions.check-tools.credit: is for multiple, ordering and matching: "
                "a scenario question is right or wrong"
            ],
            id="partial-credit-for-a-scenario",
        ),
        pytest.param(
            "multiple, options: [a, b], correct: [b], credit: half}",
            ["92: questions.check-tools.credit: must be one of: all-or-nothing, partial"],
            id="unknown-credit",
        ),
        pytest.param(
            "single, options: [a, b]}",
            ["5: questions.check-tools.correct: needs at least one: say what is right"],
            id="no-right-answer",
        ),
        pytest.param(
            "scenario, options: [a, b], correct: [a, b]}",
            [
                "79: questions.check-tools.correct: "
                "a scenario question has one right answer, not several"
            ],
            id="two-right-ways-in-a-scenario",
        ),
        pytest.param(
            "single, options: [a, b], correct: [b], prompts: {p: a}}",
            ["91: questions.check-tools.prompts: only a matching question has prompts"],
            id="prompts-of-another-kind",
        ),
        pytest.param(
            "ordering, options: [a, b], correct: [b, a]}",
            ["62: questions.check-tools.options: an ordering question needs at least 3"],
            id="two-items-to-order",
        ),
        pytest.param(
            "ordering, options: [a, b, c], correct: [b, a]}",
            [
                "82: questions.check-tools.correct: must name every option, in the right order",
            ],
            id="an-item-without-a-place",
        ),
        pytest.param(
            "ordering, options: [a, b, c], correct: [b, a, d]}",
            [
                '82: questions.check-tools.correct: "d" is not among the options (a, b, c)',
                "82: questions.check-tools.correct: must name every option, in the right order",
            ],
            id="an-order-of-other-items",
        ),
        pytest.param(
            "ordering, options: [a, b, c], correct: [a, b, c]}",
            [
                "62: questions.check-tools.options: stand in the right order: "
                "mix them, for learners may see them so"
            ],
            id="items-written-in-the-right-order",
        ),
        pytest.param(
            "matching, options: [a, b], prompts: {p: b, q: a}, correct: [a]}",
            [
                "102: questions.check-tools.correct: "
                "leave it out: prompts say which option belongs to what"
            ],
            id="matching-with-correct",
        ),
        pytest.param(
            "matching, options: [a, b], prompts: {p: b}}",
            ["79: questions.check-tools.prompts: a matching question needs at least 2"],
            id="one-prompt",
        ),
        pytest.param(
            "matching, options: [a, b], prompts: {p: b, q: d}}",
            ['89: questions.check-tools.prompts.q: "d" is not among the options (a, b)'],
            id="a-prompt-that-names-no-option",
        ),
        pytest.param(
            "matching, options: [a, b], prompts: {p: b, q: b}}",
            ['89: questions.check-tools.prompts.q: "b" belongs to another prompt already'],
            id="an-option-of-two-prompts",
        ),
        pytest.param(
            "matching, options: [a, x, b], prompts: {p: a, q: b}}",
            [
                "62: questions.check-tools.options: stand in the order of the prompts: "
                "mix them, for learners may see them so"
            ],
            id="options-in-the-order-of-the-prompts",
        ),
    ],
)
def test_a_key_that_does_not_fit_its_kind_is_named(
    tmp_path: Path, rest: str, faults: list[str]
) -> None:
    found = problems_of(with_question(tmp_path, rest))

    assert [line for line in found if line.startswith(MODULE)] == [
        f"{MODULE}:16:{fault}" for fault in faults
    ]


@pytest.mark.parametrize(
    ("rest", "faults"),
    [
        pytest.param(
            "scenario, options: [a, b], correct: [b]}",
            [
                f"{file}:14:5: questions.check-tools.consequences: "
                f'"{option}" has no consequence: say what happens then'
                for file in (ARABIC, ENGLISH)
                for option in "ab"
            ],
            id="no-consequences",
        ),
        pytest.param(
            "matching, options: [a, b], prompts: {p: b, q: a}}",
            [
                f'{file}:14:5: questions.check-tools.prompts: "{prompt}" of module.yaml is missing'
                for file in (ARABIC, ENGLISH)
                for prompt in "pq"
            ],
            id="no-prompts",
        ),
    ],
)
def test_words_that_a_kind_needs_are_asked_for_in_every_language(
    tmp_path: Path, rest: str, faults: list[str]
) -> None:
    assert problems_of(with_question(tmp_path, rest)) == faults


WORDS = "options: {a: A can., b: A knife.}\n"


@pytest.mark.parametrize(
    ("rest", "words", "faults"),
    [
        pytest.param(
            "single, options: [a, b], correct: [b]}",
            "consequences: {a: Nothing is cut.}",
            ["16:19: questions.check-tools.consequences: only a scenario has consequences"],
            id="consequences-of-another-kind",
        ),
        pytest.param(
            "scenario, options: [a, b], correct: [b]}",
            "consequences: {a: Nothing is cut., b: It is cut., c: Surprise.}",
            [
                '16:58: questions.check-tools.consequences.c: "c" is not among the options (a, b)',
            ],
            id="a-consequence-of-no-option",
        ),
        pytest.param(
            "single, options: [a, b], correct: [b]}",
            "prompts: {p: The first.}",
            ['16:15: questions.check-tools.prompts.p: "p" is not in module.yaml'],
            id="words-of-no-prompt",
        ),
    ],
)
def test_words_that_belong_to_nothing_are_named(
    tmp_path: Path, rest: str, words: str, faults: list[str]
) -> None:
    root = with_question(tmp_path, rest)
    change(root, ENGLISH, WORDS, f"{WORDS}    {words}\n")

    found = [line for line in problems_of(root) if line.startswith(ENGLISH)]

    assert found == [f"{ENGLISH}:{fault}" for fault in faults]


def test_a_question_of_each_kind_is_content(tmp_path: Path) -> None:
    root = with_question(
        tmp_path, "multiple, options: [a, b], correct: [b], credit: partial, keep_order: true}"
    )

    assert problems_of(root) == []


def test_reasons_after_the_last_attempt_need_a_last_attempt(tmp_path: Path) -> None:
    root = copy_pack(tmp_path)
    change(root, MODULE, "feedback: after-passing", "feedback: after-last-attempt")
    assert problems_of(root) == []

    change(root, MODULE, "attempts: {limit: 3, wait_minutes: 0}", "attempts: {wait_minutes: 5}")

    assert problems_of(root) == [
        f"{MODULE}:34:15: instruments.post.feedback: "
        "needs a limit of attempts: without one, none is the last"
    ]
