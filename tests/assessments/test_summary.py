"""The summary of evaluations: numbers, and never of so few that one of them could be told."""

from __future__ import annotations

import json
from datetime import date
from typing import Any

import pytest
from click.testing import CliRunner
from flask import Flask
from hypothesis import given
from hypothesis import strategies as st

from soar_lms.assessments import evaluations
from soar_lms.assessments.commands import evaluations as command
from soar_lms.assessments.evaluations import COMPLETION, Answered
from soar_lms.assessments.summary import (
    LEAST,
    ItemSummary,
    cells_to_show,
    list_summaries,
    summarise_items,
)
from soar_lms.catalogue.model import Module
from soar_lms.database import transaction
from tests.factories import make_enrolment, make_person


def answer(module: Module, count: int, **changes: Any) -> None:
    """Let so many people hand in the short form."""
    values = {"setting": "health-care", "language": "en", "comment": "Fine."} | changes
    with transaction():
        for number in range(count):
            evaluations.submit_evaluation(
                module,
                Answered(
                    form_id="short",
                    answers={
                        "useful": number % 2 + 4,
                        "confidence-respond": {"before": 2, "now": 4},
                        "comment": values["comment"],
                    },
                    setting=values["setting"],
                    language=values["language"],
                    today=date(2026, 11, 22),
                ),
                enrolment_id=make_enrolment(make_person(), module).id,
                occasion=COMPLETION,
            )


# --- groups -------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("sizes", "shown"),
    [
        pytest.param({"en": 9}, [], id="one-too-small"),
        pytest.param({"en": 10}, ["en"], id="one-large-enough"),
        pytest.param({"en": 30, "es": 12}, ["en", "es"], id="all-large-enough"),
        pytest.param({"en": 30, "es": 3}, [], id="the-rest-would-give-it-away"),
        pytest.param({"a": 30, "b": 12, "c": 3}, ["a"], id="the-smallest-is-held-back-with-it"),
        pytest.param({"a": 30, "b": 6, "c": 5}, ["a"], id="small-ones-that-are-many-together"),
    ],
)
def test_a_group_is_shown_if_nobody_in_any_group_can_be_told(
    sizes: dict[str, int], shown: list[str]
) -> None:
    assert cells_to_show(sizes) == shown


@given(st.dictionaries(st.text("abcdefgh", min_size=1, max_size=2), st.integers(1, 40)))
def test_neither_a_group_nor_what_is_left_over_is_small(sizes: dict[str, int]) -> None:
    shown = cells_to_show(sizes)
    left = sum(size for name, size in sizes.items() if name not in shown)

    assert all(sizes[name] >= LEAST for name in shown)
    assert left == 0 or left >= LEAST or not shown


# --- numbers ------------------------------------------------------------------------------------


def test_items_are_counted_and_averaged_by_their_kind() -> None:
    rows = [
        {"useful": 1 + number % 5, "sure": {"before": 1, "now": 5}, "used": "not-yet"}
        for number in range(10)
    ]

    found = summarise_items(rows)

    assert found["useful"] == ItemSummary(
        10, {"mean": 3.0}, {"1": 2, "2": 2, "3": 2, "4": 2, "5": 2}
    )
    assert found["sure"] == ItemSummary(10, {"before": 1.0, "now": 5.0}, {})
    assert found["used"] == ItemSummary(10, {}, {"not-yet": 10})


def test_an_item_that_few_answered_is_only_counted() -> None:
    rows: list[dict[str, int]] = [{"useful": 5}] * 9 + [{}] * 20

    assert summarise_items(rows) == {"useful": ItemSummary(9, {}, {})}


def test_half_a_pair_that_few_answered_has_no_mean() -> None:
    rows = [{"sure": {"before": 1, "now": 5}}] * 9 + [{"sure": {"now": 5}}]

    assert summarise_items(rows)["sure"].means == {"now": 5.0}


def test_below_ten_responses_there_is_nothing_but_their_number(
    context: Flask, module: Module
) -> None:
    answer(module, 9)

    (form,) = list_summaries(module.id)

    assert (form.form_id, form.version, form.responses) == ("short", 1, 9)
    assert (form.items, form.languages, form.settings, form.comments) == ({}, {}, {}, {})


def test_from_ten_on_there_are_numbers_and_comments(context: Flask, module: Module) -> None:
    answer(module, 10)

    (form,) = list_summaries(module.id)

    assert form.items["useful"].means == {"mean": 4.5}
    assert form.items["confidence-respond"].means == {"before": 2.0, "now": 4.0}
    assert form.comments == {"comment": ["Fine."] * 10}
    assert (list(form.languages), list(form.settings)) == (["en"], ["health-care"])


def test_a_small_language_is_not_shown_and_not_found_by_subtraction(
    context: Flask, module: Module
) -> None:
    answer(module, 12, language="en")
    answer(module, 2, language="es", setting="public-health")

    (form,) = list_summaries(module.id)

    assert form.responses == 14
    assert (form.languages, form.settings) == ({}, {})


# --- the command --------------------------------------------------------------------------------


def run(app: Flask, *arguments: str) -> tuple[int, str]:
    result = CliRunner().invoke(command, ["summary", *arguments], obj=lambda: app)
    return result.exit_code, result.output


def test_the_command_prints_numbers_and_comments(context: Flask, module: Module) -> None:
    answer(module, 10, comment="Line one.\nLine two.")

    code, said = run(context, module.id)

    assert code == 0
    lines = said.splitlines()
    assert lines[0] == "short, version 1: 10 responses"
    assert "  useful                       10 answers  mean 4.50; 4: 5, 5: 5" in lines
    assert "  comment: 10 comments, in no order" in lines
    assert lines.count("    - Line one. Line two.") == 10


def test_the_command_says_that_there_are_too_few(context: Flask, module: Module) -> None:
    answer(module, 3)

    _, said = run(context, module.id)

    assert said.splitlines() == [
        "short, version 1: 3 responses",
        "  Numbers are shown from 10 responses on.",
    ]


def test_the_command_prints_json_of_one_form(context: Flask, module: Module) -> None:
    answer(module, 10)

    found = [json.loads(run(context, module.id, "--json", *more)[1]) for more in ([], FOLLOW_UP)]

    assert [form["form_id"] for form in found[0]] == ["short"]
    assert found[0][0]["items"]["useful"]["means"] == {"mean": 4.5}
    assert found[1] == []


FOLLOW_UP = ["--form", "follow-up"]


def test_the_command_knows_when_there_is_nothing(context: Flask, module: Module) -> None:
    assert run(context, module.id) == (0, "Nobody has answered yet.\n")
    assert run(context, "nonsense") == (
        1,
        f'Error: there is no module "nonsense"; there is: {module.id}\n',
    )
