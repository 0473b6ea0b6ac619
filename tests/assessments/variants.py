"""Modules that differ from the flagship in one thing: another limit, another key, other kinds."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import replace
from typing import Any

from soar_lms.catalogue.model import Module
from soar_lms.catalogue.schema import (
    Attempts,
    Bank,
    FeedbackPolicy,
    PostTest,
    QuestionSpec,
    QuestionText,
)


def post_test(module: Module) -> PostTest:
    post = module.spec.instruments.post
    assert post is not None
    return post


def with_post(module: Module, **changes: Any) -> Module:
    """Return the module with another post-test."""
    post = post_test(module).model_copy(update=changes)
    instruments = module.spec.instruments.model_copy(update={"post": post})
    return with_spec(module, instruments=instruments)


def with_attempts(module: Module, *, limit: int | None = None, wait_minutes: int = 0) -> Module:
    return with_post(module, attempts=Attempts(limit=limit, wait_minutes=wait_minutes))


def with_questions(module: Module, questions: Mapping[str, QuestionSpec]) -> Module:
    return with_spec(module, questions=questions)


def with_spec(module: Module, **changes: Any) -> Module:
    return replace(module, spec=module.spec.model_copy(update=changes))


ORDER, PAIRS, SEVERAL, SCENARIO = "post-order", "post-pairs", "post-several", "post-scenario"
"""One question of each kind that can be partly right, and a scenario."""

_COMMON = {"bank": "post", "objective": "ask", "credit": "partial"}
_KINDS: dict[str, dict[str, Any]] = {
    ORDER: {
        "type": "ordering",
        "options": ["greet", "offer", "listen", "follow"],
        "correct": ["listen", "greet", "offer", "follow"],
    },
    PAIRS: {
        "type": "matching",
        "options": ["x", "y", "z"],
        "prompts": {"first": "y", "second": "x"},
    },
    SEVERAL: {"type": "multiple", "options": ["a", "b", "c", "d"], "correct": ["a", "c"]},
    SCENARIO: {
        "type": "scenario",
        "options": ["wait", "ask"],
        "correct": ["ask"],
        "credit": "all-or-nothing",
    },
}


def kind(name: str, **changes: Any) -> QuestionSpec:
    """Return one of the questions above, or one that differs from it."""
    return QuestionSpec.model_validate(_COMMON | _KINDS[name] | changes)


def kind_text(name: str, language: str) -> QuestionText:
    """Return its words: each says its id and its language."""
    spec = kind(name)

    def words(part: str, ids: Iterable[str]) -> dict[str, str]:
        return {item: f"{part} {item} in {language}" for item in ids}

    return QuestionText(
        stem=f"Stem of {name} in {language}",
        prompts=words("prompt", spec.prompts),
        options=words("option", spec.options),
        consequences=words("consequence", spec.options) if name == SCENARIO else {},
        rationale=f"Rationale of {name} in {language}",
    )


def with_kinds(module: Module, *, feedback: str = "always", **changes: Any) -> Module:
    """Return the module with a post-test that asks one question of each kind above.

    `changes` are those of a question by its name, with - written as _.
    """
    given = {name.replace("_", "-"): values for name, values in changes.items()}
    post = {name: kind(name, **given.get(name, {})) for name in _KINDS}
    others = {
        name: item for name, item in module.spec.questions.items() if item.bank is not Bank.POST
    }
    asked = with_post(
        with_questions(module, others | post),
        draw=len(post),
        from_setting=0,
        feedback=FeedbackPolicy(feedback),
    )
    texts = {
        language: text.model_copy(
            update={
                "questions": {
                    **text.questions,
                    **{name: kind_text(name, language) for name in post},
                }
            }
        )
        for language, text in module.texts.items()
    }
    return replace(asked, texts=texts)
