"""Parallel questions and forms: what the check sees of pairs that do not fit."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.content.test_check import problems_of
from tests.support.pack import change, copy_pack

MODULE = "garden/module.yaml"
PRE = 'options: ["true", "false"], correct: ["true"]}'
POST = "{bank: post, type: multiple, objective: water, options: [a, b, c], correct: [a, c]}"
LIKE_PRE = (
    "{bank: post, type: true-false, objective: water, "
    'options: ["true", "false"], correct: ["true"]}'
)
FORMS = ("pre: {graded: false}", "pre: {graded: false, forms: true}")


def with_parallel(name: str) -> tuple[str, str]:
    """Return the change that gives the pre-question of the pack a counterpart."""
    return PRE, f"{PRE[:-1]}, parallel: {name}}}"


def broken(folder: Path, *changes: tuple[str, str]) -> list[str]:
    """Return what the check says of the pack with these changes, without its other files."""
    root = copy_pack(folder)
    for old, new in changes:
        change(root, MODULE, old, new)
    return [line for line in problems_of(root) if line.startswith(MODULE)]


def test_a_pair_that_fits_is_no_problem(tmp_path: Path) -> None:
    assert broken(tmp_path, with_parallel("post-water")) == []


@pytest.mark.parametrize(
    ("name", "message"),
    [
        pytest.param(
            "post-watre",
            '"post-watre" is not a question of this module; did you mean "post-water"?',
            id="no-such-question",
        ),
        pytest.param(
            "check-tools", '"check-tools" must be of the bank "post", not "check"', id="bank"
        ),
        pytest.param("pre-water", '"pre-water" must be of the bank "post", not "pre"', id="itself"),
        pytest.param("post-tools", '"post-tools" measures "tools", not "water"', id="objective"),
    ],
)
def test_a_counterpart_must_measure_the_same_after(tmp_path: Path, name: str, message: str) -> None:
    assert broken(tmp_path, with_parallel(name)) == [
        f"{MODULE}:14:110: questions.pre-water.parallel: {message}"
    ]


def test_a_counterpart_is_for_the_same_settings(tmp_path: Path) -> None:
    for_one = POST.replace("bank: post", "bank: post, settings: [school]")

    found = broken(tmp_path, with_parallel("post-water"), (POST, for_one), ("draw: 3", "draw: 2"))

    assert found == [
        f'{MODULE}:14:110: questions.pre-water.parallel: "post-water" is for other settings'
    ]


def test_only_the_question_before_names_the_one_after(tmp_path: Path) -> None:
    named = POST.replace("correct: [a, c]", "correct: [a, c], parallel: pre-water")

    assert broken(tmp_path, (POST, named)) == [
        f"{MODULE}:20:99: questions.post-water.parallel: "
        'only a question of the bank "pre" names its counterpart'
    ]


def test_a_question_is_the_counterpart_of_one_other(tmp_path: Path) -> None:
    second = (
        "  check-tools:",
        "  pre-rain: {bank: pre, type: true-false, objective: water, "
        'options: ["true", "false"], correct: ["true"], parallel: post-water}\n  check-tools:',
    )

    assert broken(tmp_path, with_parallel("post-water"), second) == [
        f"{MODULE}:15:118: questions.pre-rain.parallel: "
        '"post-water" is the counterpart of "pre-water" already'
    ]


# --- forms --------------------------------------------------------------------------------------


def test_forms_of_equal_questions_are_no_problem(tmp_path: Path) -> None:
    assert broken(tmp_path, with_parallel("post-water"), (POST, LIKE_PRE), FORMS) == []


@pytest.mark.parametrize(
    ("changes", "messages"),
    [
        pytest.param(
            [FORMS], ['forms need a post-test, and questions with "parallel"'], id="no-pairs"
        ),
        pytest.param(
            [FORMS, with_parallel("post-water")],
            ['"pre-water" and "post-water" differ in type or number of options'],
            id="another-type",
        ),
        pytest.param(
            [FORMS, with_parallel("post-water"), (POST, LIKE_PRE), ("draw: 3", "draw: 1")],
            [
                f'"{setting}" would be asked 2 questions, but draw is 1'
                for setting in ("greenhouse", "orchard", "school")
            ],
            id="more-than-the-draw",
        ),
        pytest.param(
            [
                FORMS,
                (PRE, PRE[:-1] + ", parallel: post-water, settings: [school]}"),
                (POST, LIKE_PRE[:-1] + ", settings: [school]}"),
            ],
            [
                '"greenhouse" has no parallel questions',
                '"orchard" has no parallel questions',
            ],
            id="a-setting-without-pairs",
        ),
    ],
)
def test_forms_ask_everybody_equally_much(
    tmp_path: Path, changes: list[tuple[str, str]], messages: list[str]
) -> None:
    found = broken(tmp_path, *changes)

    said = [line.partition(": instruments.pre.forms: ")[2] for line in found]
    assert [message for message in said if message] == messages


def test_forms_wait_until_the_pairs_are_right(tmp_path: Path) -> None:
    found = broken(tmp_path, with_parallel("post-tools"), FORMS)

    assert [line.split(": ")[1] for line in found] == ["questions.pre-water.parallel"]
